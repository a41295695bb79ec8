//! What can be done to a case without a paper, as data: when it is offered, to whom, its fields, the command it gives.
//!
//! One file per group; a new group is one more line in `FILES`. Field names carry the act's name, since several forms stand on one page.

mod closing;
mod determining;
mod screening;
mod sideways;
mod verifying;

use maud::Markup;
use serde::Deserialize;
use shukun_base::{Day, Lang, RegionCode, Text};
use shukun_casework::authority::Permission;
use shukun_casework::case::{Case, Command};
use shukun_casework::{ActorId, Note};

use crate::error::PageError;
use crate::ui::field::{Faults, Input, input, radios, select};
use crate::visit::Visit;
use crate::words::{self, Word};

/// The fields of a form as they came in.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Typed(Vec<(String, String)>);

impl Typed {
    /// One field; empty if it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// One act.
pub struct Act {
    /// Its route.
    pub path: &'static str,
    /// Its last word in the address, and of its fields.
    pub key: &'static str,
    /// What it needs.
    pub permission: Permission,
    /// Its name.
    pub name: Word,
    /// Whether it leads onwards; the others fold away.
    pub leads_on: bool,
    /// When it is offered.
    pub is_offered: fn(&Case) -> bool,
    /// Its fields.
    pub fields: fn(&Form<'_>) -> Markup,
    /// The command that the fields give.
    pub read: fn(&Reader<'_>) -> Result<Command, Faults>,
}

/// What a form is drawn with.
pub struct Form<'a> {
    /// The case.
    pub case: &'a Case,
    /// What was typed before, when something was wrong.
    pub typed: &'a Typed,
    /// What was wrong.
    pub faults: &'a Faults,
    /// Who looks.
    pub visit: &'a Visit,
}

/// What a command is read from.
pub struct Reader<'a> {
    /// The case as it is now.
    pub case: &'a Case,
    /// What was typed.
    pub typed: &'a Typed,
    /// Who acts.
    pub visit: &'a Visit,
}

/// The acts, file by file, in the order of the work.
const FILES: &[&[Act]] = &[screening::ACTS, verifying::ACTS, determining::ACTS, closing::ACTS, sideways::ACTS];

/// Every act, in the order of the work.
pub fn all() -> impl Iterator<Item = &'static Act> {
    FILES.iter().flat_map(|acts| acts.iter())
}

/// Taking a case oneself: before anything else.
pub fn take(visit: &Visit) -> Result<Command, PageError> {
    let me = ActorId::new(visit.scope()?.account_id().as_str()).ok_or_else(PageError::broken)?;
    Ok(Command::Assign { to: me })
}

fn choices(all: impl Iterator<Item = (&'static str, Text)>, lang: Lang) -> Vec<(String, String)> {
    all.map(|(key, text)| (key.to_owned(), text.in_lang(lang).to_owned())).collect()
}

impl Form<'_> {
    pub(super) fn lang(&self) -> Lang {
        self.visit.lang
    }

    pub(super) fn note(&self, name: &'static str, label: Word, is_required: bool) -> Markup {
        let lang = self.lang();
        let hint = words::NOTE_HINT.text(lang);
        let note = Input { value: self.typed.get(name), hint, is_required, ..Input::text(name, label.text(lang)) };
        input(&note, self.faults, lang)
    }

    pub(super) fn words(&self, name: &'static str, label: Word, value: &str, kind: &'static str) -> Markup {
        let typed = self.typed.get(name);
        let value = if typed.is_empty() { value } else { typed };
        input(&Input { value, kind, ..Input::text(name, label.text(self.lang())) }, self.faults, self.lang())
    }

    pub(super) fn select(
        &self,
        name: &'static str,
        label: Word,
        all: impl Iterator<Item = (&'static str, Text)>,
    ) -> Markup {
        let choices = choices(all, self.lang());
        let field = Input { value: self.typed.get(name), ..Input::text(name, label.text(self.lang())) };
        select(&field, &choices, self.faults, self.lang())
    }

    pub(super) fn radios(&self, name: &'static str, label: Word, all: &[(&'static str, Word)]) -> Markup {
        let choices = choices(all.iter().map(|(key, word)| (*key, word.both(&[]))), self.lang());
        let field = Input { value: self.typed.get(name), ..Input::text(name, label.text(self.lang())) };
        radios(&field, &choices, self.faults, self.lang())
    }
}

impl Reader<'_> {
    /// A note that has to be there.
    pub fn note(&self, name: &'static str) -> Result<Note, Faults> {
        Note::new(self.typed.get(name)).map_err(|fault| vec![(name, fault.text())])
    }

    /// A note that may stay empty.
    pub fn find_note(&self, name: &'static str) -> Result<Option<Note>, Faults> {
        if self.typed.get(name).trim().is_empty() { Ok(None) } else { self.note(name).map(Some) }
    }

    /// One word of a list.
    pub fn choice<T>(&self, name: &'static str, find: impl Fn(&str) -> Option<T>) -> Result<T, Faults> {
        find(self.typed.get(name)).ok_or_else(|| vec![(name, words::CHOICE_WRONG.both(&[]))])
    }

    /// A day.
    pub fn day(&self, name: &'static str) -> Result<Day, Faults> {
        self.typed.get(name).trim().parse().map_err(|_| vec![(name, words::DAY_WRONG.both(&[]))])
    }

    pub(super) fn region(&self, name: &'static str) -> Result<RegionCode, Faults> {
        RegionCode::new(self.typed.get(name).trim()).ok_or_else(|| vec![(name, words::REGION_WRONG.both(&[]))])
    }

    pub(super) fn yes(&self, name: &'static str) -> Result<bool, Faults> {
        self.choice(name, |word| match word {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        })
    }
}

/// Yes or no, as a second person says it.
const AGREE: [(&str, Word); 2] = [("yes", words::AGREED), ("no", words::DISAGREED)];
