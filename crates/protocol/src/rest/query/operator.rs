//! Comparisons of list queries.

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// Equal; also what a bare `field=value` means.
    Eq,
    /// Not equal.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// One of.
    In,
    /// None of.
    Nin,
    /// A list that holds all of.
    All,
    /// Contains the text.
    Ctn,
    /// Begins with the text.
    StartWith,
    /// Equal to one of; data records only.
    Or,
}

impl Operator {
    /// The name in brackets.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::In => "in",
            Self::Nin => "nin",
            Self::All => "all",
            Self::Ctn => "ctn",
            Self::StartWith => "start_with",
            Self::Or => "or",
        }
    }

    /// The operator of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "lt" => Self::Lt,
            "lte" => Self::Lte,
            "gt" => Self::Gt,
            "gte" => Self::Gte,
            "in" => Self::In,
            "nin" => Self::Nin,
            "all" => Self::All,
            "ctn" => Self::Ctn,
            "start_with" => Self::StartWith,
            "or" => Self::Or,
            _ => return None,
        })
    }

    /// Whether a comma separates values, rather than being part of the value.
    pub const fn takes_list(self) -> bool {
        matches!(self, Self::In | Self::Nin | Self::All | Self::Or)
    }
}
