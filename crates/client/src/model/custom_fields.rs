//! The parameters of a message that this messenger gives a meaning of its own.
//!
//! They travel as custom fields, which every client of the platform relays and most ignore;
//! `docs/message-fields.md` is their description. What they say is read from the parameters each
//! time: nothing of it is stored twice.

use cubist_protocol::ext::extra_params::ExtraParams;
use serde_json::Value;

use crate::model::{Forwarded, LinkPreview, Message, Quote, UnixMillis, UserId};

const REPLY_TO: &str = "reply_to";
const REPLY_SENDER: &str = "reply_sender";
const REPLY_TEXT: &str = "reply_text";
const REPLY_ATTACHMENT: &str = "reply_attachment";
const FORWARDED_FROM: &str = "forwarded_from";
const FORWARDED_AT: &str = "forwarded_at";
const MENTIONS: &str = "mentions";
const LINK_PREVIEW: &str = "link_preview";
const SILENT: &str = "silent";

/// What attachments say beyond their attributes; `attachments::wire` reads and writes it.
pub(crate) const ATTACHMENTS_EXTRA: &str = "attachments_extra";

/// Names with a meaning here or on the platform: no fields of another application.
const KNOWN: [&str; 20] = [
    REPLY_TO,
    REPLY_SENDER,
    REPLY_TEXT,
    REPLY_ATTACHMENT,
    FORWARDED_FROM,
    FORWARDED_AT,
    MENTIONS,
    SILENT,
    LINK_PREVIEW,
    "attachment",
    "attachments",
    ATTACHMENTS_EXTRA,
    "save_to_history",
    "dialog_id",
    "date_sent",
    "message_id",
    "send_to_chat",
    "markable",
    "moduleIdentifier",
    "message",
];

/// Characters of a quoted text that travel with the answer.
const QUOTED_CHARS: usize = 200;

/// People one message can name; more is nobody's intention.
const MENTIONED: usize = 100;

/// Characters of a field's name.
const NAME_CHARS: usize = 64;

/// What the parameters of one message say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CustomFields {
    pub(crate) reply: Option<Quote>,
    pub(crate) forwarded: Option<Forwarded>,
    pub(crate) mentions: Vec<UserId>,
    pub(crate) preview: Option<LinkPreview>,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) silent: bool,
}

impl CustomFields {
    /// Reads parameters. Those that make no sense say nothing.
    pub(crate) fn read(extra: &ExtraParams) -> Self {
        // Most messages have none.
        if extra.entries.is_empty() {
            return Self::default();
        }
        let user = |name: &str| extra.text(name)?.trim().parse::<UserId>().ok();
        let reply = extra
            .text(REPLY_TO)
            .and_then(|id| id.trim().parse().ok())
            .map(|message| Quote {
                message,
                sender: user(REPLY_SENDER),
                text: quoted(&extra.text(REPLY_TEXT).unwrap_or_default()),
                attachment: extra
                    .text(REPLY_ATTACHMENT)
                    .and_then(|field| serde_json::from_str(&field).ok()),
            });
        let forwarded = user(FORWARDED_FROM).map(|sender| Forwarded {
            sender,
            sent_at: extra
                .text(FORWARDED_AT)
                .and_then(|at| UnixMillis::from_wire_number(&at)),
        });
        let mut mentions: Vec<UserId> = Vec::new();
        for id in extra.text(MENTIONS).unwrap_or_default().split(',') {
            if let Ok(id) = id.trim().parse()
                && mentions.len() < MENTIONED
                && !mentions.contains(&id)
            {
                mentions.push(id);
            }
        }
        let foreign = extra
            .to_json()
            .into_iter()
            .filter(|(name, _)| !KNOWN.contains(&name.as_str()));
        Self {
            reply,
            forwarded,
            mentions,
            preview: extra
                .text(LINK_PREVIEW)
                .and_then(|field| LinkPreview::read(&field)),
            fields: foreign
                .map(|(name, value)| match value {
                    Value::String(text) => (name, text),
                    nested @ (Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::Array(_)
                    | Value::Object(_)) => (name, nested.to_string()),
                })
                .collect(),
            silent: extra.silent(),
        }
    }

    /// The parameters to send.
    pub(crate) fn write(&self) -> ExtraParams {
        let mut extra = ExtraParams::new();
        for (name, value) in &self.fields {
            extra.set(name, value.as_str());
        }
        if let Some(quote) = &self.reply {
            extra.set(REPLY_TO, quote.message.to_string());
            if let Some(sender) = quote.sender {
                extra.set(REPLY_SENDER, sender.to_string());
            }
            let text = quoted(&quote.text);
            if !text.is_empty() {
                extra.set(REPLY_TEXT, text);
            }
            // Words and numbers become JSON without fail.
            if let Some(attachment) = &quote.attachment
                && let Ok(field) = serde_json::to_string(attachment)
            {
                extra.set(REPLY_ATTACHMENT, field);
            }
        }
        if !self.mentions.is_empty() {
            let ids: Vec<String> = self.mentions.iter().map(ToString::to_string).collect();
            extra.set(MENTIONS, ids.join(","));
        }
        if let Some(preview) = &self.preview {
            extra.set(LINK_PREVIEW, preview.write());
        }
        if self.silent {
            extra.set(SILENT, "1");
        }
        extra
    }
}

/// The parameters of a message passed on: what it is stays, what it answered and whom it named in
/// its first place does not. Who wrote it first is kept however often it is passed on.
pub(crate) fn passed_on(message: &Message) -> ExtraParams {
    let mut extra = message.extra.clone();
    for name in [
        REPLY_TO,
        REPLY_SENDER,
        REPLY_TEXT,
        REPLY_ATTACHMENT,
        MENTIONS,
        SILENT,
        FORWARDED_FROM,
        FORWARDED_AT,
    ] {
        extra.remove(name);
    }
    let origin = message.forwarded.unwrap_or(Forwarded {
        sender: message.sender,
        sent_at: Some(message.sent_at),
    });
    extra.set(FORWARDED_FROM, origin.sender.to_string());
    if let Some(at) = origin.sent_at {
        extra.set(FORWARDED_AT, at.seconds().to_string());
    }
    extra
}

/// Whether an application may give a field this name: one that is an XML name everywhere it goes,
/// and that means nothing else.
pub(crate) fn is_free_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        && name.len() <= NAME_CHARS
        && !KNOWN.contains(&name)
}

/// The beginning of a text, cut between characters.
fn quoted(text: &str) -> String {
    text.chars().take(QUOTED_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use cubist_protocol::ext::extra_params::ExtraParams;

    use super::{CustomFields, is_free_name};
    use crate::model::{
        AttachmentKind, Forwarded, LinkPreview, PreviewAttachment, Quote, UnixMillis, UserId,
    };
    use crate::store::testing::message_id;

    fn user(n: u64) -> UserId {
        UserId::new(n).unwrap()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let all = CustomFields {
            reply: Some(Quote {
                message: message_id(4),
                sender: Some(user(2)),
                text: "as said".to_owned(),
                attachment: Some(PreviewAttachment {
                    kind: AttachmentKind::Voice,
                    count: 1,
                    name: Some("hum.ogg".to_owned()),
                    duration: Some(14_000),
                }),
            }),
            forwarded: None,
            mentions: vec![user(3), user(2)],
            preview: LinkPreview::read(r#"{"url":"https://example.org/","title":"Hello"}"#),
            fields: vec![("colour".to_owned(), "blue".to_owned())],
            silent: true,
        };
        let extra = all.write();
        assert_eq!(extra.text("mentions").as_deref(), Some("3,2"));
        assert_eq!(extra.text("reply_sender").as_deref(), Some("2"));
        assert_eq!(
            extra.text("reply_attachment").as_deref(),
            Some(r#"{"kind":"voice","name":"hum.ogg","duration":14}"#)
        );
        assert_eq!(CustomFields::read(&extra), all);
    }

    #[test]
    fn what_hangs_on_a_quoted_message_is_said_within_limits() {
        let read = |field: &str| {
            let extra = ExtraParams::new()
                .with("reply_to", message_id(1).to_string())
                .with("reply_attachment", field);
            CustomFields::read(&extra).reply.unwrap().attachment
        };
        let name = "é".repeat(500);
        let many = read(&format!(
            r#"{{"kind":"image","count":4000000000,"name":"{name}","duration":0,"more":1}}"#
        ));
        let limited = PreviewAttachment {
            kind: AttachmentKind::Image,
            count: 100,
            name: Some("é".repeat(100)),
            duration: None,
        };
        assert_eq!(many, Some(limited));
        for field in [
            "",
            "voice",
            r#"{"kind":"hologram"}"#,
            r#"{"count":2}"#,
            "[1]",
        ] {
            assert_eq!(read(field), None, "{field}");
        }
    }

    #[test]
    fn a_quote_is_cut_between_characters() {
        let extra = ExtraParams::new()
            .with("reply_to", message_id(1).to_string())
            .with("reply_text", "é".repeat(500));
        let quote = CustomFields::read(&extra).reply.unwrap();
        assert_eq!((quote.text, quote.sender), ("é".repeat(200), None));
    }

    #[test]
    fn what_makes_no_sense_says_nothing() {
        let extra = ExtraParams::new()
            .with("reply_to", "yesterday")
            .with("forwarded_from", "Ann")
            .with("mentions", "all, 7 ,7,-1");
        let read = CustomFields::read(&extra);
        assert_eq!((read.reply, read.forwarded), (None, None));
        assert_eq!(read.mentions, [user(7)]);
        assert_eq!(read.fields, []);
    }

    #[test]
    fn fields_of_others_are_kept_as_text_or_json() {
        let map = serde_json::from_str(
            r#"{"city":"Riga","place":{"lat":"1","deep":{"x":"y"}},"json":"{\"a\":1}",
                "attachments":[{"uid":"u"}],"forwarded_from":"9","forwarded_at":"17"}"#,
        )
        .unwrap();
        let read = CustomFields::read(&ExtraParams::from_json(&map));
        let of = |name: &str| {
            let found = read.fields.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(of("city"), Some("Riga"));
        assert_eq!(of("place"), Some(r#"{"deep":{"x":"y"},"lat":"1"}"#));
        assert_eq!(of("json"), Some(r#"{"a":1}"#));
        assert_eq!(read.fields.len(), 3);
        let origin = Forwarded {
            sender: user(9),
            sent_at: Some(UnixMillis::from_seconds(17)),
        };
        assert_eq!(read.forwarded, Some(origin));
    }

    #[test]
    fn a_field_may_not_take_a_name_that_means_something() {
        for name in ["colour", "_x", "a-1"] {
            assert!(is_free_name(name), "{name}");
        }
        for name in ["", "1a", "a b", "reply_to", "dialog_id", "attachments", "é"] {
            assert!(!is_free_name(name), "{name}");
        }
    }
}
