//! Whatever is written, held, changed, taken back and deleted, and however often the line is lost in
//! between: everything that stays wanted leaves once per session, in its order and not before its
//! time, with the words it had last; nothing else leaves.

use std::collections::BTreeMap;

use cubist_protocol::stanza::Stanza;
use proptest::prelude::*;

use crate::connection::SendTag;
use crate::model::{Position, Status, UnixMillis};
use crate::outbox::Sender;
use crate::store::messages::{self, MessageRecord};
use crate::store::testing::{dialog_id, incoming, message_id, outgoing};
use crate::store::wishes::{self, Wish};
use crate::store::{dialogs, outbox as rows, search};
use crate::sync::testing::{NOW, World};

/// Seconds for which a message can be taken back.
const UNDO: i64 = 5;

/// Ids of what others write; this person's begin with 1.
const THEIRS: u32 = 1_000;

/// Something that can happen.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A message is written in dialog 1 or 2, and leaves as soon as it can.
    Write(u32),
    /// The same, to be taken back for some seconds.
    WriteForUndo(u32),
    /// The same, for so many seconds later.
    Schedule(u32, i64),
    /// A message that has not left is dropped; which one of those written so far.
    TakeBack(usize),
    /// A message gets other words.
    Edit(usize),
    /// A message is deleted for everyone.
    Delete(usize),
    /// The task hands over what can go.
    Go,
    /// The server confirms what it was given.
    Confirm,
    /// The line is lost with whatever was not confirmed, and another session begins.
    Lose,
    /// So many seconds pass.
    Pass(i64),
    /// Somebody else writes in dialog 1.
    Arrive,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (1_u32..=2).prop_map(Step::Write),
        3 => (1_u32..=2).prop_map(Step::WriteForUndo),
        3 => ((1_u32..=2), (1_i64..20)).prop_map(|(dialog, later)| Step::Schedule(dialog, later)),
        2 => (0_usize..8).prop_map(Step::TakeBack),
        2 => (0_usize..8).prop_map(Step::Edit),
        1 => (0_usize..8).prop_map(Step::Delete),
        4 => Just(Step::Go),
        2 => Just(Step::Confirm),
        1 => Just(Step::Lose),
        3 => (1_i64..8).prop_map(Step::Pass),
        1 => Just(Step::Arrive),
    ];
    prop::collection::vec(step, 1..40)
}

/// How far a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// It did not leave.
    Here,
    /// It left, in this session or one before.
    Said,
    /// The server has it.
    Confirmed,
}

/// A message of this person, as it should be.
#[derive(Clone, Debug)]
struct Written {
    dialog: u32,
    text: String,
    /// The moment before which it must not leave (seconds).
    not_before: i64,
    is_scheduled: bool,
    is_wanted: bool,
    /// How far it came.
    way: Way,
    /// Whether its words changed after that.
    is_changed: bool,
}

struct Story {
    world: World,
    sender: Sender,
    now: i64,
    written: BTreeMap<u32, Written>,
    /// The numbers that left, in the order in which each left for the first time.
    left: Vec<u32>,
    /// Those that left in this session and are not confirmed.
    on_their_way: Vec<(u32, SendTag)>,
    arrived: u32,
}

impl Story {
    async fn new() -> Self {
        let world = World::new().await;
        world.start_session();
        Self {
            world,
            sender: Sender::default(),
            now: NOW,
            written: BTreeMap::new(),
            left: Vec::new(),
            on_their_way: Vec::new(),
            arrived: 0,
        }
    }

    fn pass(&mut self, seconds: i64) {
        self.now += seconds;
        self.world.clock.set(UnixMillis::from_seconds(self.now));
    }

    async fn write(&mut self, dialog: u32, undo: i64, later: Option<i64>) {
        let n = u32::try_from(self.written.len()).unwrap() + 1;
        let until = self.now + later.unwrap_or(undo);
        let text = format!("words{n}");
        let record = MessageRecord {
            dialog: dialog_id(dialog),
            ..outgoing(n, self.now, &text)
        };
        let at = UnixMillis::from_seconds(until);
        let stored = self.world.context.store.write(move |tx| match later {
            Some(_) => rows::schedule(tx, &record, at),
            None if undo > 0 => rows::enqueue_until(tx, &record, at),
            None => rows::enqueue(tx, &record),
        });
        stored.await.unwrap();
        let message = Written {
            dialog,
            text,
            not_before: until,
            is_scheduled: later.is_some(),
            is_wanted: true,
            way: Way::Here,
            is_changed: false,
        };
        self.written.insert(n, message);
    }

    /// The number of one of the messages that are still wanted.
    fn chosen(&self, which: usize) -> Option<u32> {
        let wanted: Vec<u32> = self
            .written
            .iter()
            .filter(|(_, message)| message.is_wanted)
            .map(|(n, _)| *n)
            .collect();
        wanted.get(which % wanted.len().max(1)).copied()
    }

    async fn take_back(&mut self, n: u32) {
        let message = self.written.get_mut(&n).unwrap();
        if message.way > Way::Here {
            // The other side may have it: that is a deletion.
            return;
        }
        message.is_wanted = false;
        let dropped = self
            .world
            .context
            .store
            .write(move |tx| rows::discard(tx, message_id(n)));
        assert!(dropped.await.unwrap().is_some(), "{n} was there");
    }

    async fn edit(&mut self, n: u32) {
        let message = self.written.get_mut(&n).unwrap();
        let text = format!("{}x", message.text);
        message.text.clone_from(&text);
        message.is_changed |= message.way > Way::Here;
        let stanza = (message.way > Way::Here).then(|| message_id(n + 10_000));
        let at = UnixMillis::from_seconds(self.now);
        let changed = self
            .world
            .context
            .store
            .write(move |tx| wishes::edit(tx, message_id(n), &text, stanza, at));
        changed.await.unwrap();
    }

    async fn delete(&mut self, n: u32) {
        let message = self.written.get_mut(&n).unwrap();
        if message.way == Way::Here {
            return self.take_back(n).await;
        }
        message.is_wanted = false;
        let dialog = dialog_id(message.dialog);
        let deleted = self
            .world
            .context
            .store
            .write(move |tx| wishes::delete(tx, dialog, message_id(n), true));
        assert!(deleted.await.unwrap(), "{n} was there");
    }

    async fn go(&mut self) -> Result<(), TestCaseError> {
        self.sender.round(&self.world.context).await.unwrap();
        while let Ok((stanza, tag)) = self.world.sent.try_recv() {
            let Stanza::Message(message) = stanza else {
                continue;
            };
            let id = message.id.unwrap();
            let n = *self
                .written
                .keys()
                .find(|n| message_id(**n).to_string() == id)
                .unwrap();
            let tag = tag.unwrap();
            let is_on_its_way = self.on_their_way.iter().any(|(other, _)| *other == n);
            prop_assert!(!is_on_its_way, "{} left twice in a session", n);
            let written = self.written.get_mut(&n).unwrap();
            prop_assert!(written.is_wanted, "{} is not wanted", n);
            prop_assert!(
                written.way < Way::Confirmed,
                "{} left after it was confirmed",
                n
            );
            prop_assert!(written.not_before <= self.now, "{} left early", n);
            if written.way == Way::Here {
                self.left.push(n);
            }
            prop_assert_eq!(message.body.as_ref(), Some(&written.text));
            written.way = Way::Said;
            self.on_their_way.push((n, tag));
        }
        self.nobody_waits_for_nothing()
    }

    /// What may leave has left: only something that can still be taken back holds up what was
    /// written after it in its dialog.
    fn nobody_waits_for_nothing(&self) -> Result<(), TestCaseError> {
        for dialog in 1..=2 {
            let mut is_held = false;
            for (n, message) in &self.written {
                if message.dialog != dialog || !message.is_wanted {
                    continue;
                }
                let is_early = message.not_before > self.now;
                if is_early && !message.is_scheduled {
                    is_held = true;
                }
                let may_leave = !is_early && !is_held;
                prop_assert!(!may_leave || message.way > Way::Here, "{} waits", n);
            }
        }
        Ok(())
    }

    async fn confirm(&mut self) {
        let confirmed = std::mem::take(&mut self.on_their_way);
        for (n, _) in &confirmed {
            if let Some(message) = self.written.get_mut(n) {
                message.way = Way::Confirmed;
            }
        }
        let tags: Vec<SendTag> = confirmed.into_iter().map(|(_, tag)| tag).collect();
        self.world.ack(&tags).await;
    }

    async fn happen(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Write(dialog) => self.write(dialog, 0, None).await,
            Step::WriteForUndo(dialog) => self.write(dialog, UNDO, None).await,
            Step::Schedule(dialog, later) => self.write(dialog, 0, Some(later)).await,
            Step::TakeBack(which) => {
                if let Some(n) = self.chosen(which) {
                    self.take_back(n).await;
                }
            }
            Step::Edit(which) => {
                if let Some(n) = self.chosen(which) {
                    self.edit(n).await;
                }
            }
            Step::Delete(which) => {
                if let Some(n) = self.chosen(which) {
                    self.delete(n).await;
                }
            }
            Step::Go => self.go().await?,
            Step::Confirm => self.confirm().await,
            Step::Lose => {
                self.on_their_way.clear();
                self.world.start_session();
            }
            Step::Pass(seconds) => self.pass(seconds),
            Step::Arrive => {
                self.arrived += 1;
                let record = incoming(THEIRS + self.arrived, self.now, "theirs");
                let stored = self
                    .world
                    .context
                    .store
                    .write(move |tx| messages::insert(tx, &record));
                stored.await.unwrap();
            }
        }
        Ok(())
    }

    /// Time passes and the line holds, until nothing is left to say.
    async fn end(&mut self) -> Result<(), TestCaseError> {
        self.pass(60);
        self.go().await?;
        self.confirm().await;
        self.go().await?;
        prop_assert_eq!(&self.on_their_way, &[]);
        self.delete_there().await;
        self.order()?;
        self.cache().await
    }

    /// The server deletes what is to be deleted, also what it never confirmed.
    async fn delete_there(&self) {
        let store = &self.world.context.store;
        let due = store.read(|db| wishes::due(db, 0, 100)).await.unwrap();
        let deletions = due
            .into_iter()
            .filter(|one| matches!(one.wish, Wish::Delete { .. }))
            .map(|one| one.seq);
        let seqs: Vec<i64> = deletions.collect();
        store
            .write(move |tx| wishes::done(tx, &seqs))
            .await
            .unwrap();
    }

    /// Of one dialog, what was written to leave at once or after the time to take it back left in the
    /// order it was written in.
    fn order(&self) -> Result<(), TestCaseError> {
        for dialog in 1..=2 {
            let of_it: Vec<u32> = self
                .left
                .iter()
                .copied()
                .filter(|n| self.written[n].dialog == dialog && !self.written[n].is_scheduled)
                .collect();
            prop_assert!(of_it.is_sorted(), "{:?}", of_it);
        }
        Ok(())
    }

    /// The cache has every message that stays wanted once, sent, under its last words; of those that
    /// left before they changed a wish tells.
    async fn cache(&self) -> Result<(), TestCaseError> {
        let store = &self.world.context.store;
        prop_assert_eq!(store.read(rows::waiting).await.unwrap(), 0);
        prop_assert!(store.read(rows::unsent).await.unwrap().is_empty());
        let due = store.read(|db| wishes::due(db, 0, 100)).await.unwrap();
        for dialog in 1..=2 {
            let id = dialog_id(dialog);
            let shown = store
                .read(move |db| messages::page_below(db, id, Position::END, Position::BEGIN, 200))
                .await
                .unwrap();
            prop_assert!(shown.is_sorted_by(|one, next| one.position() < next.position()));
            let card = store.read(move |db| dialogs::load(db, id)).await.unwrap();
            prop_assert_eq!(card.unwrap().scheduled, 0);
            for (n, message) in self.written.iter().filter(|(_, one)| one.dialog == dialog) {
                let here: Vec<_> = shown
                    .iter()
                    .filter(|one| one.id == message_id(*n))
                    .collect();
                let words = message.text.clone();
                let hits = store
                    .read(move |db| search::messages(db, &words, 50))
                    .await
                    .unwrap();
                let hits = hits
                    .iter()
                    .filter(|hit| hit.message.id == message_id(*n))
                    .count();
                if message.is_wanted {
                    prop_assert_eq!(here.len(), 1, "{}", n);
                    prop_assert_eq!(&here[0].text, &message.text);
                    prop_assert_eq!(here[0].status, Status::Sent);
                    prop_assert_eq!(here[0].hold, None);
                    prop_assert_eq!(hits, 1, "{}", n);
                    let tells = due.iter().any(|one| {
                        one.message == message_id(*n) && matches!(one.wish, Wish::Edit { .. })
                    });
                    prop_assert_eq!(tells, message.is_changed, "{}", n);
                } else {
                    prop_assert!(here.iter().all(|one| one.deleted), "{}", n);
                    prop_assert_eq!(hits, 0, "{}", n);
                }
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_waits_on_purpose_leaves_once_in_its_order_with_its_last_words(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut story = Story::new().await;
            for step in steps {
                story.happen(step).await?;
            }
            story.end().await
        })?;
    }
}
