//! From whatever somebody uploaded to a small picture of our own making.
//!
//! Nothing that came over the network reaches the page as it is: the picture is decoded here, with
//! limits, and encoded anew. What stands beside the pixels (place, camera, comments) is left behind
//! on the way; the orientation among it is applied first. Slow: call it on a thread that may block.

use std::io::{BufRead, Cursor, Seek};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgba, RgbaImage};

use crate::model::{Picture, PictureKind};

/// Formats that are read: what cameras, browsers and messengers make.
const FORMATS: [ImageFormat; 4] = [
    ImageFormat::Jpeg,
    ImageFormat::Png,
    ImageFormat::WebP,
    ImageFormat::Gif,
];

/// How large a picture may be to be decoded.
pub(crate) struct Bounds {
    /// Widest and highest, in pixels.
    pub(crate) side: u32,
    /// Most pixels.
    pub(crate) pixels: u64,
    /// Memory for decoding it (bytes).
    pub(crate) memory: u64,
}

/// Faces: more pixels than most cameras make; 100 MB once decoded.
const FACES: Bounds = Bounds {
    side: 10_000,
    pixels: 25_000_000,
    memory: 160 * 1024 * 1024,
};

/// Of 100; faces look no better above.
const JPEG_QUALITY: u8 = 85;

/// The bytes are no picture of a known format, or a larger one than is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a picture that can be used")]
pub(crate) struct Unusable;

/// The picture in `bytes`, made to fit into a square of `side` pixels. A smaller one stays small.
pub(crate) fn fitted(bytes: &[u8], side: u32) -> Result<Picture, Unusable> {
    let picture = decode(bytes)?;
    encode(&shrunk(picture, side))
}

/// The middle of the picture in `bytes` as a square of at most `side` pixels.
pub(crate) fn square(bytes: &[u8], side: u32) -> Result<Picture, Unusable> {
    let picture = decode(bytes)?;
    let (width, height) = (picture.width(), picture.height());
    let edge = width.min(height);
    let (left, top) = ((width - edge) / 2, (height - edge) / 2);
    encode(&shrunk(picture.crop_imm(left, top, edge, edge), side))
}

/// The picture in `bytes` as [`fitted`], but without transparency, which costs many times the bytes;
/// white shines through. Also gives back its width and height in pixels.
pub(crate) fn opaque(bytes: &[u8], side: u32) -> Result<(Picture, u32, u32), Unusable> {
    let picture = shrunk(decode(bytes)?, side);
    let (width, height) = (picture.width(), picture.height());
    let picture = if is_transparent(&picture) {
        let white = Rgba([u8::MAX; 4]);
        let mut paper = RgbaImage::from_pixel(width, height, white);
        image::imageops::overlay(&mut paper, &picture.to_rgba8(), 0, 0);
        DynamicImage::ImageRgba8(paper)
    } else {
        picture
    };
    Ok((encode(&picture)?, width, height))
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, Unusable> {
    decode_within(Cursor::new(bytes), &FACES).map(|(picture, _)| picture)
}

/// The picture in a file, turned as it is to be seen, and its format. Nothing is decoded of one that
/// is larger than `bounds`.
pub(crate) fn decode_within(
    file: impl BufRead + Seek,
    bounds: &Bounds,
) -> Result<(DynamicImage, ImageFormat), Unusable> {
    let mut reader = ImageReader::new(file)
        .with_guessed_format()
        .map_err(|_| Unusable)?;
    let format = reader.format().ok_or(Unusable)?;
    if !FORMATS.contains(&format) {
        return Err(Unusable);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(bounds.side);
    limits.max_image_height = Some(bounds.side);
    limits.max_alloc = Some(bounds.memory);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| Unusable)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > bounds.pixels || decoder.total_bytes() > bounds.memory {
        return Err(Unusable);
    }
    // Broken notes beside a good picture say nothing about the picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Unusable)?;
    picture.apply_orientation(orientation);
    Ok((picture, format))
}

/// A picture made to fit into a square of `side` pixels. A smaller one stays small.
pub(crate) fn shrunk(picture: DynamicImage, side: u32) -> DynamicImage {
    if picture.width() <= side && picture.height() <= side {
        return picture;
    }
    picture.resize(side, side, FilterType::Triangle)
}

/// A picture as bytes of our own making: a JPEG, or a PNG where something shines through.
pub(crate) fn encode(picture: &DynamicImage) -> Result<Picture, Unusable> {
    let mut bytes = Vec::new();
    let kind = if is_transparent(picture) {
        let pixels = DynamicImage::ImageRgba8(picture.to_rgba8());
        let encoded = pixels.write_with_encoder(PngEncoder::new(&mut bytes));
        encoded.map_err(|_| Unusable)?;
        PictureKind::Png
    } else {
        let pixels = DynamicImage::ImageRgb8(picture.to_rgb8());
        let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
        pixels.write_with_encoder(encoder).map_err(|_| Unusable)?;
        PictureKind::Jpeg
    };
    Ok(Picture {
        bytes: bytes.into(),
        kind,
    })
}

/// Whether any pixel lets something through: many pictures carry an alpha channel for nothing.
fn is_transparent(picture: &DynamicImage) -> bool {
    picture.color().has_alpha()
        && picture
            .to_rgba8()
            .pixels()
            .any(|pixel| pixel.0.last() != Some(&u8::MAX))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};

    use super::{Unusable, fitted, opaque, square};
    use crate::model::{Picture, PictureKind};

    /// A picture whose left half is red and whose right half is blue.
    fn halves(width: u32, height: u32, alpha: u8) -> DynamicImage {
        let image = RgbaImage::from_fn(width, height, |x, _| {
            if x < width / 2 {
                Rgba([255, 0, 0, alpha])
            } else {
                Rgba([0, 0, 255, alpha])
            }
        });
        DynamicImage::ImageRgba8(image)
    }

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let image = if format == ImageFormat::Jpeg {
            DynamicImage::ImageRgb8(image.to_rgb8())
        } else {
            image.clone()
        };
        let mut bytes = Vec::new();
        image
            .write_to(&mut Cursor::new(&mut bytes), format)
            .unwrap();
        bytes
    }

    /// A small red and blue PNG, for tests of what happens to pictures on their way.
    pub(crate) fn some_png(width: u32, height: u32) -> Vec<u8> {
        encoded(&halves(width, height, 255), ImageFormat::Png)
    }

    fn decoded(picture: &Picture) -> DynamicImage {
        let format = match picture.kind {
            PictureKind::Jpeg => ImageFormat::Jpeg,
            PictureKind::Png => ImageFormat::Png,
        };
        image::load_from_memory_with_format(&picture.bytes, format).unwrap()
    }

    fn size(picture: &Picture) -> (u32, u32) {
        let image = decoded(picture);
        (image.width(), image.height())
    }

    /// A JPEG with an Exif segment: this orientation, and a telling comment.
    fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let comment = b"52.5N 13.4E by Ann\0";
        let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
        // Orientation (0x0112), one SHORT.
        tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
        // Description (0x010e), ASCII behind the two entries.
        tiff.extend([0x01, 0x0e, 0, 2, 0, 0, 0]);
        tiff.push(u8::try_from(comment.len()).unwrap());
        tiff.extend([0, 0, 0, 38, 0, 0, 0, 0]);
        tiff.extend(comment);
        let mut segment = b"Exif\0\0".to_vec();
        segment.extend(tiff);
        let length = u16::try_from(segment.len() + 2).unwrap();
        let mut bytes = jpeg[..2].to_vec();
        bytes.extend([0xff, 0xe1]);
        bytes.extend(length.to_be_bytes());
        bytes.extend(segment);
        bytes.extend(&jpeg[2..]);
        bytes
    }

    #[test]
    fn every_known_format_becomes_a_small_picture() {
        for format in super::FORMATS {
            let bytes = encoded(&halves(800, 400, 255), format);
            let picture = fitted(&bytes, 512).unwrap();
            assert_eq!(size(&picture), (512, 256), "{format:?}");
            assert_eq!(picture.kind, PictureKind::Jpeg, "nothing shines through");
        }
        let small = fitted(&some_png(20, 10), 512).unwrap();
        assert_eq!(size(&small), (20, 10), "a small one is not blown up");
    }

    #[test]
    fn transparency_is_kept() {
        let bytes = encoded(&halves(30, 30, 100), ImageFormat::Png);
        let picture = fitted(&bytes, 512).unwrap();
        assert_eq!(picture.kind, PictureKind::Png);
        assert_eq!(decoded(&picture).to_rgba8().get_pixel(1, 1).0[3], 100);
    }

    #[test]
    fn what_shines_through_an_opaque_picture_is_white() {
        let bytes = encoded(&halves(100, 50, 0), ImageFormat::Png);
        let (picture, width, height) = opaque(&bytes, 60).unwrap();
        assert_eq!((width, height), (60, 30));
        assert_eq!(picture.kind, PictureKind::Jpeg);
        assert_eq!(decoded(&picture).to_rgb8().get_pixel(1, 1).0, [255; 3]);
    }

    #[test]
    fn a_square_is_cut_from_the_middle() {
        let picture = square(&some_png(1000, 700), 640).unwrap();
        assert_eq!(size(&picture), (640, 640));
        let colors = decoded(&picture).to_rgb8();
        let (left, right) = (colors.get_pixel(20, 320), colors.get_pixel(620, 320));
        assert!(left[0] > 200 && right[2] > 200, "both halves are there");
        assert_eq!(size(&square(&some_png(40, 30), 640).unwrap()), (30, 30));
    }

    #[test]
    fn the_camera_was_held_sideways_and_its_notes_stay_behind() {
        let upright = encoded(&halves(80, 40, 255), ImageFormat::Jpeg);
        // 6: to be turned to the right, so what was left comes to the top.
        let turned = with_exif(&upright, 6);
        assert!(turned.windows(3).any(|part| part == b"Ann"));
        let picture = fitted(&turned, 512).unwrap();
        assert_eq!(size(&picture), (40, 80));
        let colors = decoded(&picture).to_rgb8();
        assert!(colors.get_pixel(20, 5)[0] > 200, "red is at the top");
        for note in [&b"Ann"[..], b"Exif"] {
            let is_there = picture.bytes.windows(note.len()).any(|part| part == note);
            assert!(!is_there);
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let png = some_png(50, 50);
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>";
        let bmp = encoded_bmp();
        for bytes in [&b""[..], b"hello", &png[..40], svg, &bmp] {
            assert_eq!(fitted(bytes, 512), Err(Unusable));
        }
    }

    /// The smallest bitmap: a format that is not read.
    fn encoded_bmp() -> Vec<u8> {
        let mut bytes = b"BM".to_vec();
        bytes.extend([58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0]);
        bytes.extend([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0]);
        bytes.extend([0; 28]);
        bytes
    }

    #[test]
    fn a_header_that_promises_a_huge_picture_costs_nothing() {
        // Width and height stand right behind the name of the first chunk.
        let mut png = some_png(8, 8);
        let huge = 9_000_u32.to_be_bytes();
        png[16..20].copy_from_slice(&huge);
        png[20..24].copy_from_slice(&huge);
        assert_eq!(fitted(&png, 512), Err(Unusable));
        let mut png = some_png(8, 8);
        png[16..20].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(fitted(&png, 512), Err(Unusable));
    }
}
