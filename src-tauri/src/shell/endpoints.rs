//! Where an account's servers are: made from what a person chose or typed, checked.

use std::path::PathBuf;

use cubist_client::model::{AppId, ChatAddress, Endpoints, Origin};
use url::Url;

use crate::{
    ipc::{error::IpcError, types::sign_in::CustomEndpoints},
    shell::{authority, local_backend::Running},
};

/// Port of direct TLS and of the WebSocket of the cloud (guide: endpoints; `xmpp.md` §1).
const CLOUD_API: &str = "https://api.connectycube.com";
const CLOUD_CHAT: &str = "chat.connectycube.com";
const TLS_PORT: u16 = 5223;
const STARTTLS_PORT: u16 = 5222;
const WEBSOCKET_PORT: u16 = 5291;

/// Of the backend on this computer, which runs already.
pub async fn local(running: &Running) -> Result<Endpoints, IpcError> {
    Ok(Endpoints {
        api_url: address("apiUrl", &running.api_url)?,
        chat: vec![
            chat_address(&running.xmpps)?,
            chat_address(&running.chat_url)?,
        ],
        domain: running.domain.clone(),
        muc_domain: None,
        app_id: application(running.app_id)?,
        auth_key: running.auth_key.clone().into(),
        ca_cert_pem: Some(certificate(running.ca_cert.clone()).await?),
        origin: Origin::Local,
    })
}

/// Of `ConnectyCube`'s cloud.
pub fn cloud(app_id: u64, auth_key: String) -> Result<Endpoints, IpcError> {
    Ok(Endpoints {
        api_url: address("apiUrl", CLOUD_API)?,
        chat: vec![
            ChatAddress::Tls {
                host: CLOUD_CHAT.to_owned(),
                port: TLS_PORT,
            },
            ChatAddress::WebSocket {
                url: address("chatUrl", &format!("wss://{CLOUD_CHAT}:{WEBSOCKET_PORT}"))?,
            },
        ],
        domain: CLOUD_CHAT.to_owned(),
        muc_domain: None,
        app_id: application(app_id)?,
        auth_key: auth_key.into(),
        ca_cert_pem: None,
        origin: Origin::Cloud,
    })
}

/// Of servers of one's own.
pub async fn custom(custom: CustomEndpoints) -> Result<Endpoints, IpcError> {
    given(Given {
        api_url: custom.api_url,
        chat: vec![custom.chat_url],
        domain: custom.domain,
        rooms_domain: None,
        app_id: custom.app_id,
        auth_key: custom.auth_key,
        ca_cert_pem: match custom.ca_cert {
            Some(path) => Some(certificate(path.into()).await?),
            None => None,
        },
    })
}

/// Of an organisation, as its configuration gives them.
pub struct Given {
    /// Base address of the REST API.
    pub api_url: String,
    /// Addresses of the chat server, tried in this order; one at least.
    pub chat: Vec<String>,
    /// XMPP domain; empty means the host of the first chat address.
    pub domain: String,
    /// Domain of the rooms, where it is not `muc.` and the domain.
    pub rooms_domain: Option<String>,
    /// Application id.
    pub app_id: u64,
    /// Authorization key of the application.
    pub auth_key: String,
    /// A certificate authority to trust beside the system's.
    pub ca_cert_pem: Option<String>,
}

/// The servers of an organisation.
pub fn given(given: Given) -> Result<Endpoints, IpcError> {
    let api_url = address("apiUrl", &given.api_url)?;
    if !matches!(api_url.scheme(), "https" | "http") {
        return Err(invalid("apiUrl"));
    }
    let chat: Vec<ChatAddress> = given
        .chat
        .iter()
        .map(|address| chat_address(address))
        .collect::<Result<_, _>>()?;
    let first = chat.first().ok_or_else(|| invalid("chatUrl"))?;
    let domain = match given.domain.trim() {
        "" => chat_host(first),
        domain => domain.to_owned(),
    };
    Ok(Endpoints {
        api_url,
        domain,
        chat,
        muc_domain: given.rooms_domain,
        app_id: application(given.app_id)?,
        auth_key: given.auth_key.trim().to_owned().into(),
        ca_cert_pem: given.ca_cert_pem,
        origin: Origin::Custom,
    })
}

fn application(id: u64) -> Result<AppId, IpcError> {
    AppId::new(id).ok_or_else(|| invalid("appId"))
}

fn invalid(field: &str) -> IpcError {
    IpcError::InvalidInput {
        field: field.to_owned(),
    }
}

fn address(field: &str, text: &str) -> Result<Url, IpcError> {
    Url::parse(text.trim())
        .ok()
        .filter(Url::has_host)
        .ok_or_else(|| invalid(field))
}

/// The scheme says the transport, as for the official SDK: `xmpps` direct TLS, `xmpp` STARTTLS,
/// `wss` and (on loopback) `ws` a WebSocket.
fn chat_address(text: &str) -> Result<ChatAddress, IpcError> {
    let url = address("chatUrl", text)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    match url.scheme() {
        "xmpps" => Ok(ChatAddress::Tls {
            host,
            port: url.port().unwrap_or(TLS_PORT),
        }),
        "xmpp" => Ok(ChatAddress::StartTls {
            host,
            port: url.port().unwrap_or(STARTTLS_PORT),
        }),
        "wss" | "ws" => Ok(ChatAddress::WebSocket { url }),
        _ => Err(invalid("chatUrl")),
    }
}

fn chat_host(address: &ChatAddress) -> String {
    match address {
        ChatAddress::Tls { host, .. } | ChatAddress::StartTls { host, .. } => host.clone(),
        ChatAddress::WebSocket { url } => url.host_str().unwrap_or_default().to_owned(),
    }
}

async fn certificate(path: PathBuf) -> Result<String, IpcError> {
    authority::text(&path).await.map_err(|_| invalid("caCert"))
}

#[cfg(test)]
mod tests {
    use cubist_client::model::ChatAddress;

    use super::chat_address;

    #[test]
    fn the_scheme_says_the_transport() {
        assert_eq!(
            chat_address("xmpps://chat.example.org").unwrap(),
            ChatAddress::Tls {
                host: "chat.example.org".to_owned(),
                port: 5223
            }
        );
        assert_eq!(
            chat_address("xmpp://10.0.0.1:15222").unwrap(),
            ChatAddress::StartTls {
                host: "10.0.0.1".to_owned(),
                port: 15222
            }
        );
        assert!(matches!(
            chat_address("wss://chat.example.org:5291/x").unwrap(),
            ChatAddress::WebSocket { .. }
        ));
        for bad in ["https://chat.example.org", "chat.example.org", "xmpps:", ""] {
            assert!(chat_address(bad).is_err(), "{bad}");
        }
    }
}
