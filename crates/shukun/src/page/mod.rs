//! An explanation as one self-contained HTML page: no scripts, no outside files, readable at 390 px and on paper.
//!
//! It can be mailed, printed or kept in a case file. It draws what the engine's [`Explanation`] says and computes
//! nothing. Start at [`page`].

pub mod style;
mod waterfall;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use shukun_base::{Day, Fen, Lang, Text};
use shukun_engine::outcome::{FAMILY, Note, NoteKind};
use shukun_engine::trace::{
    BillExplained, Explanation, Line, NamedAmount, PackExplained, ReadingExplained, show_exact_yuan, show_rate,
};

use crate::output::money;
use crate::words::{claim_kind, colour, illustrative_warning, pick, provenance};

/// A whole document that stands alone: the house's look, `more` of it, and a body.
pub fn document(title: &str, more: &str, body: &Markup, lang: Lang) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang=(pick(lang, "zh-CN", "en")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(style::CSS)) (PreEscaped(more)) }
            }
            body { main { h1 { (title) } (body) } }
        }
    };
    markup.into_string()
}

/// The page of all persons of a household that were asked for, one after another.
pub fn page(stories: &[Explanation], lang: Lang) -> String {
    let title = pick(lang, "医疗费用负担说明", "How the medical bill was shared");
    let body = html! {
        @for story in stories { (person(story, lang)) }
        @if let Some(first) = stories.first() { (packs(&first.packs, lang)) }
    };
    document(title, "", &body, lang)
}

fn person(story: &Explanation, lang: Lang) -> Markup {
    html! {
        section.person {
            p.who {
                (pick(lang, "人员编号", "Person")) " " b { (story.person_id) }
                @if let Some(year) = story.year { " · " (year) (pick(lang, "年", "")) }
            }
            @if story.is_illustrative { p.warning { "⚠ " (illustrative_warning().in_lang(lang)) } }
            (summary(story, lang))
            h2 { (pick(lang, "从账单到最后一元", "From the bill to the last yuan")) }
            (waterfall::waterfall(story, lang))
            (amounts(pick(lang, "账单由什么组成", "What the bill is made of"), &story.components))
            h2 { (pick(lang, "逐笔", "Claim by claim")) }
            @if story.bills.is_empty() { p { (pick(lang, "这一年没有结算。", "There is no claim in this year.")) } }
            @for bill in &story.bills { (bill_box(bill, lang)) }
            @if !story.period_lines.is_empty() {
                section.claim {
                    h3 { (pick(lang, "按期间支付", "Paid on whole periods")) }
                    (lines(&story.period_lines, lang))
                }
            }
            (amounts(pick(lang, "封顶还剩", "Left under limits"), &story.caps_left))
            (notes(story, lang))
            (readings(&story.readings, lang))
        }
    }
}

fn summary(story: &Explanation, lang: Lang) -> Markup {
    let figure = |name: Text, value: String, is_family: bool| {
        html! {
            div.family[is_family] { dt { (name.in_lang(lang)) } dd { (value) } }
        }
    };
    let paid = story.total_fen - story.family_fen;
    html! {
        dl.figures {
            (figure(Text::new("费用总额", "Total charges"), money(story.total_fen, lang), false))
            (figure(Text::new("各层保障支付", "Paid by all tiers"), money(paid, lang), false))
            (figure(Text::new(FAMILY, "Left to the family"), money(story.family_fen, lang), true))
            @if let Some(reached) = story.colour {
                (figure(Text::new("预警", "Alert"), colour(reached).in_lang(lang).to_owned(), false))
            }
        }
    }
}

fn amounts(heading: &str, rows: &[NamedAmount]) -> Markup {
    let rows: Vec<&NamedAmount> = rows.iter().filter(|row| !row.amount_fen.is_zero()).collect();
    html! {
        @if !rows.is_empty() {
            h2 { (heading) }
            table.amounts {
                @for row in rows { tr { td { (row.name) } td.number { (row.amount_fen) } } }
            }
        }
    }
}

fn bill_box(bill: &BillExplained, lang: Lang) -> Markup {
    let number = bill.settlement_no.clone().unwrap_or_else(|| bill.claim_id.to_string());
    html! {
        section.claim {
            h3 {
                (day(bill.incurred_on, lang)) " · " (claim_kind(bill.kind).in_lang(lang))
                " · " (money(bill.total_fen, lang))
            }
            p.small { (pick(lang, "结算编号", "Claim")) " " (number) }
            (lines(&bill.lines, lang))
        }
    }
}

/// 2022年7月15日
fn day(day: Day, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Lang::En => day.to_string(),
    }
}

fn lines(lines: &[Line], lang: Lang) -> Markup {
    html! {
        table.postings {
            thead { tr {
                th { (pick(lang, "谁付", "Payer")) }
                th { (pick(lang, "依据", "Article")) }
                th.number { (pick(lang, "怎么算", "How")) }
                th.number { (pick(lang, "金额", "Amount")) }
            } }
            tbody { @for line in lines { (line_row(line, lang)) } }
        }
    }
}

fn line_row(line: &Line, lang: Lang) -> Markup {
    let is_family = line.rule == FAMILY;
    html! {
        tr.family[is_family] {
            td {
                @if is_family { (pick(lang, FAMILY, "The family")) } @else { (line.rule) }
                @if line.as_settled { span.small { " " (pick(lang, "已结算", "settled")) } }
                @if line.is_illustrative { span.small { " " (pick(lang, "【示例】", "[illustrative]")) } }
                @if !line.account.is_empty() && !is_family && line.account != line.rule { br; span.small { (line.account) } }
            }
            td {
                @if !line.document.is_empty() { span.small { (line.document) } br; }
                (line.article)
                @if !line.reading.is_empty() { br; span.small { (pick(lang, "读法 ", "reading ")) (line.reading) } }
            }
            td.number { @for step in how(line, lang) { div { (step) } } }
            td.number { (line.amount_fen) }
        }
    }
}

/// The working, step by step.
fn how(line: &Line, lang: Lang) -> Vec<String> {
    if line.as_settled || line.rule == FAMILY {
        return Vec::new();
    }
    let named = |zh: &str, en: &str, amount: Fen| format!("{} {amount}", pick(lang, zh, en));
    let mut steps = Vec::new();
    if !line.deducted_fen.is_zero() {
        steps.push(named("扣起付", "deductible", line.deducted_fen));
    }
    steps.extend(line.rows.iter().map(|row| format!("{} × {}", show_exact_yuan(row.base), show_rate(row.rate))));
    if line.rows.is_empty() && !line.base_fen.is_zero() {
        let rate = line.rate.map(|rate| format!(" × {}", show_rate(rate))).unwrap_or_default();
        steps.push(format!("{}{rate}", line.base_fen));
    }
    if !line.carried_fen.is_zero() {
        steps.push(named("加前次未付足", "carried over", line.carried_fen));
    }
    if line.allowed_fen < line.wanted_fen {
        steps.push(named("封顶后", "limited to", line.allowed_fen));
    }
    if line.amount_fen < line.allowed_fen {
        steps.push(pick(lang, "以余下费用为限", "at most what is left").to_owned());
    }
    steps
}

/// What needs an eye comes first; rules that are not for this person are only named.
fn notes(story: &Explanation, lang: Lang) -> Markup {
    let is_elsewhere = |note: &&Note| note.outcome == NoteKind::NotEligible;
    let mut elsewhere: Vec<String> =
        story.notes.iter().filter(is_elsewhere).map(|note| format!("{}（{}）", note.rule, note.article)).collect();
    elsewhere.dedup();
    let told: Vec<&Note> = story.notes.iter().filter(|note| !is_elsewhere(note)).collect();
    html! {
        @if !told.is_empty() {
            h2 { (pick(lang, "其他结果与原因", "Other outcomes and why")) }
            ul.notes {
                @for note in told {
                    li {
                        b { (note.rule) } " " span.small { (note.period) " · " (note.article) }
                        br; (note.text.in_lang(lang))
                    }
                }
            }
        }
        @if !elsewhere.is_empty() {
            p.small {
                (pick(lang, "不符合以下条款的对象条件：", "Not for this person, by its own conditions: "))
                (elsewhere.join("、"))
            }
        }
    }
}

/// Each reading that was followed, and what the family would bear under the others.
fn readings(readings: &[ReadingExplained], lang: Lang) -> Markup {
    html! {
        @if !readings.is_empty() {
            h2 { (pick(lang, "条文有疑义的地方，取哪种读法", "Where the text is open, and how it was read")) }
            ul.notes { @for reading in readings { li { (reading_item(reading, lang)) } } }
        }
    }
}

fn reading_item(reading: &ReadingExplained, lang: Lang) -> Markup {
    let (moving, still): (Vec<_>, Vec<_>) = reading.effects.iter().partition(|effect| !effect.difference_fen.is_zero());
    html! {
        (reading.ambiguity) " " (reading.question) "： " b { (reading.reading) }
        @if reading.provisional { (pick(lang, "（暂定）", " (provisional)")) }
        @if reading.illustrative { (pick(lang, "【示例】", " [illustrative]")) }
        br; span.small { (reading.document) }
        @for effect in moving {
            br;
            (pick(lang, "若取“", "read as “")) (effect.reading) "”"
            (pick(lang, "，个人负担 ", ", the family bears ")) (money(effect.family_fen, lang))
            " (" (signed(effect.difference_fen)) ")"
        }
        @if !still.is_empty() {
            br; span.small {
                (pick(lang, "不改变本人负担的读法：", "readings that leave the burden as it is: "))
                (still.iter().map(|effect| effect.reading.as_str()).collect::<Vec<_>>().join("、"))
            }
        }
    }
}

fn signed(amount: Fen) -> String {
    if amount.is_negative() { format!("−{}", -amount) } else { format!("+{amount}") }
}

fn packs(packs: &[PackExplained], lang: Lang) -> Markup {
    html! {
        section.sources {
            h2 { (pick(lang, "依据的制度", "The packs that ran")) }
            ul {
                @for pack in packs {
                    li {
                        (pack.title) " " @if let Some(number) = &pack.document_number { (number) " " }
                        "[" (provenance(pack.provenance).in_lang(lang)) "]"
                        br; span.small { (pack.id) }
                    }
                }
            }
        }
    }
}
