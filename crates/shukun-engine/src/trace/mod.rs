//! One person's settlement, explained: every yuan with its article, on demand and from the postings.
//!
//! [`trace`] makes the value, [`explain_text`] words it; a page draws the same value. Settle with
//! [`Detail::FULL`](crate::Detail::FULL) first, so that the workings are there. Knows no names: a person is a number.

mod figures;
mod text;

use serde::Serialize;
use shukun_base::{ClaimId, Day, Exact, Fen, HouseholdId, PersonId, Text};
use shukun_policy::program::{Program, Provenance, Rule, Unit};

use crate::facts::{Claim, ClaimKind, HouseholdFacts};
use crate::outcome::{Colour, FAMILY, Note, Posting, Settlement, Standing, WorkingRow};
pub use figures::{show_exact_yuan, show_rate};
pub use text::explain_text;

/// Why this person bears what they bear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The person.
    pub person_id: PersonId,
    /// The household.
    pub household_id: HouseholdId,
    /// The calendar year of cost; none = all of them.
    pub year: Option<i16>,
    /// 费用总额
    pub total_fen: Fen,
    /// The bills' components: 政策范围内费用, 自费, 超限价, 先行自付.
    pub components: Vec<NamedAmount>,
    /// What stays with the family.
    pub family_fen: Fen,
    /// The burden by each named base (口径).
    pub burdens: Vec<NamedAmount>,
    /// What is left under each limited rule's limit.
    pub caps_left: Vec<NamedAmount>,
    /// The colour of the alert.
    pub colour: Option<Colour>,
    /// Bill by bill, in the order of the run.
    pub bills: Vec<BillExplained>,
    /// What was paid at the end of periods, each followed by what it takes off the family (below zero), so that all
    /// lines add up to the bills.
    pub period_lines: Vec<Line>,
    /// From the bill down to what the family bears, payer by payer.
    pub waterfall: Vec<Bar>,
    /// Why a rule gave nothing, less, or something without money.
    pub notes: Vec<Note>,
    /// The readings that these amounts rest on.
    pub readings: Vec<ReadingExplained>,
    /// The packs that were run.
    pub packs: Vec<PackExplained>,
    /// Whether anything above rests on values invented for demonstration.
    pub is_illustrative: bool,
}

/// An amount with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedAmount {
    /// As the pack names it.
    pub name: String,
    /// The amount.
    pub amount_fen: Fen,
}

/// One bill and who paid it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BillExplained {
    /// The claim.
    pub claim_id: ClaimId,
    /// 结算编号 as the office writes it.
    pub settlement_no: Option<String>,
    /// 费用发生日
    pub incurred_on: Day,
    /// 就医类别
    pub kind: ClaimKind,
    /// The bill after reversals.
    pub total_fen: Fen,
    /// Payer by payer; the last is the family's.
    pub lines: Vec<Line>,
}

/// One posting with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// [`Posting::seq`]
    pub seq: u32,
    /// The payer in the order (层级); empty for the family.
    pub tier: String,
    /// The rule.
    pub rule: String,
    /// The document it stands in.
    pub document: String,
    /// The article.
    pub article: String,
    /// The readings chosen.
    pub reading: String,
    /// The benefit period.
    pub period: String,
    /// Who pays.
    pub account: String,
    /// From the claim data, not computed.
    pub as_settled: bool,
    /// What the rate was applied to.
    pub base_fen: Fen,
    /// The one rate, where there is one.
    #[serde(serialize_with = "crate::outcome::as_text")]
    pub rate: Option<Exact>,
    /// What the deductible took.
    pub deducted_fen: Fen,
    /// Base × rate = amount, row by row.
    pub rows: Vec<WorkingRow>,
    /// What earlier bills could not hold.
    pub carried_fen: Fen,
    /// What the formula gives.
    pub wanted_fen: Fen,
    /// What the limits allow of it.
    pub allowed_fen: Fen,
    /// What was paid.
    pub amount_fen: Fen,
    /// Of a rule on the household as a whole: what this person's amount is a share of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub household: Option<HouseholdAmount>,
    /// Rests on values invented for demonstration.
    pub is_illustrative: bool,
    /// The same in one sentence.
    pub text: Text,
}

/// What a rule comes to for all members together; it is apportioned to them by their bases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct HouseholdAmount {
    /// The members' bases together.
    pub base_fen: Fen,
    /// What was paid to all of them.
    pub amount_fen: Fen,
}

/// What a bar of the waterfall stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BarKind {
    /// The whole bill.
    Total,
    /// A payer takes this much off.
    Paid,
    /// What stays with the family.
    Family,
}

/// One bar: `from_fen` and `to_fen` are its ends on the axis of yuan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// The payer's name.
    pub name: Text,
    /// What it stands for.
    pub kind: BarKind,
    /// Left before this payer.
    pub from_fen: Fen,
    /// Left after it.
    pub to_fen: Fen,
    /// The amount.
    pub amount_fen: Fen,
    /// Rests on values invented for demonstration.
    pub is_illustrative: bool,
}

/// A reading that amounts rest on, and what other readings would give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadingExplained {
    /// The document's title.
    pub document: String,
    /// The pack's id.
    pub pack: String,
    /// `Y1`
    pub ambiguity: String,
    /// `分段方式`
    pub question: String,
    /// `分别累进`
    pub reading: String,
    /// Nobody confirmed it yet.
    pub provisional: bool,
    /// Its values are invented.
    pub illustrative: bool,
    /// The rules that rest on it.
    pub rules: Vec<String>,
    /// What the other readings would give this person: see [`Explanation::add_effect`].
    pub effects: Vec<ReadingEffect>,
}

/// What another reading would give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadingEffect {
    /// The other reading.
    pub reading: String,
    /// What the family would bear under it.
    pub family_fen: Fen,
    /// The difference to the reading chosen: above zero, the family would bear more.
    pub difference_fen: Fen,
}

/// A pack in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackExplained {
    /// Its id.
    pub id: String,
    /// The document's title.
    pub title: String,
    /// 文号
    pub document_number: Option<String>,
    /// Where its values come from.
    pub provenance: Provenance,
}

/// Explains one person's settlement, for one calendar year of cost or for all; none when the person is not a member
/// of the household.
pub fn trace(
    program: &Program,
    facts: &HouseholdFacts,
    settlement: &Settlement,
    person: PersonId,
    year: Option<i16>,
) -> Option<Explanation> {
    let of = facts.persons.iter().find(|row| row.person_id == person)?;
    let tracer = Tracer { program, facts, settlement, person, year };
    let standings: Vec<&Standing> = settlement.standings.iter().filter(|row| tracer.is_own_standing(row)).collect();
    let bills = tracer.bills();
    let period_lines = tracer.period_lines();
    let lines = || bills.iter().flat_map(|bill| &bill.lines).chain(&period_lines);
    let is_illustrative = lines().any(|line| line.is_illustrative);
    Some(Explanation {
        person_id: person,
        household_id: of.household_id,
        year,
        total_fen: standings.iter().map(|row| row.total_fen).sum(),
        components: components(&standings),
        family_fen: standings.iter().map(|row| row.family_fen).sum(),
        burdens: added_up(standings.iter().flat_map(|row| &row.burden_fen)),
        caps_left: added_up(standings.last().iter().flat_map(|row| &row.cap_left_fen)),
        colour: standings.iter().filter_map(|row| row.colour).max(),
        waterfall: tracer.waterfall(&standings, lines().filter(|line| line.is_illustrative)),
        notes: settlement.notes.iter().filter(|note| tracer.is_own_note(note)).cloned().collect(),
        readings: tracer.readings(lines()),
        packs: program.packs.iter().map(pack_explained).collect(),
        is_illustrative,
        bills,
        period_lines,
    })
}

impl Explanation {
    /// Adds what another reading of an ambiguity would give: `other` is the same person's settlement under it.
    pub fn add_effect(&mut self, pack: &str, ambiguity: &str, reading: &str, other: &Settlement) {
        let is_own = |row: &&Standing| row.person_id == self.person_id && self.year.is_none_or(|year| row.year == year);
        let family_fen: Fen = other.standings.iter().filter(is_own).map(|row| row.family_fen).sum();
        let difference_fen = family_fen - self.family_fen;
        let mut wanted = self.readings.iter_mut().filter(|row| row.pack == pack && row.ambiguity == ambiguity);
        if let Some(row) = wanted.next() {
            row.effects.push(ReadingEffect { reading: reading.to_owned(), family_fen, difference_fen });
        }
    }
}

struct Tracer<'a> {
    program: &'a Program,
    facts: &'a HouseholdFacts,
    settlement: &'a Settlement,
    person: PersonId,
    year: Option<i16>,
}

impl Tracer<'_> {
    fn is_own_standing(&self, row: &Standing) -> bool {
        row.person_id == self.person && self.year.is_none_or(|year| row.year == year)
    }

    fn is_own_note(&self, note: &Note) -> bool {
        note.person_id == self.person && self.is_period_asked_for(&note.period)
    }

    /// A period counts toward the year in which it ends; a lifetime, toward all.
    fn is_period_asked_for(&self, period: &str) -> bool {
        let last = period.rsplit('/').next().unwrap_or(period);
        let year: Option<i16> = last.split('-').next().and_then(|year| year.parse().ok());
        self.year.is_none() || year.is_none() || year == self.year
    }

    fn own_postings(&self) -> impl Iterator<Item = &Posting> {
        self.settlement.postings.iter().filter(|posting| posting.person_id == self.person)
    }

    fn bills(&self) -> Vec<BillExplained> {
        let mut bills: Vec<BillExplained> = Vec::new();
        for posting in self.own_postings() {
            let claim = self.facts.claims.iter().find(|claim| Some(claim.claim_id) == posting.claim_id);
            let Some(claim) = claim.filter(|claim| self.year.is_none_or(|year| claim.incurred_on().year() == year))
            else {
                continue;
            };
            if bills.last().is_none_or(|bill| bill.claim_id != claim.claim_id) {
                bills.push(bill_of(claim));
            }
            if let Some(bill) = bills.last_mut() {
                bill.total_fen += posting.amount_fen;
                bill.lines.push(self.line(posting));
            }
        }
        bills
    }

    fn period_lines(&self) -> Vec<Line> {
        let at_periods = self.own_postings().filter(|posting| posting.claim_id.is_none());
        at_periods
            .filter(|posting| self.is_period_asked_for(&posting.period))
            .map(|posting| self.line(posting))
            .collect()
    }

    fn rule_of(&self, posting: &Posting) -> Option<&Rule> {
        self.program.rules.iter().find(|rule| !posting.as_settled && rule.name == posting.rule)
    }

    fn is_illustrative(&self, rule: &Rule) -> bool {
        let pack = self.program.packs.get(rule.pack.0);
        let readings = rule.readings.iter().filter_map(|index| self.program.readings.get(*index));
        pack.is_some_and(|pack| pack.provenance == Provenance::Illustrative)
            || readings.into_iter().any(|reading| reading.illustrative)
    }

    /// The whole of which a member's period-level posting is a share; none for rules on the person.
    fn household_amount(&self, rule: &Rule, posting: &Posting) -> Option<HouseholdAmount> {
        if rule.accumulate.unit != Unit::Household || posting.claim_id.is_some() {
            return None;
        }
        let shares =
            self.settlement.postings.iter().filter(|other| {
                other.claim_id.is_none() && other.rule == posting.rule && other.period == posting.period
            });
        let none = HouseholdAmount { base_fen: Fen::ZERO, amount_fen: Fen::ZERO };
        Some(shares.fold(none, |sum, share| HouseholdAmount {
            base_fen: sum.base_fen + share.base_fen,
            amount_fen: sum.amount_fen + share.amount_fen,
        }))
    }

    fn line(&self, posting: &Posting) -> Line {
        let rule = self.rule_of(posting);
        let working = self.settlement.workings.iter().find(|working| working.seq == posting.seq);
        let tier = rule.and_then(|rule| self.program.tiers.get(rule.tier.0)).map(|tier| tier.name.clone());
        let document = rule.and_then(|rule| self.program.packs.get(rule.pack.0)).map(|pack| pack.title.clone());
        let or_paid = |amount: Option<Fen>| amount.unwrap_or(posting.amount_fen);
        let mut line = Line {
            seq: posting.seq,
            tier: tier.unwrap_or_else(|| if posting.as_settled { posting.rule.clone() } else { String::new() }),
            rule: posting.rule.clone(),
            document: document.unwrap_or_default(),
            article: posting.article.clone(),
            reading: posting.reading.clone(),
            period: posting.period.clone(),
            account: posting.account.clone(),
            as_settled: posting.as_settled,
            base_fen: posting.base_fen,
            rate: posting.rate,
            deducted_fen: working.map_or(Fen::ZERO, |working| working.deducted_fen),
            rows: working.map_or_else(Vec::new, |working| working.rows.clone()),
            carried_fen: working.map_or(Fen::ZERO, |working| working.carried_fen),
            wanted_fen: or_paid(working.map(|working| working.wanted_fen)),
            allowed_fen: or_paid(working.map(|working| working.allowed_fen)),
            amount_fen: posting.amount_fen,
            household: rule.and_then(|rule| self.household_amount(rule, posting)),
            is_illustrative: rule.is_some_and(|rule| self.is_illustrative(rule)),
            text: Text::new("", ""),
        };
        line.text = text::sentence(&line);
        line
    }

    fn waterfall<'l>(&self, standings: &[&Standing], illustrative: impl Iterator<Item = &'l Line>) -> Vec<Bar> {
        let invented: Vec<&str> = illustrative.map(|line| line.tier.as_str()).collect();
        let mut left: Fen = standings.iter().map(|row| row.total_fen).sum();
        let bar = |name: Text, kind, from_fen, to_fen, is_illustrative| {
            let amount_fen = if kind == BarKind::Paid { from_fen - to_fen } else { from_fen };
            Bar { name, kind, from_fen, to_fen, amount_fen, is_illustrative }
        };
        let mut bars = vec![bar(Text::new("费用总额", "Total bill"), BarKind::Total, left, Fen::ZERO, false)];
        for (index, tier) in self.program.tiers.iter().enumerate() {
            let paid: Fen = standings.iter().filter_map(|row| row.paid_fen.get(index)).map(|(_, paid)| *paid).sum();
            if !paid.is_zero() {
                let name = Text::new(tier.name.clone(), tier.name.clone());
                bars.push(bar(name, BarKind::Paid, left, left - paid, invented.contains(&tier.name.as_str())));
                left -= paid;
            }
        }
        bars.push(bar(Text::new(FAMILY, "Family"), BarKind::Family, left, Fen::ZERO, !invented.is_empty()));
        bars
    }

    fn readings<'l>(&self, lines: impl Iterator<Item = &'l Line>) -> Vec<ReadingExplained> {
        let mut used: Vec<&str> = lines.map(|line| line.rule.as_str()).collect();
        used.extend(self.settlement.notes.iter().filter(|note| self.is_own_note(note)).map(|note| note.rule.as_str()));
        let explained = self.program.readings.iter().enumerate().map(|(index, chosen)| {
            let pack = self.program.packs.get(chosen.pack.0);
            let rests = |rule: &&Rule| rule.readings.contains(&index) && used.contains(&rule.name.as_str());
            ReadingExplained {
                document: pack.map_or_else(String::new, |pack| pack.title.clone()),
                pack: pack.map_or_else(String::new, |pack| pack.id.clone()),
                ambiguity: chosen.ambiguity.clone(),
                question: chosen.question.clone(),
                reading: chosen.reading.clone(),
                provisional: chosen.provisional,
                illustrative: chosen.illustrative,
                rules: self.program.rules.iter().filter(rests).map(|rule| rule.name.clone()).collect(),
                effects: Vec::new(),
            }
        });
        explained.filter(|reading| !reading.rules.is_empty()).collect()
    }
}

fn bill_of(claim: &Claim) -> BillExplained {
    BillExplained {
        claim_id: claim.claim_id,
        settlement_no: claim.settlement_no.clone(),
        incurred_on: claim.incurred_on(),
        kind: claim.kind,
        total_fen: Fen::ZERO,
        lines: Vec::new(),
    }
}

fn components(standings: &[&Standing]) -> Vec<NamedAmount> {
    let sum = |of: fn(&Standing) -> Fen| standings.iter().map(|row| of(row)).sum();
    [
        ("政策范围内费用", sum(|row| row.in_scope_fen)),
        ("自费", sum(|row| row.out_of_catalogue_fen)),
        ("超限价", sum(|row| row.over_limit_fen)),
        ("先行自付", sum(|row| row.pre_selfpay_fen)),
    ]
    .map(|(name, amount_fen)| NamedAmount { name: name.to_owned(), amount_fen })
    .to_vec()
}

fn added_up<'a>(rows: impl Iterator<Item = (&'a String, &'a Fen)>) -> Vec<NamedAmount> {
    let mut sums = std::collections::BTreeMap::new();
    for (name, amount) in rows {
        *sums.entry(name).or_insert(Fen::ZERO) += *amount;
    }
    sums.into_iter().map(|(name, amount_fen)| NamedAmount { name: name.clone(), amount_fen }).collect()
}

fn pack_explained(pack: &shukun_policy::program::PackStamp) -> PackExplained {
    PackExplained {
        id: pack.id.clone(),
        title: pack.title.clone(),
        document_number: pack.document_number.clone(),
        provenance: pack.provenance,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use crate::{Detail, Prepared};
    use jiff::civil::date;
    use shukun_base::Lang;
    use shukun_policy::program::{BracketMode, BracketsOn, PeriodKind, Unit};

    fn explained() -> Explanation {
        let rows = [(30_000, Some(100_000), 10), (100_000, Some(150_000), 15), (150_000, None, 20)];
        let kind = bracketed(BracketMode::Marginal, BracketsOn::Base, &rows);
        let program = program(vec![limited(rule("追溯救助", kind), 9_000, A_YEAR, Vec::new())]);
        let mut bill = claim(1, 1, date(2022, 3, 1), 120_000);
        bill.out_of_catalogue_fen = Fen::yuan(5_000);
        bill.total_fen = Fen::yuan(125_000);
        let facts = household(vec![bill]);
        let settlement = Prepared::new(&program).settle(&facts, Detail::FULL);
        trace(&program, &facts, &settlement, PersonId(1), Some(2022)).unwrap()
    }

    #[test]
    fn every_yuan_is_shown_with_its_row() {
        let explanation = explained();
        let line = explanation.bills.first().unwrap().lines.first().unwrap();
        let rows: Vec<_> = line.rows.iter().map(|row| (row.bracket, row.amount.to_integer())).collect();
        assert_eq!(rows, [(1, 700_000), (2, 300_000)]);
        assert_eq!(
            (line.wanted_fen, line.allowed_fen, line.amount_fen),
            (Fen::yuan(10_000), Fen::yuan(9_000), Fen::yuan(9_000))
        );
        let text = explain_text(&explanation, Lang::Zh);
        for shown in ["70,000.00 × 10% = 7,000.00", "20,000.00 × 15% = 3,000.00", "封顶", "116,000.00"] {
            assert!(text.contains(shown), "{shown} in\n{text}");
        }
        assert!(explain_text(&explanation, Lang::En).contains("limit"));
    }

    #[test]
    fn all_lines_add_up_to_the_bills_when_a_period_pays() {
        let a_year = over(Unit::Household, PeriodKind::Year);
        let program = program(vec![at_period_end(rule("年终", rated(50)), a_year)]);
        let facts = household(vec![claim(1, 1, date(2022, 3, 1), 1_000), claim(2, 2, date(2022, 4, 1), 500)]);
        let settlement = Prepared::new(&program).settle(&facts, Detail::FULL);
        for (person, bill) in [(1, 1_000), (2, 500)] {
            let explanation = trace(&program, &facts, &settlement, PersonId(person), Some(2022)).unwrap();
            let lines = explanation.bills.iter().flat_map(|bill| &bill.lines).chain(&explanation.period_lines);
            assert_eq!(lines.clone().map(|line| line.amount_fen).sum::<Fen>(), Fen::yuan(bill));
            let family = lines.filter(|line| line.rule == FAMILY).map(|line| line.amount_fen).sum::<Fen>();
            assert_eq!(family, explanation.family_fen);
            let words = explain_text(&explanation, Lang::Zh);
            assert!(words.contains("个人负担减少"));
            assert!(words.contains("全户基数 1,500.00 元，共付 750.00 元，按各人基数分摊到本人，支付"), "{words}");
        }
    }

    #[test]
    fn the_waterfall_ends_where_the_family_begins() {
        let explanation = explained();
        let ends: Vec<_> = explanation.waterfall.iter().map(|bar| (bar.kind, bar.amount_fen)).collect();
        let expected = [(BarKind::Total, 125_000), (BarKind::Paid, 9_000), (BarKind::Family, 116_000)];
        assert_eq!(ends, expected.map(|(kind, yuan)| (kind, Fen::yuan(yuan))));
        assert_eq!(explanation.family_fen, Fen::yuan(116_000));
    }

    #[test]
    fn readings_show_what_others_would_give_and_what_is_invented() {
        let scale = |percent| {
            let mut program = program(vec![rule("救助", rated(percent))]);
            program.packs.push(shukun_policy::program::PackStamp {
                id: "county".to_owned(),
                title: "办法".to_owned(),
                document_number: None,
                region: shukun_base::RegionCode::new("330305").unwrap(),
                provenance: Provenance::Transcribed,
                hash: String::new(),
            });
            program.readings.push(shukun_policy::program::ChosenReading {
                pack: shukun_policy::program::PackIx(0),
                ambiguity: "Y1".to_owned(),
                question: "比例".to_owned(),
                reading: format!("{percent}%"),
                provisional: true,
                illustrative: true,
            });
            program.rules[0].readings.push(0);
            program
        };
        let facts = household(vec![claim(1, 1, date(2022, 3, 1), 1_000)]);
        let (half, third) = (scale(50), scale(30));
        let settlement = Prepared::new(&half).settle(&facts, Detail::FULL);
        let mut explanation = trace(&half, &facts, &settlement, PersonId(1), None).unwrap();
        explanation.add_effect("county", "Y1", "30%", &crate::settle(&third, &facts));
        assert!(explanation.is_illustrative);
        let effect = explanation.readings.first().unwrap().effects.first().unwrap();
        assert_eq!((effect.family_fen, effect.difference_fen), (Fen::yuan(700), Fen::yuan(200)));
        let text = explain_text(&explanation, Lang::Zh);
        for shown in ["【示例】", "《办法》一", "Y1 比例：50%（暂定）", "如按“30%”：个人负担 700.00 元（+200.00）"]
        {
            assert!(text.contains(shown), "{shown} in\n{text}");
        }
        let json = serde_json::to_value(&explanation).unwrap();
        assert_eq!(json["bills"][0]["lines"][0]["rate"], "1/2");
        assert_eq!(json["waterfall"][1]["amount_fen"], 50_000);
    }

    #[test]
    fn a_stranger_has_no_explanation_and_another_year_no_bills() {
        let program = program(vec![]);
        let facts = household(vec![claim(1, 1, date(2022, 3, 1), 100)]);
        let settlement = crate::settle(&program, &facts);
        assert_eq!(trace(&program, &facts, &settlement, PersonId(9), None), None);
        assert_eq!(trace(&program, &facts, &settlement, PersonId(1), Some(2021)).unwrap().bills, []);
    }
}
