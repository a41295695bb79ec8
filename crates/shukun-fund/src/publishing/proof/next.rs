//! The next checkpoint of a log: one batch more, and nothing before it changed.
//!
//! Knows no signatures. Start at [`Checkpoint::after`].

use shukun_base::ContentHash;

use super::Checkpoint;
use super::merkle::{self, Hash};

impl Checkpoint {
    /// The checkpoint over `leaves` that follows `previous`; the first has none. None where the leaves do not continue what
    /// the one before says, or there are none.
    pub fn after(
        previous: Option<&Checkpoint>,
        origin: &str,
        leaves: &[Hash],
        ledger_head: ContentHash,
    ) -> Option<Checkpoint> {
        let next = Checkpoint {
            origin: previous.map_or(origin, |older| older.origin.as_str()).to_owned(),
            size: u64::try_from(leaves.len()).ok().filter(|size| *size > 0)?,
            root: merkle::root(leaves),
            ledger_head,
            previous: previous.map(Checkpoint::hash),
        };
        let continues = |older: &Checkpoint| {
            let path = merkle::consistency_path(leaves, usize::try_from(older.size).ok()?)?;
            (older.size < next.size && next.continues(older, &path)).then_some(())
        };
        previous.map_or(Some(()), continues).map(|()| next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> ContentHash {
        ContentHash::new(&"ab".repeat(32)).unwrap()
    }

    #[test]
    fn each_names_the_one_before_and_nothing_is_rewritten() {
        let leaves: Vec<Hash> = (0..7).map(|at| [at; 32]).collect();
        let mut last: Option<Checkpoint> = None;
        for size in 1..=7 {
            let next = Checkpoint::after(last.as_ref(), "shukun-fund/1", &leaves[..size], head()).unwrap();
            assert_eq!(next.previous, last.as_ref().map(Checkpoint::hash));
            last = Some(next);
        }
        let mut rewritten = leaves.clone();
        rewritten[3] = [9; 32];
        rewritten.push([8; 32]);
        assert_eq!(Checkpoint::after(last.as_ref(), "", &rewritten, head()), None);
        assert_eq!(Checkpoint::after(last.as_ref(), "", &leaves, head()), None);
        assert_eq!(Checkpoint::after(None, "o", &[], head()), None);
    }
}
