//! The platform's own `reactions`: somebody reacted to a message, or took a reaction back.
//!
//! Written by servers only; clients react over REST. The element has no namespace of its own.

use crate::ids::UserId;
use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::{boolean, required};
use crate::xml::Element;

/// Says how somebody's reactions to a message changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReactionChange {
    /// Whose reactions.
    pub user: UserId,
    /// Id of the message that they are about.
    pub message: String,
    /// Reactions that are new, usually one.
    pub added: Vec<String>,
    /// Reactions that are gone, usually one.
    pub removed: Vec<String>,
}

impl ReactionChange {
    /// Whether the element may be one, by its name and namespace.
    pub(crate) fn is_element(element: &Element) -> bool {
        element.name() == "reactions" && matches!(element.ns(), ns::CLIENT | "")
    }

    /// Reads a `reactions`. A `reaction` in it that says neither what nor whether is passed over.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        if !Self::is_element(element) {
            return Err(ParseError::UnexpectedElement);
        }
        let user = required(element, "user_id")?
            .trim()
            .parse()
            .map_err(|_| ParseError::InvalidAttribute("user_id"))?;
        let mut change = Self {
            user,
            message: required(element, "message_id")?,
            added: Vec::new(),
            removed: Vec::new(),
        };
        for child in element
            .elements()
            .filter(|child| child.name() == "reaction")
        {
            let Ok(kind) = required(child, "type") else {
                continue;
            };
            let is = |name| matches!(boolean(child, name), Ok(Some(true)));
            if is("add") {
                change.added.push(kind);
            } else if is("remove") {
                change.removed.push(kind);
            }
        }
        Ok(change)
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let element = Element::new("reactions", ns::CLIENT)
            .with_attr("user_id", self.user.to_string())
            .with_attr("message_id", self.message.as_str());
        let added = self.added.iter().map(|kind| ("add", kind));
        let removed = self.removed.iter().map(|kind| ("remove", kind));
        added
            .chain(removed)
            .fold(element, |element, (change, kind)| {
                element.with_child(
                    Element::new("reaction", ns::CLIENT)
                        .with_attr(change, "true")
                        .with_attr("type", kind.as_str()),
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use crate::ext::reactions::ReactionChange;
    use crate::ids::UserId;
    use crate::stanza::ParseError;
    use crate::xml::{Framing, example};

    fn change(added: &[&str], removed: &[&str]) -> ReactionChange {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        ReactionChange {
            user: UserId::new(89209).unwrap(),
            message: "5c094687e588ce59fff87425".to_owned(),
            added: texts(added),
            removed: texts(removed),
        }
    }

    #[test]
    fn a_change_reads_and_writes_who_what_and_the_message() {
        for (children, expected) in [
            (
                r#"<reaction add="true" type="👍"/><reaction remove="true" type="👎"/>"#,
                change(&["👍"], &["👎"]),
            ),
            (r#"<reaction add="true" type="❤️"/>"#, change(&["❤️"], &[])),
            (
                r#"<reaction remove="true" type="🚀"/>"#,
                change(&[], &["🚀"]),
            ),
        ] {
            let xml = format!(
                r#"<reactions xmlns="jabber:client" user_id="89209" message_id="5c094687e588ce59fff87425">{children}</reactions>"#
            );
            let element = example(&xml);
            assert_eq!(ReactionChange::from_element(&element), Ok(expected.clone()));
            assert_eq!(expected.to_element().to_xml(Framing::WebSocket), xml);
        }
    }

    #[test]
    fn reactions_that_say_nothing_are_passed_over() {
        let xml = r#"<reactions user_id="89209" message_id="5c094687e588ce59fff87425"><reaction add="true"/><reaction type="a"/>
            <reaction add="false" type="b"/><other add="true" type="c"/><reaction add="1" type="d"/></reactions>"#;
        assert_eq!(
            ReactionChange::from_element(&example(xml)),
            Ok(change(&["d"], &[]))
        );
    }

    #[test]
    fn a_change_of_nobody_or_of_no_message_is_rejected() {
        let check = |xml: &str, expected: ParseError| {
            assert_eq!(
                ReactionChange::from_element(&example(xml)),
                Err(expected),
                "{xml}"
            );
        };
        check(
            r#"<reactions message_id="a"/>"#,
            ParseError::MissingAttribute("user_id"),
        );
        check(
            r#"<reactions user_id="ann" message_id="a"/>"#,
            ParseError::InvalidAttribute("user_id"),
        );
        check(
            r#"<reactions user_id="1"/>"#,
            ParseError::MissingAttribute("message_id"),
        );
        // XEP-0444 has an element of the same name and another form.
        check(
            r#"<reactions xmlns="urn:xmpp:reactions:0" id="a"/>"#,
            ParseError::UnexpectedElement,
        );
    }
}
