//! A sheet that may be signed: it adds up to the fen, every line has its article, its origin is on it.

use std::collections::BTreeSet;

use shukun_base::{Fen, PersonId, Text};

use super::{Determination, Line, PersonSheet};

/// What is wrong with a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SheetFault {
    /// Nobody stands on it.
    NoPeople,
    /// No pack is named.
    NoPacks,
    /// It does not say where aid given twice was searched for.
    DoubleAidNotSearched,
    /// A person's year stands twice.
    PersonTwice(PersonId, i16),
    /// The lines and what is left do not add up to the bill: person, year, bill less lines less rest.
    DoesNotAddUp(PersonId, i16, Fen),
    /// An amount or a cap below zero, in the line of this rule.
    Negative(PersonId, String),
    /// A line without rule or article, in this tier.
    NoArticle(PersonId, String),
}

pub(super) fn faults(sheet: &Determination) -> Vec<SheetFault> {
    let mut faults = Vec::new();
    if sheet.people.is_empty() {
        faults.push(SheetFault::NoPeople);
    }
    if sheet.packs.is_empty() {
        faults.push(SheetFault::NoPacks);
    }
    if sheet.double_aid_searched.iter().all(|source| source.trim().is_empty()) {
        faults.push(SheetFault::DoubleAidNotSearched);
    }
    let mut seen = BTreeSet::new();
    for person in &sheet.people {
        if !seen.insert((person.person, person.year)) {
            faults.push(SheetFault::PersonTwice(person.person, person.year));
        }
        faults.extend(faults_of_person(person));
    }
    faults
}

fn faults_of_person(sheet: &PersonSheet) -> Vec<SheetFault> {
    let mut faults: Vec<SheetFault> = sheet.lines.iter().filter_map(|line| fault_of_line(sheet.person, line)).collect();
    if sheet.left_fen.is_negative() || sheet.bill_fen.is_negative() {
        faults.push(SheetFault::Negative(sheet.person, String::new()));
    }
    let paid: Fen = sheet.lines.iter().map(|line| line.amount_fen).sum();
    let gap = sheet.bill_fen - paid - sheet.left_fen;
    if !gap.is_zero() {
        faults.push(SheetFault::DoesNotAddUp(sheet.person, sheet.year, gap));
    }
    faults
}

fn fault_of_line(person: PersonId, line: &Line) -> Option<SheetFault> {
    if line.rule.trim().is_empty() || line.article.trim().is_empty() {
        return Some(SheetFault::NoArticle(person, line.tier.clone()));
    }
    let cap_left = line.cap_left_fen.unwrap_or(Fen::ZERO);
    let amounts = [line.base_fen, line.amount_fen, cap_left];
    amounts.iter().any(|amount| amount.is_negative()).then(|| SheetFault::Negative(person, line.rule.clone()))
}

pub(super) fn text(fault: &SheetFault) -> Text {
    match fault {
        SheetFault::NoPeople => Text::new("核定单上没有人。", "Nobody stands on the sheet."),
        SheetFault::NoPacks => Text::new("核定单没有写依据的政策包。", "The sheet names no pack."),
        SheetFault::DoubleAidNotSearched => {
            Text::new("没有写在哪里核对过重复救助。", "The sheet does not say where aid given twice was searched for.")
        }
        SheetFault::PersonTwice(person, year) => {
            Text::new(format!("人员{person}的{year}年写了两次。"), format!("Person {person}'s {year} stands twice."))
        }
        SheetFault::DoesNotAddUp(person, year, gap) => Text::new(
            format!("人员{person}的{year}年不平：差{gap}元。"),
            format!("Person {person}'s {year} does not add up: {gap} yuan are missing."),
        ),
        SheetFault::Negative(person, rule) => Text::new(
            format!("人员{person}有负的金额（{rule}）。"),
            format!("Person {person} has an amount below zero ({rule})."),
        ),
        SheetFault::NoArticle(person, tier) => Text::new(
            format!("人员{person}的“{tier}”没有写规则或条文。"),
            format!("Person {person}'s line {tier:?} has no rule or article."),
        ),
    }
}
