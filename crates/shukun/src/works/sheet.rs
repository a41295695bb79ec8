//! Drafts a household's determination sheet: the lake's facts and what the case found, settled by the packs in force.
//!
//! The same facts and packs as `shukun explain`, so the same fen. Start at [`carry_out`].

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use shukun_base::{Lang, PersonId, Text};
use shukun_casework::ContentHash;
use shukun_casework::determination::PackUsed;
use shukun_claims::Lake;
use shukun_engine::Explanation;
use shukun_engine::facts::{Category, Certification, HouseholdFacts, Resolution};
use shukun_engine::receipt::receipt;
use shukun_engine::trace::ReadingExplained;
use shukun_policy::program::{Kind, Program};
use shukun_web::works::order::{Certified, Proposal, SheetOrder, Worked, WorkedPerson, WorkedReading};

use super::tell::Tell;
use crate::commands::explain::stories;
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::runner::Runner;
use crate::sheet_lines::lines;

/// Carries the order out; what comes back is a [`Worked`].
pub fn carry_out(order: &SheetOrder, tell: &Tell) -> Result<Json, CliError> {
    let lake = Lake::open(&order.lake)?;
    let facts = lake.read_household_of(order.person)?.ok_or_else(no_claims)?;
    let facts = with_findings(facts, order);
    let runner = Runner::load(&order.packs, None, &order.readings, Lang::Zh)?;
    let input = hash_of(&facts)?;
    let members: Vec<PersonId> = facts.persons.iter().map(|person| person.person_id).collect();
    let mut people = Vec::new();
    for (done, year) in (0..).zip(&order.years) {
        tell.step(done, u64::try_from(order.years.len()).unwrap_or(u64::MAX));
        let told = stories(&runner, &facts, &members, None, Some(*year))?;
        people.extend(told.iter().filter(|story| !story.total_fen.is_zero()).map(|story| person(story, *year)));
    }
    // The stories were told, so that a program covers the place.
    let program = runner.program_for(&facts.household.region_code)?.ok_or_else(no_claims)?;
    let worked = Worked {
        packs: packs(&program, &input),
        input_sha256: ContentHash::new(&input).ok_or_else(no_claims)?,
        people,
        by_resolution: by_resolution(&program),
    };
    serde_json::to_value(worked).map_err(|error| unwritable(&error))
}

/// The certification holds for every member: it is the household that civil affairs certifies. Who has it on file for
/// that day already keeps what is on file.
fn with_findings(mut facts: HouseholdFacts, order: &SheetOrder) -> HouseholdFacts {
    let members: Vec<PersonId> = facts.persons.iter().map(|person| person.person_id).collect();
    if let Some(certified) = &order.certified {
        let new = certifications(&facts, &members, certified);
        facts.certifications.extend(new);
    }
    facts.resolutions.extend(order.proposals.iter().map(resolution));
    facts
}

fn certifications(facts: &HouseholdFacts, members: &[PersonId], certified: &Certified) -> Vec<Certification> {
    let new = members.iter().map(|member| certification(*member, certified));
    let is_on_file = |one: &Certification| {
        facts.certifications.iter().any(|known| {
            let holds = known.valid_from <= one.valid_from && known.valid_to.is_none_or(|last| last >= one.valid_from);
            (known.person_id, known.category) == (one.person_id, one.category) && holds
        })
    };
    new.filter(|one| !is_on_file(one)).collect()
}

fn certification(person_id: PersonId, certified: &Certified) -> Certification {
    use shukun_casework::case::Category as Found;
    Certification {
        person_id,
        category: match certified.category {
            Found::Destitute => Category::Destitute,
            Found::Dibao => Category::Dibao,
            Found::DibaoMarginal => Category::DibaoMarginal,
            Found::LowIncome => Category::LowIncome,
            Found::ExpenditureType => Category::ExpenditureType,
            Found::Other => Category::Other,
        },
        valid_from: certified.valid_from,
        valid_to: certified.valid_to,
        certified_on: certified.certified_on,
        applied_on: None,
        due_to_illness: certified.due_to_illness,
    }
}

/// The rule's limits hold for what is proposed as they will for what is resolved.
fn resolution(proposal: &Proposal) -> Resolution {
    Resolution {
        person_id: proposal.person,
        rule: proposal.rule.clone(),
        year: proposal.year,
        amount_fen: proposal.amount_fen,
        document: "拟议，待会议决议".to_owned(),
    }
}

fn hash_of(facts: &HouseholdFacts) -> Result<String, CliError> {
    let bytes = serde_json::to_vec(facts).map_err(|error| unwritable(&error))?;
    Ok(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

fn person(story: &Explanation, year: i16) -> WorkedPerson {
    let mut notes: Vec<Text> = Vec::new();
    for note in &story.notes {
        if !notes.contains(&note.text) {
            notes.push(note.text.clone());
        }
    }
    WorkedPerson {
        person: story.person_id,
        year,
        bill_fen: story.total_fen,
        lines: lines(story),
        left_fen: story.family_fen,
        notes,
        readings: story.readings.iter().map(reading).collect(),
    }
}

fn reading(reading: &ReadingExplained) -> WorkedReading {
    WorkedReading {
        document: reading.document.clone(),
        pack: reading.pack.clone(),
        ambiguity: reading.ambiguity.clone(),
        question: reading.question.clone(),
        reading: reading.reading.clone(),
        provisional: reading.provisional,
        illustrative: reading.illustrative,
        others: reading.effects.iter().map(|effect| (effect.reading.clone(), effect.difference_fen)).collect(),
    }
}

fn packs(program: &Program, input: &str) -> Vec<PackUsed> {
    let packs = receipt(program, input).packs.into_iter();
    let used = packs.filter_map(|pack| {
        Some(PackUsed {
            version: pack.document_number.unwrap_or(pack.title),
            sha256: ContentHash::new(&pack.hash)?,
            id: pack.id,
        })
    });
    used.collect()
}

fn by_resolution(program: &Program) -> Vec<String> {
    let rules = program.rules.iter().filter(|rule| matches!(rule.kind, Kind::ByResolution { .. }));
    let mut names: Vec<String> = rules.map(|rule| rule.name.clone()).collect();
    names.dedup();
    names
}

fn no_claims() -> CliError {
    CliError::from(Problem {
        code: "sheet-no-claims",
        what: Text::new("结算数据里没有这一户", "the claims data know nothing of this household"),
        place: None,
        mend: Text::new(
            "先导入这一户的结算数据，再拟定核定单",
            "import the household's claims first, then draft the sheet",
        ),
        exit: Exit::Input,
    })
}

fn unwritable(error: &serde_json::Error) -> CliError {
    CliError::from(Problem {
        code: "sheet-unwritable",
        what: Text::new(format!("核定结果写不出来：{error}"), format!("the sheet cannot be written: {error}")),
        place: None,
        mend: Text::new("请把这句话告诉系统管理员", "tell the system administrator this sentence"),
        exit: Exit::NeedsAttention,
    })
}
