//! From the engine's broadcast to the window's one ordered channel.
//!
//! Bursts (a catch-up, a page of history) are gathered for a frame and merged, so that the page
//! gets one batch per dialog and frame instead of one event per row. A window that falls behind
//! is told to load again what it shows; it never slows the engine.

use std::{collections::HashMap, time::Duration};

use cubist_client::{ClientEvent, Engine};
use tauri::ipc::Channel;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::ipc::types::event::AppEvent;

/// One frame at 60 Hz: what comes within it is sent together.
const GATHER: Duration = Duration::from_millis(16);

/// Sends what the engine says until the channel's page or the engine is gone.
pub async fn forward(engine: Engine, channel: Channel<AppEvent>) {
    let mut events = engine.events();
    // Anything said between the page's last channel and this one is lost to it.
    loop {
        let mut batch = Batch::default();
        match events.recv().await {
            Ok(event) => batch.push(event),
            Err(RecvError::Lagged(_)) => batch.reload(),
            Err(RecvError::Closed) => return,
        }
        tokio::time::sleep(GATHER).await;
        loop {
            match events.try_recv() {
                Ok(event) => batch.push(event),
                Err(TryRecvError::Lagged(_)) => batch.reload(),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Closed) => return,
            }
        }
        for event in batch.into_events(&engine) {
            if channel.send(event).is_err() {
                return;
            }
        }
    }
}

/// Events of one frame, in order of first mention; later news about the same row replaces
/// earlier news.
#[derive(Default)]
struct Batch {
    events: Vec<ClientEvent>,
    /// Where the gathered rows of a dialog stand in `events`, by account and dialog.
    messages: HashMap<(String, String), usize>,
    /// Where the gathered news of attachments stand in `events`, by account and dialog.
    attachments: HashMap<(String, String), usize>,
    /// Where the gathered people's activity stands in `events`, by account.
    activities: HashMap<String, usize>,
    /// Where the gathered rows of the list stand in `events`, by account.
    dialogs: HashMap<String, usize>,
    /// The reader lagged: nothing gathered before means anything.
    reload: bool,
}

impl Batch {
    fn reload(&mut self) {
        *self = Self {
            reload: true,
            ..Self::default()
        };
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one arm for each event that is gathered"
    )]
    fn push(&mut self, event: ClientEvent) {
        match event {
            ClientEvent::MessagesChanged {
                account,
                dialog,
                messages,
                removed,
            } => {
                let key = (account.to_string(), dialog.to_string());
                if let Some(ClientEvent::MessagesChanged {
                    messages: rows,
                    removed: gone,
                    ..
                }) = self
                    .messages
                    .get(&key)
                    .and_then(|&place| self.events.get_mut(place))
                {
                    merge(rows, messages, |message| message.id);
                    rows.retain(|message| !removed.contains(&message.id));
                    gone.retain(|id| rows.iter().all(|message| message.id != *id));
                    gone.extend(removed);
                } else {
                    self.messages.insert(key, self.events.len());
                    self.events.push(ClientEvent::MessagesChanged {
                        account,
                        dialog,
                        messages,
                        removed,
                    });
                }
            }
            ClientEvent::DialogsChanged {
                account,
                dialogs,
                removed,
            } => {
                let key = account.to_string();
                if let Some(ClientEvent::DialogsChanged {
                    dialogs: rows,
                    removed: gone,
                    ..
                }) = self
                    .dialogs
                    .get(&key)
                    .and_then(|&place| self.events.get_mut(place))
                {
                    merge(rows, dialogs, |dialog| dialog.id);
                    rows.retain(|dialog| !removed.contains(&dialog.id));
                    gone.retain(|id| rows.iter().all(|dialog| dialog.id != *id));
                    gone.extend(removed);
                } else {
                    self.dialogs.insert(key, self.events.len());
                    self.events.push(ClientEvent::DialogsChanged {
                        account,
                        dialogs,
                        removed,
                    });
                }
            }
            ClientEvent::ActivityChanged { account, people } => {
                let key = account.to_string();
                if let Some(ClientEvent::ActivityChanged { people: rows, .. }) = self
                    .activities
                    .get(&key)
                    .and_then(|&place| self.events.get_mut(place))
                {
                    merge(rows, people, |&(user, _)| user);
                } else {
                    self.activities.insert(key, self.events.len());
                    self.events
                        .push(ClientEvent::ActivityChanged { account, people });
                }
            }
            ClientEvent::AttachmentsChanged {
                account,
                dialog,
                changes,
            } => {
                let key = (account.to_string(), dialog.to_string());
                if let Some(ClientEvent::AttachmentsChanged { changes: rows, .. }) = self
                    .attachments
                    .get(&key)
                    .and_then(|&place| self.events.get_mut(place))
                {
                    merge(rows, changes, |change| (change.message, change.index));
                } else {
                    self.attachments.insert(key, self.events.len());
                    self.events.push(ClientEvent::AttachmentsChanged {
                        account,
                        dialog,
                        changes,
                    });
                }
            }
            ClientEvent::AccountsChanged
            | ClientEvent::Connection { .. }
            | ClientEvent::TypingChanged { .. }
            | ClientEvent::UsersChanged { .. }
            | ClientEvent::PrivacyChanged { .. }
            | ClientEvent::FoldersChanged { .. }
            | ClientEvent::VoiceLevel { .. }
            | ClientEvent::VoiceEnded { .. }
            | ClientEvent::OutboxChanged { .. }
            | ClientEvent::HistoryChanged { .. } => self.events.push(event),
            // Whoever shows alerts listens to the engine itself; the window shows the message.
            ClientEvent::MessageAlert { .. } => {}
        }
    }

    fn into_events(self, engine: &Engine) -> Vec<AppEvent> {
        let reload = self.reload.then_some(AppEvent::Reload);
        let news = self
            .events
            .into_iter()
            .filter_map(|event| convert(event, engine));
        reload.into_iter().chain(news).collect()
    }
}

/// Puts `news` into `rows`, each row once. A frame's rows are few hundred at most in practice,
/// but a catch-up may bring thousands, so the places are looked up, not searched.
fn merge<T, K: std::hash::Hash + Eq>(rows: &mut Vec<T>, news: Vec<T>, key: impl Fn(&T) -> K) {
    let mut places: HashMap<K, usize> = rows
        .iter()
        .enumerate()
        .map(|(place, row)| (key(row), place))
        .collect();
    for row in news {
        let id = key(&row);
        if let Some(old) = places.get(&id).and_then(|&place| rows.get_mut(place)) {
            *old = row;
        } else {
            places.insert(id, rows.len());
            rows.push(row);
        }
    }
}

fn convert(event: ClientEvent, engine: &Engine) -> Option<AppEvent> {
    Some(match event {
        ClientEvent::AccountsChanged => AppEvent::AccountsChanged {
            accounts: engine.accounts().into_iter().map(Into::into).collect(),
        },
        ClientEvent::Connection { account, state } => AppEvent::ConnectionChanged {
            account_id: account.into(),
            state: state.into(),
        },
        ClientEvent::DialogsChanged {
            account,
            dialogs,
            removed,
        } => AppEvent::DialogsChanged {
            account_id: account.into(),
            dialogs: dialogs.into_iter().map(Into::into).collect(),
            removed_ids: removed.into_iter().map(Into::into).collect(),
        },
        ClientEvent::MessagesChanged {
            account,
            dialog,
            messages,
            removed,
        } => AppEvent::MessagesChanged {
            account_id: account.into(),
            dialog_id: dialog.into(),
            messages: messages.into_iter().map(Into::into).collect(),
            removed_ids: removed.into_iter().map(Into::into).collect(),
        },
        ClientEvent::AttachmentsChanged {
            account,
            dialog,
            changes,
        } => AppEvent::AttachmentsChanged {
            account_id: account.into(),
            dialog_id: dialog.into(),
            changes: changes.into_iter().map(Into::into).collect(),
        },
        ClientEvent::TypingChanged {
            account,
            dialog,
            users,
        } => AppEvent::TypingChanged {
            account_id: account.into(),
            dialog_id: dialog.into(),
            user_ids: users.into_iter().map(Into::into).collect(),
        },
        ClientEvent::UsersChanged { account, users } => AppEvent::UsersChanged {
            account_id: account.into(),
            users: users.into_iter().map(Into::into).collect(),
        },
        ClientEvent::ActivityChanged { account, people } => AppEvent::ActivityChanged {
            account_id: account.into(),
            people: people.into_iter().map(Into::into).collect(),
        },
        ClientEvent::PrivacyChanged { account, blocked } => AppEvent::PrivacyChanged {
            account_id: account.into(),
            blocked: blocked.into_iter().map(Into::into).collect(),
        },
        ClientEvent::FoldersChanged { account, folders } => AppEvent::FoldersChanged {
            account_id: account.into(),
            folders: folders.into_iter().map(Into::into).collect(),
        },
        ClientEvent::VoiceLevel {
            account,
            dialog,
            level,
            elapsed,
        } => AppEvent::VoiceLevel {
            account_id: account.into(),
            dialog_id: dialog.into(),
            level,
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        },
        ClientEvent::VoiceEnded {
            account,
            dialog,
            reason,
        } => AppEvent::VoiceEnded {
            account_id: account.into(),
            dialog_id: dialog.into(),
            reason: reason.into(),
        },
        ClientEvent::OutboxChanged { account, waiting } => AppEvent::OutboxChanged {
            account_id: account.into(),
            waiting,
        },
        ClientEvent::HistoryChanged { account, dialog } => AppEvent::HistoryChanged {
            account_id: account.into(),
            dialog_id: dialog.into(),
        },
        // Never gathered.
        ClientEvent::MessageAlert { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::merge;

    #[test]
    fn a_row_changed_twice_in_a_frame_is_sent_once_as_it_is_now() {
        let mut rows = vec![(1, "pending"), (2, "sent")];
        merge(
            &mut rows,
            vec![(1, "sent"), (3, "new"), (3, "newer")],
            |row| row.0,
        );
        assert_eq!(rows, [(1, "sent"), (2, "sent"), (3, "newer")]);
    }
}
