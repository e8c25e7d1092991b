//! What a page says about itself in its head: Open Graph, Twitter's cards, and plain HTML.

use std::cell::RefCell;
use std::collections::HashMap;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use url::Url;

/// Bytes in which a page has to declare its encoding (HTML Standard §13.2.3.2).
const DECLARED_WITHIN: usize = 1024;

/// Longest value that is kept (bytes); what is shown is much shorter.
const VALUE_BYTES: usize = 4096;

/// Names of what is looked for, the better one first.
const TITLE: [&str; 2] = ["og:title", "twitter:title"];
const DESCRIPTION: [&str; 3] = ["og:description", "twitter:description", "description"];
const SITE: [&str; 2] = ["og:site_name", "application-name"];
const PICTURE: [&str; 5] = [
    "og:image:secure_url",
    "og:image",
    "og:image:url",
    "twitter:image",
    "twitter:image:src",
];

/// What a page says, as it says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) site: String,
    /// Where its picture is.
    pub(super) picture: Option<Url>,
}

/// Reads a page, or the beginning of one. `charset` is what the server said.
pub(super) fn read(bytes: &[u8], charset: Option<&str>, address: &Url) -> Facts {
    let text = decode(bytes, charset);
    let found = scan(&text);
    let first = |names: &[&str]| {
        let values = names.iter().filter_map(|name| found.metas.get(*name));
        let mut values = values.filter(|value| !value.trim().is_empty());
        values.next().cloned()
    };
    let base = found.base.and_then(|base| address.join(&base).ok());
    let base = base.as_ref().unwrap_or(address);
    Facts {
        title: first(&TITLE).unwrap_or(found.title),
        description: first(&DESCRIPTION).unwrap_or_default(),
        site: first(&SITE).unwrap_or_default(),
        picture: first(&PICTURE)
            .or(found.picture)
            .and_then(|picture| base.join(picture.trim()).ok()),
    }
}

fn decode(bytes: &[u8], charset: Option<&str>) -> String {
    let declared = || {
        let head = bytes.get(..DECLARED_WITHIN).unwrap_or(bytes);
        let label = scan(&WINDOWS_1252.decode(head).0).charset?;
        // Who could be read so far does not write in 16 bits.
        Encoding::for_label(label.trim().as_bytes()).map(Encoding::output_encoding)
    };
    let named = charset.and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = named.or_else(declared).unwrap_or_else(|| {
        // The end may have been cut within a character.
        match std::str::from_utf8(bytes) {
            Err(error) if error.error_len().is_some() => WINDOWS_1252,
            _ => UTF_8,
        }
    });
    // A mark of the byte order says more than anybody.
    encoding.decode(bytes).0.into_owned()
}

fn scan(text: &str) -> Found {
    let tokenizer = Tokenizer::new(Head::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(text));
    // Scripts are what it stops for, and there are none here: their text is passed over.
    let _stopped = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// What was found so far.
#[derive(Default)]
struct Found {
    /// The first value of each name.
    metas: HashMap<String, String>,
    title: String,
    /// Whether the text that comes is the title.
    in_title: bool,
    /// There is one title; those within drawings come later.
    has_title: bool,
    base: Option<String>,
    picture: Option<String>,
    charset: Option<String>,
}

/// Takes the pieces of a page in their order. No tree is built.
#[derive(Default)]
struct Head(RefCell<Found>);

impl TokenSink for Head {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let found = &mut *self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return found.open(&tag),
            Token::TagToken(tag) if &*tag.name == "title" => found.in_title = false,
            Token::CharacterTokens(text) if found.in_title => {
                let left = VALUE_BYTES.saturating_sub(found.title.len());
                found.title.extend(text.chars().take(left));
            }
            Token::TagToken(_)
            | Token::CharacterTokens(_)
            | Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

impl Found {
    /// What stands between the tags of some elements is text, whatever it looks like.
    fn open(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        match &*tag.name {
            "title" => {
                self.in_title = !self.has_title;
                self.has_title = true;
                return TokenSinkResult::RawData(RawKind::Rcdata);
            }
            "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            "plaintext" => return TokenSinkResult::Plaintext,
            "meta" => self.meta(tag),
            "base" if self.base.is_none() => self.base = attribute(tag, "href"),
            "link" => {
                let is_picture = attribute(tag, "rel")
                    .is_some_and(|rel| rel.trim().eq_ignore_ascii_case("image_src"));
                if is_picture && self.picture.is_none() {
                    self.picture = attribute(tag, "href");
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn meta(&mut self, tag: &Tag) {
        if self.charset.is_none() {
            self.charset = attribute(tag, "charset").or_else(|| {
                let is_type = attribute(tag, "http-equiv")
                    .is_some_and(|name| name.eq_ignore_ascii_case("content-type"));
                is_type
                    .then(|| attribute(tag, "content"))?
                    .and_then(|content| charset_of(&content))
            });
        }
        let name = attribute(tag, "property").or_else(|| attribute(tag, "name"));
        let (Some(name), Some(content)) = (name, attribute(tag, "content")) else {
            return;
        };
        let name = name.trim().to_ascii_lowercase();
        let is_wanted = [&TITLE[..], &DESCRIPTION, &SITE, &PICTURE]
            .iter()
            .any(|names| names.contains(&name.as_str()));
        if is_wanted {
            self.metas.entry(name).or_insert(content);
        }
    }
}

/// The value of an attribute, cut to what is of use.
fn attribute(tag: &Tag, name: &str) -> Option<String> {
    let found = tag.attrs.iter().find(|each| &*each.name.local == name)?;
    Some(found.value.chars().take(VALUE_BYTES).collect())
}

/// The `charset` of a media type.
pub(super) fn charset_of(media_type: &str) -> Option<String> {
    media_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        is_charset.then(|| value.trim().trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{Facts, charset_of, read};

    fn facts(html: &str) -> Facts {
        facts_of(html.as_bytes(), None)
    }

    fn facts_of(bytes: &[u8], charset: Option<&str>) -> Facts {
        let address = Url::parse("https://huts.example/winter/rules").unwrap();
        read(bytes, charset, &address)
    }

    fn picture(html: &str) -> Option<String> {
        facts(html).picture.map(Into::into)
    }

    #[test]
    fn open_graph_comes_first() {
        let all = facts(
            r#"<!doctype html><html><head><title>Plain</title>
               <meta name="description" content="Plain words">
               <meta name="twitter:title" content="Card">
               <meta property="og:title" content="Winter &amp; rules">
               <meta property="og:title" content="A second one">
               <meta property="OG:Description" content="Ten a booking">
               <meta property="og:site_name" content="Alpine Huts">
               <meta property="og:image" content="/i/hut.jpg">"#,
        );
        let wanted = Facts {
            title: "Winter & rules".to_owned(),
            description: "Ten a booking".to_owned(),
            site: "Alpine Huts".to_owned(),
            picture: Url::parse("https://huts.example/i/hut.jpg").ok(),
        };
        assert_eq!(all, wanted);
    }

    #[test]
    fn cards_and_plain_html_do_where_there_is_none() {
        let card = facts(
            r#"<meta name=twitter:title content=Card><meta name="twitter:description" content="Words">
               <meta name="twitter:image" content="https://cdn.example/a.png">"#,
        );
        assert_eq!((&*card.title, &*card.description), ("Card", "Words"));
        assert_eq!(card.picture.unwrap().as_str(), "https://cdn.example/a.png");
        let plain = facts("<TITLE>A <b>bold</b> &eacute;</TITLE><meta NAME=Description CONTENT=x>");
        assert_eq!(
            (&*plain.title, &*plain.description),
            ("A <b>bold</b> é", "x")
        );
        assert_eq!(
            facts(r#"<meta property="og:title" content=" "><title>T</title>"#).title,
            "T"
        );
        assert_eq!(facts("no html at all"), Facts::default());
        assert_eq!(facts(""), Facts::default());
    }

    #[test]
    fn what_scripts_styles_comments_and_drawings_contain_is_not_read() {
        let page = facts(
            r#"<script>document.write('<title>No</title><meta property="og:title" content="No">')</script>
               <style>a::after { content: "<title>No</title>" }</style><!-- <title>No</title> -->
               <textarea><meta property="og:title" content="No"></textarea>
               <title>Yes</title><svg><title>A drawing</title></svg>"#,
        );
        assert_eq!(page.title, "Yes");
    }

    #[test]
    fn pictures_are_found_beside_the_page_or_its_base() {
        assert_eq!(
            picture(r#"<meta property="og:image" content="hut.jpg">"#).unwrap(),
            "https://huts.example/winter/hut.jpg"
        );
        assert_eq!(
            picture(r#"<base href="/files/"><meta property="og:image" content="hut.jpg">"#)
                .unwrap(),
            "https://huts.example/files/hut.jpg"
        );
        assert_eq!(
            picture(r#"<link rel="image_src" href="//cdn.example/hut.jpg">"#).unwrap(),
            "https://cdn.example/hut.jpg"
        );
        assert_eq!(picture(r#"<link rel="stylesheet" href="a.css">"#), None);
    }

    #[test]
    fn a_page_is_read_in_its_own_encoding() {
        let title = |bytes: &[u8], charset| facts_of(bytes, charset).title;
        assert_eq!(
            title(b"<title>H\xfctte</title>", Some("iso-8859-1")),
            "Hütte"
        );
        assert_eq!(
            title(b"<meta charset=windows-1251><title>\xc4\xe0</title>", None),
            "Да"
        );
        let old = b"<meta http-equiv=Content-Type content='text/html; charset=Shift_JIS'><title>\x8eR</title>";
        assert_eq!(title(old, None), "山");
        assert_eq!(title("<title>Hütte</title>".as_bytes(), None), "Hütte");
        assert_eq!(title(b"<title>H\xfctte</title>", None), "Hütte");
        assert_eq!(
            title("\u{feff}<title>Hütte</title>".as_bytes(), Some("latin1")),
            "Hütte"
        );
        // Cut in the middle of the last letter.
        assert_eq!(
            title(
                "<title>Hütte</title>ü".as_bytes().split_last().unwrap().1,
                None
            ),
            "Hütte"
        );
    }

    #[test]
    fn a_media_type_names_its_charset() {
        for (media_type, wanted) in [
            ("text/html; charset=utf-8", Some("utf-8")),
            ("text/html;CHARSET=\"UTF-8\"; x=y", Some("UTF-8")),
            ("text/html; boundary=charset", None),
            ("text/html", None),
        ] {
            assert_eq!(charset_of(media_type).as_deref(), wanted, "{media_type}");
        }
    }

    #[test]
    fn a_page_of_nothing_but_tags_ends() {
        let deep = "<div>".repeat(100_000);
        assert_eq!(facts(&deep), Facts::default());
        let long = format!("<title>{}", "é".repeat(200_000));
        assert!(facts(&long).title.len() <= 2 * super::VALUE_BYTES);
        let open = format!("<meta property='og:title' content='{}", "a".repeat(400_000));
        assert_eq!(facts(&open), Facts::default());
    }
}
