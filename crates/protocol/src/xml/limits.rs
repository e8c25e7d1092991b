//! How much a peer may ask this side to hold.

/// Bounds on one stanza; beyond them reading ends with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Elements within one another, the stanza itself being the first.
    pub max_depth: usize,
    /// Attributes on one element, namespace declarations included.
    pub max_attributes: usize,
    /// Bytes of one stanza as it stands on the wire, or of one WebSocket frame.
    pub max_stanza_bytes: usize,
}

impl Default for Limits {
    /// Depth 32: a forwarded message with nested parameters needs about ten. 64 attributes: an
    /// attachment has about ten. 256 KiB: the common default of servers for authenticated clients.
    fn default() -> Self {
        Self {
            max_depth: 32,
            max_attributes: 64,
            max_stanza_bytes: 256 * 1024,
        }
    }
}
