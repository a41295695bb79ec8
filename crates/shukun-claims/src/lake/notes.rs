//! `notes.parquet`: what a rule had to say besides paying. One row a note; the columns that its kind does not have
//! are null.

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use shukun_base::{ClaimId, Fen, HouseholdId, PersonId, Text};
use shukun_engine::outcome::{Colour, Note, NoteKind};

use super::columns::{self as col, Rows, table_of};
use super::error::{LakeError, damaged};
use super::output::{PartBuilder, TableWriter, write_all};
use super::parquet_file::read_tables;
use super::pick::{Wanted, read_wanted};

/// A note and the household that was settled when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdNote {
    /// The household.
    pub household_id: HouseholdId,
    /// What was said.
    pub note: Note,
}

/// Begins a file of notes.
///
/// # Errors
/// `lake-file`.
pub fn notes_writer(path: &Path) -> Result<TableWriter<HouseholdNote>, LakeError> {
    TableWriter::create(path, Arc::new(notes_table))
}

/// Notes on their way to such a file.
pub fn notes_part() -> PartBuilder<HouseholdNote> {
    PartBuilder::new(Arc::new(notes_table))
}

/// Writes a file of notes and returns their number.
///
/// # Errors
/// `lake-file`.
pub fn write_notes(path: &Path, notes: impl IntoIterator<Item = HouseholdNote>) -> Result<u64, LakeError> {
    write_all(notes_writer(path)?, notes)
}

/// Reads a file of notes, in its order.
///
/// # Errors
/// `lake-damaged`, `lake-file`.
pub fn read_notes(path: &Path) -> Result<Vec<HouseholdNote>, LakeError> {
    let mut notes = Vec::new();
    let place = path.display().to_string();
    read_tables(path, None, |table| add_notes(&Rows { table, place: &place }, &mut notes))?;
    Ok(notes)
}

/// Hands the wanted notes of a file to `each`, some thousand at a time, in its order.
///
/// # Errors
/// `lake-damaged`, `lake-file`.
pub fn read_wanted_notes(
    path: &Path,
    wanted: &Wanted,
    mut each: impl FnMut(Vec<HouseholdNote>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    read_wanted(path, wanted, |rows| {
        let mut notes = Vec::new();
        add_notes(rows, &mut notes)?;
        each(notes)
    })
}

/// The parts of every kind of note side by side.
#[derive(Debug, Default, PartialEq)]
struct FlatKind<'a> {
    word: &'a str,
    missing: Option<&'a str>,
    colour: Option<Colour>,
    /// What the formula gave, or the burden that was measured, or what the rule gives.
    computed_fen: Option<Fen>,
    /// What was paid, or settled.
    paid_fen: Option<Fen>,
    /// The ceiling of a resolution or an entitlement.
    ceiling_fen: Option<Fen>,
}

fn flatten(kind: &NoteKind) -> FlatKind<'_> {
    let flat = |word| FlatKind { word, ..FlatKind::default() };
    match kind {
        NoteKind::NotEligible => flat("not_eligible"),
        NoteKind::Unknown { missing } => FlatKind { missing: Some(missing), ..flat("unknown") },
        NoteKind::CutByLimit { formula_fen, paid_fen } => {
            FlatKind { computed_fen: Some(*formula_fen), paid_fen: Some(*paid_fen), ..flat("cut_by_limit") }
        }
        NoteKind::BelowLine => flat("below_line"),
        NoteKind::LeftOut => flat("left_out"),
        NoteKind::AwaitsResolution { ceiling_fen } => {
            FlatKind { ceiling_fen: *ceiling_fen, ..flat("awaits_resolution") }
        }
        NoteKind::Entitled { amount_fen } => FlatKind { ceiling_fen: *amount_fen, ..flat("entitled") },
        NoteKind::Alert { colour, burden_fen } => {
            FlatKind { colour: Some(*colour), computed_fen: Some(*burden_fen), ..flat("alert") }
        }
        NoteKind::Difference { settled_fen, computed_fen } => {
            FlatKind { computed_fen: Some(*computed_fen), paid_fen: Some(*settled_fen), ..flat("difference") }
        }
    }
}

/// The note of which these are the parts; none where a part is missing.
fn unflatten(flat: &FlatKind) -> Option<NoteKind> {
    Some(match flat.word {
        "not_eligible" => NoteKind::NotEligible,
        "unknown" => NoteKind::Unknown { missing: flat.missing?.to_owned() },
        "cut_by_limit" => NoteKind::CutByLimit { formula_fen: flat.computed_fen?, paid_fen: flat.paid_fen? },
        "below_line" => NoteKind::BelowLine,
        "left_out" => NoteKind::LeftOut,
        "awaits_resolution" => NoteKind::AwaitsResolution { ceiling_fen: flat.ceiling_fen },
        "entitled" => NoteKind::Entitled { amount_fen: flat.ceiling_fen },
        "alert" => NoteKind::Alert { colour: flat.colour?, burden_fen: flat.computed_fen? },
        "difference" => NoteKind::Difference { settled_fen: flat.paid_fen?, computed_fen: flat.computed_fen? },
        _ => return None,
    })
}

pub(crate) fn notes_table(rows: &[HouseholdNote]) -> Result<RecordBatch, LakeError> {
    let kinds: Vec<FlatKind> = rows.iter().map(|row| flatten(&row.note.outcome)).collect();
    let columns = vec![
        col::ids("person_id", rows.iter().map(|row| row.note.person_id.0)),
        col::optional_ids("claim_id", rows.iter().map(|row| row.note.claim_id.map(|id| id.0))),
        col::words("period", rows.iter().map(|row| row.note.period.as_str())),
        col::words("rule", rows.iter().map(|row| row.note.rule.as_str())),
        col::words("article", rows.iter().map(|row| row.note.article.as_str())),
        col::words("outcome", kinds.iter().map(|kind| kind.word)),
        col::optional_words("missing", kinds.iter().map(|kind| kind.missing)),
        col::optional_codes("colour", kinds.iter().map(|kind| kind.colour)),
        col::optional_amounts("computed_fen", kinds.iter().map(|kind| kind.computed_fen)),
        col::optional_amounts("paid_fen", kinds.iter().map(|kind| kind.paid_fen)),
        col::optional_amounts("ceiling_fen", kinds.iter().map(|kind| kind.ceiling_fen)),
        col::words("text_zh", rows.iter().map(|row| row.note.text.zh.as_str())),
        col::words("text_en", rows.iter().map(|row| row.note.text.en.as_str())),
        col::ids("household_id", rows.iter().map(|row| row.household_id.0)),
    ];
    table_of(columns, "notes")
}

fn add_notes(rows: &Rows, to: &mut Vec<HouseholdNote>) -> Result<(), LakeError> {
    let [person_id, claim_id] = [rows.ids("person_id")?, rows.ids("claim_id")?];
    let [period, rule, article] = [rows.words("period")?, rows.words("rule")?, rows.words("article")?];
    let [outcome, missing, colour] = [rows.words("outcome")?, rows.words("missing")?, rows.words("colour")?];
    let [computed, paid, ceiling] =
        [rows.numbers("computed_fen")?, rows.numbers("paid_fen")?, rows.numbers("ceiling_fen")?];
    let [text_zh, text_en] = [rows.words("text_zh")?, rows.words("text_en")?];
    let household_id = rows.ids("household_id")?;
    for row in 0..rows.table.num_rows() {
        let flat = FlatKind {
            word: outcome.get(row)?,
            missing: missing.find(row),
            colour: colour.find_code(row)?,
            computed_fen: computed.find_fen(row),
            paid_fen: paid.find_fen(row),
            ceiling_fen: ceiling.find_fen(row),
        };
        let note = Note {
            person_id: PersonId(person_id.get(row)?),
            claim_id: claim_id.find(row).map(ClaimId),
            period: period.get_owned(row)?,
            rule: rule.get_owned(row)?,
            article: article.get_owned(row)?,
            outcome: unflatten(&flat).ok_or_else(|| damaged(rows.place, format!("outcome row {}", row + 1)))?,
            text: Text::new(text_zh.get(row)?, text_en.get(row)?),
        };
        to.push(HouseholdNote { household_id: HouseholdId(household_id.get(row)?), note });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_kind() -> Vec<NoteKind> {
        let some = |fen| Some(Fen(fen));
        vec![
            NoteKind::NotEligible,
            NoteKind::Unknown { missing: "家庭年收入".to_owned() },
            NoteKind::CutByLimit { formula_fen: Fen(9), paid_fen: Fen(-7) },
            NoteKind::BelowLine,
            NoteKind::LeftOut,
            NoteKind::AwaitsResolution { ceiling_fen: some(4_950_000) },
            NoteKind::AwaitsResolution { ceiling_fen: None },
            NoteKind::Entitled { amount_fen: some(350_000) },
            NoteKind::Entitled { amount_fen: None },
            NoteKind::Alert { colour: Colour::Orange, burden_fen: Fen(5_000_001) },
            NoteKind::Difference { settled_fen: Fen(1), computed_fen: Fen(2) },
        ]
    }

    #[test]
    fn every_kind_of_note_comes_back() {
        let notes: Vec<HouseholdNote> = (1..)
            .zip(every_kind())
            .map(|(person, outcome)| Note {
                person_id: PersonId(person),
                claim_id: person.is_multiple_of(2).then_some(ClaimId(person)),
                period: "2022".to_owned(),
                rule: "慈善救助".to_owned(),
                article: "第五条".to_owned(),
                outcome,
                text: Text::new("说明", "in words"),
            })
            .map(|note| HouseholdNote { household_id: HouseholdId(note.person_id.0 / 2), note })
            .collect();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notes.parquet");
        assert_eq!(write_notes(&path, notes.clone()).unwrap(), u64::try_from(notes.len()).unwrap());
        assert_eq!(read_notes(&path).unwrap(), notes);
    }

    #[test]
    fn the_words_are_those_of_the_json() {
        for kind in every_kind() {
            assert_eq!(serde_json::to_value(&kind).unwrap()["kind"], flatten(&kind).word);
        }
    }
}
