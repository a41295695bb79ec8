//! Payers of the common shape, bill after bill in one pass.
//!
//! Most programs pay at every bill only, by a rate or one scale of rows, with at most a fixed deductible and one fixed
//! cap for each rule. What each rule has accumulated then fits into a few numbers, and no column is written but those
//! that are wanted. What comes out is what [`super::steps`] computes; a property test holds both to the reference
//! evaluator in every fen. Start at [`Pass::run`].
//!
//! INVARIANT: arithmetic is unchecked because the plan has proved its bounds for every household settled here.

use shukun_policy::program::BracketMode;

use super::super::answer::Totals;
use super::super::chunk::NO_AMOUNT;
use super::super::plan::{Amount, Ix, RowScale, SettledSource};
use super::bills::{Span, read};
use super::groups::NO_GROUP;
use super::lines::{Line, Lines, Pays, Rule};
use super::scales::{Hundredths, Round as _, amount as amount_of_rows};
use super::sight::MOST;
use super::steps::{Books, CapMet};
use super::values::{NOTHING, View};

/// What a rule has come to in one group of bills.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// Base after the deductible.
    base: i64,
    exact: i64,
    /// The rounded total so far.
    owed: i64,
    /// Owed, but did not fit into the bill.
    carry: i64,
    deducted: i64,
    under_cap: i64,
}

/// An amount for each line.
type ByLine = [i64; MOST];

/// The bill at hand, and what was paid of it.
#[derive(Clone, Copy)]
struct Bill {
    place: usize,
    total: i64,
    paid: i64,
    /// The lines that paid anything; what, stands in [`Run::paid`].
    payers: u64,
}

/// Buffers of the pass, kept from chunk to chunk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Once {
    /// Which lines see each bill.
    seen: Vec<u64>,
    /// By line: one state where the bills of each group stand together, otherwise one for each group.
    states: Vec<State>,
    /// By line, in fen.
    totals: Vec<i64>,
}

/// What is kept besides totals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keeping {
    /// Payments bill by bill, in [`Books`].
    pub columns: bool,
    /// Caps that were met.
    pub caps: bool,
}

/// One pass over a chunk.
pub(crate) struct Pass<'p> {
    pub lines: &'p Lines,
    pub view: &'p View<'p>,
    pub keeping: Keeping,
}

impl Pass<'_> {
    /// Runs over all bills of households that are not slow; `days` are the first and last on which a cost arose.
    pub(crate) fn run(&self, days: (i32, i32), slow: &[bool], once: &mut Once, books: &mut Books) {
        self.lines.sight.fill(self.view, days, &mut once.seen);
        if self.keeping.columns {
            books.open_payments(self.view.bills.count, self.lines.asks_rules);
        }
        let (ready, kinds) = self.ready();
        once.open(&ready);
        let mut run = Run::new(self, &ready, kinds, once, books);
        for span in self.view.bills.spans.iter().filter(|span| !read(slow, span.household as usize, true)) {
            span.range().for_each(|bill| run.settle(bill));
        }
        run.close();
    }

    /// The lines with what they read of this chunk, and the kinds of groups that they add up by.
    fn ready(&self) -> (Vec<Ready<'_>>, Vec<Kind<'_>>) {
        let mut kinds: Vec<Kind<'_>> = Vec::new();
        let mut first = 0;
        let ready = self.lines.list.iter().enumerate().map(|(place, line)| {
            let rule = match line {
                Line::Rule(rule) => rule,
                Line::Settled { tier, source, else_computed } => {
                    return Ready::Settled {
                        tier: *tier,
                        settled: settled(*source, self.view),
                        else_computed: *else_computed,
                    };
                }
            };
            let groups = self.view.groups.get(rule.group);
            let is_together = groups.is_some_and(|groups| groups.stand_together);
            let columns = Columns::new(rule, self.lines, self.view, first, is_together);
            first += if is_together { 1 } else { groups.map_or(0, |groups| groups.groups.len()) };
            if is_together {
                Kind::note(&mut kinds, place, rule.group, &columns);
            }
            Ready::Rule(columns)
        });
        (ready.collect(), kinds)
    }

    /// What all households came to that are not slow; `known` are those that were slow before the pass.
    pub(crate) fn totals(
        &self,
        known: &[bool],
        slow: &[bool],
        once: &mut Once,
        books: &mut Books,
        mut totals: Totals,
    ) -> Totals {
        let mut sums = std::mem::take(&mut once.totals);
        if known != slow {
            // Whoever turned out only now not to be settled here is settled once more and taken off.
            let pass = Pass { keeping: Keeping { columns: false, caps: false }, ..*self };
            let (ready, kinds) = pass.ready();
            once.open(&ready);
            let mut run = Run::new(&pass, &ready, kinds, once, books);
            let is = |of: &[bool], span: &Span| read(of, span.household as usize, true);
            for span in self.view.bills.spans.iter().filter(|span| is(slow, span) && !is(known, span)) {
                span.range().for_each(|bill| run.settle(bill));
            }
            run.close();
            sums.iter_mut().zip(&once.totals).for_each(|(sum, less)| *sum = sum.wrapping_sub(*less));
        }
        for (line, sum) in self.lines.list.iter().zip(&sums) {
            let add = |columns: &mut [i128], place: Ix| {
                columns.get_mut(place).into_iter().for_each(|total| *total += i128::from(*sum));
            };
            match line {
                Line::Settled { tier, .. } => add(&mut totals.paid_fen, *tier),
                Line::Rule(rule) => {
                    add(&mut totals.paid_fen, rule.tier);
                    add(&mut totals.rule_fen, rule.rule);
                }
            }
        }
        once.totals = sums;
        totals.family_fen = totals.total_fen - totals.paid_fen.iter().sum::<i128>();
        totals
    }
}

impl Once {
    fn open(&mut self, ready: &[Ready<'_>]) {
        let states = ready.iter().map(|ready| match ready {
            Ready::Rule(columns) if columns.is_together => 1,
            Ready::Rule(columns) => columns.groups_in_all,
            Ready::Settled { .. } => 0,
        });
        self.states.clear();
        self.states.resize(states.sum(), State::default());
        self.totals.clear();
    }
}

/// A line with the columns that it reads in this chunk.
enum Ready<'v> {
    Rule(Columns<'v>),
    Settled { tier: Ix, settled: &'v [i64], else_computed: bool },
}

struct Columns<'v> {
    rule: &'v Rule,
    /// [`Rule::residual`] and [`Rule::line`], near the others.
    residual: i64,
    line: i64,
    base: Base<'v>,
    rate: Rate<'v>,
    groups: &'v [u32],
    groups_in_all: usize,
    /// Whether the bills of each group stand together: then one state is enough.
    is_together: bool,
    /// Place of its first state.
    first: usize,
    cap: i64,
}

/// Groups whose bills stand together, and the lines that add up by them.
struct Kind<'v> {
    group: Ix,
    of_bill: &'v [u32],
    lines: u64,
    /// Where their states stand; each has one.
    states: std::ops::Range<usize>,
    /// The group at hand.
    open: u32,
}

impl<'v> Kind<'v> {
    /// Lines of one kind whose states follow one another.
    fn note(kinds: &mut Vec<Kind<'v>>, line: usize, group: Ix, columns: &Columns<'v>) {
        let lines = 1 << line;
        match kinds.iter_mut().find(|kind| kind.group == group && kind.states.end == columns.first) {
            Some(kind) => (kind.lines, kind.states.end) = (kind.lines | lines, columns.first + 1),
            None => {
                let states = columns.first..columns.first + 1;
                kinds.push(Kind { group, of_bill: columns.groups, lines, states, open: NO_GROUP });
            }
        }
    }
}

enum Base<'v> {
    Column(&'v [i64]),
    /// A column less what these lines paid.
    Less(&'v [i64], u64),
    Any(&'v Amount),
}

enum Rate<'v> {
    One(i64),
    Column(&'v [i64]),
    Any(&'v Amount),
    Rows(&'v RowScale, BracketMode),
}

/// What was settled under a tier, bill by bill.
fn settled<'v>(source: SettledSource, view: &'v View<'_>) -> &'v [i64] {
    match source {
        SettledSource::Column(column) => view.bills.settled.get(column).copied().unwrap_or_default(),
        SettledSource::Fact(tier) => view.bills.settled_facts.get(tier).map_or(&[], Vec::as_slice),
    }
}

impl<'v> Columns<'v> {
    fn new(rule: &'v Rule, lines: &Lines, view: &'v View<'_>, first: usize, is_together: bool) -> Columns<'v> {
        let groups = view.groups.get(rule.group);
        Columns {
            rule,
            residual: rule.residual,
            line: rule.line,
            base: Base::new(&rule.base, lines, view),
            rate: match &rule.pays {
                Pays::Rate(rate) => Rate::One(*rate),
                Pays::RateOf(rate) => view.column(rate).map_or(Rate::Any(rate), Rate::Column),
                Pays::Rows(scale, mode) => Rate::Rows(scale, *mode),
            },
            groups: groups.map_or(&[], |groups| groups.of_bill.as_slice()),
            groups_in_all: groups.map_or(0, |groups| groups.groups.len()),
            is_together,
            first,
            cap: rule.cap.map_or(i64::MAX, |(_, cap)| cap),
        }
    }
}

impl<'v> Base<'v> {
    fn new(amount: &'v Amount, lines: &Lines, view: &'v View<'_>) -> Base<'v> {
        if let Some(column) = view.column(amount) {
            return Base::Column(column);
        }
        match amount {
            Amount::Sub(from, less) => match (view.column(from), &**less) {
                // No rule is named beside its own tier: the compiler leaves it out.
                (Some(column), Amount::Paid(by)) => {
                    Base::Less(column, by.iter().fold(0, |all, payer| all | lines.of(*payer)))
                }
                _ => Base::Any(amount),
            },
            amount => Base::Any(amount),
        }
    }
}

/// The pass at work.
struct Run<'r> {
    view: &'r View<'r>,
    lines: &'r Lines,
    ready: &'r [Ready<'r>],
    kinds: Vec<Kind<'r>>,
    seen: &'r [u64],
    states: &'r mut [State],
    /// What each line paid of the bill at hand, where it paid.
    paid: ByLine,
    totals: ByLine,
    sums: &'r mut Vec<i64>,
    books: &'r mut Books,
    keeping: Keeping,
    /// Lines that may still owe something in the group at hand.
    owing: u64,
}

impl<'r> Run<'r> {
    fn new(
        pass: &'r Pass<'_>,
        ready: &'r [Ready<'r>],
        kinds: Vec<Kind<'r>>,
        once: &'r mut Once,
        books: &'r mut Books,
    ) -> Run<'r> {
        let Once { seen, states, totals: sums } = once;
        let Pass { lines, view, keeping } = *pass;
        let (paid, totals) = ([0; MOST], [0; MOST]);
        Run { view, lines, ready, kinds, seen, states, paid, totals, sums, books, keeping, owing: 0 }
    }

    /// Every payer that sees the bill, first to last.
    #[inline(always)]
    fn settle(&mut self, place: usize) {
        for kind in 0..self.kinds.len() {
            let Some(kind) = self.kinds.get_mut(kind) else { continue };
            let group = read(kind.of_bill, place, NO_GROUP);
            if kind.open != group {
                let left = std::mem::replace(&mut kind.open, group);
                let (lines, states) = (kind.lines, kind.states.clone());
                self.leave(left, lines, states);
            }
        }
        let mut bill = Bill { place, total: read(self.view.total(), place, 0), paid: 0, payers: 0 };
        for line in Bits(read(self.seen, place, 0)) {
            match self.ready.get(line) {
                Some(Ready::Rule(columns)) => self.pay_rule(line, columns, &mut bill),
                Some(Ready::Settled { tier, settled, else_computed }) => {
                    let settled = read(settled, place, NO_AMOUNT);
                    if settled != NO_AMOUNT || !else_computed {
                        let paid = settled.max(0).min(bill.total.wrapping_sub(bill.paid));
                        self.enter(line, (*tier, None), paid, &mut bill);
                    }
                }
                None => {}
            }
        }
        if self.keeping.columns {
            self.books.paid.get_mut(place).into_iter().for_each(|paid| *paid = bill.paid);
        }
    }

    #[inline(always)]
    fn pay_rule(&mut self, line: usize, columns: &Columns<'_>, bill: &mut Bill) {
        let written = match &columns.base {
            Base::Column(column) => read(column, bill.place, NO_AMOUNT),
            Base::Less(column, payers) => less(read(column, bill.place, NO_AMOUNT), self.paid_by(*payers, bill)),
            Base::Any(amount) => self.amount(amount, bill),
        };
        let rate = match &columns.rate {
            Rate::One(rate) => *rate,
            Rate::Column(column) => read(column, bill.place, NO_AMOUNT),
            Rate::Any(amount) => self.amount(amount, bill),
            Rate::Rows(..) => 0,
        };
        // Whether all is known must be asked before anything is touched.
        if written == NO_AMOUNT || rate == NO_AMOUNT {
            return;
        }
        let Some(slot) = columns.slot(bill.place) else { return };
        let Some(state) = self.states.get_mut(slot) else { return };
        let x = match columns.residual {
            0 => written,
            times => written.wrapping_sub(bill.paid.wrapping_mul(times)).max(0),
        };
        let paid = state.pay(columns, rate, x, bill.total.wrapping_sub(bill.paid));
        if state.carry > 0 {
            self.owing |= 1 << line;
        }
        if self.keeping.caps {
            let group = read(columns.groups, bill.place, NO_GROUP);
            self.books.meet_cap(columns.rule, group, self.view, bill.place, state);
        }
        if paid != 0 {
            self.enter(line, (columns.rule.tier, Some(columns.rule.rule)), paid, bill);
        }
    }

    #[inline(always)]
    fn enter(&mut self, line: usize, (tier, rule): (Ix, Option<Ix>), paid: i64, bill: &mut Bill) {
        bill.paid = bill.paid.wrapping_add(paid);
        bill.payers |= 1 << line;
        // There are no more lines than that; said so, nothing need be checked.
        let line = line % MOST;
        self.paid.get_mut(line).into_iter().for_each(|own| *own = paid);
        self.totals.get_mut(line).into_iter().for_each(|sum| *sum = sum.wrapping_add(paid));
        if self.keeping.columns {
            self.books.keep(tier, rule, paid, bill.place);
        }
    }

    /// What these lines paid of the bill.
    #[inline(always)]
    fn paid_by(&self, lines: u64, bill: &Bill) -> i64 {
        let paid = |line: usize| read(&self.paid, line % MOST, 0);
        Bits(bill.payers & lines).fold(0, |sum: i64, line| sum.wrapping_add(paid(line)))
    }

    /// A group of bills that stood together is done with: its lines begin anew.
    fn leave(&mut self, group: u32, lines: u64, states: std::ops::Range<usize>) {
        for line in Bits(self.owing & lines) {
            self.note_owing(line, group);
        }
        self.owing &= !lines;
        self.states.get_mut(states).into_iter().for_each(|states| states.fill(State::default()));
    }

    /// Notes a group that is left with something still owed.
    fn note_owing(&mut self, place: usize, group: u32) {
        if let Some(Ready::Rule(columns)) = self.ready.get(place)
            && self.states.get(columns.first).is_some_and(|state| state.carry > 0)
        {
            self.books.still_owed.push((columns.rule.group, group as usize));
        }
    }

    /// What is still owed when the last bill is settled.
    fn close(&mut self) {
        for kind in std::mem::take(&mut self.kinds) {
            self.leave(kind.open, kind.lines, kind.states);
        }
        self.sums.extend(self.totals.iter().take(self.ready.len()));
        for place in Bits(self.owing) {
            let Some(Ready::Rule(columns)) = self.ready.get(place) else { continue };
            let states = self.states.get(columns.first..).unwrap_or_default().iter().take(columns.groups_in_all);
            let open = states.enumerate().filter(|(_, state)| state.carry > 0);
            self.books.still_owed.extend(open.map(|(group, _)| (columns.rule.group, group)));
        }
    }

    /// The value of an amount at the bill; [`NO_AMOUNT`] = not known.
    fn amount(&self, amount: &Amount, bill: &Bill) -> i64 {
        let both = |a: &Amount, b: &Amount, of: fn(i64, i64) -> i64| match (self.amount(a, bill), self.amount(b, bill))
        {
            (NO_AMOUNT, _) | (_, NO_AMOUNT) => NO_AMOUNT,
            (a, b) => of(a, b),
        };
        match amount {
            Amount::Paid(by) => {
                by.iter().fold(0, |sum: i64, payer| sum.wrapping_add(self.paid_by(self.lines.of(*payer), bill)))
            }
            Amount::Left => bill.total.wrapping_sub(bill.paid),
            Amount::Add(a, b) => both(a, b, i64::wrapping_add),
            Amount::Sub(a, b) => both(a, b, i64::wrapping_sub),
            Amount::Mul(a, b) => both(a, b, i64::wrapping_mul),
            Amount::Min(a, b) => both(a, b, i64::min),
            Amount::Max(a, b) => both(a, b, i64::max),
            other => self.view.amount(other, &NOTHING, bill.place),
        }
    }
}

/// The places of the bits that are set, from the lowest.
struct Bits(u64);

impl Iterator for Bits {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let place = (self.0 != 0).then(|| self.0.trailing_zeros() as usize);
        self.0 &= self.0.wrapping_sub(1);
        place
    }
}

impl Columns<'_> {
    /// The place of the state that a bill adds to; none where the bill falls in no group.
    #[inline(always)]
    fn slot(&self, bill: usize) -> Option<usize> {
        if self.is_together {
            return Some(self.first);
        }
        let group = read(self.groups, bill, NO_GROUP) as usize;
        (group < self.groups_in_all).then(|| self.first + group)
    }
}

/// What is left of an amount; nothing known of it, nothing known of the rest.
#[inline(always)]
fn less(amount: i64, paid: i64) -> i64 {
    if amount == NO_AMOUNT { NO_AMOUNT } else { amount.wrapping_sub(paid) }
}

impl State {
    /// What the rule pays on `x` more, of a bill of which this much is `left`.
    #[inline(always)]
    fn pay(&mut self, columns: &Columns<'_>, rate: i64, x: i64, left: i64) -> i64 {
        let rule = columns.rule;
        let taken = x.max(0).min(columns.line.wrapping_sub(self.deducted).max(0));
        self.deducted = self.deducted.wrapping_add(taken);
        let base = x.wrapping_sub(taken);
        self.base = self.base.wrapping_add(base);
        if self.base < rule.first_line && self.exact == 0 && self.carry == 0 {
            return 0;
        }
        self.exact = match columns.rate {
            // Nothing else moves the accumulation, so what it comes to is what its base comes to.
            Rate::Rows(scale, mode) => amount_of_rows(scale, mode, self.base),
            _ => self.exact.wrapping_add(base.wrapping_mul(rate)),
        };
        let exact = self.exact.max(0);
        let owed = if rule.is_of_hundredths { Hundredths.to_fen(exact) } else { rule.rounder.round(exact) };
        let wanted = owed.wrapping_sub(self.owed).wrapping_add(self.carry);
        let allowed = wanted.max(0).min(columns.cap.wrapping_sub(self.under_cap).max(0));
        let paid = allowed.min(left);
        let forgone = wanted.max(0).wrapping_sub(allowed);
        self.owed = owed;
        self.carry = wanted.wrapping_sub(forgone).wrapping_sub(paid);
        self.under_cap = self.under_cap.wrapping_add(paid);
        paid
    }
}

impl Books {
    /// A place for every payment of a pass that keeps them.
    fn open_payments(&mut self, bills: usize, with_rules: bool) {
        let rules = if with_rules { self.rules.as_mut_slice() } else { &mut [] };
        for column in self.tiers.iter_mut().chain(rules).chain(std::iter::once(&mut self.paid)) {
            column.clear();
            column.resize(bills, 0);
        }
    }

    /// Columns of rules are there only where something asks for them.
    #[inline(always)]
    fn keep(&mut self, tier: Ix, rule: Option<Ix>, paid: i64, bill: usize) {
        let tier = self.tiers.get_mut(tier).and_then(|column| column.get_mut(bill));
        tier.into_iter().for_each(|sum| *sum = sum.wrapping_add(paid));
        let rule = rule.and_then(|rule| self.rules.get_mut(rule)).and_then(|column| column.get_mut(bill));
        rule.into_iter().for_each(|own| *own = paid);
    }

    /// A rule's cap was met at a bill; so much counts under it now.
    fn meet_cap(&mut self, rule: &Rule, group: u32, view: &View<'_>, bill: usize, state: &State) {
        let Some((limit, cap)) = rule.cap else { return };
        let used = self.used.get_mut(limit).and_then(|used| used.get_mut(group as usize));
        used.into_iter().for_each(|used| *used = state.under_cap);
        let Some(met) = self.caps.get_mut(limit) else { return };
        let year = view.groups.first().map_or(NO_GROUP, |years| read(&years.of_bill, bill, NO_GROUP));
        if met.last().is_none_or(|last| last.group != group || last.year != year) {
            met.push(CapMet { group, year, cap });
        }
    }
}
