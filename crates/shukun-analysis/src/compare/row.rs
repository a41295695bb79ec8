//! One person-year in a few bytes: what is kept of it between the passes.
//!
//! Rows of a household stand together, and in it those of a person, so that people and households are counted by
//! looking at the row before.

use super::marks::By;

/// A person-year under both programs, as codes and fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Person.
    pub person: u64,
    /// Household.
    pub household: u64,
    /// What stays with the family under the baseline, in fen.
    pub before: i64,
    /// The same under the variant.
    pub after: i64,
    /// Calendar year.
    pub year: i16,
    /// Town: nine digits.
    pub town: u32,
    /// Codes of [`super::marks`].
    pub category: u8,
    /// Codes of [`super::marks`].
    pub age: u8,
    /// Codes of [`super::marks`].
    pub insurance: u8,
    /// Codes of [`super::marks`].
    pub kind: u8,
}

/// Bytes of a row.
pub const ROW_BYTES: usize = 42;

impl Row {
    /// What the family gains; below zero what it loses.
    pub fn gain(&self) -> i64 {
        self.before - self.after
    }

    /// The group it falls in; a decile is not in the row and is handed in.
    pub fn key(&self, by: By, decile: u8) -> u32 {
        match by {
            By::Category => self.category.into(),
            By::Age => self.age.into(),
            By::Town => self.town,
            By::Insurance => self.insurance.into(),
            By::Kind => self.kind.into(),
            By::Decile => decile.into(),
        }
    }

    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(ROW_BYTES);
        bytes.extend(self.person.to_le_bytes());
        bytes.extend(self.household.to_le_bytes());
        bytes.extend(self.before.to_le_bytes());
        bytes.extend(self.after.to_le_bytes());
        bytes.extend(self.year.to_le_bytes());
        bytes.extend(self.town.to_le_bytes());
        bytes.extend([self.category, self.age, self.insurance, self.kind]);
        bytes
    }

    /// From bytes; none where there are not [`ROW_BYTES`] of them.
    pub fn from_bytes(bytes: &[u8]) -> Option<Row> {
        let (person, rest) = bytes.split_first_chunk()?;
        let (household, rest) = rest.split_first_chunk()?;
        let (before, rest) = rest.split_first_chunk()?;
        let (after, rest) = rest.split_first_chunk()?;
        let (year, rest) = rest.split_first_chunk()?;
        let (town, rest) = rest.split_first_chunk()?;
        let [category, age, insurance, kind] = rest else { return None };
        Some(Row {
            person: u64::from_le_bytes(*person),
            household: u64::from_le_bytes(*household),
            before: i64::from_le_bytes(*before),
            after: i64::from_le_bytes(*after),
            year: i16::from_le_bytes(*year),
            town: u32::from_le_bytes(*town),
            category: *category,
            age: *age,
            insurance: *insurance,
            kind: *kind,
        })
    }
}

/// Rows that can be gone through again and again, always in the same order.
pub trait Rows {
    /// What can go wrong on the way.
    type Error;

    /// Goes through all rows once.
    ///
    /// # Errors
    /// Where a row cannot be had.
    fn each(&self, visit: &mut dyn FnMut(&Row)) -> Result<(), Self::Error>;
}

/// Rows in memory: for tests and small lakes.
impl Rows for Vec<Row> {
    type Error = std::convert::Infallible;

    fn each(&self, visit: &mut dyn FnMut(&Row)) -> Result<(), Self::Error> {
        self.iter().for_each(visit);
        Ok(())
    }
}

/// Goes through the household-years of the rows: what stays with the household, before and after.
///
/// # Errors
/// Those of the rows.
pub fn each_household_year<R: Rows>(rows: &R, visit: &mut dyn FnMut(i64, i64)) -> Result<(), R::Error> {
    let mut years: Vec<(i16, i64, i64)> = Vec::new();
    let mut household = None;
    rows.each(&mut |row| {
        if household != Some(row.household) {
            years.drain(..).for_each(|(_, before, after)| visit(before, after));
            household = Some(row.household);
        }
        match years.iter_mut().find(|(year, ..)| *year == row.year) {
            Some((_, before, after)) => {
                *before += row.before;
                *after += row.after;
            }
            None => years.push((row.year, row.before, row.after)),
        }
    })?;
    years.into_iter().for_each(|(_, before, after)| visit(before, after));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_back() {
        let row = Row {
            person: u64::MAX - 1,
            household: 7,
            before: -1,
            after: i64::MAX,
            year: 2022,
            town: 330_381_001,
            category: 255,
            age: 1,
            insurance: 2,
            kind: 3,
        };
        assert_eq!(row.to_bytes().len(), ROW_BYTES);
        assert_eq!(Row::from_bytes(&row.to_bytes()), Some(row));
        assert_eq!(Row::from_bytes(&row.to_bytes()[1..]), None);
    }

    #[test]
    fn household_years_add_up_their_members() {
        let row =
            |household, person, year, before, after| Row { household, person, year, before, after, ..Row::default() };
        let rows = vec![row(1, 1, 2022, 5, 4), row(1, 1, 2023, 1, 1), row(1, 2, 2022, 10, 0), row(2, 3, 2022, 7, 8)];
        let mut found = Vec::new();
        each_household_year(&rows, &mut |before, after| found.push((before, after))).unwrap();
        assert_eq!(found, [(15, 4), (1, 1), (7, 8)]);
    }
}
