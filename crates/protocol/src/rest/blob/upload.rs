//! The `params` of an upload: an address and, as its query, the fields of the form to post there.

use percent_encoding::{percent_decode_str, utf8_percent_encode};

use crate::rest::query::COMPONENT;

/// Fields of one form; the object store of the live service asks for about ten.
const MAX_FIELDS: usize = 100;

/// `params` that name no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadFormError {
    /// It is no `http` or `https` address with a host.
    #[error("the upload has no address")]
    NoAddress,
    /// There is no query, so no fields.
    #[error("the upload has no fields")]
    NoFields,
    /// There are more fields than any form has.
    #[error("the upload has too many fields")]
    TooManyFields,
}

/// Where to post a file, as `multipart/form-data`: these fields in this order, then `file`.
#[derive(Clone, PartialEq, Eq)]
pub struct UploadForm {
    /// The address, without query.
    pub url: String,
    /// Names and values, decoded. They let their holder upload, so they are not shown in debug output.
    pub fields: Vec<(String, String)>,
}

impl UploadForm {
    /// Reads `params`.
    pub fn parse(params: &str) -> Result<Self, UploadFormError> {
        let (url, query) = params.split_once('?').ok_or(UploadFormError::NoFields)?;
        let host = ["https://", "http://"]
            .iter()
            .find_map(|scheme| url.strip_prefix(scheme))
            .ok_or(UploadFormError::NoAddress)?;
        // A fragment is never sent, and a user name would hide the real host from people.
        if host.is_empty() || host.starts_with('/') || host.contains(['@', '#', '\\']) {
            return Err(UploadFormError::NoAddress);
        }
        let fields: Vec<_> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .take(MAX_FIELDS + 1)
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                // Unlike in forms a `+` is itself, as the official SDK has it.
                let decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
                (decode(name), decode(value))
            })
            .collect();
        if fields.is_empty() {
            return Err(UploadFormError::NoFields);
        }
        if fields.len() > MAX_FIELDS {
            return Err(UploadFormError::TooManyFields);
        }
        Ok(Self {
            url: url.to_owned(),
            fields,
        })
    }

    /// Writes `params`.
    pub fn to_params(&self) -> String {
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|(name, value)| {
                format!(
                    "{}={}",
                    utf8_percent_encode(name, COMPONENT),
                    utf8_percent_encode(value, COMPONENT)
                )
            })
            .collect();
        format!("{}?{}", self.url, fields.join("&"))
    }
}

impl std::fmt::Debug for UploadForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UploadForm")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}
