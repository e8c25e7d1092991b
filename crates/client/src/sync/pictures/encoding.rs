//! From whatever somebody uploaded to a small picture of our own making.
//!
//! Nothing that came over the network reaches the page as it is: the picture is decoded here, with
//! limits, and encoded anew. What stands beside the pixels (place, camera, comments) is left behind
//! on the way; the orientation among it is applied first. Slow: call it on a thread that may block.

use std::io::{BufRead, Cursor, Seek, SeekFrom};

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgba, RgbaImage};

use crate::model::{Picture, PictureKind};
use crate::sync::pictures::jpeg;

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
    /// Memory for decoding it (bytes): its pixels, and what the decoder holds beside them.
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
    encode(&decode(bytes)?.shrunk(side))
}

/// The middle of the picture in `bytes` as a square of at most `side` pixels.
pub(crate) fn square(bytes: &[u8], side: u32) -> Result<Picture, Unusable> {
    let picture = decode(bytes)?.whole();
    let (width, height) = (picture.width(), picture.height());
    let edge = width.min(height);
    let (left, top) = ((width - edge) / 2, (height - edge) / 2);
    encode(&shrunk(picture.crop_imm(left, top, edge, edge), side))
}

/// The picture in `bytes` as [`fitted`], but without transparency, which costs many times the bytes;
/// white shines through. Also gives back its width and height in pixels.
pub(crate) fn opaque(bytes: &[u8], side: u32) -> Result<(Picture, u32, u32), Unusable> {
    let picture = decode(bytes)?.shrunk(side);
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

/// A picture as it stands in its file.
pub(crate) struct Decoded {
    picture: DynamicImage,
    /// How it is to be turned.
    orientation: Orientation,
    pub(crate) format: ImageFormat,
}

impl Decoded {
    /// Width and height as it is to be seen, in pixels.
    pub(crate) fn size(&self) -> (u32, u32) {
        let (width, height) = (self.picture.width(), self.picture.height());
        match self.orientation {
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => (height, width),
            Orientation::NoTransforms
            | Orientation::Rotate180
            | Orientation::FlipHorizontal
            | Orientation::FlipVertical => (width, height),
        }
    }

    /// As it stands in its file, whatever the file says of turning it.
    pub(crate) fn unturned(self) -> Self {
        Self {
            orientation: Orientation::NoTransforms,
            ..self
        }
    }

    /// Turned as it is to be seen.
    pub(crate) fn whole(self) -> DynamicImage {
        let mut picture = self.picture;
        picture.apply_orientation(self.orientation);
        picture
    }

    /// Turned as it is to be seen, and made to fit into a square of `side` pixels. A smaller one stays
    /// small.
    pub(crate) fn shrunk(self, side: u32) -> DynamicImage {
        // Turning takes a second picture, so it is the small one that is turned.
        Self {
            picture: shrunk(self.picture, side),
            ..self
        }
        .whole()
    }
}

fn decode(bytes: &[u8]) -> Result<Decoded, Unusable> {
    decode_within(Cursor::new(bytes), &FACES)
}

/// The picture in a file. Nothing is decoded of one that is larger than `bounds`.
pub(crate) fn decode_within(
    file: impl BufRead + Seek,
    bounds: &Bounds,
) -> Result<Decoded, Unusable> {
    let reader = ImageReader::new(file)
        .with_guessed_format()
        .map_err(|_| Unusable)?;
    let format = reader.format().ok_or(Unusable)?;
    if !FORMATS.contains(&format) {
        return Err(Unusable);
    }
    let mut file = reader.into_inner();
    let beside = Beside::of(format, &mut file).map_err(|_| Unusable)?;
    let mut reader = ImageReader::with_format(file, format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(bounds.side);
    limits.max_image_height = Some(bounds.side);
    limits.max_alloc = Some(bounds.memory);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| Unusable)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let needed = decoder
        .total_bytes()
        .saturating_add(beside.bytes(width, height));
    if pixels == 0 || pixels > bounds.pixels || needed > bounds.memory {
        return Err(Unusable);
    }
    // Broken notes beside a good picture say nothing about the picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| Unusable)?;
    Ok(Decoded {
        picture,
        orientation,
        format,
    })
}

/// What a decoder holds beside the pixels that it gives out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Beside {
    /// Bytes, whatever the size of the picture.
    fixed: u64,
    /// Bytes for each pixel.
    per_pixel: u64,
}

impl Beside {
    /// Looks at the headers of a file and goes back to its beginning.
    fn of(format: ImageFormat, file: &mut (impl BufRead + Seek)) -> std::io::Result<Self> {
        let mut beside = Self {
            fixed: 0,
            per_pixel: 0,
        };
        // Of a PNG it is a few rows.
        if format == ImageFormat::Jpeg {
            // The decoder takes the whole file first.
            beside.fixed = file.seek(SeekFrom::End(0))?;
            file.rewind()?;
            // Two bytes for each coefficient.
            beside.per_pixel = 2 * u64::from(jpeg::held_components(&mut *file));
        } else if format == ImageFormat::WebP {
            // A frame, and in one that moves the picture that frames are laid upon.
            beside.per_pixel = 8;
        } else if format == ImageFormat::Gif {
            // A frame that is smaller than the picture.
            beside.per_pixel = 4;
        }
        file.rewind()?;
        Ok(beside)
    }

    /// Bytes for a picture of this size in pixels.
    fn bytes(self, width: u32, height: u32) -> u64 {
        // Coefficients come in blocks, at most two of eight pixels in a row.
        let padded = |side: u32| u64::from(side).next_multiple_of(16);
        padded(width)
            .saturating_mul(padded(height))
            .saturating_mul(self.per_pixel)
            .saturating_add(self.fixed)
    }
}

/// A picture made to fit into a square of `side` pixels. A smaller one stays small.
///
/// Beside the two it takes one as wide as the old and as high as the new one. (What `image` itself has
/// for this takes that in fractions, four to sixteen times as much.)
pub(crate) fn shrunk(picture: DynamicImage, side: u32) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let longest = width.max(height);
    if longest <= side {
        return picture;
    }
    // No more than `side`.
    let fitting = |length: u32| {
        let rounded = (u64::from(length) * u64::from(side) + u64::from(longest) / 2)
            .checked_div(u64::from(longest));
        rounded.map_or(side, |rounded| {
            u32::try_from(rounded).unwrap_or(side).max(1)
        })
    };
    let (width, height) = (fitting(width), fitting(height));
    let mut small = DynamicImage::new(width, height, picture.color());
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .use_alpha(false);
    match Resizer::new().resize(&picture, &mut small, &options) {
        Ok(()) => small,
        Err(error) => {
            tracing::debug!(%error, "a picture is made smaller in a plain way");
            picture.thumbnail_exact(width, height)
        }
    }
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

    use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgba, RgbaImage};

    use super::{Beside, Bounds, Unusable, decode_within, fitted, opaque, shrunk, square};
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
    pub(crate) fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
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

    #[test]
    fn what_decoding_takes_beside_the_pixels_counts() {
        let bounds = Bounds {
            side: 20_000,
            pixels: 64_000_000,
            memory: 256 * 1024 * 1024,
        };
        let beside = |format, bytes: &[u8]| Beside::of(format, &mut Cursor::new(bytes)).unwrap();
        let fits = |beside: Beside, side: u32| {
            u64::from(side) * u64::from(side) * 3 + beside.bytes(side, side) <= bounds.memory
        };
        let camera = encoded(&halves(80, 40, 255), ImageFormat::Jpeg);
        let jpeg = beside(ImageFormat::Jpeg, &camera);
        assert_eq!(jpeg.fixed, camera.len() as u64);
        assert!(fits(jpeg, 8_000));
        // The same, said to come in several scans.
        let start = camera.windows(2).position(|two| two == b"\xff\xc0");
        let mut progressive = camera.clone();
        progressive[start.unwrap() + 1] = 0xc2;
        let held = beside(ImageFormat::Jpeg, &progressive);
        assert!(!fits(held, 8_000));
        assert!(fits(held, 5_000));
        // The whole way refuses it, too, before it decodes anything.
        let width = start.unwrap() + 5;
        for place in [width, width + 2] {
            progressive[place..place + 2].copy_from_slice(&8_000_u16.to_be_bytes());
        }
        let refused = decode_within(Cursor::new(&progressive), &bounds);
        assert_eq!(refused.err(), Some(Unusable));
        // A file that is taken whole counts, too.
        let file_is_too_large = Bounds {
            memory: camera.len() as u64 + 80 * 40 * 3 - 1,
            ..bounds
        };
        let refused = decode_within(Cursor::new(&camera), &file_is_too_large);
        assert_eq!(refused.err(), Some(Unusable));
        assert!(decode_within(Cursor::new(&camera), &bounds).is_ok());
    }

    #[test]
    fn a_picture_that_is_made_small_keeps_its_proportions_and_colors() {
        for (width, height, side, made) in [
            (1_000, 500, 1_000, (1_000, 500)),
            (1_000, 500, 999, (999, 500)),
            (1_000, 500, 300, (300, 150)),
            (1_000, 500, 100, (100, 50)),
            (500, 1_000, 10, (5, 10)),
            (5_000, 1, 100, (100, 1)),
        ] {
            let small = shrunk(halves(width, height, 255), side);
            assert_eq!((small.width(), small.height()), made);
            let pixels = small.to_rgb8();
            assert_eq!(pixels.get_pixel(0, 0).0, [255, 0, 0]);
            assert_eq!(pixels.get_pixel(made.0 - 1, made.1 - 1).0, [0, 0, 255]);
        }
    }

    /// In a process of its own: what other tests take must not count.
    #[cfg(target_os = "linux")]
    #[test]
    fn making_a_picture_small_takes_little_memory_beside_it() {
        const NAME: &str =
            "sync::pictures::encoding::tests::making_a_picture_small_takes_little_memory_beside_it";
        const ALONE: &str = "CUBIST_TEST_ALONE";
        if std::env::var_os(ALONE).is_none() {
            let alone = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", NAME, "--nocapture"])
                .env(ALONE, "1")
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&alone.stdout);
            assert!(alone.status.success(), "{said}");
            assert!(said.contains("1 passed"), "{said}");
            return;
        }
        let megabytes = |line: &str| {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let found = status.lines().find_map(|each| each.strip_prefix(line));
            let number = found.unwrap().trim().trim_end_matches("kB").trim();
            number.parse::<u64>().unwrap() / 1024
        };
        for side in [4_096, 2_560] {
            let picture = DynamicImage::from(GrayImage::from_pixel(5_000, 5_000, Luma([7])));
            // Resets the peak: proc_pid_clear_refs(5).
            std::fs::write("/proc/self/clear_refs", "5").unwrap();
            let before = megabytes("VmRSS:");
            let small = shrunk(picture, side);
            assert_eq!(small.width(), side);
            let beside = megabytes("VmHWM:") - before;
            // One as wide as the old one, and the new one: 36 MB at most. In fractions it would be 320.
            assert!(beside < 64, "{beside} MB");
        }
    }
}
