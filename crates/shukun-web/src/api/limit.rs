//! How many requests one token may send: a bucket for each, filled as time goes by. In this process only.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// Requests that may come at once.
const AT_ONCE: i64 = 200;
/// How long the bucket takes for one more, in milliseconds: 20 a second.
const ONE_EVERY_MS: i64 = 50;
/// More tokens than this are never in use at a time; then full buckets are forgotten.
const TOKENS: usize = 1_000;

/// The buckets of all tokens.
#[derive(Debug, Default)]
pub struct Limits {
    /// For each token the moment, in milliseconds, at which its bucket is full again.
    full_at: Mutex<HashMap<String, i64>>,
}

impl Limits {
    /// Takes one request out of the token's bucket; `false` = it is empty.
    pub fn take(&self, token_id: &str, now: Timestamp) -> bool {
        let now = now.as_millisecond();
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > TOKENS {
            buckets.retain(|_, full_at| *full_at > now);
        }
        let full_at = buckets.get(token_id).copied().unwrap_or(now).max(now).saturating_add(ONE_EVERY_MS);
        let is_within = full_at.saturating_sub(now) <= AT_ONCE * ONE_EVERY_MS;
        if is_within {
            buckets.insert(token_id.to_owned(), full_at);
        }
        is_within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + milliseconds).unwrap()
    }

    #[test]
    fn so_many_at_once_then_twenty_a_second_and_each_token_for_itself() {
        let limits = Limits::default();
        let taken = (0..300).filter(|_| limits.take("one", at(0))).count();
        assert_eq!(taken, 200);
        assert!(limits.take("other", at(0)));
        let taken = (0..300).filter(|_| limits.take("one", at(1_000))).count();
        assert_eq!(taken, 20);
        let taken = (0..300).filter(|_| limits.take("one", at(60_000))).count();
        assert_eq!(taken, 200);
    }
}
