//! Growth: from a file in which everything is stated with its source, or from the lake's own past years. Nothing that
//! moves money is assumed in silence.

use std::path::Path;

use serde::Deserialize;
use shukun_analysis::project::report::{GrowthAssumed, IncomeGrowth};
use shukun_analysis::project::{Growth, Rate, Survey};
use shukun_base::Text;

use crate::error::{CliError, Problem};
use crate::exit::Exit;

/// What is assumed, for the report and for the run.
#[derive(Debug)]
pub struct Growths {
    /// For the report.
    pub assumed: GrowthAssumed,
    /// Growth of incomes, where a rule looks at them.
    pub income: Option<Rate>,
}

/// A file of assumptions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    claimants: Growth,
    cost: Growth,
    income: Option<Income>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Income {
    growth: Rate,
    source: String,
}

/// An example of such a file, for errors and the manual.
const EXAMPLE: &str = "[claimants]\ngrowth = \"2%\"\nlow = \"0%\"\nhigh = \"4%\"\nsource = \"…\"\n[cost]\ngrowth = \"5%\"\nlow = \"3%\"\nhigh = \"8%\"\nsource = \"…\"";

/// The year that is lived again: the one that was named, else the last whole one.
pub fn base_year(seen: &Survey, named: Option<i16>) -> Result<i16, CliError> {
    let years = seen.years();
    let listed = || {
        let shown: Vec<String> = years.iter().map(|year| format!("{}（{}）", year.year, year.months)).collect();
        if shown.is_empty() { "—".to_owned() } else { shown.join("、") }
    };
    let found = match named {
        Some(year) => years.iter().find(|seen| seen.year == year && seen.claimants > 0).map(|seen| seen.year),
        None => seen.last_whole_year(),
    };
    found.ok_or_else(|| {
        input(
            "cli-project-base-year",
            match named {
                Some(year) => Text::new(format!("{year}年没有费用"), format!("there are no bills in {year}")),
                None => Text::new("没有十二个月都有费用的年度", "no year has bills in all twelve months"),
            },
            None,
            Text::new(
                format!("用 --base-year 指定一个有费用的年度；湖里有（括号内是有费用的月数）：{}", listed()),
                format!(
                    "name a year with bills by --base-year; the lake has (months with bills in brackets): {}",
                    listed()
                ),
            ),
        )
    })
}

/// The growth that is assumed.
pub fn growths(file: Option<&Path>, seen: &Survey, base_year: i16, needs_income: bool) -> Result<Growths, CliError> {
    let Some(path) = file else { return from_lake(seen, base_year, needs_income) };
    let text = std::fs::read_to_string(path).map_err(|error| CliError::unreadable(path, &error))?;
    let stated = read(&text).map_err(|what| {
        let mend = Text::new(format!("照这个样子写：\n{EXAMPLE}"), format!("write it like this:\n{EXAMPLE}"));
        input("cli-project-growth-file", what, Some(path.display().to_string()), mend)
    })?;
    if needs_income && stated.income.is_none() {
        return Err(no_income(Some(path)));
    }
    let income = stated.income.as_ref().map(|income| income.growth);
    let shown = stated.income.map(|income| IncomeGrowth { growth: income.growth.to_string(), source: income.source });
    let assumed = GrowthAssumed { from_lake: false, claimants: stated.claimants, cost: stated.cost, income: shown };
    Ok(Growths { assumed, income })
}

fn read(text: &str) -> Result<File, Text> {
    let file: File = toml::from_str(text).map_err(|error| Text::new(error.message(), error.message()))?;
    for (name, growth) in [("claimants", &file.claimants), ("cost", &file.cost)] {
        if !growth.is_sound() {
            return Err(Text::new(
                format!("[{name}] 要 low ≤ growth ≤ high，并写明来源（source）"),
                format!("[{name}] needs low ≤ growth ≤ high, and a source"),
            ));
        }
    }
    match &file.income {
        Some(income) if income.source.trim().is_empty() => {
            Err(Text::new("[income] 要写明来源（source）", "[income] needs a source"))
        }
        _ => Ok(file),
    }
}

fn from_lake(seen: &Survey, base_year: i16, needs_income: bool) -> Result<Growths, CliError> {
    if needs_income {
        return Err(no_income(None));
    }
    let Some((claimants, cost)) = seen.growth(base_year) else {
        return Err(input(
            "cli-project-growth-unknown",
            Text::new(
                format!("到{base_year}年为止不到三个连续的完整年度，推不出增长，也不替您假定"),
                format!(
                    "fewer than three whole years in a row end with {base_year}: growth cannot be had of them, and none is assumed for you"
                ),
            ),
            None,
            Text::new(
                format!("用 --growth 给一个写明来源的文件：\n{EXAMPLE}"),
                format!("give a file with sources by --growth:\n{EXAMPLE}"),
            ),
        ));
    };
    Ok(Growths { assumed: GrowthAssumed { from_lake: true, claimants, cost, income: None }, income: None })
}

/// Lines that are shares of income move with it.
fn no_income(file: Option<&Path>) -> CliError {
    input(
        "cli-project-income",
        Text::new(
            "制度里有按家庭收入定的条件或线，没有写收入怎么增长",
            "some rule looks at the household's income, and how incomes grow is not stated",
        ),
        file.map(|path| path.display().to_string()),
        Text::new(
            "在 --growth 的文件里加上：\n[income]\ngrowth = \"3%\"\nsource = \"…\"",
            "add to the file of --growth:\n[income]\ngrowth = \"3%\"\nsource = \"…\"",
        ),
    )
}

fn input(code: &'static str, what: Text, place: Option<String>, mend: Text) -> CliError {
    CliError::from(Problem { code, what, place, mend, exit: Exit::Input })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_read_and_gaps_are_told() {
        let file = read(EXAMPLE).unwrap();
        assert_eq!((file.cost.growth.to_string().as_str(), file.claimants.high.to_string().as_str()), ("5%", "4%"));
        for (from, to) in [
            ("source = \"…\"", "source = \"\""),
            ("low = \"0%\"", "low = \"3%\""),
            ("high = \"4%\"", "high = 4"),
            ("high = \"4%\"", "hihg = \"4%\""),
            ("growth = \"5%\"", "growth = \"5\""),
            ("low = \"3%\"\n", ""),
        ] {
            assert!(read(&EXAMPLE.replace(from, to)).is_err(), "{from} → {to}");
        }
        assert!(read(&format!("{EXAMPLE}\n[income]\ngrowth = \"3%\"\nsource = \" \"")).is_err());
    }

    #[test]
    fn nothing_is_assumed_in_silence() {
        let unknown = growths(None, &Survey::default(), 2022, false).unwrap_err();
        assert_eq!((unknown.code, unknown.exit), ("cli-project-growth-unknown", Exit::Input));
        assert!(unknown.mend.zh.contains("[claimants]"));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("growth.toml");
        std::fs::write(&path, EXAMPLE).unwrap();
        let found = growths(Some(&path), &Survey::default(), 2022, false).unwrap();
        assert!(!found.assumed.from_lake && found.income.is_none());
        assert_eq!(growths(Some(&path), &Survey::default(), 2022, true).unwrap_err().code, "cli-project-income");
        assert_eq!(base_year(&Survey::default(), Some(2022)).unwrap_err().code, "cli-project-base-year");
    }
}
