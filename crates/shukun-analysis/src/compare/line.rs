//! Amounts by name under both programs, with how many people and households they change for.

use std::collections::BTreeMap;

use shukun_base::Fen;

use super::report::Line;

/// One amount of one person-year under both programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount<'p> {
    /// Its name.
    pub name: &'p str,
    /// Its place in the order of the program that has it.
    pub place: usize,
    /// Under the baseline.
    pub before: Fen,
    /// Under the variant.
    pub after: Fen,
}

/// Adds an amount under one of the programs to those of the same name.
pub fn put<'p>(amounts: &mut Vec<Amount<'p>>, name: &'p str, place: usize, before: Fen, after: Fen) {
    match amounts.iter_mut().find(|amount| amount.name == name) {
        Some(amount) => {
            amount.before += before;
            amount.after += after;
        }
        None => amounts.push(Amount { name, place, before, after }),
    }
}

/// Whose person-year it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The person.
    pub person: u64,
    /// The household.
    pub household: u64,
}

#[derive(Clone, Debug, Default)]
struct Sum {
    place: usize,
    line: Line,
    last_person: Option<u64>,
    last_household: Option<u64>,
}

/// Lines by name while they grow. Person-years come household by household, person by person.
#[derive(Clone, Debug, Default)]
pub struct Lines(BTreeMap<String, Sum>);

impl Lines {
    /// Adds the amounts of one person-year.
    pub fn add(&mut self, amounts: &[Amount<'_>], whose: Whose) {
        for amount in amounts {
            let sum = match self.0.get_mut(amount.name) {
                Some(sum) => sum,
                None => self.0.entry(amount.name.to_owned()).or_insert_with(|| Sum::new(amount)),
            };
            sum.place = sum.place.min(amount.place);
            sum.add(amount, whose);
        }
    }

    /// Adds the lines of other households.
    pub fn merge(&mut self, other: Lines) {
        for (name, theirs) in other.0 {
            match self.0.get_mut(&name) {
                Some(own) => own.merge(&theirs),
                None => drop(self.0.insert(name, theirs)),
            }
        }
    }

    /// By place, then name.
    pub fn finish(self) -> Vec<Line> {
        let mut sums: Vec<Sum> = self.0.into_values().collect();
        sums.sort_by(|a, b| (a.place, &a.line.name).cmp(&(b.place, &b.line.name)));
        sums.into_iter().map(|sum| sum.line).collect()
    }
}

impl Sum {
    fn new(amount: &Amount<'_>) -> Sum {
        let line = Line { name: amount.name.to_owned(), ..Line::default() };
        Sum { place: amount.place, line, ..Sum::default() }
    }

    fn add(&mut self, amount: &Amount<'_>, whose: Whose) {
        self.line.baseline_fen += amount.before;
        self.line.variant_fen += amount.after;
        self.line.difference_fen += amount.after - amount.before;
        if amount.before == amount.after {
            return;
        }
        self.line.person_years_changed += 1;
        if self.last_person.replace(whose.person) != Some(whose.person) {
            self.line.persons_changed += 1;
        }
        if self.last_household.replace(whose.household) != Some(whose.household) {
            self.line.households_changed += 1;
        }
    }

    fn merge(&mut self, other: &Sum) {
        self.place = self.place.min(other.place);
        self.line.baseline_fen += other.line.baseline_fen;
        self.line.variant_fen += other.line.variant_fen;
        self.line.difference_fen += other.line.difference_fen;
        self.line.person_years_changed += other.line.person_years_changed;
        self.line.persons_changed += other.line.persons_changed;
        self.line.households_changed += other.line.households_changed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_households_are_counted_once() {
        let mut lines = Lines::default();
        let mut year = |person, before, after| {
            let mut amounts = Vec::new();
            put(&mut amounts, "基金", 1, Fen(before), Fen(after));
            put(&mut amounts, "平台", 0, Fen(3), Fen(3));
            lines.add(&amounts, Whose { person, household: person / 10 });
        };
        year(10, 5, 6);
        year(10, 7, 9);
        year(11, 1, 0);
        year(12, 4, 4);
        let mut other = Lines::default();
        let amount = Amount { name: "基金", place: 2, before: Fen(100), after: Fen(0) };
        other.add(&[amount], Whose { person: 90, household: 9 });
        lines.merge(other);
        let found = lines.finish();
        assert_eq!([found[0].name.as_str(), found[1].name.as_str()], ["平台", "基金"]);
        let fund = &found[1];
        assert_eq!((fund.baseline_fen, fund.variant_fen, fund.difference_fen), (Fen(117), Fen(19), Fen(-98)));
        assert_eq!((fund.person_years_changed, fund.persons_changed, fund.households_changed), (4, 3, 2));
    }
}
