//! When the people on the screen were last there, and whether anybody looks at this session.
//!
//! The screen names the people it shows; the server is asked once about each of them and tells
//! later changes by itself (the platform's `status_streaming`). Subscriptions end with the session,
//! so they are renewed in one that was not resumed. Nothing of this is stored: what was true an
//! hour ago says nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cubist_protocol::ext::status_streaming::StatusSubscription;
use cubist_protocol::ext::tigase_mobile::MobileSwitch;
use cubist_protocol::ext::xep0012_last_activity::LastActivity;
use cubist_protocol::stanza::{Iq, IqBody, IqPayload};
use futures::{StreamExt, stream};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::connection::RequestError;
use crate::events::ClientEvent;
use crate::model::{Activity, UnixMillis, UserId};
use crate::sync::context::Context;

/// People who are followed at the same time: several screens full.
pub(crate) const MOST_WATCHED: usize = 200;

/// How long to gather changes before telling the server: a list that scrolls changes at each frame.
const GATHER: Duration = Duration::from_millis(150);

/// Requests on their way at the same time.
const AT_ONCE: usize = 8;

/// Answers that are told together at most.
const TOGETHER: usize = 64;

/// What is known of people's activity, and what the server was asked.
#[derive(Debug, Default)]
pub(crate) struct Activities {
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Debug)]
struct State {
    /// Counts sessions that were not resumed: answers of an earlier one count nothing.
    session: u64,
    /// Who is to be followed.
    watched: BTreeSet<UserId>,
    /// Whom the server follows for this session.
    subscribed: BTreeSet<UserId>,
    /// Who is to be asked about once, without being followed.
    glanced_at: BTreeSet<UserId>,
    /// Of whom an answer is awaited; one that the server told of meanwhile is taken out.
    asking: BTreeSet<UserId>,
    /// What is known of those who are watched.
    known: BTreeMap<UserId, Activity>,
    /// Whether somebody looks at a window of this account.
    is_active: bool,
    /// What the server believes of that; `None` when it is not known.
    told_active: Option<bool>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            session: 0,
            watched: BTreeSet::new(),
            subscribed: BTreeSet::new(),
            glanced_at: BTreeSet::new(),
            asking: BTreeSet::new(),
            known: BTreeMap::new(),
            is_active: true,
            told_active: None,
        }
    }
}

/// What the screens want; outlives the tasks when they are started anew.
#[derive(Clone, Debug)]
pub(crate) struct Attention {
    /// Whom they show.
    pub(crate) watched: Vec<UserId>,
    /// Whether somebody looks.
    pub(crate) is_active: bool,
}

impl Default for Attention {
    fn default() -> Self {
        Self {
            watched: Vec::new(),
            is_active: true,
        }
    }
}

/// What the server is to be told.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    session: u64,
    /// Subscriptions to end.
    stop: Vec<UserId>,
    /// Subscriptions to begin, each with a question.
    start: Vec<UserId>,
    /// Questions alone.
    ask: Vec<UserId>,
    /// Active or inactive.
    active: Option<bool>,
}

impl Plan {
    fn is_empty(&self) -> bool {
        self.stop.is_empty()
            && self.start.is_empty()
            && self.ask.is_empty()
            && self.active.is_none()
    }
}

impl Activities {
    /// From now on these people are followed, and nobody else; those beyond [`MOST_WATCHED`] are
    /// not. Returns what is known of them already.
    pub(crate) fn watch(&self, people: &[UserId], me: UserId) -> Vec<(UserId, Activity)> {
        let mut state = self.lock();
        let mut watched = BTreeSet::new();
        for &user in people.iter().filter(|&&user| user != me) {
            if watched.len() == MOST_WATCHED {
                break;
            }
            watched.insert(user);
        }
        // Nobody tells any more of those who are left out.
        state.known.retain(|user, _| watched.contains(user));
        state.watched = watched;
        self.wake.notify_one();
        state.known.iter().map(|(&user, &at)| (user, at)).collect()
    }

    /// What is known of someone who is followed; someone else is asked about once, and the answer
    /// comes as an event.
    pub(crate) fn glance(&self, user: UserId) -> Option<Activity> {
        let mut state = self.lock();
        let known = state.known.get(&user).copied();
        if known.is_none() {
            state.glanced_at.insert(user);
            self.wake.notify_one();
        }
        known
    }

    /// Who may see whom has changed between this person and someone: what the server said is old.
    pub(crate) fn ask_again(&self, user: UserId) {
        let mut state = self.lock();
        state.subscribed.remove(&user);
        state.known.remove(&user);
        self.wake.notify_one();
    }

    /// Somebody looks at a window of this account, or nobody does.
    pub(crate) fn set_active(&self, is_active: bool) {
        self.lock().is_active = is_active;
        self.wake.notify_one();
    }

    /// A session began. One that was not resumed has no subscriptions, and counts as active.
    pub(crate) fn session_started(&self, resumed: bool) {
        let mut state = self.lock();
        if !resumed {
            state.session += 1;
            state.subscribed.clear();
            state.asking.clear();
            state.known.clear();
            state.told_active = Some(true);
        }
        self.wake.notify_one();
    }

    /// What there is to tell the server. Counts as told until the opposite is known.
    fn plan(&self) -> Plan {
        let mut state = self.lock();
        let stop = state.subscribed.difference(&state.watched).copied();
        let stop: Vec<UserId> = stop.collect();
        let start = state.watched.difference(&state.subscribed).copied();
        let start: Vec<UserId> = start.collect();
        let State {
            subscribed,
            watched,
            ..
        } = &mut *state;
        subscribed.clone_from(watched);
        let glanced_at = std::mem::take(&mut state.glanced_at);
        let ask: Vec<UserId> = glanced_at.difference(&state.watched).copied().collect();
        let active = (state.told_active != Some(state.is_active)).then_some(state.is_active);
        state.asking.extend(start.iter().chain(&ask));
        Plan {
            session: state.session,
            stop,
            start,
            ask,
            active,
        }
    }

    /// The server has been told, as far as it answered at all.
    fn told(&self, session: u64, active: bool) {
        let mut state = self.lock();
        if state.session == session {
            state.told_active = Some(active);
        }
    }

    /// The server could not be asked: the next session or the next change tries again.
    fn failed(&self, session: u64, user: UserId) {
        let mut state = self.lock();
        if state.session == session {
            state.subscribed.remove(&user);
            state.asking.remove(&user);
        }
    }

    /// The answer to a question. `None` when something newer has come meanwhile.
    fn answered(
        &self,
        session: u64,
        user: UserId,
        activity: Activity,
    ) -> Option<(UserId, Activity)> {
        let mut state = self.lock();
        if state.session != session || !state.asking.remove(&user) {
            return None;
        }
        if state.watched.contains(&user) {
            state.known.insert(user, activity);
        }
        Some((user, activity))
    }

    /// The server told by itself. `false` when nobody wants to know.
    fn pushed(&self, user: UserId, activity: Activity) -> bool {
        let mut state = self.lock();
        // Whatever answer is on its way is older.
        let was_asked = state.asking.remove(&user);
        let is_watched = state.watched.contains(&user);
        if is_watched {
            state.known.insert(user, activity);
        }
        is_watched || was_asked
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Sets of people; whatever a panic elsewhere left in them, the next session begins anew.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the server what it is to tell, until the account ends.
pub(crate) async fn run(context: Arc<Context>) {
    let work = async {
        loop {
            context.activity.wake.notified().await;
            sleep(GATHER).await;
            // A session that begins wakes this task again.
            if context.is_online() {
                round(&context).await;
            }
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

async fn round(context: &Context) {
    let plan = context.activity.plan();
    if plan.is_empty() {
        return;
    }
    let session = plan.session;
    if let Some(active) = plan.active {
        let switch = if active {
            MobileSwitch::Active
        } else {
            MobileSwitch::Inactive
        };
        let answer = context
            .line
            .request(Iq::set("", IqPayload::Mobile(switch)))
            .await;
        // A server that does not know this element will not know it the next time either.
        if matches!(answer, Ok(_) | Err(RequestError::Refused(_))) {
            context.activity.told(session, active);
        }
    }
    stream::iter(plan.stop)
        .for_each_concurrent(AT_ONCE, |user| async move {
            // Without an answer the session is gone, and the subscription with it.
            subscribe(context, user, false).await.ok();
        })
        .await;
    let questions = plan
        .start
        .into_iter()
        .map(|user| (user, true))
        .chain(plan.ask.into_iter().map(|user| (user, false)));
    let answers = stream::iter(questions)
        .map(|(user, follow)| async move {
            match question(context, user, follow).await {
                Ok(activity) => context.activity.answered(session, user, activity),
                Err(error) => {
                    tracing::debug!(%error, "nobody said when someone was last there");
                    context.activity.failed(session, user);
                    None
                }
            }
        })
        .buffer_unordered(AT_ONCE)
        .ready_chunks(TOGETHER);
    let mut answers = std::pin::pin!(answers);
    while let Some(people) = answers.next().await {
        tell(context, people.into_iter().flatten().collect());
    }
}

/// Follows first and asks then, so that no change falls in between.
async fn question(context: &Context, user: UserId, follow: bool) -> Result<Activity, RequestError> {
    if follow {
        subscribe(context, user, true).await?;
    }
    let Some(to) = context.who.user(user) else {
        return Ok(Activity::Hidden);
    };
    let mut iq = Iq::get("", IqPayload::LastActivity(LastActivity::Query));
    iq.to = Some(to);
    match context.line.request(iq).await {
        Ok(answer) => Ok(seconds(&answer.body).map_or(Activity::Hidden, |seconds| {
            activity(context.clock.now(), seconds)
        })),
        // Blocked, unknown, or not told by this server: in each case there is nothing to show.
        Err(RequestError::Refused(_)) => Ok(Activity::Hidden),
        Err(
            error @ (RequestError::NotConnected
            | RequestError::SessionLost
            | RequestError::TimedOut),
        ) => Err(error),
    }
}

async fn subscribe(context: &Context, user: UserId, enable: bool) -> Result<(), RequestError> {
    let Some(user) = context.who.user(user) else {
        return Ok(());
    };
    let subscription = StatusSubscription { user, enable };
    let iq = Iq::set("", IqPayload::StatusSubscription(subscription));
    match context.line.request(iq).await {
        // A server without subscriptions still answers the question.
        Ok(_) | Err(RequestError::Refused(_)) => Ok(()),
        Err(
            error @ (RequestError::NotConnected
            | RequestError::SessionLost
            | RequestError::TimedOut),
        ) => Err(error),
    }
}

/// Takes what the server tells by itself: an IQ of any type with the seconds in it.
pub(crate) fn heard(context: &Context, iq: &Iq) {
    let person = iq
        .from
        .as_ref()
        .and_then(cubist_protocol::jid::Jid::as_user);
    let (Some((user, app)), Some(seconds)) = (person, seconds(&iq.body)) else {
        return;
    };
    let activity = activity(context.clock.now(), seconds);
    if app == context.who.app && context.activity.pushed(user, activity) {
        tell(context, vec![(user, activity)]);
    }
}

fn seconds(body: &IqBody) -> Option<u64> {
    match body {
        IqBody::Get(IqPayload::LastActivity(LastActivity::Answer { seconds, .. }))
        | IqBody::Set(IqPayload::LastActivity(LastActivity::Answer { seconds, .. }))
        | IqBody::Result(Some(IqPayload::LastActivity(LastActivity::Answer { seconds, .. }))) => {
            Some(*seconds)
        }
        IqBody::Get(_) | IqBody::Set(_) | IqBody::Result(_) | IqBody::Error { .. } => None,
    }
}

fn activity(now: UnixMillis, seconds: u64) -> Activity {
    if seconds == 0 {
        return Activity::Online;
    }
    let millis = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
    Activity::LastSeen(UnixMillis(now.0.saturating_sub(millis)))
}

/// Publishes what became known.
pub(crate) fn tell(context: &Context, people: Vec<(UserId, Activity)>) {
    if !people.is_empty() {
        context.publish(ClientEvent::ActivityChanged {
            account: context.account.clone(),
            people,
        });
    }
}

#[cfg(test)]
mod tests;
