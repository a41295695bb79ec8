//! A statement as people read it: the same on the public page and on the draft that a second person looks at.

use maud::{Markup, html};
use shukun_base::{Day, Fen, Lang};
use shukun_casework::authority::Programme;
use shukun_fund::publishing::{Area, Cell, FundStatement, NoteBody, Payouts, corrected};
use shukun_store::PublishedNote;

use crate::desk::Places;
use crate::format;
use crate::ui::table::{Column, table};
use crate::words::{self, Word};

/// `2026年1月1日 – 2026年3月31日`
pub fn period(from: Day, to: Day, lang: Lang) -> String {
    format!("{} – {}", format::day(from, lang), format::day(to, lang))
}

/// All of a statement.
pub fn statement(of: &FundStatement, notes: &[PublishedNote], places: &Places, lang: Lang) -> Markup {
    let bodies: Vec<NoteBody> = notes.iter().map(|note| note.body.clone()).collect();
    html! {
        (corrections(notes, lang))
        section {
            h2 { (words::OPEN_FLOWS.text(lang)) }
            (flows(of, &bodies, lang))
            (facts(of, lang))
        }
        section { h2 { (words::OPEN_PLACES.text(lang)) } (by_place(of, places, lang)) }
        section {
            h2 { (words::OPEN_PLEDGES.text(lang)) }
            p.quiet { (words::OPEN_PLEDGES_NOTE.text(lang)) }
            (amounts(words::OPEN_PLEDGES, &pledge_lines(of, lang), &bodies, lang))
        }
        section { h2 { (words::OPEN_DONORS.text(lang)) } (donors(of, &bodies, lang)) }
        section { h2 { (words::OPEN_BASIS.text(lang)) } (basis(of, lang)) }
    }
}

/// One amount: its key, what it is called, how much, and whether it stands out.
struct Line {
    key: String,
    name: String,
    amount: Fen,
    is_sum: bool,
}

fn line(key: &str, name: impl Into<String>, amount: Fen) -> Line {
    Line { key: key.to_owned(), name: name.into(), amount, is_sum: false }
}

fn flows(of: &FundStatement, notes: &[NoteBody], lang: Lang) -> Markup {
    let word = |word: Word| word.text(lang);
    let sum = |key: &str, name: &str, amount| Line { is_sum: true, ..line(key, name, amount) };
    let mut lines = vec![sum("opening", word(words::OPEN_OPENING), of.opening)];
    lines.extend(of.receipts.iter().map(|(source, amount)| {
        line(&format!("receipts/{}", source.key()), format!("+ {}", source.text().in_lang(lang)), *amount)
    }));
    lines.extend(
        of.payouts
            .iter()
            .map(|one| line(&format!("payouts/{}", one.key()), format!("− {}", programmes(one, lang)), one.amount)),
    );
    lines.push(line("fees", format!("− {}", word(words::OPEN_FEES)), of.fees));
    lines.push(line("refunds", format!("− {}", word(words::OPEN_REFUNDS)), of.refunds));
    lines.push(sum("closing", word(words::OPEN_CLOSING), of.closing));
    lines.push(line("reserve", word(words::OPEN_RESERVE), of.reserve));
    amounts(words::OPEN_FLOWS, &lines, notes, lang)
}

fn pledge_lines(of: &FundStatement, lang: Lang) -> [Line; 3] {
    let pledges = of.pledges;
    [
        line("pledges/promised", words::OPEN_PROMISED.text(lang), pledges.promised),
        line("pledges/due", words::OPEN_DUE.text(lang), pledges.due),
        line("pledges/received", words::OPEN_PLEDGE_RECEIVED.text(lang), pledges.received),
    ]
}

/// What a figure of this key is called, for a correction of it.
pub fn figure_name(key: &str, lang: Lang) -> String {
    let (item, part) = key.split_once('/').unwrap_or((key, ""));
    let word = |word: Word| word.text(lang).to_owned();
    match (item, part) {
        ("opening", _) => word(words::OPEN_OPENING),
        ("receipts", source) => {
            let source = shukun_fund::publishing::Source::find(source);
            let of = source.map(|source| source.text().in_lang(lang).to_owned()).unwrap_or_default();
            format!("{} · {of}", words::OPEN_RECEIVED.text(lang))
        }
        ("payouts", keys) => {
            let names: Vec<String> = keys.split('+').map(|key| programme(key, lang)).collect();
            format!("{} · {}", words::OPEN_PAID.text(lang), names.join(" + "))
        }
        ("fees", _) => word(words::OPEN_FEES),
        ("refunds", _) => word(words::OPEN_REFUNDS),
        ("closing", _) => word(words::OPEN_CLOSING),
        ("reserve", _) => word(words::OPEN_RESERVE),
        ("pledges", "promised") => format!("{} · {}", word(words::OPEN_PLEDGES), word(words::OPEN_PROMISED)),
        ("pledges", "due") => format!("{} · {}", word(words::OPEN_PLEDGES), word(words::OPEN_DUE)),
        ("pledges", _) => format!("{} · {}", word(words::OPEN_PLEDGES), word(words::OPEN_PLEDGE_RECEIVED)),
        (_, "named") => format!("{} · {}", word(words::OPEN_DONORS), word(words::OPEN_NAMED)),
        _ => format!("{} · {}", word(words::OPEN_DONORS), word(words::OPEN_UNNAMED)),
    }
}

fn programme(key: &str, lang: Lang) -> String {
    Programme::find(key).map_or_else(|| key.to_owned(), |known| known.text().in_lang(lang).to_owned())
}

fn programmes(of: &Payouts, lang: Lang) -> String {
    let names: Vec<String> = of.programmes.iter().map(|key| programme(key.as_str(), lang)).collect();
    let together = if names.len() > 1 { words::OPEN_TOGETHER.text(lang) } else { "" };
    names.join(" + ") + together
}

/// Amounts below each other; a column of corrected ones only where there is one.
fn amounts(caption: Word, lines: &[Line], notes: &[NoteBody], lang: Lang) -> Markup {
    let is_corrected = lines.iter().any(|line| corrected(&line.key, notes).is_some());
    let mut columns = vec![Column::words(words::OPEN_ITEM.text(lang)), Column::number(words::OPEN_AMOUNT.text(lang))];
    if is_corrected {
        columns.push(Column::number(words::OPEN_CORRECTED.text(lang)));
    }
    let name = |line: &Line| html! { @if line.is_sum { b { (line.name) } } @else { (line.name) } };
    let row = |line: &Line| {
        let right = corrected(&line.key, notes);
        html! {
            tr {
                td { (name(line)) }
                td.number {
                    @if right.is_some() { s { (format::money(line.amount, lang)) } }
                    @else if line.is_sum { b { (format::money(line.amount, lang)) } }
                    @else { (format::money(line.amount, lang)) }
                }
                @if is_corrected { td.number { @if let Some(right) = right { b { (format::money(right, lang)) } } } }
            }
        }
    };
    table(caption.text(lang), &columns, &html! { @for line in lines { (row(line)) } })
}

fn facts(of: &FundStatement, lang: Lang) -> Markup {
    let households = |count: usize| format::count(u64::try_from(count).unwrap_or(u64::MAX));
    html! {
        dl.facts {
            dt { (words::OPEN_RECONCILED.text(lang)) }
            dd {
                @match of.reconciled_to {
                    Some(day) => (format::day(day, lang)),
                    None => span.quiet { (words::OPEN_NOT_RECONCILED.text(lang)) },
                }
            }
            // Where nothing was paid nobody was helped: that is said below, and is not a small number.
            @if !of.payouts.is_empty() {
                dt { (words::OPEN_HELPED.text(lang)) }
                dd {
                    @match of.households {
                        Some(count) => (households(count)),
                        None => span.quiet { (words::OPEN_FEW.text(lang)) },
                    }
                }
                dt { (words::OPEN_DAYS.text(lang)) }
                dd {
                    @match of.days_to_pay {
                        Some(days) => (words::OPEN_DAYS_OF.with(lang, &[("half", &days.p50.to_string()), ("most", &days.p90.to_string())])),
                        None => span.quiet { (words::OPEN_DAYS_NONE.text(lang)) },
                    }
                }
            }
        }
    }
}

fn by_place(of: &FundStatement, places: &Places, lang: Lang) -> Markup {
    html! {
        @if of.payouts.is_empty() { p.quiet { (words::OPEN_PLACES_NONE.text(lang)) } }
        @for one in &of.payouts {
            h3 { (programmes(one, lang)) }
            @if let Some(why) = one.hidden { p.quiet { (why.text().in_lang(lang)) } }
            @else { (cells(one, places, lang)) }
        }
    }
}

fn cells(of: &Payouts, places: &Places, lang: Lang) -> Markup {
    let columns = [
        Column::words(words::OPEN_AREA.text(lang)),
        Column::words(words::OPEN_MONTH.text(lang)),
        Column::number(words::OPEN_HOUSEHOLDS.text(lang)),
        Column::number(words::OPEN_AMOUNT.text(lang)),
    ];
    let month = |cell: &Cell| cell.month.map(|month| month.to_string());
    let row = |cell: &Cell| {
        html! {
            tr {
                td { (area(&cell.area, places, lang)) }
                td { (month(cell).unwrap_or_else(|| words::OPEN_WHOLE_PERIOD.text(lang).to_owned())) }
                td.number { (cell.households) }
                td.number { (format::money(cell.amount, lang)) }
            }
        }
    };
    table(&programmes(of, lang), &columns, &html! { @for cell in &of.cells { (row(cell)) } })
}

fn area(area: &Area, places: &Places, lang: Lang) -> String {
    let code = match area {
        Area::Village(code) | Area::Town(code) | Area::RestOfTown(code) => Some(code),
        Area::RestOfCounty => None,
    };
    let name = code.map(|code| places.name(code));
    area.text(name.as_deref()).in_lang(lang).to_owned()
}

fn donors(of: &FundStatement, notes: &[NoteBody], lang: Lang) -> Markup {
    let donors = &of.donors;
    let counted = |word: Word, n: usize| word.with(lang, &[("n", &n.to_string())]);
    let lines = [
        line("donors/named", counted(words::OPEN_DONORS_NAMED, donors.named.len()), donors.named_amount),
        line("donors/unnamed", counted(words::OPEN_DONORS_OTHERS, donors.unnamed), donors.unnamed_amount),
    ];
    html! {
        @if donors.named.is_empty() && donors.unnamed == 0 { p.quiet { (words::OPEN_DONORS_NONE.text(lang)) } }
        @else {
            @if !donors.named.is_empty() { ul { @for name in &donors.named { li { (name.as_str()) } } } }
            (amounts(words::OPEN_DONORS, &lines, notes, lang))
        }
    }
}

fn basis(of: &FundStatement, lang: Lang) -> Markup {
    let between = match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    };
    html! {
        @if of.resolutions.is_empty() { p.quiet { (words::OPEN_NO_RESOLUTION.text(lang)) } }
        ul {
            @for one in &of.resolutions {
                li {
                    (words::OPEN_RESOLUTION.text(lang)) " " b { (one.number) } " · "
                    @let who: Vec<String> = one.signed.iter().map(|signing| signing.text().in_lang(lang).to_owned()).collect();
                    @if who.is_empty() { span.quiet { (words::OPEN_NOT_SIGNED.text(lang)) } }
                    @else { (words::OPEN_SIGNED.with(lang, &[("who", &who.join(between))])) }
                    @if let Some(hash) = &one.minutes { br; span.quiet { (words::OPEN_MINUTES.text(lang)) " " code.hash { (hash.as_str()) } } }
                }
            }
            @for hash in &of.rules { li { (words::OPEN_RULE.text(lang)) " " code.hash { (hash.as_str()) } } }
            li { (words::OPEN_LEDGER.text(lang)) " № " (of.ledger_seq) " " code.hash { (of.ledger_head.as_str()) } }
        }
    }
}

/// The corrections above everything else.
fn corrections(notes: &[PublishedNote], lang: Lang) -> Markup {
    html! {
        @if !notes.is_empty() {
            section.warn #notes {
                h2 { (words::OPEN_NOTES.text(lang)) }
                @for note in notes {
                    p {
                        b { (words::OPEN_NOTE.with(lang, &[("n", &note.number.to_string())])) }
                        " · " (format::moment(note.published_at, lang)) br;
                        (note_text(&note.body, lang))
                    }
                }
            }
        }
    }
}

/// What a correction says, its figure first.
pub fn note_text(body: &NoteBody, lang: Lang) -> Markup {
    let said = body.words_en.as_ref().filter(|_| lang == Lang::En).unwrap_or(&body.words);
    html! {
        @if let Some(figure) = &body.figure {
            (words::OPEN_NOTE_FIGURE.with(lang, &[
                ("what", &figure_name(&figure.figure, lang)),
                ("was", &format::money(figure.was, lang)),
                ("is", &format::money(figure.is, lang)),
            ])) " "
        }
        (said.as_str())
    }
}
