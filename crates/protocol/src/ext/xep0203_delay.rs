//! XEP-0203: Delayed Delivery.

use crate::jid::Jid;
use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::{expect, read_jid, required};
use crate::timestamp::UnixMillis;
use crate::xml::Element;

/// Says that a stanza was kept for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delay {
    /// Who kept it.
    pub from: Option<Jid>,
    /// When it was really sent; written with whole seconds.
    pub stamp: UnixMillis,
    /// Why, in words; usually absent.
    pub reason: Option<String>,
}

impl Delay {
    /// Reads a `delay`.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "delay", ns::DELAY)?;
        let stamp = required(element, "stamp")?;
        Ok(Self {
            from: read_jid(element, "from")?,
            stamp: UnixMillis::from_iso8601(&stamp).ok_or(ParseError::InvalidAttribute("stamp"))?,
            reason: Some(element.text()).filter(|text| !text.is_empty()),
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        Element::new("delay", ns::DELAY)
            .with_attr_opt("from", self.from.as_ref().map(ToString::to_string))
            .with_attr("stamp", self.stamp.to_iso8601())
            .with_text(self.reason.as_deref().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use crate::ext::xep0203_delay::Delay;
    use crate::stanza::ParseError;
    use crate::timestamp::UnixMillis;
    use crate::xml::{Framing, example};

    #[test]
    fn a_delay_reads_and_writes_its_time() {
        let xml = r#"<delay xmlns="urn:xmpp:delay" stamp="2018-12-06T12:04:48Z"/>"#;
        let delay = Delay {
            from: None,
            stamp: UnixMillis(1_544_097_888_000),
            reason: None,
        };
        assert_eq!(Delay::from_element(&example(xml)).as_ref(), Ok(&delay));
        assert_eq!(delay.to_element().to_xml(Framing::Tcp), xml);
    }

    #[test]
    fn a_fraction_is_read_and_not_written() {
        let xml = r#"<delay xmlns="urn:xmpp:delay" stamp="2018-12-06T12:04:48.987Z"/>"#;
        let delay = Delay::from_element(&example(xml)).unwrap();
        assert_eq!(delay.stamp, UnixMillis(1_544_097_888_987));
        assert!(
            delay
                .to_element()
                .to_xml(Framing::Tcp)
                .contains(r#"stamp="2018-12-06T12:04:48Z""#)
        );
    }

    #[test]
    fn a_delay_without_time_is_rejected() {
        let check = |xml: &str, expected: ParseError| {
            assert_eq!(Delay::from_element(&example(xml)), Err(expected), "{xml}");
        };
        check(
            r#"<x xmlns="urn:xmpp:delay"/>"#,
            ParseError::UnexpectedElement,
        );
        check(
            r#"<delay xmlns="urn:xmpp:delay"/>"#,
            ParseError::MissingAttribute("stamp"),
        );
        check(
            r#"<delay xmlns="urn:xmpp:delay" stamp="soon"/>"#,
            ParseError::InvalidAttribute("stamp"),
        );
        check(
            r#"<delay xmlns="urn:xmpp:delay" stamp="2018-12-06T12:04:48Z" from="a@"/>"#,
            ParseError::InvalidAttribute("from"),
        );
    }
}
