//! The platform's `status_streaming`: being told when a person comes and goes (guide: "Last activity").
//!
//! The answer to the request is empty. What follows are [`crate::ext::xep0012_last_activity`] IQs from
//! the person: 0 seconds when they come, the seconds since when they have gone.

use crate::jid::Jid;
use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::{boolean, expect, read_jid};
use crate::xml::Element;

/// The payload of an IQ that begins or ends a subscription; it ends with the connection, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusSubscription {
    /// The bare address of the person.
    pub user: Jid,
    /// Whether to begin (`true`) or to end.
    pub enable: bool,
}

impl StatusSubscription {
    /// Reads a `subscribe`.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "subscribe", ns::STATUS_STREAMING)?;
        Ok(Self {
            user: read_jid(element, "user_jid")?.ok_or(ParseError::MissingAttribute("user_jid"))?,
            enable: boolean(element, "enable")?.ok_or(ParseError::MissingAttribute("enable"))?,
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        Element::new("subscribe", ns::STATUS_STREAMING)
            .with_attr("user_jid", self.user.to_string())
            .with_attr("enable", self.enable.to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::ext::status_streaming::StatusSubscription;
    use crate::stanza::ParseError;
    use crate::xml::{Framing, example};

    #[test]
    fn a_subscription_and_its_end_read_and_write() {
        for enable in [true, false] {
            let xml = format!(
                r#"<subscribe xmlns="https://connectycube.com/protocol/status_streaming" user_jid="123234-21@localhost" enable="{enable}"/>"#
            );
            let subscription = StatusSubscription {
                user: "123234-21@localhost".parse().unwrap(),
                enable,
            };
            assert_eq!(
                StatusSubscription::from_element(&example(&xml)).as_ref(),
                Ok(&subscription)
            );
            assert_eq!(subscription.to_element().to_xml(Framing::Tcp), xml);
        }
    }

    #[test]
    fn a_subscription_to_nobody_is_rejected() {
        const NS: &str = "https://connectycube.com/protocol/status_streaming";
        let check = |xml: &str, expected: ParseError| {
            assert_eq!(
                StatusSubscription::from_element(&example(xml)),
                Err(expected),
                "{xml}"
            );
        };
        check(
            "<subscribe user_jid='1-21@localhost' enable='true'/>",
            ParseError::UnexpectedElement,
        );
        check(
            &format!("<subscribe xmlns='{NS}' enable='true'/>"),
            ParseError::MissingAttribute("user_jid"),
        );
        check(
            &format!("<subscribe xmlns='{NS}' user_jid='@' enable='true'/>"),
            ParseError::InvalidAttribute("user_jid"),
        );
        check(
            &format!("<subscribe xmlns='{NS}' user_jid='1-21@localhost'/>"),
            ParseError::MissingAttribute("enable"),
        );
        check(
            &format!("<subscribe xmlns='{NS}' user_jid='1-21@localhost' enable='2'/>"),
            ParseError::InvalidAttribute("enable"),
        );
    }
}
