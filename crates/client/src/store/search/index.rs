//! Writing the index: the words of each message, and what else a search can ask for.
//!
//! Beside its words a message is indexed under its dialog, its author and what it carries, each as
//! one character that no text has. A filter is then one more word of the query, which the index
//! narrows by before any message is read. One character, because longer words are indexed by their
//! beginnings, too. It holds no more than sixteen bits, so a dialog or a person may share theirs
//! with another one: whoever reads the messages leaves out those that were not meant.

use cubist_protocol::ext::attachment::{AttachmentKind, Reading};
use cubist_protocol::ext::extra_params::ExtraParams;
use rusqlite::params;

use crate::model::{DialogId, Has, UserId};
use crate::store::columns::{Oid, user};
use crate::store::search::words;
use crate::store::{Error, ReadDb, WriteTx, messages};

/// Characters of each private plane; its last two are no characters.
const PLANE: u32 = 0xfffe;

/// What a client writes as the text of a message that is nothing but an attachment.
const PLACEHOLDER: &str = "attachment";

/// A message as it is indexed.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Entry<'e> {
    pub(in crate::store) row: i64,
    pub(in crate::store) dialog: DialogId,
    pub(in crate::store) sender: UserId,
    pub(in crate::store) text: &'e str,
    pub(in crate::store) extra: &'e ExtraParams,
}

/// Makes a message findable that is not in the index.
pub(in crate::store) fn add(tx: &mut WriteTx<'_>, entry: &Entry<'_>) -> Result<(), Error> {
    let words = words_of(entry);
    tx.run(
        "INSERT INTO messages_fts (rowid, text) VALUES (?1, ?2)",
        params![entry.row, words],
    )?;
    Ok(())
}

/// What a message says is different now, or it is deleted, or there again.
pub(in crate::store) fn renew(tx: &mut WriteTx<'_>, row: i64) -> Result<(), Error> {
    remove(tx, row)?;
    if let Some(stored) = load(tx, row)? {
        add(tx, &stored.entry())?;
    }
    Ok(())
}

/// A message is not to be found any more.
pub(in crate::store) fn remove(tx: &mut WriteTx<'_>, row: i64) -> Result<(), Error> {
    tx.run("DELETE FROM messages_fts WHERE rowid = ?1", [row])?;
    Ok(())
}

/// Whether there are messages that an older version indexed differently.
pub(in crate::store) fn is_behind(db: &ReadDb<'_>) -> Result<bool, Error> {
    Ok(db
        .one("SELECT 1 FROM search_backlog", [], |_| Ok(()))?
        .is_some())
}

/// Indexes the newest `limit` of those messages. Returns whether there are more.
pub(in crate::store) fn catch_up(tx: &mut WriteTx<'_>, limit: u32) -> Result<bool, Error> {
    let below = tx.one("SELECT below FROM search_backlog", [], |row| {
        Ok(row.get::<_, i64>(0)?)
    })?;
    let Some(below) = below else {
        return Ok(false);
    };
    let rows = tx.all(
        "SELECT row FROM messages WHERE row < ?1 ORDER BY row DESC LIMIT ?2",
        params![below, limit],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    for &row in &rows {
        // One that came or changed meanwhile is there already.
        renew(tx, row)?;
    }
    match rows.last() {
        Some(lowest) if rows.len() >= limit as usize => {
            tx.run("UPDATE search_backlog SET below = ?1", [lowest])?;
            Ok(true)
        }
        _ => {
            tx.run("DELETE FROM search_backlog", [])?;
            Ok(false)
        }
    }
}

/// A message that is to be indexed, as the table has it.
struct Stored {
    row: i64,
    dialog: DialogId,
    sender: UserId,
    text: String,
    extra: ExtraParams,
}

impl Stored {
    fn entry(&self) -> Entry<'_> {
        Entry {
            row: self.row,
            dialog: self.dialog,
            sender: self.sender,
            text: &self.text,
            extra: &self.extra,
        }
    }
}

/// Lines about the dialog, and what is deleted, are not found.
fn load(db: &ReadDb<'_>, row: i64) -> Result<Option<Stored>, Error> {
    db.one(
        "SELECT dialog, sender, text, extra FROM messages WHERE row = ?1 AND deleted = 0 AND system = ''",
        [row],
        |found| {
            Ok(Stored {
                row,
                dialog: found.get::<_, Oid>(0)?.dialog(),
                sender: user(found.get(1)?)?,
                text: found.get(2)?,
                extra: messages::decode_extra(&found.get::<_, String>(3)?)?,
            })
        },
    )
}

fn words_of(entry: &Entry<'_>) -> String {
    let mut words = String::with_capacity(entry.text.len() + 16);
    words.push(of_dialog(entry.dialog));
    words.push(' ');
    words.push(of_person(entry.sender));
    for has in carries(entry.text, entry.extra) {
        words.push(' ');
        words.push(of_content(has));
    }
    words::append(&mut words, shown_text(entry.text, entry.extra));
    for name in names(entry.extra) {
        words::append(&mut words, &name);
    }
    words
}

/// What each attachment is called: the name of a file, or what stands at a place. Empty for none.
pub(super) fn names(extra: &ExtraParams) -> impl Iterator<Item = String> {
    extra.attachments().map(|attachment| {
        let reading = Reading::of(attachment);
        match reading.place {
            Some(place) => [place.name, place.address]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", "),
            None => reading.name,
        }
    })
}

/// The text that people see: the placeholder of an attachment is none.
pub(super) fn shown_text<'t>(text: &'t str, extra: &ExtraParams) -> &'t str {
    let is_placeholder =
        text.trim().eq_ignore_ascii_case(PLACEHOLDER) && extra.attachments().next().is_some();
    if is_placeholder { "" } else { text }
}

/// The word of a dialog.
pub(super) fn of_dialog(dialog: DialogId) -> char {
    // The last bytes of an id count up; the first are a date that many share.
    let [.., high, middle, low] = dialog.object_id().bytes();
    let number = u32::from_be_bytes([0, high, middle, low]);
    private(0xf_0000, number)
}

/// The word of an author.
pub(super) fn of_person(person: UserId) -> char {
    let number = u32::try_from(person.get() & 0xffff_ffff).unwrap_or_default();
    private(0x10_0000, number)
}

/// The word of what a message carries.
pub(super) const fn of_content(has: Has) -> char {
    match has {
        Has::File => '\u{e000}',
        Has::Image => '\u{e001}',
        Has::Link => '\u{e002}',
        Has::Location => '\u{e003}',
    }
}

fn private(plane: u32, number: u32) -> char {
    char::from_u32(plane + number % PLANE).unwrap_or('\u{e0ff}')
}

/// What a message carries.
pub(super) fn carries(text: &str, extra: &ExtraParams) -> Vec<Has> {
    let mut found = Vec::new();
    for attachment in extra.attachments() {
        match Reading::of(attachment).kind {
            AttachmentKind::Image => found.extend([Has::File, Has::Image]),
            AttachmentKind::Location => found.push(Has::Location),
            AttachmentKind::Video
            | AttachmentKind::Audio
            | AttachmentKind::Voice
            | AttachmentKind::File => found.push(Has::File),
        }
    }
    if has_link(text) {
        found.push(Has::Link);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a text names a web address, as far as that shows without knowing every top-level domain.
fn has_link(text: &str) -> bool {
    text.split(|char: char| char.is_whitespace() || "<>()[]{}\"'“”«»,;".contains(char))
        .any(|word| {
            let word = word.to_ascii_lowercase();
            ["http://", "https://", "www."].iter().any(|begin| {
                word.split_once(begin).is_some_and(|(before, rest)| {
                    rest.starts_with(char::is_alphanumeric)
                        && !before.ends_with(char::is_alphanumeric)
                })
            })
        })
}

#[cfg(test)]
mod tests {
    use cubist_protocol::ext::extra_params::{Attachment, ExtraParams};

    use super::{Has, carries, has_link, of_dialog, of_person, shown_text};
    use crate::store::testing::{dialog_id, user_id};

    fn with(attributes: &[(&str, &str)]) -> ExtraParams {
        let mut attachment = Attachment::default();
        for (name, value) in attributes {
            attachment.set(name, *value);
        }
        let mut extra = ExtraParams::new();
        extra.push_attachment(attachment);
        extra
    }

    #[test]
    fn a_picture_is_a_file_and_a_place_is_none() {
        let none = ExtraParams::new();
        assert_eq!(carries("hello", &none), []);
        for (attributes, has) in [
            (&[("type", "photo")][..], vec![Has::File, Has::Image]),
            (&[("type", "video")], vec![Has::File]),
            (&[("name", "a.pdf")], vec![Has::File]),
            (&[("type", "place")], vec![Has::Location]),
        ] {
            assert_eq!(carries("", &with(attributes)), has, "{attributes:?}");
        }
        assert_eq!(
            carries("see https://x.example", &with(&[("type", "photo")])),
            [Has::File, Has::Image, Has::Link]
        );
    }

    #[test]
    fn web_addresses_are_noticed() {
        for text in [
            "https://a.example",
            "see HTTP://a.example.",
            "(www.example.org)",
            "Link:https://a.example",
        ] {
            assert!(has_link(text), "{text}");
        }
        for text in [
            "",
            "http://",
            "swww.x",
            "the www. thing",
            "mail@example.org",
        ] {
            assert!(!has_link(text), "{text}");
        }
    }

    #[test]
    fn the_placeholder_of_an_attachment_is_no_text() {
        let file = with(&[("type", "file")]);
        assert_eq!(shown_text("Attachment", &file), "");
        assert_eq!(
            shown_text("attachment of the day", &file),
            "attachment of the day"
        );
        assert_eq!(shown_text("attachment", &ExtraParams::new()), "attachment");
    }

    #[test]
    fn dialogs_and_people_have_words_of_their_own() {
        assert_ne!(of_dialog(dialog_id(1)), of_dialog(dialog_id(2)));
        assert_ne!(of_person(user_id(1)), of_person(user_id(2)));
        assert!(!of_dialog(dialog_id(1)).is_alphanumeric());
        assert!(u32::from(of_person(user_id(0xfffd))) <= 0x10_fffd);
    }
}
