//! People.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::ids::UserId;
use crate::rest::change::Change;
use crate::rest::tolerant;
use crate::timestamp::IsoTime;

/// A person, as others see them.
///
/// Read bare or wrapped as `{"user":{…}}`, since lists come in both forms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct User {
    /// The person's number.
    pub id: UserId,
    /// The name to show.
    pub full_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Login name.
    pub login: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Web site.
    pub website: Option<String>,
    /// When the account was made.
    pub created_at: Option<IsoTime>,
    /// When the account was last changed.
    pub updated_at: Option<IsoTime>,
    /// When the person last called the API.
    pub last_request_at: Option<IsoTime>,
    /// Number in an app's own system.
    pub external_user_id: Option<u64>,
    /// Id in an app's own system.
    pub external_id: Option<String>,
    /// Id at Facebook.
    pub facebook_id: Option<String>,
    /// Id at Twitter.
    pub twitter_id: Option<String>,
    /// Text of the app's own, often JSON.
    pub custom_data: Option<String>,
    /// Number of the blob with the picture, in old apps.
    pub blob_id: Option<u64>,
    /// Blob uid or URL of the picture.
    pub avatar: Option<String>,
    /// Tags; written as `"a,b"`, or `null` when there are none.
    #[serde(serialize_with = "tags_as_text")]
    pub user_tags: Vec<String>,
    /// Minutes east of UTC.
    pub timezone: Option<i64>,
    /// Whether the account vanishes with its session.
    #[serde(skip_serializing_if = "tolerant::is_false")]
    pub is_guest: bool,
}

impl User {
    /// A person of whom nothing but the number is known.
    pub const fn new(id: UserId) -> Self {
        Self {
            id,
            full_name: None,
            email: None,
            login: None,
            phone: None,
            website: None,
            created_at: None,
            updated_at: None,
            last_request_at: None,
            external_user_id: None,
            external_id: None,
            facebook_id: None,
            twitter_id: None,
            custom_data: None,
            blob_id: None,
            avatar: None,
            user_tags: Vec::new(),
            timezone: None,
            is_guest: false,
        }
    }
}

/// Fields as they are read; all but the id may be missing or of another form.
#[derive(Deserialize)]
struct RawUser {
    id: UserId,
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    full_name: Option<String>,
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    email: Option<String>,
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    login: Option<String>,
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    phone: Option<String>,
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    website: Option<String>,
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    created_at: Option<IsoTime>,
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    updated_at: Option<IsoTime>,
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    last_request_at: Option<IsoTime>,
    #[serde(default, deserialize_with = "tolerant::opt_count")]
    external_user_id: Option<u64>,
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    external_id: Option<String>,
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    facebook_id: Option<String>,
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    twitter_id: Option<String>,
    #[serde(default, deserialize_with = "tolerant::opt_text_or_json")]
    custom_data: Option<String>,
    #[serde(default, deserialize_with = "tolerant::opt_count")]
    blob_id: Option<u64>,
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    avatar: Option<String>,
    #[serde(default, deserialize_with = "tolerant::parsed_items")]
    user_tags: Vec<String>,
    #[serde(default, deserialize_with = "tolerant::opt_count")]
    timezone: Option<i64>,
    #[serde(default, deserialize_with = "tolerant::flag_or_false")]
    is_guest: bool,
}

impl TryFrom<Value> for User {
    type Error = serde_json::Error;

    fn try_from(mut value: Value) -> Result<Self, serde_json::Error> {
        if value.get("id").is_none()
            && let Some(inner) = value.get_mut("user")
        {
            value = inner.take();
        }
        let raw: RawUser = serde_json::from_value(value)?;
        Ok(Self {
            id: raw.id,
            full_name: raw.full_name,
            email: raw.email,
            login: raw.login,
            phone: raw.phone,
            website: raw.website,
            created_at: raw.created_at,
            updated_at: raw.updated_at,
            last_request_at: raw.last_request_at,
            external_user_id: raw.external_user_id,
            external_id: raw.external_id,
            facebook_id: raw.facebook_id,
            twitter_id: raw.twitter_id,
            custom_data: raw.custom_data,
            blob_id: raw.blob_id,
            avatar: raw.avatar,
            user_tags: raw.user_tags,
            timezone: raw.timezone,
            is_guest: raw.is_guest,
        })
    }
}

/// `{"user":{…}}` in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserEnvelope {
    /// The person.
    pub user: User,
}

/// The answer to `GET /users/online`, where the list has a name of its own.
///
/// With `count=true` the answer is [`crate::rest::Count`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnlineUsers {
    /// Who is online.
    pub users: Vec<User>,
}

/// A person who signs up.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUser {
    /// Login name; this or the e-mail is required.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub login: Option<String>,
    /// E-mail address.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub email: Option<String>,
    /// Password.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub password: Option<String>,
    /// The name to show.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub full_name: Option<String>,
    /// Telephone number.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub phone: Option<String>,
    /// Web site.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub website: Option<String>,
    /// Text of the app's own.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text_or_json"
    )]
    pub custom_data: Option<String>,
    /// Tags.
    #[serde(
        default,
        alias = "user_tags",
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "tolerant::parsed_items"
    )]
    pub tag_list: Vec<String>,
    /// Id in an app's own system.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub external_id: Option<String>,
    /// Blob uid or URL of the picture.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub avatar: Option<String>,
    /// Minutes east of UTC.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_count"
    )]
    pub timezone: Option<i64>,
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser")
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

/// The body of `POST /users`: `{"user":{…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUserEnvelope {
    /// The person.
    pub user: NewUser,
}

/// What a person changes of themselves.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateUser {
    /// Login name.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub login: Change<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub email: Change<String>,
    /// The name to show.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub full_name: Change<String>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub phone: Change<String>,
    /// Web site.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub website: Change<String>,
    /// Text of the app's own.
    #[serde(
        default,
        skip_serializing_if = "Change::is_keep",
        deserialize_with = "changed_text"
    )]
    pub custom_data: Change<String>,
    /// Blob uid or URL of the picture.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub avatar: Change<String>,
    /// Id in an app's own system.
    #[serde(
        default,
        skip_serializing_if = "Change::is_keep",
        deserialize_with = "changed_text"
    )]
    pub external_id: Change<String>,
    /// Tags; the whole new list.
    #[serde(
        default,
        alias = "user_tags",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_parsed_items"
    )]
    pub tag_list: Option<Vec<String>>,
    /// Minutes east of UTC.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_count"
    )]
    pub timezone: Option<i64>,
    /// The new password; needs the old one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub password: Option<String>,
    /// The old password.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub old_password: Option<String>,
}

impl fmt::Debug for UpdateUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateUser")
            .field("full_name", &self.full_name)
            .finish_non_exhaustive()
    }
}

/// The body of `PUT /users/{id}`: `{"user":{…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateUserEnvelope {
    /// The changes.
    pub user: UpdateUser,
}

fn changed_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Change<String>, D::Error> {
    Ok(tolerant::opt_text_or_json(deserializer)?.map_or(Change::Clear, Change::Set))
}

fn tags_as_text<S: Serializer>(tags: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    if tags.is_empty() {
        serializer.serialize_none()
    } else {
        serializer.serialize_str(&tags.join(","))
    }
}

#[cfg(test)]
mod tests;
