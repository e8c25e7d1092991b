//! What is asked of the REST API about single messages, as a trait so that tests can answer.

use cubist_protocol::rest::{ChangeReactions, DeleteResult, Message, ReactionUsers};

use crate::model::MessageId;
use crate::rest::{Client, SearchFilter};
use crate::sync::api::Answer;

/// The requests; each is described at the [`Client`] method of the same name.
pub(crate) trait MessageApi: Send + Sync + 'static {
    fn delete_messages<'a>(
        &'a self,
        ids: &'a [MessageId],
        for_all: bool,
    ) -> Answer<'a, DeleteResult>;
    fn change_reactions<'a>(&'a self, id: MessageId, change: &'a ChangeReactions)
    -> Answer<'a, ()>;
    fn reactions(&self, id: MessageId) -> Answer<'_, ReactionUsers>;
    fn search<'a>(&'a self, filter: &'a SearchFilter) -> Answer<'a, Vec<Message>>;
}

impl MessageApi for Client {
    fn delete_messages<'a>(
        &'a self,
        ids: &'a [MessageId],
        for_all: bool,
    ) -> Answer<'a, DeleteResult> {
        Box::pin(self.delete_messages(ids, for_all))
    }

    fn change_reactions<'a>(
        &'a self,
        id: MessageId,
        change: &'a ChangeReactions,
    ) -> Answer<'a, ()> {
        Box::pin(self.change_reactions(id, change))
    }

    fn reactions(&self, id: MessageId) -> Answer<'_, ReactionUsers> {
        Box::pin(self.reactions(id))
    }

    fn search<'a>(&'a self, filter: &'a SearchFilter) -> Answer<'a, Vec<Message>> {
        Box::pin(self.search(filter))
    }
}
