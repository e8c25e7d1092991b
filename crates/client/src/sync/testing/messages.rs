//! The REST API of the test's server, as far as it is about single messages.

use cubist_protocol::rest::{self, ChangeReactions, DeleteResult, ReactionUsers};

use crate::model::MessageId;
use crate::rest::SearchFilter;
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

    fn search<'a>(&'a self, filter: &'a SearchFilter) -> Answer<'a, Vec<rest::Message>> {
        let asked = self.ask(format!(
            "search {} in {} sent {:?}",
            filter.text,
            filter.dialogs.len(),
            filter
                .sent
                .map(|(oldest, newest)| (oldest.seconds(), newest.seconds()))
        ));
        Self::done(asked.map(|()| {
            let mut found = self.messages.lock().unwrap().clone();
            found.retain(|message| {
                let text = message.message.as_deref().unwrap_or_default();
                let sent = message.date_sent.0.seconds();
                text.contains(&filter.text)
                    && (filter.dialogs.is_empty()
                        || filter.dialogs.contains(&message.chat_dialog_id))
                    && filter.sent.is_none_or(|(oldest, newest)| {
                        (oldest.seconds()..=newest.seconds()).contains(&sent)
                    })
            });
            found.sort_by_key(|message| std::cmp::Reverse((message.date_sent.0, message.id)));
            found.truncate(filter.limit as usize);
            found
        }))
    }
}
