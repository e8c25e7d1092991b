use std::io::{Cursor, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView as _, ImageDecoder as _, ImageFormat, Rgb, RgbImage};
use tempfile::TempDir;

use super::{Chosen, NoPoster, Outgoing, picture_name};
use crate::attachments::cache::Cache;
use crate::attachments::sealed::{ContentHash, FilesKey};
use crate::attachments::{MAX_BYTES, NO_CAPTION};
use crate::model::{AttachmentKind, Unstageable};
use crate::store::RawKey;
use crate::store::staged::StagedFile;
use crate::store::testing::dialog_id;

struct Folder {
    dir: TempDir,
    outgoing: Outgoing,
}

impl Folder {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let key = FilesKey::of_cache(&RawKey::new([7; 32]));
        let outgoing = Outgoing::new(Cache::new(dir.path().join("outgoing"), key));
        Self { dir, outgoing }
    }

    async fn take(&self, name: &str, bytes: &[u8]) -> Result<StagedFile, Unstageable> {
        let chosen = Chosen::Bytes(name.to_owned(), bytes.to_vec());
        self.outgoing.take(dialog_id(1), chosen).await
    }

    fn bytes(&self, content: ContentHash) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut reader = self.outgoing.open(content).unwrap();
        reader.read_to_end(&mut bytes).unwrap();
        bytes
    }
}

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgb([250, 0, 0])
        } else {
            Rgb([0, 0, 250])
        }
    })
    .into()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), format)
        .unwrap();
    bytes
}

/// A photograph as a telephone makes it: held upright, with a place and a camera beside it.
fn photograph() -> Vec<u8> {
    let jpeg = encoded(&halves(80, 40), ImageFormat::Jpeg);
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    // Orientation (0x0112): turn by 90° to the right.
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]);
    // Camera (0x010f), ASCII behind the two entries.
    let camera = b"GPS 52.5N 13.4E Camera 9\0";
    tiff.extend([
        0x01,
        0x0f,
        0,
        2,
        0,
        0,
        0,
        u8::try_from(camera.len()).unwrap(),
    ]);
    tiff.extend([0, 0, 0, 38, 0, 0, 0, 0]);
    tiff.extend(camera);
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend(tiff);
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(u16::try_from(segment.len() + 2).unwrap().to_be_bytes());
    bytes.extend(segment);
    bytes.extend(&jpeg[2..]);
    bytes
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

#[tokio::test]
async fn a_photograph_is_turned_and_loses_what_stood_beside_its_pixels() {
    let folder = Folder::new();
    let photograph = photograph();
    let decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(&photograph));
    assert_eq!(
        decoder.unwrap().orientation().unwrap(),
        Orientation::Rotate90,
        "the test's own photograph"
    );
    let file = folder.take("IMG_1.JPG", &photograph).await.unwrap();
    let shown = &file.shown;
    assert_eq!(
        (shown.kind, shown.content_type.as_str(), shown.can_be_image),
        (AttachmentKind::Image, "image/jpeg", true)
    );
    assert_eq!((shown.width, shown.height), (Some(40), Some(80)));
    let sent = file.picture.unwrap();
    assert_eq!(sent.pixels, Some((40, 80)));
    let bytes = folder.bytes(sent.hash);
    assert_eq!(bytes.len() as u64, sent.size);
    for trace in [b"Exif".as_slice(), b"GPS", b"Camera"] {
        assert!(!holds(&bytes, trace));
    }
    let picture = image::load_from_memory(&bytes).unwrap();
    assert_eq!(picture.dimensions(), (40, 80));
    let (top, bottom) = (picture.get_pixel(20, 10), picture.get_pixel(20, 70));
    assert!(top.0[0] > 200 && bottom.0[2] > 200, "{top:?} {bottom:?}");
    // As a file it goes untouched.
    assert_eq!(folder.bytes(file.original), photograph);
}

#[tokio::test]
async fn a_large_picture_is_made_smaller_and_has_a_placeholder_and_a_thumbnail() {
    let folder = Folder::new();
    let png = encoded(&halves(5_000, 100), ImageFormat::Png);
    let file = folder.take("wide.png", &png).await.unwrap();
    let sent = file.picture.unwrap();
    assert_eq!(sent.pixels, Some((2_560, 51)));
    assert_eq!(sent.content_type, "image/jpeg");
    assert_eq!(picture_name("wide.png", &sent.content_type), "wide.jpg");
    let hash = STANDARD.decode(file.placeholder.unwrap()).unwrap();
    assert!(thumbhash::thumb_hash_to_approximate_aspect_ratio(&hash).unwrap() > 3.0);
    for content in [file.original, sent.hash] {
        let small = folder.outgoing.thumbnail(content).unwrap();
        assert_eq!(image::load_from_memory(&small).unwrap().width(), 720);
    }
}

#[tokio::test]
async fn what_shines_through_stays_so_and_what_moves_goes_as_it_is() {
    let folder = Folder::new();
    let glass = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(
        9,
        9,
        image::Rgba([1, 2, 3, 40]),
    ));
    let file = folder
        .take("glass.png", &encoded(&glass, ImageFormat::Png))
        .await
        .unwrap();
    assert_eq!(file.picture.unwrap().content_type, "image/png");
    let gif = encoded(&halves(20, 10), ImageFormat::Gif);
    let file = folder.take("wave.gif", &gif).await.unwrap();
    let sent = file.picture.unwrap();
    assert_eq!(
        (sent.hash, sent.content_type.as_str()),
        (file.original, "image/gif")
    );
    assert_eq!(folder.bytes(sent.hash), gif);
}

#[tokio::test]
async fn what_moves_keeps_its_frames_and_loses_what_stands_beside_them() {
    use crate::attachments::moving::tests::{NOTES, apng, gif, webp};
    let folder = Folder::new();
    let note = b"XMP \x04\0\0\0<x/>";
    for (name, content_type, noted, plain) in [
        ("a.gif", "image/gif", gif(9, 3, NOTES), gif(9, 3, b"")),
        ("a.webp", "image/webp", webp(3, 4, note), webp(3, 0, b"")),
        ("a.png", "image/png", apng(3, b""), apng(3, b"")),
    ] {
        let file = folder.take(name, &noted).await.unwrap();
        assert_eq!(file.shown.kind, AttachmentKind::Image, "{name}");
        let sent = file.picture.unwrap();
        assert_eq!(folder.bytes(sent.hash), plain, "{name}");
        assert_eq!(sent.size, plain.len() as u64);
        assert_eq!(sent.content_type, content_type);
        assert!(folder.outgoing.thumbnail(sent.hash).is_ok(), "{name}");
        assert_eq!(picture_name(name, &sent.content_type), name);
        // As a file it goes untouched.
        assert_eq!(folder.bytes(file.original), noted);
    }
    // What is in no order is not sent as it is.
    let whole = gif(9, 3, NOTES);
    let broken = [&whole[..whole.len() - 1], b"?at home"].concat();
    let sent = folder
        .take("b.gif", &broken)
        .await
        .unwrap()
        .picture
        .unwrap();
    assert_ne!(sent.content_type, "image/gif");
}

#[tokio::test]
async fn what_only_says_that_it_is_a_picture_is_a_file() {
    let folder = Folder::new();
    let whole = encoded(&halves(300, 200), ImageFormat::Png);
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for (name, bytes) in [
        ("cut.png", &whole[..whole.len() / 2]),
        ("drawing.svg", svg.as_slice()),
        ("page.png", b"<!DOCTYPE html><script>alert(1)</script>"),
        ("text.jpg", b"hello"),
    ] {
        let file = folder.take(name, bytes).await.unwrap();
        assert_eq!(file.shown.kind, AttachmentKind::File, "{name}");
        assert!(file.picture.is_none() && !file.shown.can_be_image, "{name}");
        assert_eq!(folder.bytes(file.original), bytes);
    }
}

#[tokio::test]
async fn files_are_told_by_their_bytes_and_then_by_their_name() {
    let folder = Folder::new();
    for (name, bytes, wanted) in [
        ("a.txt", b"%PDF-1.7 x".as_slice(), "application/pdf"),
        ("notes.txt", b"hello", "text/plain"),
        (
            "paper.docx",
            b"PK\x03\x04xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("nothing", b"hello", "application/octet-stream"),
        ("film.mp4", b"no film", "application/octet-stream"),
    ] {
        let file = folder.take(name, bytes).await.unwrap();
        assert_eq!(file.shown.content_type, wanted, "{name}");
    }
}

#[tokio::test]
async fn sound_has_a_length() {
    let folder = Folder::new();
    let rate = 8_000_u32;
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + rate * 2).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    for short in [1_u16, 1] {
        wav.extend(short.to_le_bytes());
    }
    wav.extend(rate.to_le_bytes());
    wav.extend(rate.to_le_bytes());
    for short in [1_u16, 8] {
        wav.extend(short.to_le_bytes());
    }
    wav.extend(b"data");
    wav.extend((rate * 2).to_le_bytes());
    wav.extend(vec![128; rate as usize * 2]);
    let file = folder.take("two seconds.wav", &wav).await.unwrap();
    assert_eq!(
        (file.shown.kind, file.shown.duration),
        (AttachmentKind::Audio, Some(2_000))
    );
}

#[tokio::test]
async fn names_are_made_harmless_and_fit_the_service() {
    let folder = Folder::new();
    for (given, wanted) in [
        ("../../etc/passwd", "passwd"),
        ("a\0b\u{202e}gpj.exe", "abgpj.exe"),
        ("CON.txt", "_CON.txt"),
        ("", "file.txt"),
    ] {
        let bytes = if given.is_empty() {
            b"\xef\xbb\xbftext".as_slice()
        } else {
            b"text"
        };
        let file = folder.take(given, bytes).await.unwrap();
        if given.is_empty() {
            assert!(file.shown.name.starts_with("file"), "{}", file.shown.name);
        } else {
            assert_eq!(file.shown.name, wanted);
        }
    }
    let long = format!("{}.pdf", "ä".repeat(4_000));
    let name = folder.take(&long, b"%PDF-1.7").await.unwrap().shown.name;
    assert!(
        name.chars().count() <= 100 && name.ends_with("ä.pdf"),
        "{name}"
    );
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_and_leaves_nothing() {
    let folder = Folder::new();
    let path = |name: &str| folder.dir.path().join(name);
    std::fs::write(path("empty"), b"").unwrap();
    std::fs::create_dir(path("folder")).unwrap();
    let large = std::fs::File::create(path("large")).unwrap();
    large.set_len(MAX_BYTES + 1).unwrap();
    for (name, wanted) in [
        ("empty", Unstageable::Empty),
        ("folder", Unstageable::Folder),
        ("large", Unstageable::TooLarge),
        ("missing", Unstageable::Unreadable),
    ] {
        let chosen = Chosen::Path(path(name));
        let taken = folder.outgoing.take(dialog_id(1), chosen).await;
        assert_eq!(taken.unwrap_err(), wanted, "{name}");
    }
    #[cfg(unix)]
    {
        let chosen = Chosen::Path("/dev/zero".into());
        let taken = folder.outgoing.take(dialog_id(1), chosen).await;
        assert_eq!(taken.unwrap_err(), Unstageable::Unreadable);
    }
    assert_eq!(folder.outgoing.sweep(&[]).unwrap(), 0);
}

#[tokio::test]
async fn a_frame_of_a_film_is_made_small_and_has_colours() {
    let folder = Folder::new();
    let bars = include_bytes!("../probe/bars.webm");
    let film = folder.take("bars.webm", bars).await.unwrap();
    assert_eq!(
        (film.shown.kind, film.shown.has_picture),
        (AttachmentKind::Video, false)
    );
    let poster = |frame: Vec<u8>| folder.outgoing.keep_poster(film.original, frame);
    let frame = encoded(&halves(1_280, 720), ImageFormat::Jpeg);
    let colours = poster(frame.clone()).await.unwrap();
    let hash = STANDARD.decode(colours).unwrap();
    assert!(
        (0.9..2.5).contains(&thumbhash::thumb_hash_to_approximate_aspect_ratio(&hash).unwrap())
    );
    let small = folder.outgoing.thumbnail(film.original).unwrap();
    let small = image::load_from_memory(&small).unwrap();
    assert_eq!(small.dimensions(), (720, 405));
    let vast = encoded(&halves(2_049, 1), ImageFormat::Png);
    for bad in [b"no picture".to_vec(), frame[..200].to_vec(), vast] {
        assert!(matches!(poster(bad).await, Err(NoPoster::NoPicture)));
    }
    assert_eq!(folder.bytes(film.original), bars);
    folder.outgoing.remove(film.original).unwrap();
    let late = poster(frame).await;
    assert!(
        matches!(late, Err(NoPoster::Disk(error)) if error.kind() == std::io::ErrorKind::NotFound)
    );
    assert!(folder.outgoing.thumbnail(film.original).is_err());
}

#[tokio::test]
async fn a_sweep_keeps_what_is_needed() {
    let folder = Folder::new();
    let kept = folder.take("a.txt", b"kept").await.unwrap().original;
    let gone = folder
        .take("b.txt", NO_CAPTION.as_bytes())
        .await
        .unwrap()
        .original;
    assert_eq!(folder.outgoing.sweep(&[kept]).unwrap(), 1);
    assert_eq!(folder.bytes(kept), b"kept");
    assert!(folder.outgoing.open(gone).is_err());
}
