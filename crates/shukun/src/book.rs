//! Workbooks for officers: one look, typed cells so that nothing in them can run as a formula, ID numbers masked.
//!
//! Knows no list; [`crate::screening_book`] and the other commands fill the sheets. Start at [`write_sheet`].

use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use shukun_base::{Fen, Lang};
use shukun_engine::outcome::Colour;

use crate::words::{colour, illustrative_warning, pick};

/// The looks of the cells, the same in every workbook.
pub struct Formats {
    pub title: Format,
    pub header: Format,
    pub text: Format,
    pub money: Format,
    pub count: Format,
    pub wrapped: Format,
    pub warning: Format,
    colours: [Format; 3],
}

impl Formats {
    /// As printed and on the screen.
    pub fn new() -> Formats {
        let coloured = |ground: u32| Format::new().set_background_color(Color::RGB(ground)).set_bold();
        Formats {
            title: Format::new().set_bold().set_font_size(14),
            header: Format::new()
                .set_bold()
                .set_background_color(Color::RGB(0x00E9_EDF2))
                .set_align(FormatAlign::Top)
                .set_text_wrap(),
            text: Format::new().set_num_format("@"),
            money: Format::new().set_num_format("#,##0.00"),
            count: Format::new().set_num_format("0"),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            warning: Format::new()
                .set_bold()
                .set_font_color(Color::RGB(0x009C_5700))
                .set_background_color(Color::RGB(0x00FF_F3D6)),
            colours: [coloured(0x00FF_F2B8), coloured(0x00FF_D8A8), coloured(0x00FF_C9C4)],
        }
    }

    /// The ground of a colour.
    pub fn of(&self, colour: Colour) -> &Format {
        let [yellow, orange, red] = &self.colours;
        match colour {
            Colour::Yellow => yellow,
            Colour::Orange => orange,
            Colour::Red => red,
        }
    }
}

/// A cell: words, an amount, a whole number or a colour.
pub enum Cell {
    Words(String),
    Money(Fen),
    Count(u64),
    Colour(Colour),
}

/// A list with a title, as it stands on its sheet.
pub struct Sheet<'a> {
    /// On the tab.
    pub name: &'a str,
    /// Above the list.
    pub title: &'a str,
    /// Whether it rests on invented values.
    pub illustrative: bool,
    /// One for each column.
    pub header: &'a [String],
    /// Cells in the header's order.
    pub rows: &'a [Vec<Cell>],
}

/// Adds a sheet with a list that can be filtered and printed.
pub fn write_sheet(workbook: &mut Workbook, formats: &Formats, list: &Sheet<'_>, lang: Lang) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet().set_name(list.name)?;
    sheet.write_with_format(0, 0, list.title, &formats.title)?;
    if list.illustrative {
        sheet.write_with_format(1, 0, illustrative_warning().in_lang(lang), &formats.warning)?;
    }
    const HEADER: u32 = 2;
    for (column, words) in (0_u16..).zip(list.header) {
        sheet.write_with_format(HEADER, column, words, &formats.header)?;
        sheet.set_column_width(column, width(words))?;
    }
    for (row, cells) in (HEADER + 1..).zip(list.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            write_cell(sheet, formats, (row, column), cell, lang)?;
        }
    }
    if list.rows.is_empty() {
        sheet.write(HEADER + 1, 0, pick(lang, "没有", "none"))?;
    }
    let last_column = u16::try_from(list.header.len().saturating_sub(1)).unwrap_or(0);
    let last_row = HEADER + u32::try_from(list.rows.len().max(1)).unwrap_or(1);
    sheet.autofilter(HEADER, 0, last_row, last_column)?;
    sheet.set_freeze_panes(HEADER + 1, 0)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(HEADER, HEADER)?;
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    formats: &Formats,
    at: (u32, u16),
    cell: &Cell,
    lang: Lang,
) -> Result<(), XlsxError> {
    let (row, column) = at;
    match cell {
        Cell::Words(words) => sheet.write_string_with_format(row, column, words, &formats.text)?,
        Cell::Money(amount) => sheet.write_number_with_format(row, column, yuan(*amount), &formats.money)?,
        Cell::Count(count) => sheet.write_number_with_format(row, column, whole(*count), &formats.count)?,
        Cell::Colour(reached) => {
            sheet.write_string_with_format(row, column, colour(*reached).in_lang(lang), formats.of(*reached))?
        }
    };
    Ok(())
}

/// An amount as a spreadsheet holds it. Only here does money become a float: the file format knows no other number,
/// and amounts below 90 trillion yuan come back to the fen.
pub fn yuan(amount: Fen) -> f64 {
    let sign = if amount.is_negative() { "-" } else { "" };
    let magnitude = amount.0.unsigned_abs();
    let text = format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100);
    text.parse().unwrap_or_default()
}

/// A count as a spreadsheet holds it.
fn whole(count: u64) -> f64 {
    count.to_string().parse().unwrap_or_default()
}

/// Columns wide enough for their header; Chinese letters count double.
pub fn width(words: &str) -> u16 {
    let letters: u16 = words.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum();
    letters.clamp(8, 24) + 3
}

/// `330305********001X`, `138****1234`: enough to tell two people apart, not enough to use.
pub fn masked(value: &str) -> String {
    let letters: Vec<char> = value.chars().collect();
    let (front, back) = if letters.len() >= 15 { (6, 4) } else { (3, 4) };
    let hidden = |place: usize| place >= front && place + back < letters.len();
    letters
        .iter()
        .enumerate()
        .map(|(place, letter)| if hidden(place) || letters.len() < 8 { '*' } else { *letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_the_ends() {
        assert_eq!(masked("33030519600101001X"), "330305********001X");
        assert_eq!(masked("13800001234"), "138****1234");
        assert_eq!(masked("12345"), "*****");
    }

    #[test]
    fn amounts_come_back_to_the_fen() {
        for (fen, shown) in [
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (42_978_533, "429785.33"),
            (-100_001, "-1000.01"),
            (9_007_199_254_740_000, "90071992547400.00"),
        ] {
            assert_eq!(format!("{:.2}", yuan(Fen(fen))), shown);
        }
    }
}
