//! Dialogs: what they are, and a dialog as one person sees it.

use std::collections::HashMap;
use std::sync::Arc;

use cubist_protocol::ids::{DialogId, MessageId, UserId};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};

use crate::state::unread::UNREAD;
use crate::state::users::user_id;
use crate::state::{Mark, State, StateError, pins};

/// Kind of a dialog, as numbered on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DialogKind {
    /// 1: everyone reads, admins write.
    Broadcast,
    /// 2: invited members.
    Group,
    /// 3: two people.
    Private,
    /// 4: whoever subscribes.
    Public,
}

impl DialogKind {
    /// The wire's number.
    pub const fn number(self) -> i64 {
        match self {
            Self::Broadcast => 1,
            Self::Group => 2,
            Self::Private => 3,
            Self::Public => 4,
        }
    }

    /// Whether anyone may come in without being added: such dialogs can have very many people in them.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Broadcast | Self::Public)
    }

    /// By the wire's number.
    pub const fn from_number(number: i64) -> Option<Self> {
        Some(match number {
            1 => Self::Broadcast,
            2 => Self::Group,
            3 => Self::Private,
            4 => Self::Public,
            _ => return None,
        })
    }
}

/// A dialog as somebody sees it. Times are unix seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Dialog {
    /// Its id.
    pub id: DialogId,
    /// Its kind.
    pub kind: DialogKind,
    /// Who made it.
    pub owner: UserId,
    /// The group's name; for a private dialog the other person's.
    pub name: Option<String>,
    /// A file's uid or URL.
    pub photo: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Everyone in it, ascending; empty for open dialogs.
    pub occupants: Vec<UserId>,
    /// How many people are in it.
    pub occupant_count: u64,
    /// The people with rights, ascending.
    pub admins: Vec<UserId>,
    /// Messages kept in sight, the longest pinned first.
    pub pinned: Vec<MessageId>,
    /// The app's own fields, all strings; only names that the configuration allows.
    pub extensions: Option<Map<String, Value>>,
    /// Rights of people outside.
    pub permissions: Option<Map<String, Value>>,
    /// The newest message that the viewer did not delete, unless they cleared it away or may not read along.
    pub last: Option<LastMessage>,
    /// Messages of others that the viewer has not read.
    pub unread: u64,
    /// Creation.
    pub created_at: i64,
    /// Last message or change.
    pub updated_at: i64,
}

/// A dialog's newest message in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastMessage {
    /// Its id.
    pub id: MessageId,
    /// Its author.
    pub sender: UserId,
    /// Its text.
    pub body: String,
    /// Unix seconds.
    pub date_sent: i64,
    /// Of the viewer's own message, how far it got with anyone else: `None` is sent.
    pub reached: Option<Mark>,
}

/// Who looks at dialogs, and what there is to see.
pub(crate) struct View {
    pub(crate) viewer: UserId,
    /// The configured names of own fields.
    fields: Option<Arc<[String]>>,
}

impl View {
    /// Whether a field of that name is shown.
    fn shows(&self, name: &str) -> bool {
        self.fields
            .as_ref()
            .is_none_or(|names| names.iter().any(|known| known == name))
    }
}

impl State {
    /// One dialog as the user sees it; errors as of [`Self::own_dialog_card`].
    pub async fn dialog(&self, user: UserId, dialog: DialogId) -> Result<Dialog, StateError> {
        self.own_dialog_card(user, dialog).await?;
        let view = self.view_of(user);
        self.read(move |db| {
            let key: Option<i64> = db
                .prepare_cached("SELECT key FROM dialogs WHERE id = ?1")?
                .query_row([dialog.to_string()], |row| row.get(0))
                .optional()?;
            load_dialog(db, &view, key.ok_or(StateError::NotFound)?)
        })
        .await
    }

    /// What the user is shown of dialogs.
    pub(crate) fn view_of(&self, viewer: UserId) -> View {
        View {
            viewer,
            fields: self.inner.dialog_fields.clone(),
        }
    }
}

pub(crate) fn not_a_member() -> StateError {
    StateError::Forbidden("You are not a member of this chat dialog".to_owned())
}

pub(crate) fn parse_dialog_id(text: &str) -> Result<DialogId, StateError> {
    text.parse()
        .map_err(|_| StateError::Internal(format!("the database holds {text:?} for a dialog id")))
}

pub(crate) fn parse_message_id(text: &str) -> Result<MessageId, StateError> {
    text.parse()
        .map_err(|_| StateError::Internal(format!("the database holds {text:?} for a message id")))
}

pub(crate) fn kind(number: i64) -> Result<DialogKind, StateError> {
    DialogKind::from_number(number).ok_or_else(|| {
        StateError::Internal(format!("the database holds {number} for a kind of dialog"))
    })
}

/// Loads one dialog.
pub(crate) fn load_dialog(db: &Connection, view: &View, key: i64) -> Result<Dialog, StateError> {
    load_dialogs(db, view, &[key])?
        .pop()
        .ok_or(StateError::NotFound)
}

/// Loads dialogs as somebody sees them, in the order of `keys`. Five queries, however many dialogs.
pub(crate) fn load_dialogs(
    db: &Connection,
    view: &View,
    keys: &[i64],
) -> Result<Vec<Dialog>, StateError> {
    let viewer = view.viewer;
    let wanted = Value::from(keys).to_string();
    let mut dialogs: HashMap<i64, Dialog> = HashMap::with_capacity(keys.len());
    let mut own_last: HashMap<i64, i64> = HashMap::new();

    let mut query = db.prepare_cached(&format!(
        "SELECT d.key, d.id, d.kind, d.owner, d.name, d.photo, d.description, d.extensions, d.permissions,
                d.created_at, d.updated_at, {UNREAD},
                m.key, m.id, m.sender, m.body, m.date_sent,
                coalesce(nullif(trim(u.full_name), ''), u.login),
                d.occupant_count, o.user_id IS NOT NULL
         FROM json_each(?1) j
         JOIN dialogs d ON d.key = j.value
         LEFT JOIN occupants o ON o.dialog = d.key AND o.user_id = ?2
         LEFT JOIN messages m ON m.key > coalesce(o.cleared_to, 0) AND m.key =
           CASE WHEN EXISTS (SELECT 1 FROM hidden_messages h
                             WHERE h.user_id = ?2 AND h.dialog = d.key AND h.message = d.last_message)
           THEN (SELECT n.key FROM messages n WHERE n.dialog = d.key AND +n.key > o.cleared_to AND NOT EXISTS
                   (SELECT 1 FROM hidden_messages h
                    WHERE h.user_id = ?2 AND h.dialog = d.key AND h.message = n.key)
                 ORDER BY n.date_sent DESC, n.id DESC LIMIT 1)
           ELSE d.last_message END
         LEFT JOIN users u ON u.id = CASE WHEN d.pair_low = ?2 THEN d.pair_high ELSE d.pair_low END"
    ))?;
    let mut rows = query.query(params![wanted, viewer.as_i64()])?;
    while let Some(row) = rows.next()? {
        let key: i64 = row.get(0)?;
        let kind = kind(row.get(2)?)?;
        let permissions = object(row.get(8)?);
        // Whoever is outside reads along only where the dialog says so.
        let reads_along = row.get(19)? || allows_preview(permissions.as_ref());
        let last_key: Option<i64> = row.get(12)?;
        let last = match last_key.filter(|_| reads_along) {
            None => None,
            Some(last_key) => {
                let id: String = row.get(13)?;
                let sender = user_id(row, 14)?;
                if sender == viewer {
                    own_last.insert(last_key, key);
                }
                Some(LastMessage {
                    id: parse_message_id(&id)?,
                    sender,
                    body: row.get(15)?,
                    date_sent: row.get(16)?,
                    reached: None,
                })
            }
        };
        let id: String = row.get(1)?;
        let mut extensions = object(row.get(7)?);
        if let Some(fields) = &mut extensions {
            fields.retain(|name, _| view.shows(name));
        }
        let dialog = Dialog {
            id: parse_dialog_id(&id)?,
            kind,
            owner: user_id(row, 3)?,
            name: if kind == DialogKind::Private {
                row.get(17)?
            } else {
                row.get(4)?
            },
            photo: row.get(5)?,
            description: row.get(6)?,
            occupants: Vec::new(),
            occupant_count: row.get::<_, i64>(18)?.unsigned_abs(),
            admins: Vec::new(),
            pinned: Vec::new(),
            extensions,
            permissions,
            last,
            unread: row.get::<_, i64>(11)?.unsigned_abs(),
            created_at: row.get(9)?,
            updated_at: row.get(10)?,
        };
        dialogs.insert(key, dialog);
    }
    fill_in_people(db, &mut dialogs)?;
    fill_in_marks(db, &mut dialogs, &own_last)?;
    pins::fill_in(db, &mut dialogs)?;
    Ok(keys.iter().filter_map(|key| dialogs.remove(key)).collect())
}

/// Occupants and admins; of open dialogs the admins alone.
fn fill_in_people(db: &Connection, dialogs: &mut HashMap<i64, Dialog>) -> Result<(), StateError> {
    let (open, listed): (Vec<_>, Vec<_>) = dialogs
        .iter()
        .partition(|(_, dialog)| dialog.kind.is_open());
    let keys = |some: Vec<(&i64, &Dialog)>| -> Vec<i64> {
        some.into_iter().map(|(key, _)| *key).collect()
    };
    let (open, listed) = (keys(open), keys(listed));
    for (wanted, sql) in [
        (
            listed,
            "SELECT dialog, user_id, is_admin FROM occupants
             WHERE dialog IN (SELECT value FROM json_each(?1)) ORDER BY dialog, user_id",
        ),
        (
            open,
            // Without the hint all subscribers would be read.
            "SELECT dialog, user_id, is_admin FROM occupants INDEXED BY admins_by_dialog
             WHERE dialog IN (SELECT value FROM json_each(?1)) AND is_admin ORDER BY dialog, user_id",
        ),
    ] {
        if wanted.is_empty() {
            continue;
        }
        let mut query = db.prepare_cached(sql)?;
        let mut rows = query.query([Value::from(wanted).to_string()])?;
        while let Some(row) = rows.next()? {
            if let Some(dialog) = dialogs.get_mut(&row.get(0)?) {
                let user = user_id(row, 1)?;
                if !dialog.kind.is_open() {
                    dialog.occupants.push(user);
                }
                if row.get(2)? {
                    dialog.admins.push(user);
                }
            }
        }
    }
    Ok(())
}

/// How far the viewer's own newest messages got; `own_last` leads from message to dialog.
fn fill_in_marks(
    db: &Connection,
    dialogs: &mut HashMap<i64, Dialog>,
    own_last: &HashMap<i64, i64>,
) -> Result<(), StateError> {
    if own_last.is_empty() {
        return Ok(());
    }
    let list = Value::from(own_last.keys().copied().collect::<Vec<_>>()).to_string();
    let mut query = db.prepare_cached(
        "SELECT message, max(read_at IS NOT NULL) FROM marks
         WHERE message IN (SELECT value FROM json_each(?1)) GROUP BY message",
    )?;
    let mut rows = query.query([list])?;
    while let Some(row) = rows.next()? {
        let read: bool = row.get(1)?;
        let dialog = own_last
            .get(&row.get(0)?)
            .and_then(|key| dialogs.get_mut(key));
        if let Some(last) = dialog.and_then(|dialog| dialog.last.as_mut()) {
            last.reached = Some(if read { Mark::Read } else { Mark::Delivered });
        }
    }
    Ok(())
}

pub(crate) fn object(json: Option<String>) -> Option<Map<String, Value>> {
    serde_json::from_str(&json?).ok()
}

/// Whether people outside may read the newest messages.
pub(crate) fn allows_preview(permissions: Option<&Map<String, Value>>) -> bool {
    permissions
        .and_then(|permissions| permissions.get("allow_preview"))
        .and_then(Value::as_bool)
        .unwrap_or_default()
}
