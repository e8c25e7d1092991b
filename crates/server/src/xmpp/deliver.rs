//! The live side as REST and the sample people see it.

use std::sync::Arc;

use cubist_protocol::ext::xep0308_correction::Replace;
use cubist_protocol::ids::{DialogId, UserId};
use cubist_protocol::stanza::Message;
use futures::FutureExt;

use crate::delivery::{BoxFuture, Deliver, Delivery, LocalSession};
use crate::state::{DialogCard, DialogKind, PrivacyScope, QueueId, StateError};

use crate::xmpp::handlers::{
    audience, close_room, marker_from_mark, message_from_stored, put_out, reaches,
};
use crate::xmpp::local;
use crate::xmpp::router::{Dispatch, Own, Router};
use crate::xmpp::{resource, wire};

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
            } => {
                let Some(card) = self.card(stored.dialog).await? else {
                    return Ok(());
                };
                let message = message_from_stored(self, &stored, &card, markable);
                self.to_occupants(stored.sender, &card, &message).await
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
                self.to_occupants(by, &card, &message).await
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
                    let told = told.into_iter().collect();
                    self.send(&message, told, false, own).await?;
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

    /// A message of `by` to the other occupants, and to the own devices in the manner of the dialog's kind.
    async fn to_occupants(
        &self,
        by: UserId,
        card: &DialogCard,
        message: &Message,
    ) -> Result<(), StateError> {
        let is_private = card.kind == DialogKind::Private;
        let own = if is_private {
            let carbon = wire::sent_carbon(message, self.names().user(by)).into();
            Own::Carbon {
                user: by,
                except: None,
                text: carbon,
            }
        } else {
            Own::Reflection { user: by }
        };
        let others = audience(self, card, by).await?;
        if card.is_open() {
            // Without the offline queue: it may have everybody in it, and the history has the message.
            return self
                .dispatch(Dispatch {
                    text: wire::text(message).into(),
                    to_resource: true,
                    recipients: others.into_iter().map(|user| (user, None)).collect(),
                    keep: true,
                    own,
                })
                .await;
        }
        self.send(message, others, !is_private, own).await
    }

    /// Hands out a stanza of this server's making, by way of the offline queue for those who are away.
    async fn send(
        &self,
        message: &Message,
        to: Vec<UserId>,
        to_resource: bool,
        own: Own,
    ) -> Result<(), StateError> {
        let text: Arc<str> = wire::text(message).into();
        let away: Vec<UserId> = to
            .iter()
            .copied()
            .filter(|user| !self.is_ready(*user))
            .collect();
        let rows = if away.is_empty() {
            Vec::new()
        } else {
            self.state()
                .enqueue(away.iter().map(|user| (*user, text.to_string())).collect())
                .await?
        };
        let queued: Vec<(UserId, QueueId)> = away.into_iter().zip(rows).collect();
        let row = |user: UserId| {
            queued
                .iter()
                .find(|(known, _)| *known == user)
                .map(|(_, row)| *row)
        };
        let recipients = to.into_iter().map(|user| (user, row(user))).collect();
        self.dispatch(Dispatch {
            text,
            to_resource,
            recipients,
            keep: true,
            own,
        })
        .await
    }
}
