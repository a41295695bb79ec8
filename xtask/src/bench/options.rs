//! What was asked for on the command line.

use super::contestants::{CASES, CONTESTANTS, Case, Contestant};
use super::prepare::Tools;
use crate::run::Failure;

/// Sizes, runs, and who takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub people: u64,
    pub runs: u32,
    only: Vec<String>,
    peers: Option<Vec<String>>,
}

const USAGE: &str = "bench [--people N] [--runs N] [--only CASE,…] [--peers NAME,…|none]";

impl Options {
    pub fn read(arguments: &[String]) -> Result<Options, Failure> {
        let mut options = Options { people: 10_000_000, runs: 3, only: Vec::new(), peers: None };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| Failure(USAGE.to_owned()))?;
            let number = || value.parse().ok().filter(|number| *number > 0).ok_or_else(|| Failure(USAGE.to_owned()));
            let list = || value.split(',').filter(|name| *name != "none").map(str::to_owned).collect::<Vec<_>>();
            match word.as_str() {
                "--people" => options.people = number()?,
                "--runs" => options.runs = u32::try_from(number()?).unwrap_or(u32::MAX),
                "--only" => options.only = list(),
                "--peers" => options.peers = Some(list()),
                _ => return Err(Failure(USAGE.to_owned())),
            }
        }
        options.check()
    }

    fn check(self) -> Result<Options, Failure> {
        let cases = CASES.map(Case::name);
        let names = CONTESTANTS.map(Contestant::name);
        let stranger = self.only.iter().find(|name| !cases.iter().any(|case| case.starts_with(name.as_str())));
        let stranger = stranger.or(self.peers.iter().flatten().find(|name| !names.contains(&name.as_str())));
        match stranger {
            Some(name) => Err(Failure(format!(
                "nothing is called {name}; cases: {}; contestants: {}",
                cases.join(", "),
                names.join(", ")
            ))),
            None => Ok(self),
        }
    }

    /// The cases asked for; the start of a name is enough.
    pub fn cases(&self) -> impl Iterator<Item = Case> + '_ {
        let is_asked =
            |case: &Case| self.only.is_empty() || self.only.iter().any(|name| case.name().starts_with(name.as_str()));
        CASES.into_iter().filter(is_asked)
    }

    /// The workloads of the cases.
    pub fn works(&self) -> Vec<&'static str> {
        let mut works: Vec<&str> = self.cases().map(Case::work).collect();
        works.dedup();
        works
    }

    /// The floor and the platform always; peers as asked for. The platform is left out where it cannot settle files.
    pub fn contestants(&self, tools: &Tools) -> impl Iterator<Item = Contestant> + '_ {
        let has_shukun = tools.has_settle_file;
        CONTESTANTS.into_iter().filter(move |contestant| match contestant {
            Contestant::Floor => true,
            Contestant::Shukun | Contestant::ShukunForty => has_shukun,
            peer => self.wants(*peer),
        })
    }

    /// Whether any script runs at all.
    pub fn needs_python(&self) -> bool {
        CONTESTANTS.into_iter().any(|contestant| contestant.is_script() && self.wants(contestant))
    }

    fn wants(&self, peer: Contestant) -> bool {
        self.peers.as_ref().is_none_or(|names| names.iter().any(|name| name == peer.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, Failure> {
        Options::read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn sizes_cases_and_peers_are_read() {
        let all = read("").unwrap();
        assert_eq!((all.people, all.runs, all.cases().count(), all.needs_python()), (10_000_000, 3, 4, true));
        let some = read("--people 1000 --runs 1 --only claim-stream --peers none").unwrap();
        assert_eq!(some.cases().collect::<Vec<_>>(), [Case::StreamTotals, Case::StreamSplit]);
        assert_eq!((some.people, some.works(), some.needs_python()), (1_000, vec!["claim-stream"], false));
    }

    #[test]
    fn what_nobody_knows_is_refused() {
        for line in ["--people", "--people none", "--people 0", "--only claims", "--peers excel", "--fast yes"] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
