//! One slot: the master key, wrapped by a key of the slot's own kind.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::clock::Random;
use crate::keys::SlotKind;
use crate::keys::error::Error;

/// A 256-bit key that is wiped when dropped.
pub(super) type Key = Zeroizing<[u8; 32]>;

/// The version of the format this program writes.
pub(super) const FORMAT_VERSION: u32 = 1;

/// `keys.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct KeysFile {
    /// Version of the format; a larger one is refused rather than guessed at.
    pub(super) version: u32,
    /// Random name of this set of keys: salt of the derived keys, name of the keychain's entry.
    pub(super) vault: String,
    /// The same master key, once per slot.
    pub(super) slots: Vec<Slot>,
}

/// One entry of `keys.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Slot {
    /// How the slot's key is had.
    pub(super) guard: Guard,
    /// 24 random bytes, used once.
    nonce: Bytes,
    /// The master key under XChaCha20-Poly1305.
    wrapped: Bytes,
}

/// How the key that opens a slot is had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Guard {
    /// From the keychain.
    Keychain,
    /// From a passphrase, stretched by argon2id (RFC 9106).
    Passphrase(Stretching),
    /// From the key file.
    KeyFile,
    /// From the recovery code; its bits are random, so nothing has to be stretched.
    RecoveryCode,
}

/// Cost and salt of argon2id. Stored, so that the cost can rise without locking anybody out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stretching {
    /// Memory in KiB.
    memory_kib: u32,
    /// Passes over that memory.
    passes: u32,
    /// Lanes.
    lanes: u32,
    /// 16 random bytes.
    salt: Bytes,
}

/// The second of the two settings RFC 9106 §4 recommends: 64 MiB, 3 passes, 4 lanes.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;

/// What a file may ask for at most: a tampered one must not eat the machine's memory.
const MAX_MEMORY_KIB: u32 = 1024 * 1024;
const MAX_PASSES: u32 = 32;

impl Guard {
    /// A passphrase guard with a fresh salt and today's cost.
    pub(super) fn new_passphrase(random: &dyn Random) -> Self {
        let mut salt = vec![0; 16];
        random.fill(&mut salt);
        Self::Passphrase(Stretching {
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: Bytes(salt),
        })
    }

    /// The kind, without its parameters.
    pub(super) fn kind(&self) -> SlotKind {
        match self {
            Self::Keychain => SlotKind::Keychain,
            Self::Passphrase(_) => SlotKind::Passphrase,
            Self::KeyFile => SlotKind::KeyFile,
            Self::RecoveryCode => SlotKind::RecoveryCode,
        }
    }

    /// What is authenticated beside the wrapped key: a slot moved to another file, or one whose
    /// parameters were weakened, does not open.
    fn associated_data(&self, vault: &str) -> Vec<u8> {
        let parameters = match self {
            Self::Keychain => "keychain".to_owned(),
            Self::KeyFile => "key-file".to_owned(),
            Self::RecoveryCode => "recovery-code".to_owned(),
            Self::Passphrase(s) => format!(
                "passphrase:argon2id:{}:{}:{}:{}",
                s.memory_kib,
                s.passes,
                s.lanes,
                BASE64.encode(&s.salt.0)
            ),
        };
        format!("cubist-keys:{FORMAT_VERSION}:{vault}:{parameters}").into_bytes()
    }
}

impl Stretching {
    /// The slot's key. Takes tens of milliseconds and tens of megabytes: not for an async worker.
    pub(super) fn stretch(&self, passphrase: &str) -> Result<Key, Error> {
        if self.memory_kib > MAX_MEMORY_KIB || self.passes > MAX_PASSES {
            return Err(Error::Damaged);
        }
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .map_err(|_| Error::Damaged)?;
        let mut key = Key::default();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &self.salt.0, key.as_mut_slice())
            .map_err(|_| Error::Damaged)?;
        Ok(key)
    }
}

impl Slot {
    /// Wraps `master` under `key`.
    pub(super) fn seal(
        vault: &str,
        guard: Guard,
        key: &Key,
        master: &Key,
        random: &dyn Random,
    ) -> Result<Self, Error> {
        let mut nonce = [0; 24];
        random.fill(&mut nonce);
        let payload = Payload {
            msg: master.as_slice(),
            aad: &guard.associated_data(vault),
        };
        let wrapped = XChaCha20Poly1305::new(key.as_slice().into())
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| Error::Damaged)?;
        Ok(Self {
            guard,
            nonce: Bytes(nonce.to_vec()),
            wrapped: Bytes(wrapped),
        })
    }

    /// The master key, `None` if `key` is not the one it was sealed with or the slot was altered.
    pub(super) fn open(&self, vault: &str, key: &Key) -> Option<Key> {
        let nonce: [u8; 24] = self.nonce.0.as_slice().try_into().ok()?;
        let payload = Payload {
            msg: &self.wrapped.0,
            aad: &self.guard.associated_data(vault),
        };
        let opened = XChaCha20Poly1305::new(key.as_slice().into())
            .decrypt(XNonce::from_slice(&nonce), payload)
            .ok()
            .map(Zeroizing::new)?;
        key_from(&opened)
    }
}

/// Exactly 32 bytes as a key.
pub(super) fn key_from(bytes: &[u8]) -> Option<Key> {
    let mut key = Key::default();
    if bytes.len() == key.len() {
        key.copy_from_slice(bytes);
        Some(key)
    } else {
        None
    }
}

/// Bytes that stand in JSON as base64.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64
            .decode(text)
            .map(Self)
            .map_err(|_| serde::de::Error::custom("not base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Guard, Key, MAX_MEMORY_KIB, Slot, Stretching};
    use crate::clock::SystemRandom;

    fn key(byte: u8) -> Key {
        Key::new([byte; 32])
    }

    fn stretching(memory_kib: u32) -> Stretching {
        Stretching {
            memory_kib,
            passes: 1,
            lanes: 1,
            salt: Bytes(vec![7; 16]),
        }
    }

    #[test]
    fn a_slot_opens_with_its_own_key_only() {
        let slot = Slot::seal("v", Guard::KeyFile, &key(1), &key(9), &SystemRandom).unwrap();
        assert_eq!(slot.open("v", &key(1)), Some(key(9)));
        assert_eq!(slot.open("v", &key(2)), None);
    }

    #[test]
    fn a_slot_does_not_open_in_another_vault_or_under_other_parameters() {
        let guard = Guard::Passphrase(stretching(64));
        let mut slot = Slot::seal("v", guard, &key(1), &key(9), &SystemRandom).unwrap();
        assert_eq!(slot.open("w", &key(1)), None);
        slot.guard = Guard::Passphrase(stretching(8));
        assert_eq!(slot.open("v", &key(1)), None);
    }

    #[test]
    fn the_same_master_key_never_looks_the_same_twice() {
        let seal = || Slot::seal("v", Guard::KeyFile, &key(1), &key(9), &SystemRandom).unwrap();
        assert_ne!(seal().wrapped, seal().wrapped);
    }

    #[test]
    fn stretching_depends_on_every_part_and_is_repeatable() {
        let one = stretching(64).stretch("pass").unwrap();
        assert_eq!(one, stretching(64).stretch("pass").unwrap());
        assert_ne!(one, stretching(64).stretch("Pass").unwrap());
        assert_ne!(one, stretching(72).stretch("pass").unwrap());
    }

    #[test]
    fn a_file_that_asks_for_too_much_memory_is_refused() {
        assert!(stretching(MAX_MEMORY_KIB + 1).stretch("pass").is_err());
    }
}
