//! The REST API of the test's server, as far as it is about single messages.

use cubist_protocol::rest::{ChangeReactions, DeleteResult, ReactionUsers};

use crate::model::MessageId;
use crate::sync::api::Answer;
use crate::sync::message_api::MessageApi;
use crate::sync::testing::TestApi;

impl MessageApi for TestApi {
    fn delete_messages<'a>(
        &'a self,
        ids: &'a [MessageId],
        for_all: bool,
    ) -> Answer<'a, DeleteResult> {
        let asked = self.ask(format!("delete {} for all: {for_all}", ids.len()));
        Self::done(asked.map(|()| {
            let kept = self.kept.lock().unwrap();
            let (kept, deleted): (Vec<&MessageId>, Vec<&MessageId>) =
                ids.iter().partition(|id| kept.contains(id));
            DeleteResult {
                deleted: deleted.iter().map(ToString::to_string).collect(),
                wrong_permissions: kept.iter().map(ToString::to_string).collect(),
                ..DeleteResult::default()
            }
        }))
    }

    fn change_reactions<'a>(&'a self, _: MessageId, change: &'a ChangeReactions) -> Answer<'a, ()> {
        Self::done(self.ask(format!("react +{:?} -{:?}", change.add, change.remove)))
    }

    fn reactions(&self, id: MessageId) -> Answer<'_, ReactionUsers> {
        let asked = self.ask(format!("who reacted to {id}"));
        Self::done(asked.map(|()| self.reactors.lock().unwrap().clone()))
    }
}
