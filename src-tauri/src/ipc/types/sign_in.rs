//! What a person gives to sign in or up. Nothing here is printable: it holds secrets.

use cubist_client::model;
use serde::Deserialize;
use specta::Type;

/// Where to sign in.
#[derive(Clone, Deserialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Target {
    /// The backend on this computer, started when it is not running.
    Local,
    /// `ConnectyCube`'s cloud.
    Cloud {
        /// Application id.
        app_id: u64,
        /// Authorization key of the application.
        auth_key: String,
    },
    /// The servers of the person's organisation, as its configuration names them.
    Organisation,
    /// Endpoints of one's own.
    Custom(CustomEndpoints),
}

/// Endpoints of one's own, as they were typed.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CustomEndpoints {
    /// Base address of the REST API.
    pub api_url: String,
    /// `wss://`, `ws://` (loopback), `xmpps://` or `xmpp://` address of the chat server.
    pub chat_url: String,
    /// XMPP domain; empty means the host of `chat_url`.
    pub domain: String,
    /// Application id.
    pub app_id: u64,
    /// Authorization key of the application.
    pub auth_key: String,
    /// PEM file of a certificate authority to trust beside the system's.
    pub ca_cert: Option<String>,
}

/// Who signs in.
#[derive(Clone, Deserialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Identity {
    /// Login and password.
    Login {
        /// The login.
        login: String,
        /// The password.
        password: String,
    },
    /// E-mail address and password.
    Email {
        /// The address.
        email: String,
        /// The password.
        password: String,
    },
    /// A session token from another identity provider.
    Token {
        /// The token.
        token: String,
    },
}

/// A new person.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SignUp {
    /// Name that others see.
    pub full_name: String,
    /// Login, 3 to 70 characters.
    pub login: String,
    /// Password, at least 8 characters.
    pub password: String,
}

impl From<Identity> for model::Identity {
    fn from(identity: Identity) -> Self {
        match identity {
            Identity::Login { login, password } => Self::Login {
                login,
                password: password.into(),
            },
            Identity::Email { email, password } => Self::Email {
                email,
                password: password.into(),
            },
            Identity::Token { token } => Self::Token {
                token: token.into(),
            },
        }
    }
}

impl From<SignUp> for model::SignUp {
    fn from(request: SignUp) -> Self {
        Self {
            full_name: request.full_name,
            login: request.login,
            email: None,
            password: request.password.into(),
        }
    }
}
