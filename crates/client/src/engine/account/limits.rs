//! What the platform takes, checked before it is asked: the person is told at once, and nothing is
//! half done.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::model::Field;

/// Rows of one page; the limit of the API.
pub(super) const PAGE: u32 = 100;

/// Characters of a dialog's name.
const NAME: usize = 200;

/// Characters of a description, and of the value of a field.
const TEXT: usize = 1_000;

/// Fields of the application's own per dialog.
const FIELDS: u32 = 3;

/// Admins of a dialog, the owner not counted.
pub(super) const ADMINS: u32 = 5;

/// Characters of a folder's name; a chip shows no more.
const FOLDER: usize = 50;

/// A name without white space around it.
pub(super) fn name(name: &str) -> Result<String, Error> {
    text(name, 1..=NAME, "name")
}

/// A description; an empty one is none.
pub(super) fn description(description: &str) -> Result<String, Error> {
    text(description, 0..=TEXT, "description")
}

/// The name of a folder.
pub(super) fn folder(name: &str) -> Result<String, Error> {
    text(name, 1..=FOLDER, "name")
}

/// Fields by their names.
pub(super) fn fields(fields: &[Field]) -> Result<BTreeMap<String, String>, Error> {
    let mut found = BTreeMap::new();
    for field in fields {
        let name = text(&field.name, 1..=NAME, "fields")?;
        let value = text(&field.value, 0..=TEXT, "fields")?;
        found.insert(name, value);
    }
    if found.len() > FIELDS as usize {
        return Err(Error::TooMany { limit: FIELDS });
    }
    Ok(found)
}

fn text(
    text: &str,
    chars: std::ops::RangeInclusive<usize>,
    field: &'static str,
) -> Result<String, Error> {
    let text = text.trim();
    if chars.contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(Error::InvalidInput { field })
    }
}

#[cfg(test)]
mod tests {
    use super::{description, fields, name};
    use crate::error::Error;
    use crate::model::Field;

    #[test]
    fn a_name_has_up_to_two_hundred_characters_of_any_script() {
        assert_eq!(name("  Wanderfreunde ").unwrap(), "Wanderfreunde");
        assert!(name(&"ä".repeat(200)).is_ok());
        for wrong in [" \n", "", &"ä".repeat(201)] {
            assert!(matches!(
                name(wrong),
                Err(Error::InvalidInput { field: "name" })
            ));
        }
        assert_eq!(description(" ").unwrap(), "");
        assert!(description(&"x".repeat(1_001)).is_err());
    }

    #[test]
    fn a_fourth_field_is_too_many() {
        let field = |n: u32| Field {
            name: format!("field{n}"),
            value: n.to_string(),
        };
        let three: Vec<Field> = (0..3).map(field).collect();
        assert_eq!(fields(&three).unwrap()["field2"], "2");
        let four: Vec<Field> = (0..4).map(field).collect();
        assert!(matches!(fields(&four), Err(Error::TooMany { limit: 3 })));
        let nameless = Field {
            name: String::new(),
            value: "x".to_owned(),
        };
        assert!(fields(&[nameless]).is_err());
    }
}
