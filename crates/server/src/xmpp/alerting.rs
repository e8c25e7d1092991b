//! Whom a message is to alert.

use cubist_protocol::ids::UserId;

use crate::alerts::{Missing, Occasion};
use crate::state::{DialogCard, StoredMessage};

use crate::xmpp::router::Router;

impl Router {
    /// Has those alerted of a message who are away, or whose devices are all set aside. `others` is everyone but the
    /// sender who gets the message; of an open dialog those who are here.
    pub(super) fn alert(&self, card: &DialogCard, message: &StoredMessage, others: &[UserId]) {
        let Some(alerts) = self.alerts() else {
            return;
        };
        // Without text or file there is nothing to show.
        if message.body.is_empty() && message.attachments.is_empty() {
            return;
        }
        let missing = if card.is_open() {
            let seeing = others.iter().copied();
            Missing::AllBut(seeing.filter(|user| self.has_active(*user)).collect())
        } else {
            let people: Vec<UserId> = others
                .iter()
                .copied()
                .filter(|user| !self.has_active(*user))
                .collect();
            if people.is_empty() {
                return;
            }
            Missing::People(people)
        };
        alerts.tell(Occasion::Message {
            id: message.id,
            dialog: message.dialog,
            sender: message.sender,
            text: message.body.clone(),
            missing,
        });
    }
}
