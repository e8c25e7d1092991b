//! From an open socket to a session: stream, STARTTLS, SASL, resumption or bind, stream
//! management (RFC 6120, XEP-0198).
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "each step accepts one answer or two, and every other is the same error"
)]

use cubist_protocol::ext::rfc6120_bind::Bind;
use cubist_protocol::ext::xep0198_stream_management::StreamManagement;
use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::{Condition, Iq, IqBody, IqPayload, Stanza};
use cubist_protocol::stream::{
    Features, StartTls, StreamElement, StreamErrorCondition, StreamOpen,
};

use crate::connection::config::{ConnectionConfig, Timing};
use crate::connection::dial::{dial, host_of, protect};
use crate::connection::error::Error;
use crate::connection::sasl;
use crate::connection::socket::{Received, Socket};
use crate::connection::stream_management::Inbound;
use crate::model::{ChatAddress, Secret};

/// Enough for whatever a server says before a session begins; more is a broken server.
const MAX_EARLY: usize = 256;

/// Id of the one IQ of the negotiation. Nobody but the server can answer before the bind.
const BIND_ID: &str = "bind";

/// A session the server keeps for a while when the connection is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resumable {
    /// The server's name for it.
    pub(super) id: String,
    /// Where the server wants to be resumed, if it said so.
    pub(super) location: Option<String>,
}

/// What the server does about stream management.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Management {
    /// Nothing.
    None,
    /// It acknowledges.
    Acks,
    /// It acknowledges and keeps the session.
    Resumable(Resumable),
}

/// How the session began.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The earlier one goes on.
    Resumed {
        /// What the server had handled.
        h: u32,
    },
    /// A new one.
    New {
        /// The full address.
        jid: Jid,
        management: Management,
        /// What the server had handled of the earlier session, if it still knew.
        earlier_h: Option<u32>,
    },
}

/// An open session.
pub(super) struct Established {
    pub(super) socket: Socket,
    pub(super) outcome: Outcome,
    /// Stanzas that came before stream management counted them.
    pub(super) early: Vec<Stanza>,
}

/// What is to be negotiated.
pub(super) struct Wish<'a> {
    pub(super) config: &'a ConnectionConfig,
    pub(super) password: &'a Secret,
    /// The session to go on with.
    pub(super) resumable: Option<&'a Resumable>,
    /// Its count of handled stanzas.
    pub(super) inbound: &'a Inbound,
    /// Ask for stream management; off for a server whose counts were wrong.
    pub(super) wants_management: bool,
}

/// Opens `address` and negotiates a session.
pub(super) async fn establish(
    address: &ChatAddress,
    wish: &Wish<'_>,
) -> Result<Established, Error> {
    let (config, timing) = (wish.config, &wish.config.timing);
    let mut socket = dial(address, config).await?;
    let mut features = open_stream(&mut socket, config).await?;
    if let ChatAddress::StartTls { .. } = address {
        if features.starttls.is_none() {
            return Err(Error::NoTls);
        }
        socket = start_tls(socket, host_of(address), config).await?;
        features = open_stream(&mut socket, config).await?;
    }

    // An unprotected socket is on this machine: `dial` opens no other.
    let Some(mechanism) = sasl::choose(&features.mechanisms, true) else {
        return Err(Error::NoMechanism {
            offered: features.mechanisms,
        });
    };
    let user = config.jid.local().unwrap_or_default();
    sasl::authenticate(&mut socket, mechanism, user, wish.password, timing).await?;
    socket.restart();
    let features = open_stream(&mut socket, config).await?;
    tracing::debug!(
        mechanism,
        protected = socket.is_protected(),
        "authenticated"
    );

    let has_management = features.stream_management && wish.wants_management;
    let mut earlier_h = None;
    if let (Some(resumable), true) = (wish.resumable, has_management) {
        match resume(&mut socket, resumable, wish.inbound, timing).await? {
            Resumption::Done { h } => {
                return Ok(Established {
                    socket,
                    outcome: Outcome::Resumed { h },
                    early: Vec::new(),
                });
            }
            Resumption::Refused { h } => earlier_h = h,
        }
    }

    let mut early = Vec::new();
    let jid = bind(&mut socket, &mut early, timing).await?;
    let management = if has_management {
        enable(&mut socket, &mut early, timing).await?
    } else {
        Management::None
    };
    let outcome = Outcome::New {
        jid,
        management,
        earlier_h,
    };
    Ok(Established {
        socket,
        outcome,
        early,
    })
}

/// Opens the stream, for the first time or anew, and reads what the server offers.
async fn open_stream(socket: &mut Socket, config: &ConnectionConfig) -> Result<Features, Error> {
    let step = "the opening of the stream";
    let domain = Jid::domain_only(&config.domain).map_err(|_| Error::Unexpected(step))?;
    let open = StreamOpen::to_server(domain);
    socket.queue(open.to_xml(socket.framing()));
    match socket.receive(config.timing.negotiation_step, step).await? {
        Received::Open(header) => tracing::debug!(id = header.attr("id"), "the stream is open"),
        // A server that refuses at once may leave out its header.
        Received::Element(element) => {
            return Err(match StreamElement::from_element(element)? {
                StreamElement::Error(error) => stream_error(error.condition),
                _ => Error::Unexpected(step),
            });
        }
        Received::Close => return Err(Error::Closed),
        Received::Garbage { .. } | Received::Written => return Err(Error::Unexpected(step)),
    }
    match next(socket, &config.timing, step).await? {
        StreamElement::Features(features) => Ok(features),
        _ => Err(Error::Unexpected(step)),
    }
}

async fn start_tls(
    mut socket: Socket,
    host: &str,
    config: &ConnectionConfig,
) -> Result<Socket, Error> {
    socket.queue(StartTls::Start.to_xml(socket.framing()));
    match next(&mut socket, &config.timing, "STARTTLS").await? {
        StreamElement::StartTls(StartTls::Proceed) => {
            protect(socket.into_io()?, host, config).await
        }
        StreamElement::StartTls(StartTls::Failure) => Err(Error::NoTls),
        _ => Err(Error::Unexpected("STARTTLS")),
    }
}

enum Resumption {
    Done { h: u32 },
    Refused { h: Option<u32> },
}

async fn resume(
    socket: &mut Socket,
    resumable: &Resumable,
    inbound: &Inbound,
    timing: &Timing,
) -> Result<Resumption, Error> {
    let request = StreamManagement::Resume {
        h: inbound.begin_resumption(),
        previd: resumable.id.clone(),
    };
    socket.queue(request.to_element().to_xml(socket.framing()));
    match next(socket, timing, "the resumption").await? {
        StreamElement::StreamManagement(StreamManagement::Resumed { h, .. }) => {
            Ok(Resumption::Done { h })
        }
        StreamElement::StreamManagement(StreamManagement::Failed { h, condition }) => {
            tracing::debug!(
                reason = condition.map(Condition::as_str),
                "the session was not resumed"
            );
            Ok(Resumption::Refused { h })
        }
        _ => Err(Error::Unexpected("the resumption")),
    }
}

/// Lets the server pick the resource: live ones insist on it, and a long random one is what
/// everybody else wants too.
async fn bind(socket: &mut Socket, early: &mut Vec<Stanza>, timing: &Timing) -> Result<Jid, Error> {
    let step = "the bind";
    let request = Iq::set(BIND_ID, IqPayload::Bind(Bind::Request { resource: None }));
    socket.queue(request.to_xml(socket.framing()));
    loop {
        match next(socket, timing, step).await? {
            StreamElement::Stanza(Stanza::Iq(iq)) if iq.id == BIND_ID => {
                return match iq.body {
                    IqBody::Result(Some(IqPayload::Bind(Bind::Bound { jid }))) => Ok(jid),
                    IqBody::Error { error, .. } => Err(Error::Bind(error.condition.as_str())),
                    IqBody::Get(_) | IqBody::Set(_) | IqBody::Result(_) => {
                        Err(Error::Unexpected(step))
                    }
                };
            }
            StreamElement::Stanza(stanza) if early.len() < MAX_EARLY => early.push(stanza),
            _ => return Err(Error::Unexpected(step)),
        }
    }
}

async fn enable(
    socket: &mut Socket,
    early: &mut Vec<Stanza>,
    timing: &Timing,
) -> Result<Management, Error> {
    let step = "the start of stream management";
    let request = StreamManagement::Enable {
        resume: true,
        max: None,
    };
    socket.queue(request.to_element().to_xml(socket.framing()));
    loop {
        return match next(socket, timing, step).await? {
            StreamElement::StreamManagement(StreamManagement::Enabled {
                id: Some(id),
                resume: true,
                location,
                ..
            }) => Ok(Management::Resumable(Resumable { id, location })),
            StreamElement::StreamManagement(StreamManagement::Enabled { .. }) => {
                Ok(Management::Acks)
            }
            StreamElement::StreamManagement(StreamManagement::Failed { .. }) => {
                Ok(Management::None)
            }
            StreamElement::Stanza(stanza) if early.len() < MAX_EARLY => {
                early.push(stanza);
                continue;
            }
            _ => Err(Error::Unexpected(step)),
        };
    }
}

/// The next element of the negotiation.
async fn next(
    socket: &mut Socket,
    timing: &Timing,
    step: &'static str,
) -> Result<StreamElement, Error> {
    match socket.receive(timing.negotiation_step, step).await? {
        Received::Element(element) => match StreamElement::from_element(element)? {
            StreamElement::Error(error) => Err(stream_error(error.condition)),
            other => Ok(other),
        },
        Received::Close => Err(Error::Closed),
        Received::Open(_) | Received::Garbage { .. } | Received::Written => {
            Err(Error::Unexpected(step))
        }
    }
}

/// RFC 6120 §4.9.3.3: a conflict says that another stream took this one's place.
pub(super) fn stream_error(condition: StreamErrorCondition) -> Error {
    if condition == StreamErrorCondition::Conflict {
        Error::Replaced
    } else {
        Error::Stream(condition)
    }
}
