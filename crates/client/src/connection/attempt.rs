//! One attempt at a session: every address, with the password as known and then with a fresh one.

use std::time::Duration;

use tokio::time::timeout;

use crate::connection::config::ConnectionConfig;
use crate::connection::credentials::{CredentialError, PasswordRequest};
use crate::connection::error::Error;
use crate::connection::location;
use crate::connection::negotiate::{Established, Resumable, Wish, establish};
use crate::connection::stream_management::Inbound;
use crate::model::{Secret, SignedOutReason};

/// Why an attempt gave no session.
#[derive(Debug)]
pub(super) enum Failure {
    /// For a reason that may pass.
    Passing(Error),
    /// Until the person does something.
    SignedOut(SignedOutReason),
}

/// What an attempt is made with.
pub(super) struct Means<'a> {
    pub(super) config: &'a ConnectionConfig,
    /// The session to go on with.
    pub(super) resumable: Option<&'a Resumable>,
    /// Its count of handled stanzas.
    pub(super) inbound: &'a Inbound,
    /// Ask for stream management.
    pub(super) wants_management: bool,
    /// The server refused the current password, now or in an earlier attempt.
    pub(super) is_password_refused: &'a mut bool,
}

/// Makes one attempt.
pub(super) async fn run(means: Means<'_>) -> Result<Established, Failure> {
    let mut is_fresh = *means.is_password_refused;
    loop {
        let password = password(means.config, is_fresh).await?;
        let wish = Wish {
            config: means.config,
            password: &password,
            resumable: means.resumable,
            inbound: means.inbound,
            wants_management: means.wants_management,
        };
        match try_addresses(&wish).await {
            Ok(established) => return Ok(established),
            Err(Error::Credentials(condition)) if is_fresh => {
                tracing::info!(condition = condition.as_str(), "signed out");
                return Err(Failure::SignedOut(SignedOutReason::Credentials));
            }
            Err(Error::Credentials(_)) => {
                *means.is_password_refused = true;
                is_fresh = true;
            }
            Err(Error::Replaced) => return Err(Failure::SignedOut(SignedOutReason::Replaced)),
            Err(error) => return Err(Failure::Passing(error)),
        }
    }
}

/// How long the source of the password may take; it may have to make a session over REST.
const PASSWORD_LIMIT: Duration = Duration::from_secs(60);

async fn password(config: &ConnectionConfig, is_fresh: bool) -> Result<Secret, Failure> {
    let requests: &[_] = if is_fresh {
        &[PasswordRequest::Fresh]
    } else {
        &[PasswordRequest::Current, PasswordRequest::Fresh]
    };
    for request in requests {
        match timeout(PASSWORD_LIMIT, config.credentials.password(*request)).await {
            Ok(Ok(Some(password))) => return Ok(password),
            Ok(Ok(None)) => {}
            Ok(Err(CredentialError::Unavailable)) | Err(_) => {
                return Err(Failure::Passing(Error::NoPassword));
            }
            Ok(Err(CredentialError::SignedOut)) => break,
        }
    }
    Err(Failure::SignedOut(SignedOutReason::Credentials))
}

/// The addresses in turn; the failure is the one that tells most.
async fn try_addresses(wish: &Wish<'_>) -> Result<Established, Error> {
    let location = wish
        .resumable
        .and_then(|resumable| resumable.location.as_deref());
    let addresses = location::in_order(&wish.config.addresses, location);
    let mut worst = None::<Error>;
    for address in &addresses {
        match establish(address, wish).await {
            Ok(established) => return Ok(established),
            Err(error) => {
                tracing::debug!(?address, %error, "no session at this address");
                if !error.is_about_the_address() {
                    return Err(error);
                }
                if worst
                    .as_ref()
                    .is_none_or(|worst| error.weight() > worst.weight())
                {
                    worst = Some(error);
                }
            }
        }
    }
    Err(worst.unwrap_or(Error::Unreachable {
        host: wish.config.domain.clone(),
    }))
}
