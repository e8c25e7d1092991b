//! A field of an update: kept, cleared or set.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What an update does to a field: absent keeps it, `null` clears it, a value sets it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// The field is not mentioned.
    #[default]
    Keep,
    /// The field becomes `null`.
    Clear,
    /// The field gets a value.
    Set(T),
}

impl<T> Change<T> {
    /// Whether the field is not mentioned.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The new content of the field, given the old one.
    pub fn apply(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Keep => old,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

/// Fields of this type need `#[serde(default, skip_serializing_if = "Change::is_keep")]`.
impl<T: Serialize> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep | Self::Clear => serializer.serialize_none(),
            Self::Set(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}
