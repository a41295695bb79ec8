//! What can be done to a case without a paper, as data: when it is offered, to whom, its fields, the command it gives.
//!
//! One file per group; a new group is one more line in `FILES`. Field names carry the act's name, since several forms stand on one page.

mod applying;
pub mod around;
mod beside;
mod clocks;
mod closing;
mod data_error;
mod determining;
mod leaving;
mod paying;
mod screening;
mod sideways;
mod verifying;

use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Day, Fen, Lang, RegionCode, Text};
use shukun_casework::authority::Permission;
use shukun_casework::case::{Case, Command};
use shukun_casework::request::AidRequest;
use shukun_casework::{ActorId, Document, DocumentKind, Note, RequestId};
use shukun_store::StoredDocument;

use around::Around;

use crate::error::PageError;
use crate::format;
use crate::ui::field::{Faults, Input, file, input, radios, select};
use crate::visit::Visit;
use crate::words::{self, Word};

/// The fields of a form as they came in.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Typed(Vec<(String, String)>);

impl From<Vec<(String, String)>> for Typed {
    fn from(fields: Vec<(String, String)>) -> Typed {
        Typed(fields)
    }
}

impl Typed {
    /// One field; empty if it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// Puts one value in place of whatever stood in a field.
    pub fn put(&mut self, name: &str, value: String) {
        self.0.retain(|(found, _)| found != name);
        self.0.push((name.to_owned(), value));
    }

    /// One more value of a field.
    pub fn push(&mut self, name: &str, value: String) {
        self.0.push((name.to_owned(), value));
    }

    /// Every field whose name begins so: what follows, and the value.
    pub fn starting<'a>(&'a self, head: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(head)?, value.as_str())))
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
    /// The papers it asks for.
    pub papers: &'static [Paper],
    /// Its fields.
    pub fields: fn(&Form<'_>) -> Markup,
    /// The command that the fields give.
    pub read: fn(&Reader<'_>) -> Result<Command, Faults>,
}

/// A paper that an act asks for: one that is there already, or a file that comes with the form.
pub struct Paper {
    /// The field that names a stored one.
    pub field: &'static str,
    /// The field of the file.
    pub file: &'static str,
    /// What it is.
    pub kind: DocumentKind,
}

impl Paper {
    /// A paper of a kind in these two fields.
    pub const fn of(kind: DocumentKind, field: &'static str, file: &'static str) -> Paper {
        Paper { field, file, kind }
    }
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
    /// The papers that are stored with the case.
    pub papers: &'a [StoredDocument],
    /// What can be chosen from.
    pub around: &'a Around,
}

/// What a command is read from.
pub struct Reader<'a> {
    /// The case as it is now.
    pub case: &'a Case,
    /// What was typed.
    pub typed: &'a Typed,
    /// Who acts.
    pub visit: &'a Visit,
    /// The papers that are stored with the case.
    pub papers: &'a [StoredDocument],
    /// What could be chosen from.
    pub around: &'a Around,
}

/// The acts, file by file, in the order of the work.
const FILES: &[&[Act]] = &[
    screening::ACTS,
    data_error::ACTS,
    verifying::ACTS,
    applying::ACTS,
    determining::ACTS,
    paying::ACTS,
    closing::ACTS,
    beside::ACTS,
    clocks::ACTS,
    sideways::ACTS,
    leaving::ACTS,
];

/// Every act, in the order of the work.
pub fn all() -> impl Iterator<Item = &'static Act> {
    FILES.iter().flat_map(|acts| acts.iter())
}

/// A stored paper in a list: when it came, what it is, how large.
pub fn named(stored: &StoredDocument, lang: Lang) -> String {
    let form = stored.form.media_type().rsplit('/').next().unwrap_or_default().to_uppercase();
    format!("{} · {form} · {} KB", moment(stored.added_at, lang), stored.size_bytes.div_ceil(1024))
}

fn moment(at: Timestamp, lang: Lang) -> String {
    format::moment(at, lang)
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

    pub(super) fn amount(&self, name: &'static str, label: Word, value: &str) -> Markup {
        self.words(name, label, value, "decimal")
    }

    /// A day that may stay empty.
    pub(super) fn find_day(&self, name: &'static str, label: Word, hint: Word) -> Markup {
        let (lang, value) = (self.lang(), self.typed.get(name));
        let hint = hint.text(lang);
        let field = Input { value, kind: "date", hint, is_required: false, ..Input::text(name, label.text(lang)) };
        input(&field, self.faults, lang)
    }

    /// Today, unless another day was typed.
    pub(super) fn today(&self, name: &'static str, label: Word) -> Markup {
        self.words(name, label, &self.visit.today().to_string(), "date")
    }

    /// One of the case's requests; the first is chosen.
    pub(super) fn requests(&self, name: &'static str, fits: impl Fn(&AidRequest) -> bool) -> Markup {
        let lang = self.lang();
        let shown = |request: &AidRequest| {
            let amount = format::money(request.amount_fen, lang);
            format!("{} · {amount}", request.programme.text().in_lang(lang))
        };
        let fitting = self.case.requests.iter().filter(|request| fits(request));
        let choices: Vec<_> = fitting.map(|request| (request.id.to_string(), shown(request))).collect();
        let first = choices.first().map_or("", |(id, _)| id.as_str());
        let typed = self.typed.get(name);
        let value = if typed.is_empty() { first } else { typed };
        let field = Input { value, ..Input::text(name, words::REQUEST.text(lang)) };
        select(&field, &choices, self.faults, lang)
    }

    /// One of several that may stay open.
    pub(super) fn find_select(
        &self,
        name: &'static str,
        label: Word,
        hint: Word,
        all: impl Iterator<Item = (&'static str, Text)>,
    ) -> Markup {
        let (lang, value) = (self.lang(), self.typed.get(name));
        let (hint, choices) = (hint.text(lang), choices(all, lang));
        let field = Input { value, hint, is_required: false, ..Input::text(name, label.text(lang)) };
        select(&field, &choices, self.faults, lang)
    }

    /// A paper: those of its kind that are there, the newest chosen, or a file.
    pub(super) fn paper(&self, paper: &Paper, is_required: bool) -> Markup {
        let lang = self.lang();
        let of_kind = self.papers.iter().rev().filter(|stored| stored.document.kind == paper.kind);
        let there: Vec<_> = of_kind.map(|stored| (stored.document.id.to_string(), named(stored, lang))).collect();
        let first = if is_required { there.first().map_or("", |(id, _)| id.as_str()) } else { "" };
        let typed = self.typed.get(paper.field);
        let label = paper.kind.text();
        let stored_label = words::PAPER_STORED.with(lang, &[("kind", label.in_lang(lang))]);
        let value = if typed.is_empty() { first } else { typed };
        let stored = Input { value, is_required: false, ..Input::text(paper.field, &stored_label) };
        let new =
            Input { is_required: is_required && there.is_empty(), ..Input::text(paper.file, label.in_lang(lang)) };
        html! {
            @if !there.is_empty() { (select(&stored, &there, self.faults, lang)) }
            (file(&new, self.faults, lang))
        }
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

    /// Yuan and fen; it has to be there.
    pub(super) fn amount(&self, name: &'static str) -> Result<Fen, Faults> {
        let fault = || vec![(name, words::AMOUNT_WRONG.both(&[]))];
        format::read_money(self.typed.get(name)).ok_or_else(fault)
    }

    /// A day that may stay empty.
    pub(super) fn find_day(&self, name: &'static str) -> Result<Option<Day>, Faults> {
        if self.typed.get(name).trim().is_empty() { Ok(None) } else { self.day(name).map(Some) }
    }

    /// One of the case's requests.
    pub(super) fn request(&self, name: &'static str) -> Result<RequestId, Faults> {
        self.choice(name, |id| {
            let known = self.case.requests.iter().find(|request| request.id.as_str() == id);
            known.map(|request| request.id.clone())
        })
    }

    /// A stored paper of the kind that the field names, if it names one.
    pub(super) fn find_paper(&self, paper: &Paper) -> Option<Document> {
        let id = self.typed.get(paper.field);
        let named = |stored: &&StoredDocument| stored.document.id.as_str() == id && stored.document.kind == paper.kind;
        self.papers.iter().find(named).map(|stored| stored.document.clone())
    }

    /// [`Reader::find_paper`] that has to be there.
    pub(super) fn paper(&self, paper: &Paper) -> Result<Document, Faults> {
        let fault = || vec![(paper.file, words::PAPER_MISSING.both(&[]))];
        self.find_paper(paper).ok_or_else(fault)
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
