//! Passwords: Argon2id, rules for new ones, and the first password that somebody is given.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use shukun_base::Masked;
use tokio::sync::Semaphore;

use crate::chance::Chance;
use crate::error::{ErrorKind, Result, StoreError};

/// Fewest characters of a password somebody chooses.
pub(crate) const FEWEST: usize = 12;
/// Most characters, so that nobody makes the server hash megabytes.
const MOST: usize = 128;
/// How many are hashed at a time: each takes 19 MiB.
const AT_A_TIME: usize = 4;
/// Letters and digits that are not mistaken for each other on paper.
const PLAIN: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Hashes and checks passwords, off the threads that answer requests.
pub(crate) struct PasswordCheck {
    hasher: Argon2<'static>,
    places: Arc<Semaphore>,
    /// What unknown names are checked against, so that they take as long as known ones.
    nobodys: String,
}

impl PasswordCheck {
    /// `cost` is the crate's default everywhere but in tests.
    pub async fn new(chance: &Chance, cost: Params) -> Result<PasswordCheck> {
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost);
        let mut check = PasswordCheck { hasher, places: Arc::new(Semaphore::new(AT_A_TIME)), nobodys: String::new() };
        check.nobodys = check.hash(chance, &first_password(chance)?).await?;
        Ok(check)
    }

    /// The hash to store.
    pub async fn hash(&self, chance: &Chance, password: &Masked<String>) -> Result<String> {
        let salt: [u8; 16] = chance.bytes()?;
        let (password, hasher) = (password.clone(), self.hasher.clone());
        self.apart(move || {
            let hashed = hasher.hash_password_with_salt(password.reveal().as_bytes(), &salt);
            hashed.map(|hash| hash.to_string()).map_err(|_| cannot_hash())
        })
        .await?
    }

    /// Whether the password belongs to the hash; without a hash the same work, and no.
    pub async fn matches(&self, hash: Option<&str>, password: &Masked<String>) -> Result<bool> {
        let (is_known, stored) = (hash.is_some(), hash.unwrap_or(&self.nobodys).to_owned());
        let (password, hasher) = (password.clone(), self.hasher.clone());
        let matches = self.apart(move || {
            let stored = PasswordHash::new(&stored).map_err(|_| cannot_hash())?;
            Ok(hasher.verify_password(clipped(password.reveal()), &stored).is_ok())
        });
        matches.await?.map(|matches| matches && is_known)
    }

    async fn apart<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = self.places.clone().acquire_owned().await.map_err(|_| cannot_hash())?;
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        done.await.map_err(|_| cannot_hash())
    }
}

fn clipped(password: &str) -> &[u8] {
    let bytes = password.as_bytes();
    bytes.get(..MOST * 4).unwrap_or(bytes)
}

fn cannot_hash() -> StoreError {
    StoreError::new(
        ErrorKind::Unavailable,
        "store-password-check",
        "现在无法核对口令，请稍后再试。",
        "Passwords cannot be checked right now. Try again in a moment.",
    )
}

/// A password for one use: 16 characters that are not mistaken for each other, in groups of four.
pub(crate) fn first_password(chance: &Chance) -> Result<Masked<String>> {
    let bytes: [u8; 16] = chance.bytes()?;
    let letters = bytes.map(|byte| PLAIN.get(usize::from(byte % 32)).copied().map_or('x', char::from));
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    Ok(Masked::new(groups.join("-")))
}

/// Refuses a password that is easily guessed: too short, the login in it, or hardly any different characters.
pub(crate) fn check_new(login: &str, password: &Masked<String>) -> Result<()> {
    let text = password.reveal();
    let characters = text.chars().count();
    let mut different: Vec<char> = text.chars().collect();
    different.sort_unstable();
    different.dedup();
    let holds_login = text.to_lowercase().contains(&login.to_lowercase());
    if (FEWEST..=MOST).contains(&characters) && different.len() >= 6 && !holds_login {
        return Ok(());
    }
    Err(StoreError::refused(
        "store-weak-password",
        format!("口令至少{FEWEST}个、至多{MOST}个字符，至少6个不同的字符，且不含登录名。"),
        format!("A password has {FEWEST} to {MOST} characters, at least 6 different ones, and not the login in it."),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> Masked<String> {
        Masked::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let chance = Chance::system();
        let check = PasswordCheck::new(&chance, Params::default()).await.unwrap();
        let hash = check.hash(&chance, &masked("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(check.matches(Some(&hash), &masked("correct horse")).await.unwrap());
        assert!(!check.matches(Some(&hash), &masked("correct horses")).await.unwrap());
        assert!(!check.matches(None, &masked("correct horse")).await.unwrap());
        assert_ne!(hash, check.hash(&chance, &masked("correct horse")).await.unwrap());
    }

    #[test]
    fn weak_passwords_are_refused() {
        for (password, taken) in [
            ("eleven char", false),
            ("twelve chars", true),
            ("aaaaaaaaaaaaaaaa", false),
            ("my wang.li password", false),
            ("瑞安市医保局的口令很长很长", true),
            (&"ab1234".repeat(30), false),
        ] {
            assert_eq!(check_new("Wang.Li", &masked(password)).is_ok(), taken, "{password}");
        }
    }

    #[test]
    fn first_passwords_are_long_and_different() {
        let one = first_password(&Chance::system()).unwrap();
        assert_eq!(one.reveal().len(), 19);
        assert_ne!(one, first_password(&Chance::system()).unwrap());
        assert!(check_new("wang", &one).is_ok());
    }
}
