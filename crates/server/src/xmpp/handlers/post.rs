//! A message of somebody on its way into a dialog: from whom it seems to come, who gets it, and in which form.

use std::sync::Arc;

use cubist_protocol::ids::UserId;
use cubist_protocol::stanza::{Message, MessageKind};

use crate::state::{DialogCard, QueueFor, QueueId, Render, StateError};

use crate::xmpp::handlers::{Outcome, audience, refuse_for};
use crate::xmpp::router::{Dispatch, Own, Router};
use crate::xmpp::session::Session;
use crate::xmpp::wire;

/// A message that is addressed to those whom it is for.
pub(super) struct Post {
    pub(super) message: Arc<Message>,
    pub(super) card: Arc<DialogCard>,
    session: Arc<Session>,
    /// Who gets it beside the sender. Of an open dialog they are looked up when it is stored, among those who are
    /// here by then.
    others: Vec<UserId>,
}

impl Post {
    pub(super) fn new(
        router: &Router,
        session: &Arc<Session>,
        mut message: Message,
        card: &Arc<DialogCard>,
    ) -> Self {
        let names = router.names();
        let sender = session.user;
        if message.kind == MessageKind::Groupchat {
            message.from = Some(names.occupant(card.id, sender));
            message.to = None;
        } else {
            message.to = card.opponent_of(sender).map(|user| names.user(user));
        }
        Self {
            message: Arc::new(message),
            card: Arc::clone(card),
            session: Arc::clone(session),
            others: audience::closed(router, card, sender),
        }
    }

    fn is_group(&self) -> bool {
        self.message.kind == MessageKind::Groupchat
    }

    /// What to put into the offline queue of those who cannot take it soon.
    pub(super) fn queue(&self, router: &Router, render: Render) -> Option<QueueFor> {
        let away: Vec<UserId> = self
            .others
            .iter()
            .copied()
            .filter(|user| !router.is_ready(*user))
            .collect();
        (!away.is_empty()).then_some(QueueFor {
            users: away,
            render,
        })
    }

    /// Who gets it beside the sender, now that it is stored.
    pub(super) async fn others(&mut self, router: &Router) -> Vec<UserId> {
        if !self.card.is_open() {
            return std::mem::take(&mut self.others);
        }
        // Who misses it finds it in the history.
        match audience::audience(router, &self.card, self.session.user).await {
            Ok(present) => present,
            Err(error) => {
                tracing::error!(%error, dialog = %self.card.id, "a stored message did not reach those who are connected");
                Vec::new()
            }
        }
    }

    /// Hands it out as `message`: to the others, and to the sender's own devices in the manner of the dialog's kind.
    pub(super) fn dispatch(
        &self,
        router: &Router,
        message: &Message,
        others: Vec<UserId>,
        queued: &[(UserId, QueueId)],
    ) -> Outcome {
        let sender = self.session.user;
        let own = if self.is_group() {
            Own::Reflection { user: sender }
        } else {
            let text = wire::sent_carbon(message, router.names().user(sender)).into();
            Own::Carbon {
                user: sender,
                except: Some(self.session.serial),
                text,
            }
        };
        let row = |user: UserId| {
            queued
                .iter()
                .find(|(known, _)| *known == user)
                .map(|(_, row)| *row)
        };
        Outcome::Dispatch(Box::new(Dispatch {
            text: wire::text(message).into(),
            to_resource: self.is_group(),
            recipients: others.into_iter().map(|user| (user, row(user))).collect(),
            keep: true,
            own,
        }))
    }

    /// The answer to its sender when it is not taken.
    pub(super) fn refuse(&self, router: &Router, error: &StateError) -> Outcome {
        refuse_for(&self.as_sent(router), error)
    }

    /// The message with the addresses that its sender gave it.
    pub(super) fn as_sent(&self, router: &Router) -> Message {
        let mut message = Message::clone(&self.message);
        message.from = Some(self.session.jid.clone());
        if self.is_group() {
            message.to = Some(router.names().room(self.card.id));
        }
        message
    }
}
