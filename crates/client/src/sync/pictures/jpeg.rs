//! What it takes to decode a JPEG, by its headers (ITU T.81).

use std::io::{self, BufRead, ErrorKind, Read, Seek};

/// The most components that a picture has: four inks.
const MOST_COMPONENTS: u8 = 4;

/// Of how many components the coefficients of the whole picture must be held until the last of them
/// is read, two bytes for each. None for a picture whose components come together, a few rows after
/// another, as cameras write them. All of them for one that comes in several scans: a progressive one,
/// or one whose components come one by one. Headers that are out of order count as the worst ones.
///
/// Reads from where `file` stands, which is its beginning.
pub(super) fn held_components(file: impl BufRead + Seek) -> u8 {
    scan(file).unwrap_or(MOST_COMPONENTS)
}

fn scan(mut file: impl BufRead + Seek) -> io::Result<u8> {
    let disorder = || io::Error::from(ErrorKind::InvalidData);
    let [first, second] = bytes(&mut file)?;
    if (first, second) != (0xff, 0xd8) {
        return Err(disorder());
    }
    let mut components = 0;
    let mut is_progressive = false;
    loop {
        if bytes(&mut file)? != [0xff] {
            return Err(disorder());
        }
        let mut marker = 0xff;
        while marker == 0xff {
            [marker] = bytes(&mut file)?;
        }
        let length = u16::from_be_bytes(bytes(&mut file)?);
        let length = length.checked_sub(2).ok_or_else(disorder)?;
        let read = match marker {
            // The head of the frame: precision, height, width, number of components.
            0xc0..=0xc2 => {
                let [_, _, _, _, _, count] = bytes(&mut file)?;
                // Of two heads the decoder may take either.
                components = components.max(count);
                is_progressive |= marker == 0xc2;
                6
            }
            // The head of a scan: number of components.
            0xda => {
                let [together] = bytes(&mut file)?;
                let at_once = !is_progressive && together >= components;
                return Ok(if at_once { 0 } else { components });
            }
            // What stands alone has no place before the first scan.
            0x00..=0xbf | 0xd0..=0xd9 => return Err(disorder()),
            _ => 0,
        };
        let rest = length.checked_sub(read).ok_or_else(disorder)?;
        file.seek_relative(i64::from(rest))?;
    }
}

fn bytes<const COUNT: usize>(file: &mut impl Read) -> io::Result<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat};

    use super::{MOST_COMPONENTS, held_components};

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap();
        [&[0xff, marker], &length.to_be_bytes()[..], content].concat()
    }

    fn frame(marker: u8, components: u8) -> Vec<u8> {
        let mut content = vec![8, 0x1f, 0x40, 0x1f, 0x40, components];
        content.extend((0..components).flat_map(|number| [number, 0x11, 0]));
        segment(marker, &content)
    }

    fn scan(components: u8) -> Vec<u8> {
        let mut content = vec![components];
        content.extend((0..components).flat_map(|number| [number, 0]));
        content.extend([0, 63, 0]);
        segment(0xda, &content)
    }

    fn held(segments: &[Vec<u8>]) -> u8 {
        let file = [b"\xff\xd8".to_vec(), segments.concat()].concat();
        held_components(Cursor::new(file))
    }

    #[test]
    fn what_comes_in_several_scans_is_held_whole() {
        let note = segment(0xe1, b"Exif\0\0 \xff\xc2 in a note");
        for (held_whole, segments) in [
            (0, vec![frame(0xc0, 3), scan(3)]),
            (0, vec![note.clone(), frame(0xc1, 3), note.clone(), scan(3)]),
            (0, vec![frame(0xc0, 1), scan(1)]),
            (3, vec![frame(0xc2, 3), scan(3)]),
            (3, vec![note.clone(), vec![0xff], frame(0xc2, 3), scan(1)]),
            (1, vec![frame(0xc2, 1), scan(1)]),
            (3, vec![frame(0xc0, 3), scan(1)]),
            (4, vec![frame(0xc1, 4), scan(3)]),
            (3, vec![frame(0xc2, 3), frame(0xc0, 1), scan(1)]),
        ] {
            assert_eq!(held(&segments), held_whole, "{segments:02x?}");
        }
    }

    #[test]
    fn headers_out_of_order_count_as_the_worst() {
        for segments in [
            vec![],
            vec![frame(0xc0, 3)],
            vec![vec![0], frame(0xc0, 3), scan(3)],
            vec![vec![0xff, 0xd0], frame(0xc0, 3), scan(3)],
            vec![segment(0xc0, b"short"), scan(3)],
            vec![b"\xff\xe1\0\x01".to_vec(), frame(0xc0, 3), scan(3)],
        ] {
            assert_eq!(held(&segments), MOST_COMPONENTS, "{segments:02x?}");
        }
        assert_eq!(held_components(Cursor::new(b"\x89PNG")), MOST_COMPONENTS);
    }

    #[test]
    fn a_common_picture_is_not_held() {
        let mut bytes = Vec::new();
        DynamicImage::new_rgb8(20, 10)
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Jpeg)
            .unwrap();
        assert_eq!(held_components(Cursor::new(bytes)), 0);
    }
}
