//! Names that packs declare: rules, tiers, facts, measures, tables.

use std::collections::{BTreeSet, HashMap};

use super::figures;
use super::fold::{Folded, fold};
use crate::document::Token;
use crate::registry;

/// Longer names are found only where spaces or signs stand around them.
const MAX_NAME: usize = 64;

/// Declared names, so that a run of Chinese can be split at them and a name may contain spaces and signs.
#[derive(Clone, Debug, Default)]
pub struct Names {
    spellings: HashMap<String, String>,
    /// How many characters the names have.
    lengths: BTreeSet<usize>,
}

impl Names {
    /// No names.
    pub fn new() -> Names {
        Names::default()
    }

    /// Adds a name; words of the registry and figures (读法Y1 too) stay what they are.
    pub fn add(&mut self, name: &str) {
        let folded = fold(name).split_whitespace().collect::<Vec<_>>().join(" ");
        let length = folded.chars().count();
        if length == 0 || length > MAX_NAME || registry::value(&folded).is_some() || is_figure(&folded) {
            return;
        }
        self.lengths.insert(length);
        self.spellings.entry(folded).or_insert_with(|| name.trim().to_owned());
    }

    /// Adds the names of `other`.
    pub fn join(&mut self, other: Names) {
        self.lengths.extend(other.lengths);
        for (folded, name) in other.spellings {
            self.spellings.entry(folded).or_insert(name);
        }
    }

    /// The longest name at `at` that ends where a run ends.
    pub(super) fn longest_at(&self, text: &Folded, at: usize) -> Option<(String, usize)> {
        self.lengths
            .iter()
            .rev()
            .map(|length| at + length)
            .filter(|end| *end <= text.len() && text.is_run_end(*end))
            .find_map(|end| self.spellings.get(text.slice(at, end)).map(|name| (name.clone(), end)))
    }

    /// All names that stand at `at` and end by `end`.
    pub(super) fn all_at(&self, text: &Folded, at: usize, end: usize) -> Vec<(Token, usize)> {
        let ends =
            self.lengths.iter().map(|length| at + length).filter(|stop| *stop <= end && text.may_split(at, *stop));
        ends.filter_map(|stop| Some((Token::Name(self.spellings.get(text.slice(at, stop))?.clone()), stop))).collect()
    }
}

fn is_figure(name: &str) -> bool {
    let text = Folded::new(name, 0);
    figures::read(&text, 0).is_some_and(|(token, end)| token.is_some() && end == text.len())
}

impl<Name: AsRef<str>> FromIterator<Name> for Names {
    fn from_iter<All: IntoIterator<Item = Name>>(all: All) -> Names {
        let mut names = Names::new();
        for name in all {
            names.add(name.as_ref());
        }
        names
    }
}
