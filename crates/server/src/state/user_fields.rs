//! The text fields of a person, and the rules for them and for passwords.

use std::collections::HashMap;

use crate::config::Accounts;
use crate::state::users::fold;

/// Text fields to store: a key that is absent stays as it is, a value of `None` clears it.
///
/// Keyed by the wire's names of the fields of [`crate::state::User`] that are texts.
pub type TextFields = HashMap<TextField, Option<String>>;

/// The text fields of a person that the person may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the field of `User` with that name")]
pub enum TextField {
    Login,
    Email,
    FullName,
    Phone,
    Website,
    CustomData,
    ExternalId,
    FacebookId,
    TwitterId,
    Avatar,
    Tags,
}

impl TextField {
    /// All of them, in the order of the columns.
    pub(crate) const ALL: [Self; 11] = [
        Self::Login,
        Self::Email,
        Self::FullName,
        Self::Phone,
        Self::Website,
        Self::CustomData,
        Self::ExternalId,
        Self::FacebookId,
        Self::TwitterId,
        Self::Avatar,
        Self::Tags,
    ];

    /// The wire's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Email => "email",
            Self::FullName => "full_name",
            Self::Phone => "phone",
            Self::Website => "website",
            Self::CustomData => "custom_data",
            Self::ExternalId => "external_id",
            Self::FacebookId => "facebook_id",
            Self::TwitterId => "twitter_id",
            Self::Avatar => "avatar",
            Self::Tags => "user_tags",
        }
    }

    pub(crate) const fn column(self) -> &'static str {
        match self {
            Self::Tags => "tags",
            Self::Login
            | Self::Email
            | Self::FullName
            | Self::Phone
            | Self::Website
            | Self::CustomData
            | Self::ExternalId
            | Self::FacebookId
            | Self::TwitterId
            | Self::Avatar => self.name(),
        }
    }

    /// The form in which a text of this field is searched.
    pub(crate) fn key(self, text: &str) -> String {
        if self == Self::Phone {
            telephone_key(text)
        } else {
            fold(text)
        }
    }

    /// The column with the form in which the field is searched, if it is another one than that shown.
    pub(crate) const fn key_column(self) -> Option<&'static str> {
        match self {
            Self::Login => Some("login_key"),
            Self::Email => Some("email_key"),
            Self::FullName => Some("full_name_key"),
            Self::Phone => Some("phone_key"),
            Self::Website
            | Self::CustomData
            | Self::ExternalId
            | Self::FacebookId
            | Self::TwitterId
            | Self::Avatar
            | Self::Tags => None,
        }
    }
}

/// A telephone number without what people put between its digits.
pub(crate) fn telephone_key(number: &str) -> String {
    let is_between = |c: &char| matches!(c, ' ' | '-' | '/' | '.' | '(' | ')');
    number.chars().filter(|c| !is_between(c)).collect()
}

/// What is wrong with the texts, ordered by field.
pub(crate) fn check_texts(rules: &Accounts, texts: &TextFields) -> Vec<(&'static str, String)> {
    let mut problems = Vec::new();
    for (field, value) in texts {
        let Some(value) = value else { continue };
        let name = field.name();
        let length = value.chars().count();
        match field {
            TextField::Login if length < rules.login_min => {
                problems.push((
                    name,
                    format!("is too short (minimum is {} characters)", rules.login_min),
                ));
            }
            TextField::Login if length > rules.login_max => {
                problems.push((
                    name,
                    format!("is too long (maximum is {} characters)", rules.login_max),
                ));
            }
            TextField::Login if value.trim() != value || value.chars().any(char::is_control) => {
                problems.push((
                    name,
                    "must not begin or end with a space or hold control characters".to_owned(),
                ));
            }
            TextField::Email if !is_email(value) => {
                problems.push((name, "should look like an email address".to_owned()));
            }
            TextField::Tags if value.split(',').count() > MAX_TAGS => {
                problems.push((name, format!("has too many tags (maximum is {MAX_TAGS})")));
            }
            TextField::Login
            | TextField::Email
            | TextField::FullName
            | TextField::Phone
            | TextField::Website
            | TextField::CustomData
            | TextField::ExternalId
            | TextField::FacebookId
            | TextField::TwitterId
            | TextField::Avatar
            | TextField::Tags => {
                if length > rules.field_max {
                    problems.push((
                        name,
                        format!("is too long (maximum is {} characters)", rules.field_max),
                    ));
                }
            }
        }
    }
    problems.sort_unstable();
    problems
}

/// The service's published limit of tags per user.
const MAX_TAGS: usize = 5;

/// What is wrong with a wanted password.
pub(crate) fn check_password(rules: &Accounts, password: &str) -> Option<(&'static str, String)> {
    if password.chars().count() < rules.password_min {
        return Some((
            "password",
            format!(
                "is too short (minimum is {} characters)",
                rules.password_min
            ),
        ));
    }
    (password.len() > rules.password_max).then(|| {
        (
            "password",
            format!("is too long (maximum is {} bytes)", rules.password_max),
        )
    })
}

/// Enough to catch a typing error: something, one `@`, a domain with a letter. Whether mail arrives shows only by
/// sending some.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    !local.is_empty()
        && !domain.is_empty()
        && !domain.contains('@')
        && text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}
