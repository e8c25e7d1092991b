//! Messages to text and back, with what the backend adds on the way.

use cubist_protocol::ext::extra_params::ExtraParams;
use cubist_protocol::ext::xep0203_delay::Delay;
use cubist_protocol::ext::xep0280_carbons::{Carbon, CarbonDirection};
use cubist_protocol::ids::{DialogId, MessageId};
use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::{Message, StanzaError, error_reply_to};
use cubist_protocol::timestamp::UnixMillis;
use cubist_protocol::xml::{Element, Framing, Limits, Node, read_frame};

use crate::xmpp::names::Names;

/// For reading back what this backend wrote itself: nothing it accepted is too large.
const OWN_LIMITS: Limits = Limits {
    max_depth: 256,
    max_attributes: 4096,
    max_stanza_bytes: usize::MAX,
};

/// The stanza as sessions and the offline queue keep it: without a namespace in its first tag.
pub(super) fn text(message: &Message) -> String {
    message.to_xml(Framing::Tcp)
}

/// The message with everything the backend vouches for: its dialog, its id in the history and its time.
///
/// The sender's own parameters keep their places and their order; a date that the sender gave in another form (the
/// mobile SDKs send milliseconds) stays as it is if it means the same second.
pub(super) fn complete(
    message: &Message,
    dialog: DialogId,
    id: MessageId,
    date_sent: i64,
) -> Message {
    let mut message = message.clone();
    if message.id.as_deref().is_none_or(str::is_empty) {
        message.id = Some(id.to_string());
    }
    let extra = message.extra.get_or_insert_with(ExtraParams::new);
    if extra.date_sent().map(UnixMillis::seconds) != Some(date_sent) {
        extra.set_date_sent(UnixMillis::from_seconds(date_sent));
    }
    if extra.dialog_id() != Some(dialog) {
        extra.set_dialog_id(dialog);
    }
    if extra.message_id() != Some(id) {
        extra.set_message_id(id);
    }
    message
}

/// XEP-0280: the copy of an own message for the sender's other devices, to be addressed to each of them.
pub(super) fn sent_carbon(message: &Message, own_bare: Jid) -> String {
    let carbon = Carbon {
        direction: CarbonDirection::Sent,
        delay: None,
        message: Box::new(message.clone()),
    };
    text(&Message {
        from: Some(own_bare),
        kind: message.kind,
        carbon: Some(carbon),
        ..Message::default()
    })
}

/// A queued stanza as it is delivered late (XEP-0203), and whether it still needs its `to`. `None` for what cannot
/// be read, which nothing that this backend queued can be.
pub(super) fn delayed(queued: &str, at: i64, names: &Names) -> Option<(String, bool)> {
    let mut stanza = read_frame(queued, &OWN_LIMITS).ok()?.pop()?;
    if stanza.child("delay", cubist_protocol::ns::DELAY).is_none() {
        let delay = Delay {
            from: Some(names.server()),
            stamp: UnixMillis::from_seconds(at),
            reason: None,
        };
        stanza.push(delay.to_element());
    }
    let needs_to = stanza.attr("to").is_none();
    Some((stanza.to_xml(Framing::Tcp), needs_to))
}

/// A stanza of this backend's making as an element again, for sessions inside the process.
pub(super) fn parse(stanza: &str) -> Option<Element> {
    read_frame(stanza, &OWN_LIMITS).ok()?.pop()
}

/// The answer to a stanza of which no more than the element is known; `None` if it must not be answered.
pub(super) fn refusal(request: &Element, error: &StanzaError) -> Option<String> {
    error_reply_to(request, error).map(|reply| reply.to_xml(Framing::Tcp))
}

/// The element without its children.
pub(super) fn head(element: &Element) -> Element {
    let mut head = Element::new(element.name(), element.ns());
    for attribute in element.attributes() {
        head.set_attr_ns(&attribute.name, &attribute.ns, attribute.value.as_str());
    }
    head
}

/// Bytes the element holds, roughly as many as it takes on the wire.
pub(super) fn weight(element: &Element) -> usize {
    let attributes: usize = element
        .attributes()
        .iter()
        .map(|a| a.name.len() + a.value.len() + 4)
        .sum();
    let children: usize = element
        .children()
        .iter()
        .map(|node| match node {
            Node::Text(text) => text.len(),
            Node::Element(child) => weight(child),
        })
        .sum();
    element.name().len() * 2 + 5 + attributes + children
}

#[cfg(test)]
mod tests {
    use cubist_protocol::ids::AppId;
    use cubist_protocol::stanza::MessageKind;

    use super::*;

    fn message(xml: &str) -> Message {
        Message::from_element(parse(xml).unwrap()).unwrap()
    }

    fn completed(xml: &str) -> String {
        let dialog = "5356c64ab35c12bd3b108a41".parse().unwrap();
        let id = "6b03030b76f1960a4c000000".parse().unwrap();
        text(&complete(&message(xml), dialog, id, 1_643_634_366))
    }

    #[test]
    fn dialog_date_and_id_are_added_behind_the_senders_parameters() {
        assert_eq!(
            completed(
                "<message id=\"x\"><body>a</body><extraParams><save_to_history>1</save_to_history><k>v</k></extraParams></message>"
            ),
            "<message id=\"x\"><body>a</body><extraParams><save_to_history>1</save_to_history><k>v</k>\
             <date_sent>1643634366</date_sent><dialog_id>5356c64ab35c12bd3b108a41</dialog_id>\
             <message_id>6b03030b76f1960a4c000000</message_id></extraParams></message>"
        );
    }

    #[test]
    fn a_date_in_milliseconds_stays_as_the_sender_wrote_it() {
        let xml = completed(
            "<message><extraParams><date_sent>1643634366123</date_sent></extraParams></message>",
        );
        assert!(
            xml.contains("<date_sent>1643634366123</date_sent>"),
            "{xml}"
        );
    }

    #[test]
    fn claims_of_another_dialog_or_message_id_are_corrected_in_place() {
        let xml = completed(
            "<message id=\"x\"><extraParams><dialog_id>aaaaaaaaaaaaaaaaaaaaaaaa</dialog_id><a>1</a>\
             <message_id>bbbbbbbbbbbbbbbbbbbbbbbb</message_id></extraParams></message>",
        );
        assert_eq!(
            xml,
            "<message id=\"x\"><extraParams><dialog_id>5356c64ab35c12bd3b108a41</dialog_id><a>1</a>\
             <message_id>6b03030b76f1960a4c000000</message_id><date_sent>1643634366</date_sent></extraParams></message>"
        );
    }

    #[test]
    fn a_message_without_id_gets_the_one_of_the_history() {
        assert!(completed("<message/>").starts_with("<message id=\"6b03030b76f1960a4c000000\">"));
    }

    #[test]
    fn a_carbon_wraps_the_message_with_its_own_namespace() {
        let inner = Message {
            kind: MessageKind::Chat,
            id: Some("b5".into()),
            body: Some("hi".into()),
            ..Message::default()
        };
        assert_eq!(
            sent_carbon(&inner, "100-21@localhost".parse().unwrap()),
            "<message type=\"chat\" from=\"100-21@localhost\"><sent xmlns=\"urn:xmpp:carbons:2\">\
             <forwarded xmlns=\"urn:xmpp:forward:0\"><message xmlns=\"jabber:client\" type=\"chat\" id=\"b5\">\
             <body>hi</body></message></forwarded></sent></message>"
        );
    }

    #[test]
    fn a_queued_stanza_is_stamped_once() {
        let names = Names::new("localhost", "muc.localhost", AppId::new(21).unwrap()).unwrap();
        let (late, needs_to) = delayed(
            "<message to=\"7-21@localhost\"><body>a</body></message>",
            0,
            &names,
        )
        .unwrap();
        assert_eq!(
            late,
            "<message to=\"7-21@localhost\"><body>a</body>\
             <delay xmlns=\"urn:xmpp:delay\" from=\"localhost\" stamp=\"1970-01-01T00:00:00Z\"/></message>"
        );
        assert!(!needs_to);
        assert_eq!(delayed(&late, 99, &names).unwrap().0, late);
        assert!(delayed("<message/>", 0, &names).unwrap().1);
    }
}
