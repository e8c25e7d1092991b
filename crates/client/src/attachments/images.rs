//! From a picture that somebody sent to one that the page may show.
//!
//! Neither the name nor the declared type is believed. What the header says is checked before
//! anything is decoded, and decoding has a limit of its own, so that a few kilobytes cannot ask for
//! gigabytes. A picture that was decoded here whole is shown as it came; one that is too large for
//! that is made smaller, and the one in the conversation always is.
//!
//! Slow: call it on a thread that may block, and not beside others of its kind.

use std::io::{BufReader, Read, Seek};

use crate::attachments::moving;
use crate::model::Picture;
use crate::sync::pictures::encoding::{self, Bounds, Unusable};

/// Largest side of a picture in the conversation, in pixels: twice what a bubble is wide.
pub(crate) const THUMBNAIL_SIDE: u32 = 720;

/// Largest side of a picture in the whole window, in pixels.
pub(crate) const VIEW_SIDE: u32 = 4096;

/// A picture of no more pixels is shown as it came.
const SHOWN_PIXELS: u64 = 16_000_000;

/// A file of no more bytes is shown as it came.
const SHOWN_BYTES: u64 = 16 * 1024 * 1024;

/// Pixels of all frames of a picture that moves and is shown as it came: the page decodes them all, and a
/// frame of one colour takes no room in a file. Half a minute of a large screen has fewer.
const MOVING_PIXELS: u64 = 1_000_000_000;

/// What is decoded: the large modes of telephones, 64 megapixels of a JPEG from a camera. Of one that
/// comes in several scans it is about 28, of a WebP about 22 megapixels. Making it smaller takes less than
/// its pixels once more.
pub(super) const BOUNDS: Bounds = Bounds {
    side: 20_000,
    pixels: 64_000_000,
    memory: 256 * 1024 * 1024,
};

/// What a picture is made into.
pub(crate) struct Prepared {
    /// For the conversation.
    pub(crate) thumbnail: Picture,
    /// For the whole window, if it cannot be shown as it came.
    pub(crate) view: Option<Picture>,
    /// Its media type, by its bytes.
    pub(crate) content_type: &'static str,
}

/// Checks a picture by decoding it, and makes what is shown of it.
pub(crate) fn prepare(mut file: impl Read + Seek, size: u64) -> Result<Prepared, Unusable> {
    let decoded = encoding::decode_within(BufReader::new(&mut file), &BOUNDS)?;
    let content_type = decoded.format.to_mime_type();
    let (width, height) = decoded.size();
    let pixels = u64::from(width) * u64::from(height);
    let frames = moving::look(decoded.format, BufReader::new(file)).frames;
    let is_large = pixels > SHOWN_PIXELS || frames.saturating_mul(pixels) > MOVING_PIXELS;
    let (small, view) = if is_large || size > SHOWN_BYTES {
        // The large one is gone before the next one is made.
        let picture = decoded.shrunk(VIEW_SIDE);
        let view = encoding::encode(&picture)?;
        (encoding::shrunk(picture, THUMBNAIL_SIDE), Some(view))
    } else {
        (decoded.shrunk(THUMBNAIL_SIDE), None)
    };
    Ok(Prepared {
        thumbnail: encoding::encode(&small)?,
        view,
        content_type,
    })
}

/// A picture as it is seen, for other programs.
pub struct Pixels {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Red, green, blue and opacity of each, row by row from the top.
    pub rgba: Vec<u8>,
}

/// Decodes a picture as it is seen: turned, where its file says so.
pub(crate) fn pixels(file: impl Read + Seek) -> Result<Pixels, Unusable> {
    let picture = encoding::decode_within(BufReader::new(file), &BOUNDS)?;
    let picture = picture.whole().into_rgba8();
    Ok(Pixels {
        width: picture.width(),
        height: picture.height(),
        rgba: picture.into_raw(),
    })
}

/// The media type of a file by its first bytes; empty when they do not tell.
pub(crate) fn sniffed(head: &[u8]) -> &'static str {
    match infer::get(head) {
        Some(kind) => kind.mime_type(),
        None => matroska(head),
    }
}

/// The kind of a Matroska file whose name of it is padded with zeros, as `GStreamer` writes it: all
/// that GNOME records of the screen is such a file. RFC 8794 §11.2.6, 0x4282 is the name's element.
fn matroska(head: &[u8]) -> &'static str {
    let head = head.get(..64).unwrap_or(head);
    if !head.starts_with(b"\x1a\x45\xdf\xa3") {
        return "";
    }
    let is = |name: &[u8]| {
        head.windows(3 + name.len())
            .any(|part| part.starts_with(b"\x42\x82") && part.ends_with(name))
    };
    if is(b"webm") {
        "video/webm"
    } else if is(b"matroska") {
        "video/x-matroska"
    } else {
        ""
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Cursor, Write};

    use image::{DynamicImage, ImageFormat, RgbImage};

    use super::{SHOWN_BYTES, THUMBNAIL_SIDE, VIEW_SIDE, pixels, prepare, sniffed};
    use crate::sync::pictures::encoding::tests::with_exif;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let pixels = RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([
                u8::try_from(x % 256).unwrap(),
                u8::try_from(y % 256).unwrap(),
                7,
            ])
        });
        let mut bytes = Vec::new();
        DynamicImage::from(pixels)
            .write_to(&mut Cursor::new(&mut bytes), format)
            .unwrap();
        bytes
    }

    fn prepared(bytes: &[u8]) -> Result<super::Prepared, super::Unusable> {
        prepare(Cursor::new(bytes), bytes.len() as u64)
    }

    /// A PNG whose header promises what it likes, with a right checksum.
    fn png_of(width: u32, height: u32) -> Vec<u8> {
        let mut header = b"IHDR".to_vec();
        header.extend(width.to_be_bytes());
        header.extend(height.to_be_bytes());
        header.extend([8, 2, 0, 0, 0]);
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
        bytes.extend(&header);
        bytes.extend(crc32(&header).to_be_bytes());
        bytes.extend(b"\0\0\0\x05IDAThello");
        bytes
    }

    pub(crate) fn crc32(bytes: &[u8]) -> u32 {
        let mut crc = u32::MAX;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 {
                    crc >> 1 ^ 0xedb8_8320
                } else {
                    crc >> 1
                };
            }
        }
        !crc
    }

    /// A JPEG's header for these sides, and nothing behind it.
    fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
        bytes.extend(b"\xff\xc0\0\x11\x08");
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend(b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01");
        bytes
    }

    #[test]
    fn a_picture_is_known_by_its_bytes_and_made_small() {
        for (format, content_type) in [
            (ImageFormat::Jpeg, "image/jpeg"),
            (ImageFormat::Png, "image/png"),
            (ImageFormat::WebP, "image/webp"),
            (ImageFormat::Gif, "image/gif"),
        ] {
            let made = prepared(&picture(750, 400, format)).unwrap();
            assert_eq!(made.content_type, content_type);
            assert!(made.view.is_none());
            let small = image::load_from_memory(&made.thumbnail.bytes).unwrap();
            assert_eq!((small.width(), small.height()), (THUMBNAIL_SIDE, 384));
        }
    }

    #[test]
    fn other_programs_get_a_picture_as_it_is_seen() {
        // 6: the camera was held sideways, what was left comes to the top.
        let turned = with_exif(&picture(60, 20, ImageFormat::Jpeg), 6);
        let seen = pixels(Cursor::new(&turned)).unwrap();
        assert_eq!((seen.width, seen.height), (20, 60));
        assert_eq!(seen.rgba.len(), 20 * 60 * 4);
        // Red grows from the left of the file, so here from the top.
        let red = |row: usize| seen.rgba[row * 20 * 4];
        assert!(red(0) < 10 && red(59) > 50, "{} {}", red(0), red(59));
        assert!(pixels(Cursor::new(jpeg_of(65_535, 65_535))).is_err());
    }

    #[test]
    fn a_picture_that_is_too_large_as_it_is_is_shown_smaller() {
        let bytes = picture(VIEW_SIDE + 400, 20, ImageFormat::Png);
        let made = prepare(Cursor::new(&bytes), SHOWN_BYTES + 1).unwrap();
        let view = image::load_from_memory(&made.view.unwrap().bytes).unwrap();
        assert_eq!(view.width(), VIEW_SIDE);
        let small = image::load_from_memory(&made.thumbnail.bytes).unwrap();
        assert_eq!(small.width(), THUMBNAIL_SIDE);
    }

    #[test]
    fn what_moves_for_too_long_for_its_size_is_shown_still() {
        use crate::attachments::moving::tests::{apng, gif, webp};
        // 3,000 × 3,000 pixels, one of which changes: a few kilobytes.
        let long = gif(3_000, 112, b"");
        assert!(long.len() < 5_000);
        let view = prepared(&long).unwrap().view.unwrap();
        let still = image::load_from_memory(&view.bytes).unwrap();
        assert_eq!(still.width(), 3_000);
        // What stands behind a place that is not in order is never shown, what is before it is.
        let broken = [&long[..long.len() - 1], b"?"].concat();
        assert!(prepared(&broken).unwrap().view.is_some());
        for bytes in [gif(3_000, 111, b""), apng(40, b""), webp(40, 0, b"")] {
            assert!(prepared(&bytes).unwrap().view.is_none());
        }
    }

    #[test]
    fn a_header_that_promises_too_much_is_refused_before_anything_is_decoded() {
        for bytes in [
            png_of(65_535, 65_535),
            png_of(u32::MAX >> 1, 1),
            png_of(20_001, 1),
            png_of(0, 10),
            jpeg_of(65_535, 65_535),
            jpeg_of(0, 0),
        ] {
            assert!(prepared(&bytes).is_err());
        }
    }

    #[test]
    fn a_bomb_is_refused() {
        // 9,000 × 9,000 white pixels are a few kilobytes of PNG and eighty megapixels.
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 9_000, 9_000);
        encoder.set_color(png::ColorType::Grayscale);
        let mut header = encoder.write_header().unwrap();
        let mut pixels = header.stream_writer().unwrap();
        let row = vec![255; 9_000];
        for _ in 0..9_000 {
            pixels.write_all(&row).unwrap();
        }
        drop(pixels);
        drop(header);
        assert!(bytes.len() < 2_000_000);
        assert!(prepared(&bytes).is_err());
    }

    #[test]
    fn what_is_cut_or_no_picture_is_refused() {
        let whole = picture(300, 200, ImageFormat::Png);
        for bytes in [
            &whole[..whole.len() / 2],
            &whole[..20],
            b"".as_slice(),
            b"hello",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
            b"<!DOCTYPE html><script>alert(1)</script>",
            b"%PDF-1.7",
            b"BM\x3a\0\0\0",
        ] {
            assert!(prepared(bytes).is_err(), "{:?}", bytes.get(..8));
        }
    }

    #[test]
    fn the_type_is_that_of_the_bytes() {
        assert_eq!(sniffed(&picture(3, 3, ImageFormat::Png)), "image/png");
        assert_eq!(sniffed(b"OggS\0\x02\0\0"), "audio/ogg");
        assert_eq!(sniffed(b"%PDF-1.7"), "application/pdf");
        assert_eq!(sniffed(b"hello"), "");
        assert!(!sniffed(b"<svg xmlns=").starts_with("image/"));
    }
}
