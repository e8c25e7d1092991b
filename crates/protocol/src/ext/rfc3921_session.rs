//! RFC 3921 §3: session establishment. Offered for old clients; establishing one does nothing.

use crate::ns;
use crate::xml::Element;

/// The payload of the request, and the feature.
pub fn session() -> Element {
    Element::new("session", ns::SESSION)
}

/// Whether the element is that payload.
pub fn is_session(element: &Element) -> bool {
    element.is("session", ns::SESSION)
}
