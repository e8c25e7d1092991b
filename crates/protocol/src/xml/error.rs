//! What can be wrong with incoming XML.

/// Why bytes were not accepted as XML.
///
/// On a WebSocket the frame is rejected and the stream lives on; on TCP the reader cannot find
/// the next stanza any more, so the stream ends with [`XmlError::stream_condition`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// The markup is broken: mismatched tags, a bad name, an attribute without value…
    #[error("the XML is not well-formed: {0}")]
    IllFormed(&'static str),
    /// A prefix is used that nothing declares.
    #[error("the XML uses an undeclared namespace prefix")]
    UnboundPrefix,
    /// The bytes are not UTF-8.
    #[error("the XML is not UTF-8")]
    NotUtf8,
    /// An entity other than the five of XML itself and character references.
    #[error("the XML uses an entity that is not predefined")]
    UnknownEntity,
    /// RFC 6120 §11.1: comments, processing instructions and document types are forbidden.
    #[error("the XML has a comment, processing instruction or document type")]
    Restricted,
    /// Elements are nested deeper than [`crate::xml::Limits::max_depth`].
    #[error("the XML is nested too deeply")]
    TooDeep,
    /// An element has more attributes than [`crate::xml::Limits::max_attributes`].
    #[error("an element has too many attributes")]
    TooManyAttributes,
    /// A stanza is larger than [`crate::xml::Limits::max_stanza_bytes`].
    #[error("the stanza is too large")]
    TooLarge,
    /// Text stands where only stanzas may.
    #[error("there is text between stanzas")]
    StrayText,
}

impl XmlError {
    /// RFC 6120 §4.9.3: the stream error that a TCP stream ends with.
    pub const fn stream_condition(&self) -> crate::stream::StreamErrorCondition {
        use crate::stream::StreamErrorCondition as Condition;
        match self {
            Self::IllFormed(_) | Self::UnknownEntity => Condition::NotWellFormed,
            Self::UnboundPrefix => Condition::BadNamespacePrefix,
            Self::NotUtf8 => Condition::UnsupportedEncoding,
            Self::Restricted => Condition::RestrictedXml,
            Self::TooDeep | Self::TooManyAttributes | Self::TooLarge => Condition::PolicyViolation,
            Self::StrayText => Condition::BadFormat,
        }
    }
}
