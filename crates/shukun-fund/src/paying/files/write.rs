//! The file that goes to the bank, by template; and reading it back, to hold it against the batch.

use encoding_rs::GB18030;
use sha2::{Digest as _, Sha256};
use shukun_base::{ContentHash, Day, Fen, Masked};

use super::fault::{FileRefusal, FileRefused, at};
use super::table::{find_heading, read_table};
use super::{Encoding, Field, Form, Template, pain, parse_amount, plain_amount, workbook};

/// One payment as the bank is asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Our number of the payment, which the bank's answer names again: 1 to 35 letters, digits, `-`.
    pub reference: String,
    /// 收款账号
    pub account: Masked<String>,
    /// 收款户名
    pub name: Masked<String>,
    /// 开户行; empty where the bank does not ask for it.
    pub bank: String,
    /// How much, above nothing.
    pub amount: Fen,
    /// 附言
    pub remark: String,
}

/// Who pays: for pain.001, which names the account that the money leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    /// The batch's number, 1 to 35 letters, digits, `-`.
    pub batch: String,
    /// The fund's name.
    pub name: String,
    /// The fund's account.
    pub account: String,
    /// The fund's bank.
    pub bank: String,
    /// The day the batch was locked, so that the same batch gives the same bytes.
    pub made_on: Day,
}

/// A file for the bank. Its hash is what is approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankFile {
    /// The form.
    pub form: Form,
    /// The bytes, to be sealed where they lie.
    pub bytes: Vec<u8>,
    /// The SHA-256 of the bytes.
    pub sha256: ContentHash,
}

impl BankFile {
    fn new(form: Form, bytes: Vec<u8>) -> Result<BankFile, FileRefused> {
        let hex: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let sha256 = ContentHash::new(&hex).ok_or(FileRefusal::Unwritable)?;
        Ok(BankFile { form, bytes, sha256 })
    }
}

/// Writes the payments in their order. The same payments and template give the same bytes.
///
/// # Errors
/// A line that lacks something or would be a formula in a spreadsheet program; a letter that the encoding does not have.
pub fn write_bank_file(template: &Template, payer: &Payer, orders: &[Order]) -> Result<BankFile, FileRefused> {
    if orders.is_empty() || !template.lacking().is_empty() {
        return Err(FileRefusal::Field.into());
    }
    (1..).zip(orders).try_for_each(|(row, order)| check(order, row))?;
    let bytes = match template.form {
        Form::Pain => pain::write(payer, orders)?,
        Form::Workbook => workbook::write("payments", &table(template, orders))?,
        Form::Csv => encoded(template.encoding, &csv_text(&table(template, orders))?)?,
    };
    BankFile::new(template.form, bytes)
}

fn check(order: &Order, row: u64) -> Result<(), FileRefused> {
    let is_reference = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let reference = &order.reference;
    let (account, name) = (order.account.reveal(), order.name.reveal());
    let whole = (1..=35).contains(&reference.len())
        && reference.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && reference.chars().all(is_reference)
        && (1..=34).contains(&account.len())
        && account.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && (1..=70).contains(&name.chars().count())
        && order.amount > Fen::ZERO;
    if !whole {
        return Err(at(row, FileRefusal::Field));
    }
    let texts = [name, &order.bank, &order.remark];
    if texts.into_iter().any(|text| is_unsafe(text)) { Err(at(row, FileRefusal::Unsafe)) } else { Ok(()) }
}

/// What a spreadsheet program would run, or what breaks a line.
fn is_unsafe(text: &str) -> bool {
    text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) || text.chars().any(char::is_control)
}

fn table(template: &Template, orders: &[Order]) -> Vec<Vec<String>> {
    let heading = template.columns.iter().map(|(heading, _)| heading.clone()).collect();
    let row = |(number, order): (usize, &Order)| {
        template.columns.iter().map(|(_, field)| cell(order, *field, number)).collect::<Vec<String>>()
    };
    std::iter::once(heading).chain((1..).zip(orders).map(row)).collect()
}

fn cell(order: &Order, field: Field, number: usize) -> String {
    match field {
        Field::Number => number.to_string(),
        Field::Reference => order.reference.clone(),
        Field::Account => order.account.reveal().clone(),
        Field::Name => order.name.reveal().clone(),
        Field::Bank => order.bank.clone(),
        Field::Amount => plain_amount(order.amount),
        Field::Remark => order.remark.clone(),
    }
}

fn csv_text(rows: &[Vec<String>]) -> Result<String, FileRefused> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|_| FileRefusal::Unwritable)?;
    }
    let bytes = writer.into_inner().map_err(|_| FileRefusal::Unwritable)?;
    Ok(String::from_utf8(bytes).map_err(|_| FileRefusal::Unwritable)?)
}

fn encoded(encoding: Encoding, text: &str) -> Result<Vec<u8>, FileRefused> {
    match encoding {
        // With a mark, so that spreadsheet programs read it as what it is.
        Encoding::Utf8 => Ok([b"\xef\xbb\xbf", text.as_bytes()].concat()),
        Encoding::Gb18030 => match GB18030.encode(text) {
            (bytes, _, false) => Ok(bytes.into_owned()),
            _ => Err(FileRefusal::Unwritable.into()),
        },
    }
}

/// Reads a file as it was written, whatever its form: what the cashier is about to send is held against the batch by this.
///
/// # Errors
/// Anything that the template does not say.
pub fn read_bank_file(template: &Template, bytes: &[u8]) -> Result<Vec<Order>, FileRefused> {
    if template.form == Form::Pain {
        return pain::read_pain(bytes);
    }
    let rows = read_table(bytes)?;
    let headings: Vec<&str> = template.columns.iter().map(|(heading, _)| heading.as_str()).collect();
    let (heading, places) = find_heading(&rows, &headings)?;
    let place = |field: Field| {
        let found = template.columns.iter().zip(&places).find(|((_, held), _)| *held == field);
        found.map(|(_, place)| *place)
    };
    let mut orders = Vec::new();
    for row in rows.iter().skip(heading + 1) {
        let text =
            |field| place(field).and_then(|place| row.cell(place)).map_or("", |cell| cell.text.as_str()).to_owned();
        orders.push(Order {
            reference: text(Field::Reference),
            account: Masked::new(text(Field::Account)),
            name: Masked::new(text(Field::Name)),
            bank: text(Field::Bank),
            amount: parse_amount(&text(Field::Amount)).map_err(|_| at(row.number, FileRefusal::Field))?,
            remark: text(Field::Remark),
        });
    }
    Ok(orders)
}
