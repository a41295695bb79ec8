//! `receipt.json`: what a result rests on, what it gave, and how its files are to be read. Written last.

use std::path::Path;

use serde::{Deserialize, Serialize};
use shukun_base::{Fen, Text};
use shukun_claims::Lake;
use shukun_claims::lake::StandingColumns;
use shukun_policy::program::Program;

use super::again::Reason;
use super::options::Options;
use super::programs::Programs;
use super::totals::Totals;
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::run::Uncovered;
use crate::sources::Sources;

/// The file's name.
pub const RECEIPT: &str = "receipt.json";

/// What a run rests on and what it gave, so that it can be repeated and compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The program's version.
    pub shukun: String,
    /// Hash over every fact of the lake.
    pub input_hash: String,
    /// The lake's state.
    pub lake_generation: u64,
    /// Hash over what was imported into the lake so far.
    pub lake_history: String,
    /// The engine's version.
    pub engine: String,
    /// Packs and readings.
    #[serde(flatten)]
    pub sources: Sources,
    /// Whose postings, which notes.
    pub options: Options,
    /// The named columns of the standings.
    pub columns: StandingColumns,
    /// Households settled.
    pub households: u64,
    /// Households that no pack covers, by county; they are in no table.
    pub households_without_pack: Uncovered,
    /// Rows of the result.
    pub postings: u64,
    /// Rows of the result.
    pub standings: u64,
    /// Rows of the result.
    pub notes: u64,
    /// The result from which this one leads on, where one was named.
    pub previous: Option<PreviousResult>,
    /// What lies beside the base, where only some households were settled again.
    pub patch: Option<Patch>,
    /// Postings that lead from the previous result to this one.
    pub delta_postings: Option<u64>,
    /// Person-years that are not what they were in the previous result.
    pub delta_standings: Option<u64>,
    /// The bills.
    pub total_fen: Fen,
    /// What each tier paid, payers first to last.
    pub paid_fen: Vec<(String, Fen)>,
    /// What stays with the families.
    pub family_fen: Fen,
}

/// The earlier result that was named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousResult {
    /// Its lake's facts.
    pub input_hash: String,
    /// Its lake's state.
    pub lake_generation: u64,
    /// Why everybody was settled although it was there; none where only the touched were.
    pub settled_whole_because: Option<Reason>,
    /// How many households were settled again.
    pub households_settled: u64,
    /// Households whose earlier postings are not on file, so that nothing could be reversed.
    pub households_without_earlier_postings: u64,
}

/// A result in two parts: the base without the patched households, and their rows in the patch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// Households of the patch.
    pub households: u64,
    /// Rows of the patch.
    pub standings: u64,
    /// Rows of the patch.
    pub postings: u64,
    /// Rows of the patch.
    pub notes: u64,
}

impl Receipt {
    /// The receipt of a run over the lake, before anything was counted.
    pub fn begin(lake: &Lake, programs: &Programs, options: &Options) -> Receipt {
        Receipt {
            shukun: env!("CARGO_PKG_VERSION").to_owned(),
            input_hash: lake.input_hash(),
            lake_generation: lake.generation(),
            lake_history: lake.history_hash(lake.generation()),
            engine: shukun_engine::receipt(&Program::default(), "").engine_version,
            sources: Sources::of(programs.used().iter().map(AsRef::as_ref)),
            options: options.clone(),
            columns: programs.columns(),
            households: programs.households,
            households_without_pack: programs.uncovered.clone(),
            postings: 0,
            standings: 0,
            notes: 0,
            previous: None,
            patch: None,
            delta_postings: None,
            delta_standings: None,
            total_fen: Fen::ZERO,
            paid_fen: Vec::new(),
            family_fen: Fen::ZERO,
        }
    }

    /// Takes down the sums.
    pub fn set_totals(&mut self, totals: &Totals) {
        self.total_fen = totals.total;
        self.paid_fen = totals.in_payer_order();
        self.family_fen = totals.family;
    }

    /// The sums.
    pub fn totals(&self) -> Totals {
        Totals::from_receipt(self.total_fen, &self.paid_fen, self.family_fen)
    }

    /// The receipt of the result in `dir`.
    pub fn load(dir: &Path) -> Result<Receipt, CliError> {
        let path = dir.join(RECEIPT);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(not_a_result(dir)),
            Err(error) => return Err(CliError::unreadable(&path, &error)),
        };
        serde_json::from_str(&text).map_err(|_| other_receipt(&path))
    }

    /// Writes it into `dir`.
    pub fn save(&self, dir: &Path) -> Result<(), CliError> {
        let path = dir.join(RECEIPT);
        let json = serde_json::to_string_pretty(self).map_err(|error| CliError::unwritable(&path, &error))?;
        std::fs::write(&path, json + "\n").map_err(|error| CliError::unwritable(&path, &error))
    }
}

fn not_a_result(dir: &Path) -> CliError {
    CliError::from(Problem {
        code: "cli-not-a-result",
        what: Text::new(
            "这个文件夹不是结算结果（没有 receipt.json）",
            "this folder is not a result (it has no receipt.json)",
        ),
        place: Some(dir.display().to_string()),
        mend: Text::new("写 shukun settle --out 用过的文件夹", "name a folder that shukun settle --out has written"),
        exit: Exit::Input,
    })
}

fn other_receipt(path: &Path) -> CliError {
    CliError::from(Problem {
        code: "cli-other-result",
        what: Text::new(
            "这个结果是另一个版本写的，不能接着算",
            "another version wrote this result; it cannot be continued",
        ),
        place: Some(path.display().to_string()),
        mend: Text::new("去掉 --previous，重新全部结算", "settle everybody anew, without --previous"),
        exit: Exit::Input,
    })
}
