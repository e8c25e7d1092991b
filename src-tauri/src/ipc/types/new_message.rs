//! A message as the window hands it over to be sent.

use cubist_client::model;
use serde::Deserialize;
use specta::Type;
use url::Url;

use crate::ipc::{
    error::IpcError,
    types::{
        attachment::NewAttachment,
        dialog::Field,
        ids::{MessageId, UserId, at_most},
    },
};

/// People one message may name; those who get it read no more.
const MENTIONS_LIMIT: u32 = 100;

/// Fields of one's own that one message may carry.
const FIELDS_LIMIT: u32 = 50;

/// Attachments that one message may carry.
const ATTACHMENTS_LIMIT: u32 = 30;

/// A message to be sent.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewMessage {
    /// Its text; more than white space, if there are no attachments.
    pub text: String,
    /// The message of the same dialog that it answers.
    pub reply_to: Option<MessageId>,
    /// People the text names, 100 at most.
    pub mentions: Vec<UserId>,
    /// Whether nobody is to be alerted.
    pub silent: bool,
    /// The link of the text whose preview goes along, if `linkPreview` made one.
    pub preview_of: Option<String>,
    /// Fields of one's own, 50 at most.
    pub fields: Vec<Field>,
    /// What hangs on it, in order; 30 at most.
    pub attachments: Vec<NewAttachment>,
    /// When it is to be sent, in unix milliseconds; now if absent.
    pub send_at: Option<i64>,
}

impl TryFrom<NewMessage> for model::Draft {
    type Error = IpcError;

    fn try_from(message: NewMessage) -> Result<Self, IpcError> {
        if message.fields.len() > FIELDS_LIMIT as usize {
            return Err(IpcError::TooMany {
                limit: FIELDS_LIMIT,
            });
        }
        Ok(Self {
            text: message.text,
            reply_to: message.reply_to.map(TryInto::try_into).transpose()?,
            mentions: at_most(MENTIONS_LIMIT, message.mentions)?,
            silent: message.silent,
            // What is no address has no preview.
            preview_of: message.preview_of.and_then(|url| Url::parse(&url).ok()),
            fields: message
                .fields
                .into_iter()
                .map(|field| (field.name, field.value))
                .collect(),
            attachments: at_most(ATTACHMENTS_LIMIT, message.attachments)?,
            time: message.send_at.map_or(model::SendTime::Now, |at| {
                model::SendTime::At(model::UnixMillis(at))
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use cubist_client::model::{
        Draft, Location, NewAttachment, Point, SendTime, StagedId, UnixMillis, UserId,
    };

    use super::{FIELDS_LIMIT, MENTIONS_LIMIT, NewMessage};
    use crate::ipc::{error::IpcError, types::dialog::Field};

    /// What the window sends, as JSON.
    fn sent(json: &str) -> Result<Draft, IpcError> {
        serde_json::from_str::<NewMessage>(json).unwrap().try_into()
    }

    #[test]
    fn a_message_of_the_window_is_the_draft_the_engine_takes() {
        let draft = sent(
            r#"{"text":"Hi @Ann","replyTo":"5c094c0ce588ce6856f87422","mentions":[7],
                "silent":true,"previewOf":"https://example.org","fields":[{"name":"colour","value":"blue"}],
                "attachments":[{"type":"staged","payload":{"id":4,"asFile":true}},
                  {"type":"location","payload":{"latitude":64.5,"longitude":-23.25,"name":"Hut","address":null}}],
                "sendAt":70000}"#,
        )
        .unwrap();
        let wanted = Draft {
            text: "Hi @Ann".to_owned(),
            reply_to: Some("5c094c0ce588ce6856f87422".parse().unwrap()),
            mentions: vec![UserId::new(7).unwrap()],
            silent: true,
            preview_of: "https://example.org/".parse().ok(),
            fields: vec![("colour".to_owned(), "blue".to_owned())],
            attachments: vec![
                NewAttachment::Staged {
                    id: StagedId(4),
                    as_file: true,
                },
                NewAttachment::Location(Location {
                    point: Point::new(64.5, -23.25).unwrap(),
                    name: Some("Hut".to_owned()),
                    address: None,
                }),
            ],
            time: SendTime::At(UnixMillis(70_000)),
        };
        assert_eq!(draft, wanted);
    }

    #[test]
    fn an_answer_to_no_message_is_refused() {
        let refused = sent(
            r#"{"text":"Hi","replyTo":"x","mentions":[],"silent":false,"previewOf":null,"fields":[],"attachments":[],"sendAt":null}"#,
        );
        assert!(
            matches!(&refused, Err(IpcError::InvalidInput { field }) if field == "messageId"),
            "{refused:?}"
        );
    }

    #[test]
    fn people_and_fields_have_a_limit() {
        let message = |mentions: u32, fields: u32| NewMessage {
            text: "Hi".to_owned(),
            reply_to: None,
            mentions: (1..=u64::from(mentions))
                .map(|id| UserId::new(id).unwrap().into())
                .collect(),
            silent: false,
            preview_of: None,
            fields: (0..fields)
                .map(|n| Field {
                    name: format!("field{n}"),
                    value: String::new(),
                })
                .collect(),
            attachments: Vec::new(),
            send_at: None,
        };
        let limit = |mentions, fields| match Draft::try_from(message(mentions, fields)) {
            Err(IpcError::TooMany { limit }) => Some(limit),
            _ => None,
        };
        assert!(Draft::try_from(message(MENTIONS_LIMIT, FIELDS_LIMIT)).is_ok());
        assert_eq!(limit(MENTIONS_LIMIT + 1, 0), Some(MENTIONS_LIMIT));
        assert_eq!(limit(0, FIELDS_LIMIT + 1), Some(FIELDS_LIMIT));
    }
}
