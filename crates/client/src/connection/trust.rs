//! Which certificates are believed: the system's, and optionally one authority of the account's.
//!
//! Shared by the chat connection and by REST, so that an account which reaches one reaches both.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;

/// The certificates an account believes. Cheap to clone; the system's roots are read once, when
/// the first TLS connection needs them.
#[derive(Clone)]
pub struct Trust {
    /// The account's own authorities, beside the system's.
    extra: Arc<[CertificateDer<'static>]>,
    /// Made at first use: reading some 150 roots takes milliseconds nobody should wait for at start.
    config: Arc<OnceLock<Arc<ClientConfig>>>,
}

/// The certificates to believe cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// The text holds no PEM certificate, or a broken one.
    #[error("the certificate authority is not a PEM certificate")]
    InvalidPem,
    /// The cryptography built into this program knows no version of TLS.
    #[error("TLS is not available")]
    NoTls,
}

impl Trust {
    /// The system's roots, and the certificates in `ca_pem` if given.
    pub fn new(ca_pem: Option<&str>) -> Result<Self, TrustError> {
        let extra = match ca_pem {
            None => Vec::new(),
            Some(pem) => parse_authorities(pem)?,
        };
        Ok(Self {
            extra: extra.into(),
            config: Arc::default(),
        })
    }

    /// TLS settings that check the server against this trust, without ALPN.
    pub fn client_config(&self) -> Result<Arc<ClientConfig>, TrustError> {
        if let Some(config) = self.config.get() {
            return Ok(config.clone());
        }
        let config = Arc::new(build(&self.extra)?);
        Ok(self.config.get_or_init(|| config).clone())
    }

    /// The same with one protocol name offered (RFC 7301), for instance `xmpp-client`.
    pub fn client_config_for(&self, alpn: &[u8]) -> Result<Arc<ClientConfig>, TrustError> {
        let mut config = ClientConfig::clone(self.client_config()?.as_ref());
        config.alpn_protocols = vec![alpn.to_vec()];
        Ok(Arc::new(config))
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust")
            .field("extra_authorities", &self.extra.len())
            .finish_non_exhaustive()
    }
}

fn parse_authorities(pem: &str) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| TrustError::InvalidPem)?;
    // Parsed into a store here so that a broken one is refused when it is given, not when the
    // first connection fails for a reason that looks like the server's.
    let mut check = RootCertStore::empty();
    for certificate in &found {
        check
            .add(certificate.clone())
            .map_err(|_| TrustError::InvalidPem)?;
    }
    if found.is_empty() {
        return Err(TrustError::InvalidPem);
    }
    Ok(found)
}

fn build(extra: &[CertificateDer<'static>]) -> Result<ClientConfig, TrustError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|_| TrustError::NoTls)?;
    Ok(
        match Verifier::new_with_extra_roots(extra.iter().cloned(), provider) {
            Ok(verifier) => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
                .with_no_client_auth(),
            // A system without any root. Every handshake then fails with a certificate error, which
            // is what the person must hear, and plain connections to this machine go on working.
            Err(error) => {
                tracing::warn!(%error, "no certificate authority is known to this system");
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(extra.iter().cloned());
                builder
                    .with_root_certificates(roots)
                    .with_no_client_auth()
            }
        },
    )
}
