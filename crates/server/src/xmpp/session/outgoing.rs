//! One item on its way to one session.
//!
//! A stanza is turned into text once, however many sessions get it. What differs from session to session stands in
//! its first tag: the namespace on a WebSocket, and `to` for stanzas that go to full addresses. Both are inserted
//! when the text is copied into the socket's buffer.

use std::sync::Arc;

use crate::state::QueueId;

use crate::xmpp::session::Custody;

/// What a session writes.
#[derive(Clone, Debug)]
pub(in crate::xmpp) enum Item {
    /// A message, presence or IQ: counted by stream management.
    Stanza(Outgoing),
    /// Any other element, written as it is and forgotten when the socket is lost.
    Plain(String),
    /// `<enabled/>`: written as it is; stanzas after it are counted (XEP-0198 §3).
    Enabled(String),
}

/// A stanza for one session.
#[derive(Clone, Debug)]
pub(in crate::xmpp) struct Outgoing {
    /// The stanza without a namespace declaration in its first tag.
    pub(in crate::xmpp) text: Arc<str>,
    /// Whether the session's full address is to be inserted as `to`.
    pub(in crate::xmpp) to_resource: bool,
    /// The promise behind it; `None` for what is not worth keeping when the session ends.
    pub(in crate::xmpp) custody: Option<Arc<Custody>>,
}

impl Outgoing {
    /// A stanza that has its `to` and that nobody keeps: answers, errors, chat states.
    pub(in crate::xmpp) fn passing(text: String) -> Self {
        Self {
            text: text.into(),
            to_resource: false,
            custody: None,
        }
    }

    /// Appends the stanza as this session's socket wants it. `to` is the session's address, escaped.
    pub(in crate::xmpp) fn write(&self, with_namespace: bool, to: &str, out: &mut String) {
        let name_end = self.text.find([' ', '/', '>']).unwrap_or(self.text.len());
        let (head, rest) = self.text.split_at(name_end);
        out.push_str(head);
        if with_namespace {
            out.push_str(" xmlns=\"jabber:client\"");
        }
        if self.to_resource {
            out.push_str(" to=\"");
            out.push_str(to);
            out.push('"');
        }
        out.push_str(rest);
    }

    /// Its entry in the offline queue, if it has one.
    pub(in crate::xmpp) fn row(&self) -> Option<QueueId> {
        self.custody.as_ref().and_then(|custody| custody.row())
    }

    /// Bytes it takes in a queue, roughly.
    pub(in crate::xmpp) fn size(&self) -> usize {
        self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, to_resource: bool, with_namespace: bool) -> String {
        let mut out = String::new();
        Outgoing {
            text: text.into(),
            to_resource,
            custody: None,
        }
        .write(with_namespace, "7-21@localhost/r", &mut out);
        out
    }

    #[test]
    fn the_address_of_the_session_is_inserted_into_the_first_tag() {
        assert_eq!(
            written("<message id=\"a\"><body/></message>", true, false),
            "<message to=\"7-21@localhost/r\" id=\"a\"><body/></message>"
        );
        assert_eq!(
            written("<presence/>", true, false),
            "<presence to=\"7-21@localhost/r\"/>"
        );
    }

    #[test]
    fn a_websocket_gets_the_namespace_in_every_stanza() {
        assert_eq!(
            written("<iq type=\"result\"/>", false, true),
            "<iq xmlns=\"jabber:client\" type=\"result\"/>"
        );
        assert_eq!(
            written("<message>a</message>", false, false),
            "<message>a</message>"
        );
    }
}
