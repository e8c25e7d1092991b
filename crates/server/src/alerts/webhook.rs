//! The service that takes alerts, over HTTP.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, StatusCode, redirect};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use url::Url;

use crate::alerts::wait_before;
use crate::config;

/// The webhook cannot be called at all.
#[derive(Debug, thiserror::Error)]
pub enum AlertsError {
    /// TLS is not available here.
    #[error("cannot call the webhook of alerts over TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The HTTP client cannot be set up.
    #[error("cannot call the webhook of alerts")]
    Client,
}

/// The webhook did not take an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum GivenUp {
    /// It is not there.
    #[error("the webhook cannot be reached")]
    Unreachable,
    /// It answers something else than "taken".
    #[error("the webhook answered with status {0}")]
    Refused(StatusCode),
}

/// The webhook.
pub(super) struct Hook {
    http: Client,
    url: Url,
    attempts: u32,
    first_wait: Duration,
}

impl Hook {
    pub(super) fn new(
        webhook: &config::Webhook,
        settings: &config::Alerts,
    ) -> Result<Self, AlertsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let tls = if webhook.is_secure() {
            tls.with_platform_verifier()?.with_no_client_auth()
        } else {
            // Never used; reading the system's authorities would be in vain.
            tls.with_root_certificates(RootCertStore::empty())
                .with_no_client_auth()
        };
        let http = Client::builder()
            .tls_backend_preconfigured(tls)
            .timeout(Duration::from_secs(settings.timeout_seconds))
            // The operator named one address; what it redirects to might be anywhere.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("cubist-server/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| AlertsError::Client)?;
        Ok(Self {
            http,
            url: webhook.url().clone(),
            attempts: settings.attempts,
            first_wait: Duration::from_millis(settings.retry_ms),
        })
    }

    /// Hands over an alert, in several tries if need be.
    pub(super) async fn hand_over(&self, body: Vec<u8>) -> Result<(), GivenUp> {
        let body = bytes::Bytes::from(body);
        let mut failed = GivenUp::Unreachable;
        for attempt in 0..self.attempts {
            tokio::time::sleep(wait_before(attempt, self.first_wait)).await;
            let request = self
                .http
                .post(self.url.clone())
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
            failed = match request.send().await.map(|answer| answer.status()) {
                Ok(status) if status.is_success() => return Ok(()),
                Ok(status) if !may_pass_later(status) => return Err(GivenUp::Refused(status)),
                Ok(status) => GivenUp::Refused(status),
                Err(_) => GivenUp::Unreachable,
            };
        }
        Err(failed)
    }
}

/// Whether the same request may be taken at another time.
fn may_pass_later(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
        )
}
