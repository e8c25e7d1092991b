//! Password hashes, the memory of passwords that were checked lately, and the brake on guessing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use cubist_protocol::ids::UserId;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::config::{Accounts, Limits};
use crate::state::{Clock, StateError};

/// Length of the window in which failed logins count, in seconds.
const FAILURE_WINDOW: i64 = 60;
/// Entries of each memory. At about 100 bytes each; when full it is emptied, which only costs hashing again.
const REMEMBERED: usize = 20_000;

/// Hashes and checks passwords, off the async workers.
pub(crate) struct Passwords {
    /// The cost, checked at start.
    argon2: Argon2<'static>,
    /// Hashing is pure computing; more at once than processors would only take memory.
    running: Arc<Semaphore>,
    /// Makes the remembered digests useless outside this process.
    key: [u8; 32],
    /// What was checked lately.
    verified: Mutex<HashMap<UserId, Verified>>,
    /// How long that holds, in seconds.
    verified_for: i64,
    /// Failed logins by account.
    failures: Mutex<HashMap<UserId, Failures>>,
    /// How many per window are borne.
    failures_allowed: u32,
    clock: Clock,
}

/// A password that was right for a stored hash.
struct Verified {
    /// Keyed digest of user, stored hash and password: a changed password makes it void by itself.
    digest: [u8; 32],
    /// When, in unix seconds.
    at: i64,
}

/// Failed logins of one account.
struct Failures {
    /// Start of the window, in unix seconds.
    since: i64,
    count: u32,
}

impl Passwords {
    pub(crate) fn new(
        accounts: &Accounts,
        limits: &Limits,
        clock: Clock,
    ) -> Result<Self, StateError> {
        let cost = accounts.argon2;
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(|error| StateError::Internal(format!("accounts.argon2: {error}")))?;
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            running: Arc::new(Semaphore::new(processors)),
            key: random()?,
            verified: Mutex::default(),
            verified_for: i64::try_from(accounts.verified_for_seconds).unwrap_or(i64::MAX),
            failures: Mutex::default(),
            failures_allowed: limits.failed_logins_per_minute,
            clock,
        })
    }

    /// The PHC string to store for a password.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, StateError> {
        let password = password.to_owned();
        let argon2 = self.argon2.clone();
        let salt: [u8; 16] = random()?;
        self.compute(move || {
            let salt = SaltString::encode_b64(&salt)
                .map_err(|error| StateError::Internal(error.to_string()))?;
            let hash = argon2.hash_password(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string())
                .map_err(|error| StateError::Internal(error.to_string()))
        })
        .await
    }

    /// Whether `password` belongs to `stored`. [`StateError::Throttled`] after too many wrong tries.
    pub(crate) async fn verify(
        &self,
        user: UserId,
        stored: &str,
        password: &str,
    ) -> Result<bool, StateError> {
        let digest = self.digest(user, stored, password);
        if self.is_remembered(user, &digest) {
            return Ok(true);
        }
        self.check_brake(user)?;
        let (stored, password) = (stored.to_owned(), password.to_owned());
        let right = self
            .compute(move || {
                // An account without a password has an empty hash, which no password fits.
                let Ok(parsed) = PasswordHash::new(&stored) else {
                    return Ok(false);
                };
                Ok(Argon2::default()
                    .verify_password(password.as_bytes(), &parsed)
                    .is_ok())
            })
            .await?;
        if right {
            self.remember(user, digest);
        } else {
            self.count_failure(user);
        }
        Ok(right)
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        let permit = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|_| StateError::Stopping)?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|_| StateError::Stopping)?
    }

    fn digest(&self, user: UserId, stored: &str, password: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(user.get().to_be_bytes());
        // A PHC string holds no zero byte, so the two texts cannot run into one another.
        hash.update(stored.as_bytes());
        hash.update([0]);
        hash.update(password.as_bytes());
        hash.finalize().into()
    }

    fn is_remembered(&self, user: UserId, digest: &[u8; 32]) -> bool {
        let now = self.clock.seconds();
        let verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.get(&user).is_some_and(|known| {
            known.digest == *digest && now.saturating_sub(known.at) < self.verified_for
        })
    }

    fn remember(&self, user: UserId, digest: [u8; 32]) {
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if verified.len() >= REMEMBERED {
            verified.clear();
        }
        verified.insert(
            user,
            Verified {
                digest,
                at: self.clock.seconds(),
            },
        );
    }

    /// Refuses while the account's window is full of failures.
    pub(crate) fn check_brake(&self, user: UserId) -> Result<(), StateError> {
        let now = self.clock.seconds();
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = failures.get(&user) else {
            return Ok(());
        };
        let left = known
            .since
            .saturating_add(FAILURE_WINDOW)
            .saturating_sub(now);
        if known.count >= self.failures_allowed && left > 0 {
            return Err(StateError::Throttled {
                retry_after_seconds: left.unsigned_abs(),
            });
        }
        Ok(())
    }

    /// Counts a wrong secret.
    pub(crate) fn count_failure(&self, user: UserId) {
        let now = self.clock.seconds();
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= REMEMBERED {
            failures.retain(|_, known| now.saturating_sub(known.since) < FAILURE_WINDOW);
        }
        let known = failures.entry(user).or_insert(Failures {
            since: now,
            count: 0,
        });
        if now.saturating_sub(known.since) >= FAILURE_WINDOW {
            *known = Failures {
                since: now,
                count: 0,
            };
        }
        known.count = known.count.saturating_add(1);
    }
}

/// Bytes from the system's secure source.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StateError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        StateError::Internal(format!("the system gives no random numbers: {error}"))
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::Argon2Cost;

    fn passwords(clock: &Clock) -> Passwords {
        let argon2 = Argon2Cost {
            memory_kib: 16,
            passes: 1,
            lanes: 1,
        };
        let accounts = Accounts {
            argon2,
            verified_for_seconds: 60,
            ..Accounts::default()
        };
        let limits = Limits {
            failed_logins_per_minute: 3,
            ..Limits::default()
        };
        Passwords::new(&accounts, &limits, clock.clone()).unwrap()
    }

    fn user() -> UserId {
        UserId::new(1001).unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_fits_and_hashes_are_salted() {
        let passwords = passwords(&Clock::system());
        let one = passwords.hash("correct horse").await.unwrap();
        let two = passwords.hash("correct horse").await.unwrap();
        assert_ne!(one, two);
        assert!(one.starts_with("$argon2id$v=19$m=16,t=1,p=1$"), "{one}");
        assert!(
            passwords
                .verify(user(), &one, "correct horse")
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify(user(), &one, "Correct horse")
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn an_account_without_a_password_accepts_none() {
        assert!(
            !passwords(&Clock::system())
                .verify(user(), "", "")
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn a_checked_password_is_remembered_for_its_time_only_and_only_for_its_hash() {
        let clock = Clock::system();
        let passwords = passwords(&clock);
        let stored = passwords.hash("correct horse").await.unwrap();
        assert!(
            passwords
                .verify(user(), &stored, "correct horse")
                .await
                .unwrap()
        );
        let digest = passwords.digest(user(), &stored, "correct horse");
        assert!(passwords.is_remembered(user(), &digest));
        let changed = passwords.hash("battery staple").await.unwrap();
        assert!(
            !passwords.is_remembered(user(), &passwords.digest(user(), &changed, "correct horse"))
        );
        clock.advance(Duration::from_secs(61));
        assert!(!passwords.is_remembered(user(), &digest));
    }

    #[tokio::test]
    async fn guessing_is_braked_until_the_window_is_over() {
        let clock = Clock::system();
        let passwords = passwords(&clock);
        let stored = passwords.hash("correct horse").await.unwrap();
        for _ in 0..3 {
            assert!(!passwords.verify(user(), &stored, "wrong").await.unwrap());
        }
        let braked = passwords.verify(user(), &stored, "correct horse").await;
        assert!(
            matches!(
                braked,
                Err(StateError::Throttled {
                    retry_after_seconds: 1..=60
                })
            ),
            "{braked:?}"
        );
        let other = UserId::new(1002).unwrap();
        assert!(
            passwords
                .verify(other, &stored, "correct horse")
                .await
                .unwrap()
        );
        clock.advance(Duration::from_secs(60));
        assert!(
            passwords
                .verify(user(), &stored, "correct horse")
                .await
                .unwrap()
        );
    }
}
