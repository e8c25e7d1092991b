//! XEP-0198: Stream Management: acknowledgements and resumption.

use crate::ns;
use crate::stanza::attributes::{boolean, number, required};
use crate::stanza::{Condition, ParseError};
use crate::xml::Element;

/// An element of stream management; none of them counts as a stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamManagement {
    /// The client asks to begin.
    Enable {
        /// Whether the session should be resumable.
        resume: bool,
        /// Seconds the client would like the session to be kept.
        max: Option<u32>,
    },
    /// The server begins.
    Enabled {
        /// Names the session for resumption.
        id: Option<String>,
        /// Whether the session is resumable.
        resume: bool,
        /// Seconds the session is kept after the connection is lost.
        max: Option<u32>,
        /// Where to reconnect, `host` or `host:port`.
        location: Option<String>,
    },
    /// The client asks to go on with an earlier session.
    Resume {
        /// Stanzas the client has handled in that session.
        h: u32,
        /// The session.
        previd: String,
    },
    /// The server goes on with it.
    Resumed {
        /// Stanzas the server has handled in that session.
        h: u32,
        /// The session.
        previd: String,
    },
    /// The server does not: the client binds anew.
    Failed {
        /// Stanzas the server had handled, when it still knows.
        h: Option<u32>,
        /// Why, when it says so.
        condition: Option<Condition>,
    },
    /// A request for an acknowledgement.
    Request,
    /// An acknowledgement.
    Ack {
        /// Stanzas handled since stream management was enabled, modulo 2^32.
        h: u32,
    },
}

impl StreamManagement {
    /// The stream feature.
    pub fn feature() -> Element {
        Element::new("sm", ns::STREAM_MANAGEMENT)
    }

    /// Reads any element of stream management.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        if element.ns() != ns::STREAM_MANAGEMENT {
            return Err(ParseError::UnexpectedElement);
        }
        let h = || number(element, "h")?.ok_or(ParseError::MissingAttribute("h"));
        let resume = || Ok::<_, ParseError>(boolean(element, "resume")?.unwrap_or(false));
        Ok(match element.name() {
            "enable" => Self::Enable {
                resume: resume()?,
                max: number(element, "max")?,
            },
            "enabled" => Self::Enabled {
                id: element
                    .attr("id")
                    .filter(|id| !id.is_empty())
                    .map(str::to_owned),
                resume: resume()?,
                max: number(element, "max")?,
                location: element.attr("location").map(str::to_owned),
            },
            "resume" => Self::Resume {
                h: h()?,
                previd: required(element, "previd")?,
            },
            "resumed" => Self::Resumed {
                h: h()?,
                previd: required(element, "previd")?,
            },
            "failed" => Self::Failed {
                h: number(element, "h")?,
                condition: element
                    .elements()
                    .filter(|child| child.ns() == ns::STANZA_ERRORS)
                    .find_map(|child| Condition::from_name(child.name())),
            },
            "r" => Self::Request,
            "a" => Self::Ack { h: h()? },
            _ => return Err(ParseError::UnexpectedElement),
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let element = |name: &str| Element::new(name, ns::STREAM_MANAGEMENT);
        let resume_attr = |resume: bool| resume.then_some("true");
        match self {
            Self::Enable { resume, max } => element("enable")
                .with_attr_opt("resume", resume_attr(*resume))
                .with_attr_opt("max", max.map(|max| max.to_string())),
            Self::Enabled {
                id,
                resume,
                max,
                location,
            } => element("enabled")
                .with_attr_opt("id", id.as_deref())
                .with_attr_opt("resume", resume_attr(*resume))
                .with_attr_opt("max", max.map(|max| max.to_string()))
                .with_attr_opt("location", location.as_deref()),
            Self::Resume { h, previd } => element("resume")
                .with_attr("h", h.to_string())
                .with_attr("previd", previd.as_str()),
            Self::Resumed { h, previd } => element("resumed")
                .with_attr("h", h.to_string())
                .with_attr("previd", previd.as_str()),
            Self::Failed { h, condition } => {
                let mut failed = element("failed").with_attr_opt("h", h.map(|h| h.to_string()));
                if let Some(condition) = condition {
                    failed.push(Element::new(condition.as_str(), ns::STANZA_ERRORS));
                }
                failed
            }
            Self::Request => element("r"),
            Self::Ack { h } => element("a").with_attr("h", h.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
