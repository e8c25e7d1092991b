//! Telling others that this person types, sparingly (XEP-0085).
//!
//! The screen reports every key; what goes over the wire is one `composing` when typing begins,
//! another every few seconds while it goes on, and one `paused` when it stops.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::ext::xep0085_chat_states::ChatState;
use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::{Message, MessageKind, Stanza};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::model::{DialogId, UserId};
use crate::store::dialogs;
use crate::sync::context::{Context, Who};

/// How often `composing` is repeated. The platform's own apps forget a typist after 6 s.
const REPEAT: Duration = Duration::from_secs(4);

/// Silence after which the person has stopped.
const PAUSE: Duration = Duration::from_secs(5);

/// Keys that may wait for the task; more are dropped, since the next one says the same.
const QUEUE: usize = 64;

/// One key, or the end of typing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keystroke {
    /// Where.
    pub(crate) dialog: DialogId,
    /// Whether there is something in the field.
    pub(crate) typing: bool,
}

/// Where keys are reported to.
pub(crate) type Keys = mpsc::Sender<Keystroke>;

/// The way from the screen to the task.
pub(crate) fn channel() -> (Keys, mpsc::Receiver<Keystroke>) {
    mpsc::channel(QUEUE)
}

/// Someone is typing here.
struct Typist {
    /// When `composing` was last sent.
    told: Instant,
    /// When the last key came.
    key: Instant,
    /// Whom it is told.
    to: Recipient,
}

#[derive(Clone)]
struct Recipient {
    jid: Jid,
    kind: MessageKind,
}

/// Tells others until the account ends.
pub(crate) async fn run(context: Arc<Context>, mut keys: mpsc::Receiver<Keystroke>) {
    let mut typists: HashMap<DialogId, Typist> = HashMap::new();
    let work = async {
        loop {
            let next_pause = typists.values().map(|typist| typist.key + PAUSE).min();
            let key = match next_pause {
                None => keys.recv().await,
                Some(at) => {
                    tokio::select! {
                        key = keys.recv() => key,
                        () = sleep_until(at) => {
                            pause_silent(&context, &mut typists).await;
                            continue;
                        }
                    }
                }
            };
            match key {
                Some(key) => press(&context, &mut typists, key).await,
                None => break,
            }
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

async fn press(context: &Context, typists: &mut HashMap<DialogId, Typist>, key: Keystroke) {
    let now = Instant::now();
    if !key.typing {
        if let Some(typist) = typists.remove(&key.dialog) {
            tell(context, &typist.to, ChatState::Paused).await;
        }
        return;
    }
    if let Some(typist) = typists.get_mut(&key.dialog) {
        typist.key = now;
        if now.duration_since(typist.told) >= REPEAT {
            typist.told = now;
            let to = typist.to.clone();
            tell(context, &to, ChatState::Composing).await;
        }
        return;
    }
    let Some(to) = recipient(context, key.dialog).await else {
        return;
    };
    tell(context, &to, ChatState::Composing).await;
    typists.insert(
        key.dialog,
        Typist {
            told: now,
            key: now,
            to,
        },
    );
}

async fn pause_silent(context: &Context, typists: &mut HashMap<DialogId, Typist>) {
    let now = Instant::now();
    let silent: Vec<DialogId> = typists
        .iter()
        .filter(|(_, typist)| now.duration_since(typist.key) >= PAUSE)
        .map(|(&dialog, _)| dialog)
        .collect();
    for dialog in silent {
        if let Some(typist) = typists.remove(&dialog) {
            tell(context, &typist.to, ChatState::Paused).await;
        }
    }
}

/// Whom to tell; `None` when the dialog is unknown.
async fn recipient(context: &Context, dialog: DialogId) -> Option<Recipient> {
    let found = context
        .store
        .read(move |db| dialogs::load(db, dialog))
        .await;
    address(&context.who, dialog, found.ok()??.opponent)
}

fn address(who: &Who, dialog: DialogId, opponent: Option<UserId>) -> Option<Recipient> {
    Some(match opponent {
        Some(opponent) => Recipient {
            jid: who.user(opponent)?,
            kind: MessageKind::Chat,
        },
        None => Recipient {
            jid: who.room(dialog)?,
            kind: MessageKind::Groupchat,
        },
    })
}

async fn tell(context: &Context, to: &Recipient, state: ChatState) {
    let mut message = Message::new(to.kind, to.jid.clone());
    message.chat_state = Some(state);
    // Without a line nobody needs to know.
    context
        .line
        .send(Stanza::Message(Box::new(message)), None)
        .await
        .ok();
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use cubist_protocol::ext::xep0085_chat_states::ChatState::{self, Composing, Paused};
    use cubist_protocol::stanza::Stanza;
    use tokio::time::sleep;

    use super::{Keys, Keystroke, PAUSE, REPEAT, channel, run};
    use crate::store::testing::{dialog_id, user_id};
    use crate::sync::testing::World;

    async fn start() -> (World, Keys) {
        let world = World::new().await;
        let (keys, strokes) = channel();
        tokio::spawn(run(Arc::clone(&world.context), strokes));
        // From here on time stands still unless a test moves it.
        tokio::time::pause();
        (world, keys)
    }

    async fn press(keys: &Keys, typing: bool) {
        let dialog = dialog_id(1);
        keys.send(Keystroke { dialog, typing }).await.unwrap();
    }

    async fn state(world: &mut World) -> ChatState {
        let (message, tag) = world.next_sent().await;
        assert_eq!(message.to.unwrap().user_id(), Some(user_id(2)));
        assert_eq!(tag, None, "not worth a repetition");
        message.chat_state.unwrap()
    }

    #[tokio::test]
    async fn silence_after_a_key_says_paused_once() {
        let (mut world, keys) = start().await;
        press(&keys, true).await;
        assert_eq!(state(&mut world).await, Composing);
        assert_eq!(
            state(&mut world).await,
            Paused,
            "the clock moves by itself when all wait"
        );
        sleep(PAUSE * 3).await;
        assert_eq!(world.sent_so_far(), Vec::<Stanza>::new());
    }

    #[tokio::test]
    async fn many_keys_are_one_notice_every_few_seconds() {
        let (mut world, keys) = start().await;
        press(&keys, true).await;
        assert_eq!(state(&mut world).await, Composing);
        // Eleven seconds of typing, five keys a second.
        let step = Duration::from_millis(200);
        for _ in 0..55 {
            sleep(step).await;
            press(&keys, true).await;
        }
        sleep(step).await;
        let told = world.sent_so_far().len();
        let expected = (step * 55).as_secs() / REPEAT.as_secs();
        assert_eq!(told as u64, expected);
    }

    #[tokio::test]
    async fn an_emptied_field_says_paused_at_once() {
        let (mut world, keys) = start().await;
        press(&keys, true).await;
        assert_eq!(state(&mut world).await, Composing);
        press(&keys, false).await;
        assert_eq!(state(&mut world).await, Paused);
        press(&keys, false).await;
        sleep(PAUSE * 3).await;
        assert_eq!(world.sent_so_far(), Vec::<Stanza>::new());
    }
}
