//! XML namespaces, each with the specification it comes from.

/// RFC 6120: content of a client stream (messages, presences, IQs).
pub const CLIENT: &str = "jabber:client";
/// RFC 6120: the stream itself, its features and its errors.
pub const STREAM: &str = "http://etherx.jabber.org/streams";
/// RFC 7395: `<open/>` and `<close/>` of the WebSocket framing.
pub const FRAMING: &str = "urn:ietf:params:xml:ns:xmpp-framing";
/// RFC 6120 §5: STARTTLS negotiation.
pub const TLS: &str = "urn:ietf:params:xml:ns:xmpp-tls";
/// RFC 6120 §6: SASL negotiation.
pub const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
/// RFC 6120 §7: resource binding.
pub const BIND: &str = "urn:ietf:params:xml:ns:xmpp-bind";
/// RFC 3921 §3: session establishment, a no-op kept for old clients.
pub const SESSION: &str = "urn:ietf:params:xml:ns:xmpp-session";
/// RFC 6120 §4.9: conditions of stream errors.
pub const STREAM_ERRORS: &str = "urn:ietf:params:xml:ns:xmpp-streams";
/// RFC 6120 §8.3: conditions of stanza errors.
pub const STANZA_ERRORS: &str = "urn:ietf:params:xml:ns:xmpp-stanzas";
/// Namespaces in XML: what the `xml` prefix is always bound to.
pub const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// Namespaces in XML: what the `xmlns` prefix is always bound to.
pub const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
/// XEP-0085: Chat State Notifications.
pub const CHAT_STATES: &str = "http://jabber.org/protocol/chatstates";
/// XEP-0198: Stream Management.
pub const STREAM_MANAGEMENT: &str = "urn:xmpp:sm:3";
/// XEP-0199: XMPP Ping.
pub const PING: &str = "urn:xmpp:ping";
/// XEP-0203: Delayed Delivery.
pub const DELAY: &str = "urn:xmpp:delay";
/// XEP-0280: Message Carbons.
pub const CARBONS: &str = "urn:xmpp:carbons:2";
/// XEP-0297: Stanza Forwarding.
pub const FORWARD: &str = "urn:xmpp:forward:0";
/// XEP-0308: Last Message Correction.
pub const MESSAGE_CORRECT: &str = "urn:xmpp:message-correct:0";
/// XEP-0333: Chat Markers.
pub const CHAT_MARKERS: &str = "urn:xmpp:chat-markers:0";
/// The platform's own: a message deleted for everyone.
pub const MESSAGE_DELETE: &str = "urn:xmpp:message-delete:0";
/// Tigase: active and inactive sessions, offered by the live service.
pub const MOBILE: &str = "http://tigase.org/protocol/mobile#v2";
/// XEP-0012: Last Activity.
pub const LAST_ACTIVITY: &str = "jabber:iq:last";
/// XEP-0016: Privacy Lists.
pub const PRIVACY: &str = "jabber:iq:privacy";
/// XEP-0030: what an entity is and can do.
pub const DISCO_INFO: &str = "http://jabber.org/protocol/disco#info";
/// XEP-0030: the items of an entity; the platform asks rooms for who is in them.
pub const DISCO_ITEMS: &str = "http://jabber.org/protocol/disco#items";
/// XEP-0045: what a person says to a room when joining.
pub const MUC: &str = "http://jabber.org/protocol/muc";
/// XEP-0045: what a room says about its occupants.
pub const MUC_USER: &str = "http://jabber.org/protocol/muc#user";
/// Our own: an element that only the official SDK needs, see [`crate::ext::xep0045_muc`].
pub const SDK_COMPAT: &str = "urn:cubist:sdk-compat:0";
/// The platform's own: being told when a person comes and goes.
pub const STATUS_STREAMING: &str = "https://connectycube.com/protocol/status_streaming";
