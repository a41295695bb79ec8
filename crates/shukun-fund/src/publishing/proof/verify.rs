//! Checking files that somebody else published: bundles, checkpoints, slips, the log, by the bodies' keys.
//!
//! Knows no files: texts come in, and what holds goes out. Start at [`Given::take`], then [`Given::checks`].

use serde::{Deserialize, Serialize};
use shukun_base::words;

use super::bundle::{Bundle, Fault, KIND};
use super::checkpoint::{CheckKey, Checkpoint, Signed};
use super::hex;
use super::merkle::{self, Hash};
use super::slip::Slip;

/// How a log says what it is.
pub const LOG_KIND: &str = "shukun-fund-log/1";

/// The leaves of all batches that the fund ever published, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// [`LOG_KIND`].
    pub kind: String,
    /// Hashes of the headers.
    #[serde(with = "hex::list")]
    pub leaves: Vec<Hash>,
}

words! {
    /// What is checked.
    pub enum Checked {
        Total "total" "公布的总额" "the published total",
        Slip "slip" "回执单" "the slip",
        Signatures "signatures" "检查点的签名" "the checkpoint's signatures",
        History "history" "新旧检查点相接" "newer checkpoints continue older ones",
    }
}

/// One check: what of, and why it does not hold; no fault: it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub checked: Checked,
    /// Which one: a batch, a batch and a place, the size of a checkpoint.
    pub subject: String,
    /// Everything that does not hold.
    pub faults: Vec<Fault>,
}

/// Everything that was handed in.
#[derive(Clone, Debug, Default)]
pub struct Given {
    bundles: Vec<Bundle>,
    checkpoints: Vec<Signed>,
    slips: Vec<Slip>,
    broken_slips: usize,
    log: Option<Log>,
    keys: Vec<CheckKey>,
}

impl Given {
    /// Takes the keys by which signatures are checked, one a line. The number of keys that could be read.
    pub fn take_keys(&mut self, text: &str) -> usize {
        self.keys.extend(text.lines().filter_map(CheckKey::parse));
        self.keys.len()
    }

    /// Whether any key was given.
    pub fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Takes a file whatever it is: a bundle, a log, a checkpoint, lines of slips.
    ///
    /// # Errors
    /// [`Fault::Kind`] for anything else.
    pub fn take(&mut self, text: &str, read: &dyn Fn(&str) -> Option<Published>) -> Result<(), Fault> {
        if text.trim_start().starts_with('{') {
            match read(text).ok_or(Fault::Kind)? {
                Published::Bundle(bundle) if bundle.kind == KIND => self.bundles.push(*bundle),
                Published::Log(log) if log.kind == LOG_KIND => self.log = Some(log),
                Published::Bundle(_) | Published::Log(_) => return Err(Fault::Kind),
            }
        } else if text.trim_start().starts_with("SK") {
            text.lines().filter(|line| !line.trim().is_empty()).for_each(|line| self.take_slip(line));
        } else {
            self.checkpoints.push(Checkpoint::parse(text).ok_or(Fault::Kind)?);
        }
        Ok(())
    }

    /// Takes the line of a slip; one that cannot be read is a check that does not hold.
    pub fn take_slip(&mut self, line: &str) {
        match Slip::parse(line) {
            Ok(slip) => self.slips.push(slip),
            Err(_) => self.broken_slips += 1,
        }
    }

    /// Everything that can be checked of what was given.
    pub fn checks(&self) -> Vec<Check> {
        let totals = self.bundles.iter().map(|bundle| Check {
            checked: Checked::Total,
            subject: bundle.header.batch.to_string(),
            faults: bundle.faults(),
        });
        let broken = (0..self.broken_slips).map(|_| check(Checked::Slip, "-", vec![Fault::Slip]));
        let slips = self.slips.iter().map(|slip| self.check_slip(slip));
        let signatures = self.all_checkpoints().into_iter().filter(|_| self.has_keys()).map(|signed| {
            let faults = if signed.is_signed_enough(&self.keys) { vec![] } else { vec![Fault::Signatures] };
            check(Checked::Signatures, &signed.checkpoint.size.to_string(), faults)
        });
        let mut checks: Vec<Check> = totals.chain(slips).chain(broken).chain(signatures).collect();
        checks.extend(self.log.as_ref().map(|log| self.check_history(log)));
        checks.extend(self.check_pairs());
        checks
    }

    fn check_slip(&self, slip: &Slip) -> Check {
        let subject = format!("{} / {}", slip.batch, slip.index);
        let own = self.bundles.iter().find(|bundle| bundle.header.batch == slip.batch);
        check(Checked::Slip, &subject, own.map_or_else(|| vec![Fault::OtherBatch], |bundle| slip.faults(bundle)))
    }

    /// Those given by themselves and those that bundles carry, smallest first, each once.
    fn all_checkpoints(&self) -> Vec<Signed> {
        let carried = self.bundles.iter().filter_map(|bundle| Checkpoint::parse(&bundle.checkpoint));
        let mut all: Vec<Signed> = self.checkpoints.iter().cloned().chain(carried).collect();
        all.sort_by_key(|signed| signed.checkpoint.size);
        all.dedup();
        all
    }

    /// Each checkpoint is the root over the log as it was then.
    fn check_history(&self, log: &Log) -> Check {
        let is_root = |signed: &Signed| {
            let head = usize::try_from(signed.checkpoint.size).ok().and_then(|size| log.leaves.get(..size));
            head.is_some_and(|head| merkle::root(head) == signed.checkpoint.root)
        };
        let holds = self.all_checkpoints().iter().all(is_root);
        let faults = if holds { vec![] } else { vec![Fault::History] };
        check(Checked::History, &log.leaves.len().to_string(), faults)
    }

    /// Without a log: of two checkpoints of one size the roots are the same; the rest needs the log.
    fn check_pairs(&self) -> Option<Check> {
        let all = self.all_checkpoints();
        let clash = all.windows(2).find_map(|pair| match pair {
            [one, two] => {
                let (one, two) = (&one.checkpoint, &two.checkpoint);
                (one.origin == two.origin && one.size == two.size && one.root != two.root).then_some(one.size)
            }
            _ => None,
        });
        clash.map(|size| check(Checked::History, &size.to_string(), vec![Fault::History]))
    }
}

/// A published JSON file.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Published {
    /// A batch.
    Bundle(Box<Bundle>),
    /// The log.
    Log(Log),
}

fn check(checked: Checked, subject: &str, faults: Vec<Fault>) -> Check {
    Check { checked, subject: subject.to_owned(), faults }
}
