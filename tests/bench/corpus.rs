//! The chats and messages of a person who has used a messenger for years.
//!
//! Everything follows from the seed and from the moment it ends at, so that two runs, and a run
//! beside its limit, handle the same bytes.

use cubist_client::model::{
    DialogId, DialogKind, MessageId, ObjectId, Status, UnixMillis, User, UserId,
};
use cubist_client::store::dialogs::{Details, DialogRecord};
use cubist_client::store::messages::MessageRecord;
use cubist_client::store::reactions::Snapshot;
use cubist_protocol::ext::extra_params::ExtraParams;

use crate::random::{Random, Zipf};
use crate::text::Language;

/// What everything here follows from.
const SEED: u64 = 0x00c0_ffee_2026;

/// Numbers of the people begin here, far from those that a new backend gives.
const FIRST_USER: u64 = 1_000_000;

/// Between two messages on average, in milliseconds: 100,000 of them fill about nine months.
const PACE_MILLIS: usize = 240_000;

/// One chat.
#[derive(Clone, Debug)]
pub(crate) struct Chat {
    /// As the server would describe it.
    pub(crate) record: DialogRecord,
    /// Everyone in it but the person whose cache it is.
    pub(crate) others: Vec<UserId>,
}

/// Who writes what where.
#[derive(Clone, Debug)]
pub(crate) struct Corpus {
    /// Whose cache it is.
    pub(crate) me: UserId,
    /// Everybody else.
    pub(crate) people: Vec<User>,
    /// The chats, the liveliest first.
    pub(crate) chats: Vec<Chat>,
    /// What is spoken.
    pub(crate) language: Language,
    activity: Zipf,
}

/// Whether messages are old ones from the history, or such as come on the line just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Of both sides, read by everyone.
    History,
    /// Of others, unread.
    Live,
}

impl Corpus {
    /// `chats` chats of the person `me`.
    pub(crate) fn new(me: UserId, chats: u32) -> Self {
        let mut random = Random::new(SEED);
        let language = Language::new(random.next());
        let people: Vec<User> = (0..u64::from(chats.max(20)))
            .map(|n| User {
                name: language.name(&mut random),
                login: Some(format!("person-{n}")),
                ..User::named(UserId::new(FIRST_USER + n).unwrap(), "")
            })
            .collect();
        let chats_made = (0..chats)
            .map(|n| chat(n, me, &people, &language, &mut random))
            .collect();
        Self {
            me,
            people,
            chats: chats_made,
            language,
            activity: Zipf::new(chats),
        }
    }

    /// Messages in the order of their dates, the last of `total` about at `end`.
    pub(crate) fn messages(
        &self,
        kind: Kind,
        total: usize,
        end: UnixMillis,
    ) -> impl Iterator<Item = MessageRecord> {
        let mut random = Random::new(SEED ^ 1);
        let span = i64::try_from(total * PACE_MILLIS).unwrap();
        let mut at = end.0 - span;
        (0..total).map(move |n| {
            at += i64::try_from(random.below(2 * PACE_MILLIS)).unwrap();
            let chat = &self.chats[self.activity.pick(&mut random)];
            self.message(kind, n, chat, UnixMillis(at.min(end.0)), &mut random)
        })
    }

    fn message(
        &self,
        kind: Kind,
        n: usize,
        chat: &Chat,
        sent_at: UnixMillis,
        random: &mut Random,
    ) -> MessageRecord {
        let is_mine = kind == Kind::History && random.chance(40);
        let sender = if is_mine {
            self.me
        } else {
            chat.others[random.below(chat.others.len())]
        };
        let readers: Vec<UserId> = match kind {
            Kind::Live => Vec::new(),
            Kind::History if is_mine => chat.others.clone(),
            Kind::History => vec![self.me],
        };
        MessageRecord {
            id: MessageId::new(object_id(sent_at, n, random)),
            dialog: chat.record.id,
            sender,
            text: self.language.sentence(random),
            sent_at,
            status: Status::Sent,
            in_history: true,
            extra: ExtraParams::new(),
            delivered_to: readers.clone(),
            read_by: readers,
            from_history: kind == Kind::History,
            edited_at: None,
            reactions: Snapshot::default(),
        }
    }
}

fn chat(n: u32, me: UserId, people: &[User], language: &Language, random: &mut Random) -> Chat {
    // The liveliest chat is a private one; of the others every third is a group.
    let is_group = n > 0 && random.chance(33);
    let others: Vec<UserId> = if is_group {
        let first = random.below(people.len());
        let size = 2 + random.below(11);
        (0..size)
            .map(|step| people[(first + step * 7) % people.len()].id)
            .collect()
    } else {
        vec![people[usize::try_from(n).unwrap() % people.len()].id]
    };
    let mut occupants = others.clone();
    occupants.push(me);
    let id = object_id(
        UnixMillis::from_seconds(1_500_000_000),
        usize::try_from(n).unwrap(),
        random,
    );
    let record = DialogRecord {
        // A letter in it: the platform takes an id of digits alone for a person's number.
        id: DialogId::new(ObjectId::from_bytes({
            let mut bytes = id.bytes();
            bytes[0] = 0x5a;
            bytes
        })),
        kind: if is_group {
            DialogKind::Group
        } else {
            DialogKind::Private
        },
        name: language.name(random),
        photo: None,
        description: None,
        owner: Some(me),
        occupants,
        created_at: Some(UnixMillis::from_seconds(1_500_000_000 + i64::from(n))),
        last: None,
        unread: None,
        details: Details::default(),
    };
    Chat { record, others }
}

/// Four bytes of time, five random ones, and a counter.
fn object_id(at: UnixMillis, counter: usize, random: &mut Random) -> ObjectId {
    let mut bytes = [0; 12];
    let seconds = u32::try_from(at.seconds()).unwrap();
    bytes[..4].copy_from_slice(&seconds.to_be_bytes());
    bytes[4..9].copy_from_slice(&random.next().to_be_bytes()[..5]);
    let counter = u32::try_from(counter % (1 << 24)).unwrap();
    bytes[9..].copy_from_slice(&counter.to_be_bytes()[1..]);
    ObjectId::from_bytes(bytes)
}
