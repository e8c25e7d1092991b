//! Sample people, so that someone alone sees everything live.
//!
//! An empty backend gets a few people with chats between them. One of them answers: a user of this process, connected
//! to the same router as everyone and bound by the same rules. Whoever signs up finds a private chat with the
//! answering person, one with another, a place in a group, a broadcast, and public dialogs to explore.

mod answering;
mod content;
mod replies;
mod shares;

use std::collections::HashMap;
use std::sync::Arc;

use cubist_protocol::ids::{AppId, DialogId, MessageId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Map;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::delivery::{BoxFuture, Deliver, Delivery};
use crate::rest::Welcome;
use crate::state::{
    Accepted, DialogChanges, Mark, NewBroadcast, NewGroup, NewMessage, NewUser, State, StateError,
    StoredMessage, TextField,
};

use content::{
    BROADCAST, GROUPS, Line, PEOPLE, PRIVATE, PUBLIC, Person, WELCOME, WELCOME_FROM_FRIEND,
};

use shares::{Hung, Share, hang};

/// Under which name the cast is kept in the database.
const SETTING: &str = "demo_cast";

/// The sample people at work.
pub(crate) struct Demo {
    state: State,
    router: Arc<dyn Deliver>,
    cast: Cast,
}

/// Who plays which part.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cast {
    /// The person who answers.
    host: UserId,
    /// The person with whom a newcomer has a second chat.
    friend: UserId,
    /// The group a newcomer joins.
    group: DialogId,
}

impl Demo {
    /// Fills an empty backend, or finds the people of an earlier start, and lets one of them answer.
    ///
    /// `None` on a backend that has people but no sample ones: it is somebody's own.
    pub(crate) async fn open(
        state: &State,
        router: &Arc<dyn Deliver>,
        app: AppId,
        shutdown: &CancellationToken,
        tasks: &TaskTracker,
    ) -> Result<Option<Self>, StateError> {
        let cast = match state.setting(SETTING).await? {
            Some(text) => serde_json::from_str(&text).map_err(|error| {
                StateError::Internal(format!("the sample people cannot be read: {error}"))
            })?,
            None if state.is_empty().await? => {
                let cast = fill(state).await?;
                let text = serde_json::to_string(&cast)
                    .map_err(|error| StateError::Internal(error.to_string()))?;
                state.keep_setting(SETTING, text).await?;
                tracing::info!("the backend was empty: sample people and chats were made");
                cast
            }
            None => {
                tracing::warn!("the backend has people of its own, so no sample people were made");
                return Ok(None);
            }
        };
        let answering = answering::Answering::new(state, router, app, cast.host);
        tasks.spawn(answering.run(shutdown.clone(), tasks.clone()));
        Ok(Some(Self {
            state: state.clone(),
            router: Arc::clone(router),
            cast,
        }))
    }

    async fn prepare(&self, newcomer: UserId) -> Result<(), StateError> {
        let Cast {
            host,
            friend,
            group,
        } = self.cast;
        let user = self.state.user(newcomer).await?;
        let now = self.state.clock().seconds();

        let changes = DialogChanges {
            add: vec![newcomer],
            ..DialogChanges::default()
        };
        self.state.update_dialog(host, group, changes).await?;
        // What was said before they came is there to read, but nothing they missed, except the last words.
        let seen = self.state.mark_all(newcomer, Mark::Read, group).await?;
        drop(seen);
        let group_hello = content::group_welcome(&user.display_name());
        self.say(host, group, &group_hello, now).await?;

        let with_friend = self.state.private_dialog(friend, newcomer).await?.id;
        for line in WELCOME_FROM_FRIEND {
            self.say(friend, with_friend, line.text, now - line.minutes_ago * 60)
                .await?;
        }
        let with_host = self.state.private_dialog(host, newcomer).await?.id;
        for line in WELCOME {
            let text = line
                .text
                .replace("{name}", content::first_name(&user.display_name()));
            self.say(host, with_host, &text, now).await?;
        }
        Ok(())
    }

    /// Stores a message and delivers it, as REST does with `send_to_chat`.
    async fn say(
        &self,
        sender: UserId,
        dialog: DialogId,
        text: &str,
        at: i64,
    ) -> Result<(), StateError> {
        let message = store(&self.state, sender, dialog, text, &[], at).await?;
        self.router
            .deliver(Delivery::Message {
                message,
                markable: true,
                silent: false,
            })
            .await;
        Ok(())
    }
}

impl Welcome for Demo {
    fn welcome(&self, newcomer: UserId) -> BoxFuture<()> {
        let demo = Self {
            state: self.state.clone(),
            router: Arc::clone(&self.router),
            cast: self.cast.clone(),
        };
        Box::pin(async move {
            if let Err(error) = demo.prepare(newcomer).await {
                // The person is signed up; only the sample chats are missing.
                tracing::error!(%error, "the chats for a new person could not be made");
            }
        })
    }
}

/// Makes the people, their chats and messages.
async fn fill(state: &State) -> Result<Cast, StateError> {
    let mut people = HashMap::new();
    for person in PEOPLE {
        people.insert(person.login, create(state, person).await?);
    }
    let find = |login: &str| {
        people
            .get(login)
            .copied()
            .ok_or_else(|| StateError::Internal(format!("nobody is called {login}")))
    };
    let now = state.clock().seconds();
    for chat in PRIVATE {
        let dialog = state
            .private_dialog(find(chat.between.0)?, find(chat.between.1)?)
            .await?
            .id;
        talk(state, dialog, chat.lines, now, &find).await?;
    }
    let mut first_group = None;
    for group in GROUPS {
        let occupants = group
            .members
            .iter()
            .map(|login| find(login))
            .collect::<Result<Vec<_>, _>>()?;
        let owner = find(group.owner)?;
        let new = NewGroup {
            name: group.name.to_owned(),
            description: Some(group.description.to_owned()),
            occupants,
            ..NewGroup::default()
        };
        let dialog = state.create_group(owner, new).await?.id;
        talk(state, dialog, group.lines, now, &find).await?;
        first_group = first_group.or(Some(dialog));
    }
    open_chats(state, now, &find).await?;
    let group =
        first_group.ok_or_else(|| StateError::Internal("there is no sample group".to_owned()))?;
    Ok(Cast {
        host: find(content::HOST)?,
        friend: find(content::FRIEND)?,
        group,
    })
}

/// Makes the public dialogs and the broadcast.
async fn open_chats(
    state: &State,
    now: i64,
    find: &impl Fn(&str) -> Result<UserId, StateError>,
) -> Result<(), StateError> {
    for public in PUBLIC {
        let occupants = public
            .subscribers
            .iter()
            .map(|login| find(login))
            .collect::<Result<Vec<_>, _>>()?;
        let permissions = Map::from_iter([("allow_preview".to_owned(), public.preview.into())]);
        let new = NewGroup {
            name: public.name.to_owned(),
            description: Some(public.description.to_owned()),
            occupants,
            permissions: Some(permissions),
            ..NewGroup::default()
        };
        let dialog = state.create_public(find(public.owner)?, new).await?.id;
        talk(state, dialog, public.lines, now, find).await?;
    }
    let new = NewBroadcast {
        name: BROADCAST.name.to_owned(),
        description: Some(BROADCAST.description.to_owned()),
        owner: find(BROADCAST.owner)?,
    };
    let dialog = state.create_broadcast(new).await?;
    talk(state, dialog, BROADCAST.lines, now, find).await
}

async fn create(state: &State, person: &Person) -> Result<UserId, StateError> {
    let text = |value: &str| Some(value.to_owned());
    let new = NewUser {
        texts: HashMap::from([
            (TextField::Login, text(person.login)),
            (TextField::FullName, text(person.name)),
            (TextField::CustomData, text(person.about)),
        ]),
        // Nobody signs in as a sample person.
        password: Some(crate::state::random_secret()?),
        ..NewUser::default()
    };
    Ok(state.create_user(new).await?.id)
}

async fn talk(
    state: &State,
    dialog: DialogId,
    lines: &[Line],
    now: i64,
    find: &impl Fn(&str) -> Result<UserId, StateError>,
) -> Result<(), StateError> {
    let mut said: Vec<MessageId> = Vec::with_capacity(lines.len());
    let mut speakers: Vec<UserId> = Vec::new();
    for line in lines {
        let speaker = find(line.who)?;
        said.push(
            store(
                state,
                speaker,
                dialog,
                line.text,
                line.shares,
                now - line.minutes_ago * 60,
            )
            .await?
            .id,
        );
        if !speakers.contains(&speaker) {
            speakers.push(speaker);
        }
    }
    // Who took part has read everything.
    for speaker in speakers {
        state.mark(speaker, Mark::Read, said.clone()).await?;
    }
    Ok(())
}

async fn store(
    state: &State,
    sender: UserId,
    dialog: DialogId,
    text: &str,
    shares: &[Share],
    at: i64,
) -> Result<StoredMessage, StateError> {
    let Hung { attachments, extra } = hang(state, sender, shares).await?;
    let new = NewMessage {
        sender,
        dialog,
        stanza_id: None,
        // What clients write where there are attachments only.
        body: if text.is_empty() { "attachment" } else { text }.to_owned(),
        date_sent: Some(at),
        attachments,
        extra,
        save: true,
        queue: None,
    };
    match state.accept_message(new).await? {
        Accepted::New { message, .. } => Ok(message),
        Accepted::Repeat => Err(StateError::Internal(
            "a message without a stanza id repeated".to_owned(),
        )),
    }
}
