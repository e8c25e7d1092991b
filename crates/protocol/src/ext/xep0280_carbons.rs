//! XEP-0280: Message Carbons, with the wrapping of XEP-0297.

use crate::ext::xep0203_delay::Delay;
use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::expect;
use crate::stanza::message::Message;
use crate::xml::Element;

/// The payload of an IQ that turns carbons on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarbonsSwitch {
    /// From now on.
    Enable,
    /// No longer.
    Disable,
}

impl CarbonsSwitch {
    /// Reads `enable` or `disable`.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        match (element.name(), element.ns()) {
            ("enable", ns::CARBONS) => Ok(Self::Enable),
            ("disable", ns::CARBONS) => Ok(Self::Disable),
            _ => Err(ParseError::UnexpectedElement),
        }
    }

    /// The element to write.
    pub fn to_element(self) -> Element {
        let name = match self {
            Self::Enable => "enable",
            Self::Disable => "disable",
        };
        Element::new(name, ns::CARBONS)
    }
}

/// Which way the copied message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarbonDirection {
    /// Another resource of the user sent it.
    Sent,
    /// Another resource of the user received it. The official SDK misreads this one: never send it.
    Received,
}

/// A copy of a message of another resource of the same user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carbon {
    /// Which way it went.
    pub direction: CarbonDirection,
    /// XEP-0297: when it went, if the server says so.
    pub delay: Option<Delay>,
    /// The message itself.
    pub message: Box<Message>,
}

impl Carbon {
    /// Reads `sent` or `received` with the message in it.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        let direction = match (element.name(), element.ns()) {
            ("sent", ns::CARBONS) => CarbonDirection::Sent,
            ("received", ns::CARBONS) => CarbonDirection::Received,
            _ => return Err(ParseError::UnexpectedElement),
        };
        let forwarded = element
            .child("forwarded", ns::FORWARD)
            .ok_or(ParseError::MissingChild("forwarded"))?;
        expect(forwarded, "forwarded", ns::FORWARD)?;
        let message = forwarded
            .child("message", ns::CLIENT)
            .ok_or(ParseError::MissingChild("message"))?;
        Ok(Self {
            direction,
            delay: forwarded
                .child("delay", ns::DELAY)
                .map(Delay::from_element)
                .transpose()?,
            message: Box::new(Message::from_element(message.clone())?),
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let name = match self.direction {
            CarbonDirection::Sent => "sent",
            CarbonDirection::Received => "received",
        };
        let mut forwarded = Element::new("forwarded", ns::FORWARD);
        if let Some(delay) = &self.delay {
            forwarded.push(delay.to_element());
        }
        forwarded.push(self.message.to_element());
        Element::new(name, ns::CARBONS).with_child(forwarded)
    }
}

#[cfg(test)]
mod tests {
    use crate::ext::xep0280_carbons::{Carbon, CarbonDirection, CarbonsSwitch};
    use crate::stanza::ParseError;
    use crate::xml::{Framing, example};

    #[test]
    fn both_directions_read_and_write_the_message_and_its_delay() {
        for (name, direction) in [
            ("sent", CarbonDirection::Sent),
            ("received", CarbonDirection::Received),
        ] {
            let xml = format!(
                r#"<{name} xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><delay xmlns="urn:xmpp:delay" stamp="2018-12-06T12:04:48Z"/><message xmlns="jabber:client" type="chat"><body>x</body></message></forwarded></{name}>"#
            );
            let carbon = Carbon::from_element(&example(&xml)).unwrap();
            assert_eq!(carbon.direction, direction);
            assert_eq!(carbon.message.body.as_deref(), Some("x"));
            assert_eq!(carbon.to_element().to_xml(Framing::Tcp), xml);
        }
    }

    #[test]
    fn the_switch_reads_and_writes_both_positions() {
        for (name, switch) in [
            ("enable", CarbonsSwitch::Enable),
            ("disable", CarbonsSwitch::Disable),
        ] {
            let xml = format!(r#"<{name} xmlns="urn:xmpp:carbons:2"/>"#);
            assert_eq!(CarbonsSwitch::from_element(&example(&xml)), Ok(switch));
            assert_eq!(switch.to_element().to_xml(Framing::Tcp), xml);
        }
        let stream_management = example(r#"<enable xmlns="urn:xmpp:sm:3"/>"#);
        assert_eq!(
            CarbonsSwitch::from_element(&stream_management),
            Err(ParseError::UnexpectedElement)
        );
    }

    #[test]
    fn a_carbon_without_a_message_is_rejected() {
        let check = |xml: &str, expected: ParseError| {
            assert_eq!(Carbon::from_element(&example(xml)), Err(expected), "{xml}");
        };
        check("<sent/>", ParseError::UnexpectedElement);
        check(
            r#"<sent xmlns="urn:xmpp:carbons:2"/>"#,
            ParseError::MissingChild("forwarded"),
        );
        check(
            r#"<sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"/></sent>"#,
            ParseError::MissingChild("message"),
        );
        check(
            r#"<sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" to="@"/></forwarded></sent>"#,
            ParseError::InvalidAttribute("to"),
        );
    }
}
