//! Call signalling: headlines of a channel of their own, relayed by the platform untouched.
//!
//! Only as much is read as it takes to tell somebody that they were called.

use crate::stanza::{Message, MessageKind};

/// Names the channel within headlines; system messages have another one.
const MODULE: (&str, &str) = ("moduleIdentifier", "WebRTCVideoChat");

/// What a signal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Somebody calls. Apps repeat it until it is answered.
    Call,
    /// Everything else: answers, candidates, the end.
    Other,
}

/// One signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSignal {
    /// What it is about.
    pub signal: Signal,
    /// Names the call; the same in all of its signals.
    pub session: String,
    /// Whether there is a picture to it.
    pub video: bool,
}

impl CallSignal {
    /// Reads a headline of this channel; `None` for all other messages.
    pub fn from_message(message: &Message) -> Option<Self> {
        /// The value of `callType` without a picture; with one it is 1.
        const AUDIO: &str = "2";
        let params = message.extra.as_ref()?;
        let is_signal = message.kind == MessageKind::Headline
            && params.text(MODULE.0).as_deref() == Some(MODULE.1);
        if !is_signal {
            return None;
        }
        Some(Self {
            signal: match params.text("signalType").as_deref() {
                Some("call") => Signal::Call,
                _ => Signal::Other,
            },
            session: params.text("sessionID").unwrap_or_default(),
            video: params.text("callType").as_deref() != Some(AUDIO),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{CallSignal, Signal};
    use crate::stanza::{Message, Stanza};
    use crate::xml::{Limits, read_frame};

    fn headline(params: &str) -> Message {
        let xml = format!(
            r#"<message xmlns="jabber:client" type="headline" from="2-21@localhost/x" to="1-21@localhost"><extraParams xmlns="jabber:client">{params}</extraParams></message>"#
        );
        let element = read_frame(&xml, &Limits::default()).unwrap().remove(0);
        let stanza = Stanza::from_element(element).unwrap();
        let Stanza::Message(message) = stanza else {
            panic!("{stanza:?}");
        };
        *message
    }

    #[test]
    fn a_call_is_told_from_the_signals_around_it() {
        let signal = |kind: &str, more: &str| {
            CallSignal::from_message(&headline(&format!(
                "<moduleIdentifier>WebRTCVideoChat</moduleIdentifier><signalType>{kind}</signalType>\
                 <sessionID>s1</sessionID>{more}"
            )))
        };
        let call = |video| CallSignal {
            signal: Signal::Call,
            session: "s1".to_owned(),
            video,
        };
        assert_eq!(signal("call", "<callType>1</callType>"), Some(call(true)));
        assert_eq!(signal("call", "<callType>2</callType>"), Some(call(false)));
        assert_eq!(signal("hangUp", "").unwrap().signal, Signal::Other);
    }

    #[test]
    fn system_messages_are_no_signals() {
        let said = headline("<moduleIdentifier>SystemNotifications</moduleIdentifier>");
        assert_eq!(CallSignal::from_message(&said), None);
    }
}
