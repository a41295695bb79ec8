//! Finds the row of headers below title rows, and tells settlement files and rosters apart.

use std::collections::HashMap;

use super::column::Column;
use super::error::ImportError;
use super::mapping::Mapping;
use super::reader::Row;
use crate::batch::Kind;

/// How many rows may stand above the headers.
pub(super) const ROWS_LOOKED_AT: usize = 40;

/// With fewer recognised columns a row is not taken for headers at all.
const FEWEST_COLUMNS: usize = 3;

/// Where each column stands in one sheet.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub kind: Kind,
    /// Place by [`Column::index`].
    places: Vec<Option<u16>>,
    /// The headers as written, with their places.
    pub headers: Vec<(u16, String)>,
    /// Headers that nobody knows.
    pub unknown: Vec<String>,
}

impl Layout {
    /// Where a column stands.
    pub fn place(&self, column: Column) -> Option<u16> {
        self.places.get(column.index()).copied().flatten()
    }

    /// The header over a place, as written.
    pub fn header_at(&self, place: u16) -> &str {
        self.headers.iter().find(|(at, _)| *at == place).map_or("", |(_, header)| header)
    }

    /// Whether a row repeats the headers, as at the top of a printed page.
    pub fn is_repeated_by(&self, row: &Row) -> bool {
        row.cells.len() >= FEWEST_COLUMNS && row.cells.iter().all(|cell| self.header_at(cell.column) == cell.text)
    }
}

/// What the rows seen so far hold.
pub(super) enum Search {
    /// The last row is the header.
    Found(Box<Layout>),
    /// Not yet.
    NotYet,
}

/// Whether `rows`' last row is the header of a file of `kind` (of any kind where none is told).
pub(super) fn look_for_header(rows: &[Row], kind: Option<Kind>, mapping: &Mapping) -> Search {
    for headers in readings_of_last(rows) {
        let fitting = kinds(kind)
            .map(|kind| layout(&headers, kind, mapping))
            .find(|layout| missing(layout, mapping).is_empty() && (kind.is_some() || is_told(layout)));
        if let Some(layout) = fitting {
            return Search::Found(Box::new(layout));
        }
    }
    Search::NotYet
}

/// Why none of `rows` is a header, from the row that comes nearest.
pub(super) fn why_not_found(sheet: &str, rows: &[Row], kind: Option<Kind>, mapping: &Mapping) -> Option<ImportError> {
    let candidates =
        rows.iter().flat_map(|row| kinds(kind).map(move |kind| (row, layout(&headers_of(row), kind, mapping))));
    let known = |layout: &Layout| layout.places.iter().flatten().count();
    let (row, nearest) = candidates.max_by_key(|(_, layout)| (known(layout), is_told(layout)))?;
    if known(&nearest) < FEWEST_COLUMNS {
        return None;
    }
    if kind.is_none() && !is_told(&nearest) {
        return Some(ImportError::KindUnclear { sheet: sheet.to_owned(), row: row.number });
    }
    Some(ImportError::MissingColumns {
        sheet: sheet.to_owned(),
        row: row.number,
        kind: nearest.kind,
        missing: missing(&nearest, mapping),
        unknown: nearest.unknown,
    })
}

/// The row that comes nearest to headings, and what it lacks.
pub(super) struct Nearest {
    pub layout: Layout,
    /// The row, from 1.
    pub row: u32,
    /// How many columns are known.
    pub known: usize,
    /// Columns it cannot do without.
    pub missing: Vec<Column>,
}

/// The row of `rows` with most known columns, and where none is known with most cells; `None` where no row has enough.
pub(super) fn nearest(rows: &[Row], kind: Option<Kind>, mapping: &Mapping) -> Option<Nearest> {
    let mut best: Option<((usize, bool, usize), Nearest)> = None;
    for (index, row) in rows.iter().enumerate() {
        for headers in readings_of_last(rows.get(..=index).unwrap_or_default()) {
            if headers.len() < FEWEST_COLUMNS {
                continue;
            }
            for layout in kinds(kind).map(|kind| layout(&headers, kind, mapping)) {
                let (known, missing) = (layout.places.iter().flatten().count(), missing(&layout, mapping));
                let rank = (known, missing.is_empty() && is_told(&layout), headers.len());
                if best.as_ref().is_none_or(|(than, _)| rank > *than) {
                    best = Some((rank, Nearest { layout, row: row.number, known, missing }));
                }
            }
        }
    }
    best.map(|(_, nearest)| nearest)
}

fn kinds(kind: Option<Kind>) -> impl Iterator<Item = Kind> {
    [Kind::Settlement, Kind::Roster].into_iter().filter(move |one| kind.is_none_or(|told| told == *one))
}

/// Settlement files are told by an amount, rosters by a column that settlements never have.
fn is_told(layout: &Layout) -> bool {
    let has_other = |kind: Kind| Column::ALL.iter().any(|c| c.tells(kind) && layout.place(*c).is_some());
    match layout.kind {
        Kind::Settlement => has_other(Kind::Settlement),
        Kind::Roster => has_other(Kind::Roster),
    }
}

fn missing(layout: &Layout, mapping: &Mapping) -> Vec<Column> {
    let needed = Column::ALL.iter().copied().filter(|column| column.is_required_in(layout.kind));
    needed
        .filter(|column| layout.place(*column).is_none() && mapping.default_of(layout.kind, *column).is_none())
        .collect()
}

type Headers = Vec<(u16, String)>;

/// The last row as headers, and the last row with its gaps filled from the row above (headers of two levels).
fn readings_of_last(rows: &[Row]) -> Vec<Headers> {
    let mut readings: Vec<Headers> = rows.last().map(headers_of).into_iter().collect();
    if let [.., above, last] = rows {
        let mut both: HashMap<u16, String> = headers_of(above).into_iter().collect();
        both.extend(headers_of(last));
        let mut both: Headers = both.into_iter().collect();
        both.sort_unstable();
        readings.push(both);
    }
    readings
}

fn headers_of(row: &Row) -> Headers {
    row.cells.iter().map(|cell| (cell.column, cell.text.clone())).collect()
}

fn layout(headers: &Headers, kind: Kind, mapping: &Mapping) -> Layout {
    let mut taken: HashMap<Column, (usize, u16)> = HashMap::new();
    for (place, header) in headers {
        if let Some((column, rank)) = mapping.column(kind, header) {
            let better = taken.get(&column).is_none_or(|(best, _)| rank < *best);
            if better {
                taken.insert(column, (rank, *place));
            }
        }
    }
    let places: Vec<Option<u16>> =
        Column::ALL.iter().map(|column| taken.get(column).map(|(_, place)| *place)).collect();
    let is_unknown = |place: u16, header: &str| !places.contains(&Some(place)) && !mapping.is_ignored(header);
    let unknown =
        headers.iter().filter(|(place, header)| is_unknown(*place, header)).map(|(_, header)| header.clone()).collect();
    Layout { kind, places, headers: headers.clone(), unknown }
}

#[cfg(test)]
mod tests {
    use super::super::reader::{Cell, CellKind};
    use super::*;

    fn row(number: u32, texts: &[&str]) -> Row {
        let cells = texts.iter().enumerate().filter(|(_, text)| !text.is_empty());
        let cells = cells
            .map(|(column, text)| Cell {
                column: u16::try_from(column).unwrap(),
                kind: CellKind::Text,
                text: (*text).to_owned(),
            })
            .collect();
        Row { number, cells }
    }

    fn found(rows: &[Row], kind: Option<Kind>) -> Option<Layout> {
        match look_for_header(rows, kind, &Mapping::default()) {
            Search::Found(layout) => Some(*layout),
            Search::NotYet => None,
        }
    }

    const SETTLEMENT: [&str; 8] =
        ["结算id", "身份证号", "姓名", "医疗类别", "结算日期", "费用总额（元）", "自费", "符合政策范围金额"];

    #[test]
    fn a_title_is_not_a_header() {
        assert!(found(&[row(1, &["洞头区结算明细表"])], None).is_none());
        let layout = found(&[row(1, &["洞头区结算明细表"]), row(2, &SETTLEMENT)], None).unwrap();
        assert_eq!(layout.kind, Kind::Settlement);
        assert_eq!(layout.place(Column::Total), Some(5));
        assert!(layout.is_repeated_by(&row(50, &SETTLEMENT)));
    }

    #[test]
    fn headers_of_two_levels_are_read_together() {
        let above = row(1, &["结算id", "身份证号", "姓名", "医疗类别", "结算日期", "费用"]);
        let below = row(2, &["", "", "", "", "", "费用总额", "自费", "符合政策范围金额"]);
        assert_eq!(found(&[above, below], None).unwrap().place(Column::SettlementNo), Some(0));
    }

    #[test]
    fn a_roster_is_told_by_its_own_columns() {
        let roster = row(1, &["姓名", "证件号码", "户主证件号码", "救助身份", "打折券"]);
        let layout = found(std::slice::from_ref(&roster), None).unwrap();
        assert_eq!((layout.kind, layout.unknown), (Kind::Roster, vec!["打折券".to_owned()]));
        assert!(found(&[roster], Some(Kind::Settlement)).is_none());
    }

    #[test]
    fn says_what_is_missing() {
        let without_total: Vec<&str> = SETTLEMENT.iter().copied().filter(|header| !header.contains("总额")).collect();
        let rows = [row(3, &without_total)];
        assert!(found(&rows, None).is_none());
        let error = why_not_found("Sheet1", &rows, None, &Mapping::default()).unwrap();
        let ImportError::MissingColumns { row, missing, .. } = error else { panic!("{error:?}") };
        assert_eq!((row, missing), (3, vec![Column::Total]));
    }

    #[test]
    fn names_and_numbers_alone_leave_the_kind_open() {
        let rows = [row(1, &["姓名", "身份证号", "救助身份"])];
        assert!(found(&rows, None).is_none());
        let error = why_not_found("Sheet1", &rows, None, &Mapping::default()).unwrap();
        assert_eq!(error.code(), "kind_unclear");
        assert!(found(&rows, Some(Kind::Roster)).is_some(), "the user told");
    }
}
