//! What a year's screening finds: who is alerted under which rule, who awaits a decision, what is not known.
//!
//! Only codes, no names: those are joined when the workbook is written ([`crate::screening_book`]).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shukun_base::{Day, Fen, HouseholdId, Lang, PersonId, RegionCode};
use shukun_engine::facts::{Category, HouseholdFacts, Insurance, Person, Sex};
use shukun_engine::outcome::{Colour, Note, NoteKind, Standing};
use shukun_policy::program::{Kind, Program};

use crate::error::CliError;
use crate::output::table;
use crate::run::{Settled, Sink, Uncovered};
use crate::runner::Runner;
use crate::sources::Sources;
use crate::words::{colour, illustrative_warning, pick};

/// What is known of a listed person without a name.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The person.
    pub person_id: PersonId,
    /// The household.
    pub household_id: HouseholdId,
    /// Village or town.
    pub region: RegionCode,
    /// Age at the end of the year.
    pub age: Option<i16>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Scheme.
    pub insurance: Option<Insurance>,
    /// Categories held on the last day of the year.
    pub categories: Vec<Category>,
    /// Income of the household.
    pub income: Option<Fen>,
}

/// A person with a colour.
#[derive(Clone, Debug)]
pub struct Alerted {
    /// Who.
    pub subject: Subject,
    /// How urgent.
    pub colour: Colour,
    /// The burden that was measured.
    pub burden: Fen,
    /// The rule.
    pub rule: String,
    /// Its article.
    pub article: String,
    /// The rule's pack.
    pub pack: String,
    /// The readings that shaped it.
    pub reading: String,
    /// The year's bills.
    pub total: Fen,
    /// What payers paid of them, payers first to last.
    pub paid: Vec<(String, Fen)>,
    /// What stays with the family.
    pub family: Fen,
}

/// A person about whom something is not known, or about whom a meeting has to decide.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Who.
    pub subject: Subject,
    /// The rule.
    pub rule: String,
    /// Its article.
    pub article: String,
    /// In words.
    pub note: Note,
}

/// The counts, for the terminal, for scripts and for the first sheet.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// The year.
    pub year: i16,
    /// Persons known to the lake and covered by a pack.
    pub persons: u64,
    /// Persons with a bill in the year.
    pub with_claims: u64,
    /// Persons with an alert of this colour.
    pub red: u64,
    /// Persons with an alert of this colour.
    pub orange: u64,
    /// Persons with an alert of this colour.
    pub yellow: u64,
    /// Persons whose facts do not suffice to decide some rule.
    pub unknown: u64,
    /// Persons whom a meeting may help.
    pub awaiting: u64,
    /// Alerts by town (9 digits).
    pub by_town: BTreeMap<String, u64>,
    /// Households that no pack covers, by county.
    pub households_without_pack: Uncovered,
    /// Packs and readings.
    #[serde(flatten)]
    pub sources: Sources,
}

/// Everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The counts.
    pub summary: Summary,
    /// Most urgent first, then by burden.
    pub alerted: Vec<Alerted>,
    /// 待议
    pub awaiting: Vec<Pending>,
    /// 资料不足
    pub unknown: Vec<Pending>,
}

impl Found {
    /// Everyone whose name the workbook needs.
    pub fn persons(&self) -> Vec<PersonId> {
        let pending = self.awaiting.iter().chain(&self.unknown).map(|row| row.subject.person_id);
        let all: BTreeSet<PersonId> = self.alerted.iter().map(|row| row.subject.person_id).chain(pending).collect();
        all.into_iter().collect()
    }
}

/// A screening while the households come in.
pub struct Screening {
    year: i16,
    found: Found,
}

impl Screening {
    /// Nothing found yet.
    pub fn new(year: i16) -> Screening {
        Screening { year, found: Found { summary: Summary { year, ..Summary::default() }, ..Found::default() } }
    }

    /// Sorts and counts.
    pub fn finish(mut self, runner: &Runner, uncovered: Uncovered) -> Found {
        let Found { summary, alerted, awaiting, unknown } = &mut self.found;
        alerted
            .sort_by_key(|row| (std::cmp::Reverse(row.colour), std::cmp::Reverse(row.burden), row.subject.person_id));
        let mut worst: BTreeMap<PersonId, &Alerted> = BTreeMap::new();
        for row in alerted.iter() {
            worst.entry(row.subject.person_id).or_insert(row);
        }
        for row in worst.values() {
            match row.colour {
                Colour::Red => summary.red += 1,
                Colour::Orange => summary.orange += 1,
                Colour::Yellow => summary.yellow += 1,
            }
            *summary.by_town.entry(town(&row.subject.region)).or_default() += 1;
        }
        summary.awaiting = persons_in(awaiting);
        summary.unknown = persons_in(unknown);
        summary.households_without_pack = uncovered;
        let programs = runner.programs();
        summary.sources = Sources::of(programs.iter().map(AsRef::as_ref));
        self.found
    }
}

fn persons_in(rows: &[Pending]) -> u64 {
    rows.iter().map(|row| row.subject.person_id).collect::<BTreeSet<_>>().len() as u64
}

/// The town part of a region code.
pub fn town(region: &RegionCode) -> String {
    region.as_str().chars().take(9).collect()
}

impl Sink for Screening {
    fn take(&mut self, settled: Settled) -> Result<(), CliError> {
        let Settled { facts, program, settlement } = settled;
        let year = self.year;
        self.found.summary.persons += facts.persons.len() as u64;
        let standings: Vec<&Standing> = settlement.standings.iter().filter(|row| row.year == year).collect();
        self.found.summary.with_claims += standings.len() as u64;
        let mut told: BTreeSet<(PersonId, String, String)> = BTreeSet::new();
        for note in settlement.notes.iter().filter(|note| note.period.starts_with(&year.to_string())) {
            let Some(subject) = subject(&facts, note.person_id, year) else { continue };
            let (rule, article) = (note.rule.clone(), note.article.clone());
            match &note.outcome {
                NoteKind::Alert { colour, burden_fen } => {
                    let standing = standings.iter().find(|row| row.person_id == note.person_id);
                    self.found.alerted.push(Alerted {
                        subject,
                        colour: *colour,
                        burden: *burden_fen,
                        reading: reading_of(&program, &rule),
                        pack: pack_of(&program, &rule),
                        rule,
                        article,
                        total: standing.map(|row| row.total_fen).unwrap_or_default(),
                        paid: standing.map(|row| row.paid_fen.clone()).unwrap_or_default(),
                        family: standing.map(|row| row.family_fen).unwrap_or_default(),
                    });
                }
                NoteKind::AwaitsResolution { .. } => {
                    self.found.awaiting.push(Pending { subject, rule, article, note: note.clone() });
                }
                NoteKind::Unknown { missing }
                    if is_screened(&program, &rule) && told.insert((note.person_id, rule.clone(), missing.clone())) =>
                {
                    self.found.unknown.push(Pending { subject, rule, article, note: note.clone() });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether a rule looks for people who need help: other rules' missing facts are not a screening's business.
fn is_screened(program: &Program, rule: &str) -> bool {
    let rules = program.rules.iter().filter(|known| known.name == rule);
    rules.into_iter().any(|rule| matches!(rule.kind, Kind::Alert { .. } | Kind::ByResolution { .. }))
}

fn pack_of(program: &Program, rule: &str) -> String {
    let rule = program.rules.iter().find(|known| known.name == rule);
    let pack = rule.and_then(|rule| program.packs.get(rule.pack.0));
    pack.map(|pack| pack.id.clone()).unwrap_or_default()
}

fn reading_of(program: &Program, rule: &str) -> String {
    let Some(rule) = program.rules.iter().find(|known| known.name == rule) else { return String::new() };
    let chosen = rule.readings.iter().filter_map(|place| program.readings.get(*place));
    chosen.map(|chosen| format!("{}={}", chosen.ambiguity, chosen.reading)).collect::<Vec<_>>().join(";")
}

fn subject(facts: &HouseholdFacts, person: PersonId, year: i16) -> Option<Subject> {
    let person: &Person = facts.persons.iter().find(|known| known.person_id == person)?;
    let last = Day::new(year, 12, 31).ok()?;
    let holds = |from: Day, to: Option<Day>| from <= last && to.is_none_or(|to| last <= to);
    let of_person = facts.certifications.iter().filter(|row| row.person_id == person.person_id);
    let mut categories: Vec<Category> =
        of_person.filter(|row| holds(row.valid_from, row.valid_to)).map(|row| row.category).collect();
    categories.sort();
    categories.dedup();
    Some(Subject {
        person_id: person.person_id,
        household_id: person.household_id,
        region: person.region_code.clone(),
        age: person.birth_date.map(|born| year - born.year()),
        sex: person.sex,
        insurance: person.insurance,
        categories,
        income: facts.household.annual_income_fen,
    })
}

impl Summary {
    /// The funnel: what is counted, and how many.
    pub fn rows(&self, lang: Lang) -> Vec<(String, u64)> {
        let row = |zh: &str, en: &str, count: u64| (pick(lang, zh, en).to_owned(), count);
        let in_colour = |which: Colour, count: u64| (format!("　{}", colour(which).in_lang(lang)), count);
        vec![
            row("在册人员", "persons on file", self.persons),
            row("当年有费用", "with a bill in the year", self.with_claims),
            row("预警", "alerted", self.red + self.orange + self.yellow),
            in_colour(Colour::Red, self.red),
            in_colour(Colour::Orange, self.orange),
            in_colour(Colour::Yellow, self.yellow),
            row("待联席会议议定", "awaiting a meeting's decision", self.awaiting),
            row("资料不足待核", "facts missing, to be verified", self.unknown),
        ]
    }

    /// The funnel in words.
    pub fn text(&self, lang: Lang) -> String {
        let rows: Vec<Vec<String>> =
            self.rows(lang).into_iter().map(|(what, count)| vec![what, count.to_string()]).collect();
        let heading = format!("{} {}", self.year, pick(lang, "年预警漏斗", "alert funnel"));
        let mut text = table(&[&heading, pick(lang, "人数", "persons")], &rows, 1);
        for (county, households) in &self.households_without_pack {
            text.push_str(&match lang {
                Lang::Zh => format!("注意：{county} 的 {households} 户没有适用的制度包，没有筛查\n"),
                Lang::En => {
                    format!("note: no pack covers {households} households of {county}; they were not screened\n")
                }
            });
        }
        if self.sources.illustrative {
            text.push_str(&format!("⚠ {}\n", illustrative_warning().in_lang(lang)));
        }
        text
    }
}
