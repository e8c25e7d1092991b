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
        self, AccountId, AccountSummary, Dialog, DialogId, DialogKind, Message, MessageId, Status,
        UnixMillis, User, UserId,
    },
};
use tauri::AppHandle;
use tokio::sync::{broadcast::error::RecvError, mpsc};

use self::{
    board::{Board, Byline, Change, Line, Place},
    desktop::{Act, Answer, Desktop, Sheet},
    policy::{Moment, Subject},
};
use crate::{
    ipc::types::{
        event::AppEvent,
        notifications::{NotifyShows, NotifySound},
        settings::Settings,
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
                let settings = settings.borrow_and_update().clone();
                notifier.heed(&settings).await;
            }
            () = app.ended() => break,
        }
    }
    notifier.desktop.close_all().await;
}

/// Whether a notification is news, or only says something else.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tone {
    /// A message has come.
    News,
    /// Nobody is to look up.
    Still,
}

impl Tone {
    /// What is heard, of what the person chose for news.
    const fn heard(self, chosen: NotifySound) -> NotifySound {
        match self {
            Self::News => chosen,
            Self::Still => NotifySound::Off,
        }
    }

    /// Whether it is shown at all. Where nothing can be changed each is another one beside those that
    /// stand: only news is worth that.
    const fn is_shown(self, can_change: bool) -> bool {
        matches!(self, Self::News) || can_change
    }
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
                for dialog in removed {
                    self.withdraw(&account, dialog).await;
                }
                let now = UnixMillis(jiff::Timestamp::now().as_millisecond());
                for dialog in dialogs {
                    if dialog.unread == 0 || model::is_silenced(&dialog, now) {
                        self.withdraw(&account, dialog.id).await;
                    } else {
                        self.rename(&account, &dialog).await;
                    }
                }
            }
            ClientEvent::UsersChanged { account, users } => {
                self.introduce(&account, &users).await;
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
            alerts: dialog.alerts,
        };
        let moment = Moment {
            now: jiff::Timestamp::now().as_millisecond(),
            minute: minute_of_day(),
            quiet_until: settings.quiet_until,
            is_looking: self.app.focus.is_here()
                && shown(&settings, &self.engine.accounts()) == Some(&id),
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
        let heading = wording::heading(&dialog.name, &place.account, &self.engine.accounts());
        let picture = picture(&account, dialog, message.sender).await;
        let change = self.board.add(&place, heading, picture, message.id, line);
        self.make(&place, change, Tone::News).await;
    }

    /// A dialog may have another name: one of which only a message was known gets its first.
    async fn rename(&mut self, id: &AccountId, dialog: &Dialog) {
        let place = Place {
            account: id.clone(),
            dialog: dialog.id,
        };
        let Some(card) = self.board.card(&place) else {
            return;
        };
        let heading = wording::heading(&dialog.name, id, &self.engine.accounts());
        let Some(account) = self.engine.account(id) else {
            return;
        };
        if heading == card.heading {
            return;
        }
        let picture = match (card.picture, card.lines.last()) {
            (None, Some(line)) => picture(&account, dialog, line.from).await,
            (picture, _) => picture,
        };
        let change = self.board.rename(&place, heading, picture);
        self.make(&place, change, Tone::Still).await;
    }

    /// People are known now who may have written what stands.
    async fn introduce(&mut self, account: &AccountId, users: &[User]) {
        let places = self.board.places();
        for place in places.iter().filter(|place| place.account == *account) {
            for user in users.iter().filter(|user| !user.name.is_empty()) {
                let change = self.board.introduce(place, user.id, &user.name);
                self.make(place, change, Tone::Still).await;
            }
        }
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

    /// Other choices count also for what stands already.
    async fn heed(&mut self, settings: &Settings) {
        let now = jiff::Timestamp::now().as_millisecond();
        if policy::is_silent(&settings.notifications, settings.quiet_until, now) {
            for place in self.board.places() {
                self.withdraw(&place.account, place.dialog).await;
            }
        }
        self.show_as(settings.notifications.shows).await;
    }

    /// The person wants more or less to be told.
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
            Change::Show(_) if !tone.is_shown(desktop::CAN_WITHDRAW) => {}
            Change::Show(card) => {
                let card = if desktop::CAN_WITHDRAW {
                    card
                } else {
                    card.newest_alone()
                };
                let Some(words) = self.app.words() else {
                    return;
                };
                let picture = card.picture.as_ref();
                let shows = policy::told(self.shows, self.engine.can_lock(), desktop::CAN_WITHDRAW);
                let sheet = Sheet {
                    title: &wording::title(&card, shows),
                    body: &wording::body(&card, shows, &words),
                    newest: card.newest,
                    words: &words,
                    picture: picture.filter(|_| shows != NotifyShows::Nothing),
                    sound: tone.heard(self.app.settings.get().notifications.sound),
                };
                self.desktop.show(place, sheet).await;
            }
        }
    }

    async fn line(&self, account: &Account, kind: DialogKind, message: &Message) -> Option<Line> {
        let words = self.app.words()?;
        let byline = if kind == DialogKind::Private {
            Byline::None
        } else {
            name_of(account, message.sender)
                .await
                .map_or(Byline::Unknown, Byline::Name)
        };
        let attached = message.attachments.first();
        let text = wording::said(
            &message.text,
            attached.map(|attachment| attachment.kind),
            &words,
        );
        Some(Line {
            from: message.sender,
            byline,
            text,
        })
    }

    async fn answer(&mut self, answer: Answer) {
        if answer.act == Act::Expired {
            // It may still be read in the desktop's list: it goes when it is read, or with the lock.
            return;
        }
        let is_current = self.desktop.is_current(&answer);
        let Answer {
            place, newest, act, ..
        } = answer;
        if is_current {
            // The desktop has taken it away, or does so after any act; some leave it standing.
            match act {
                Act::Closed | Act::Expired => self.desktop.forget(&place),
                Act::Open | Act::Reply | Act::MarkRead | Act::Mute => {
                    self.desktop.close(&place).await;
                }
            }
            self.board.clear(&place);
        }
        match act {
            Act::Closed | Act::Expired => {}
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

/// The account that is shown in the window: the one that was chosen last, or else the first.
fn shown<'a>(settings: &Settings, accounts: &'a [AccountSummary]) -> Option<&'a AccountId> {
    let chosen = settings.last_account.clone();
    let chosen = chosen.and_then(|id| AccountId::try_from(id).ok());
    let shown = accounts
        .iter()
        .find(|account| chosen.as_ref() == Some(&account.id))
        .or(accounts.first());
    shown.map(|account| &account.id)
}

/// The picture of whoever wrote, else the dialog's. One that is not in the cache and does not come at
/// once is there for the next notification.
async fn picture(account: &Account, dialog: &Dialog, sender: UserId) -> Option<model::Picture> {
    let known = account.users(&[sender]).await.ok()?;
    let name = known
        .into_iter()
        .find_map(|user| user.avatar)
        .or_else(|| dialog.photo.clone())?;
    let account = account.clone();
    let looking = tokio::spawn(async move { account.picture(&name).await });
    let looked = tokio::time::timeout(PICTURE_PATIENCE, looking).await;
    looked.ok()?.ok()?.ok()
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

#[cfg(test)]
mod tests {
    use super::{NotifySound, Tone, shown};
    use crate::ipc::types::settings::Settings;
    use cubist_client::model::{AccountId, AccountSummary};

    use super::wording::tests::account;

    fn id(n: u8) -> AccountId {
        AccountId::from_random([n; 8])
    }

    #[test]
    fn only_news_are_heard() {
        for sound in [NotifySound::Message, NotifySound::Bell, NotifySound::Off] {
            assert_eq!(Tone::News.heard(sound), sound);
            assert_eq!(Tone::Still.heard(sound), NotifySound::Off);
        }
    }

    #[test]
    fn where_nothing_can_be_changed_only_news_is_shown() {
        assert!(Tone::News.is_shown(false) && Tone::News.is_shown(true));
        assert!(Tone::Still.is_shown(true));
        assert!(!Tone::Still.is_shown(false));
    }

    #[test]
    fn the_account_that_was_chosen_last_is_shown_or_else_the_first() {
        let accounts: Vec<AccountSummary> = vec![account(1, "Ada"), account(2, "Ada at work")];
        let chosen = |n: Option<u8>| Settings {
            last_account: n.map(|n| id(n).into()),
            ..Settings::default()
        };
        assert_eq!(shown(&chosen(None), &accounts), Some(&id(1)));
        assert_eq!(shown(&chosen(Some(2)), &accounts), Some(&id(2)));
        assert_eq!(
            shown(&chosen(Some(9)), &accounts),
            Some(&id(1)),
            "it is gone"
        );
        assert_eq!(shown(&chosen(Some(1)), &[]), None);
    }
}
