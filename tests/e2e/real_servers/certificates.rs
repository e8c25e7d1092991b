//! A certificate authority for one test.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};

/// An authority and a certificate for `localhost`, in files that a server can read.
pub(super) struct Certificates {
    /// What a client trusts.
    pub(super) authority_pem: String,
    /// The server's certificate.
    pub(super) chain: PathBuf,
    /// Its key.
    pub(super) key: PathBuf,
    /// Both in one file, as ejabberd wants them.
    pub(super) both: PathBuf,
}

impl Certificates {
    /// Makes them in `folder`, with file names that begin with `name`.
    pub(super) fn new(folder: &Path, name: &str) -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&authority_key).unwrap();
        let issuer = Issuer::new(params, authority_key);

        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        // ejabberd sets a timer for the end, and one of two thousand years breaks it.
        params.not_after = date_time_ymd(2049, 12, 31);
        let leaf = params.signed_by(&key, &issuer).unwrap();
        let write = |ending: &str, text: String| {
            let path = folder.join(format!("{name}-{ending}.pem"));
            std::fs::write(&path, text).unwrap();
            path
        };
        Self {
            authority_pem: authority.pem(),
            chain: write("chain", leaf.pem()),
            key: write("key", key.serialize_pem()),
            both: write("both", leaf.pem() + &key.serialize_pem()),
        }
    }
}
