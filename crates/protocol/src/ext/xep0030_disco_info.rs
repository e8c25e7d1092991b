//! XEP-0030 §3: what an entity is and what it can do. The platform's own SDKs never ask; other XMPP clients do before
//! they use anything.

use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::{expect, required};
use crate::xml::Element;

/// What an entity is, in the terms of the XMPP registrar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscoIdentity {
    /// `server`, `conference`, `account`, …
    pub category: String,
    /// What of that category: `im`, `text`, `registered`, …
    pub kind: String,
    /// Its name for people, when it has one.
    pub name: Option<String>,
}

/// The payload of the question (without identities and features) and of its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiscoInfo {
    /// Which part of the entity is asked for.
    pub node: Option<String>,
    /// What it is; an answer has at least one.
    pub identities: Vec<DiscoIdentity>,
    /// What it can do: namespaces and other names of protocols.
    pub features: Vec<String>,
}

impl DiscoInfo {
    /// The question.
    pub const fn query() -> Self {
        Self {
            node: None,
            identities: Vec::new(),
            features: Vec::new(),
        }
    }

    /// The answer of an entity that is one thing.
    pub fn of(
        category: &str,
        kind: &str,
        name: Option<String>,
        features: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        Self {
            node: None,
            identities: vec![DiscoIdentity {
                category: category.to_owned(),
                kind: kind.to_owned(),
                name,
            }],
            features: features.into_iter().map(str::to_owned).collect(),
        }
    }

    /// Reads a `query`. Identities and features without their attributes are left out, so that one of them does not
    /// hide the others.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "query", ns::DISCO_INFO)?;
        let named = |name| {
            element
                .elements()
                .filter(move |child: &&Element| child.is(name, ns::DISCO_INFO))
        };
        Ok(Self {
            node: element.attr("node").map(str::to_owned),
            identities: named("identity")
                .filter_map(|identity| {
                    Some(DiscoIdentity {
                        category: required(identity, "category").ok()?,
                        kind: required(identity, "type").ok()?,
                        name: identity.attr("name").map(str::to_owned),
                    })
                })
                .collect(),
            features: named("feature")
                .filter_map(|feature| required(feature, "var").ok())
                .collect(),
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let query =
            Element::new("query", ns::DISCO_INFO).with_attr_opt("node", self.node.as_deref());
        let query = self.identities.iter().fold(query, |query, identity| {
            query.with_child(
                Element::new("identity", ns::DISCO_INFO)
                    .with_attr("category", identity.category.as_str())
                    .with_attr("type", identity.kind.as_str())
                    .with_attr_opt("name", identity.name.as_deref()),
            )
        });
        self.features.iter().fold(query, |query, feature| {
            query.with_child(
                Element::new("feature", ns::DISCO_INFO).with_attr("var", feature.as_str()),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::ext::xep0030_disco_info::DiscoInfo;
    use crate::stanza::ParseError;
    use crate::xml::{Framing, example};

    #[track_caller]
    fn check(xml: &str, info: &DiscoInfo) {
        assert_eq!(DiscoInfo::from_element(&example(xml)).as_ref(), Ok(info));
        assert_eq!(info.to_element().to_xml(Framing::Tcp), xml);
    }

    #[test]
    fn question_and_answer_read_and_write() {
        check(
            r#"<query xmlns="http://jabber.org/protocol/disco#info"/>"#,
            &DiscoInfo::query(),
        );
        check(
            r#"<query xmlns="http://jabber.org/protocol/disco#info"><identity category="conference" type="text" name="Friday &amp; co"/><feature var="http://jabber.org/protocol/muc"/><feature var="urn:xmpp:ping"/></query>"#,
            &DiscoInfo::of(
                "conference",
                "text",
                Some("Friday & co".to_owned()),
                ["http://jabber.org/protocol/muc", "urn:xmpp:ping"],
            ),
        );
        check(
            r#"<query xmlns="http://jabber.org/protocol/disco#info" node="urn:example:1"/>"#,
            &DiscoInfo {
                node: Some("urn:example:1".to_owned()),
                ..DiscoInfo::query()
            },
        );
    }

    #[test]
    fn what_lacks_its_attributes_does_not_hide_the_rest() {
        let info = DiscoInfo::from_element(&example(
            r#"<query xmlns="http://jabber.org/protocol/disco#info"><identity category="server"/><feature/><x var="a"/><identity category="server" type="im"/><feature var="b"/></query>"#,
        ))
        .unwrap();
        assert_eq!(info, DiscoInfo::of("server", "im", None, ["b"]));
    }

    #[test]
    fn other_queries_are_rejected() {
        for xml in [
            "<query/>",
            "<query xmlns='http://jabber.org/protocol/disco#items'/>",
            "<info xmlns='http://jabber.org/protocol/disco#info'/>",
        ] {
            assert_eq!(
                DiscoInfo::from_element(&example(xml)),
                Err(ParseError::UnexpectedElement),
                "{xml}"
            );
        }
    }
}
