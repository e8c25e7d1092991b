//! Errors within stanzas: RFC 6120 §8.3, with the numeric code of XEP-0086 that the official SDK needs.

use crate::ns;
use crate::xml::Element;

/// RFC 6120 §8.3.2: what the sender can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Retry after providing credentials.
    Auth,
    /// Do not retry.
    Cancel,
    /// Proceed; it was only a warning.
    Continue,
    /// Retry after changing the data sent.
    Modify,
    /// Retry after waiting.
    Wait,
}

impl ErrorKind {
    /// The attribute's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Cancel => "cancel",
            Self::Continue => "continue",
            Self::Modify => "modify",
            Self::Wait => "wait",
        }
    }

    fn from_attr(value: Option<&str>) -> Option<Self> {
        match value {
            Some("auth") => Some(Self::Auth),
            Some("cancel") => Some(Self::Cancel),
            Some("continue") => Some(Self::Continue),
            Some("modify") => Some(Self::Modify),
            Some("wait") => Some(Self::Wait),
            _ => None,
        }
    }
}

macro_rules! conditions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $kind:ident, $code:literal;)*) => {
        /// RFC 6120 §8.3.3: what went wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Condition {
            $($(#[$doc])* $variant,)*
        }

        impl Condition {
            /// The element's name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The kind that usually goes with it.
            pub const fn default_kind(self) -> ErrorKind {
                match self {
                    $(Self::$variant => ErrorKind::$kind,)*
                }
            }

            /// XEP-0086: the numeric code of old.
            pub const fn legacy_code(self) -> u16 {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            /// The condition of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

conditions! {
    /// The XML does not fit the schema.
    BadRequest = "bad-request", Modify, 400;
    /// Something of that name exists already.
    Conflict = "conflict", Cancel, 409;
    /// The feature is known but not offered.
    FeatureNotImplemented = "feature-not-implemented", Cancel, 501;
    /// The sender may not do this.
    Forbidden = "forbidden", Auth, 403;
    /// The addressee has another address for good.
    Gone = "gone", Cancel, 302;
    /// The server is at fault.
    InternalServerError = "internal-server-error", Cancel, 500;
    /// No such address or item.
    ItemNotFound = "item-not-found", Cancel, 404;
    /// The address breaks the rules of addresses.
    JidMalformed = "jid-malformed", Modify, 400;
    /// Understood, but not acceptable.
    NotAcceptable = "not-acceptable", Modify, 406;
    /// Nobody may do this.
    NotAllowed = "not-allowed", Cancel, 405;
    /// Credentials are needed first.
    NotAuthorized = "not-authorized", Auth, 401;
    /// A local rule, such as a limit of size or rate.
    PolicyViolation = "policy-violation", Modify, 406;
    /// The addressee is away.
    RecipientUnavailable = "recipient-unavailable", Wait, 404;
    /// The addressee has another address for now.
    Redirect = "redirect", Modify, 302;
    /// Registration comes first.
    RegistrationRequired = "registration-required", Auth, 407;
    /// The other server does not exist.
    RemoteServerNotFound = "remote-server-not-found", Cancel, 404;
    /// The other server did not answer in time.
    RemoteServerTimeout = "remote-server-timeout", Wait, 504;
    /// Too busy.
    ResourceConstraint = "resource-constraint", Wait, 500;
    /// Not offered here, or not to this sender.
    ServiceUnavailable = "service-unavailable", Cancel, 503;
    /// Subscription comes first.
    SubscriptionRequired = "subscription-required", Auth, 407;
    /// None of the others.
    UndefinedCondition = "undefined-condition", Cancel, 500;
    /// Out of order.
    UnexpectedRequest = "unexpected-request", Wait, 400;
}

/// The `error` of a stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StanzaError {
    /// What the sender can do.
    pub kind: ErrorKind,
    /// What went wrong.
    pub condition: Condition,
    /// The legacy number, which the official SDK reports instead of the condition.
    pub code: Option<u16>,
    /// Words for developers.
    pub text: Option<String>,
}

impl StanzaError {
    /// An error with the usual kind and code of its condition.
    pub const fn new(condition: Condition) -> Self {
        Self {
            kind: condition.default_kind(),
            condition,
            code: Some(condition.legacy_code()),
            text: None,
        }
    }

    /// The same with words.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Reads an `error`, whatever is missing in it: a condition that is absent is
    /// [`Condition::UndefinedCondition`], a kind that is absent follows from the condition.
    pub fn from_element(element: &Element) -> Self {
        let condition = element
            .elements()
            .filter(|child| child.ns() == ns::STANZA_ERRORS)
            .find_map(|child| Condition::from_name(child.name()))
            .unwrap_or(Condition::UndefinedCondition);
        let text = element
            .elements()
            .find(|child| {
                child.name() == "text" && matches!(child.ns(), ns::STANZA_ERRORS | ns::CLIENT)
            })
            .map(Element::text);
        Self {
            kind: ErrorKind::from_attr(element.attr("type")).unwrap_or(condition.default_kind()),
            condition,
            code: element.attr("code").and_then(|code| code.parse().ok()),
            text,
        }
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let mut element = Element::new("error", ns::CLIENT)
            .with_attr_opt("code", self.code.map(|code| code.to_string()))
            .with_attr("type", self.kind.as_str())
            .with_child(Element::new(self.condition.as_str(), ns::STANZA_ERRORS));
        if let Some(text) = &self.text {
            element.push(
                Element::new("text", ns::STANZA_ERRORS)
                    .with_lang(Some("en"))
                    .with_text(text),
            );
        }
        element
    }
}

/// The error answer to a stanza that could not be read as its type, or only its start tag.
///
/// Same name and id, addresses swapped as they stood. `None` for what is no stanza, and for
/// answers (type `error`, or `result` of an IQ), which are never answered.
pub fn error_reply_to(request: &Element, error: &StanzaError) -> Option<Element> {
    let is_answer = matches!(request.attr("type"), Some("error"))
        || (request.name() == "iq" && request.attr("type") == Some("result"));
    if !crate::stanza::Stanza::is_stanza(request) || is_answer {
        return None;
    }
    Some(
        Element::new(request.name(), ns::CLIENT)
            .with_attr("type", "error")
            .with_attr_opt("id", request.attr("id"))
            .with_attr_opt("from", request.attr("to"))
            .with_attr_opt("to", request.attr("from"))
            .with_child(error.to_element()),
    )
}

#[cfg(test)]
mod tests;
