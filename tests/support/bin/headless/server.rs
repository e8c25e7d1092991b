//! Where the backend is.

use cubist_client::model::{AppId, ChatAddress, Endpoints, Origin};
use serde::Deserialize;
use url::Url;

use crate::Failure;

/// Where the backend is, as its ready line says it.
#[derive(Debug, Deserialize)]
pub(crate) struct Server {
    api_url: Url,
    domain: String,
    app_id: u64,
    auth_key: String,
    /// Ways to the chat server: `xmpps://host:port`, `xmpp://host:port` or a WebSocket URL.
    chat: Vec<Url>,
    /// Path of a certificate to trust.
    ca_cert: Option<std::path::PathBuf>,
}

impl Server {
    pub(crate) fn endpoints(self) -> Result<Endpoints, Failure> {
        let chat = self
            .chat
            .into_iter()
            .map(chat_address)
            .collect::<Result<_, _>>()?;
        Ok(Endpoints {
            api_url: self.api_url,
            chat,
            domain: self.domain,
            muc_domain: None,
            app_id: AppId::new(self.app_id).ok_or("the application's number is 0")?,
            auth_key: self.auth_key.into(),
            ca_cert_pem: self.ca_cert.map(std::fs::read_to_string).transpose()?,
            origin: Origin::Custom,
        })
    }
}

fn chat_address(url: Url) -> Result<ChatAddress, Failure> {
    let host = url
        .host_str()
        .ok_or("a chat address without a host")?
        .to_owned();
    Ok(match url.scheme() {
        "xmpps" => ChatAddress::Tls {
            host,
            port: url.port().unwrap_or(5223),
        },
        "xmpp" => ChatAddress::StartTls {
            host,
            port: url.port().unwrap_or(5222),
        },
        _ => ChatAddress::WebSocket { url },
    })
}
