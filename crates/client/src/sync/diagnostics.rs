//! What came and was not understood, for the page where one looks when something is odd.
//!
//! Of the run of the program only, and never more than the newest: anyone can send any number of
//! them. What is kept says what sort of message it was and from whom. Its values are left out: they
//! may be anybody's private words, and this list is made to be copied and shown to others.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cubist_protocol::stanza::Message;

use crate::model::{UnixMillis, UnknownMessage, UserId};

/// Messages kept.
const KEPT: usize = 100;

/// Keys named of one message.
const KEYS: usize = 20;

/// Characters of a name; a longer one is none.
const NAME_CHARS: usize = 64;

/// The newest messages that were not understood.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics(Mutex<VecDeque<UnknownMessage>>);

impl Diagnostics {
    /// Notes one.
    pub(crate) fn note(&self, unknown: UnknownMessage) {
        let mut kept = self.lock();
        if kept.len() >= KEPT {
            kept.pop_back();
        }
        kept.push_front(unknown);
    }

    /// All of them, the newest first.
    pub(crate) fn all(&self) -> Vec<UnknownMessage> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<UnknownMessage>> {
        // A list that is whole after every step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What may be told of a message that means nothing to this engine.
pub(crate) fn describe(message: &Message, sender: UserId, at: UnixMillis) -> UnknownMessage {
    let extra = message.extra.clone().unwrap_or_default();
    let names = extra.entries.iter().filter_map(|entry| entry.name());
    let mut keys: Vec<String> = names.map(name).collect();
    keys.sort();
    keys.dedup();
    keys.truncate(KEYS);
    UnknownMessage {
        at,
        sender,
        channel: extra
            .text("moduleIdentifier")
            .map(|channel| name(&channel))
            .unwrap_or_default(),
        name: message.body.as_deref().map(name).unwrap_or_default(),
        keys,
    }
}

/// A word that programs use among themselves; anything else may be somebody's text, and becomes
/// an ellipsis.
fn name(text: &str) -> String {
    let text = text.trim();
    let is_word = text.chars().count() <= NAME_CHARS
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':'));
    if is_word {
        text.to_owned()
    } else {
        "…".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostics, KEPT, describe};
    use crate::model::UnixMillis;
    use crate::store::testing::user_id;
    use crate::sync::testing::parse_message;

    #[test]
    fn names_are_told_and_values_are_not() {
        let message = parse_message(
            r#"<message xmlns="jabber:client" type="headline" from="2-21@localhost/x"><body>poll/OPENED</body><extraParams xmlns="jabber:client"><moduleIdentifier>Polls</moduleIdentifier><question>Do you love me?</question><token>s3cret</token></extraParams></message>"#,
        );
        let told = describe(&message, user_id(2), UnixMillis(7));
        assert_eq!(
            (told.channel.as_str(), told.name.as_str()),
            ("Polls", "poll/OPENED")
        );
        assert_eq!(told.keys, ["moduleIdentifier", "question", "token"]);
        assert_eq!((told.at, told.sender), (UnixMillis(7), user_id(2)));
        let all = format!("{told:?}");
        assert!(!all.contains("love") && !all.contains("s3cret"), "{all}");
    }

    #[test]
    fn a_name_that_may_be_somebodys_words_is_left_out() {
        let message = parse_message(
            r#"<message xmlns="jabber:client" type="headline" from="2-21@localhost/x"><body>Meet me at nine</body></message>"#,
        );
        assert_eq!(describe(&message, user_id(2), UnixMillis(7)).name, "…");
    }

    #[test]
    fn only_the_newest_are_kept() {
        let kept = Diagnostics::default();
        let message = parse_message(
            r#"<message xmlns="jabber:client" type="headline" from="2-21@localhost/x"><body>x</body></message>"#,
        );
        for n in 0..=i64::try_from(KEPT).unwrap() {
            kept.note(describe(&message, user_id(2), UnixMillis(n)));
        }
        let all = kept.all();
        assert_eq!(all.len(), KEPT);
        assert_eq!(all[0].at, UnixMillis(i64::try_from(KEPT).unwrap()));
    }
}
