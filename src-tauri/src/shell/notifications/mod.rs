//! Notifications: what the engine finds worth an alert, told by the desktop.
//!
//! `policy` says whether, `board` what stands, `wording` what it says, `desktop` talks to the
//! system. One task follows the engine's events; what the person does with a notification comes
//! back to it. Without an account, as while the keys are locked, nothing stands and nothing comes.

mod board;
mod desktop;
mod policy;
mod wording;

use cubist_client::{
    Account, ClientEvent, Engine,
    model::{
        self, AccountId, Dialog, DialogId, DialogKind, Message, MessageId, Status, UnixMillis,
    },
};
use tauri::AppHandle;
use tokio::sync::{broadcast::error::RecvError, mpsc};

use self::{
    board::{Board, Change, Line, Place},
    desktop::{Act, Answer, Desktop, Sheet},
    policy::{Moment, Subject},
};
use crate::{
    ipc::types::{
        event::AppEvent,
        notifications::{NotifyShows, NotifySound},
    },
    shell::window,
    state::App,
};

/// How long a dialog is quiet by a notification's own action, in milliseconds.
const MUTE: i64 = 3_600_000;

/// How long a notification waits for a picture that is not in the cache.
const PICTURE_PATIENCE: std::time::Duration = std::time::Duration::from_millis(300);

/// Turns alerts into notifications until the app ends.
pub async fn follow(handle: AppHandle, app: App) {
    let Some(engine) = app.opened_engine().await else {
        return;
    };
    let mut events = engine.events();
    let mut settings = app.settings.watch();
    let (answers, mut answered) = mpsc::unbounded_channel();
    let mut notifier = Notifier {
        shows: settings.borrow_and_update().notifications.shows,
        handle,
        app: app.clone(),
        engine,
        board: Board::default(),
        desktop: Desktop::new(answers),
    };
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(event) => notifier.take(event).await,
                Err(RecvError::Lagged(_)) => notifier.compare().await,
                Err(RecvError::Closed) => break,
            },
            Some(answer) = answered.recv() => notifier.answer(answer).await,
            Ok(()) = settings.changed() => {
                let shows = settings.borrow_and_update().notifications.shows;
                notifier.show_as(shows).await;
            }
            () = app.ended() => break,
        }
    }
    notifier.desktop.close_all().await;
}

/// Whether a notification is news, or only says something else.
enum Tone {
    /// A message has come, with a picture of who wrote it.
    News(Option<model::Picture>),
    /// Nobody is to look up.
    Still,
}

struct Notifier {
    handle: AppHandle,
    app: App,
    engine: Engine,
    board: Board,
    desktop: Desktop,
    /// How much is told; the same in all that stand.
    shows: NotifyShows,
}

impl Notifier {
    async fn take(&mut self, event: ClientEvent) {
        match event {
            ClientEvent::MessageAlert {
                account,
                dialog,
                message,
            } => self.alert(account, &dialog, &message).await,
            ClientEvent::DialogsChanged {
                account,
                dialogs,
                removed,
            } => {
                let read = dialogs
                    .iter()
                    .filter(|dialog| dialog.unread == 0)
                    .map(|dialog| dialog.id);
                for dialog in read.chain(removed) {
                    self.withdraw(&account, dialog).await;
                }
            }
            ClientEvent::MessagesChanged {
                account,
                dialog,
                messages,
                removed,
            } => {
                let place = Place { account, dialog };
                self.follow_up(&place, &messages, &removed).await;
            }
            ClientEvent::AccountsChanged => self.compare().await,
            ClientEvent::Connection { .. }
            | ClientEvent::AttachmentsChanged { .. }
            | ClientEvent::TypingChanged { .. }
            | ClientEvent::UsersChanged { .. }
            | ClientEvent::ActivityChanged { .. }
            | ClientEvent::PrivacyChanged { .. }
            | ClientEvent::FoldersChanged { .. }
            | ClientEvent::OutboxChanged { .. }
            | ClientEvent::HistoryChanged { .. }
            | ClientEvent::VoiceLevel { .. }
            | ClientEvent::VoiceEnded { .. } => {}
        }
    }

    async fn alert(&mut self, id: AccountId, dialog: &Dialog, message: &Message) {
        let Some(account) = self.engine.account(&id) else {
            return;
        };
        let settings = self.app.settings.get();
        let subject = Subject {
            is_private: dialog.kind == DialogKind::Private,
            names_me: message.mentions.contains(&account.user()),
        };
        let moment = Moment {
            now: jiff::Timestamp::now().as_millisecond(),
            minute: minute_of_day(),
            quiet_until: settings.quiet_until,
            is_looking: self.app.focus.is_here(),
        };
        if !policy::notifies(&settings.notifications, subject, moment) {
            return;
        }
        let place = Place {
            account: id,
            dialog: dialog.id,
        };
        let Some(line) = self.line(&account, dialog.kind, message).await else {
            return;
        };
        let name = self.name(&account, dialog);
        let change = self.board.add(&place, name, message.id, line);
        let picture = self.picture(&account, dialog, message).await;
        self.make(&place, change, Tone::News(picture)).await;
    }

    /// What changed in messages whose notification stands.
    async fn follow_up(&mut self, place: &Place, messages: &[Message], removed: &[MessageId]) {
        let standing: Vec<&Message> = messages
            .iter()
            .filter(|message| self.board.has(place, message.id))
            .collect();
        let is_gone = |message: &Message| message.deleted || message.status == Status::Read;
        let gone: Vec<MessageId> = standing
            .iter()
            .filter(|message| is_gone(message))
            .map(|message| message.id)
            .chain(removed.iter().copied())
            .collect();
        let change = self.board.forget(place, |id| gone.contains(&id));
        self.make(place, change, Tone::Still).await;
        let Some(account) = self.engine.account(&place.account) else {
            return;
        };
        for message in standing.into_iter().filter(|message| !is_gone(message)) {
            let Ok(Some(dialog)) = account.dialog(place.dialog).await else {
                return;
            };
            if let Some(line) = self.line(&account, dialog.kind, message).await {
                let change = self.board.reword(place, message.id, line);
                self.make(place, change, Tone::Still).await;
            }
        }
    }

    /// Events were missed, or accounts have come or gone: whatever has been read meanwhile goes.
    async fn compare(&mut self) {
        for place in self.board.places() {
            let is_unread = match self.engine.account(&place.account) {
                Some(account) => account
                    .dialog(place.dialog)
                    .await
                    .is_ok_and(|dialog| dialog.is_some_and(|dialog| dialog.unread > 0)),
                None => false,
            };
            if !is_unread {
                self.withdraw(&place.account, place.dialog).await;
            }
        }
    }

    async fn withdraw(&mut self, account: &AccountId, dialog: DialogId) {
        let place = Place {
            account: account.clone(),
            dialog,
        };
        let change = self.board.clear(&place);
        self.make(&place, change, Tone::Still).await;
    }

    /// The person wants more or less to be told: also of what stands already.
    async fn show_as(&mut self, shows: NotifyShows) {
        if self.shows == shows {
            return;
        }
        self.shows = shows;
        for place in self.board.places() {
            if let Some(card) = self.board.card(&place) {
                self.make(&place, Change::Show(card), Tone::Still).await;
            }
        }
    }

    /// Brings the desktop in line.
    async fn make(&mut self, place: &Place, change: Change, tone: Tone) {
        match change {
            Change::Keep => {}
            Change::Close => self.desktop.close(place).await,
            Change::Show(card) => {
                let Some(words) = self.app.words() else {
                    return;
                };
                let (picture, sound) = match &tone {
                    Tone::News(picture) => (
                        picture
                            .as_ref()
                            .filter(|_| self.shows != NotifyShows::Nothing),
                        self.app.settings.get().notifications.sound,
                    ),
                    Tone::Still => (None, NotifySound::Off),
                };
                let sheet = Sheet {
                    title: &wording::title(&card, self.shows),
                    body: &wording::body(&card, self.shows, &words),
                    newest: card.newest,
                    words: &words,
                    picture,
                    sound,
                };
                self.desktop.show(place, sheet).await;
            }
        }
    }

    async fn line(&self, account: &Account, kind: DialogKind, message: &Message) -> Option<Line> {
        let words = self.app.words()?;
        let sender = if kind == DialogKind::Private {
            None
        } else {
            name_of(account, message.sender).await
        };
        let attached = message.attachments.first();
        let text = wording::said(
            &message.text,
            attached.map(|attachment| attachment.kind),
            &words,
        );
        Some(Line { sender, text })
    }

    /// The dialog's name; with several accounts also whose.
    fn name(&self, account: &Account, dialog: &Dialog) -> String {
        let accounts = self.engine.accounts();
        let own = accounts.iter().find(|other| other.id == *account.id());
        match own.filter(|_| accounts.len() > 1) {
            Some(own) => format!("{} · {}", dialog.name, own.name),
            None => dialog.name.clone(),
        }
    }

    /// The picture of whoever wrote, else the dialog's. One that is not in the cache and does not
    /// come at once is there for the next notification.
    async fn picture(
        &self,
        account: &Account,
        dialog: &Dialog,
        message: &Message,
    ) -> Option<model::Picture> {
        let sender = account.users(&[message.sender]).await.ok()?;
        let name = sender
            .into_iter()
            .find_map(|user| user.avatar)
            .or_else(|| dialog.photo.clone())?;
        let account = account.clone();
        let looking = tokio::spawn(async move { account.picture(&name).await });
        let looked = tokio::time::timeout(PICTURE_PATIENCE, looking).await;
        looked.ok()?.ok()?.ok()
    }

    async fn answer(&mut self, answer: Answer) {
        let is_current = self.desktop.is_current(&answer);
        let Answer {
            place, newest, act, ..
        } = answer;
        if is_current {
            // The desktop has taken it away, or does so after any act; some leave it standing.
            match act {
                Act::Closed => self.desktop.forget(&place),
                Act::Open | Act::Reply | Act::MarkRead | Act::Mute => {
                    self.desktop.close(&place).await;
                }
            }
            self.board.clear(&place);
        }
        match act {
            Act::Closed => {}
            Act::Open => self.open(&place, newest, false),
            Act::Reply => self.open(&place, newest, true),
            Act::MarkRead => {
                if let Some(account) = self.engine.account(&place.account)
                    && let Err(error) = account.mark_read(place.dialog, newest).await
                {
                    tracing::warn!(%error, "a notification's message was not marked as read");
                }
            }
            Act::Mute => {
                let now = jiff::Timestamp::now().as_millisecond();
                let until = UnixMillis(now.saturating_add(MUTE));
                if let Some(account) = self.engine.account(&place.account)
                    && let Err(error) = account.mute(place.dialog, Some(until)).await
                {
                    tracing::warn!(%error, "a notification's dialog was not muted");
                }
            }
        }
    }

    fn open(&self, place: &Place, message: MessageId, compose: bool) {
        window::raise(&self.handle);
        self.app.tell(AppEvent::Goto {
            account_id: place.account.clone().into(),
            dialog_id: place.dialog.into(),
            message_id: Some(message.into()),
            compose,
        });
    }
}

async fn name_of(account: &Account, user: model::UserId) -> Option<String> {
    let found = account.users(&[user]).await.ok()?;
    found
        .into_iter()
        .next()
        .map(|user| user.name)
        .filter(|name| !name.is_empty())
}

/// Minutes after midnight of this computer's time.
fn minute_of_day() -> u16 {
    let now = jiff::Zoned::now();
    u16::try_from(i32::from(now.hour()) * 60 + i32::from(now.minute())).unwrap_or_default()
}
