//! The readable half of an export: pages for any browser, without scripts, that ask nobody for
//! anything. Whatever people wrote is text.

use std::collections::HashMap;
use std::fmt::Write as _;

use cubist_protocol::ext::extra_params::Attachment;
use jiff::tz::TimeZone;
use linkify::{LinkFinder, LinkKind};

use super::files::Copied;
use super::words::ExportWords;
use crate::model::{Message, UnixMillis, UserId};

/// Messages of one page: more make a browser slow.
pub(super) const MESSAGES_PER_PAGE: usize = 2000;

const STYLE: &str = include_str!("style.css");

/// What all pages of an export have in common.
pub(super) struct Pages {
    pub(super) title: String,
    pub(super) me: UserId,
    pub(super) words: ExportWords,
    /// Whether a part of the history is missing.
    pub(super) incomplete: bool,
    pub(super) zone: TimeZone,
}

/// The name of the `n`th page, counted from 1.
pub(super) fn page_name(n: usize) -> String {
    if n == 1 {
        "messages.html".to_owned()
    } else {
        format!("messages-{n}.html")
    }
}

impl Pages {
    /// The beginning of the `n`th page.
    pub(super) fn head(&self, n: usize) -> String {
        let words = &self.words;
        let direction = if words.right_to_left { "rtl" } else { "ltr" };
        let (language, title) = (escaped(&words.language), escaped(&self.title));
        let mut page = format!(
            "<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">\n<head>\n\
             <meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'none'; object-src 'none'; frame-src 'none'; connect-src 'none'; form-action 'none'; base-uri 'none'\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header><h1>{title}</h1>"
        );
        if self.incomplete {
            write(
                &mut page,
                format_args!("<p>{}</p>", escaped(&words.incomplete)),
            );
        }
        page.push_str("</header>\n");
        if n > 1 {
            let before = page_name(n - 1);
            let earlier = escaped(&words.earlier);
            write(
                &mut page,
                format_args!("<nav><a href=\"{before}\">{earlier}</a></nav>\n"),
            );
        }
        page.push_str("<main>\n");
        page
    }

    /// The end of the `n`th page.
    pub(super) fn foot(&self, n: usize, is_last: bool) -> String {
        let mut page = "</main>\n".to_owned();
        if !is_last {
            let next = page_name(n + 1);
            let later = escaped(&self.words.later);
            write(
                &mut page,
                format_args!("<nav><a href=\"{next}\">{later}</a></nav>\n"),
            );
        }
        page.push_str("</body>\n</html>\n");
        page
    }

    /// The day a message belongs to, in this computer's time.
    pub(super) fn day(&self, at: UnixMillis) -> String {
        self.local(at, "%Y-%m-%d")
    }

    /// The line between two days.
    pub(super) fn day_line(day: &str) -> String {
        format!("<h2><time datetime=\"{day}\">{day}</time></h2>\n")
    }

    /// One message. `files` names what is in the folder, by the place of the attachment.
    pub(super) fn message(
        &self,
        message: &Message,
        names: &HashMap<UserId, String>,
        files: &[Option<Copied>],
    ) -> String {
        let words = &self.words;
        let name_of = |id: UserId| match names.get(&id) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => words.somebody.clone(),
        };
        let id = message.id;
        if let Some(line) = &message.system {
            let sentence = escaped(&words.event(line, message.sender, &name_of));
            return format!("<p class=\"event\" id=\"m{id}\"><bdi>{sentence}</bdi></p>\n");
        }
        let mine = if message.sender == self.me {
            " mine"
        } else {
            ""
        };
        let sender = escaped(&name_of(message.sender));
        let mut html = format!(
            "<article class=\"message{mine}\" id=\"m{id}\"><p class=\"who\"><bdi>{sender}</bdi>"
        );
        let (exact, clock) = (
            message.sent_at.to_iso8601(),
            self.local(message.sent_at, "%H:%M"),
        );
        write(
            &mut html,
            format_args!(" <time datetime=\"{exact}\">{clock}</time>"),
        );
        if message.edited_at.is_some() && !message.deleted {
            write(
                &mut html,
                format_args!(" <span>{}</span>", escaped(&words.edited)),
            );
        }
        html.push_str("</p>");
        if message.deleted {
            write(
                &mut html,
                format_args!(
                    "<p class=\"gone\">{}</p></article>\n",
                    escaped(&words.deleted)
                ),
            );
            return html;
        }
        html.push_str(&self.origin(message, &name_of));
        if !message.text.is_empty() && !is_stand_in(message) {
            write(
                &mut html,
                format_args!(
                    "<p class=\"text\" dir=\"auto\">{}</p>",
                    linked(&message.text)
                ),
            );
        }
        if let Some(preview) = &message.preview {
            write(
                &mut html,
                format_args!(
                    "<a class=\"page\" href=\"{}\" rel=\"noreferrer noopener\"><span>{}</span><b dir=\"auto\">{}</b><span dir=\"auto\">{}</span></a>",
                    escaped(preview.url.as_str()),
                    // Whatever the preview says, this is where it leads.
                    escaped(preview.url.host_str().unwrap_or_default()),
                    escaped(&preview.title),
                    escaped(&preview.description)
                ),
            );
        }
        for (index, attachment) in message.extra.attachments().enumerate() {
            let file = files.get(index).and_then(Option::as_ref);
            html.push_str(&self.attachment(attachment, file));
        }
        if !message.reactions.is_empty() {
            html.push_str("<p class=\"reactions\">");
            for reaction in &message.reactions {
                let emoji = escaped(&reaction.emoji);
                write(
                    &mut html,
                    format_args!("<span>{emoji} {}</span> ", reaction.count),
                );
            }
            html.push_str("</p>");
        }
        html.push_str("</article>\n");
        html
    }

    /// Where a message comes from: whom it was forwarded from, what it answers.
    fn origin(&self, message: &Message, name_of: &impl Fn(UserId) -> String) -> String {
        let mut html = String::new();
        if let Some(origin) = message.forwarded {
            let from = escaped(&name_of(origin.sender));
            let forwarded = escaped(&self.words.forwarded);
            write(
                &mut html,
                format_args!("<p class=\"from\">{forwarded} <bdi>{from}</bdi></p>"),
            );
        }
        if let Some(quote) = &message.reply {
            let author = quote.sender.map(name_of).unwrap_or_default();
            write(
                &mut html,
                format_args!(
                    "<blockquote><a href=\"#m{}\"><bdi>{}</bdi></a><p dir=\"auto\">{}</p></blockquote>",
                    quote.message,
                    escaped(&author),
                    escaped(&quote.text)
                ),
            );
        }
        html
    }

    fn attachment(&self, attachment: &Attachment, file: Option<&Copied>) -> String {
        let kind = attachment.get("type").unwrap_or_default();
        let name = escaped(attachment.get("name").unwrap_or(kind));
        let Some(file) = file else {
            let missing = escaped(&self.words.file_missing);
            return format!("<p class=\"file\"><bdi>{name}</bdi> <span>{missing}</span></p>");
        };
        if file.runs {
            // A click would run what a stranger sent, as a page of this folder.
            let path = escaped(&file.path);
            return format!("<p class=\"file\"><bdi>{path}</bdi></p>");
        }
        let address: String = escaped(&encoded(&file.path));
        let is_picture = file.path.rsplit_once('.').is_some_and(|(_, end)| {
            matches!(
                &*end.to_ascii_lowercase(),
                "jpg" | "jpeg" | "png" | "gif" | "webp"
            )
        });
        if is_picture {
            format!(
                "<p class=\"file\"><a href=\"{address}\"><img src=\"{address}\" alt=\"{name}\" loading=\"lazy\"></a></p>"
            )
        } else {
            format!("<p class=\"file\"><a href=\"{address}\" download><bdi>{name}</bdi></a></p>")
        }
    }

    fn local(&self, at: UnixMillis, format: &str) -> String {
        match jiff::Timestamp::from_millisecond(at.0) {
            Ok(moment) => moment
                .to_zoned(self.zone.clone())
                .strftime(format)
                .to_string(),
            // Years that no calendar has.
            Err(_) => at.to_iso8601(),
        }
    }
}

/// Whether the text only stands in for attachments, as the platform wants some text.
fn is_stand_in(message: &Message) -> bool {
    message.extra.attachments().next().is_some()
        && matches!(
            &*message.text.trim().to_ascii_lowercase(),
            "attachment" | "[attachment]"
        )
}

fn write(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    page.write_fmt(text).ok();
}

/// Text as HTML, in elements and in quoted attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // Turned around, an address reads like another one.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            _ if c.is_control() && !matches!(c, '\n' | '\t') => {}
            _ => html.push(c),
        }
    }
    html
}

/// The same, with what begins like a web address as a link.
fn linked(text: &str) -> String {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let mut html = String::new();
    for span in finder.spans(text) {
        let words = span.as_str();
        let is_web = span.kind().is_some()
            && url::Url::parse(words).is_ok_and(|url| {
                matches!(url.scheme(), "http" | "https") && url.username().is_empty()
            });
        let shown = escaped(words);
        if is_web {
            write(
                &mut html,
                format_args!("<a href=\"{shown}\" rel=\"noreferrer noopener\">{shown}</a>"),
            );
        } else {
            html.push_str(&shown);
        }
    }
    html
}

/// A path below the folder as an address.
fn encoded(file: &str) -> String {
    let parts = file.split('/').map(|part| {
        percent_encoding::utf8_percent_encode(part, percent_encoding::NON_ALPHANUMERIC).to_string()
    });
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::{encoded, escaped, linked};

    #[test]
    fn whatever_people_wrote_is_text() {
        assert_eq!(
            escaped("<script>alert(\"1\" & '2')</script>\u{0}\u{202e}"),
            "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;"
        );
    }

    #[test]
    fn only_pages_are_linked() {
        assert_eq!(
            linked("see https://a.example/?b=\"c\"&d. <b>"),
            "see <a href=\"https://a.example/?b=\" rel=\"noreferrer noopener\">https://a.example/?b=</a>&quot;c&quot;&amp;d. &lt;b&gt;"
        );
        for text in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://bank.example@thief.example/",
        ] {
            assert!(!linked(text).contains("<a"), "{text}");
        }
    }

    #[test]
    fn names_of_files_are_addresses_below_the_folder() {
        assert_eq!(encoded("files/a #1?.jpg"), "files/a%20%231%3F%2Ejpg");
    }
}
