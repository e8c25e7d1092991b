//! XEP-0199: XMPP Ping.

use crate::ns;
use crate::xml::Element;

/// The payload of a ping; the answer is empty.
pub fn ping() -> Element {
    Element::new("ping", ns::PING)
}

/// Whether the element is a ping.
pub fn is_ping(element: &Element) -> bool {
    element.is("ping", ns::PING)
}
