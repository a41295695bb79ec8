//! `shukun settle`: every household by the packs; where each yuan went, as tables with a receipt.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use shukun_base::{Fen, Lang};
use shukun_claims::Lake;
use shukun_claims::lake::{
    HouseholdNote, StandingColumns, TableWriter, notes_writer, postings_writer, read_postings, write_postings,
    write_standings,
};
use shukun_engine::outcome::{FAMILY, Posting, Standing};
use shukun_engine::{Detail, resettle};
use shukun_policy::program::Program;

use crate::args::{Format, SettleArgs};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{find_peak_memory_mib, print, print_json, progress, seconds, table};
use crate::run::{Settled, Sink, Uncovered, run};
use crate::runner::Runner;
use crate::sources::Sources;
use crate::words::{illustrative_warning, pick};

/// Runs the command.
pub fn settle(args: &SettleArgs, lang: Lang) -> Result<Exit, CliError> {
    let start = Instant::now();
    let runner = Runner::load(&args.run.packs, args.run.as_of, &args.run.reading, lang)?;
    let lake = Lake::open(&args.lake)?;
    let receipt = settle_lake(&lake, &runner, args.previous.as_deref(), &args.out, lang)?;
    match args.format {
        Format::Json => print_json(&receipt)?,
        Format::Text => {
            print(&text(&receipt, lang))?;
            print(&closing(&args.out, start, lang))?;
        }
    }
    Ok(Exit::Done)
}

/// What a run rests on and what it gave, so that it can be repeated and compared.
#[derive(Debug, Serialize)]
pub struct Receipt {
    /// The program's version.
    pub shukun: &'static str,
    /// Hash over every fact of the lake.
    pub input_hash: String,
    /// The lake's state.
    pub lake_generation: u64,
    /// The engine's version.
    pub engine: String,
    /// Packs and readings.
    #[serde(flatten)]
    pub sources: Sources,
    /// Households settled.
    pub households: u64,
    /// Households that no pack covers, by county; they are in no table.
    pub households_without_pack: Uncovered,
    /// Rows written.
    pub postings: u64,
    /// Rows written.
    pub standings: u64,
    /// Rows written.
    pub notes: u64,
    /// Postings that lead from the previous result to this one, where one was named.
    pub delta_postings: Option<u64>,
    /// The bills.
    pub total_fen: Fen,
    /// What each tier paid, payers first to last.
    pub paid_fen: Vec<(String, Fen)>,
    /// What stays with the families.
    pub family_fen: Fen,
}

/// Settles the lake and writes `postings.parquet`, `standings.parquet`, `notes.parquet`, `receipt.json` into `out`.
pub fn settle_lake(
    lake: &Lake,
    runner: &Runner,
    previous: Option<&Path>,
    out: &Path,
    lang: Lang,
) -> Result<Receipt, CliError> {
    std::fs::create_dir_all(out).map_err(|error| CliError::unwritable(out, &error))?;
    let bar = progress(lake.bucket_count().into(), pick(lang, "结算", "settling"));
    let mut tables = Tables::create(out)?;
    let uncovered = run(lake, runner, Detail::default(), &bar, &mut tables)?;
    bar.finish_and_clear();
    let mut receipt = tables.finish(out)?;
    let programs = runner.programs();
    receipt.sources = Sources::of(programs.iter().map(AsRef::as_ref));
    receipt.input_hash = lake.input_hash();
    receipt.lake_generation = lake.generation();
    receipt.households_without_pack = uncovered;
    if let Some(previous) = previous {
        receipt.delta_postings = Some(write_delta(previous, out)?);
    }
    save_receipt(&receipt, out)?;
    Ok(receipt)
}

/// `delta.parquet`: reversals of what no longer holds, then what is new.
fn write_delta(previous: &Path, out: &Path) -> Result<u64, CliError> {
    let before = read_postings(&previous.join("postings.parquet"))?;
    let now = read_postings(&out.join("postings.parquet"))?;
    Ok(write_postings(&out.join("delta.parquet"), resettle(&before, &now))?)
}

fn save_receipt(receipt: &Receipt, out: &Path) -> Result<(), CliError> {
    let path = out.join("receipt.json");
    let json = serde_json::to_string_pretty(receipt).map_err(|error| CliError::unwritable(&path, &error))?;
    std::fs::write(&path, json + "\n").map_err(|error| CliError::unwritable(&path, &error))
}

/// The tables while they grow. Postings and notes are streamed; standings wait for their columns.
struct Tables {
    postings: TableWriter<Posting>,
    notes: TableWriter<HouseholdNote>,
    standings: Vec<Standing>,
    households: u64,
    total: Fen,
    family: Fen,
    /// By tier; with the first place it takes in a county's order of payers.
    paid: BTreeMap<String, (usize, Fen)>,
}

impl Tables {
    fn create(out: &Path) -> Result<Tables, CliError> {
        Ok(Tables {
            postings: postings_writer(&out.join("postings.parquet"))?,
            notes: notes_writer(&out.join("notes.parquet"))?,
            standings: Vec::new(),
            households: 0,
            total: Fen::ZERO,
            family: Fen::ZERO,
            paid: BTreeMap::new(),
        })
    }

    fn finish(self, out: &Path) -> Result<Receipt, CliError> {
        let columns = StandingColumns::of(&self.standings);
        let standings = write_standings(&out.join("standings.parquet"), columns, self.standings)?;
        Ok(Receipt {
            shukun: env!("CARGO_PKG_VERSION"),
            input_hash: String::new(),
            lake_generation: 0,
            engine: shukun_engine::receipt(&Program::default(), "").engine_version,
            sources: Sources::default(),
            households: self.households,
            households_without_pack: Uncovered::new(),
            postings: self.postings.finish()?,
            standings,
            notes: self.notes.finish()?,
            delta_postings: None,
            total_fen: self.total,
            paid_fen: in_payer_order(self.paid),
            family_fen: self.family,
        })
    }
}

impl Sink for Tables {
    fn take(&mut self, settled: Settled) -> Result<(), CliError> {
        self.households += 1;
        for standing in &settled.settlement.standings {
            self.total += standing.total_fen;
            for (place, (tier, paid)) in standing.paid_fen.iter().enumerate() {
                let (first, sum) = self.paid.entry(tier.clone()).or_insert((place, Fen::ZERO));
                *first = place.min(*first);
                *sum += *paid;
            }
        }
        for posting in settled.settlement.postings {
            if posting.rule == FAMILY {
                self.family += posting.amount_fen;
            }
            self.postings.push(posting)?;
        }
        let household_id = settled.facts.household.household_id;
        for note in settled.settlement.notes {
            self.notes.push(HouseholdNote { household_id, note })?;
        }
        self.standings.extend(settled.settlement.standings);
        Ok(())
    }
}

/// Tiers by their first place; counties may put them in different orders.
fn in_payer_order(paid: BTreeMap<String, (usize, Fen)>) -> Vec<(String, Fen)> {
    let mut rows: Vec<(usize, String, Fen)> = paid.into_iter().map(|(tier, (place, sum))| (place, tier, sum)).collect();
    rows.sort();
    rows.into_iter().map(|(_, tier, sum)| (tier, sum)).collect()
}

/// The receipt in words.
pub fn text(receipt: &Receipt, lang: Lang) -> String {
    let mut text = match lang {
        Lang::Zh => format!("结算 {} 户，分录 {} 条\n", receipt.households, receipt.postings),
        Lang::En => format!("{} households settled, {} postings\n", receipt.households, receipt.postings),
    };
    if receipt.sources.illustrative {
        text.push_str(&format!("⚠ {}\n", illustrative_warning().in_lang(lang)));
    }
    let mut rows = vec![vec![pick(lang, "费用总额", "total charges").to_owned(), receipt.total_fen.to_string()]];
    rows.extend(receipt.paid_fen.iter().map(|(tier, paid)| vec![tier.clone(), paid.to_string()]));
    rows.push(vec![pick(lang, FAMILY, "the families").to_owned(), receipt.family_fen.to_string()]);
    text.push_str(&table(&[pick(lang, "层级", "tier"), pick(lang, "金额（元）", "yuan")], &rows, 1));
    for (county, households) in &receipt.households_without_pack {
        text.push_str(&match lang {
            Lang::Zh => format!("注意：{county} 的 {households} 户没有适用的制度包，没有结算\n"),
            Lang::En => format!("note: no pack covers {households} households of {county}; they were not settled\n"),
        });
    }
    if let Some(delta) = receipt.delta_postings {
        text.push_str(&match lang {
            Lang::Zh => format!("与上一次结果的差额分录 {delta} 条（delta.parquet）\n"),
            Lang::En => format!("{delta} postings lead from the previous result to this one (delta.parquet)\n"),
        });
    }
    text
}

/// Where the results lie, how long it took and how much memory.
pub fn closing(out: &Path, start: Instant, lang: Lang) -> String {
    let memory = find_peak_memory_mib().map(|mib| format!("{mib} MiB")).unwrap_or_else(|| "—".to_owned());
    let took = seconds(start.elapsed());
    match lang {
        Lang::Zh => format!("结果在 {}（用时 {took}，内存峰值 {memory}）\n", out.display()),
        Lang::En => format!("results are in {} ({took}, peak memory {memory})\n", out.display()),
    }
}
