//! The form of a visit (核查表): when, who was met, what comes in and goes out of the household, consent.
//!
//! Knows no names: whom it is about is the case's. Start at [`Visit`].

use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen};

use crate::ids::{Document, Note};

shukun_base::words! {
    /// Who was met.
    pub enum Met {
        Person "person" "本人" "the person",
        Family "family" "家属" "family",
        Neighbour "neighbour" "邻居" "a neighbour",
        Cadre "cadre" "村社干部" "a village official",
        Nobody "nobody" "无人" "nobody",
    }
}

shukun_base::words! {
    /// A kind of yearly income.
    pub enum IncomeKind {
        Wages "wages" "工资性收入" "wages",
        Business "business" "经营净收入" "net business income",
        Property "property" "财产净收入" "net property income",
        Transfer "transfer" "转移净收入" "net transfers",
        OtherIncome "other" "其他收入" "other income",
    }
}

shukun_base::words! {
    /// A kind of yearly expense.
    pub enum ExpenseKind {
        Medical "medical" "医疗支出" "medical",
        Education "education" "教育支出" "education",
        Living "living" "生活支出" "living",
        Housing "housing" "住房支出" "housing",
        Debt "debt" "还债" "debts",
        OtherExpense "other" "其他支出" "other expense",
    }
}

shukun_base::words! {
    /// What the visitor finds, or the township concludes.
    pub enum Finding {
        AtRisk "at_risk" "有致贫风险" "at risk of poverty",
        NoRisk "no_risk" "无风险" "no risk",
        Unreachable "unreachable" "联系不上" "unreachable",
        WrongAddress "wrong_address" "地址有误" "wrong address",
    }
}

shukun_base::words! {
    /// Whether the household agrees that its means are looked into.
    pub enum Consent {
        Given "given" "同意" "given",
        Refused "refused" "不同意" "refused",
        NotAsked "not_asked" "未询问" "not asked",
    }
}

/// A line of the income grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Income {
    /// What it is.
    pub kind: IncomeKind,
    /// In a year.
    pub annual_fen: Fen,
}

/// A line of the expense grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expense {
    /// What it is.
    pub kind: ExpenseKind,
    /// In a year.
    pub annual_fen: Fen,
}

/// One visit, or one attempt at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The day.
    pub on: Day,
    /// Who was met.
    pub met: Met,
    /// How many live in the household; 0 where nobody could say.
    pub members: u8,
    /// What comes in.
    pub income: Vec<Income>,
    /// What goes out.
    pub expense: Vec<Expense>,
    /// Consent to the means check.
    pub consent: Consent,
    /// What the visitor finds.
    pub finding: Finding,
    /// Photos and papers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
    /// A line in the visitor's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

impl Visit {
    /// Income of a year.
    pub fn income_fen(&self) -> Fen {
        self.income.iter().map(|line| line.annual_fen).sum()
    }

    /// Expenses of a year.
    pub fn expense_fen(&self) -> Fen {
        self.expense.iter().map(|line| line.annual_fen).sum()
    }

    /// Income of a year for each member, in whole fen, rounded down; `None` where nobody could say how many live there.
    pub fn income_per_head_fen(&self) -> Option<Fen> {
        let members = i64::from(self.members);
        (members > 0).then(|| Fen(self.income_fen().0 / members))
    }

    /// Whether the form supports its finding: somebody who knows the household was met and the grids are filled for a
    /// risk; nobody was met for "unreachable".
    pub fn supports(&self, finding: Finding) -> bool {
        let was_home = matches!(self.met, Met::Person | Met::Family);
        match finding {
            Finding::AtRisk => was_home && self.members > 0 && !self.income.is_empty() && !self.expense.is_empty(),
            Finding::NoRisk => self.met != Met::Nobody,
            Finding::Unreachable => !was_home,
            Finding::WrongAddress => !was_home,
        }
    }

    /// Whether an amount is below zero.
    pub fn has_negative_amount(&self) -> bool {
        let income = self.income.iter().map(|line| line.annual_fen);
        let expense = self.expense.iter().map(|line| line.annual_fen);
        income.chain(expense).any(Fen::is_negative)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn visit(met: Met, members: u8, grids: bool) -> Visit {
        let income = Income { kind: IncomeKind::Wages, annual_fen: Fen::yuan(24_000) };
        let expense = Expense { kind: ExpenseKind::Medical, annual_fen: Fen::yuan(60_000) };
        Visit {
            on: date(2026, 3, 2),
            met,
            members,
            income: if grids { vec![income] } else { Vec::new() },
            expense: if grids { vec![expense] } else { Vec::new() },
            consent: Consent::Given,
            finding: Finding::AtRisk,
            documents: Vec::new(),
            note: None,
        }
    }

    #[test]
    fn a_finding_rests_on_who_was_met_and_what_was_asked() {
        for (form, finding, supported) in [
            (visit(Met::Person, 3, true), Finding::AtRisk, true),
            (visit(Met::Family, 3, true), Finding::AtRisk, true),
            (visit(Met::Neighbour, 3, true), Finding::AtRisk, false),
            (visit(Met::Person, 3, false), Finding::AtRisk, false),
            (visit(Met::Person, 0, true), Finding::AtRisk, false),
            (visit(Met::Neighbour, 0, false), Finding::NoRisk, true),
            (visit(Met::Nobody, 0, false), Finding::NoRisk, false),
            (visit(Met::Nobody, 0, false), Finding::Unreachable, true),
            (visit(Met::Person, 0, false), Finding::Unreachable, false),
            (visit(Met::Cadre, 0, false), Finding::WrongAddress, true),
            (visit(Met::Family, 0, false), Finding::WrongAddress, false),
        ] {
            assert_eq!(form.supports(finding), supported, "{form:?} {finding}");
        }
    }

    #[test]
    fn a_form_adds_up() {
        let form = visit(Met::Person, 7, true);
        assert_eq!((form.income_fen(), form.expense_fen()), (Fen::yuan(24_000), Fen::yuan(60_000)));
        assert_eq!(form.income_per_head_fen(), Some(Fen(342_857)));
        assert_eq!(visit(Met::Person, 0, true).income_per_head_fen(), None);
        assert!(!form.has_negative_amount());
        let lost = Income { kind: IncomeKind::Business, annual_fen: Fen(-1) };
        assert!(Visit { income: vec![lost], ..form }.has_negative_amount());
    }
}
