//! What was written is read the same; what is hostile or wrong is refused with words.

use std::collections::BTreeMap;

use encoding_rs::GB18030;
use jiff::civil::date;
use proptest::prelude::*;
use shukun_base::{Fen, Masked};

use super::*;
use crate::paying::FailureReason;

fn order(number: u32, fen: i64) -> Order {
    Order {
        reference: format!("p-{number:04}"),
        account: Masked::new(format!("6222{number:012}")),
        name: Masked::new("某甲".to_owned()),
        bank: "某某银行".to_owned(),
        amount: Fen(fen),
        remark: "慈善救助".to_owned(),
    }
}

fn payer() -> Payer {
    let (batch, name) = ("b-1".to_owned(), "某县慈善总会".to_owned());
    Payer { batch, name, account: "1200000001".to_owned(), bank: "某某银行".to_owned(), made_on: date(2026, 3, 2) }
}

fn templates() -> Vec<Template> {
    let mut all = Vec::new();
    for form in Form::ALL {
        for encoding in Encoding::ALL {
            all.push(Template::plain(*form, *encoding));
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_written_is_read_the_same(
        parts in proptest::collection::vec(("[\u{4e00}-\u{9fa5}·]{1,8}", "[0-9]{8,24}", 1_i64..10_000_000_000, "[\u{4e00}-\u{9fa5}\",; <&>]{0,12}"), 1..12),
    ) {
        let orders: Vec<Order> = (1..).zip(&parts).map(|(number, (name, account, fen, remark))| Order {
            name: Masked::new(name.clone()),
            account: Masked::new(account.clone()),
            remark: remark.trim().to_owned(),
            ..order(number, *fen)
        }).collect();
        for template in templates() {
            let file = write_bank_file(&template, &payer(), &orders).unwrap();
            prop_assert_eq!(&read_bank_file(&template, &file.bytes).unwrap(), &orders, "{}", template.form);
            prop_assert_eq!(write_bank_file(&template, &payer(), &orders).unwrap(), file, "the same bytes twice");
        }
    }

    #[test]
    fn arbitrary_bytes_make_no_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), head in 0_usize..4) {
        let heads: [&[u8]; 4] = [b"", b"PK\x03\x04", b"<Document>", "付款编号,金额,结果,日期\n".as_bytes()];
        let bytes = [heads[head], &bytes].concat();
        let _ = read_returns(&bytes, &return_columns());
        let _ = read_statement(&bytes, &columns());
        let _ = read_pain(&bytes);
    }
}

#[test]
fn a_line_that_a_spreadsheet_would_run_is_refused() {
    let template = Template::plain(Form::Csv, Encoding::Utf8);
    for (change, why) in [
        (Order { name: Masked::new("=1+1".to_owned()), ..order(1, 100) }, FileRefusal::Unsafe),
        (Order { remark: "@cmd".to_owned(), ..order(1, 100) }, FileRefusal::Unsafe),
        (Order { bank: "行\n行".to_owned(), ..order(1, 100) }, FileRefusal::Unsafe),
        (Order { amount: Fen::ZERO, ..order(1, 100) }, FileRefusal::Field),
        (Order { account: Masked::new("6222 0000".to_owned()), ..order(1, 100) }, FileRefusal::Field),
        (Order { reference: "-1".to_owned(), ..order(1, 100) }, FileRefusal::Field),
    ] {
        let refused = write_bank_file(&template, &payer(), &[order(2, 5), change]).unwrap_err();
        assert_eq!(refused, FileRefused { why, row: Some(2) });
    }
    assert_eq!(write_bank_file(&template, &payer(), &[]).unwrap_err().why, FileRefusal::Field);
}

#[test]
fn a_message_that_does_not_add_up_to_its_header_is_refused() {
    let template = Template::plain(Form::Pain, Encoding::Utf8);
    let file = write_bank_file(&template, &payer(), &[order(1, 4_950_000), order(2, 100)]).unwrap();
    let text = String::from_utf8(file.bytes).unwrap();
    assert!(text.contains("<InstdAmt Ccy=\"CNY\">49500.00</InstdAmt>") && text.contains("<CtrlSum>49501.00</CtrlSum>"));
    for (change, why) in [
        (text.replacen("49500.00</Inst", "49500.01</Inst", 1), FileRefusal::Totals),
        (text.replacen("Ccy=\"CNY\"", "Ccy=\"USD\"", 1), FileRefusal::OtherMoney),
        (text.replacen("<Document", "<!DOCTYPE d [<!ENTITY a \"b\">]><Document", 1), FileRefusal::Hostile),
        (text.replacen("</Document>", "", 1), FileRefusal::Damaged),
        (format!("{}{text}", "<a>".repeat(40)), FileRefusal::Hostile),
    ] {
        assert_eq!(read_pain(change.as_bytes()).unwrap_err().why, why);
    }
}

fn return_columns() -> ReturnColumns {
    let results = [
        ("成功", ReturnResult::Paid),
        ("户名不符", ReturnResult::Failed(FailureReason::NameDiffers)),
        ("销户", ReturnResult::Failed(FailureReason::AccountClosed)),
    ];
    ReturnColumns {
        reference: "付款编号".to_owned(),
        amount: "金额".to_owned(),
        result: "结果".to_owned(),
        day: "日期".to_owned(),
        results: results.into_iter().map(|(word, result)| (word.to_owned(), result)).collect::<BTreeMap<_, _>>(),
    }
}

#[test]
fn an_answer_is_read_line_by_line_and_nothing_is_lost() {
    let text = "某某银行批量代发结果\n付款编号,户名,金额,结果,日期\np-0001,某甲,\"49,500.00\",成功,2026-03-02\np-0002,某乙,1.00,户名不符,2026/3/2\n\
        p-0003,某丙,一元,成功,2026-03-02\np-0004,某丁,2.00,处理中,2026-03-02\np-0005,某戊,2.00,成功,3月\n,,2.00,成功,2026-03-02\n";
    let (gb, _, _) = GB18030.encode(text);
    for bytes in [text.as_bytes(), &gb] {
        let file = read_returns(bytes, &return_columns()).unwrap();
        let lines: Vec<_> = file.lines.iter().map(|line| (&*line.reference, line.amount, line.result)).collect();
        let failed = ReturnResult::Failed(FailureReason::NameDiffers);
        assert_eq!(lines, [("p-0001", Fen(4_950_000), ReturnResult::Paid), ("p-0002", Fen(100), failed)]);
        let faults: Vec<_> = file.faults.iter().map(|fault| (fault.row, &*fault.column, fault.why)).collect();
        let expected = [
            (5, "金额", CellReason::Amount(AmountFault::NotPlain)),
            (6, "结果", CellReason::UnknownResult),
            (7, "日期", CellReason::Day),
            (8, "付款编号", CellReason::Missing),
        ];
        assert_eq!(faults, expected);
        assert_eq!(file.faults[1].shown(), "处理中");
    }
}

#[test]
fn days_and_amounts_of_workbooks_are_numbers_and_formulas_are_told() {
    let sheet = "<worksheet><sheetData>\
        <row r=\"1\"><c t=\"inlineStr\"><is><t>付款编号</t></is></c><c t=\"inlineStr\"><is><t>金额</t></is></c><c t=\"inlineStr\"><is><t>结果</t></is></c><c t=\"inlineStr\"><is><t>日期</t></is></c></row>\
        <row r=\"4\"><c r=\"A4\" t=\"inlineStr\"><is><t>p-0001</t></is></c><c r=\"B4\"><v>49500.129999999997</v></c><c r=\"C4\" t=\"inlineStr\"><is><t>成功</t></is></c><c r=\"D4\"><v>46083</v></c></row>\
        <row r=\"5\"><c r=\"A5\" t=\"inlineStr\"><is><t>p-0002</t></is></c><c r=\"B5\"><f>1+1</f><v>2</v></c><c r=\"C5\" t=\"inlineStr\"><is><t>成功</t></is></c><c r=\"D5\"><v>46083</v></c></row>\
        </sheetData></worksheet>";
    let book = book_of(sheet, "");
    let file = read_returns(&book, &return_columns()).unwrap();
    let line = &file.lines[0];
    assert_eq!((line.row, line.amount, line.day), (4, Fen(4_950_013), date(2026, 3, 2)));
    assert_eq!((file.faults[0].row, file.faults[0].why), (5, CellReason::Formula));
}

fn book_of(sheet: &str, before: &str) -> Vec<u8> {
    workbook::package(&BTreeMap::from([
        ("xl/workbook.xml", format!("{before}<workbook><sheets><sheet name=\"a\" r:id=\"r1\"/></sheets></workbook>")),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"r1\" Target=\"worksheets/s.xml\"/></Relationships>".to_owned(),
        ),
        ("xl/worksheets/s.xml", sheet.to_owned()),
    ]))
}

#[test]
fn hostile_workbooks_are_refused() {
    let far = "<worksheet><sheetData><row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row></sheetData></worksheet>";
    assert_eq!(read_returns(&book_of(far, ""), &return_columns()).unwrap_err().why, FileRefusal::TooLarge);
    let entity = book_of("<worksheet/>", "<!DOCTYPE x [<!ENTITY a \"aaaa\">]>");
    assert_eq!(read_returns(&entity, &return_columns()).unwrap_err().why, FileRefusal::Hostile);
    let bomb = book_of(&format!("<worksheet>{}</worksheet>", " ".repeat(101 << 20)), "");
    assert_eq!(read_returns(&bomb, &return_columns()).unwrap_err().why, FileRefusal::Hostile);
}

fn columns() -> StatementColumns {
    let some = |heading: &str| Some(heading.to_owned());
    StatementColumns {
        day: "交易日期".to_owned(),
        debit: "支出".to_owned(),
        credit: some("收入"),
        reference: some("附言"),
        name: some("对方户名"),
        account: some("对方账号"),
        balance: some("余额"),
    }
}

const STATEMENT: &str = "账号,对账单\n交易日期,支出,收入,余额,对方户名,对方账号,附言\n\
    2026-03-02,49500.00,,50500.00,某甲,6222000000000001,p-0001\n2026-03-03,,600000.00,650500.00,某公司,1200,捐赠\n";

#[test]
fn a_statement_leads_from_its_first_balance_to_its_last() {
    let statement = read_statement(STATEMENT.as_bytes(), &columns()).unwrap();
    assert_eq!((statement.opening, statement.closing), (Some(Fen::yuan(100_000)), Some(Fen::yuan(650_500))));
    let amounts: Vec<Fen> = statement.entries.iter().map(|entry| entry.amount).collect();
    assert_eq!(amounts, [Fen::yuan(-49_500), Fen::yuan(600_000)]);
    let lost: String = STATEMENT.replace("2026-03-03,,600000.00,650500.00", "2026-03-03,,600000.00,650400.00");
    assert_eq!(read_statement(lost.as_bytes(), &columns()).unwrap_err().why, FileRefusal::Totals);
    let both = STATEMENT.replace("49500.00,,", "49500.00,1.00,");
    let statement = read_statement(both.as_bytes(), &columns()).unwrap();
    assert_eq!((statement.faults[0].row, statement.faults[0].why), (3, CellReason::Direction));
}

/// A statement as a bank writes it: two booked entries, one pending.
fn camt() -> String {
    let entry = |amount: &str, direction: &str, status: &str, inner: &str| {
        format!(
            "<Ntry><Amt Ccy=\"CNY\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>{status}</Sts>\
             <BookgDt><Dt>2026-03-02</Dt></BookgDt><NtryDtls><TxDtls>{inner}</TxDtls></NtryDtls></Ntry>"
        )
    };
    let paid = "<Refs><EndToEndId>p-0001</EndToEndId></Refs><RltdPties><Cdtr><Nm>某甲</Nm></Cdtr><CdtrAcct><Id><Othr><Id>6222000000000001</Id></Othr></Id></CdtrAcct></RltdPties>";
    let gift = "<RltdPties><Dbtr><Nm>某公司</Nm></Dbtr></RltdPties><RmtInf><Ustrd>捐赠 &amp; 祝福</Ustrd></RmtInf>";
    let balance = |code: &str, amount: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        )
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt>{}{}{}{}{}</Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", "100000.00"),
        balance("CLBD", "650500.00"),
        entry("49500.00", "DBIT", "BOOK", paid),
        entry("600000.00", "CRDT", "BOOK", gift),
        entry("7.00", "DBIT", "PDNG", ""),
    )
}

#[test]
fn a_message_of_the_bank_is_the_same_statement() {
    let statement = read_statement(camt().as_bytes(), &columns()).unwrap();
    assert_eq!((statement.opening, statement.closing), (Some(Fen::yuan(100_000)), Some(Fen::yuan(650_500))));
    let lines: Vec<_> = statement
        .entries
        .iter()
        .map(|entry| {
            (entry.amount, entry.reference.reveal().as_str(), entry.name.as_ref().map(|name| name.reveal().as_str()))
        })
        .collect();
    let expected = [(Fen::yuan(-49_500), "p-0001", Some("某甲")), (Fen::yuan(600_000), "捐赠 & 祝福", Some("某公司"))];
    assert_eq!(lines, expected);
    assert_eq!(statement.entries[0].account.as_ref().unwrap().reveal(), "6222000000000001");
}

#[test]
fn what_a_message_may_not_hold_is_refused_with_its_reason() {
    let good = camt();
    for (text, why) in [
        (good.replacen("Ccy=\"CNY\">49500", "Ccy=\"EUR\">49500", 1), FileRefusal::OtherMoney),
        (good.replacen("600000.00", "600000.01", 1), FileRefusal::Totals),
        (good.replacen("<Document", "<!DOCTYPE d><Document", 1), FileRefusal::Hostile),
        (good.replacen("<Refs>", &"<x>".repeat(50), 1), FileRefusal::Hostile),
        (good.replacen("某公司", &"长".repeat(30_000), 1), FileRefusal::Hostile),
        (good.replacen("</Ntry>", "", 1), FileRefusal::Damaged),
        (good.get(..good.len() - 30).unwrap().to_owned(), FileRefusal::Damaged),
        (good.replace("BkToCstmrStmt", "BkToCstmrAcctRpt"), FileRefusal::Unknown),
    ] {
        assert_eq!(read_statement(text.as_bytes(), &columns()).unwrap_err().why, why, "{why}");
    }
    let wrong = good.replacen("49500.00", "4.95e4", 1);
    let statement = read_statement(wrong.as_bytes(), &columns()).unwrap();
    assert_eq!((statement.entries.len(), statement.faults[0].row, &*statement.faults[0].column), (1, 1, "Amt"));
}
