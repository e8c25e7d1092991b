//! The recovery code: a key slot that lives on paper.

use std::fmt;
use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::clock::Random;
use crate::keys::error::Error;
use crate::keys::slot::Key;

/// 160 bits: far beyond guessing, so the code needs no slow derivation, and 32 symbols to write
/// down.
const BYTES: usize = 20;

/// Symbols between two dashes.
const GROUP: usize = 4;

/// Crockford's base 32: no letter that looks like a digit, and the look-alikes are read as what
/// they were meant to be.
static ALPHABET: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    specification
        .translate
        .from
        .push_str("abcdefghjkmnpqrstvwxyzOoIiLl");
    specification
        .translate
        .to
        .push_str("ABCDEFGHJKMNPQRSTVWXYZ001111");
    specification.ignore.push_str(" -\t\r\n");
    specification
        .encoding()
        .unwrap_or(data_encoding::BASE32_NOPAD)
});

/// A code that opens the keys. Wiped when dropped; printed only by [`RecoveryCode::words`].
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RecoveryCode([u8; BYTES]);

impl RecoveryCode {
    /// A new one.
    pub(super) fn new(random: &dyn Random) -> Self {
        let mut bytes = [0; BYTES];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// What a person typed: in any case, with or without dashes and spaces. `None` if it cannot
    /// be a code.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(ALPHABET.decode(text.as_bytes()).ok()?);
        bytes.as_slice().try_into().ok().map(Self)
    }

    /// As it is written down: eight groups of four symbols.
    pub fn words(&self) -> Zeroizing<String> {
        let symbols = Zeroizing::new(ALPHABET.encode(&self.0));
        let mut words = Zeroizing::new(String::with_capacity(symbols.len() * 5 / 4));
        for (at, symbol) in symbols.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                words.push('-');
            }
            words.push(symbol);
        }
        words
    }

    /// The key of the slot in this vault.
    pub(super) fn key(&self, vault: &str) -> Result<Key, Error> {
        let mut key = Key::default();
        Hkdf::<Sha256>::new(Some(vault.as_bytes()), &self.0)
            .expand(b"cubist recovery code 1", key.as_mut_slice())
            // Only a length beyond 255 hashes can fail (RFC 5869 §2.3); this one is one hash.
            .map_err(|_| Error::Damaged)?;
        Ok(key)
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::RecoveryCode;
    use crate::clock::SystemRandom;

    #[test]
    fn a_code_is_read_as_it_was_written_down() {
        let code = RecoveryCode::new(&SystemRandom);
        let words = code.words();
        assert_eq!(words.len(), 39);
        assert_eq!(words.split('-').count(), 8);
        assert_eq!(RecoveryCode::parse(&words), Some(code.clone()));
        let careless = words.to_lowercase().replace('-', " ").replace('0', "o");
        assert_eq!(
            RecoveryCode::parse(&careless.replace('1', "l")),
            Some(code.clone())
        );
        assert_eq!(format!("{code:?}"), "RecoveryCode(…)");
    }

    #[test]
    fn what_cannot_be_a_code_is_told_apart() {
        for text in ["", "ABCD", "correct horse battery staple", "ÄÄÄÄ-ÄÄÄÄ"] {
            assert_eq!(RecoveryCode::parse(text), None, "{text}");
        }
        let words = RecoveryCode::new(&SystemRandom).words();
        let short: String = words.chars().take(37).collect();
        assert_eq!(RecoveryCode::parse(&short), None);
        // `U` is no symbol of the alphabet.
        let strange: String = words.chars().take(38).chain(['U']).collect();
        assert_eq!(RecoveryCode::parse(&strange), None);
    }

    #[test]
    fn the_key_is_of_this_vault_alone() {
        let code = RecoveryCode::new(&SystemRandom);
        assert_eq!(code.key("a").unwrap(), code.key("a").unwrap());
        assert_ne!(code.key("a").unwrap(), code.key("b").unwrap());
    }
}
