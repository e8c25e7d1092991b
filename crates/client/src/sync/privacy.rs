//! Privacy lists: read at the beginning of a session, changed as a whole.
//!
//! The server knows no change of a part of a list, and the platform refuses to change the list in
//! force: so a change reads the list, writes it anew and puts it back in force (decline, update,
//! activate). What stands in it besides people is kept as it is. Which list must be in force in the
//! end is noted on disk first; when the line breaks in the middle, the next session finishes it.

use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::ext::xep0016_privacy::{
    PersonRule, PrivacyAction as WireAction, PrivacyItem as WireItem, PrivacyList as WireList,
    PrivacyNames, PrivacyQuery, PrivacySubject,
};
use cubist_protocol::stanza::{Condition, Iq, IqBody, IqPayload};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::connection::RequestError;
use crate::model::{PrivacyAction, PrivacyItem, PrivacyList, UserId};
use crate::store::{self, privacy};
use crate::sync::context::Context;

/// The list that is made when someone is blocked and no list is in force.
pub(crate) const OWN_LIST: &str = "cubist";

/// Pauses between tries to read the lists.
const RETRY: Duration = Duration::from_secs(20);

/// Shared by all who read or change lists.
#[derive(Debug, Default)]
pub(crate) struct Privacy {
    /// Held during a change: two at the same time would each undo the other's.
    changing: tokio::sync::Mutex<()>,
    wake: Notify,
}

impl Privacy {
    /// The lists may be different now.
    pub(crate) fn look_again(&self) {
        self.wake.notify_one();
    }
}

/// Why lists were not read or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The server did not answer, or refused.
    #[error("the server was asked in vain")]
    Line(#[from] RequestError),
    /// The answer is not about privacy lists.
    #[error("the answer says nothing about privacy lists")]
    Answer,
    /// There is no such list.
    #[error("there is no such list")]
    NoList,
    /// The configured domain cannot stand in an address.
    #[error("the domain makes no address")]
    Address,
    /// The cache failed.
    #[error("the lists could not be stored")]
    Store(#[from] store::Error),
}

/// Reads the lists at the beginning of every session that was not resumed, and whenever the server
/// tells of a change, until the account ends.
pub(crate) async fn run(context: Arc<Context>) {
    let work = async {
        loop {
            context.privacy.wake.notified().await;
            match look(&context).await {
                Ok(()) => {}
                // XEP-0016 is not everywhere; without it nobody can be blocked.
                Err(Error::Line(RequestError::Refused(error))) => {
                    tracing::debug!(
                        condition = error.condition.as_str(),
                        "no privacy lists on this server"
                    );
                }
                Err(Error::Line(RequestError::TimedOut)) => {
                    sleep(RETRY).await;
                    context.privacy.look_again();
                }
                // The next session wakes this task again.
                Err(error) => tracing::debug!(%error, "the privacy lists were not read"),
            }
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

/// Takes the server's word that a list was changed by another device.
pub(crate) fn heard(context: &Context, iq: &Iq) {
    let is_change = matches!(iq.body, IqBody::Set(IqPayload::Privacy(_)));
    // RFC 6120 §8.1.2.1: without `from` it is the own account's server that speaks.
    let is_ours = iq.from.as_ref().is_none_or(|from| {
        let me = context.who.user(context.who.me);
        me.is_some_and(|me| me.same_bare(from))
            || (from.local().is_none() && from.domain() == context.who.domain)
    });
    if is_change && is_ours {
        context.privacy.look_again();
    }
}

/// Reads every list into the cache, and finishes a change that was interrupted.
pub(crate) async fn look(context: &Context) -> Result<(), Error> {
    let _changing = context.privacy.changing.lock().await;
    let mut names = names(context).await?;
    let unfinished = context.store.read(privacy::unfinished).await?;
    if let Some(list) = unfinished {
        if names.default.is_none() && names.names.contains(&list) {
            choose(context, Some(list.clone())).await?;
            names.default = Some(list);
        }
        finished(context).await?;
    }
    read_all(context, names).await
}

/// Blocks someone, or changes whether the block is mutual.
pub(crate) async fn block(context: &Context, user: UserId, mutual: bool) -> Result<(), Error> {
    let _changing = context.privacy.changing.lock().await;
    let names = names(context).await?;
    let name = names.default.clone().unwrap_or_else(|| OWN_LIST.to_owned());
    let present = list(context, &names, &name).await?;
    let rule = PersonRule::block(user, mutual);
    let mut rules = Parts::of(context, &present);
    if names.default.is_some() && rules.people.contains(&rule) {
        return read_all(context, names).await;
    }
    rules.people.retain(|rule| rule.user != user);
    rules.people.push(rule);
    let next = rules.write(context, &name)?;
    change(context, names, next, Some(name)).await
}

/// Blocks someone no longer. The last one takes the list along.
pub(crate) async fn unblock(context: &Context, user: UserId) -> Result<(), Error> {
    let _changing = context.privacy.changing.lock().await;
    let names = names(context).await?;
    let Some(name) = names.default.clone() else {
        return read_all(context, names).await;
    };
    let present = list(context, &names, &name).await?;
    let mut rules = Parts::of(context, &present);
    let before = rules.people.len();
    rules
        .people
        .retain(|rule| rule.user != user || rule.action == WireAction::Allow);
    if rules.people.len() == before {
        return read_all(context, names).await;
    }
    let next = rules.write(context, &name)?;
    change(context, names, next, Some(name)).await
}

/// Makes a list, or gives it other people. Which list is in force stays as it is.
pub(crate) async fn save(
    context: &Context,
    name: &str,
    items: &[PrivacyItem],
) -> Result<(), Error> {
    let _changing = context.privacy.changing.lock().await;
    let names = names(context).await?;
    let present = list(context, &names, name).await?;
    let mut rules = Parts::of(context, &present);
    rules.people = items.iter().map(rule).collect();
    let next = rules.write(context, name)?;
    let default = names.default.clone();
    change(context, names, next, default).await
}

/// Deletes a list, also the one in force.
pub(crate) async fn delete(context: &Context, name: &str) -> Result<(), Error> {
    let _changing = context.privacy.changing.lock().await;
    let names = names(context).await?;
    if !names.names.iter().any(|known| known == name) {
        return Err(Error::NoList);
    }
    let default = names.default.clone().filter(|default| default != name);
    let nothing = WireList {
        name: name.to_owned(),
        items: Vec::new(),
    };
    change(context, names, nothing, default).await
}

/// Puts a list in force, or none.
pub(crate) async fn set_default(context: &Context, name: Option<String>) -> Result<(), Error> {
    let _changing = context.privacy.changing.lock().await;
    let mut names = names(context).await?;
    if let Some(name) = &name
        && !names.names.contains(name)
    {
        return Err(Error::NoList);
    }
    choose(context, name.clone()).await?;
    names.default = name;
    read_all(context, names).await
}

/// Writes one list (without items: deletes it), with `default` in force afterwards.
async fn change(
    context: &Context,
    mut names: PrivacyNames,
    next: WireList,
    default: Option<String>,
) -> Result<(), Error> {
    let name = next.name.clone();
    let is_deletion = next.items.is_empty();
    let default = default.filter(|default| !(is_deletion && *default == name));
    let in_force = names.default.as_ref() == Some(&name);
    if in_force {
        let wanted = Some(name.clone());
        // Should the change fail, the old list must come into force again.
        context
            .store
            .write(move |tx| privacy::set_unfinished(tx, wanted.as_deref()))
            .await?;
        choose(context, None).await?;
        names.default = None;
    }
    let written = if is_deletion && !names.names.contains(&name) {
        Ok(())
    } else {
        set(context, PrivacyQuery::of_list(next)).await
    };
    if let Err(error) = written {
        if in_force {
            choose(context, Some(name)).await?;
            finished(context).await?;
        }
        return Err(error);
    }
    names.names.retain(|known| *known != name);
    if !is_deletion {
        names.names.push(name);
    }
    if names.default != default {
        choose(context, default.clone()).await?;
        names.default = default;
    }
    finished(context).await?;
    read_all(context, names).await
}

async fn finished(context: &Context) -> Result<(), Error> {
    let done = |tx: &mut store::WriteTx<'_>| privacy::set_unfinished(tx, None);
    Ok(context.store.write(done).await?)
}

/// Takes every list into the cache.
async fn read_all(context: &Context, names: PrivacyNames) -> Result<(), Error> {
    let mut lists = Vec::with_capacity(names.names.len());
    for name in &names.names {
        let items = Parts::of(context, &list(context, &names, name).await?).people;
        lists.push(PrivacyList {
            name: name.clone(),
            is_default: names.default.as_ref() == Some(name),
            items: items.into_iter().map(item).collect(),
        });
    }
    Ok(context
        .store
        .write(move |tx| privacy::replace(tx, &lists))
        .await?)
}

async fn names(context: &Context) -> Result<PrivacyNames, Error> {
    let mut names = get(context, PrivacyQuery::get_names()).await?.into_names();
    // Some servers name the default list nowhere else.
    if let Some(default) = &names.default
        && !names.names.contains(default)
    {
        names.names.push(default.clone());
    }
    Ok(names)
}

/// One list as the server has it; empty when there is none.
async fn list(context: &Context, names: &PrivacyNames, name: &str) -> Result<WireList, Error> {
    let nothing = WireList {
        name: name.to_owned(),
        items: Vec::new(),
    };
    if !names.names.iter().any(|known| known == name) {
        return Ok(nothing);
    }
    match get(context, PrivacyQuery::get_list(name)).await {
        Ok(answer) => Ok(answer.into_list().unwrap_or(nothing)),
        Err(Error::Line(RequestError::Refused(error)))
            if error.condition == Condition::ItemNotFound =>
        {
            Ok(nothing)
        }
        Err(error) => Err(error),
    }
}

async fn get(context: &Context, query: PrivacyQuery) -> Result<PrivacyQuery, Error> {
    let answer = context
        .line
        .request(Iq::get("", IqPayload::Privacy(query)))
        .await?;
    match answer.body {
        IqBody::Result(Some(IqPayload::Privacy(query))) => Ok(query),
        // An account without lists.
        IqBody::Result(None) => Ok(PrivacyQuery::default()),
        IqBody::Result(Some(_)) | IqBody::Get(_) | IqBody::Set(_) | IqBody::Error { .. } => {
            Err(Error::Answer)
        }
    }
}

async fn set(context: &Context, query: PrivacyQuery) -> Result<(), Error> {
    let order = Iq::set("", IqPayload::Privacy(query));
    context.line.request(order).await?;
    Ok(())
}

async fn choose(context: &Context, name: Option<String>) -> Result<(), Error> {
    set(context, PrivacyQuery::set_default(name)).await
}

/// A list taken apart: its rules about people, and everything else.
#[derive(Debug)]
struct Parts {
    people: Vec<PersonRule>,
    /// Rules asked before those about people.
    before: Vec<WireItem>,
    /// Rules asked after them.
    after: Vec<WireItem>,
}

impl Parts {
    fn of(context: &Context, list: &WireList) -> Self {
        let who = &context.who;
        let is_person = |item: &WireItem| match &item.subject {
            PrivacySubject::Jid(jid) => {
                let in_chat = jid.domain() == who.domain
                    && jid.as_user().is_some_and(|(_, app)| app == who.app);
                let in_rooms = jid.domain() == who.rooms && item.subject.room_user().is_some();
                in_chat || in_rooms
            }
            PrivacySubject::Everyone | PrivacySubject::Group(_) | PrivacySubject::Roster(_) => {
                false
            }
        };
        let mut items = list.items.clone();
        items.sort_by_key(|item| item.order);
        let first = items.iter().find(|item| is_person(item));
        let first = first.map_or(u32::MAX, |item| item.order);
        let (people, others): (Vec<_>, Vec<_>) = items.into_iter().partition(is_person);
        let (before, after) = others.into_iter().partition(|item| item.order < first);
        let people = WireList {
            name: list.name.clone(),
            items: people,
        };
        Self {
            people: people.people(),
            before,
            after,
        }
    }

    fn write(self, context: &Context, name: &str) -> Result<WireList, Error> {
        let who = &context.who;
        let mut list = WireList::of_people(name, self.people, who.app, &who.domain, &who.rooms)
            .map_err(|_| Error::Address)?;
        let people = std::mem::take(&mut list.items);
        let items = self.before.into_iter().chain(people).chain(self.after);
        list.items = (1..)
            .zip(items)
            .map(|(order, item)| WireItem { order, ..item })
            .collect();
        Ok(list)
    }
}

fn item(rule: PersonRule) -> PrivacyItem {
    PrivacyItem {
        user: rule.user,
        action: match rule.action {
            WireAction::Allow => PrivacyAction::Allow,
            WireAction::Deny => PrivacyAction::Deny,
        },
        mutual: rule.mutual,
    }
}

fn rule(item: &PrivacyItem) -> PersonRule {
    PersonRule {
        user: item.user,
        action: match item.action {
            PrivacyAction::Allow => WireAction::Allow,
            PrivacyAction::Deny => WireAction::Deny,
        },
        mutual: item.mutual,
    }
}

#[cfg(test)]
mod tests;
