//! Saying why: every outcome that is not a payment, in both languages, each once.

use shukun_base::{Fen, Text};

use super::Run;
use super::admission::Admission;
use super::events::LeftOut;
use super::missing::Missing;
use crate::facts::Claim;
use crate::outcome::{Note, NoteKind};

/// What has been said: rule, person, year of cost, and which kind of note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Once {
    /// 对象 was looked at and never held.
    Refused(usize, usize, i16),
    /// 对象 held or could not be decided at least once.
    Admitted(usize, usize, i16),
    /// 资料不足
    Missing(usize, usize, i16, Missing),
    /// 未达线
    BelowLine(usize, usize, i16),
}

impl Run<'_> {
    /// A note of `rule` for a person.
    pub(crate) fn note(
        &mut self,
        rule: usize,
        person: usize,
        event: Option<usize>,
        period: String,
        outcome: NoteKind,
        text: Text,
    ) {
        let (Some(rule), Some(person)) = (self.program.rules.get(rule), self.people.get(person)) else { return };
        self.out.notes.push(Note {
            person_id: person.person_id,
            claim_id: event.and_then(|event| self.events.get(event)).map(|event| event.claim.claim_id),
            period,
            rule: rule.name.clone(),
            article: rule.article.clone(),
            outcome,
            text,
        });
    }

    /// Takes down what a rule said to a bill.
    pub(crate) fn note_admission(&mut self, rule: usize, event: usize, admission: &Admission) {
        let (person, year) = (self.person_of(event), self.year_of(event));
        match admission {
            Admission::NotCollected => {}
            Admission::Unknown(missing) => {
                self.remember(Once::Admitted(rule, person, year));
                self.note_missing(rule, event, *missing);
            }
            Admission::In(_) => self.remember(Once::Admitted(rule, person, year)),
            Admission::NotEligible => self.remember(Once::Refused(rule, person, year)),
        }
    }

    fn remember(&mut self, once: Once) {
        if self.detail.notes {
            self.noted.insert(once);
        }
    }

    /// 不符合, once for each person and year in which 对象 never held.
    pub(crate) fn note_not_eligible(&mut self) {
        let refused: Vec<(usize, usize, i16)> = self
            .noted
            .iter()
            .filter_map(|once| match once {
                Once::Refused(rule, person, year) => Some((*rule, *person, *year)),
                _ => None,
            })
            .filter(|(rule, person, year)| !self.noted.contains(&Once::Admitted(*rule, *person, *year)))
            .collect();
        for (rule, person, year) in refused {
            let text =
                Text::new("不符合本条的对象条件。", "The conditions of this article do not hold for this person.");
            self.note(rule, person, None, year.to_string(), NoteKind::NotEligible, text);
        }
    }

    /// 资料不足
    pub(crate) fn note_missing(&mut self, rule: usize, event: usize, missing: Missing) {
        let (person, year) = (self.person_of(event), self.year_of(event));
        self.note_missing_for(rule, person, Some(event), year, missing);
    }

    /// 资料不足, also where there is no bill.
    pub(crate) fn note_missing_for(
        &mut self,
        rule: usize,
        person: usize,
        event: Option<usize>,
        year: i16,
        missing: Missing,
    ) {
        if !self.noted.insert(Once::Missing(rule, person, year, missing)) {
            return;
        }
        let name = missing.name(self.program);
        let text = Text::new(
            format!("缺少“{name}”，无法判定，暂不支付；补充后重新结算。"),
            format!("“{name}” is not known, so this cannot be decided and nothing is paid; add it and settle again."),
        );
        self.note(rule, person, event, year.to_string(), NoteKind::Unknown { missing: name }, text);
    }

    /// 封顶
    pub(crate) fn note_cut(&mut self, rule: usize, event: usize, formula: Fen, paid: Fen) {
        if self.detail.notes {
            let (person, year) = (self.person_of(event), self.year_of(event));
            self.note_cut_for(rule, person, Some(event), year.to_string(), formula, paid);
        }
    }

    /// 封顶, also at period level.
    pub(crate) fn note_cut_for(
        &mut self,
        rule: usize,
        person: usize,
        event: Option<usize>,
        period: String,
        formula_fen: Fen,
        paid_fen: Fen,
    ) {
        let text = Text::new(
            format!("按公式为 {formula_fen} 元，受封顶限制为 {paid_fen} 元。"),
            format!("The formula gives {formula_fen} yuan; the limit leaves {paid_fen} yuan."),
        );
        self.note(rule, person, event, period, NoteKind::CutByLimit { formula_fen, paid_fen }, text);
    }

    /// 未达线
    pub(crate) fn note_below_line(&mut self, rule: usize, event: usize) {
        let (person, year) = (self.person_of(event), self.year_of(event));
        if self.detail.notes && self.noted.insert(Once::BelowLine(rule, person, year)) {
            let text = Text::new("未达到起付或触发线。", "The deductible or trigger line is not reached.");
            self.note(rule, person, Some(event), year.to_string(), NoteKind::BelowLine, text);
        }
    }

    /// 核对
    pub(crate) fn note_difference(&mut self, tier: usize, event: usize, settled_fen: Fen, computed_fen: Fen) {
        if settled_fen != computed_fen {
            let text = Text::new(
                format!("已结算 {settled_fen} 元，按规则测算为 {computed_fen} 元。"),
                format!("{settled_fen} yuan were settled; the rules give {computed_fen} yuan."),
            );
            self.note_of_tier(tier, event, NoteKind::Difference { settled_fen, computed_fen }, text);
        }
    }

    /// What was settled does not fit into the bill.
    pub(crate) fn note_settled_too_much(&mut self, tier: usize, event: usize, settled_fen: Fen, taken_fen: Fen) {
        let text = Text::new(
            format!("已结算 {settled_fen} 元超出账单余额，只计 {taken_fen} 元；请核对原结算数据。"),
            format!(
                "The settled {settled_fen} yuan exceed the bill; {taken_fen} yuan are counted. Check the settlement data."
            ),
        );
        self.note_of_tier(tier, event, NoteKind::Difference { settled_fen, computed_fen: taken_fen }, text);
    }

    fn note_of_tier(&mut self, tier: usize, event: usize, outcome: NoteKind, text: Text) {
        let (Some(tier), Some(bill)) = (self.program.tiers.get(tier), self.events.get(event)) else { return };
        self.out.notes.push(Note {
            person_id: bill.claim.person_id,
            claim_id: Some(bill.claim.claim_id),
            period: bill.incurred.year().to_string(),
            rule: tier.name.clone(),
            article: String::new(),
            outcome,
            text,
        });
    }

    /// A row that stays out of the settlement.
    pub(crate) fn note_left_out(&mut self, claim: &Claim, why: LeftOut) {
        let text = match why {
            LeftOut::Orphan => Text::new(
                "冲正所指的原结算不在该人名下，未计入；请补齐原结算后重新导入。",
                "The claim that this reverses is not among the person's; it stays out. Import the original and settle again.",
            ),
            LeftOut::BelowNothing => Text::new(
                "冲正后金额为负，未计入；请核对冲正与原结算。",
                "After reversals this bill is below zero; it stays out. Check the reversals against the original.",
            ),
            LeftOut::Stranger => Text::new(
                "结算所属人员不在本户名册，未计入；请补充人员名册。",
                "The person of this claim is not on the household's roster; it stays out. Add the person to the roster.",
            ),
        };
        self.out.notes.push(Note {
            person_id: claim.person_id,
            claim_id: Some(claim.claim_id),
            period: claim.incurred_on().year().to_string(),
            rule: String::new(),
            article: String::new(),
            outcome: NoteKind::LeftOut,
            text,
        });
    }
}
