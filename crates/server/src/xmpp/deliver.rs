//! The live side as REST and the sample people see it.

use std::collections::HashMap;
use std::sync::Arc;

use cubist_protocol::ext::extra_params::ExtraParams;
use cubist_protocol::ext::message_delete::Remove;
use cubist_protocol::ext::reactions::ReactionChange;
use cubist_protocol::ext::xep0308_correction::Replace;
use cubist_protocol::ids::{DialogId, MessageId, UserId};
use cubist_protocol::stanza::{Message, MessageKind};
use futures::FutureExt;

use crate::alerts::Occasion;
use crate::delivery::{BoxFuture, Deliver, Delivery, LocalSession};
use crate::state::{DialogCard, DialogKind, PrivacyScope, QueueId, Reacted, StateError};

use crate::xmpp::handlers::{
    audience, close_room, marker_from_mark, message_from_stored, put_out, reaches,
};
use crate::xmpp::local;
use crate::xmpp::router::{Dispatch, Own, Router};
use crate::xmpp::{resource, wire};

/// Stanzas that go into the offline queue in one transaction: others are to have their turn in between.
const ENQUEUED_AT_ONCE: usize = 1_000;

impl Deliver for Router {
    fn deliver(&self, delivery: Delivery) -> BoxFuture<()> {
        let router = self.clone();
        async move {
            if let Err(error) = router.hand_out(delivery).await {
                tracing::error!(%error, "a change made over REST did not reach everyone");
            }
        }
        .boxed()
    }

    fn connect_local(&self, user: UserId) -> BoxFuture<LocalSession> {
        let session = local::connect(self, user);
        futures::future::ready(session).boxed()
    }

    fn sessions_of(&self, user: UserId) -> usize {
        self.online(user)
    }

    fn is_active(&self, user: UserId) -> bool {
        self.has_active(user)
    }

    fn online_users(&self) -> Vec<UserId> {
        self.present_people()
    }
}

impl Router {
    async fn hand_out(&self, delivery: Delivery) -> Result<(), StateError> {
        match delivery {
            Delivery::Message {
                message: stored,
                markable,
                silent,
            } => {
                let Some(card) = self.card(stored.dialog).await? else {
                    return Ok(());
                };
                let message = message_from_stored(self, &stored, &card, markable);
                let others = self.to_occupants(stored.sender, &card, &[message]).await?;
                if !silent {
                    self.alert(&card, &stored, &others);
                }
                Ok(())
            }
            Delivery::Edited {
                by,
                message: stored,
                last,
            } => {
                let Some(card) = self.card(stored.dialog).await? else {
                    return Ok(());
                };
                let mut message = message_from_stored(self, &stored, &card, false);
                message.id = Some(resource::random_name());
                message.replace = Some(Replace {
                    id: stored.id.to_string(),
                    last: Some(last),
                });
                self.to_occupants(by, &card, &[message]).await.map(drop)
            }
            Delivery::Deleted { by, messages } => self.tell_deletions(by, messages).await,
            Delivery::Reacted {
                by,
                message: id,
                change,
            } => self.tell_reaction(by, id, change).await,
            Delivery::Event {
                by,
                people,
                message,
            } => {
                if let Some(alerts) = self.alerts() {
                    alerts.tell(Occasion::Event {
                        sender: by,
                        people,
                        message,
                    });
                }
                Ok(())
            }
            Delivery::Marks {
                mark,
                by,
                dialog,
                messages,
            } => {
                for (id, author) in messages {
                    let message = marker_from_mark(self, mark, by, dialog, id, author);
                    let carbon = wire::sent_carbon(&message, self.names().user(by)).into();
                    let own = Own::Carbon {
                        user: by,
                        except: None,
                        text: carbon,
                    };
                    // Who is blocked may mark, but the other does not hear of it.
                    let told = reaches(self, PrivacyScope::Person, by, author).then_some(author);
                    let told: Vec<UserId> = told.into_iter().collect();
                    let stanza = (wire::text(&message).into(), own);
                    self.send(vec![stanza], &told, false, true).await?;
                }
                Ok(())
            }
            Delivery::Removed { dialog, by, users } => {
                put_out(self, dialog, by, &users);
                Ok(())
            }
            Delivery::Closed { dialog, by } => {
                close_room(self, dialog, by);
                Ok(())
            }
            Delivery::Disconnect { user } => {
                self.close_all(user);
                Ok(())
            }
        }
    }

    async fn card(&self, dialog: DialogId) -> Result<Option<Arc<DialogCard>>, StateError> {
        self.state().dialog_card(&dialog).await
    }

    /// Tells of messages that are gone, dialog by dialog.
    async fn tell_deletions(
        &self,
        by: UserId,
        messages: Vec<(MessageId, DialogId)>,
    ) -> Result<(), StateError> {
        let mut by_dialog: HashMap<DialogId, Vec<MessageId>> = HashMap::new();
        for (message, dialog) in messages {
            by_dialog.entry(dialog).or_default().push(message);
        }
        for (dialog, ids) in by_dialog {
            let Some(card) = self.card(dialog).await? else {
                continue;
            };
            let notices: Vec<Message> = ids
                .into_iter()
                .map(|id| Message {
                    remove: Some(Remove { id: id.to_string() }),
                    ..self.notice(by, &card)
                })
                .collect();
            self.to_occupants(by, &card, &notices).await?;
        }
        Ok(())
    }

    /// Tells of reactions that are new or gone.
    async fn tell_reaction(
        &self,
        by: UserId,
        id: MessageId,
        change: Reacted,
    ) -> Result<(), StateError> {
        let Some(card) = self.card(change.dialog).await? else {
            return Ok(());
        };
        let message = Message {
            reactions: Some(ReactionChange {
                user: by,
                message: id.to_string(),
                added: change.added.into_iter().collect(),
                removed: change.removed.into_iter().collect(),
            }),
            ..self.notice(by, &card)
        };
        self.to_occupants(by, &card, &[message]).await.map(drop)
    }

    /// A message without content of `by` into a dialog.
    fn notice(&self, by: UserId, card: &DialogCard) -> Message {
        let names = self.names();
        let mut extra = ExtraParams::new();
        extra.set_dialog_id(card.id);
        let opponent = card.opponent_of(by);
        Message {
            id: Some(resource::random_name()),
            kind: match opponent {
                Some(_) => MessageKind::Chat,
                None => MessageKind::Groupchat,
            },
            from: Some(match opponent {
                Some(_) => names.user(by),
                None => names.occupant(card.id, by),
            }),
            to: opponent.map(|user| names.user(user)),
            extra: Some(extra),
            ..Message::default()
        }
    }

    /// Messages of `by` to the other occupants, and to the own devices in the manner of the dialog's kind. Returns the
    /// others; of an open dialog those who are here.
    async fn to_occupants(
        &self,
        by: UserId,
        card: &DialogCard,
        messages: &[Message],
    ) -> Result<Vec<UserId>, StateError> {
        let is_private = card.kind == DialogKind::Private;
        let own = |message: &Message| {
            if is_private {
                Own::Carbon {
                    user: by,
                    except: None,
                    text: wire::sent_carbon(message, self.names().user(by)).into(),
                }
            } else {
                Own::Reflection { user: by }
            }
        };
        let others = audience(self, card, by).await?;
        let texts = messages
            .iter()
            .map(|message| (wire::text(message).into(), own(message)))
            .collect();
        // Without the offline queue in an open dialog: it may have everybody in it, and the history has the message.
        let waits = !card.is_open();
        self.send(texts, &others, !is_private, waits).await?;
        Ok(others)
    }

    /// Hands out stanzas of this server's making, by way of the offline queue (where they wait in it) for those who
    /// are away.
    async fn send(
        &self,
        stanzas: Vec<(Arc<str>, Own)>,
        to: &[UserId],
        to_resource: bool,
        waits: bool,
    ) -> Result<(), StateError> {
        let away: Vec<UserId> = to
            .iter()
            .copied()
            .filter(|user| waits && !self.is_ready(*user))
            .collect();
        let owed: Vec<(UserId, String)> = stanzas
            .iter()
            .flat_map(|(text, _)| away.iter().map(|user| (*user, text.to_string())))
            .collect();
        let mut rows = Vec::with_capacity(owed.len());
        for part in owed.chunks(ENQUEUED_AT_ONCE) {
            rows.extend(self.state().enqueue(part.to_vec()).await?);
        }
        let mut rows = rows.into_iter();
        for (text, own) in stanzas {
            let queued: HashMap<UserId, QueueId> =
                away.iter().copied().zip(rows.by_ref()).collect();
            let recipients = to
                .iter()
                .map(|user| (*user, queued.get(user).copied()))
                .collect();
            self.dispatch(Dispatch {
                text,
                to_resource,
                recipients,
                keep: true,
                own,
            })
            .await?;
        }
        Ok(())
    }
}
