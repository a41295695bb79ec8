//! `shukun settle`: every household by the packs; where each yuan went, as tables with a receipt.

use std::path::Path;
use std::time::Instant;

use shukun_base::{Fen, Lang, RegionCode, Text};
use shukun_claims::Lake;
use shukun_engine::facts::Category;
use shukun_engine::outcome::{Colour, FAMILY};

use crate::args::{CategoryArg, ColourArg, Format, SettleArgs};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{find_peak_memory_mib, print, print_json, seconds, table};
use crate::runner::Runner;
use crate::settling::again::{find_reason_for_whole, find_touched, settle_touched};
use crate::settling::compact::compact;
use crate::settling::earlier::EarlierResult;
use crate::settling::folder::Unfinished;
use crate::settling::matching::Matching;
use crate::settling::options::{NotesOf, Options, PostingsOf};
use crate::settling::partition::Plan;
use crate::settling::programs::Programs;
use crate::settling::receipt::{PreviousResult, Receipt};
use crate::settling::whole::{Abandoned, settle_everybody};
use crate::words::{illustrative_warning, pick};

/// Runs the command.
pub fn settle(args: &SettleArgs, lang: Lang) -> Result<Exit, CliError> {
    let start = Instant::now();
    let (receipt, out) = match (&args.compact, &args.lake, &args.out) {
        (Some(dir), ..) => (compact(dir)?, dir),
        (None, Some(lake), Some(out)) => {
            let asked = Asked { options: asked_options(args)?, previous: args.previous.as_deref() };
            let runner = Runner::load(&args.packs, args.as_of, &args.reading, lang)?;
            (settle_lake(&Lake::open(lake)?, &runner, &asked, out, lang)?, out)
        }
        _ => return Err(missing("--lake DIR --packs PATH --out DIR")),
    };
    match args.format {
        Format::Json => print_json(&receipt)?,
        Format::Text => {
            print(&text(&receipt, lang))?;
            print(&closing(out, start, lang))?;
        }
    }
    Ok(Exit::Done)
}

fn missing(what: &str) -> CliError {
    CliError::usage(
        "cli-missing-argument",
        Text::new("缺少参数", "an argument is missing"),
        Some(what.to_owned()),
        Text::new("加 --help 看用法", "see --help"),
    )
}

/// What a run was asked for.
pub struct Asked<'a> {
    /// What to write; none for what the previous result holds, or the usual.
    pub options: Option<Options>,
    /// The result to continue.
    pub previous: Option<&'a Path>,
}

/// What the arguments ask for; none where they leave it open.
fn asked_options(args: &SettleArgs) -> Result<Option<Options>, CliError> {
    let matching = matching(args)?;
    let is_open = !args.standings && args.postings.is_none() && args.notes.is_none() && matching.is_default();
    if is_open {
        return Ok(None);
    }
    let postings = args.postings.unwrap_or(if args.standings { PostingsOf::None } else { PostingsOf::Matching });
    let notes = args.notes.unwrap_or(if args.standings { NotesOf::None } else { NotesOf::Acted });
    if postings == PostingsOf::Changed && args.previous.is_none() {
        return Err(CliError::usage(
            "cli-changed-since-what",
            Text::new("“changed”要与上一次的结果比", "what changed is told against an earlier result"),
            Some("--postings changed".to_owned()),
            Text::new("加上 --previous 结果文件夹", "name one with --previous"),
        ));
    }
    let is_idle =
        matches!((postings, notes), (PostingsOf::All | PostingsOf::Changed, _) | (PostingsOf::None, NotesOf::None));
    if is_idle && !matching.is_default() {
        return Err(CliError::usage(
            "cli-idle-filter",
            Text::new("条件用不上：没有要按条件挑选的", "the filter has nothing to pick"),
            Some("--colour --min-burden --category --region --paid-by".to_owned()),
            Text::new("写 --postings matching，或去掉条件", "write --postings matching, or leave the filter out"),
        ));
    }
    Ok(Some(Options { postings, notes, matching }))
}

fn matching(args: &SettleArgs) -> Result<Matching, CliError> {
    let region = |code: &String| RegionCode::new(code).ok_or_else(|| wrong_region(code));
    Ok(Matching {
        colours: args.colour.iter().map(|colour| colour_of(*colour)).collect(),
        min_burden_fen: args.min_burden.map(Fen::yuan),
        categories: args.category.iter().map(|category| category_of(*category)).collect(),
        regions: args.region.iter().map(region).collect::<Result<_, _>>()?,
        paid_by: args.paid_by.iter().cloned().collect(),
    })
}

fn wrong_region(code: &str) -> CliError {
    CliError::usage(
        "cli-region",
        Text::new("区划代码是 2、4、6、9 或 12 位数字", "a region code has 2, 4, 6, 9 or 12 digits"),
        Some(format!("--region {code}")),
        Text::new("乡镇写 9 位，村写 12 位", "a town has 9, a village 12"),
    )
}

fn colour_of(typed: ColourArg) -> Colour {
    match typed {
        ColourArg::Red => Colour::Red,
        ColourArg::Orange => Colour::Orange,
        ColourArg::Yellow => Colour::Yellow,
    }
}

fn category_of(typed: CategoryArg) -> Category {
    match typed {
        CategoryArg::Destitute => Category::Destitute,
        CategoryArg::Dibao => Category::Dibao,
        CategoryArg::DibaoMarginal => Category::DibaoMarginal,
        CategoryArg::LowIncome => Category::LowIncome,
        CategoryArg::ExpenditureType => Category::ExpenditureType,
        CategoryArg::Other => Category::Other,
    }
}

/// Settles the lake into the folder `out`, which takes its name when everything is written. Where an earlier result
/// can be continued, only the households that later imports touched are settled.
pub fn settle_lake(
    lake: &Lake,
    runner: &Runner,
    asked: &Asked<'_>,
    out: &Path,
    lang: Lang,
) -> Result<Receipt, CliError> {
    let unfinished = Unfinished::begin(out)?;
    let earlier = asked.previous.map(EarlierResult::open).transpose()?;
    let inherited = || earlier.as_ref().map(|earlier| earlier.receipt.options.clone());
    let options = asked.options.clone().or_else(inherited).unwrap_or_default();
    let programs = Programs::of(lake, runner)?;
    refuse_unknown_names(&options, &programs)?;
    let plan = Plan::new(&programs, &options);
    let receipt = match &earlier {
        None => settle_everybody(&plan, lake, None, unfinished.dir(), lang)?,
        Some(earlier) => settle_after(&plan, lake, earlier, unfinished.dir(), lang)?,
    };
    receipt.save(unfinished.dir())?;
    unfinished.finish()?;
    Ok(receipt)
}

fn settle_after(
    plan: &Plan<'_>,
    lake: &Lake,
    earlier: &EarlierResult,
    dir: &Path,
    lang: Lang,
) -> Result<Receipt, CliError> {
    let now = Receipt::begin(lake, plan.programs(), plan.options());
    let touched = match find_reason_for_whole(&earlier.receipt, &now, lake) {
        None => find_touched(&earlier.receipt, lake)?,
        Some(reason) => Err(reason),
    };
    match touched {
        Ok(touched) => settle_touched(plan, lake, earlier, &touched, dir),
        Err(because) => settle_everybody(plan, lake, Some(Abandoned { result: earlier, because }), dir, lang),
    }
}

fn refuse_unknown_names(options: &Options, programs: &Programs) -> Result<(), CliError> {
    let unknown = options.matching.unknown_names(programs.used().iter().map(AsRef::as_ref));
    let Some(name) = unknown.first() else { return Ok(()) };
    let tiers = programs.columns().tiers;
    Err(CliError::usage(
        "cli-unknown-payer",
        Text::new(format!("没有叫“{name}”的层级或规则"), format!("no tier or rule is called {name:?}")),
        Some(format!("--paid-by {name}")),
        Text::new(
            format!("层级有：{}；规则名见 shukun pack explain", tiers.join("、")),
            format!("the tiers are {}; shukun pack explain lists the rules", tiers.join(", ")),
        ),
    ))
}

/// The receipt in words.
pub fn text(receipt: &Receipt, lang: Lang) -> String {
    let Receipt { households, standings, postings, notes, .. } = receipt;
    let mut text = match lang {
        Lang::Zh => format!("结算 {households} 户；人年 {standings}，分录 {postings} 条，说明 {notes} 条\n"),
        Lang::En => format!("{households} households; {standings} person-years, {postings} postings, {notes} notes\n"),
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
    if let Some(previous) = &receipt.previous {
        text.push_str(&continued(receipt, previous, lang));
    }
    text
}

/// How a result leads on from an earlier one.
fn continued(receipt: &Receipt, previous: &PreviousResult, lang: Lang) -> String {
    let (years, postings) = (receipt.delta_standings.unwrap_or_default(), receipt.delta_postings.unwrap_or_default());
    let settled = previous.households_settled;
    let mut text = match (lang, previous.settled_whole_because) {
        (Lang::Zh, None) => format!("接着上一次的结果：重新结算 {settled} 户\n"),
        (Lang::En, None) => format!("continued from the earlier result: {settled} households settled again\n"),
        (Lang::Zh, Some(why)) => format!("全部重新结算，因为{}\n", why.text().zh),
        (Lang::En, Some(why)) => format!("everybody was settled anew, because {}\n", why.text().en),
    };
    text.push_str(&match lang {
        Lang::Zh => format!("与上一次不同：人年 {years} 个（delta_standings.parquet），差额分录 {postings} 条（delta_postings.parquet）\n"),
        Lang::En => format!("changed since: {years} person-years (delta_standings.parquet), {postings} postings lead there (delta_postings.parquet)\n"),
    });
    let unknown = previous.households_without_earlier_postings;
    if unknown > 0 {
        text.push_str(&match lang {
            Lang::Zh => format!("其中 {unknown} 户上次没有留分录，差额分录里没有它们\n"),
            Lang::En => format!(
                "{unknown} households had no postings on file before; they are not among those that lead there\n"
            ),
        });
    }
    if receipt.patch.as_ref().is_some_and(|patch| patch.standings > receipt.standings / 20) {
        text.push_str(pick(
            lang,
            "续算部分已超过二十分之一，可用 shukun settle --compact 合成一份\n",
            "the patch is more than a twentieth by now: shukun settle --compact makes the result one again\n",
        ));
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
