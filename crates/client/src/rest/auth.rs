//! Sessions: made, looked at, ended; and new people.

use cubist_protocol::rest::{
    Credentials, NewUser, NewUserEnvelope, SessionEnvelope, SessionRequest, User, UserEnvelope,
};
use reqwest::Method;

use crate::model::{Identity, Secret, SignUp, UserId};
use crate::rest::client::{Client, accept, parse};
use crate::rest::error::Error;
use crate::rest::session::Session;
use crate::rest::transport::{Answer, Pass, Request};

impl Client {
    /// Makes a session for `identity` (POST /session; GET /session for a token) and keeps both.
    /// A user the server does not know is [`Error::NotFound`] or [`Error::Credentials`], as the
    /// server likes.
    pub async fn sign_in(&self, identity: Identity) -> Result<Session, Error> {
        let session = self.make_session(&identity).await?;
        self.restore(session.clone(), identity);
        Ok(session)
    }

    /// Makes a user (POST /users with the authorization key). Does not sign in.
    pub async fn sign_up(&self, sign_up: &SignUp) -> Result<User, Error> {
        let user = NewUser {
            login: Some(sign_up.login.clone()),
            email: sign_up.email.clone(),
            password: Some(sign_up.password.expose().to_owned()),
            full_name: Some(sign_up.full_name.clone()),
            ..NewUser::default()
        };
        let request = Request::with_body(Method::POST, "users", &NewUserEnvelope { user })?;
        let answer = self.exchange(&request, &Pass::AuthKey).await?;
        let answer = if answer.status == 401 {
            // Older servers want a session of the application instead of its key.
            let token = self.application_session().await?;
            self.exchange(&request, &Pass::Token(token)).await?
        } else {
            answer
        };
        parse::<UserEnvelope>(&accept(answer)?.body).map(|envelope| envelope.user)
    }

    /// Turns the present session into that of another identity (POST /login), and keeps the
    /// identity.
    pub async fn log_in(&self, identity: Identity) -> Result<User, Error> {
        let Some(credentials) = credentials(&identity) else {
            return self
                .sign_in(identity)
                .await
                .map(|session| User::new(session.user));
        };
        let request = Request::with_body(Method::POST, "login", &credentials)?.idempotent();
        let user = self.call::<UserEnvelope>(&request).await?.user;
        if let Some(mut session) = self.session() {
            session.user = user.id;
            self.restore(session, identity);
        }
        Ok(user)
    }

    /// Ends the session on the server (DELETE /session) and forgets it and the identity here, also
    /// when the server cannot be reached.
    pub async fn sign_out(&self) -> Result<(), Error> {
        let session = self.session();
        self.forget();
        let Some(session) = session else {
            return Ok(());
        };
        let request = Request {
            method: Method::DELETE,
            path: "session".to_owned(),
            query: String::new(),
            body: None,
            is_idempotent: true,
        };
        let answer = self.exchange(&request, &Pass::Token(session.token)).await?;
        match answer.status {
            // It was gone already.
            401 | 404 => Ok(()),
            _ => accept(answer).map(drop),
        }
    }

    /// Whom `identity` signs in, by the server's word. Makes a session and ends it again.
    pub async fn check_identity(&self, identity: Identity) -> Result<UserId, Error> {
        let session = self.make_session(&identity).await?;
        let request = Request {
            method: Method::DELETE,
            ..Request::get("session", String::new())
        };
        // Should this fail, the session ends by itself.
        let ended = self.exchange(&request, &Pass::Token(session.token)).await;
        if let Err(error) = ended {
            tracing::debug!(%error, "a session was left to expire");
        }
        Ok(session.user)
    }

    /// A session for `identity`, not kept.
    pub(super) async fn make_session(&self, identity: &Identity) -> Result<Session, Error> {
        let answer = match (identity, credentials(identity)) {
            (Identity::Token { token }, _) => {
                let request = Request::get("session", String::new());
                self.exchange(&request, &Pass::Token(token.clone())).await?
            }
            (Identity::Login { .. } | Identity::Email { .. }, user) => {
                // The platform's clients send their stale token along; nothing needs it.
                self.exchange(&self.session_request(user)?, &Pass::None)
                    .await?
            }
        };
        read_session(answer)
    }

    /// A session of the application, without a user.
    async fn application_session(&self) -> Result<Secret, Error> {
        let request = self.session_request(None)?;
        let answer = accept(self.exchange(&request, &Pass::None).await?)?;
        let envelope: SessionEnvelope = parse(&answer.body)?;
        Ok(Secret::new(envelope.session.token))
    }

    fn session_request(&self, user: Option<Credentials>) -> Result<Request, Error> {
        let body = SessionRequest {
            application_id: self.transport().app_id,
            auth_key: self.transport().auth_key().expose().to_owned(),
            user,
            provider: None,
        };
        // A second session does no harm: the first one expires by itself.
        Ok(Request::with_body(Method::POST, "session", &body)?.idempotent())
    }
}

fn credentials(identity: &Identity) -> Option<Credentials> {
    match identity {
        Identity::Login { login, password } => Some(Credentials {
            login: Some(login.clone()),
            password: Some(password.expose().to_owned()),
            ..Credentials::default()
        }),
        Identity::Email { email, password } => Some(Credentials {
            email: Some(email.clone()),
            password: Some(password.expose().to_owned()),
            ..Credentials::default()
        }),
        Identity::Token { .. } => None,
    }
}

fn read_session(answer: Answer) -> Result<Session, Error> {
    let answer = accept(answer)?;
    let session = parse::<SessionEnvelope>(&answer.body)?.session;
    let user = session
        .user_id
        .or(session.user.as_ref().map(|user| user.id))
        .ok_or(Error::Credentials)?;
    Ok(Session {
        token: Secret::new(session.token),
        user,
        expires_at: answer.expires_at,
    })
}
