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
