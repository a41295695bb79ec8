//! A workbook against the database: every row, every cell.
//!
//! Reads the sheet's XML by itself, so that nothing of what wrote it is asked.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Cursor};

use shukun_base::{Day, Fen, HouseholdId, Lang};
use shukun_store::{CaseCursor, CaseFilter, CaseOrder, CaseRow, MaskedPerson, Scope, Store};
use shukun_web::desk::Places;
use shukun_web::format::china_day;

use crate::Outcome;
use crate::county;

/// Columns of the sheet.
const COLUMNS: usize = 15;
/// Rows compared at a time.
const AT_ONCE: u16 = 1_000;

type Cells = Vec<String>;

/// How many rows were compared, the heading not counted.
pub async fn compare(store: &Store, scope: &Scope, book: &[u8], in_clear: bool) -> Outcome<u64> {
    let mut archive = zip::ZipArchive::new(Cursor::new(book))?;
    let sheet = BufReader::new(archive.by_name("xl/worksheets/sheet1.xml")?);
    let mut found = sheet.split(b'<').map(|piece| Ok(String::from_utf8(piece?)?)).skip_while(is_before_rows);
    let places = Places::new(store.every_region_name().await?);
    let (mut from, mut compared): (Option<CaseCursor>, u64) = (None, 0);
    next_row(&mut found)?.ok_or("the sheet has no heading")?;
    loop {
        let page = store.list_cases(scope, &CaseFilter::default(), CaseOrder::Number, from.as_ref(), AT_ONCE).await?;
        let ids: Vec<HouseholdId> = page.rows.iter().map(|row| row.household_id).collect();
        let mut people: BTreeMap<HouseholdId, Vec<MaskedPerson>> = BTreeMap::new();
        for person in store.list_households(scope, &ids).await? {
            people.entry(person.household_id).or_default().push(person);
        }
        let hands: Vec<_> = page.rows.iter().filter_map(|row| row.assignee.clone()).collect();
        let hands: BTreeMap<_, _> = store.display_names(scope, &hands).await?.into_iter().collect();
        for row in &page.rows {
            let of_household = people.get(&row.household_id).map(Vec::as_slice).unwrap_or_default();
            let hand = row.assignee.as_ref().and_then(|id| hands.get(id)).cloned().unwrap_or_default();
            let expected = expected(row, of_household, (&places.name(&row.region), &hand), in_clear);
            let read = next_row(&mut found)?.ok_or_else(|| format!("{} is missing", row.case_id))?;
            if read != expected {
                return Err(format!("{}: {read:?} instead of {expected:?}", row.case_id).into());
            }
            compared += 1;
        }
        from = page.next;
        if from.is_none() {
            return match next_row(&mut found)? {
                None => Ok(compared),
                Some(more) => Err(format!("a row too many: {more:?}").into()),
            };
        }
    }
}

fn is_before_rows(piece: &Outcome<String>) -> bool {
    piece.as_ref().is_ok_and(|piece| !piece.starts_with("sheetData"))
}

/// The cells of the next row, texts as they are, numbers as they are written.
fn next_row(pieces: &mut impl Iterator<Item = Outcome<String>>) -> Outcome<Option<Cells>> {
    let (mut cells, mut column, mut is_value) = (vec![String::new(); COLUMNS], 0, false);
    for piece in pieces {
        let piece = piece?;
        let (tag, text) = piece.split_once('>').unwrap_or((&piece, ""));
        match tag.split(' ').next().unwrap_or_default() {
            "/sheetData" => return Ok(None),
            "/row" => return Ok(Some(cells)),
            "c" => column = column_of(tag),
            "t" | "v" => is_value = true,
            _ => is_value = false,
        }
        if let Some(cell) = cells.get_mut(column).filter(|_| is_value) {
            *cell = plain(text);
            is_value = false;
        }
    }
    Ok(None)
}

/// `c r="B7"` is column 1; the sheet has no more than 26.
fn column_of(tag: &str) -> usize {
    let letter = tag.split_once("r=\"").and_then(|(_, address)| address.bytes().next()).unwrap_or(b'A');
    usize::from(letter.saturating_sub(b'A'))
}

fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// What has to stand there.
fn expected(row: &CaseRow, people: &[MaskedPerson], (place, hand): (&str, &str), in_clear: bool) -> Cells {
    let join = |words: Vec<String>| words.join("、");
    let (names, numbers) = if in_clear {
        let people: Vec<_> = people.iter().map(|one| county::written(one.person_id)).collect();
        people.into_iter().unzip()
    } else {
        people.iter().map(|one| (one.name.clone(), one.id_number.clone())).unzip()
    };
    let age = people.first().and_then(|one| one.age).map(|age| age.to_string()).unwrap_or_default();
    let clock = row.clock.as_ref();
    let due = clock.and_then(|clock| clock.due_on).map(serial).unwrap_or_default();
    let level = clock.map(|clock| clock.level.text().in_lang(Lang::Zh).to_owned()).unwrap_or_default();
    let years: Vec<String> = row.years.iter().map(i16::to_string).collect();
    vec![
        row.case_id.to_string(),
        row.colour.map(|colour| colour.text().in_lang(Lang::Zh).to_owned()).unwrap_or_default(),
        join(names),
        join(numbers),
        age,
        row.household_id.to_string(),
        place.to_owned(),
        yuan(row.burden_fen),
        row.rule.clone().unwrap_or_default(),
        years.join(" "),
        row.status.text().in_lang(Lang::Zh).to_owned(),
        serial(china_day(row.status_since)),
        due,
        level,
        hand.to_owned(),
    ]
}

/// As a spreadsheet writes a number: no point where there are no fen.
fn yuan(amount: Fen) -> String {
    let (yuan, fen) = (amount.0 / 100, amount.0 % 100);
    match fen {
        0 => yuan.to_string(),
        fen => format!("{yuan}.{fen:02}").trim_end_matches('0').to_owned(),
    }
}

/// The number that a spreadsheet keeps for a day.
fn serial(day: Day) -> String {
    let first = jiff::civil::date(1899, 12, 30);
    first.until(day).map(|span| span.get_days().to_string()).unwrap_or_default()
}
