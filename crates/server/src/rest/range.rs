//! RFC 9110 §14: the part of a file that a download asks for.

/// Which bytes to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All.
    Whole,
    /// From the first to the last, both included.
    Part(u64, u64),
    /// A part that the file does not have.
    Nothing,
}

/// Reads a `Range` header for a file of `size` bytes.
///
/// Several parts at once are answered with the whole, as the RFC allows; so is what is not understood.
pub(super) fn wanted(header: Option<&str>, size: u64) -> Wanted {
    let Some((first, last)) = header
        .and_then(|text| text.trim().strip_prefix("bytes="))
        .and_then(|parts| parts.trim().split_once('-'))
    else {
        return Wanted::Whole;
    };
    let end = size.saturating_sub(1);
    let (first, last) = match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => return Wanted::Whole,
        (Some(first), Some(last)) => (first, last.min(end)),
        (Some(first), None) if last.trim().is_empty() => (first, end),
        // The last so many bytes.
        (None, Some(0)) if first.trim().is_empty() => return Wanted::Nothing,
        (None, Some(count)) if first.trim().is_empty() => (size.saturating_sub(count), end),
        (_, _) => return Wanted::Whole,
    };
    if first >= size {
        Wanted::Nothing
    } else {
        Wanted::Part(first, last)
    }
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    // Without a look at the digits a sign would be taken.
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_from_somewhere_to_somewhere_or_to_the_end_or_the_last_bytes() {
        for (header, expected) in [
            ("bytes=0-0", Wanted::Part(0, 0)),
            ("bytes=2-5", Wanted::Part(2, 5)),
            ("bytes=2-500", Wanted::Part(2, 9)),
            ("bytes=2-", Wanted::Part(2, 9)),
            ("bytes=-3", Wanted::Part(7, 9)),
            ("bytes=-300", Wanted::Part(0, 9)),
            ("bytes=9-", Wanted::Part(9, 9)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=10-20", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
        ] {
            assert_eq!(wanted(Some(header), 10), expected, "{header}");
        }
    }

    #[test]
    fn what_is_no_single_part_is_the_whole() {
        for header in [
            "bytes=5-2",
            "bytes=0-1,3-4",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=+1-2",
            "items=0-1",
            "bytes=99999999999999999999-",
        ] {
            assert_eq!(wanted(Some(header), 10), Wanted::Whole, "{header}");
        }
        assert_eq!(wanted(None, 10), Wanted::Whole);
    }

    #[test]
    fn an_empty_file_has_no_parts() {
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Nothing);
        assert_eq!(wanted(None, 0), Wanted::Whole);
    }
}
