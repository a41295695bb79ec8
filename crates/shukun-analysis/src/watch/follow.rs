//! A stream of months over some households: at each month's end the standing as it could have been known then.
//!
//! What counts as known: a claim from the month in which it was settled (结算日期; a late claim or a reversal shows up in
//! its own month, whatever year it belongs to), a certification from the month in which it was decided (认定日期), a
//! meeting's resolution, which carries no day, from December of its year. Documents grow month by month and nothing is
//! taken out of them again, so no step can see what came later. Only households about which something new is known are
//! settled again. Memory: the households given, once. Start at [`follow`].

use std::collections::BTreeMap;

use shukun_base::{Day, Fen, PersonId};
use shukun_engine::facts::{Certification, Claim, HouseholdFacts, Resolution};
use shukun_engine::kernel::Kernel;
use shukun_engine::outcome::{Note, NoteKind, Standing};
use shukun_engine::{Detail, Prepared};
use shukun_policy::program::Program;

use super::{Alerts, Month, PersonYear, Step};

/// A program ready to watch with.
pub struct Watch<'p> {
    kernel: Kernel<'p>,
    prepared: Prepared<'p>,
    alerts: Alerts,
}

impl<'p> Watch<'p> {
    /// Compiles the program; none where it has no alert rule.
    pub fn new(program: &'p Program) -> Option<Watch<'p>> {
        let alerts = Alerts::of(program)?;
        Some(Watch { kernel: Kernel::new(program), prepared: Prepared::new(program), alerts })
    }

    /// What it measures.
    pub fn alerts(&self) -> &Alerts {
        &self.alerts
    }

    pub(super) fn standings_of(&self, households: &[HouseholdFacts]) -> Vec<Vec<Standing>> {
        self.kernel.standings_of(households)
    }
}

/// The months that are followed: those of one year up to a last one. Watched are the person-years of that year, and of
/// the year before, whose late claims and reversals still come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The last month.
    pub through: Month,
}

impl Span {
    /// The year whose months are followed.
    pub fn year(self) -> i16 {
        self.through.year()
    }

    /// The month before the first: the state the year begins with.
    pub fn baseline(self) -> Month {
        let mut month = self.through;
        while month.year() == self.year() {
            month = month.previous();
        }
        month
    }

    fn watches(self, year: i16) -> bool {
        year == self.year() || year == self.year() - 1
    }
}

/// A household as known so far, and what will be known later.
pub struct Followed {
    /// As known at the end of the month.
    pub facts: HouseholdFacts,
    /// Not known yet, latest first.
    claims: Vec<Claim>,
    certifications: Vec<Certification>,
    resolutions: Vec<Resolution>,
    /// Whether anything became known in the month.
    is_new: bool,
    years: BTreeMap<(PersonId, i16), PersonYear>,
}

impl Followed {
    fn new(mut facts: HouseholdFacts) -> Followed {
        let mut claims = std::mem::take(&mut facts.claims);
        claims.sort_by_key(|claim| std::cmp::Reverse((claim.settled_on, claim.claim_id)));
        let mut certifications = std::mem::take(&mut facts.certifications);
        certifications.sort_by_key(|row| std::cmp::Reverse((row.certified_on, row.person_id)));
        let mut resolutions = std::mem::take(&mut facts.resolutions);
        resolutions.sort_by_key(|row| std::cmp::Reverse((row.year, row.person_id)));
        Followed { facts, claims, certifications, resolutions, is_new: false, years: BTreeMap::new() }
    }

    /// The history of a person-year so far.
    pub fn history(&self, person: PersonId, year: i16) -> Option<&PersonYear> {
        self.years.get(&(person, year))
    }

    /// Whether anything became known in the month.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    fn learn(&mut self, month: Month) {
        let day = month.last_day();
        let before = self.size();
        take_known(&mut self.claims, &mut self.facts.claims, |claim| claim.settled_on <= day);
        take_known(&mut self.certifications, &mut self.facts.certifications, |row| row.certified_on <= day);
        let decided = |row: &Resolution| Day::new(row.year, 12, 1).is_ok_and(|decided| decided <= day);
        take_known(&mut self.resolutions, &mut self.facts.resolutions, decided);
        self.is_new = self.size() > before;
    }

    fn size(&self) -> usize {
        self.facts.claims.len() + self.facts.certifications.len() + self.facts.resolutions.len()
    }
}

/// Moves what is known from the end of `waiting`.
fn take_known<T>(waiting: &mut Vec<T>, known: &mut Vec<T>, is_known: impl Fn(&T) -> bool) {
    let first = waiting.iter().rposition(|row| !is_known(row)).map_or(0, |last| last + 1);
    known.extend(waiting.drain(first..).rev());
}

/// Follows households through the months of a span and hands back every person-year that was watched, by person and
/// year. `each_month` sees all households at each month's end, each only with what is known by then.
pub fn follow(
    watch: &Watch<'_>,
    households: Vec<HouseholdFacts>,
    span: Span,
    mut each_month: impl FnMut(Month, &[Followed]),
) -> Vec<PersonYear> {
    let mut followed: Vec<Followed> = households.into_iter().map(Followed::new).collect();
    for month in span.baseline().through(span.through) {
        followed.iter_mut().for_each(|one| one.learn(month));
        settle_new(watch, &mut followed, span, month);
        each_month(month, &followed);
    }
    let mut years: Vec<PersonYear> = followed.into_iter().flat_map(|one| one.years.into_values()).collect();
    years.sort_by_key(|row| (row.person_id, row.year));
    years
}

/// The documents go into one slice for the kernel and come back to their places.
fn settle_new(watch: &Watch<'_>, followed: &mut [Followed], span: Span, month: Month) {
    let is_worth = |one: &&mut Followed| one.is_new && !one.facts.claims.is_empty();
    let mut touched: Vec<&mut Followed> = followed.iter_mut().filter(is_worth).collect();
    let documents: Vec<HouseholdFacts> = touched.iter_mut().map(|one| take_document(one)).collect();
    let standings = watch.standings_of(&documents);
    for ((one, facts), rows) in touched.into_iter().zip(documents).zip(standings) {
        one.facts = facts;
        note_steps(watch, one, rows, span, month);
    }
}

fn take_document(one: &mut Followed) -> HouseholdFacts {
    let empty = HouseholdFacts {
        household: one.facts.household.clone(),
        persons: Vec::new(),
        certifications: Vec::new(),
        claims: Vec::new(),
        resolutions: Vec::new(),
    };
    std::mem::replace(&mut one.facts, empty)
}

fn note_steps(watch: &Watch<'_>, one: &mut Followed, standings: Vec<Standing>, span: Span, month: Month) {
    let watched = |row: &Standing| span.watches(row.year);
    clear_gone(one, &standings, month);
    let needs_notes = !watch.alerts.is_plain() && standings.iter().any(|row| watched(row) && row.colour.is_some());
    let notes = needs_notes.then(|| watch.prepared.settle(&one.facts, Detail::BRIEF).notes);
    for row in standings.into_iter().filter(watched) {
        let mut step = Step { month, burden_fen: watch.alerts.burden_of(&row), colour: row.colour, rules: Vec::new() };
        match &notes {
            Some(notes) if row.colour.is_some() => read_notes(watch, notes, &row, &mut step),
            None if row.colour.is_some() => step.rules.clone_from(&watch.alerts.rules),
            _ => {}
        }
        add_step(one, &row, step);
    }
}

/// A year whose last claim was taken back has no standing any more: nothing is left of its burden.
fn clear_gone(one: &mut Followed, standings: &[Standing], month: Month) {
    let is_there = |key: &(PersonId, i16)| standings.iter().any(|row| (row.person_id, row.year) == *key);
    for (_, row) in one.years.iter_mut().filter(|(key, _)| !is_there(key)) {
        push_step(row, Step { month, burden_fen: Fen::ZERO, colour: None, rules: Vec::new() });
    }
}

/// Which rules raised the colour, and what was measured where the standing does not tell.
fn read_notes(watch: &Watch<'_>, notes: &[Note], row: &Standing, step: &mut Step) {
    let year = row.year.to_string();
    for note in notes.iter().filter(|note| note.person_id == row.person_id && note.period.starts_with(&year)) {
        let NoteKind::Alert { colour, burden_fen } = note.outcome else { continue };
        step.rules.push(note.rule.clone());
        if Some(colour) == row.colour && watch.alerts.measure.is_none() {
            step.burden_fen = burden_fen;
        }
    }
}

fn add_step(one: &mut Followed, row: &Standing, step: Step) {
    let region = one.facts.persons.iter().find(|person| person.person_id == row.person_id);
    let region = region.map_or(&one.facts.household.region_code, |person| &person.region_code);
    let year = one.years.entry((row.person_id, row.year)).or_insert_with(|| PersonYear {
        person_id: row.person_id,
        household_id: row.household_id,
        region: region.clone(),
        year: row.year,
        steps: Vec::new(),
    });
    push_step(year, step);
}

fn push_step(year: &mut PersonYear, step: Step) {
    let is_same = |last: &Step| last.burden_fen == step.burden_fen && last.colour == step.colour;
    if !year.steps.last().is_some_and(is_same) {
        year.steps.push(step);
    }
}
