//! `shukun settle-file`: a claims file by itself, as columns, in one streaming pass; totals, splits, standings.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use shukun_base::{Fen, Lang, RegionCode, Text};
use shukun_claims::LakeError;
use shukun_claims::columns::{ClaimsFile, Outcome, Settled, SplitsFile, Take, YearsFile, settle_claims_file};
use shukun_engine::kernel::{Kernel, Lane, Names, Wanted};
use shukun_engine::outcome::FAMILY;
use shukun_policy::program::Program;

use super::settle::closing;
use crate::args::{Format, SettleFileArgs};
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::{print, print_json, table};
use crate::runner::Runner;
use crate::sources::Sources;
use crate::words::{illustrative_warning, pick};

/// Runs the command.
pub fn settle_file(args: &SettleFileArgs, lang: Lang) -> Result<Exit, CliError> {
    let start = Instant::now();
    let runner = Runner::load(&args.run.packs, args.run.as_of, &args.run.reading, lang)?;
    let program = program_of(&runner, &args.region)?;
    std::fs::File::open(&args.file).map_err(|error| CliError::unreadable(&args.file, &error))?;
    let file = ClaimsFile::open(&args.file)?;
    std::fs::create_dir_all(&args.out).map_err(|error| CliError::unwritable(&args.out, &error))?;
    let receipt = settle_to(args, &file, &program)?;
    save(&receipt, &args.out)?;
    match args.format {
        Format::Json => print_json(&receipt)?,
        Format::Text => {
            print(&text(&receipt, lang))?;
            print(&closing(&args.out, start, lang))?;
        }
    }
    Ok(Exit::Done)
}

fn program_of(runner: &Runner, region: &RegionCode) -> Result<Arc<Program>, CliError> {
    runner.program_for(region)?.ok_or_else(|| {
        CliError::from(Problem {
            code: "cli-region-without-pack",
            what: Text::new("没有适用于这个地区的制度包", "no pack covers this region"),
            place: Some(format!("--region {region}")),
            mend: Text::new(
                "更正区划代码，或在 --packs 中加上该地的制度包",
                "correct the code, or add the region's pack to --packs",
            ),
            exit: Exit::Input,
        })
    })
}

/// What a run rests on and what it gave.
#[derive(Debug, Serialize)]
struct Receipt {
    /// The program's version.
    shukun: &'static str,
    /// The engine's version.
    engine: String,
    /// The claims file.
    input: Input,
    /// Where the people live.
    region: RegionCode,
    /// Packs and readings.
    #[serde(flatten)]
    sources: Sources,
    /// Households settled.
    households: u64,
    /// Of these, how many the reference evaluator settled.
    households_by_reference: u64,
    /// Rules, by who carries them out.
    rules: Lanes,
    /// Claims settled: rows without those that reversals leave out.
    claims: u64,
    /// Rows written, where splits were asked for.
    splits: Option<u64>,
    /// Rows written, where standings were asked for.
    standings: Option<u64>,
    /// The bills.
    total_fen: i128,
    /// What each tier paid, payers first to last.
    paid_fen: Vec<(String, i128)>,
    /// What stays with the families.
    family_fen: i128,
}

/// The claims file, so that another run can be told to have read the same.
#[derive(Debug, Serialize)]
struct Input {
    file: String,
    bytes: u64,
    rows: u64,
    /// SHA-256 of the footer: columns, row groups with their sizes and bounds.
    footer_sha256: String,
    /// SHA-256 of the whole file, where `--hash-input` asked for it.
    sha256: Option<String>,
}

/// Rules by lane.
#[derive(Debug, Default, Serialize)]
struct Lanes {
    by_columns: u64,
    watched: u64,
    by_reference: u64,
    without_money: u64,
}

impl Lanes {
    fn of(kernel: &Kernel<'_>) -> Lanes {
        let mut lanes = Lanes::default();
        for lane in kernel.lanes() {
            let count = match lane {
                Lane::Columns => &mut lanes.by_columns,
                Lane::Watched => &mut lanes.watched,
                Lane::Reference(_) => &mut lanes.by_reference,
                Lane::Silent => &mut lanes.without_money,
            };
            *count += 1;
        }
        lanes
    }
}

/// The tables that were asked for, while they grow.
struct Tables {
    splits: Option<SplitsFile>,
    years: Option<YearsFile>,
}

impl Tables {
    fn create(args: &SettleFileArgs, names: &Names) -> Result<Tables, LakeError> {
        let splits = args.split.then(|| SplitsFile::create(&args.out.join("splits.parquet"), names));
        let years = args.standings.then(|| YearsFile::create(&args.out.join("standings.parquet"), names));
        Ok(Tables { splits: splits.transpose()?, years: years.transpose()? })
    }
}

impl Take for Tables {
    fn take(&mut self, settled: &mut Settled) -> Result<(), LakeError> {
        if let Some(splits) = &mut self.splits {
            splits.take(settled)?;
        }
        self.years.as_mut().map_or(Ok(()), |years| years.take(settled))
    }
}

fn settle_to(args: &SettleFileArgs, file: &ClaimsFile, program: &Program) -> Result<Receipt, CliError> {
    let kernel = Kernel::new(program);
    let names = kernel.names();
    let mut tables = Tables::create(args, &names)?;
    let wanted = Wanted { split: args.split, years: args.standings };
    let outcome = settle_claims_file(file, &kernel, &args.region, wanted, &mut tables)?;
    let splits = tables.splits.map(SplitsFile::finish).transpose()?;
    let standings = tables.years.map(YearsFile::finish).transpose()?;
    let input = Input {
        file: args.file.display().to_string(),
        bytes: file.bytes(),
        rows: outcome.rows,
        footer_sha256: file.footer_hash()?,
        sha256: args.hash_input.then(|| file.content_hash()).transpose()?,
    };
    let Outcome { households, slow_households, totals, .. } = outcome;
    let paid = totals.paid_fen.iter().copied().chain(std::iter::repeat(0));
    Ok(Receipt {
        shukun: env!("CARGO_PKG_VERSION"),
        engine: shukun_engine::receipt(program, "").engine_version,
        input,
        region: args.region.clone(),
        sources: Sources::of([program]),
        households,
        households_by_reference: slow_households,
        rules: Lanes::of(&kernel),
        claims: totals.claims,
        splits,
        standings,
        total_fen: totals.total_fen,
        paid_fen: names.tiers.into_iter().zip(paid).collect(),
        family_fen: totals.family_fen,
    })
}

/// The receipt gets its name when it is whole.
fn save(receipt: &Receipt, out: &Path) -> Result<(), CliError> {
    let (path, unfinished) = (out.join("receipt.json"), out.join("receipt.json.new"));
    let json = serde_json::to_string_pretty(receipt).map_err(|error| CliError::unwritable(&path, &error))?;
    std::fs::write(&unfinished, json + "\n")
        .and_then(|()| std::fs::rename(&unfinished, &path))
        .map_err(|error| CliError::unwritable(&path, &error))
}

fn yuan(fen: i128) -> String {
    i64::try_from(fen).map_or_else(|_| format!("{}", fen / 100), |fen| Fen(fen).to_string())
}

/// The receipt in words.
fn text(receipt: &Receipt, lang: Lang) -> String {
    let (households, reference) = (receipt.households, receipt.households_by_reference);
    let mut text = match lang {
        Lang::Zh => format!("结算 {} 笔，{households} 户（其中 {reference} 户由参考算法结算）\n", receipt.claims),
        Lang::En => format!(
            "{} claims of {households} households settled ({reference} of them by the reference evaluator)\n",
            receipt.claims
        ),
    };
    if receipt.sources.illustrative {
        text.push_str(&format!("⚠ {}\n", illustrative_warning().in_lang(lang)));
    }
    let mut rows = vec![vec![pick(lang, "费用总额", "total charges").to_owned(), yuan(receipt.total_fen)]];
    rows.extend(receipt.paid_fen.iter().map(|(tier, paid)| vec![tier.clone(), yuan(*paid)]));
    rows.push(vec![pick(lang, FAMILY, "the families").to_owned(), yuan(receipt.family_fen)]);
    text.push_str(&table(&[pick(lang, "层级", "tier"), pick(lang, "金额（元）", "yuan")], &rows, 1));
    text
}
