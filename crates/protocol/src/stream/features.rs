//! Stream features: RFC 6120 §4.3.2, what a server offers at one point of the negotiation.

use crate::ext::rfc3921_session;
use crate::ext::rfc6120_bind::Bind;
use crate::ext::xep0198_stream_management::StreamManagement;
use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::expect;
use crate::xml::{Element, Framing};

/// Whether a server offers TLS, and insists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StartTlsOffer {
    /// The client may.
    Optional,
    /// The client must, before anything else.
    Required,
}

/// What a server offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// RFC 6120 §5: TLS.
    pub starttls: Option<StartTlsOffer>,
    /// RFC 6120 §6: SASL mechanisms, in the server's order; empty when none is offered now.
    pub mechanisms: Vec<String>,
    /// RFC 6120 §7: resource binding.
    pub bind: bool,
    /// RFC 3921 §3: session establishment, when the client must do it.
    pub session: Option<SessionOffer>,
    /// XEP-0198: stream management.
    pub stream_management: bool,
    /// Other features, kept as they are.
    pub other: Vec<Element>,
}

/// Whether session establishment must be done where it is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionOffer {
    /// Marked optional: clients skip it.
    Optional,
    /// Not marked: old servers want the request.
    Required,
}

impl Features {
    /// Reads a `features`.
    pub fn from_element(element: Element) -> Result<Self, ParseError> {
        expect(&element, "features", ns::STREAM)?;
        let mut features = Self::default();
        for child in element.into_elements() {
            match (child.name(), child.ns()) {
                ("starttls", ns::TLS) => {
                    let is_required = child.child("required", ns::TLS).is_some();
                    features.starttls = Some(if is_required {
                        StartTlsOffer::Required
                    } else {
                        StartTlsOffer::Optional
                    });
                }
                ("mechanisms", ns::SASL) => {
                    let mechanisms = child
                        .elements()
                        .filter(|mechanism| mechanism.is("mechanism", ns::SASL));
                    features
                        .mechanisms
                        .extend(mechanisms.map(|mechanism| mechanism.text().trim().to_owned()));
                }
                ("bind", ns::BIND) => features.bind = true,
                ("session", ns::SESSION) => {
                    let is_optional = child.child("optional", ns::SESSION).is_some();
                    features.session = Some(if is_optional {
                        SessionOffer::Optional
                    } else {
                        SessionOffer::Required
                    });
                }
                ("sm", ns::STREAM_MANAGEMENT) => features.stream_management = true,
                _ => features.other.push(child),
            }
        }
        Ok(features)
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let mut features = Element::new("features", ns::STREAM);
        if let Some(offer) = self.starttls {
            let mut starttls = Element::new("starttls", ns::TLS);
            if offer == StartTlsOffer::Required {
                starttls.push(Element::new("required", ns::TLS));
            }
            features.push(starttls);
        }
        if !self.mechanisms.is_empty() {
            let mechanisms = self
                .mechanisms
                .iter()
                .fold(Element::new("mechanisms", ns::SASL), |list, name| {
                    list.with_child(Element::new("mechanism", ns::SASL).with_text(name))
                });
            features.push(mechanisms);
        }
        if self.stream_management {
            features.push(StreamManagement::feature());
        }
        for feature in &self.other {
            features.push(feature.clone());
        }
        if self.bind {
            features.push(Bind::Request { resource: None }.to_element());
        }
        if let Some(offer) = self.session {
            let mut session = rfc3921_session::session();
            if offer == SessionOffer::Optional {
                session.push(Element::new("optional", ns::SESSION));
            }
            features.push(session);
        }
        features
    }

    /// The bytes to send.
    pub fn to_xml(&self, framing: Framing) -> String {
        self.to_element().to_xml(framing)
    }
}

#[cfg(test)]
mod tests;
