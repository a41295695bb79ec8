//! The determination sheet (核定单): for each person, from the bill to what is left, line by line with its article.

use shukun_base::{Fen, Lang};
use shukun_casework::case::{Case, DeterminationRecord};
use shukun_casework::determination::{Determination, PersonSheet};
use shukun_paper::{Block, Code, Look, Paper};

use super::{fact, figures_column, heading, words_column};
use crate::desk::Names;
use crate::{format, words};

/// What stands around the sheet's own figures.
pub struct Around<'a> {
    /// The household's people, masked.
    pub names: &'a Names,
    /// Who made the sheet, who checked it; empty where nobody did.
    pub signers: [String; 2],
    /// Where it lives.
    pub place: String,
    /// Hash of the sheet as it stands in the record.
    pub hash: String,
    /// The day on which it is printed.
    pub printed_on: String,
    /// The offices that put a seal on it.
    pub seals: Vec<String>,
}

/// The sheet as it is printed.
pub fn paper(case: &Case, record: &DeterminationRecord, around: &Around<'_>, lang: Lang) -> Paper {
    let sheet = &record.sheet;
    let mut blocks = vec![Block::Facts { facts: head(case, record, around, lang) }];
    for person in &sheet.people {
        blocks.push(heading(title(person, case, around.names, lang)));
        blocks.push(lines(person, lang));
    }
    blocks.push(Block::Facts { facts: totals(sheet, lang) });
    blocks.push(Block::Facts { facts: origin(sheet, &around.hash, lang) });
    let [maker, checker] = &around.signers;
    let signed = |role: words::Word, name: &str| format!("{} {name}", role.text(lang)).trim_end().to_owned();
    blocks.push(Block::Signatures {
        names: vec![signed(words::PRINT_MAKER, maker), signed(words::PRINT_CHECKER, checker)],
    });
    Paper {
        lang,
        look: Look::Office,
        issuer: String::new(),
        title: words::PRINT_SHEET.text(lang).to_owned(),
        number: String::new(),
        blocks,
        seals: around.seals.clone(),
        dated: String::new(),
        code: Some(Code {
            text: format!("shukun-sheet:{}:{}:{}", case.id, sheet.version, around.hash),
            caption: words::PRINT_SCAN.text(lang).to_owned(),
        }),
        footer: words::PRODUCT_LONG.text(lang).to_owned(),
    }
}

fn head(case: &Case, record: &DeterminationRecord, around: &Around<'_>, lang: Lang) -> Vec<(String, String)> {
    let is_agreed = record.check.as_ref().is_some_and(|check| check.agreed);
    let state = if is_agreed { words::SHEET_AGREED } else { words::SHEET_DRAFT };
    let version = words::SHEET_VERSION.with(lang, &[("n", &record.sheet.version.to_string())]);
    vec![
        fact(words::PRINT_CASE.text(lang), case.id.to_string()),
        fact(words::PERSON.text(lang), around.names.title(case.household, lang)),
        fact(words::REGION.text(lang), around.place.clone()),
        fact(&version, state.text(lang)),
        fact(words::PRINT_ON.text(lang), around.printed_on.clone()),
    ]
}

fn title(person: &PersonSheet, case: &Case, names: &Names, lang: Lang) -> String {
    let name = names.people(case.household).iter().find(|known| known.person_id == person.person);
    let name = name.map_or_else(|| words::SHEET_MEMBER.text(lang), |known| known.name.as_str());
    format!("{name} · {}", words::YEAR_OF.with(lang, &[("n", &person.year.to_string())]))
}

fn lines(person: &PersonSheet, lang: Lang) -> Block {
    let money = |amount: Fen| format::money(amount, lang);
    let settled = || words::PRINT_SETTLED.text(lang).to_owned();
    let bill = vec![words::BILL.text(lang).to_owned(), String::new(), String::new(), money(person.bill_fen)];
    let rows = person.lines.iter().map(|line| {
        let programme = line.programme.map_or_else(settled, |programme| programme.text().in_lang(lang).to_owned());
        vec![format!("{} · {}", line.tier, line.rule), line.article.clone(), programme, money(line.amount_fen)]
    });
    Block::Table {
        columns: vec![
            words_column(words::SHEET_TIER.text(lang), 4),
            words_column(words::SHEET_ARTICLE.text(lang), 5),
            words_column(words::PROGRAMME.text(lang), 2),
            figures_column(words::AMOUNT.text(lang), 3),
        ],
        rows: std::iter::once(bill).chain(rows).collect(),
        total: vec![words::LEFT.text(lang).to_owned(), String::new(), String::new(), money(person.left_fen)],
    }
}

fn totals(sheet: &Determination, lang: Lang) -> Vec<(String, String)> {
    let programmes = sheet.programmes();
    programmes
        .map(|programme| {
            let netted = sheet.netted_fen(programme);
            let of_it = if netted.is_zero() {
                String::new()
            } else {
                format!(" · {} {}", words::SHEET_NETTED.text(lang), format::money(netted, lang))
            };
            fact(programme.text().in_lang(lang), format::money(sheet.payable_fen(programme), lang) + &of_it)
        })
        .collect()
}

fn origin(sheet: &Determination, hash: &str, lang: Lang) -> Vec<(String, String)> {
    let packs = sheet.packs.iter().map(|pack| format!("{} {} {}", pack.id, pack.version, pack.sha256.as_str()));
    let readings = sheet
        .readings
        .iter()
        .map(|used| fact(words::SHEET_READINGS_USED.text(lang), format!("{} → {}", used.question, used.reading)));
    let mut facts = vec![fact(words::SHEET_SEARCHED.text(lang), sheet.double_aid_searched.join("；"))];
    facts.extend(readings);
    facts.extend(packs.map(|pack| fact(words::SHEET_PACKS.text(lang), pack)));
    facts.push(fact(words::SHEET_INPUT.text(lang), sheet.input_sha256.as_str()));
    facts.push(fact(words::PRINT_CODE.text(lang), hash));
    facts
}
