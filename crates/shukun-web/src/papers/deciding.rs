//! The papers of deciding: the minutes of a meeting, its resolution, the notice for the board.
//!
//! Minutes and resolution name cases and amounts, never a person of a household; the notice is made of a [`Notice`] alone.

use shukun_base::Lang;
use shukun_casework::authority::Programme;
use shukun_fund::deciding::{Meeting, Minutes, Signing};
use shukun_fund::publishing::Notice;
use shukun_paper::{Block, Code, Look, Paper};

use super::{fact, figures_column, heading, paragraph, remark, words_column};
use crate::{format, words};

/// The notice for the board, with its last day and a box for the seal.
pub fn notice(of: &Notice, lang: Lang) -> Paper {
    let days = format!("{} – {}", format::day(of.first_day(), lang), format::day(of.last_day(), lang));
    let blocks = vec![
        paragraph(words::NOTICE_SHEET_BODY.text(lang)),
        notice_lines(of, lang),
        Block::Facts {
            facts: vec![
                fact(words::NOTICE_DAYS.text(lang), days),
                fact(words::NOTICE_SHEET_DESK.text(lang), of.desk().office.as_str()),
            ],
        },
        heading(format!("{}：{}", words::PAPER_NOTICE_ENDS.text(lang), format::day(of.last_day(), lang))),
    ];
    Paper {
        blocks,
        seals: vec![words::PAPER_NOTICE_SEAL.text(lang).to_owned()],
        dated: format::day(of.first_day(), lang),
        ..blank(words::NOTICE_SHEET, lang)
    }
}

fn notice_lines(of: &Notice, lang: Lang) -> Block {
    let row = |line: &shukun_fund::publishing::NoticeLine| {
        vec![
            line.number.to_string(),
            line.name.as_ref().map_or("*", |name| name.as_str()).to_owned(),
            line.place.as_str().to_owned(),
            of.programme().as_str().to_owned(),
            format::money(line.amount, lang),
        ]
    };
    Block::Table {
        columns: vec![
            words_column(words::NOTICE_NUMBER.text(lang), 1),
            words_column(words::NOTICE_NAME.text(lang), 2),
            words_column(words::NOTICE_PLACE.text(lang), 3),
            words_column(words::PROGRAMME.text(lang), 3),
            figures_column(words::NOTICE_AMOUNT.text(lang), 3),
        ],
        rows: of.lines().iter().map(row).collect(),
        total: Vec::new(),
    }
}

/// The resolution: its lines as they stand, on which charter, with the hash of the minutes as a code.
pub fn resolution(meeting: &Meeting, minutes: &Minutes, lang: Lang) -> Paper {
    let blocks = vec![Block::Facts { facts: facts(meeting, lang) }, lines(meeting, lang)];
    Paper {
        number: meeting.id.to_string(),
        blocks,
        seals: vec![words::PAPER_MEETING_SEAL.text(lang).to_owned()],
        dated: format::day(meeting.held_on, lang),
        code: Some(code(meeting, minutes, lang)),
        ..blank(words::RESOLUTION, lang)
    }
}

/// The minutes as they were signed, word for word; `signers` are chair and secretary by name.
pub fn minutes(meeting: &Meeting, minutes: &Minutes, signers: &[String], lang: Lang) -> Paper {
    let mut blocks: Vec<Block> = minutes.text.text.lines().map(paragraph).collect();
    let signed = |(signing, name): (&Signing, &String)| format!("{} {name}", signing.text().in_lang(lang));
    blocks.push(Block::Signatures { names: Signing::ALL.iter().zip(signers).map(signed).collect() });
    Paper {
        number: meeting.id.to_string(),
        blocks,
        seals: vec![words::PAPER_MEETING_SEAL.text(lang).to_owned()],
        dated: format::day(meeting.held_on, lang),
        code: Some(code(meeting, minutes, lang)),
        ..blank(words::PAPER_MINUTES, lang)
    }
}

fn facts(meeting: &Meeting, lang: Lang) -> Vec<(String, String)> {
    let charter = meeting.stamp.as_ref().map(|stamp| {
        let made_up = if stamp.is_illustrative { words::MEETING_MADE_UP.text(lang) } else { "" };
        fact(words::MEETING_CHARTER.text(lang), format!("{} {made_up}", stamp.version).trim_end())
    });
    let own = [
        fact(words::MEETING_KIND.text(lang), meeting.kind.text().in_lang(lang)),
        fact(words::MEETING_DAY.text(lang), format::day(meeting.held_on, lang)),
        fact(words::MEETING_VENUE.text(lang), meeting.venue.as_str()),
    ];
    own.into_iter().chain(charter).collect()
}

fn lines(meeting: &Meeting, lang: Lang) -> Block {
    let row = |(at, record): (usize, &shukun_fund::deciding::LineRecord)| {
        vec![
            (at + 1).to_string(),
            record.line.case.to_string(),
            programme(&record.line.programme, lang),
            record.state.text().in_lang(lang).to_owned(),
            format::money(record.line.amount_fen, lang),
        ]
    };
    let empty = String::new;
    let total = words::MEETING_TOTAL.text(lang).to_owned();
    Block::Table {
        columns: vec![
            words_column(words::NOTICE_NUMBER.text(lang), 1),
            words_column(words::PRINT_CASE.text(lang), 4),
            words_column(words::PROGRAMME.text(lang), 3),
            words_column(words::MEETING_STATE.text(lang), 2),
            figures_column(words::AMOUNT.text(lang), 3),
        ],
        rows: meeting.lines.iter().enumerate().map(row).collect(),
        total: vec![empty(), total, empty(), empty(), format::money(meeting.total_fen(), lang)],
    }
}

fn code(meeting: &Meeting, minutes: &Minutes, lang: Lang) -> Code {
    let hash = minutes.text.sha256.as_str();
    let caption = words::PAPER_MEETING_CHECK.text(lang).to_owned();
    Code { text: format!("shukun-resolution:{}:{hash}", meeting.id), caption }
}

fn programme(key: &str, lang: Lang) -> String {
    Programme::find(key).map_or_else(|| key.to_owned(), |programme| programme.text().in_lang(lang).to_owned())
}

/// The paper with a remark below it: where its data is made up.
pub fn noted(mut paper: Paper, note: Option<&str>) -> Paper {
    paper.blocks.extend(note.map(remark));
    paper
}

/// A sheet of an office with nothing on it.
fn blank(title: words::Word, lang: Lang) -> Paper {
    Paper {
        lang,
        look: Look::Office,
        issuer: String::new(),
        title: title.text(lang).to_owned(),
        number: String::new(),
        blocks: Vec::new(),
        seals: Vec::new(),
        dated: String::new(),
        code: None,
        footer: words::PRODUCT_LONG.text(lang).to_owned(),
    }
}
