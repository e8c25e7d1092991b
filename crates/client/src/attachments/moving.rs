//! Pictures that move, which are shown and sent as they are: encoding them anew would stop them.
//!
//! Only the order of their blocks is read here, never their pixels: how many frames there are, and which
//! bytes are needed to draw them. What else stands in such a file (comments, the place, the camera, what
//! somebody wrote behind its end) is left out when it is sent.
//!
//! `GIF89a`; PNG third edition (APNG); the `WebP` container specification.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::ops::Range;

use image::ImageFormat;

/// Stretches that a file is cut into at most. More were put there on purpose.
const MOST_PIECES: usize = 10_000;

/// Extensions of a GIF that say how often it is played.
const LOOPS: [&[u8; 11]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];

/// Chunks of a PNG without which it looks different. Those whose names begin with a capital are needed by
/// definition.
const PNG_LOOKS: [&[u8; 4]; 13] = [
    b"acTL", b"fcTL", b"fdAT", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT",
    b"bKGD", b"pHYs", b"hIST",
];

/// Chunks of a `WebP` file without which it looks different.
const WEBP_LOOKS: [&[u8; 4]; 7] = [
    b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP",
];

/// Flags of `VP8X`: the file moves; it has notes of the camera; it has notes of programs.
const WEBP_MOVES: u8 = 0x02;
const WEBP_NOTES: u8 = 0x08 | 0x04;

/// What the order of a picture's blocks tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moving {
    /// As far as the file is in good order; 0 for a format or a file that does not move.
    pub(crate) frames: u64,
    /// What is needed to draw it; `None` if the file is not in good order to its end.
    pub(crate) needed: Option<Needed>,
}

/// The bytes of a file that are needed to draw it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needed {
    pieces: VecDeque<Piece>,
    /// Whether that is the file as it is.
    is_all: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Of the file.
    At(Range<u64>),
    /// Not as they stand there.
    Bytes(Vec<u8>),
}

impl Needed {
    /// Whether that is the file as it is.
    pub(crate) fn is_all(&self) -> bool {
        self.is_all
    }

    /// The file without the rest.
    pub(crate) fn of<R: Read + Seek>(self, file: R) -> impl Read {
        Kept {
            file,
            pieces: self.pieces,
            left: 0,
            bytes: io::Cursor::default(),
        }
    }

    fn keep(&mut self, range: Range<u64>) -> io::Result<()> {
        if let Some(Piece::At(last)) = self.pieces.back_mut()
            && last.end == range.start
        {
            last.end = range.end;
            return Ok(());
        }
        self.put(Piece::At(range))
    }

    fn put(&mut self, piece: Piece) -> io::Result<()> {
        if self.pieces.len() >= MOST_PIECES {
            return Err(disorder());
        }
        self.pieces.push_back(piece);
        Ok(())
    }
}

/// Looks at a picture of a format.
pub(crate) fn look(format: ImageFormat, mut file: impl BufRead + Seek) -> Moving {
    let mut moving = Moving::default();
    let mut needed = Needed::default();
    let walked = length(&mut file).and_then(|length| {
        let frames = &mut moving.frames;
        if format == ImageFormat::Gif {
            gif(&mut file, frames, &mut needed)?;
        } else if format == ImageFormat::Png {
            png(&mut file, frames, &mut needed)?;
        } else if format == ImageFormat::WebP {
            webp(&mut file, length, frames, &mut needed)?;
        } else {
            return Err(disorder());
        }
        // What is kept is there.
        let is_there = needed.pieces.iter().all(|piece| match piece {
            Piece::At(range) => range.end <= length,
            Piece::Bytes(_) => true,
        });
        needed.is_all = needed.pieces == [Piece::At(0..length)];
        if is_there { Ok(()) } else { Err(disorder()) }
    });
    if walked.is_ok() {
        moving.needed = Some(needed);
    }
    moving
}

fn gif(file: &mut (impl BufRead + Seek), frames: &mut u64, needed: &mut Needed) -> io::Result<()> {
    const IMAGE: u8 = 0x2c;
    const EXTENSION: u8 = 0x21;
    const END: u8 = 0x3b;
    const CONTROL: u8 = 0xf9;
    const APPLICATION: u8 = 0xff;
    let head: [u8; 13] = bytes(file)?;
    let [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', .., flags, _, _] = head else {
        return Err(disorder());
    };
    skip(file, colours(flags))?;
    needed.keep(0..file.stream_position()?)?;
    loop {
        let start = file.stream_position()?;
        let is_needed = match byte(file) {
            Ok(IMAGE) => {
                let [.., flags]: [u8; 9] = bytes(file)?;
                skip(file, colours(flags))?;
                // How long its codes are.
                byte(file)?;
                sub_blocks(file)?;
                *frames += 1;
                true
            }
            Ok(EXTENSION) => {
                let label = byte(file)?;
                let mut is_needed = label == CONTROL;
                if label == APPLICATION {
                    let length = u64::from(byte(file)?);
                    if length == 11 {
                        let name: [u8; 11] = bytes(file)?;
                        is_needed = LOOPS.contains(&&name);
                    } else {
                        skip(file, length)?;
                    }
                }
                sub_blocks(file)?;
                is_needed
            }
            Ok(END) => {
                needed.keep(start..start + 1)?;
                return Ok(());
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                // Many programs leave the end out.
                return needed.put(Piece::Bytes(vec![END]));
            }
            Ok(_) => return Err(disorder()),
            Err(error) => return Err(error),
        };
        if is_needed {
            needed.keep(start..file.stream_position()?)?;
        }
    }
}

/// Bytes of a GIF's table of colours, by the flags before it.
fn colours(flags: u8) -> u64 {
    if flags & 0x80 == 0 {
        return 0;
    }
    3 << ((flags & 7) + 1)
}

fn sub_blocks(file: &mut (impl BufRead + Seek)) -> io::Result<()> {
    loop {
        match byte(file)? {
            0 => return Ok(()),
            length => skip(file, u64::from(length))?,
        }
    }
}

fn png(file: &mut (impl BufRead + Seek), frames: &mut u64, needed: &mut Needed) -> io::Result<()> {
    let head: [u8; 8] = bytes(file)?;
    if head != *b"\x89PNG\r\n\x1a\n" {
        return Err(disorder());
    }
    needed.keep(0..8)?;
    let mut moves = false;
    loop {
        let start = file.stream_position()?;
        let length = u64::from(u32::from_be_bytes(bytes(file)?));
        let name: [u8; 4] = bytes(file)?;
        // With its checksum.
        skip(file, length + 4)?;
        let [first, ..] = name;
        if first.is_ascii_uppercase() || PNG_LOOKS.contains(&&name) {
            needed.keep(start..file.stream_position()?)?;
        }
        match &name {
            b"acTL" => moves = true,
            // Nothing is to be said of a picture that does not move.
            b"IDAT" if !moves => return Err(disorder()),
            b"fcTL" => *frames += 1,
            b"IEND" => return Ok(()),
            _ => {}
        }
    }
}

fn webp(
    file: &mut (impl BufRead + Seek),
    length: u64,
    frames: &mut u64,
    needed: &mut Needed,
) -> io::Result<()> {
    let riff: [u8; 4] = bytes(file)?;
    let said = u64::from(u32::from_le_bytes(bytes(file)?)) + 8;
    let kind: [u8; 4] = bytes(file)?;
    if riff != *b"RIFF" || kind != *b"WEBP" {
        return Err(disorder());
    }
    let name: [u8; 4] = bytes(file)?;
    let size = u32::from_le_bytes(bytes(file)?);
    let [flags, rest @ ..]: [u8; 10] = bytes(file)?;
    if name != *b"VP8X" || size != 10 || flags & WEBP_MOVES == 0 {
        // It does not move.
        return Err(disorder());
    }
    let begin = file.stream_position()?;
    let mut kept = Needed::default();
    let mut at = begin;
    while at < said {
        let name: [u8; 4] = bytes(file)?;
        let size = u64::from(u32::from_le_bytes(bytes(file)?));
        // Of an odd length there is one more.
        skip(file, size.next_multiple_of(2))?;
        let end = file.stream_position()?;
        if &name == b"ANMF" {
            *frames += 1;
        }
        if WEBP_LOOKS.contains(&&name) {
            kept.keep(at..end)?;
        }
        at = end;
    }
    let is_all = at == length && kept.pieces == [Piece::At(begin..at)] && flags & WEBP_NOTES == 0;
    if is_all {
        return needed.keep(0..length);
    }
    let body: u64 = kept
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::At(range) => range.end - range.start,
            Piece::Bytes(bytes) => bytes.len() as u64,
        })
        .sum();
    // The kind of the file and its first chunk count, too.
    let size = u32::try_from(body + 4 + 18).map_err(|_| disorder())?;
    let mut head = b"RIFF".to_vec();
    head.extend(size.to_le_bytes());
    head.extend(b"WEBPVP8X");
    head.extend(10_u32.to_le_bytes());
    head.push(flags & !WEBP_NOTES);
    head.extend(rest);
    needed.put(Piece::Bytes(head))?;
    needed.pieces.append(&mut kept.pieces);
    Ok(())
}

fn disorder() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

fn length(file: &mut impl Seek) -> io::Result<u64> {
    let length = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    Ok(length)
}

fn byte(file: &mut impl Read) -> io::Result<u8> {
    bytes(file).map(|[byte]| byte)
}

fn bytes<const N: usize>(file: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Goes on; a block that ends behind the file is found when the next one is read, or at the end.
fn skip(file: &mut (impl BufRead + Seek), mut count: u64) -> io::Result<()> {
    while count > 0 {
        let here = file.fill_buf()?.len();
        if here == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let step = usize::try_from(count).unwrap_or(usize::MAX).min(here);
        file.consume(step);
        count -= step as u64;
    }
    Ok(())
}

/// Reads some pieces of a file, one behind the other.
struct Kept<R> {
    file: R,
    pieces: VecDeque<Piece>,
    /// What is left of the piece that is being read, where it is one of the file.
    left: u64,
    bytes: io::Cursor<Vec<u8>>,
}

impl<R: Read + Seek> Read for Kept<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.left > 0 {
                let read = self.file.by_ref().take(self.left).read(into)?;
                if read == 0 && !into.is_empty() {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                self.left -= read as u64;
                return Ok(read);
            }
            let read = self.bytes.read(into)?;
            if read > 0 {
                return Ok(read);
            }
            match self.pieces.pop_front() {
                Some(Piece::At(range)) => {
                    self.file.seek(SeekFrom::Start(range.start))?;
                    self.left = range.end - range.start;
                }
                Some(Piece::Bytes(bytes)) => self.bytes = io::Cursor::new(bytes),
                None => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Cursor, Read};

    use image::ImageFormat;

    use super::{Moving, look};
    use crate::attachments::images::tests::crc32;

    fn looked(format: ImageFormat, bytes: &[u8]) -> Moving {
        look(format, Cursor::new(bytes))
    }

    /// What is sent of a picture that moves.
    fn kept(format: ImageFormat, bytes: &[u8]) -> Vec<u8> {
        let needed = looked(format, bytes).needed.unwrap();
        let mut kept = Vec::new();
        needed
            .of(Cursor::new(bytes))
            .read_to_end(&mut kept)
            .unwrap();
        kept
    }

    /// A GIF of so many frames, with the blocks between its head and them.
    pub(crate) fn gif(side: u16, frames: usize, blocks: &[u8]) -> Vec<u8> {
        let mut bytes = b"GIF89a".to_vec();
        bytes.extend(side.to_le_bytes());
        bytes.extend(side.to_le_bytes());
        // Two colours.
        bytes.extend([0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
        bytes.extend(blocks);
        for _ in 0..frames {
            bytes.extend(b"\x21\xf9\x04\x00\x0a\x00\x00\x00");
            // One pixel of its own.
            bytes.extend(b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0");
        }
        bytes.push(0x3b);
        bytes
    }

    pub(crate) const NOTES: &[u8] = b"\x21\xfe\x0bPosition 50\0\x21\xff\x0bXMP DataXMP\x03<x>\0";
    const LOOP: &[u8] = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0";

    fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap();
        let named = [name.as_slice(), data].concat();
        let checksum = crc32(&named).to_be_bytes();
        [&length.to_be_bytes(), named.as_slice(), &checksum].concat()
    }

    /// A PNG that moves, with a chunk before its pixels.
    pub(crate) fn apng(frames: u32, note: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 4, 4);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_animated(frames, 0).unwrap();
        let mut writer = encoder.write_header().unwrap();
        for _ in 0..frames {
            writer.write_image_data(&[7; 16]).unwrap();
        }
        writer.finish().unwrap();
        // Behind the header, which takes 33 bytes.
        bytes.splice(33..33, note.iter().copied());
        bytes
    }

    fn riff(name: [u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap();
        let mut bytes = [&name, length.to_le_bytes().as_slice(), data].concat();
        if data.len() % 2 == 1 {
            bytes.push(0);
        }
        bytes
    }

    /// A `WebP` picture of four by four pixels that moves.
    pub(crate) fn webp(frames: usize, flags: u8, notes: &[u8]) -> Vec<u8> {
        let pixels =
            image::DynamicImage::from(image::RgbImage::from_pixel(4, 4, image::Rgb([9; 3])));
        let mut still = Vec::new();
        pixels
            .write_to(&mut Cursor::new(&mut still), ImageFormat::WebP)
            .unwrap();
        let mut body = b"WEBP".to_vec();
        body.extend(riff(*b"VP8X", &[0x02 | flags, 0, 0, 0, 3, 0, 0, 3, 0, 0]));
        body.extend(riff(*b"ANIM", &[0; 6]));
        for _ in 0..frames {
            let mut frame = vec![0, 0, 0, 0, 0, 0, 3, 0, 0, 3, 0, 0, 100, 0, 0, 0];
            // Without the head of the file: the pixels are a chunk of their own.
            frame.extend(&still[12..]);
            body.extend(riff(*b"ANMF", &frame));
        }
        body.extend(notes);
        let length = u32::try_from(body.len()).unwrap();
        [b"RIFF", length.to_le_bytes().as_slice(), &body].concat()
    }

    #[test]
    fn frames_are_counted_as_far_as_a_file_is_in_order() {
        use ImageFormat::{Gif, Jpeg, Png, WebP};
        for (format, bytes) in [
            (Gif, gif(4, 3, LOOP)),
            (Png, apng(3, b"")),
            (WebP, webp(3, 0, b"")),
        ] {
            let whole = looked(format, &bytes);
            assert_eq!(whole.frames, 3);
            assert!(whole.needed.unwrap().is_all());
            assert_eq!(kept(format, &bytes), bytes);
            // The last frame is cut.
            let cut = looked(format, &bytes[..bytes.len() - 20]);
            assert!(
                cut.frames >= 2 && cut.needed.is_none(),
                "{format:?} {cut:?}"
            );
            // What another file is hidden behind.
            let longer = [&bytes, b"PK\x03\x04secret".as_slice()].concat();
            assert_eq!(kept(format, &longer).len(), bytes.len());
            for other in [&bytes[..3], b"", b"hello"] {
                assert_eq!(looked(format, other), Moving::default());
            }
        }
        assert_eq!(looked(Jpeg, b"\xff\xd8\xff"), Moving::default());
    }

    #[test]
    fn what_stands_beside_the_frames_is_left_out_and_the_rest_is_as_it_was() {
        let whole = gif(4, 2, &[NOTES, LOOP, NOTES].concat());
        assert_eq!(kept(ImageFormat::Gif, &whole), gif(4, 2, LOOP));
        let mut endless = whole;
        endless.pop();
        assert_eq!(kept(ImageFormat::Gif, &endless), gif(4, 2, LOOP));
        let notes = [
            chunk(*b"tEXt", b"Comment\0at home"),
            chunk(*b"eXIf", b"MM\0*position"),
        ]
        .concat();
        assert_eq!(kept(ImageFormat::Png, &apng(2, &notes)), apng(2, b""));
        let notes = [riff(*b"EXIF", b"position"), riff(*b"XMP ", b"<x>")].concat();
        assert_eq!(
            kept(ImageFormat::WebP, &webp(2, 0x0c, &notes)),
            webp(2, 0, b"")
        );
    }

    #[test]
    fn what_does_not_move_is_none_of_this() {
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let mut bytes = Vec::new();
            image::DynamicImage::new_rgb8(3, 3)
                .write_to(&mut Cursor::new(&mut bytes), format)
                .unwrap();
            assert_eq!(looked(format, &bytes), Moving::default());
        }
    }

    #[test]
    fn a_file_in_very_many_pieces_is_in_no_order() {
        let blocks = [LOOP, NOTES].concat().repeat(20_000);
        let looked = looked(ImageFormat::Gif, &gif(4, 2, &blocks));
        assert!(looked.needed.is_none());
    }
}
