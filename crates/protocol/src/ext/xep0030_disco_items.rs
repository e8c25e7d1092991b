//! XEP-0030 §4: the items of an entity. XEP-0045 §6.5 uses it for who is in a room
//! (guide: "muc.listOnlineUsers"), the only use that the platform makes of it.

use crate::ids::UserId;
use crate::jid::Jid;
use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::{expect, read_jid};
use crate::xml::Element;

/// One item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscoItem {
    /// Its address; `{room}/{user}` for an occupant.
    pub jid: Jid,
    /// Its name for people, when it has one.
    pub name: Option<String>,
    /// Which part of the entity it is, when it is no entity of its own.
    pub node: Option<String>,
}

/// The payload of the question (without items) and of its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiscoItems {
    /// Which part of the entity is asked for.
    pub node: Option<String>,
    /// The items, in order; none in a question.
    pub items: Vec<DiscoItem>,
}

impl DiscoItems {
    /// The question.
    pub const fn query() -> Self {
        Self {
            node: None,
            items: Vec::new(),
        }
    }

    /// The answer with the addresses of occupants.
    pub fn of(occupants: impl IntoIterator<Item = Jid>) -> Self {
        let items = occupants.into_iter().map(|jid| DiscoItem {
            jid,
            name: None,
            node: None,
        });
        Self {
            node: None,
            items: items.collect(),
        }
    }

    /// The people among the items, for the answer of a room; what is no occupant is left out.
    pub fn occupants(&self) -> impl Iterator<Item = UserId> {
        self.items
            .iter()
            .filter_map(|item| item.jid.occupant_user_id())
    }

    /// Reads a `query`. Items without a possible address are left out, so that one of them does not
    /// hide the others.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "query", ns::DISCO_ITEMS)?;
        let text = |element: &Element, name: &str| element.attr(name).map(str::to_owned);
        let items = element
            .elements()
            .filter(|child| child.is("item", ns::DISCO_ITEMS));
        Ok(Self {
            node: text(element, "node"),
            items: items
                .filter_map(|item| {
                    Some(DiscoItem {
                        jid: read_jid(item, "jid").ok()??,
                        name: text(item, "name"),
                        node: text(item, "node"),
                    })
                })
                .collect(),
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let query =
            Element::new("query", ns::DISCO_ITEMS).with_attr_opt("node", self.node.as_deref());
        self.items.iter().fold(query, |query, item| {
            query.with_child(
                Element::new("item", ns::DISCO_ITEMS)
                    .with_attr("jid", item.jid.to_string())
                    .with_attr_opt("name", item.name.as_deref())
                    .with_attr_opt("node", item.node.as_deref()),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::ext::xep0030_disco_items::{DiscoItem, DiscoItems};
    use crate::ids::UserId;
    use crate::stanza::ParseError;
    use crate::xml::{Framing, example};

    #[track_caller]
    fn check(xml: &str, items: &DiscoItems) {
        assert_eq!(DiscoItems::from_element(&example(xml)).as_ref(), Ok(items));
        assert_eq!(items.to_element().to_xml(Framing::Tcp), xml);
    }

    #[test]
    fn the_question_and_the_answer_of_a_room_read_and_write() {
        check(
            r#"<query xmlns="http://jabber.org/protocol/disco#items"/>"#,
            &DiscoItems::query(),
        );
        let room = "21_5356c64ab35c12bd3b108a41@muc.localhost";
        let occupants = DiscoItems::of([
            format!("{room}/78").parse().unwrap(),
            format!("{room}/4448514").parse().unwrap(),
        ]);
        check(
            &format!(
                r#"<query xmlns="http://jabber.org/protocol/disco#items"><item jid="{room}/78"/><item jid="{room}/4448514"/></query>"#
            ),
            &occupants,
        );
        assert_eq!(
            occupants.occupants().map(UserId::get).collect::<Vec<_>>(),
            [78, 4_448_514]
        );
    }

    #[test]
    fn names_and_nodes_are_kept() {
        check(
            r#"<query xmlns="http://jabber.org/protocol/disco#items" node="a"><item jid="muc.localhost" name="Rooms" node="b"/></query>"#,
            &DiscoItems {
                node: Some("a".to_owned()),
                items: vec![DiscoItem {
                    jid: "muc.localhost".parse().unwrap(),
                    name: Some("Rooms".to_owned()),
                    node: Some("b".to_owned()),
                }],
            },
        );
    }

    #[test]
    fn an_item_without_address_does_not_hide_the_others() {
        let items = DiscoItems::from_element(&example(
            r#"<query xmlns="http://jabber.org/protocol/disco#items"><item/><item jid="@"/><x jid="a"/><item jid="muc.localhost"/></query>"#,
        ))
        .unwrap();
        assert_eq!(items.items.len(), 1);
        assert_eq!(items.occupants().count(), 0, "a service is no occupant");
    }

    #[test]
    fn other_queries_are_rejected() {
        for xml in [
            "<query/>",
            "<query xmlns='http://jabber.org/protocol/disco#info'/>",
            "<items xmlns='http://jabber.org/protocol/disco#items'/>",
        ] {
            assert_eq!(
                DiscoItems::from_element(&example(xml)),
                Err(ParseError::UnexpectedElement),
                "{xml}"
            );
        }
    }
}
