//! `http://tigase.org/protocol/mobile#v2`: active and inactive sessions (guide: "Mark a client as active/inactive").
//!
//! An inactive session still gets everything; the platform only begins to send pushes to its user.

use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::{boolean, expect};
use crate::xml::Element;

/// The payload of an IQ that says whether the person looks at this session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MobileSwitch {
    /// Someone looks: `enable="false"`, since it is the saving that is enabled or not.
    Active,
    /// No one looks: `enable="true"`.
    Inactive,
}

impl MobileSwitch {
    /// Reads a `mobile`.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "mobile", ns::MOBILE)?;
        match boolean(element, "enable")? {
            Some(true) => Ok(Self::Inactive),
            Some(false) => Ok(Self::Active),
            None => Err(ParseError::MissingAttribute("enable")),
        }
    }

    /// The element to write.
    pub fn to_element(self) -> Element {
        let is_saving = match self {
            Self::Active => "false",
            Self::Inactive => "true",
        };
        Element::new("mobile", ns::MOBILE).with_attr("enable", is_saving)
    }
}

#[cfg(test)]
mod tests {
    use crate::ext::tigase_mobile::MobileSwitch;
    use crate::stanza::ParseError;
    use crate::xml::{Framing, example};

    #[test]
    fn enabling_the_saving_is_being_inactive() {
        for (enable, switch) in [
            ("true", MobileSwitch::Inactive),
            ("false", MobileSwitch::Active),
        ] {
            let xml = format!(
                r#"<mobile xmlns="http://tigase.org/protocol/mobile#v2" enable="{enable}"/>"#
            );
            assert_eq!(MobileSwitch::from_element(&example(&xml)), Ok(switch));
            assert_eq!(switch.to_element().to_xml(Framing::Tcp), xml);
        }
    }

    #[test]
    fn a_switch_in_no_position_is_rejected() {
        let check = |xml: &str, expected: ParseError| {
            assert_eq!(
                MobileSwitch::from_element(&example(xml)),
                Err(expected),
                "{xml}"
            );
        };
        check("<mobile enable='true'/>", ParseError::UnexpectedElement);
        check(
            "<mobile xmlns='http://tigase.org/protocol/mobile#v2'/>",
            ParseError::MissingAttribute("enable"),
        );
        check(
            "<mobile xmlns='http://tigase.org/protocol/mobile#v2' enable='maybe'/>",
            ParseError::InvalidAttribute("enable"),
        );
    }
}
