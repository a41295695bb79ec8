//! The explanation in words, in Chinese and in English.

use shukun_base::{Fen, Lang, Text};

use super::figures::{show_exact_yuan, show_rate};
use super::{BarKind, BillExplained, Explanation, Line, NamedAmount, ReadingExplained};
use crate::facts::ClaimKind;
use crate::outcome::{Colour, FAMILY};

/// Why a line has its amount, in one sentence.
pub(super) fn sentence(line: &Line) -> Text {
    if line.rule == FAMILY && line.amount_fen.is_negative() {
        let less = -line.amount_fen;
        return Text::new(format!("个人负担减少 {less} 元。"), format!("The family bears {less} yuan less."));
    }
    if line.rule == FAMILY {
        return Text::new(
            format!("个人负担 {} 元。", line.amount_fen),
            format!("The family bears {} yuan.", line.amount_fen),
        );
    }
    if line.as_settled {
        return Text::new(
            format!("{}：已结算 {} 元（取自结算数据）。", line.rule, line.amount_fen),
            format!("{}: {} yuan as settled (from the claim data).", line.rule, line.amount_fen),
        );
    }
    let (zh, en) = (steps(line, Lang::Zh), steps(line, Lang::En));
    let reading = if line.reading.is_empty() { String::new() } else { format!("（读法 {}）", line.reading) };
    let reading_en = if line.reading.is_empty() { String::new() } else { format!(" (reading {})", line.reading) };
    let (mark, mark_en) = if line.is_illustrative { ("【示例】", "[illustrative] ") } else { ("", "") };
    Text::new(
        format!("{mark}{}，依{}{reading}：{}支付 {} 元。", line.rule, source(line), zh, line.amount_fen),
        format!("{mark_en}{}, under {}{reading_en}: {}paid {} yuan.", line.rule, source(line), en, line.amount_fen),
    )
}

fn source(line: &Line) -> String {
    if line.document.is_empty() { line.article.clone() } else { format!("《{}》{}", line.document, line.article) }
}

/// What was done to the base, each step ending in a separator.
fn steps(line: &Line, lang: Lang) -> String {
    let mut steps: Vec<Text> = Vec::new();
    if !line.deducted_fen.is_zero() {
        let taken = line.deducted_fen;
        steps.push(Text::new(format!("扣除起付 {taken} 元"), format!("deductible of {taken} yuan taken off")));
    }
    steps.extend(line.rows.iter().map(|row| {
        let product =
            format!("{} × {} = {}", show_exact_yuan(row.base), show_rate(row.rate), show_exact_yuan(row.amount));
        Text::new(format!("第{}档 {product}", row.bracket), format!("bracket {} {product}", row.bracket))
    }));
    if line.rows.is_empty() {
        steps.push(match line.rate {
            Some(rate) => {
                let product = format!("{} × {}", line.base_fen, show_rate(rate));
                Text::new(product.clone(), product)
            }
            None => Text::new(format!("基数 {} 元", line.base_fen), format!("base {} yuan", line.base_fen)),
        });
    }
    if !line.carried_fen.is_zero() {
        let carried = line.carried_fen;
        steps.push(Text::new(
            format!("加前次未付足 {carried} 元"),
            format!("{carried} yuan carried from earlier bills"),
        ));
    }
    if line.allowed_fen < line.wanted_fen {
        steps.push(Text::new(
            format!("公式 {} 元，受封顶限制为 {} 元", line.wanted_fen, line.allowed_fen),
            format!("the formula gives {} yuan, the limit leaves {} yuan", line.wanted_fen, line.allowed_fen),
        ));
    }
    if let Some(household) = line.household {
        steps.push(Text::new(
            format!("全户基数 {} 元，共付 {} 元，按各人基数分摊到本人", household.base_fen, household.amount_fen),
            format!(
                "the household's base is {} yuan and {} yuan are paid, shared by the members' bases; to this person",
                household.base_fen, household.amount_fen
            ),
        ));
    } else if line.amount_fen < line.allowed_fen {
        steps.push(Text::new(
            format!("应付 {} 元，以余下费用为限", line.allowed_fen),
            format!("{} yuan owed, at most what is left of the bill", line.allowed_fen),
        ));
    }
    let (separator, end) = match lang {
        Lang::Zh => ("；", "，"),
        Lang::En => ("; ", ", "),
    };
    let shown: Vec<&str> = steps.iter().map(|step| step.in_lang(lang)).collect();
    format!("{}{end}", shown.join(separator))
}

/// The whole explanation as plain text.
pub fn explain_text(explanation: &Explanation, lang: Lang) -> String {
    let mut page = Page { lang, text: String::new() };
    page.head(explanation);
    explanation.bills.iter().for_each(|bill| page.bill(bill));
    page.periods(&explanation.period_lines);
    page.waterfall(explanation);
    page.amounts(&Text::new("各口径负担", "Burden by each measure"), &explanation.burdens);
    page.amounts(&Text::new("封顶余额", "Left under limits"), &explanation.caps_left);
    page.notes(explanation);
    page.readings(&explanation.readings);
    page.packs(explanation);
    page.text
}

struct Page {
    lang: Lang,
    text: String,
}

impl Page {
    fn say(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        let text = Text::new(zh, en);
        self.text.push_str(text.in_lang(self.lang));
        self.text.push('\n');
    }

    fn head(&mut self, of: &Explanation) {
        let (person, total, family) = (of.person_id, of.total_fen, of.family_fen);
        let year = of.year.map_or_else(
            || ("全部年度".to_owned(), "all years".to_owned()),
            |year| (format!("{year}年"), year.to_string()),
        );
        self.say(format!("人员 {person} · {}", year.0), format!("Person {person} · {}", year.1));
        self.say(
            format!("费用总额 {total} 元，个人负担 {family} 元。"),
            format!("Total bill {total} yuan; the family bears {family} yuan."),
        );
        if let Some(colour) = of.colour {
            let (zh, en) = colour_words(colour);
            self.say(format!("预警：{zh}"), format!("Alert: {en}"));
        }
        if of.is_illustrative {
            self.say(
                "【示例】以下有金额依据虚构的示例参数，不得作为待遇依据。",
                "[illustrative] Some amounts rest on invented values and are no basis for any benefit.",
            );
        }
    }

    fn bill(&mut self, bill: &BillExplained) {
        let number = bill.settlement_no.clone().unwrap_or_else(|| bill.claim_id.to_string());
        let (kind_zh, kind_en) = kind_words(bill.kind);
        let (day, total) = (bill.incurred_on, bill.total_fen);
        self.text.push('\n');
        self.say(format!("{day} {kind_zh} {number}：{total} 元"), format!("{day} {kind_en} {number}: {total} yuan"));
        bill.lines.iter().for_each(|line| self.line(line));
    }

    fn line(&mut self, line: &Line) {
        self.text.push_str("  ");
        self.text.push_str(line.text.in_lang(self.lang));
        self.text.push('\n');
    }

    fn periods(&mut self, lines: &[Line]) {
        if lines.is_empty() {
            return;
        }
        self.text.push('\n');
        self.say("期末", "At the end of the period");
        for line in lines {
            self.text.push_str("  [");
            self.text.push_str(&line.period);
            self.text.push(']');
            self.line(line);
        }
    }

    fn waterfall(&mut self, of: &Explanation) {
        self.text.push('\n');
        self.say("逐级减负", "Payer by payer");
        for bar in &of.waterfall {
            let sign = if bar.kind == BarKind::Paid { "−" } else { " " };
            let name = bar.name.in_lang(self.lang);
            self.text.push_str(&format!("  {sign}{:>16}  {name}\n", bar.amount_fen.to_string()));
        }
    }

    fn amounts(&mut self, title: &Text, amounts: &[NamedAmount]) {
        if amounts.is_empty() {
            return;
        }
        self.text.push('\n');
        self.say(title.zh.clone(), title.en.clone());
        for amount in amounts {
            self.text.push_str(&format!("  {:>17}  {}\n", amount.amount_fen.to_string(), amount.name));
        }
    }

    fn notes(&mut self, of: &Explanation) {
        if of.notes.is_empty() {
            return;
        }
        self.text.push('\n');
        self.say("说明", "Notes");
        for note in &of.notes {
            let article = if note.article.is_empty() { String::new() } else { format!("（{}）", note.article) };
            let text = note.text.in_lang(self.lang);
            self.text.push_str(&format!("  [{}] {}{article}: {text}\n", note.period, note.rule));
        }
    }

    fn readings(&mut self, readings: &[ReadingExplained]) {
        if readings.is_empty() {
            return;
        }
        self.text.push('\n');
        self.say("依据的读法", "Readings these amounts rest on");
        for row in readings {
            let state = match (row.provisional, self.lang) {
                (false, _) => "",
                (true, Lang::Zh) => "（暂定）",
                (true, Lang::En) => " (provisional)",
            };
            let rules = row.rules.join("、");
            let line =
                format!("  《{}》{} {}：{}{state} → {rules}\n", row.document, row.ambiguity, row.question, row.reading);
            self.text.push_str(&line);
            for effect in &row.effects {
                let difference = signed(effect.difference_fen);
                self.say(
                    format!("    如按“{}”：个人负担 {} 元（{difference}）", effect.reading, effect.family_fen),
                    format!(
                        "    Under “{}”: the family bears {} yuan ({difference})",
                        effect.reading, effect.family_fen
                    ),
                );
            }
        }
    }

    fn packs(&mut self, of: &Explanation) {
        if of.packs.is_empty() {
            return;
        }
        self.text.push('\n');
        self.say("制度文件", "Documents");
        for pack in &of.packs {
            let number = pack.document_number.clone().unwrap_or_default();
            self.text.push_str(&format!("  {} {} {number}\n", pack.id, pack.title));
        }
    }
}

fn signed(amount: Fen) -> String {
    if amount > Fen::ZERO { format!("+{amount}") } else { amount.to_string() }
}

/// The colour in words.
fn colour_words(colour: Colour) -> (&'static str, &'static str) {
    match colour {
        Colour::Red => ("● 红色", "● red"),
        Colour::Orange => ("▲ 橙色", "▲ orange"),
        Colour::Yellow => ("◆ 黄色", "◆ yellow"),
    }
}

fn kind_words(kind: ClaimKind) -> (&'static str, &'static str) {
    match kind {
        ClaimKind::Inpatient => ("住院", "inpatient"),
        ClaimKind::Outpatient => ("门诊", "outpatient"),
        ClaimKind::SpecialOutpatient => ("门诊特病", "special outpatient"),
        ClaimKind::Pharmacy => ("药店", "pharmacy"),
        ClaimKind::Emergency => ("急诊", "emergency"),
    }
}
