//! Small secrets of the profile itself, kept in files that anybody may read.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::KeyVault;
use crate::keys::error::Error;
use crate::keys::slot::Key;
use crate::model::Secret;

/// Bytes of a nonce of `XChaCha20`; random ones do not repeat.
const NONCE: usize = 24;

impl KeyVault {
    /// `secret` as text that only the master key of this profile opens again, and only for
    /// `purpose`: nonce and XChaCha20-Poly1305, in Base64.
    pub(crate) fn seal(&self, purpose: &str, secret: &Secret) -> Result<String, Error> {
        let mut nonce = [0; NONCE];
        self.inner.random.fill(&mut nonce);
        let payload = Payload {
            msg: secret.expose().as_bytes(),
            aad: purpose.as_bytes(),
        };
        let sealed = XChaCha20Poly1305::new(self.key_for(purpose)?.as_slice().into())
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| Error::Damaged)?;
        Ok(BASE64_STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// What [`KeyVault::seal`] sealed for this purpose.
    pub(crate) fn unseal(&self, purpose: &str, sealed: &str) -> Result<Secret, Error> {
        let bytes = BASE64_STANDARD.decode(sealed).map_err(|_| Error::Damaged)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE).ok_or(Error::Damaged)?;
        let payload = Payload {
            msg: sealed,
            aad: purpose.as_bytes(),
        };
        let opened = XChaCha20Poly1305::new(self.key_for(purpose)?.as_slice().into())
            .decrypt(XNonce::from_slice(nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| Error::Damaged)?;
        let text = std::str::from_utf8(&opened).map_err(|_| Error::Damaged)?;
        Ok(Secret::new(text))
    }

    fn key_for(&self, purpose: &str) -> Result<Key, Error> {
        let state = self.lock();
        let (Some(file), Some(master)) = (&state.file, &state.master) else {
            return Err(Error::Locked);
        };
        let mut key = Key::default();
        Hkdf::<Sha256>::new(Some(file.vault.as_bytes()), master.as_slice())
            .expand(format!("cubist secret 1 {purpose}").as_bytes(), &mut *key)
            .map_err(|_| Error::Damaged)?;
        Ok(key)
    }
}
