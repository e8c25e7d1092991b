//! Which certificates are believed: the system's, and optionally an authority of the account's.
//!
//! Shared by the chat connection and by REST, so that an account which reaches one reaches both.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use rustls_platform_verifier::Verifier;

/// The certificates an account believes. Cheap to clone; the system's roots are read once, when
/// the first TLS connection needs them.
#[derive(Clone)]
pub struct Trust {
    /// The account's own authorities, beside the system's.
    extra: Arc<[CertificateDer<'static>]>,
    /// Made at first use: reading some 150 roots takes milliseconds nobody should wait for at start.
    made: Arc<OnceLock<Made>>,
}

/// What is derived from the authorities.
#[derive(Clone)]
struct Made {
    verifier: Arc<dyn ServerCertVerifier>,
    config: Arc<ClientConfig>,
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
            Some(pem) => authorities_in(pem)?,
        };
        Ok(Self {
            extra: extra.into(),
            made: Arc::default(),
        })
    }

    /// TLS settings that check the server against this trust, without ALPN.
    pub fn client_config(&self) -> Result<Arc<ClientConfig>, TrustError> {
        Ok(self.made()?.config.clone())
    }

    /// The same for an XMPP server over TCP, optionally with one protocol name offered (RFC 7301).
    ///
    /// RFC 6120 §13.7.2 checks the certificate for the domain of the addresses. The host was given
    /// by the person (or by the application's own settings), not by an unprotected lookup, so a
    /// certificate for it is as good.
    pub(super) fn client_config_accepting(
        &self,
        alpn: Option<&[u8]>,
        host: &str,
        domain: &str,
    ) -> Result<Arc<ClientConfig>, TrustError> {
        let made = self.made()?;
        let mut config = ClientConfig::clone(&made.config);
        config.alpn_protocols = alpn.into_iter().map(<[u8]>::to_vec).collect();
        if host != domain
            && let Ok(second) = ServerName::try_from(host.to_owned())
        {
            let inner = made.verifier.clone();
            config
                .dangerous()
                .set_certificate_verifier(Arc::new(EitherName { inner, second }));
        }
        Ok(Arc::new(config))
    }

    fn made(&self) -> Result<&Made, TrustError> {
        if let Some(made) = self.made.get() {
            return Ok(made);
        }
        let made = make(&self.extra)?;
        Ok(self.made.get_or_init(|| made))
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust")
            .field("extra_authorities", &self.extra.len())
            .finish_non_exhaustive()
    }
}

/// The certificates of a PEM text, each of which can be an authority.
pub(crate) fn authorities_in(pem: &str) -> Result<Vec<CertificateDer<'static>>, TrustError> {
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

fn make(extra: &[CertificateDer<'static>]) -> Result<Made, TrustError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> =
        match Verifier::new_with_extra_roots(extra.iter().cloned(), provider.clone()) {
            Ok(verifier) => Arc::new(verifier),
            // Neither the system nor the account knows an authority. That must be heard as a
            // certificate problem of each server, not stop connections to this machine without TLS.
            Err(error) => {
                tracing::warn!(%error, "no certificate authority is known");
                Arc::new(NobodyTrusted(provider.clone()))
            }
        };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| TrustError::NoTls)?
        .dangerous()
        .with_custom_certificate_verifier(verifier.clone())
        .with_no_client_auth();
    Ok(Made {
        verifier,
        config: Arc::new(config),
    })
}

/// Accepts a certificate for the name asked for or for a second one.
#[derive(Debug)]
struct EitherName {
    inner: Arc<dyn ServerCertVerifier>,
    second: ServerName<'static>,
}

impl ServerCertVerifier for EitherName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let check = |name: &ServerName<'_>| {
            self.inner
                .verify_server_cert(end_entity, intermediates, name, ocsp_response, now)
        };
        check(server_name).or_else(|first| check(&self.second).map_err(|_| first))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// What a system without any certificate authority believes.
#[derive(Debug)]
struct NobodyTrusted(Arc<CryptoProvider>);

impl ServerCertVerifier for NobodyTrusted {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Err(CertificateError::UnknownIssuer.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::{Trust, TrustError};

    #[test]
    fn an_authority_that_is_none_is_refused_when_it_is_given() {
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in ["", "hello", broken] {
            assert_eq!(
                Trust::new(Some(pem)).err(),
                Some(TrustError::InvalidPem),
                "{pem}"
            );
        }
    }

    #[test]
    fn a_system_with_or_without_roots_gives_a_usable_configuration() {
        let trust = Trust::new(None).unwrap();
        assert!(trust.client_config().is_ok());
    }
}
