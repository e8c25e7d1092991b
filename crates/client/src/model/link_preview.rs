//! What the page behind a link shows of itself, as its message carries it.
//!
//! The sender's engine looks at the page; everyone else reads the field and asks nobody. Whoever
//! wrote the field may have put anything there, so reading it is as careful as reading the page was.

use cubist_protocol::rest::blob::BlobUid;
use serde_json::{Map, Value, json};
use url::Url;

/// Longest address (bytes): what browsers take.
const ADDRESS_BYTES: usize = 2048;

/// Longest field that is looked into (bytes): four times what this engine writes at most.
const FIELD_BYTES: usize = 16 * 1024;

/// Characters of a title, of a description and of a site's name; more than two lines are not drawn.
const TITLE_CHARS: usize = 160;
const DESCRIPTION_CHARS: usize = 300;
const SITE_CHARS: usize = 60;

/// Widest and highest picture a field may announce, in pixels; one of this engine has 512.
const PICTURE_SIDE: u64 = 4096;

/// A picture of a page, stored with the messenger's own files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewPicture {
    /// The stored file.
    pub uid: BlobUid,
    /// Pixels from left to right, 1 to 4096.
    pub width: u32,
    /// Pixels from top to bottom, 1 to 4096.
    pub height: u32,
}

/// What a page shows of itself: a title or a picture, mostly both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPreview {
    /// The link of the text that it belongs to: `http` or `https`, without a name or a password.
    pub url: Url,
    /// The page's title; empty where only a picture is shown.
    pub title: String,
    /// One or two sentences about it; may be empty.
    pub description: String,
    /// What the site calls itself; may be empty, and proves nothing.
    pub site: String,
    /// Its picture.
    pub picture: Option<PreviewPicture>,
}

impl LinkPreview {
    /// A preview with texts made fit to be shown. `None` when nothing is left to show.
    pub(crate) fn new(
        url: Url,
        title: &str,
        description: &str,
        site: &str,
        picture: Option<PreviewPicture>,
    ) -> Option<Self> {
        let preview = Self {
            url: shown_address(url)?,
            title: shown(title, TITLE_CHARS),
            description: shown(description, DESCRIPTION_CHARS),
            site: shown(site, SITE_CHARS),
            picture,
        };
        let says_something = !preview.title.is_empty() || preview.picture.is_some();
        says_something.then_some(preview)
    }

    /// Reads the field of a message. One that makes no sense says nothing.
    pub(crate) fn read(field: &str) -> Option<Self> {
        if field.len() > FIELD_BYTES {
            return None;
        }
        let object: Map<String, Value> = serde_json::from_str(field).ok()?;
        let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
        let picture = object.get("picture").and_then(|picture| {
            let side = |name: &str| {
                let pixels = picture.get(name)?.as_u64()?;
                (1..=PICTURE_SIDE).contains(&pixels).then_some(())?;
                u32::try_from(pixels).ok()
            };
            Some(PreviewPicture {
                // Only what the messenger's own server keeps: an address here would tell its owner
                // who looks at the message.
                uid: picture.get("uid")?.as_str()?.parse().ok()?,
                width: side("width")?,
                height: side("height")?,
            })
        });
        Self::new(
            Url::parse(text("url")).ok()?,
            text("title"),
            text("description"),
            text("site"),
            picture,
        )
    }

    /// The field of a message.
    pub(crate) fn write(&self) -> String {
        let mut object = Map::new();
        object.insert("url".to_owned(), json!(self.url.as_str()));
        for (name, text) in [
            ("title", &self.title),
            ("description", &self.description),
            ("site", &self.site),
        ] {
            if !text.is_empty() {
                object.insert(name.to_owned(), json!(text));
            }
        }
        if let Some(picture) = &self.picture {
            let picture = json!({
                "uid": picture.uid.to_string(),
                "width": picture.width,
                "height": picture.height,
            });
            object.insert("picture".to_owned(), picture);
        }
        Value::Object(object).to_string()
    }
}

/// An address that a preview may stand for: of the web, and without a name or a password, which
/// serve to make `https://bank.example@thief.example` look like the bank.
pub(crate) fn shown_address(url: Url) -> Option<Url> {
    let is_fit = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.as_str().len() <= ADDRESS_BYTES;
    is_fit.then_some(url)
}

/// A text of somebody else in one line of at most `most` characters. Control characters and marks
/// that turn the direction of writing go: they make `gpj.exe` read `exe.jpg`.
fn shown(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut chars = 0;
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    for word in words {
        let word: String = word.chars().filter(|&c| !is_invisible(c)).collect();
        if word.is_empty() {
            continue;
        }
        let space = (chars > 0).then_some(' ');
        for c in space.into_iter().chain(word.chars()) {
            if chars == most {
                line.push('…');
                return line;
            }
            line.push(c);
            chars += 1;
        }
    }
    line
}

/// Characters that are not seen and change what is. Joiners stay: emoji and Persian need them.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'
            | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{LinkPreview, PreviewPicture, shown};

    fn huts() -> LinkPreview {
        LinkPreview {
            url: Url::parse("https://alpine-huts.example/winter-rules").unwrap(),
            title: "Winter rules".to_owned(),
            description: "Ten people a booking.".to_owned(),
            site: "Alpine Huts".to_owned(),
            picture: Some(PreviewPicture {
                uid: "763ef825ad8748239ed07def2c14555100".parse().unwrap(),
                width: 512,
                height: 200,
            }),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let all = huts();
        assert_eq!(LinkPreview::read(&all.write()), Some(all));
        let bare = LinkPreview {
            description: String::new(),
            site: String::new(),
            picture: None,
            ..huts()
        };
        assert_eq!(
            bare.write(),
            r#"{"title":"Winter rules","url":"https://alpine-huts.example/winter-rules"}"#
        );
        assert_eq!(LinkPreview::read(&bare.write()), Some(bare));
    }

    #[test]
    fn the_address_is_one_of_the_web_without_disguise() {
        for url in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,x",
            "cubist:message/1",
            "https://bank.example@thief.example/",
            "https://user:pw@example.org/",
            "example.org",
            "",
        ] {
            let field = format!(r#"{{"url":"{url}","title":"Hello"}}"#);
            assert_eq!(LinkPreview::read(&field), None, "{url}");
        }
        let long = format!("https://example.org/{}", "a".repeat(2048));
        assert_eq!(
            LinkPreview::read(&format!(r#"{{"url":"{long}","title":"Hello"}}"#)),
            None
        );
    }

    #[test]
    fn what_is_no_preview_says_nothing() {
        for field in [
            "",
            "hello",
            "[]",
            "7",
            r#"{"title":"no address"}"#,
            r#"{"url":"https://example.org/"}"#,
            r#"{"url":"https://example.org/","title":7}"#,
            r#"{"url":"https://example.org/","title":"\u202e \u200b"}"#,
        ] {
            assert_eq!(LinkPreview::read(field), None, "{field}");
        }
        let huge = format!(
            r#"{{"url":"https://example.org/","title":"{}"}}"#,
            "a".repeat(20_000)
        );
        assert_eq!(LinkPreview::read(&huge), None);
    }

    #[test]
    fn a_picture_is_one_of_the_messengers_own_server_or_none() {
        for picture in [
            r#"{"uid":"https://thief.example/pixel.gif","width":1,"height":1}"#,
            r#"{"uid":"../../etc/passwd","width":1,"height":1}"#,
            r#"{"uid":"abc","width":0,"height":1}"#,
            r#"{"uid":"abc","width":5000,"height":1}"#,
            r#"{"uid":"abc","width":-1,"height":1.5}"#,
            r#"{"uid":"abc"}"#,
            r#""abc""#,
        ] {
            let field =
                format!(r#"{{"url":"https://example.org/","title":"Hello","picture":{picture}}}"#);
            let preview = LinkPreview::read(&field).unwrap();
            assert_eq!(preview.picture, None, "{picture}");
        }
    }

    #[test]
    fn texts_are_one_line_of_limited_length_without_hidden_marks() {
        assert_eq!(shown("  one\n\n two\tthree ", 50), "one two three");
        assert_eq!(shown("invoice\u{202e}gpj.exe\u{0}", 50), "invoicegpj.exe");
        assert_eq!(shown("👩\u{200d}🚀 x", 50), "👩\u{200d}🚀 x");
        assert_eq!(shown("é é é", 3), "é é…");
        assert_eq!(shown("abc", 3), "abc");
    }
}
