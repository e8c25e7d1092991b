//! What can go wrong on the line, by what a caller can do about it.

use std::io;

use cubist_protocol::stanza::{ParseError, StanzaError};
use cubist_protocol::stream::{SaslCondition, StreamErrorCondition};
use cubist_protocol::xml::XmlError;

use crate::connection::trust::TrustError;
use crate::model::{OfflineReason, ProxyProblem};

/// There is no session at the moment; nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not connected")]
pub struct NotConnected;

/// An IQ request got no good answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// There was no session to send it in.
    #[error("not connected")]
    NotConnected,
    /// The connection it was sent on ended before the answer.
    #[error("the session ended before the answer")]
    SessionLost,
    /// No answer within the limit.
    #[error("no answer in time")]
    TimedOut,
    /// The server answered with an error.
    #[error("the server refused the request")]
    Refused(Box<StanzaError>),
}

/// Why an attempt failed or a connection ended. Names no secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This machine has no way out to any network.
    #[error("no network")]
    NoNetwork,
    /// The name does not resolve, or nothing answers at the address.
    #[error("{host} cannot be reached")]
    Unreachable {
        /// Which server.
        host: String,
    },
    /// The machine answers and nobody listens there.
    #[error("{host} refuses connections")]
    Refused {
        /// Which server.
        host: String,
    },
    /// The proxy does not let anybody through.
    #[error("the proxy {host} is in the way: {problem:?}")]
    Proxy {
        /// Which proxy.
        host: String,
        /// What it did.
        problem: ProxyProblem,
    },
    /// The certificate is not to be trusted.
    #[error("the certificate of {host} is not trusted: {reason}")]
    Certificate {
        /// Which server.
        host: String,
        /// What the check found.
        reason: String,
    },
    /// TLS could not be set up for another reason than the certificate.
    #[error("TLS with {host} failed: {reason}")]
    Tls {
        /// Which server.
        host: String,
        /// What went wrong.
        reason: String,
    },
    /// TLS cannot be set up on this side.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The server, or somebody between, does not offer STARTTLS: nothing is said in the clear.
    #[error("the server does not offer TLS")]
    NoTls,
    /// An address without TLS that is not on this machine.
    #[error("{host} would be spoken to without TLS")]
    Insecure {
        /// Which server.
        host: String,
    },
    /// The HTTP upgrade to a WebSocket was refused.
    #[error("the WebSocket was refused: {0}")]
    WebSocket(String),
    /// No common way to show who one is.
    #[error("no usable SASL mechanism among: {}", offered.join(" "))]
    NoMechanism {
        /// What the server offers.
        offered: Vec<String>,
    },
    /// The password, or the token in its place, is refused.
    #[error("the credentials are refused ({})", .0.as_str())]
    Credentials(SaslCondition),
    /// The server cannot check credentials just now, or not in this way.
    #[error("authentication failed ({})", .0.as_str())]
    Authentication(SaslCondition),
    /// The server could not show that it knows the password (SCRAM's answer is wrong).
    #[error("the server failed to authenticate itself")]
    ServerNotAuthentic,
    /// There is no password at the moment.
    #[error("the password cannot be had at the moment")]
    NoPassword,
    /// Another session took this one's place.
    #[error("another session took this one's place")]
    Replaced,
    /// The server ended the stream.
    #[error("the server ended the stream ({})", .0.as_str())]
    Stream(StreamErrorCondition),
    /// The server refused to give an address or to enable what is needed.
    #[error("the server refused the session ({0})")]
    Bind(&'static str),
    /// The server said something that does not belong here.
    #[error("unexpected answer during {0}")]
    Unexpected(&'static str),
    /// What the server said is not the XML of an XMPP stream.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// What the server said is not well-made.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// A step took too long.
    #[error("no answer in time during {0}")]
    TimedOut(&'static str),
    /// The server claims to have handled more stanzas than were sent.
    #[error("the server counts stanzas that were never sent")]
    CountTooHigh,
    /// The server lives and acknowledges nothing.
    #[error("the server does not acknowledge stanzas")]
    NotAcknowledged,
    /// The other side closed the stream or the connection.
    #[error("the connection was closed")]
    Closed,
    /// Reading or writing failed.
    #[error("the connection broke: {0}")]
    Io(#[from] io::Error),
}

impl Error {
    /// What the person is told.
    pub(super) fn offline_reason(&self) -> OfflineReason {
        match self {
            Self::NoNetwork => OfflineReason::NoNetwork,
            Self::Proxy {
                problem: ProxyProblem::Login,
                ..
            } => OfflineReason::ProxyLogin,
            Self::Proxy { .. } => OfflineReason::Proxy,
            Self::Certificate { .. } | Self::Trust(_) => OfflineReason::Certificate,
            Self::Refused { .. }
            | Self::Tls { .. }
            | Self::NoTls
            | Self::Insecure { .. }
            | Self::WebSocket(_)
            | Self::NoMechanism { .. }
            | Self::Credentials(_)
            | Self::Authentication(_)
            | Self::ServerNotAuthentic
            | Self::Replaced
            | Self::Stream(_)
            | Self::Bind(_)
            | Self::Unexpected(_)
            | Self::Xml(_)
            | Self::Parse(_)
            | Self::CountTooHigh
            | Self::NotAcknowledged => OfflineReason::Refused,
            Self::Unreachable { .. }
            | Self::NoPassword
            | Self::TimedOut(_)
            | Self::Closed
            | Self::Io(_) => OfflineReason::Unreachable,
        }
    }

    /// Which of the failures of several addresses tells the person most: larger is more.
    pub(super) fn weight(&self) -> u8 {
        match self.offline_reason() {
            OfflineReason::Stopped | OfflineReason::Unreadable | OfflineReason::LaterVersion => 0,
            OfflineReason::NoNetwork => 1,
            OfflineReason::Unreachable => 2,
            OfflineReason::Refused => 3,
            OfflineReason::Proxy => 4,
            OfflineReason::ProxyLogin => 5,
            OfflineReason::Certificate => 6,
        }
    }

    /// Whether another address of the same server could do better.
    pub(super) fn is_about_the_address(&self) -> bool {
        !matches!(
            self,
            Self::Credentials(_) | Self::NoPassword | Self::Replaced
        )
    }
}
