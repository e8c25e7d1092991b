//! The history of a dialog: filters, order and paging that stays stable.

use cubist_protocol::ids::{DialogId, UserId};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use crate::state::dialogs::{allows_preview, kind, not_a_member, object};
use crate::state::filter::{Condition, Kind, Op, Sql};
use crate::state::marks::read_up_to;
use crate::state::message_loading::{load_message, load_messages};
use crate::state::messages::StoredMessage;
use crate::state::occupants::place;
use crate::state::user_search::to_i64;
use crate::state::{Mark, Marked, MessageReactions, State, StateError};

/// A message with what became of it. Times are unix seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRecord {
    /// The message.
    pub message: StoredMessage,
    /// The other person, in a private dialog.
    pub recipient: Option<UserId>,
    /// Whose devices have it, the author included, ascending.
    pub delivered: Vec<UserId>,
    /// Who saw it, the author included, ascending.
    pub read: Vec<UserId>,
    /// How many people saw it besides its author; counted in open dialogs only, which keep no lists.
    pub views: u64,
    /// Stored.
    pub created_at: i64,
    /// Last change, marks included.
    pub updated_at: i64,
    /// Last change of the text.
    pub edited_at: Option<i64>,
    /// Reactions, if there are any.
    pub reactions: Option<MessageReactions>,
}

/// What of a history is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageQuery {
    /// Whose history.
    pub dialog: DialogId,
    /// All must hold.
    pub conditions: Vec<Condition<MessageField>>,
    /// Order, oldest first by default.
    pub sort: MessageSort,
    /// Page size, 0 for the largest allowed; cut to `limits.page`.
    pub limit: usize,
    /// Messages to leave out at the beginning.
    pub skip: usize,
    /// Whether the caller saw what is listed.
    pub mark_as_read: bool,
}

/// The order of a history. Ties go by id in the same direction, so `skip` never repeats or loses one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageSort {
    /// What decides.
    pub by: MessageOrder,
    /// Whether great values come first.
    pub descending: bool,
}

/// What decides the order of a history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MessageOrder {
    /// `date_sent`
    #[default]
    DateSent,
    /// `_id`
    Id,
    /// `created_at`
    CreatedAt,
    /// `updated_at`
    UpdatedAt,
}

/// The fields that a filter may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageField {
    /// `_id`
    Id,
    /// `message`
    Body,
    /// `date_sent`
    DateSent,
    /// `sender_id`
    Sender,
    /// `recipient_id`
    Recipient,
    /// `attachments.type`
    AttachmentType,
    /// `created_at`
    CreatedAt,
    /// `updated_at`
    UpdatedAt,
}

/// A page of a history.
#[derive(Clone, Debug, PartialEq)]
pub struct MessagePage {
    /// The page size that was applied.
    pub limit: usize,
    /// In the order asked for.
    pub items: Vec<MessageRecord>,
    /// What listing marked as read for the first time: their authors are to hear of it.
    pub marked: Vec<Marked>,
}

impl MessageOrder {
    /// By the wire's name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "date_sent" => Self::DateSent,
            "_id" => Self::Id,
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            _ => return None,
        })
    }

    const fn column(self) -> &'static str {
        match self {
            Self::DateSent => "m.date_sent",
            Self::Id => "m.id",
            Self::CreatedAt => "m.created_at",
            Self::UpdatedAt => "m.updated_at",
        }
    }
}

impl MessageField {
    /// By the wire's name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "_id" | "id" => Self::Id,
            "message" => Self::Body,
            "date_sent" => Self::DateSent,
            "sender_id" => Self::Sender,
            "recipient_id" => Self::Recipient,
            "attachments.type" => Self::AttachmentType,
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Id => "_id",
            Self::Body => "message",
            Self::DateSent => "date_sent",
            Self::Sender => "sender_id",
            Self::Recipient => "recipient_id",
            Self::AttachmentType => "attachments.type",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
        }
    }

    const fn expression(self) -> (&'static str, Kind) {
        match self {
            Self::Id => ("m.id", Kind::Text),
            Self::Body => ("m.body", Kind::Text),
            Self::DateSent => ("m.date_sent", Kind::Date),
            Self::Sender => ("m.sender", Kind::Number),
            Self::Recipient => (
                "CASE WHEN d.pair_low IS NULL THEN 0 WHEN d.pair_low = m.sender THEN d.pair_high ELSE d.pair_low END",
                Kind::Number,
            ),
            Self::AttachmentType => ("json_extract(a.value, '$.type')", Kind::Text),
            Self::CreatedAt => ("m.created_at", Kind::Date),
            Self::UpdatedAt => ("m.updated_at", Kind::Date),
        }
    }
}

/// Messages that the viewer cleared away or deleted are left out; `+` keeps the walk on the index by time.
const FROM: &str = " FROM messages m JOIN dialogs d ON d.key = m.dialog
     WHERE m.dialog = ?1 AND +m.key > ?2 AND NOT EXISTS
       (SELECT 1 FROM hidden_messages h WHERE h.user_id = ?3 AND h.dialog = ?1 AND h.message = m.key)";

/// Messages that somebody outside a dialog is shown, where it allows that.
const PREVIEW: i64 = 20;

impl State {
    /// A page of a dialog's history. [`StateError::NotFound`] and [`StateError::Forbidden`] as of
    /// [`State::own_dialog_card`].
    pub async fn messages(
        &self,
        user: UserId,
        query: MessageQuery,
    ) -> Result<MessagePage, StateError> {
        self.own_dialog_card(user, query.dialog).await?;
        let sql = compile(&query.conditions)?;
        let largest = self.inner.config.limits.page;
        let limit = if query.limit == 0 {
            largest
        } else {
            query.limit.min(largest)
        };
        let direction = if query.sort.descending { "DESC" } else { "ASC" };
        let order = query.sort.by.column();
        let order = if query.sort.by == MessageOrder::Id {
            format!("{order} {direction}")
        } else {
            format!("{order} {direction}, m.id {direction}")
        };
        let text = format!(
            "SELECT m.key{FROM}{} ORDER BY {order} LIMIT ? OFFSET ?",
            sql.text
        );
        let (dialog, skip) = (query.dialog, query.skip);
        let (mut items, reader, newest) = self
            .read(move |db| {
                let reader = Reader::of(db, dialog, user)?;
                let mut values = reader.values();
                values.extend(sql.values);
                values.extend([Value::Integer(to_i64(limit)), Value::Integer(to_i64(skip))]);
                let mut statement = db.prepare_cached(&text)?;
                let keys = statement
                    .query_map(params_from_iter(&values), |row| row.get(0))?
                    .collect::<Result<Vec<i64>, _>>()?;
                let newest = keys.iter().max().copied().unwrap_or_default();
                Ok((load_messages(db, user, &keys)?, reader, newest))
            })
            .await?;
        let mut marked = Vec::new();
        if query.mark_as_read && reader.is_open {
            if newest > reader.read_to {
                self.write(move |tx| read_up_to(tx, reader.key, user, newest))
                    .await?;
            }
        } else if query.mark_as_read {
            let unread = items
                .iter()
                .filter(|item| item.read.binary_search(&user).is_err());
            let unread: Vec<_> = unread.map(|item| item.message.id).collect();
            if !unread.is_empty() {
                marked = self.mark(user, Mark::Read, unread).await?;
                for item in &mut items {
                    add(&mut item.read, user);
                    add(&mut item.delivered, user);
                }
                marked.retain(|mark| mark.changed);
            }
        }
        Ok(MessagePage {
            limit,
            items,
            marked,
        })
    }

    /// How many messages of a dialog fit.
    pub async fn count_messages(
        &self,
        user: UserId,
        dialog: DialogId,
        conditions: Vec<Condition<MessageField>>,
    ) -> Result<usize, StateError> {
        self.own_dialog_card(user, dialog).await?;
        let sql = compile(&conditions)?;
        self.read(move |db| {
            let mut values = Reader::of(db, dialog, user)?.values();
            values.extend(sql.values);
            let count: i64 = db
                .prepare_cached(&format!("SELECT count(*){FROM}{}", sql.text))?
                .query_row(params_from_iter(&values), |row| row.get(0))?;
            Ok(usize::try_from(count).unwrap_or_default())
        })
        .await
    }

    /// The newest messages of a dialog that lets people outside read along, oldest of them first. Marks nothing.
    ///
    /// [`StateError::Forbidden`] if it does not let them; who is in it may always.
    pub async fn preview(
        &self,
        user: UserId,
        dialog: DialogId,
    ) -> Result<Vec<MessageRecord>, StateError> {
        self.read(move |db| {
            let place = place(db, dialog, user)?.ok_or(StateError::NotFound)?;
            let permissions: Option<String> = db
                .prepare_cached("SELECT permissions FROM dialogs WHERE key = ?1")?
                .query_row([place.key], |row| row.get(0))?;
            if !place.is_in() && !allows_preview(object(permissions).as_ref()) {
                return Err(not_a_member());
            }
            let reader = Reader::of(db, dialog, user)?;
            let mut keys = db
                .prepare_cached(
                    "SELECT m.key FROM messages m WHERE m.dialog = ?1 AND +m.key > ?2 AND NOT EXISTS
                       (SELECT 1 FROM hidden_messages h WHERE h.user_id = ?3 AND h.dialog = ?1 AND h.message = m.key)
                     ORDER BY m.date_sent DESC, m.id DESC LIMIT ?4",
                )?
                .query_map([reader.key, reader.cleared_to, user.as_i64(), PREVIEW], |row| row.get(0))?
                .collect::<Result<Vec<i64>, _>>()?;
            keys.reverse();
            load_messages(db, user, &keys)
        })
        .await
    }

    /// One message as stored, whoever asks; the reactions as `viewer` sees them.
    pub(crate) async fn message(
        &self,
        viewer: UserId,
        id: cubist_protocol::ids::MessageId,
    ) -> Result<MessageRecord, StateError> {
        self.read(move |db| {
            let key: Option<i64> = db
                .prepare_cached("SELECT key FROM messages WHERE id = ?1")?
                .query_row([id.to_string()], |row| row.get(0))
                .optional()?;
            load_message(db, viewer, key.ok_or(StateError::NotFound)?)
        })
        .await
    }
}

fn add(list: &mut Vec<UserId>, user: UserId) {
    if let Err(place) = list.binary_search(&user) {
        list.insert(place, user);
    }
}

/// What somebody sees of a history.
struct Reader {
    user: UserId,
    key: i64,
    is_open: bool,
    /// Key of the newest message that they cleared away.
    cleared_to: i64,
    /// Key of the newest message that they read, in an open dialog.
    read_to: i64,
}

impl Reader {
    fn of(db: &Connection, dialog: DialogId, user: UserId) -> Result<Self, StateError> {
        let found: Option<(i64, i64, i64, i64)> = db
            .prepare_cached(
                "SELECT d.key, d.kind, coalesce(o.cleared_to, 0), coalesce(o.read_to, 0)
                 FROM dialogs d LEFT JOIN occupants o ON o.dialog = d.key AND o.user_id = ?2
                 WHERE d.id = ?1",
            )?
            .query_row(params![dialog.to_string(), user.as_i64()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .optional()?;
        let (key, number, cleared_to, read_to) = found.ok_or(StateError::NotFound)?;
        Ok(Self {
            user,
            key,
            is_open: kind(number)?.is_open(),
            cleared_to,
            read_to,
        })
    }

    /// The values of [`FROM`].
    fn values(&self) -> Vec<Value> {
        vec![
            Value::Integer(self.key),
            Value::Integer(self.cleared_to),
            Value::Integer(self.user.as_i64()),
        ]
    }
}

fn compile(conditions: &[Condition<MessageField>]) -> Result<Sql, StateError> {
    let mut sql = Sql::default();
    for Condition { field, op, values } in conditions {
        let (expression, kind) = field.expression();
        if *field == MessageField::AttachmentType {
            // A message fits if any of its attachments does; with the negative operators if none is excluded.
            let (not, op) = match op {
                Op::NotEqual => ("NOT ", Op::Equal),
                Op::NotIn => ("NOT ", Op::In),
                Op::Equal
                | Op::In
                | Op::All
                | Op::Contains
                | Op::Greater
                | Op::GreaterOrEqual
                | Op::Less
                | Op::LessOrEqual => ("", *op),
            };
            let mut any = Sql::default();
            any.compare(field.name(), expression, kind, op, values)?;
            let text = format!(
                " AND {not}EXISTS (SELECT 1 FROM json_each(m.attachments) a WHERE 1{})",
                any.text
            );
            sql.push(&text, any.values);
        } else {
            sql.compare(field.name(), expression, kind, *op, values)?;
        }
    }
    Ok(sql)
}
