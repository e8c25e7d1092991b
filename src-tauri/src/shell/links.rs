//! Links into the app: `cubist:user/ID`, `cubist:dialog/ID`, `cubist:message/ID`.
//!
//! They come from anywhere: a web page, a mail, another program. Nothing happens by one but that
//! something is shown, and nothing but a well-formed number is taken from it.

use std::sync::{Mutex, PoisonError};

use cubist_client::model::{DialogId, MessageId, UserId};

use crate::ipc::types::link::Link;

/// The scheme.
pub const SCHEME: &str = "cubist:";

/// Larger numbers are no exact numbers in the page.
const LARGEST_ID: u64 = 1 << 53;

/// Whether a word of the command line is a link and no file.
pub fn is_link(word: &str) -> bool {
    word.get(..SCHEME.len())
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
}

/// What a link leads to. Browsers may write `cubist://user/1/`.
pub fn parse(text: &str) -> Link {
    let path = text.get(SCHEME.len()..).unwrap_or_default();
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let found = match path.split_once('/') {
        Some(("user", id)) => user(id),
        Some(("dialog", id)) => id.parse().ok().map(|id: DialogId| Link::Dialog(id.into())),
        Some(("message", id)) => id
            .parse()
            .ok()
            .map(|id: MessageId| Link::Message(id.into())),
        _ => None,
    };
    if is_link(text) {
        found.unwrap_or(Link::Unknown)
    } else {
        Link::Unknown
    }
}

fn user(id: &str) -> Option<Link> {
    // `+1` is a number for Rust, and no id.
    let digits = id.bytes().all(|byte| byte.is_ascii_digit());
    let id: u64 = id.parse().ok().filter(|id| digits && *id < LARGEST_ID)?;
    UserId::new(id).map(|id| Link::User(id.into()))
}

/// The link that was followed last and that nobody has taken yet: the page may not be there, or the
/// app may be locked.
#[derive(Debug, Default)]
pub struct WantedLink(Mutex<Option<Link>>);

impl WantedLink {
    /// Keeps a link in the place of an earlier one.
    pub fn put(&self, link: Link) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(link);
    }

    /// The link, once.
    pub fn take(&self) -> Option<Link> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::{WantedLink, is_link, parse};
    use crate::ipc::types::link::Link;

    const OBJECT: &str = "5c094c0ce588ce6856f87422";

    #[test]
    fn each_kind_is_found_however_it_is_written() {
        for text in [
            format!("cubist:message/{OBJECT}"),
            format!("CUBIST:message/{OBJECT}"),
            format!("cubist://message/{OBJECT}/"),
        ] {
            assert!(matches!(parse(&text), Link::Message(_)), "{text}");
        }
        assert!(matches!(
            parse(&format!("cubist:dialog/{OBJECT}")),
            Link::Dialog(_)
        ));
        assert!(matches!(parse("cubist:user/4448514"), Link::User(_)));
    }

    #[test]
    fn what_is_none_leads_nowhere() {
        for text in [
            "cubist:",
            "cubist:user/",
            "cubist:user/0",
            "cubist:user/-1",
            "cubist:user/+1",
            "cubist:user/9007199254740993",
            "cubist:user/1/2",
            "cubist:user/1?x=1",
            "cubist:message/../../etc/passwd",
            "cubist:message/5c094c0ce588ce6856f8742",
            "cubist:dialog/<script>",
            "cubist:lock/now",
            "https://example.org/user/1",
            "cubist;user/1",
            "ä",
            "",
        ] {
            assert_eq!(parse(text), Link::Unknown, "{text}");
        }
    }

    #[test]
    fn a_file_is_no_link() {
        assert!(is_link("cubist:user/1") && is_link("Cubist:x"));
        for word in [
            "cubist",
            "/home/ann/cubist:user",
            "c",
            "",
            "über:x",
            "ünïcöde",
        ] {
            assert!(!is_link(word), "{word}");
        }
    }

    #[test]
    fn a_link_is_taken_once_and_the_last_one_counts() {
        let wanted = WantedLink::default();
        wanted.put(parse("cubist:user/1"));
        wanted.put(parse("cubist:user/2"));
        assert_eq!(wanted.take(), Some(parse("cubist:user/2")));
        assert_eq!(wanted.take(), None);
    }
}
