//! XEP-0012: Last Activity (guide: "Last activity").
//!
//! The platform answers 0 seconds for a person who is here. It also pushes the answer, unasked, to those
//! who subscribed with [`crate::ext::status_streaming`].

use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::expect;
use crate::xml::Element;

/// The payload of the question, of its answer, and of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastActivity {
    /// When was the addressee last here?
    Query,
    /// The sender was last here that long ago.
    Answer {
        /// Seconds since then; 0 for "now".
        seconds: u64,
        /// The last words left (XEP-0012 §4); the platform has none.
        status: Option<String>,
    },
}

impl LastActivity {
    /// An answer without words.
    pub const fn seconds_ago(seconds: u64) -> Self {
        Self::Answer {
            seconds,
            status: None,
        }
    }

    /// Reads a `query`; one with `seconds` is an answer.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "query", ns::LAST_ACTIVITY)?;
        match element.attr("seconds") {
            None => Ok(Self::Query),
            Some(text) => Ok(Self::Answer {
                seconds: text
                    .trim()
                    .parse()
                    .map_err(|_| ParseError::InvalidAttribute("seconds"))?,
                status: Some(element.text()).filter(|text| !text.is_empty()),
            }),
        }
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let query = Element::new("query", ns::LAST_ACTIVITY);
        match self {
            Self::Query => query,
            Self::Answer { seconds, status } => query
                .with_attr("seconds", seconds.to_string())
                .with_text(status.as_deref().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ext::xep0012_last_activity::LastActivity;
    use crate::stanza::ParseError;
    use crate::xml::{Framing, example};

    #[test]
    fn questions_and_answers_read_and_write() {
        let check = |xml: &str, activity: &LastActivity| {
            assert_eq!(
                LastActivity::from_element(&example(xml)).as_ref(),
                Ok(activity)
            );
            assert_eq!(activity.to_element().to_xml(Framing::Tcp), xml);
        };
        check(r#"<query xmlns="jabber:iq:last"/>"#, &LastActivity::Query);
        check(
            r#"<query xmlns="jabber:iq:last" seconds="903"/>"#,
            &LastActivity::seconds_ago(903),
        );
        check(
            r#"<query xmlns="jabber:iq:last" seconds="0"/>"#,
            &LastActivity::seconds_ago(0),
        );
        check(
            r#"<query xmlns="jabber:iq:last" seconds="77">Heading home</query>"#,
            &LastActivity::Answer {
                seconds: 77,
                status: Some("Heading home".to_owned()),
            },
        );
    }

    #[test]
    fn impossible_times_are_rejected() {
        let check = |xml: &str, expected: ParseError| {
            assert_eq!(
                LastActivity::from_element(&example(xml)),
                Err(expected),
                "{xml}"
            );
        };
        check("<query seconds='1'/>", ParseError::UnexpectedElement);
        check(
            "<last xmlns='jabber:iq:last'/>",
            ParseError::UnexpectedElement,
        );
        for seconds in ["", "-1", "soon", "1.5", "99999999999999999999"] {
            check(
                &format!("<query xmlns='jabber:iq:last' seconds='{seconds}'/>"),
                ParseError::InvalidAttribute("seconds"),
            );
        }
    }
}
