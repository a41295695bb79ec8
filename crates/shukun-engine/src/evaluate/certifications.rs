//! Which certifications (认定) a person holds on a day.

use shukun_base::Day;

use crate::facts::{Category, Certification};

/// A category that counts on the status day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// 认定类别
    pub category: Category,
    /// 因病; not known where only the settlement names the category.
    pub due_to_illness: Option<bool>,
    /// 新认定; not known likewise.
    pub newly_certified: Option<bool>,
    /// 认定日
    pub certified_on: Option<Day>,
    /// 申请日
    pub applied_on: Option<Day>,
    /// First and last day.
    pub valid: (Day, Day),
    /// Its place among the person's certifications; none for the settlement's own word.
    pub number: Option<usize>,
}

impl Held {
    /// The category that a settlement carried, where no dated certification is on file.
    pub(crate) fn as_settled(category: Category, on: Day) -> Held {
        Held {
            category,
            due_to_illness: None,
            newly_certified: None,
            certified_on: None,
            applied_on: None,
            valid: (on, on),
            number: None,
        }
    }

    /// Whether it counts on `day`.
    pub(crate) fn is_valid_on(&self, day: Day) -> bool {
        self.valid.0 <= day && day <= self.valid.1
    }

    /// Whether it counts on any day from `first` to `last`.
    pub(crate) fn overlaps(&self, first: Day, last: Day) -> bool {
        self.valid.0 <= last && first <= self.valid.1
    }
}

/// One person's certifications, earliest first, so that the earlier window comes first.
pub(crate) fn in_order<'a>(certifications: impl Iterator<Item = &'a Certification>) -> Vec<Held> {
    let mut rows: Vec<&Certification> = certifications.collect();
    rows.sort_by_key(|row| {
        (row.certified_on, row.valid_from, row.valid_to, row.category, row.due_to_illness, row.applied_on)
    });
    rows.dedup();
    rows.iter()
        .enumerate()
        .map(|(number, row)| Held {
            category: row.category,
            due_to_illness: Some(row.due_to_illness),
            newly_certified: Some(is_new(row, &rows)),
            certified_on: Some(row.certified_on),
            applied_on: row.applied_on,
            valid: (row.valid_from, row.valid_to.unwrap_or(Day::MAX)),
            number: Some(number),
        })
        .collect()
}

/// 新认定: no other certification was valid on the day before it.
fn is_new(row: &Certification, rows: &[&Certification]) -> bool {
    let Ok(eve) = row.valid_from.yesterday() else { return true };
    !rows.iter().any(|other| other.valid_from <= eve && other.valid_to.is_none_or(|last| eve <= last))
}
