//! A statement as rows: what the public downloads as CSV, and which figures a correction can be about.
//!
//! The fields are documented where they are made, in [`FIELDS`]; the public page and the manual show the same list. Start at
//! [`FundStatement::csv`].

use shukun_base::{Fen, Text, words};

use super::cells::{Area, Cell};
use super::correction::NoteBody;
use super::statement::FundStatement;

words! {
    /// A column of the file.
    pub enum Field {
        Item "item" "哪一项：opening 期初、receipts 收入、payouts 救助支出、fees 手续费、refunds 退还捐赠、closing 期末、reserve 其中准备金、pledges 认捐、donors 捐赠人、households 受助户数、days_to_pay 从决议到到账的天数、reconciled_to 与银行核对至、resolution 决议、rule 规则版本、ledger 账册链尾、note 更正" "what: opening, receipts, payouts, fees, refunds, closing, reserve, pledges, donors, households, days_to_pay, reconciled_to, resolution, rule, ledger, note (a correction)",
        Of "of" "其中哪一类：收入来源、项目、promised 承诺/due 到期/received 到账、p50/p90、决议编号" "of which: source, programme, promised/due/received, p50/p90, a resolution's number",
        Area "area" "地区：行政区划代码（9位乡镇、12位村）；rest- 开头是该乡镇其余各村，rest 是全县其余；空白是不分地区" "place: a region's code (9 digits a town, 12 a village); rest-… is the rest of that town, rest that of the county; empty = not by place",
        Month "month" "月份，如 2026-03；空白是整个期间" "the month, as 2026-03; empty = all of the period",
        Households "households" "户数；每格至少11户" "households; at least 11 in each cell",
        Yuan "yuan" "金额，元，两位小数，不带千位符" "amount in yuan, two decimals, no separators",
        CorrectedYuan "corrected_yuan" "更正后的金额；没有更正过就空白。原数不改" "the corrected amount; empty where nothing was corrected. The published one stays",
        Value "value" "不是金额的内容：日期、天数、人数、编号、哈希、说明" "what is no amount: a day, days, a count, a number, a hash, words",
    }
}

/// The columns, in order.
pub const FIELDS: &[Field] = Field::ALL;

/// One row on its way to the file.
#[derive(Default)]
struct Line<'a> {
    item: &'a str,
    of: &'a str,
    area: String,
    month: String,
    households: Option<usize>,
    yuan: Option<Fen>,
    corrected: Option<Fen>,
    value: String,
}

impl Line<'_> {
    fn text(&self) -> String {
        let yuan = |amount: Option<Fen>| amount.map(|fen| fen.to_string().replace(',', "")).unwrap_or_default();
        let households = self.households.map(|count| count.to_string()).unwrap_or_default();
        let cells = [
            safe(self.item),
            safe(self.of),
            safe(&self.area),
            safe(&self.month),
            households,
            yuan(self.yuan),
            yuan(self.corrected),
            safe(&self.value),
        ];
        cells.join(",")
    }
}

/// Nothing that a spreadsheet takes for a formula, a further cell or a further row.
fn safe(text: &str) -> String {
    text.trim_start_matches(['=', '+', '-', '@', '＝', '＋', '－', '＠']).replace([',', '"', '\n', '\r', '\t'], " ")
}

impl Area {
    /// As files write it: `330381001`, `rest-330381001`, `rest`.
    pub fn key(&self) -> String {
        match self {
            Area::Village(code) | Area::Town(code) => code.as_str().to_owned(),
            Area::RestOfTown(code) => format!("rest-{}", code.as_str()),
            Area::RestOfCounty => "rest".to_owned(),
        }
    }

    /// In words; `name` is the place's own name where it is known.
    pub fn text(&self, name: Option<&str>) -> Text {
        let code = match self {
            Area::Village(code) | Area::Town(code) | Area::RestOfTown(code) => code.as_str(),
            Area::RestOfCounty => "",
        };
        let name = name.unwrap_or(code);
        match self {
            Area::Village(_) | Area::Town(_) => Text::new(name, name),
            Area::RestOfTown(_) => Text::new(format!("{name}其余各村"), format!("{name}, the other villages")),
            Area::RestOfCounty => Text::new("全县（市、区）其余地方", "the rest of the county"),
        }
    }
}

impl FundStatement {
    /// Every amount of the statement that stands for itself, by its key: what a correction can be about.
    pub fn figures(&self) -> Vec<(String, Fen)> {
        let mut figures = vec![("opening".to_owned(), self.opening)];
        figures.extend(self.receipts.iter().map(|(source, amount)| (format!("receipts/{}", source.key()), *amount)));
        figures.extend(self.payouts.iter().map(|one| (format!("payouts/{}", one.key()), one.amount)));
        let pledges = self.pledges;
        let rest = [
            ("fees", self.fees),
            ("refunds", self.refunds),
            ("closing", self.closing),
            ("reserve", self.reserve),
            ("pledges/promised", pledges.promised),
            ("pledges/due", pledges.due),
            ("pledges/received", pledges.received),
            ("donors/named", self.donors.named_amount),
            ("donors/unnamed", self.donors.unnamed_amount),
        ];
        figures.extend(rest.map(|(key, amount)| (key.to_owned(), amount)));
        figures
    }

    /// The statement and its corrections as a file: [`FIELDS`] are its columns.
    pub fn csv(&self, notes: &[NoteBody]) -> String {
        let head: Vec<&str> = FIELDS.iter().map(|field| field.key()).collect();
        let mut lines = vec![head.join(",")];
        lines.extend(self.figures().iter().map(|(key, amount)| figure(key, *amount, notes)));
        lines.extend(self.payouts.iter().flat_map(|one| one.cells.iter().map(move |row| cell(&one.key(), row))));
        lines.extend(self.facts());
        lines.extend(notes.iter().enumerate().map(|(at, note)| {
            let of = (at + 1).to_string();
            Line { item: "note", of: &of, value: note.words.as_str().to_owned(), ..Line::default() }.text()
        }));
        lines.join("\n") + "\n"
    }

    /// What is no amount.
    fn facts(&self) -> Vec<String> {
        let fact = |item, of, value: String| Line { item, of, value, ..Line::default() }.text();
        let counted = |item, of, count: usize| fact(item, of, count.to_string());
        let mut lines = vec![
            counted("donors", "named_count", self.donors.named.len()),
            counted("donors", "unnamed_count", self.donors.unnamed),
        ];
        lines.extend(self.donors.named.iter().map(|name| fact("donors", "name", name.as_str().to_owned())));
        lines.extend(self.households.map(|count| counted("households", "", count)));
        lines.extend(self.days_to_pay.iter().flat_map(|days| {
            [("p50", days.p50), ("p90", days.p90)].map(|(of, days)| fact("days_to_pay", of, days.to_string()))
        }));
        lines.extend(self.reconciled_to.map(|day| fact("reconciled_to", "", day.to_string())));
        lines.extend(self.resolutions.iter().map(|one| {
            let signed: Vec<&str> = one.signed.iter().map(|signing| signing.key()).collect();
            fact("resolution", &one.number, format!("signed: {}", signed.join(" ")))
        }));
        lines.extend(self.rules.iter().map(|hash| fact("rule", "sha256", hash.as_str().to_owned())));
        lines.push(fact("ledger", "sequence", self.ledger_seq.to_string()));
        lines.push(fact("ledger", "head", self.ledger_head.as_str().to_owned()));
        lines
    }
}

/// The newest correction of a figure.
pub fn corrected(key: &str, notes: &[NoteBody]) -> Option<Fen> {
    let mut of = notes.iter().filter_map(|note| note.figure.as_ref()).filter(|figure| figure.figure == key);
    of.next_back().map(|figure| figure.is)
}

fn figure(key: &str, amount: Fen, notes: &[NoteBody]) -> String {
    let (item, of) = key.split_once('/').unwrap_or((key, ""));
    Line { item, of, yuan: Some(amount), corrected: corrected(key, notes), ..Line::default() }.text()
}

fn cell(programme: &str, cell: &Cell) -> String {
    Line {
        item: "payouts",
        of: programme,
        area: cell.area.key(),
        month: cell.month.map(|month| month.to_string()).unwrap_or_default(),
        households: Some(cell.households),
        yuan: Some(cell.amount),
        ..Line::default()
    }
    .text()
}

#[cfg(test)]
mod tests {
    use shukun_base::Note;

    use super::super::correction::plan_note;
    use super::super::statement::tests::statement;
    use super::*;

    #[test]
    fn every_line_has_every_column_and_no_formula() {
        let csv = statement().csv(&[]);
        for line in csv.lines() {
            assert_eq!(line.split(',').count(), FIELDS.len(), "{line}");
            assert!(!line.starts_with(['=', '+', '-', '@']), "{line}");
        }
        assert!(csv.contains("\nreceipts,donation,,,,60000.00,,\n"), "{csv}");
        assert!(csv.contains("\npayouts,charity_relief,rest,,20,90000.00,,\n"), "{csv}");
        assert!(csv.contains("\ndonors,name,,,,,,测试商会\n"), "{csv}");
        assert_eq!(safe("=1+1,\n2"), "1+1  2");
    }

    #[test]
    fn a_correction_stands_beside_the_published_value() {
        let statement = statement();
        let note = |text: &str, is| plan_note(&statement, Note::new(text).unwrap(), None, Some(("fees", is))).unwrap();
        let notes = [note("少记一笔", Fen::yuan(12)), note("又查出一笔", Fen::yuan(13))];
        let csv = statement.csv(&notes);
        assert!(csv.contains("\nfees,,,,,10.00,13.00,\n"), "{csv}");
        assert!(csv.contains("\nnote,1,,,,,,少记一笔\n") && csv.contains("\nnote,2,,,,,,又查出一笔\n"), "{csv}");
        assert_eq!(corrected("closing", &notes), None);
    }

    #[test]
    fn figures_add_up_as_the_statement_does() {
        let figures = statement().figures();
        let of =
            |start: &str| figures.iter().filter(|(key, _)| key.starts_with(start)).map(|(_, fen)| *fen).sum::<Fen>();
        let left = of("opening") + of("receipts/") - of("payouts/") - of("fees") - of("refunds");
        assert_eq!(left, of("closing"));
    }
}
