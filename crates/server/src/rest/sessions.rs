//! `/session` and `/login`.

use cubist_protocol::ids::UserId;
use cubist_protocol::rest::{Credentials, SessionEnvelope, SessionRequest, UserEnvelope};

use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::{App, convert};
use crate::state::{Identity, NewUser, Session, StateError, TextField, User};

/// `POST /session`. A token in the header is ignored: an SDK whose session expired sends the old one.
pub(super) async fn create(app: &App, mut call: Call) -> Result<Answer, Refusal> {
    let request: SessionRequest = call.read()?;
    if request.application_id != app.application {
        return Err(Refusal::field("application_id", "is not served here"));
    }
    if !same_secret(&request.auth_key, &app.auth_key) {
        return Err(Refusal::field("auth_key", "is wrong"));
    }
    if request.provider.is_some() {
        return Err(Refusal::field(
            "provider",
            "is not supported by this server",
        ));
    }
    let user = match request.user {
        None => None,
        Some(credentials) => Some(log_in(app, credentials).await?),
    };
    let (token, session) = app
        .state
        .create_session(user.as_ref().map(|user| user.id))
        .await?;
    let session = convert::session(
        &session,
        token.expose(),
        app.application,
        user.map(convert::user),
    );
    Answer::created(&SessionEnvelope { session })
}

/// `GET /session`
pub(super) async fn show(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    envelope(
        app,
        caller.session()?,
        call.token.as_deref().unwrap_or_default(),
    )
    .await
}

async fn envelope(app: &App, session: Session, token: &str) -> Result<Answer, Refusal> {
    let user = match session.user {
        None => None,
        Some(user) => Some(convert::user(app.state.user(user).await?)),
    };
    Answer::ok(&SessionEnvelope {
        session: convert::session(&session, token, app.application, user),
    })
}

/// `DELETE /session`
pub(super) async fn destroy(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    caller.session()?;
    app.state
        .end_session(call.token.as_deref().unwrap_or_default())
        .await?;
    Ok(Answer::Empty)
}

/// `POST /login`: gives the session a user.
pub(super) async fn login(app: &App, mut call: Call, caller: Caller) -> Result<Answer, Refusal> {
    caller.session()?;
    let token = call.token.clone().unwrap_or_default();
    let user = log_in(app, call.read()?).await?;
    attach(app, &token, Some(user.id)).await?;
    Answer::ok(&UserEnvelope {
        user: convert::user(user),
    })
}

/// `DELETE /login`: takes the user out of the session.
pub(super) async fn logout(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    caller.session()?;
    attach(app, call.token.as_deref().unwrap_or_default(), None).await?;
    Ok(Answer::Empty)
}

async fn attach(app: &App, token: &str, user: Option<UserId>) -> Result<(), Refusal> {
    app.state
        .set_session_user(token, user)
        .await?
        .ok_or_else(Refusal::session_expired)?;
    Ok(())
}

async fn log_in(app: &App, credentials: Credentials) -> Result<User, Refusal> {
    if credentials.guest {
        return Err(Refusal::field("guest", "is not supported by this server"));
    }
    let Some(password) = credentials.password else {
        return Err(Refusal::field("password", "is required"));
    };
    let identity = match (credentials.login, credentials.email) {
        (Some(login), _) => Identity::Login(login),
        (None, Some(email)) => Identity::Email(email),
        (None, None) => return Err(Refusal::field("login", "or email is required")),
    };
    match app.state.check_login(&identity, &password).await {
        Err(StateError::NotFound) if app.config().accounts.create_on_login => {
            let (field, value) = match identity {
                Identity::Login(login) => (TextField::Login, login),
                Identity::Email(email) => (TextField::Email, email),
            };
            let mut new = NewUser {
                password: Some(password),
                ..NewUser::default()
            };
            new.texts.insert(field, Some(value));
            if let Some(name) = credentials.full_name {
                new.texts.insert(TextField::FullName, Some(name));
            }
            let user = app.state.create_user(new).await?;
            app.greet(user.id).await;
            Ok(user)
        }
        Err(StateError::NotFound) => Err(Refusal::not_found("There is no user with this login")),
        checked => Ok(checked?),
    }
}

/// Compares in a time that does not tell how much of the secret was right.
pub(super) fn same_secret(given: &str, secret: &str) -> bool {
    let (given, secret) = (given.as_bytes(), secret.as_bytes());
    let differences = given
        .iter()
        .zip(secret)
        .fold(0, |sum, (one, other)| sum | (one ^ other));
    given.len() == secret.len() && std::hint::black_box(differences) == 0
}
