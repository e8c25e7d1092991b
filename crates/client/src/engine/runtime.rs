//! What runs while an account is signed in.

use std::sync::Arc;

use cubist_protocol::jid::Jid;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::attachments::downloads;
use crate::attachments::files::Files;
use crate::attachments::outgoing::Outgoing;
use crate::attachments::progress::Progress;
use crate::attachments::uploads;
use crate::connection::{self, ConnectionConfig, CredentialSource, FixedPassword, Trust};
use crate::engine::credentials::{ChatPassword, Credentials};
use crate::engine::shared::Shared;
use crate::error::Error;
use crate::model::{AccountId, Endpoints, Secret, UserId};
use crate::outbox;
use crate::rest::{Client, RestConfig};
use crate::store::{Store, account};
use crate::sync::composing::{self, Keys};
use crate::sync::context::{Context, Parts, Who};
use crate::sync::{
    activity, catch_up, incoming, markers, people, privacy, requests, typing, wishes,
};

/// The tasks of one account. Dropping it stops them without waiting.
pub(super) struct Runtime {
    /// What the tasks share.
    pub(super) context: Arc<Context>,
    /// The REST API, for what is about the session itself.
    pub(super) client: Client,
    /// Where keys are reported to.
    pub(super) keys: Keys,
    shutdown: CancellationToken,
    tasks: JoinSet<()>,
}

/// Whose runtime it is.
pub(super) struct Owner {
    pub(super) id: AccountId,
    pub(super) me: UserId,
    pub(super) store: Store,
    pub(super) files: Progress,
    pub(super) attachments: Arc<Files>,
    pub(super) outgoing: Outgoing,
}

/// A REST client for these endpoints.
pub(super) fn client(shared: &Shared, endpoints: &Endpoints) -> Result<Client, Error> {
    let config = RestConfig {
        base: endpoints.api_url.clone(),
        app_id: endpoints.app_id,
        auth_key: endpoints.auth_key.clone(),
        trust: trust(shared, endpoints)?,
        ways: shared.ways(),
    };
    Ok(Client::with_clock(config, Arc::clone(&shared.clock))?)
}

fn trust(shared: &Shared, endpoints: &Endpoints) -> Result<Trust, Error> {
    let trust = shared.ways().trust(endpoints.ca_cert_pem.as_deref());
    trust.map_err(|_| Error::InvalidInput {
        field: "ca_cert_pem",
    })
}

/// Looks whether the chat server of these endpoints can be reached, as far as TLS.
pub(super) async fn reach_chat(
    shared: &Shared,
    me: UserId,
    endpoints: &Endpoints,
) -> Result<(), Error> {
    let config = line_config(
        shared,
        me,
        endpoints,
        Arc::new(FixedPassword(Secret::default())),
    )?;
    Ok(connection::reach(&config).await?)
}

fn line_config(
    shared: &Shared,
    me: UserId,
    endpoints: &Endpoints,
    credentials: Arc<dyn CredentialSource>,
) -> Result<ConnectionConfig, Error> {
    let jid = Jid::user(me, endpoints.app_id, &endpoints.domain)
        .map_err(|_| Error::InvalidInput { field: "domain" })?;
    let trust = trust(shared, endpoints)?;
    let mut config = ConnectionConfig::new(endpoints.chat.clone(), jid, credentials, trust);
    config.ways = shared.ways();
    config.timing = shared.timing;
    config.incoming_capacity = shared.incoming_capacity;
    config.clock = Arc::clone(&shared.clock);
    Ok(config)
}

impl Runtime {
    /// Starts the connection and every task. `client` already has the session or the identity.
    pub(super) fn start(
        shared: &Shared,
        owner: Owner,
        endpoints: &Endpoints,
        credentials: &Credentials,
        client: Client,
    ) -> Result<Self, Error> {
        let shutdown = shared.shutdown.child_token();
        let password = ChatPassword {
            client: client.clone(),
            user: owner.me,
        };
        let config = line_config(shared, owner.me, endpoints, Arc::new(password))?;
        let (handle, incoming, connection) = connection::spawn(config, shutdown.clone());
        let who = Who {
            me: owner.me,
            app: endpoints.app_id,
            domain: endpoints.domain.clone(),
            rooms: endpoints.rooms_domain(),
        };
        let context = Arc::new(Context::new(Parts {
            account: owner.id,
            who,
            store: owner.store,
            files: owner.files,
            downloads: owner.attachments.downloads(),
            api: Arc::new(client.clone()),
            line: Arc::new(handle.clone()),
            clock: Arc::clone(&shared.clock),
            random: Arc::clone(&shared.random),
            events: shared.events.clone(),
            shutdown: shutdown.clone(),
        }));
        let (keys, strokes) = composing::channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            // The connection's task catches nothing and ends by itself; a panic in it is a bug
            // that must not look like an orderly end.
            if let Err(error) = connection.await {
                tracing::error!(%error, "the connection's task failed");
            }
        });
        tasks.spawn(incoming::run(Arc::clone(&context), handle, incoming));
        tasks.spawn(catch_up::run(Arc::clone(&context)));
        tasks.spawn(requests::run(Arc::clone(&context)));
        tasks.spawn(outbox::run(Arc::clone(&context)));
        tasks.spawn(markers::run(Arc::clone(&context)));
        tasks.spawn(wishes::run(Arc::clone(&context)));
        tasks.spawn(people::run(Arc::clone(&context)));
        tasks.spawn(activity::run(Arc::clone(&context)));
        tasks.spawn(privacy::run(Arc::clone(&context)));
        tasks.spawn(typing::run(Arc::clone(&context)));
        tasks.spawn(composing::run(Arc::clone(&context), strokes));
        tasks.spawn(uploads::run(
            Arc::clone(&context),
            client.clone(),
            owner.outgoing,
            Arc::clone(&owner.attachments),
        ));
        tasks.spawn(downloads::run(
            owner.attachments,
            client.clone(),
            shutdown.clone(),
        ));
        tasks.spawn(keep_session(
            Arc::clone(&context),
            client.clone(),
            credentials.clone(),
            endpoints.clone(),
        ));
        Ok(Self {
            context,
            client,
            keys,
            shutdown,
            tasks,
        })
    }

    /// Ends the tasks and waits for them.
    pub(super) async fn stop(mut self) {
        self.shutdown.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a task of the account failed");
            }
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// Keeps every new session on disk, so that the next start needs none.
async fn keep_session(
    context: Arc<Context>,
    client: Client,
    mut credentials: Credentials,
    endpoints: Endpoints,
) {
    let mut sessions = client.sessions();
    let work = async {
        loop {
            let session = sessions.borrow_and_update().clone();
            if session.is_some() && session != credentials.session {
                credentials.session = session;
                let (client, mut kept) = (client.clone(), credentials.clone());
                let endpoints = endpoints_json(&endpoints);
                let stored = context
                    .store
                    .write(move |tx| {
                        // Asked for here, where nothing else writes: it may have changed meanwhile.
                        if let Some(identity) = client.identity() {
                            kept.identity = identity.into();
                        }
                        let credentials = kept.to_json();
                        account::save(
                            tx,
                            &account::AccountRow {
                                endpoints,
                                credentials,
                            },
                        )
                    })
                    .await;
                if let Err(error) = stored {
                    tracing::warn!(%error, "the session was not kept");
                }
            }
            if sessions.changed().await.is_err() {
                break;
            }
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

/// Endpoints as text for the encrypted cache.
pub(super) fn endpoints_json(endpoints: &Endpoints) -> String {
    // Strings and numbers only; there is nothing in it that JSON could not hold.
    serde_json::to_string(endpoints).unwrap_or_default()
}
