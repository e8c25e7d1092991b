//! A file that the page was given by the clipboard, on its way in.
//!
//! Its bytes are the body of the call, not JSON. The rest stands in headers, percent-encoded:
//! `account-id`, `dialog-id`, `file-name`.

use percent_encoding::percent_decode_str;
use specta::{Types, datatype::DataType, function::FunctionArg};
use tauri::{
    Runtime,
    http::HeaderMap,
    ipc::{CommandArg, CommandItem, InvokeBody, InvokeError},
};

use crate::ipc::{
    error::IpcError,
    types::ids::{AccountId, DialogId},
};

/// What was pasted.
#[derive(Debug)]
pub struct Pasted {
    /// By which account.
    pub account_id: AccountId,
    /// Into which chat.
    pub dialog_id: DialogId,
    /// The name the clipboard gave it; may be empty.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

impl<'de, R: Runtime> CommandArg<'de, R> for Pasted {
    fn from_command(command: CommandItem<'de, R>) -> Result<Self, InvokeError> {
        let read = |name: &str| text(command.message.headers(), name);
        let bytes = match command.message.payload() {
            InvokeBody::Raw(bytes) => bytes.clone(),
            InvokeBody::Json(_) => return Err(invalid("bytes").into()),
        };
        Ok(Self {
            account_id: AccountId::new(read("account-id")?),
            dialog_id: DialogId::new(read("dialog-id")?),
            name: read("file-name")?,
            bytes,
        })
    }
}

/// No argument of the generated bindings: the page's half writes the call by hand.
impl FunctionArg for Pasted {
    fn to_datatype(_: &mut Types) -> Option<DataType> {
        None
    }
}

fn text(headers: &HeaderMap, name: &str) -> Result<String, IpcError> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value
        .and_then(|value| percent_decode_str(value).decode_utf8().ok())
        .map(std::borrow::Cow::into_owned)
        .ok_or_else(|| invalid(name))
}

fn invalid(field: &str) -> IpcError {
    IpcError::InvalidInput {
        field: field.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use tauri::http::{HeaderMap, HeaderValue};

    use super::text;

    #[test]
    fn a_header_is_percent_encoded_text() {
        let mut headers = HeaderMap::new();
        headers.insert("file-name", HeaderValue::from_static("%C3%A9t%C3%A9.png"));
        headers.insert("dialog-id", HeaderValue::from_static("%FF"));
        assert_eq!(text(&headers, "file-name").unwrap(), "été.png");
        assert!(text(&headers, "dialog-id").is_err());
        assert!(text(&headers, "account-id").is_err());
    }
}
