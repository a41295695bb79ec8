//! `shukun explain`: one person's every yuan, from the lake or from a case document.

use std::path::Path;

use serde::Serialize;
use shukun_base::{Day, Lang, PersonId, Text};
use shukun_claims::{IdentityVault, Lake};
use shukun_engine::facts::HouseholdFacts;
use shukun_engine::{Detail, Explanation, Prepared, explain_text, trace};

use crate::args::{ExplainArgs, ExplainFormat};
use crate::case;
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::{print, print_json};
use crate::page;
use crate::runner::Runner;

/// Runs the command.
pub fn explain(args: &ExplainArgs, lang: Lang) -> Result<Exit, CliError> {
    if args.case_schema {
        print_json(&case::schema())?;
        return Ok(Exit::Done);
    }
    if args.packs.is_empty() {
        return Err(missing("--packs PATH"));
    }
    let (facts, persons) = match (&args.lake, &args.case, &args.person) {
        (Some(lake), _, Some(person)) => find_in_lake(lake, person)?,
        (None, Some(case), person) => load_case(case, person.as_deref(), lang)?,
        _ => return Err(missing("--lake DIR --person ID / --case FILE.json")),
    };
    let runner = Runner::load(&args.packs, args.as_of, &args.reading, lang)?;
    let stories = stories(&runner, &facts, &persons, args.as_of, args.year)?;
    match args.format {
        ExplainFormat::Json => print_json(&Told { persons: &stories })?,
        ExplainFormat::Html => print(&page::page(&stories, lang))?,
        ExplainFormat::Text => {
            let texts: Vec<String> = stories.iter().map(|story| explain_text(story, lang)).collect();
            print(&texts.join("\n"))?;
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

/// The JSON form.
#[derive(Serialize)]
struct Told<'a> {
    persons: &'a [Explanation],
}

/// Settles a household and explains some of its members.
pub fn stories(
    runner: &Runner,
    facts: &HouseholdFacts,
    persons: &[PersonId],
    as_of: Option<Day>,
    year: Option<i16>,
) -> Result<Vec<Explanation>, CliError> {
    let region = &facts.household.region_code;
    let Some(program) = runner.program_for(region)? else { return Err(no_pack_for(region.as_str())) };
    let detail = Detail { as_of, ..Detail::FULL };
    let settlement = Prepared::new(&program).settle(facts, detail);
    let tell = |person: &PersonId| trace(&program, facts, &settlement, *person, year);
    let mut stories: Vec<Explanation> = persons.iter().filter_map(tell).collect();
    add_effects(runner, facts, &mut stories)?;
    Ok(stories)
}

/// What each other reading of the ambiguities in play would have given.
fn add_effects(runner: &Runner, facts: &HouseholdFacts, stories: &mut [Explanation]) -> Result<(), CliError> {
    for other in runner.other_readings(stories.iter().flat_map(|story| &story.readings)) {
        let program = runner.program_with(&facts.household.region_code, &other)?;
        let settlement = Prepared::new(&program).settle(facts, Detail::BRIEF);
        for story in stories.iter_mut() {
            story.add_effect(&other.pack, &other.ambiguity, &other.reading, &settlement);
        }
    }
    Ok(())
}

fn no_pack_for(region: &str) -> CliError {
    CliError::from(Problem {
        code: "cli-no-pack-for-region",
        what: Text::new(format!("没有适用于 {region} 的制度包"), format!("no pack covers the region {region}")),
        place: Some("--packs".to_owned()),
        mend: Text::new(
            "加上这个县的制度包，或改正 region_code",
            "name the pack of that county, or correct region_code",
        ),
        exit: Exit::Input,
    })
}

/// The household of a person, by ID number or by code. `-` reads it from standard input, so that an ID number need
/// not stand in the shell's history.
fn find_in_lake(dir: &Path, person: &str) -> Result<(HouseholdFacts, Vec<PersonId>), CliError> {
    let typed = if person == "-" { read_line()? } else { person.to_owned() };
    let lake = Lake::open(dir)?;
    let mut candidates = Vec::new();
    if matches!(typed.trim().len(), 15 | 18) {
        candidates.push(IdentityVault::open_or_create(dir)?.person_id(&typed));
    }
    candidates.extend(typed.trim().parse().ok().map(PersonId));
    for person in candidates {
        if let Some(facts) = lake.read_household_of(person)? {
            return Ok((facts, vec![person]));
        }
    }
    Err(no_such_person(&dir.display().to_string()))
}

fn read_line() -> Result<String, CliError> {
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(_) => Ok(line.trim().to_owned()),
        Err(error) => Err(CliError::unreadable(Path::new("stdin"), &error)),
    }
}

/// The number itself is not repeated: it may be somebody's ID number.
fn no_such_person(place: &str) -> CliError {
    CliError::from(Problem {
        code: "cli-no-person",
        what: Text::new("没有这个人", "there is no such person"),
        place: Some(place.to_owned()),
        mend: Text::new(
            "写 18 位身份证号，或预警名单里的人员编号",
            "write the 18-character ID number, or the person's code as in the alert list",
        ),
        exit: Exit::Input,
    })
}

fn load_case(path: &Path, person: Option<&str>, lang: Lang) -> Result<(HouseholdFacts, Vec<PersonId>), CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::unreadable(path, &error))?;
    let facts = case::read_case(&text).map_err(|problems| bad_case(path, &problems, lang))?;
    let mut persons: Vec<PersonId> = facts.persons.iter().map(|person| person.person_id).collect();
    if let Some(person) = person {
        persons.retain(|known| known.to_string() == person.trim());
        if persons.is_empty() {
            return Err(no_such_person(&path.display().to_string()));
        }
    }
    Ok((facts, persons))
}

/// All problems are listed before the error.
fn bad_case(path: &Path, problems: &[case::CaseProblem], lang: Lang) -> CliError {
    for problem in problems {
        eprintln!("{} {}: {}", path.display(), problem.place, problem.what.in_lang(lang));
    }
    CliError::from(Problem {
        code: "cli-bad-case",
        what: Text::new(
            format!("算例文件有 {} 处不对", problems.len()),
            format!("the case document has {} problems", problems.len()),
        ),
        place: Some(path.display().to_string()),
        mend: Text::new(
            "照 docs/case.md 改；--case-schema 打印它的 JSON Schema",
            "see docs/case.md; --case-schema prints its JSON Schema",
        ),
        exit: Exit::Input,
    })
}
