use std::io::Cursor;

use super::{Probed, probe};
use crate::model::AttachmentKind;

const BARS: &[u8] = include_bytes!("bars.webm");

fn probed(file: &[u8], name: &str) -> Probed {
    probe(Cursor::new(file), file.len() as u64, name)
}

/// Kind, type, size and length of a film.
fn measured(film: &[u8]) -> (AttachmentKind, String, Option<(u32, u32)>, Option<u64>) {
    let found = probed(film, "whatever it is called");
    (found.kind, found.content_type, found.size, found.duration)
}

/// A box (ISO/IEC 14496-12 §4.2) around others or around its fields.
fn boxed(name: &str, content: &[Vec<u8>]) -> Vec<u8> {
    let content = content.concat();
    let size = u32::try_from(8 + content.len()).unwrap();
    [&size.to_be_bytes(), name.as_bytes(), &content].concat()
}

/// Fields of 32 bits, in the order of the file.
fn fields(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

const UPRIGHT: [u32; 9] = [1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30];
const TURNED: [u32; 9] = [0, 1 << 16, 0, u32::MAX << 16, 0, 0, 0, 0, 1 << 30];

fn brand(major: &str) -> Vec<u8> {
    boxed("ftyp", &[major.as_bytes().to_vec(), fields(&[512])])
}

/// The head of a film, with so many ticks of 1/600 s.
fn film_header(ticks: u32) -> Vec<u8> {
    let until_matrix = fields(&[0, 0, 0, 600, ticks, 1 << 16, 1 << 24, 0, 0]);
    boxed("mvhd", &[until_matrix, fields(&UPRIGHT), fields(&[0; 7])])
}

/// A track of a kind, with its matrix and its size in pixels.
fn track(handler: &str, matrix: &[u32; 9], (width, height): (u32, u32)) -> Vec<u8> {
    let header = [
        fields(&[3, 0, 0, 1, 0, 600, 0, 0, 0, 0]),
        fields(matrix),
        fields(&[width << 16, height << 16]),
    ];
    let handler = [
        fields(&[0, 0]),
        handler.as_bytes().to_vec(),
        fields(&[0, 0, 0]),
        b"a name\0".to_vec(),
    ];
    // A table that claims as many samples as there can be, all of them a byte long.
    let sizes = boxed("stsz", &[fields(&[0, 1, u32::MAX])]);
    let medium = [
        boxed("hdlr", &handler),
        boxed("minf", &[boxed("stbl", &[sizes])]),
    ];
    boxed("trak", &[boxed("tkhd", &header), boxed("mdia", &medium)])
}

fn picture(matrix: &[u32; 9]) -> Vec<u8> {
    track("vide", matrix, (640, 360))
}

fn film(
    size: Option<(u32, u32)>,
    duration: Option<u64>,
) -> (AttachmentKind, String, Option<(u32, u32)>, Option<u64>) {
    (
        AttachmentKind::Video,
        "video/mp4".to_owned(),
        size,
        duration,
    )
}

#[test]
fn an_mp4_says_how_large_and_how_long_it_is() {
    let sound = track("soun", &UPRIGHT, (0, 0));
    let head = boxed("moov", &[film_header(1_500), sound, picture(&UPRIGHT)]);
    let content = boxed("mdat", &[vec![7; 5_000]]);
    let quick = [brand("isom"), head.clone(), content.clone()].concat();
    assert_eq!(measured(&quick), film(Some((640, 360)), Some(2_500)));
    // As cameras write it: the head comes last.
    let camera = [brand("mp42"), content, head].concat();
    assert_eq!(measured(&camera), film(Some((640, 360)), Some(2_500)));
}

#[test]
fn a_film_of_quicktime_that_lies_on_its_side_is_as_high_as_it_is_shown() {
    let head = boxed("moov", &[film_header(600), picture(&TURNED)]);
    let content = boxed("mdat", &[vec![7; 100]]);
    let (kind, content_type, size, duration) =
        measured(&[brand("qt  "), boxed("wide", &[]), content, head].concat());
    assert_eq!(kind, AttachmentKind::Video);
    assert_eq!(content_type, "video/quicktime");
    assert_eq!((size, duration), (Some((360, 640)), Some(1_000)));
}

#[test]
fn a_film_in_pieces_says_elsewhere_how_long_it_is() {
    let pieces = boxed("mvex", &[boxed("mehd", &[fields(&[0, 2_400])])]);
    let head = boxed("moov", &[film_header(0), picture(&UPRIGHT), pieces]);
    let whole = [brand("iso5"), head].concat();
    assert_eq!(measured(&whole), film(Some((640, 360)), Some(4_000)));
    // Or nowhere.
    for unknown in [0, u32::MAX] {
        let head = boxed("moov", &[film_header(unknown), picture(&UPRIGHT)]);
        let whole = [brand("iso5"), head].concat();
        assert_eq!(measured(&whole), film(Some((640, 360)), None));
    }
}

#[test]
fn a_head_that_lies_is_passed_over() {
    // Larger than any memory, within a box that fits.
    let claim = [
        fields(&[1]),
        b"free".to_vec(),
        (1_u64 << 50).to_be_bytes().to_vec(),
    ]
    .concat();
    let meta = boxed("meta", &[fields(&[0]), claim.clone()]);
    let head = boxed("moov", &[film_header(600), meta, picture(&UPRIGHT)]);
    let film_of = |head: Vec<u8>| measured(&[brand("isom"), head].concat());
    assert_eq!(film_of(head), film(Some((640, 360)), Some(1_000)));
    // A box of which nobody knows where it ends hides what follows.
    let head = boxed("moov", &[film_header(600), claim, picture(&UPRIGHT)]);
    assert_eq!(film_of(head), film(None, Some(1_000)));
    // Smaller than its own head.
    let tiny = [fields(&[3]), b"free".to_vec()].concat();
    let head = boxed("moov", &[film_header(600), tiny, picture(&UPRIGHT)]);
    assert_eq!(film_of(head), film(None, Some(1_000)));
    // Films within films, deeper than any stack.
    let deep = (0..5_000).fold(Vec::new(), |inner, _| boxed("moov", &[inner]));
    assert_eq!(film_of(deep), film(None, None));
    // No side of zero, and none that is no picture.
    let head = boxed("moov", &[film_header(600), track("vide", &UPRIGHT, (0, 9))]);
    assert_eq!(film_of(head), film(None, Some(1_000)));
}

#[test]
fn a_film_that_ends_anywhere_is_still_a_film() {
    let head = boxed("moov", &[film_header(600), picture(&UPRIGHT)]);
    let whole = [brand("isom"), head].concat();
    for length in 12..whole.len() {
        let found = probed(&whole[..length], "film.mp4");
        assert_eq!(found.kind, AttachmentKind::Video, "{length} bytes");
    }
    // Its head ends between the two parts of it.
    let found = probed(&BARS[..300], "bars.webm");
    assert_eq!(
        (found.kind, found.size, found.duration),
        (AttachmentKind::Video, None, Some(2_000))
    );
}

#[test]
fn a_webm_says_how_large_and_how_long_it_is() {
    let found = probed(BARS, "whatever it is called");
    assert_eq!(found.kind, AttachmentKind::Video);
    assert_eq!(found.content_type, "video/webm");
    assert_eq!(found.size, Some((320, 180)));
    let duration = found.duration.unwrap();
    assert!((1_900..=2_100).contains(&duration), "{duration} ms");
}

#[test]
fn a_matroska_film_is_measured_like_a_webm() {
    // The same under the name of the whole format: RFC 8794 §11.2.6, three bytes longer.
    let name = BARS
        .windows(8)
        .position(|part| part == b"\x42\x82\x85webm\0")
        .unwrap();
    let mut film = BARS[..name].to_vec();
    film.extend(b"\x42\x82\x88matroska");
    film.extend(&BARS[name + 8..]);
    // The head is longer by as much.
    assert_eq!(film[11], 0x10);
    film[11] = 0x13;
    let found = probed(&film, "film.mkv");
    assert_eq!(found.content_type, "video/x-matroska");
    assert_eq!(
        (found.kind, found.size),
        (AttachmentKind::Video, Some((320, 180)))
    );
    assert!(found.duration.is_some());
}

/// An element (RFC 8794 §4) around others or around its content.
fn element(id: &str, content: &[Vec<u8>]) -> Vec<u8> {
    let content = content.concat();
    claimed(id, content.len() as u64, &content)
}

/// An element that says it is so long.
fn claimed(id: &str, size: u64, content: &[u8]) -> Vec<u8> {
    let id = u32::from_str_radix(id, 16).unwrap().to_be_bytes();
    let id = id.into_iter().skip_while(|&byte| byte == 0).collect();
    let size = size | 1 << 56;
    [id, size.to_be_bytes().to_vec(), content.to_vec()].concat()
}

/// What an element says that is written while it is sent: it ends where others begin.
const UNKNOWN: u64 = (1 << 56) - 1;

fn webm(parts: &[Vec<u8>]) -> Vec<u8> {
    let head = b"\x1A\x45\xDF\xA3\x87\x42\x82\x84webm".to_vec();
    // Enough of it that its type is told.
    let padding = element("EC", &[vec![0; 300]]);
    [
        head,
        claimed("18538067", UNKNOWN, &[padding, parts.concat()].concat()),
    ]
    .concat()
}

fn length(ticks: f32) -> Vec<u8> {
    element(
        "1549A966",
        &[element("4489", &[ticks.to_be_bytes().to_vec()])],
    )
}

fn tracks(width: u16, height: u16) -> Vec<u8> {
    let width = element("B0", &[width.to_be_bytes().to_vec()]);
    let height = element("BA", &[height.to_be_bytes().to_vec()]);
    let sound = element("AE", &[element("83", &[vec![2]])]);
    let video = element(
        "AE",
        &[element("83", &[vec![1]]), element("E0", &[width, height])],
    );
    element("1654AE6B", &[sound, video])
}

fn webm_film(
    size: Option<(u32, u32)>,
    duration: Option<u64>,
) -> (AttachmentKind, String, Option<(u32, u32)>, Option<u64>) {
    (
        AttachmentKind::Video,
        "video/webm".to_owned(),
        size,
        duration,
    )
}

#[test]
fn a_webm_that_is_written_while_it_is_sent_is_measured_as_far_as_it_knows() {
    // As browsers record it: no length, and clusters that end where others begin.
    let info = element("1549A966", &[element("2AD7B1", &[vec![0x0F, 0x42, 0x40]])]);
    let cluster = claimed("1F43B675", UNKNOWN, &[7; 2_000]);
    let film = webm(&[info, tracks(640, 360), cluster]);
    assert_eq!(measured(&film), webm_film(Some((640, 360)), None));
}

#[test]
fn a_webm_counts_in_ticks_of_its_own() {
    let ticks = element("4489", &[250_f64.to_be_bytes().to_vec()]);
    let scale = element("2AD7B1", &[10_000_000_u32.to_be_bytes().to_vec()]);
    let info = element("1549A966", &[ticks, scale]);
    let film = webm(&[info, tracks(640, 360)]);
    assert_eq!(measured(&film), webm_film(Some((640, 360)), Some(2_500)));
}

#[test]
fn a_webm_that_lies_costs_nothing() {
    let whole = webm_film(Some((640, 360)), Some(1_500));
    // Larger than any memory; what follows is hidden by it.
    let claim = claimed("4D80", 1 << 50, b"nobody");
    let info = element(
        "1549A966",
        &[
            element("4489", &[1_500_f32.to_be_bytes().to_vec()]),
            claim.clone(),
        ],
    );
    assert_eq!(measured(&webm(&[info, tracks(640, 360)])), whole);
    let film = webm(&[length(1_500.0), claim, tracks(640, 360)]);
    assert_eq!(measured(&film), webm_film(None, Some(1_500)));
    // A number longer than any number, and one that is none.
    let wide = claimed("B0", 1 << 40, &[1]);
    let video = element("AE", &[element("E0", &[wide])]);
    let film = webm(&[length(f32::NAN), element("1654AE6B", &[video])]);
    assert_eq!(measured(&film), webm_film(None, None));
    // Tracks within tracks, deeper than any stack.
    let deep = (0..2_000).fold(Vec::new(), |inner, _| element("AE", &[inner]));
    let film = webm(&[length(1_500.0), element("1654AE6B", &[deep])]);
    assert_eq!(measured(&film), webm_film(None, Some(1_500)));
    // As many elements as fit, each of them empty.
    let many = [0xEC, 0x80].repeat(500_000);
    let film = webm(&[element("1654AE6B", &[many]), length(1_500.0)]);
    assert_eq!(measured(&film), webm_film(None, None));
    // No side of zero.
    let film = webm(&[length(1_500.0), tracks(0, 360)]);
    assert_eq!(measured(&film), webm_film(None, Some(1_500)));
}
