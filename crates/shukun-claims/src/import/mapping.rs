//! What offices call columns and values: the built-in table and the user's own file on top of it.
//!
//! Start at [`Mapping::default`] and [`Mapping::extended`].

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;
use shukun_base::Text;

use super::column::Column;
use super::error::ImportError;
use crate::batch::Kind;

/// The meanings of headers and fixed values.
#[derive(Clone, Debug)]
pub struct Mapping {
    settlement: KindMapping,
    roster: KindMapping,
    ignored: HashSet<String>,
    values: HashMap<&'static str, HashMap<String, &'static str>>,
}

#[derive(Clone, Debug, Default)]
struct KindMapping {
    /// Header to column and rank: the lower rank is taken where two headers mean one column.
    columns: HashMap<String, (Column, usize)>,
    /// The value of a column that the file does not have.
    defaults: HashMap<Column, String>,
}

/// The meanings that a table of values may give, by table.
const MEANINGS: [(&str, &[&str]); 8] = [
    (
        "category",
        &[
            "destitute",
            "dibao",
            "dibao_marginal",
            "low_income",
            "expenditure_type",
            "expenditure_type_due_to_illness",
            "other",
            "none",
        ],
    ),
    ("insurance", &["employee", "resident", "none"]),
    ("kind", &["inpatient", "outpatient", "special_outpatient", "pharmacy", "emergency"]),
    ("hospital_level", &["1", "2", "3", "none"]),
    ("flag", &["yes", "no"]),
    ("local_register", &["yes", "no"]),
    ("out_of_area", &["yes", "no"]),
    ("id_type", &["resident_card"]),
];

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct MappingFile {
    settlement: KindFile,
    roster: KindFile,
    ignored: IgnoredFile,
    values: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct KindFile {
    columns: BTreeMap<String, Vec<String>>,
    defaults: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct IgnoredFile {
    columns: Vec<String>,
}

impl Default for Mapping {
    fn default() -> Mapping {
        let empty = Mapping {
            settlement: KindMapping::default(),
            roster: KindMapping::default(),
            ignored: HashSet::new(),
            values: HashMap::new(),
        };
        #[expect(clippy::expect_used, reason = "the built-in table is part of the program and a test reads it")]
        empty.extended(Mapping::BUILT_IN).expect("the built-in table of aliases is well formed")
    }
}

impl Mapping {
    /// The built-in table as it is written: the pattern for a user's own file.
    pub const BUILT_IN: &'static str = include_str!("aliases.toml");

    /// This table with a user's file (TOML, the form of the built-in one) on top.
    ///
    /// # Errors
    /// [`ImportError::BadMapping`] names what is not a column, a table of values or a meaning.
    pub fn extended(mut self, toml: &str) -> Result<Mapping, ImportError> {
        let file: MappingFile = toml::from_str(toml).map_err(|error| {
            let line = error.span().map_or(1, |span| toml.get(..span.start).unwrap_or_default().lines().count().max(1));
            let message = error.message();
            bad(format!("第 {line} 行附近：{message}"), format!("near line {line}: {message}"))
        })?;
        self.settlement.extend(file.settlement, Kind::Settlement)?;
        self.roster.extend(file.roster, Kind::Roster)?;
        self.ignored.extend(file.ignored.columns.iter().map(|header| plain(header)));
        for (table, meanings) in file.values {
            self.extend_values(&table, meanings)?;
        }
        Ok(self)
    }

    fn extend_values(&mut self, table: &str, meanings: BTreeMap<String, Vec<String>>) -> Result<(), ImportError> {
        let known = MEANINGS.iter().find(|(name, _)| *name == table);
        let Some((table, allowed)) = known else {
            let names: Vec<&str> = MEANINGS.iter().map(|(name, _)| *name).collect();
            return Err(not_one_of("values.", table, &names));
        };
        for (meaning, words) in meanings {
            let Some(meaning) = allowed.iter().find(|name| **name == meaning) else {
                return Err(not_one_of(&format!("values.{table}."), &meaning, allowed));
            };
            let of_table = self.values.entry(table).or_default();
            of_table.extend(words.iter().map(|word| (plain(word), *meaning)));
        }
        Ok(())
    }

    /// The column a header means in files of `kind`, with its rank.
    pub(crate) fn column(&self, kind: Kind, header: &str) -> Option<(Column, usize)> {
        self.of(kind).columns.get(&plain_header(header)).copied()
    }

    /// Whether a header is known to be of no use.
    pub(crate) fn is_ignored(&self, header: &str) -> bool {
        self.ignored.contains(&plain_header(header))
    }

    /// The value of a column that files of `kind` do not have.
    pub(crate) fn default_of(&self, kind: Kind, column: Column) -> Option<&str> {
        self.of(kind).defaults.get(&column).map(String::as_str)
    }

    /// The meaning of a word in one of the tables of values.
    pub(crate) fn meaning(&self, table: &str, word: &str) -> Option<&'static str> {
        self.values.get(table)?.get(&plain(word)).copied()
    }

    fn of(&self, kind: Kind) -> &KindMapping {
        match kind {
            Kind::Settlement => &self.settlement,
            Kind::Roster => &self.roster,
        }
    }
}

impl KindMapping {
    fn extend(&mut self, file: KindFile, kind: Kind) -> Result<(), ImportError> {
        // What a later file names goes before everything that is already known.
        let most = file.columns.values().map(Vec::len).max().unwrap_or(0);
        for (_, rank) in self.columns.values_mut() {
            *rank += most;
        }
        for (name, headers) in file.columns {
            let column = column_of_kind(&name, kind, "columns")?;
            for (rank, header) in headers.iter().enumerate() {
                self.columns.insert(plain_header(header), (column, rank));
            }
        }
        for (name, value) in file.defaults {
            self.defaults.insert(column_of_kind(&name, kind, "defaults")?, value);
        }
        Ok(())
    }
}

fn column_of_kind(name: &str, kind: Kind, section: &str) -> Result<Column, ImportError> {
    Column::named(name).filter(|column| column.is_in(kind)).ok_or_else(|| {
        let allowed: Vec<&str> =
            Column::ALL.iter().filter(|column| column.is_in(kind)).map(|column| column.name()).collect();
        not_one_of(&format!("{}.{section}.", super::error::kind_words(kind).1), name, &allowed)
    })
}

fn not_one_of(prefix: &str, found: &str, allowed: &[&str]) -> ImportError {
    let allowed = allowed.join(", ");
    bad(
        format!("没有“{prefix}{found}”这一项；可用的有：{allowed}"),
        format!("“{prefix}{found}” is not known; there are: {allowed}"),
    )
}

fn bad(zh: String, en: String) -> ImportError {
    ImportError::BadMapping { detail: Text::new(zh, en) }
}

/// A word as it is compared: half-width, lower case, without blanks.
pub(crate) fn plain(word: &str) -> String {
    word.chars().map(half_width).filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// A header as it is compared: like [`plain`], and without a trailing unit.
pub(crate) fn plain_header(header: &str) -> String {
    let plain = plain(header);
    let without_unit = ["(元)", "(人民币元)", "(单位:元)"].iter().find_map(|unit| plain.strip_suffix(unit));
    without_unit.map(str::to_owned).unwrap_or(plain)
}

/// The half-width form of a full-width character.
pub(crate) fn half_width(character: char) -> char {
    match character {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(character as u32 - 0xFEE0).unwrap_or(character),
        '−' | '–' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_table_names_every_required_column() {
        let mapping = Mapping::default();
        for kind in [Kind::Settlement, Kind::Roster] {
            for column in Column::ALL.iter().filter(|column| column.is_in(kind)) {
                assert!(mapping.column(kind, column.zh()).is_some_and(|(found, _)| found == *column), "{column:?}");
            }
        }
    }

    #[test]
    fn headers_and_words_are_compared_plainly() {
        let mapping = Mapping::default();
        let total = |header| mapping.column(Kind::Settlement, header).map(|(column, _)| column);
        assert_eq!(total(" 费用\n总额（元）"), Some(Column::Total));
        assert_eq!(total("ＭＥＤＦＥＥ_SUMAMT"), Some(Column::Total));
        assert_eq!(total("费用总额（万元）"), None, "another unit is another column");
        assert_eq!(mapping.meaning("hospital_level", "二级"), Some("2"));
        assert_eq!(mapping.meaning("insurance", "３９０"), Some("resident"));
    }

    #[test]
    fn a_users_file_goes_first_and_is_checked() {
        let mine = "[settlement.columns]\ntotal = [\"应付总额\"]\n[settlement.defaults]\nkind = \"住院\"\n";
        let mapping = Mapping::default().extended(mine).unwrap();
        let (column, rank) = mapping.column(Kind::Settlement, "应付总额").unwrap();
        assert_eq!(column, Column::Total);
        assert!(rank < mapping.column(Kind::Settlement, "费用总额").unwrap().1);
        assert_eq!(mapping.default_of(Kind::Settlement, Column::ClaimKind), Some("住院"));
        for wrong in [
            "[settlement.columns]\ntotl = [\"a\"]",
            "[roster.columns]\ntotal = [\"a\"]",
            "[values.colour]\nred = [\"a\"]",
            "[values.flag]\nmaybe = [\"a\"]",
            "[settlement\n",
        ] {
            let error = Mapping::default().extended(wrong).unwrap_err();
            assert_eq!(error.code(), "bad_mapping", "{wrong}");
        }
    }
}
