//! T6: what the engine is asked for, and the determination made of its answer and the officer's word.
//!
//! The engine says who pays what by which article; which of its lines a programme of this office still pays is the
//! officer's word, tier by tier, and stands on the sheet. Start at [`order`] and [`determination`].

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};
use shukun_base::{Day, Fen, PersonId};
use shukun_casework::authority::Programme;
use shukun_casework::case::{Case, Certification, Content, Discovery, china_day};
use shukun_casework::determination::{Determination, Netting, PersonSheet, ReadingUsed};
use shukun_store::{CaseFilter, CaseOrder, Scope};

use super::{Desk, Folders};
use crate::error::PageError;
use crate::works::order::{Certified, Proposal, SheetOrder, Worked, WorkedPerson};

/// What becomes of a tier's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    /// Settled between insurer and hospital: nothing is paid from here.
    Elsewhere,
    /// Paid under this programme.
    Programme(Programme),
}

/// What the officer typed.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The years of cost.
    pub years: Vec<i16>,
    /// What meetings are asked for.
    pub proposals: Vec<Proposal>,
    /// What becomes of each tier that a rule computed.
    pub payers: Vec<(String, Payer)>,
    /// Readings that were chosen: `pack:Y1` and its name.
    pub readings: Vec<(String, String)>,
}

impl Asked {
    /// What was said of a tier.
    pub fn payer(&self, tier: &str) -> Option<Payer> {
        self.payers.iter().find(|(name, _)| name == tier).map(|(_, payer)| *payer)
    }
}

/// The years that the case is about: its alerts', and those of the determination in force.
pub fn years(case: &Case) -> BTreeSet<i16> {
    let found = case.detections.iter().map(|detection| detection.year);
    let live = case.live_determination().into_iter().flat_map(|live| &live.people).map(|person| person.year);
    found.chain(live).collect()
}

/// Somebody of the household.
pub fn person(case: &Case) -> Option<PersonId> {
    let by_hand = match &case.discovery {
        Discovery::Hand { person, .. } => Some(*person),
        Discovery::Alert(_) | Discovery::Split { .. } => None,
    };
    case.detections.first().map(|detection| detection.person).or(by_hand)
}

/// The order for the case; `None` where it is about nobody.
pub fn order(folders: &Folders, case: &Case, certified_on: Option<Day>, asked: &Asked) -> Option<SheetOrder> {
    Some(SheetOrder {
        lake: folders.lake().to_owned(),
        packs: folders.packs().to_vec(),
        person: person(case)?,
        years: asked.years.clone(),
        certified: certified(case, certified_on),
        proposals: asked.proposals.clone(),
        readings: folders.readings().iter().cloned().chain(chosen(asked)).collect(),
    })
}

fn chosen(asked: &Asked) -> impl Iterator<Item = String> + '_ {
    asked.readings.iter().map(|(question, reading)| format!("{question}={reading}"))
}

/// The readings that the amounts rest on, each once.
pub fn readings(worked: &Worked) -> Vec<ReadingUsed> {
    let mut used: Vec<ReadingUsed> = Vec::new();
    for reading in worked.people.iter().flat_map(|person| &person.readings) {
        let one = ReadingUsed {
            pack: reading.pack.clone(),
            ambiguity: reading.ambiguity.clone(),
            question: reading.question.clone(),
            reading: reading.reading.clone(),
            provisional: reading.provisional,
        };
        if !used.contains(&one) {
            used.push(one);
        }
    }
    used
}

/// A category that was held before rests on the day from which it holds; whether illness brought it is then the lake's
/// to know, and taken as no where the lake knows nothing.
fn certified(case: &Case, certified_on: Option<Day>) -> Option<Certified> {
    match case.certification.as_ref()? {
        Certification::Certified { category, valid_from, valid_to, due_to_illness, .. } => Some(Certified {
            category: *category,
            valid_from: *valid_from,
            valid_to: *valid_to,
            certified_on: certified_on?,
            due_to_illness: *due_to_illness,
        }),
        Certification::Held { category, valid_from, valid_to } => Some(Certified {
            category: *category,
            valid_from: *valid_from,
            valid_to: *valid_to,
            certified_on: *valid_from,
            due_to_illness: false,
        }),
        Certification::NotLowIncome { .. } => None,
    }
}

/// What was shown, so that nothing else is submitted.
pub fn hash(worked: &Worked) -> String {
    let bytes = serde_json::to_vec(worked).unwrap_or_default();
    Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tiers that a rule computed, in order, each once: of these the officer says who pays.
pub fn tiers(worked: &Worked) -> Vec<&str> {
    let lines = worked.people.iter().flat_map(|person| &person.lines).filter(|line| !line.as_settled);
    let mut tiers = Vec::new();
    for line in lines {
        if !tiers.contains(&line.line.tier.as_str()) {
            tiers.push(line.line.tier.as_str());
        }
    }
    tiers
}

/// The sheet; `None` while a tier waits for the officer's word.
pub fn determination(case: &Case, worked: &Worked, asked: &Asked, searched: Vec<String>) -> Option<Determination> {
    let people = worked.people.iter().map(|person| person_sheet(person, asked)).collect::<Option<Vec<_>>>()?;
    let version = u32::try_from(case.determinations.len()).ok()?.checked_add(1)?;
    Some(Determination {
        version,
        supersedes: case.live_determination().map(|live| live.version),
        input_sha256: worked.input_sha256.clone(),
        packs: worked.packs.clone(),
        people,
        nettings: nettings(case),
        double_aid_searched: searched,
        readings: readings(worked),
    })
}

fn person_sheet(person: &WorkedPerson, asked: &Asked) -> Option<PersonSheet> {
    let mut lines = Vec::with_capacity(person.lines.len());
    for worked in &person.lines {
        let mut line = worked.line.clone();
        if !worked.as_settled
            && let Payer::Programme(programme) = asked.payer(&line.tier)?
        {
            line.programme = Some(programme);
        }
        lines.push(line);
    }
    let (bill_fen, left_fen) = (person.bill_fen, person.left_fen);
    Some(PersonSheet { person: person.person, year: person.year, bill_fen, lines, left_fen })
}

/// Every advance that was granted, set off in full.
pub fn nettings(case: &Case) -> Vec<Netting> {
    let granted = |programme: Programme| -> Fen {
        let of = case.advances.iter().filter(|one| one.is_granted() && one.asked.programme == programme);
        of.map(|one| one.asked.amount_fen).sum()
    };
    let all = Programme::ALL.iter().map(|programme| Netting { programme: *programme, amount_fen: granted(*programme) });
    all.filter(|netting| !netting.amount_fen.is_zero()).collect()
}

/// More cases of one household than anybody opens.
const MOST_CASES: u16 = 30;

impl Desk {
    /// The day on which civil affairs last decided on the household's category, as the case's record says.
    ///
    /// # Errors
    /// The store's own.
    pub async fn certified_on(&self, scope: &Scope, case: &Case) -> Result<Option<Day>, PageError> {
        let actions = self.store().case_actions(scope, &case.id).await?;
        let decided = actions.iter().rev().find(|action| matches!(action.content, Content::Certified(_)));
        Ok(decided.map(|action| china_day(action.at)))
    }

    /// Where aid given twice was searched for, with what was found: the household's other cases that this officer may
    /// see, this case's earlier requests, and what the claims data say was paid as assistance.
    ///
    /// # Errors
    /// The store's own.
    pub async fn search_double_aid(
        &self,
        scope: &Scope,
        case: &Case,
        worked: &Worked,
    ) -> Result<Vec<String>, PageError> {
        let filter = CaseFilter { households: Some(vec![case.household]), ..CaseFilter::default() };
        let page = self.store().list_cases(scope, &filter, CaseOrder::Latest, None, MOST_CASES).await?;
        let mut others = Vec::new();
        for row in page.rows.iter().filter(|row| row.case_id != case.id) {
            let other = self.store().case(scope, &row.case_id).await?;
            others.extend(aided(&other).map(|said| format!("{}（{}）", said, other.id)));
        }
        let count = page.rows.iter().filter(|row| row.case_id != case.id).count();
        let own: Vec<String> = aided(case).collect();
        Ok(vec![
            format!("本平台同户其他案件{count}件：{}", or_none(&others)),
            format!("本案以往申请：{}", or_none(&own)),
            format!("结算数据已付：{}", or_none(&settled(worked))),
        ])
    }
}

fn or_none(found: &[String]) -> String {
    if found.is_empty() { "未见重复救助".to_owned() } else { found.join("；") }
}

/// Requests on which money was promised or paid.
fn aided(case: &Case) -> impl Iterator<Item = String> + '_ {
    let with_money = case.requests.iter().filter(|request| request.status.holds_money() || !request.paid_fen.is_zero());
    with_money.map(|request| {
        let (programme, status) = (request.programme.text().zh, request.status.text().zh);
        format!("{programme} {status} {}元", request.amount_fen)
    })
}

/// What payers settled at the counter already, payer by payer.
fn settled(worked: &Worked) -> Vec<String> {
    let lines = || worked.people.iter().flat_map(|person| &person.lines).filter(|line| line.as_settled);
    let tiers: BTreeSet<&str> = lines().map(|line| line.line.tier.as_str()).collect();
    let paid =
        |tier: &str| -> Fen { lines().filter(|line| line.line.tier == tier).map(|line| line.line.amount_fen).sum() };
    tiers.into_iter().map(|tier| format!("{tier}{}元", paid(tier))).collect()
}
