//! One file to a batch and a report. Start at [`plan_import`].
//!
//! Rows stream through; only accepted values, rejected rows and what finds duplicates stay in memory. Nothing is
//! written: the lake applies the batch.

use std::collections::{BTreeSet, HashSet};

use sha2::{Digest as _, Sha256};
use shukun_base::ClaimId;
use shukun_engine::facts::Person;

use super::caps::Caps;
use super::cells::{Cells, Defect};
use super::column::Column;
use super::error::ImportError;
use super::header::{ROWS_LOOKED_AT, Search, look_for_header, why_not_found};
use super::known::Known;
use super::ledger::{self, Ledger};
use super::mapping::Mapping;
use super::noticed::Noticed;
use super::people::{People, Town, Who};
use super::reader::{Row, RowSink, read_rows};
use super::reason::Reason;
use super::regions::Regions;
use super::report::{BadRow, ImportReport, Place, SheetLayout};
use super::roster::{self, Register, RosterRow, read_roster};
use super::settlement::{SettlementRow, read_settlement};
use super::totals::{RowIs, Totals, classify};
use crate::batch::{Batch, Kind, SourceFile};

/// A file's name (without folders) and bytes.
#[derive(Clone, Copy, Debug)]
pub struct Source<'b> {
    /// The name.
    pub name: &'b str,
    /// The bytes.
    pub bytes: &'b [u8],
}

/// How files are read.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What headers and words mean.
    pub mapping: Mapping,
    /// What towns and villages are called.
    pub regions: Regions,
    /// How much is read.
    pub caps: Caps,
}

/// Reads and checks a file. `kind` is recognised from the headers where it is `None`.
///
/// # Errors
/// [`ImportError`] where the file as a whole cannot be read; what is wrong with single rows is in the report.
pub fn plan_import(
    source: Source<'_>,
    kind: Option<Kind>,
    settings: &Settings,
    known: &dyn Known,
) -> Result<(Batch, ImportReport), ImportError> {
    let mut importer = Importer::new(kind, settings, known);
    read_rows(source.name, source.bytes, &settings.caps, &mut importer)?;
    importer.finish(source)
}

struct Importer<'a> {
    told_kind: Option<Kind>,
    settings: &'a Settings,
    known: &'a dyn Known,
    sheet: Sheet,
    sheets: Vec<SheetLayout>,
    people: People,
    ledger: Ledger,
    /// Reversals taken so far, with their rows, until their targets are matched.
    reversals: Vec<PendingReversal>,
    register: Register,
    bad_rows: Vec<BadRow>,
    /// Hashes of rejected rows, to know the same row again.
    rejected_rows: HashSet<[u8; 32]>,
    duplicate_rows: Vec<Place>,
    rows: u64,
    /// Rows that were read and not yet entered.
    waiting: Vec<Waiting>,
    noticed: Noticed,
}

/// Rows that are entered together, so that the lake can be asked about their claims at once.
const ROWS_AT_ONCE: usize = 16_384;

/// A row that was read: what it says, or its defects.
struct Waiting {
    sheet: usize,
    row: Row,
    read: Option<Read>,
    defects: Vec<Defect>,
}

impl Waiting {
    fn claim_id(&self) -> Option<ClaimId> {
        match &self.read {
            Some(Read::Settlement(accepted)) => Some(accepted.claim.claim_id),
            _ => None,
        }
    }
}

/// The sheet being read.
#[derive(Default)]
struct Sheet {
    name: String,
    epoch_1904: bool,
    /// Rows before the header.
    above: Vec<Row>,
    /// Place in [`Importer::sheets`] once the header is found.
    place: Option<usize>,
    totals: Totals,
}

struct PendingReversal {
    ledger_place: usize,
    sheet: usize,
    row: Row,
    accepted: SettlementRow,
}

impl RowSink for Importer<'_> {
    fn sheet(&mut self, name: &str, epoch_1904: bool) -> Result<(), ImportError> {
        self.end_sheet()?;
        self.sheet = Sheet { name: name.to_owned(), epoch_1904, ..Sheet::default() };
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), ImportError> {
        match self.sheet.place {
            Some(place) => self.below_header(place, row),
            None if self.sheet.above.len() < ROWS_LOOKED_AT => self.above_header(row),
            None => {}
        }
        Ok(())
    }
}

impl<'a> Importer<'a> {
    fn new(kind: Option<Kind>, settings: &'a Settings, known: &'a dyn Known) -> Importer<'a> {
        Importer {
            told_kind: kind,
            settings,
            known,
            sheet: Sheet::default(),
            sheets: Vec::new(),
            people: People::default(),
            ledger: Ledger::default(),
            reversals: Vec::new(),
            register: Register::default(),
            bad_rows: Vec::new(),
            rejected_rows: HashSet::new(),
            duplicate_rows: Vec::new(),
            rows: 0,
            waiting: Vec::new(),
            noticed: Noticed::default(),
        }
    }

    /// The kind told by the user, or else the first sheet's: one file is one kind.
    fn kind(&self) -> Option<Kind> {
        self.told_kind.or_else(|| self.sheets.first().map(|sheet| sheet.layout.kind))
    }

    fn above_header(&mut self, row: Row) {
        self.sheet.above.push(row);
        if let Search::Found(layout) = look_for_header(&self.sheet.above, self.kind(), &self.settings.mapping) {
            self.sheet.above.clear();
            self.sheet.place = Some(self.sheets.len());
            let (name, epoch_1904) = (self.sheet.name.clone(), self.sheet.epoch_1904);
            self.sheets.push(SheetLayout { name, layout: *layout, epoch_1904 });
        }
    }

    /// A sheet in which nothing looks like headers (a cover, instructions) is passed over and named in the report;
    /// one whose headers lack a column is an error, because its rows would be lost.
    fn end_sheet(&mut self) -> Result<(), ImportError> {
        let sheet = std::mem::take(&mut self.sheet);
        if sheet.place.is_some() || sheet.name.is_empty() {
            return Ok(());
        }
        match why_not_found(&sheet.name, &sheet.above, self.kind(), &self.settings.mapping) {
            Some(error) => Err(error),
            None => {
                self.noticed.sheets_without_header.push(sheet.name);
                Ok(())
            }
        }
    }

    fn below_header(&mut self, place: usize, row: Row) {
        let Some(sheet) = self.sheets.get(place) else { return };
        if sheet.layout.is_repeated_by(&row) {
            return;
        }
        match classify(&row, &sheet.layout) {
            RowIs::Data => self.data_row(place, row),
            RowIs::Total => {
                let mismatches = self.sheet.totals.check(&row, &sheet.layout);
                let at = Place { sheet: sheet.name.clone(), row: row.number };
                self.noticed.total_mismatches.extend(mismatches.into_iter().map(|mismatch| (at.clone(), mismatch)));
            }
            RowIs::Subtotal => {}
            RowIs::Note => self.noticed.notes += 1,
        }
    }

    fn data_row(&mut self, place: usize, row: Row) {
        self.rows += 1;
        let Some(sheet) = self.sheets.get(place) else { return };
        let Settings { mapping, regions, .. } = self.settings;
        let mut cells = Cells::new(&row, &sheet.layout, mapping, sheet.epoch_1904);
        let read = match sheet.layout.kind {
            Kind::Settlement => {
                read_settlement(&mut cells, regions, self.known).map(|row| Read::Settlement(Box::new(row)))
            }
            Kind::Roster => read_roster(&mut cells, regions, self.known).map(|row| Read::Roster(Box::new(row))),
        };
        let Cells { defects, amounts, .. } = cells;
        self.sheet.totals.add(&amounts);
        self.waiting.push(Waiting { sheet: place, row, read, defects });
        if self.waiting.len() >= ROWS_AT_ONCE {
            self.enter_waiting();
        }
    }

    fn enter_waiting(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let claims: Vec<ClaimId> = waiting.iter().filter_map(Waiting::claim_id).collect();
        if !claims.is_empty() {
            self.known.look_ahead(&claims);
        }
        for Waiting { sheet, row, read, defects } in waiting {
            match read {
                Some(Read::Settlement(accepted)) => self.enter_claim(sheet, row, *accepted),
                Some(Read::Roster(accepted)) => self.enter_roster(sheet, row, *accepted),
                None => self.reject(sheet, row, defects),
            }
        }
    }

    fn enter_claim(&mut self, place: usize, row: Row, accepted: SettlementRow) {
        match self.ledger.enter(accepted.claim.clone(), self.known) {
            ledger::Entry::Duplicate => self.note_duplicate(place, &row),
            ledger::Entry::Conflict => {
                let defect = Defect { column: Some(Column::SettlementNo), reason: Reason::ConflictingDuplicate };
                self.reject(place, row, vec![defect]);
            }
            ledger::Entry::Taken(ledger_place) if accepted.reverses.is_some() => {
                self.reversals.push(PendingReversal { ledger_place, sheet: place, row, accepted });
            }
            ledger::Entry::Taken(_) => self.take_person(accepted),
        }
    }

    fn take_person(&mut self, accepted: SettlementRow) {
        self.add_person(accepted.person, &accepted.who);
    }

    fn add_person(&mut self, person: Person, who: &Who) {
        self.noticed.towns_unknown += u64::from(who.town == Town::Unknown);
        self.noticed.towns_missing += u64::from(who.town == Town::Missing);
        self.people.add(person, &who.identity);
    }

    fn enter_roster(&mut self, place: usize, row: Row, accepted: RosterRow) {
        let before = self.people.find(accepted.person.person_id);
        match self.register.enter(&accepted, before) {
            roster::Entry::Taken => self.add_person(accepted.person, &accepted.who),
            roster::Entry::Duplicate => self.note_duplicate(place, &row),
            roster::Entry::Conflict(defect) => self.reject(place, row, vec![defect]),
        }
    }

    fn note_duplicate(&mut self, place: usize, row: &Row) {
        let sheet = self.sheets.get(place).map(|sheet| sheet.name.clone()).unwrap_or_default();
        self.duplicate_rows.push(Place { sheet, row: row.number });
    }

    /// Keeps a row for the rejects workbook. The same bad row twice is one bad row and one duplicate.
    fn reject(&mut self, place: usize, row: Row, defects: Vec<Defect>) {
        let hash = self.sheets.get(place).map(|sheet| hash_of(&row, sheet)).unwrap_or_default();
        if self.rejected_rows.insert(hash) {
            self.bad_rows.push(BadRow { sheet: place, row, defects });
        } else {
            self.note_duplicate(place, &row);
        }
    }

    fn finish(mut self, source: Source<'_>) -> Result<(Batch, ImportReport), ImportError> {
        self.end_sheet()?;
        self.enter_waiting();
        let Some(kind) = self.sheets.first().map(|sheet| sheet.layout.kind) else {
            return Err(ImportError::HeaderNotFound { sheets: self.noticed.sheets_without_header });
        };
        let reversals = self.settle_reversals();
        let report = self.report(source.name, kind, reversals);
        let (households, certifications) = self.register.into_parts();
        let batch = Batch {
            persons: self.people.persons,
            households,
            certifications,
            claims: self.ledger.into_claims(),
            identities: self.people.identities,
            source: SourceFile {
                name: source.name.to_owned(),
                sha256: sha256(source.bytes),
                bytes: source.bytes.len() as u64,
                kind,
            },
        };
        Ok((batch, report))
    }

    /// Rejects the reversals that have nothing to reverse; gives how many stand.
    fn settle_reversals(&mut self) -> u64 {
        let mut standing = 0;
        let mut refused = self.ledger.refuse_unmatched_reversals(self.known);
        for pending in std::mem::take(&mut self.reversals) {
            match refused.remove(&pending.ledger_place) {
                None => {
                    standing += 1;
                    self.take_person(pending.accepted);
                }
                Some(reason) => {
                    let defect = Defect { column: Some(Column::SettlementNo), reason };
                    self.reject(pending.sheet, pending.row, vec![defect]);
                }
            }
        }
        standing
    }

    fn report(&mut self, file: &str, kind: Kind, reversals: u64) -> ImportReport {
        self.noticed.names_that_differ = self.people.names_that_differ;
        let mut bad_rows = std::mem::take(&mut self.bad_rows);
        bad_rows.sort_by_key(|bad| (bad.sheet, bad.row.number));
        let sheets = std::mem::take(&mut self.sheets);
        let unknown: BTreeSet<&String> = sheets.iter().flat_map(|sheet| &sheet.layout.unknown).collect();
        let duplicates = self.duplicate_rows.len() as u64;
        let rejected = bad_rows.len() as u64;
        let mut report = ImportReport {
            file: file.to_owned(),
            kind,
            rows: self.rows,
            accepted: self.rows - rejected - duplicates,
            rejected,
            duplicates,
            reversals,
            by_reason: std::collections::BTreeMap::new(),
            warnings: self.noticed.warnings(),
            unknown_columns: unknown.into_iter().cloned().collect(),
            rejects: Vec::new(),
            duplicate_rows: std::mem::take(&mut self.duplicate_rows),
            sheets,
            bad_rows,
        };
        count_reasons(&mut report);
        report
    }
}

enum Read {
    Settlement(Box<SettlementRow>),
    Roster(Box<RosterRow>),
}

fn count_reasons(report: &mut ImportReport) {
    for bad in &report.bad_rows {
        let codes: BTreeSet<&'static str> = bad.defects.iter().map(|defect| defect.reason.code()).collect();
        for code in codes {
            *report.by_reason.entry(code).or_default() += 1;
        }
        if let Some(sheet) = report.sheets.get(bad.sheet) {
            report.rejects.extend(bad.rejects(sheet));
        }
    }
    if report.duplicates > 0 {
        report.by_reason.insert(Reason::DuplicateRow.code(), report.duplicates);
    }
}

/// Only cells under a header with a meaning count: a running number does not make a row another one.
fn hash_of(row: &Row, sheet: &SheetLayout) -> [u8; 32] {
    let mut hash = Sha256::new();
    for column in Column::ALL {
        if let Some(cell) = sheet.layout.place(*column).and_then(|place| row.cell(place)) {
            hash.update(column.name());
            hash.update((cell.text.len() as u64).to_le_bytes());
            hash.update(&cell.text);
        }
    }
    hash.finalize().into()
}

/// SHA-256 of a file, as the lake's history tells it.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of a file's set of headings: files of one office have the same.
pub fn hash_of_headings(examined: &super::Examined) -> String {
    sha256(examined.headings().as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
