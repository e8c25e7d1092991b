//! Certificates: the backend's own authority and the certificate it uses, or one made elsewhere.
//!
//! The authority is made at the first start and lasts; its certificate is what people tell their programs to trust.
//! The server's certificate is made anew, in memory, at every start and again before it expires, so there is no
//! second key on disk to guard and a changed domain needs no step by hand.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::state::{Clock, make_private_folder, restrict};

/// Folder of the authority within the data folder.
const FOLDER: &str = "tls";
/// The authority's certificate in that folder: public, to be trusted by clients.
const CA_CERTIFICATE: &str = "ca.pem";
/// The authority's key in that folder.
const CA_KEY: &str = "ca.key";

/// The authority lasts as long as anyone will keep a data folder: replacing it means asking everyone to trust anew.
const CA_DAYS: i64 = 30 * 365;
/// Browsers refuse certificates valid for more than 398 days.
const LEAF_DAYS: i64 = 397;
/// A certificate is replaced this long before it expires.
const RENEW_DAYS: i64 = 30;
/// Clocks differ: certificates are valid from a day before they were made.
const EARLIER_DAYS: i64 = 1;
/// How often the age is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);

/// Why there is no certificate to use.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or written.
    #[error("cannot use {path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path} is not a usable {what}")]
    Content {
        /// Which.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// Making a certificate failed.
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
    /// The TLS library refuses the certificate or key.
    #[error("the certificate and key do not work: {0}")]
    Library(#[from] rustls::Error),
}

/// What the listeners need, and what is told to clients.
pub(crate) struct Tls {
    /// For every TLS listener; follows renewals by itself.
    pub(crate) server: Arc<rustls::ServerConfig>,
    /// The certificate to trust: the authority's, or the chain given.
    pub(crate) ca_certificate: PathBuf,
    /// Present if the backend makes its own certificates.
    renewal: Option<Renewal>,
}

impl Tls {
    /// Reads or makes what the configuration asks for. Blocks on the disk.
    pub(crate) fn prepare(config: &Config, clock: &Clock) -> Result<Self, TlsError> {
        let (resolver, ca_certificate, renewal) = if let Some(files) = &config.certificate {
            let resolver = Arc::new(Current::new(read_given(&files.chain, &files.key)?));
            (resolver, files.chain.clone(), None)
        } else {
            let folder = config.data.join(FOLDER);
            let authority = Authority::open(&folder, clock)?;
            let leaf = authority.issue(&config.domain, clock)?;
            let resolver = Arc::new(Current::new(leaf.key));
            let renewal = Renewal {
                authority,
                domain: config.domain.clone(),
                expires_at: leaf.expires_at,
                current: Arc::clone(&resolver),
            };
            (resolver, folder.join(CA_CERTIFICATE), Some(renewal))
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let server = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        Ok(Self {
            server: Arc::new(server),
            ca_certificate,
            renewal,
        })
    }

    /// Renews the certificate in time, until `shutdown`.
    pub(crate) async fn keep_fresh(mut self, clock: Clock, shutdown: CancellationToken) {
        let Some(renewal) = self.renewal.take() else {
            return;
        };
        let mut renewal = renewal;
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = looks.tick() => {}
            }
            if let Err(error) = renewal.renew_if_due(&clock) {
                tracing::error!(%error, "the certificate could not be renewed; it is tried again");
            }
        }
    }
}

/// What is needed to replace the certificate.
struct Renewal {
    authority: Authority,
    domain: String,
    /// Unix seconds.
    expires_at: i64,
    current: Arc<Current>,
}

impl Renewal {
    fn renew_if_due(&mut self, clock: &Clock) -> Result<(), TlsError> {
        if self.expires_at - clock.seconds() > RENEW_DAYS * 86_400 {
            return Ok(());
        }
        let leaf = self.authority.issue(&self.domain, clock)?;
        self.expires_at = leaf.expires_at;
        self.current.replace(leaf.key);
        tracing::info!("the certificate was renewed");
        Ok(())
    }
}

/// The certificate in use; a renewal exchanges it under open listeners.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl Current {
    fn new(key: CertifiedKey) -> Self {
        Self(RwLock::new(Arc::new(key)))
    }

    fn replace(&self, key: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(
            &self.0.read().unwrap_or_else(PoisonError::into_inner),
        ))
    }
}

/// A certificate with its key, ready to use.
struct Leaf {
    key: CertifiedKey,
    /// Unix seconds.
    expires_at: i64,
}

/// The backend's own certificate authority.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

impl Authority {
    /// Reads the authority of the folder, or makes one.
    fn open(folder: &Path, clock: &Clock) -> Result<Self, TlsError> {
        let (certificate_path, key_path) = (folder.join(CA_CERTIFICATE), folder.join(CA_KEY));
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| TlsError::File { path, source }
        };
        make_private_folder(folder).map_err(at(folder))?;
        let key = match std::fs::read_to_string(&key_path) {
            Ok(text) => KeyPair::from_pem(&text).map_err(|_| TlsError::Content {
                path: key_path.clone(),
                what: "private key",
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = KeyPair::generate()?;
                write_private(&key_path, &key.serialize_pem()).map_err(at(&key_path))?;
                key
            }
            Err(source) => return Err(at(&key_path)(source)),
        };
        // The name is the same for the same key, so a lost certificate file is made again without harm.
        let params = authority_params(&key, clock);
        let certificate = match std::fs::read(&certificate_path) {
            Ok(pem) => CertificateDer::from_pem_slice(&pem).map_err(|_| TlsError::Content {
                path: certificate_path.clone(),
                what: "certificate",
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let certificate = params.self_signed(&key)?;
                write_replacing(&certificate_path, &certificate.pem())
                    .map_err(at(&certificate_path))?;
                certificate.der().clone()
            }
            Err(source) => return Err(at(&certificate_path)(source)),
        };
        Ok(Self {
            issuer: Issuer::new(params, key),
            certificate,
        })
    }

    /// Makes a certificate for the domain and for this machine's own names.
    fn issue(&self, domain: &str, clock: &Clock) -> Result<Leaf, TlsError> {
        let mut names = vec![domain.to_owned()];
        for name in [format!("muc.{domain}"), "localhost".to_owned()] {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut params = CertificateParams::new(names)?;
        for address in [
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ] {
            params.subject_alt_names.push(SanType::IpAddress(address));
        }
        params.distinguished_name = name(domain);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let expires_at = clock.seconds() + LEAF_DAYS * 86_400;
        params.not_before = moment(clock.seconds() - EARLIER_DAYS * 86_400);
        params.not_after = moment(expires_at);
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let private = PrivateKeyDer::try_from(key.serialize_der())
            .map_err(|text| rustls::Error::General(text.to_owned()))?;
        let signing = rustls::crypto::ring::sign::any_supported_type(&private)?;
        let chain = vec![certificate.der().clone(), self.certificate.clone()];
        Ok(Leaf {
            key: CertifiedKey::new(chain, signing),
            expires_at,
        })
    }
}

fn authority_params(key: &KeyPair, clock: &Clock) -> CertificateParams {
    let mut params = CertificateParams::default();
    // Two backends on one machine have different names, so that a browser can tell their authorities apart.
    let mark = key
        .public_key_raw()
        .iter()
        .rev()
        .take(4)
        .fold(0_u32, |mark, byte| mark << 8 | u32::from(*byte));
    params.distinguished_name = name(&format!("Cubist local authority {mark:08x}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = moment(clock.seconds() - EARLIER_DAYS * 86_400);
    params.not_after = moment(clock.seconds() + CA_DAYS * 86_400);
    params
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

fn moment(seconds: i64) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
}

fn read_given(chain_path: &Path, key_path: &Path) -> Result<CertifiedKey, TlsError> {
    let read = |path: &Path| {
        std::fs::read(path).map_err(|source| TlsError::File {
            path: path.to_owned(),
            source,
        })
    };
    let not = |path: &Path, what| TlsError::Content {
        path: path.to_owned(),
        what,
    };
    let pem = read(chain_path)?;
    let chain = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| not(chain_path, "certificate chain"))?;
    if chain.is_empty() {
        return Err(not(chain_path, "certificate chain"));
    }
    let key = PrivateKeyDer::from_pem_slice(&read(key_path)?)
        .map_err(|_| not(key_path, "private key"))?;
    let certified = CertifiedKey::new(chain, rustls::crypto::ring::sign::any_supported_type(&key)?);
    certified.keys_match()?;
    Ok(certified)
}

/// Writes a secret so that nobody else can read it at any moment.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    file.sync_all()?;
    restrict(path)
}

/// Writes a file so that it is there as a whole or not at all.
fn write_replacing(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_extension("new");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier;
    use rustls_pki_types::{ServerName, UnixTime};

    use super::*;
    use crate::config::CertificateFiles;

    fn config(data: &Path, domain: &str) -> Config {
        Config {
            data: data.to_owned(),
            domain: domain.to_owned(),
            ..Config::default()
        }
    }

    fn verify(tls: &Tls, leaf: &CertifiedKey, name: &str, at: u64) -> Result<(), rustls::Error> {
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(
                CertificateDer::from_pem_slice(&std::fs::read(&tls.ca_certificate).unwrap())
                    .unwrap(),
            )
            .unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .unwrap();
        let (end, rest) = leaf.cert.split_first().unwrap();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let at = UnixTime::since_unix_epoch(Duration::from_secs(at));
        verifier
            .verify_server_cert(end, rest, &name, &[], at)
            .map(|_| ())
    }

    fn leaf(tls: &Tls) -> Arc<CertifiedKey> {
        Arc::clone(&tls.renewal.as_ref().unwrap().current.0.read().unwrap())
    }

    #[test]
    fn the_certificate_is_good_for_the_domain_and_this_machine_and_nobody_else() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let tls = Tls::prepare(&config(dir.path(), "chat.example"), &clock).unwrap();
        let now = clock.seconds().unsigned_abs();
        for name in ["chat.example", "localhost", "127.0.0.1", "::1"] {
            verify(&tls, &leaf(&tls), name, now).unwrap();
        }
        verify(&tls, &leaf(&tls), "other.example", now).unwrap_err();
    }

    #[test]
    fn the_authority_stays_the_same_and_its_key_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let first = Tls::prepare(&config(dir.path(), "localhost"), &clock).unwrap();
        let second = Tls::prepare(&config(dir.path(), "localhost"), &clock).unwrap();
        verify(
            &first,
            &leaf(&second),
            "localhost",
            clock.seconds().unsigned_abs(),
        )
        .unwrap();
        #[cfg(unix)]
        {
            let mode = |name| {
                let path = dir.path().join("tls").join(name);
                std::os::unix::fs::PermissionsExt::mode(
                    &std::fs::metadata(path).unwrap().permissions(),
                ) & 0o777
            };
            assert_eq!(mode("ca.key"), 0o600);
        }
    }

    #[test]
    fn a_certificate_near_its_end_is_replaced_under_open_listeners() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let mut tls = Tls::prepare(&config(dir.path(), "localhost"), &clock).unwrap();
        let old = leaf(&tls);
        let days = |days: i64| Duration::from_secs((days * 86_400).unsigned_abs());
        clock.advance(days(LEAF_DAYS - RENEW_DAYS - 1));
        tls.renewal.as_mut().unwrap().renew_if_due(&clock).unwrap();
        assert!(Arc::ptr_eq(&old, &leaf(&tls)));
        clock.advance(days(2));
        tls.renewal.as_mut().unwrap().renew_if_due(&clock).unwrap();
        assert!(!Arc::ptr_eq(&old, &leaf(&tls)));
        clock.advance(days(RENEW_DAYS));
        let later = clock.seconds().unsigned_abs();
        verify(&tls, &old, "localhost", later).unwrap_err();
        verify(&tls, &leaf(&tls), "localhost", later).unwrap();
    }

    #[test]
    fn a_given_certificate_is_used_and_a_wrong_key_refused() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let made = rcgen::generate_simple_self_signed(vec!["team.example".to_owned()]).unwrap();
        let chain = write("chain.pem", made.cert.pem());
        let key = write("key.pem", made.signing_key.serialize_pem());
        let other = write("other.pem", KeyPair::generate().unwrap().serialize_pem());
        let given = |key: &Path| {
            let files = CertificateFiles {
                chain: chain.clone(),
                key: key.to_owned(),
            };
            Config {
                certificate: Some(files),
                ..config(dir.path(), "team.example")
            }
        };
        let tls = Tls::prepare(&given(&key), &Clock::system()).unwrap();
        assert_eq!(tls.ca_certificate, chain);
        assert!(!dir.path().join("tls").exists());
        assert!(matches!(
            Tls::prepare(&given(&other), &Clock::system()),
            Err(TlsError::Library(_))
        ));
        let missing = Tls::prepare(&given(&dir.path().join("none")), &Clock::system());
        assert!(matches!(missing, Err(TlsError::File { .. })));
    }
}
