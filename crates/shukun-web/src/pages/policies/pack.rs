//! One pack as an official reads it: text with rules, findings in the margin, open questions with their readings, examples
//! with their results, cliffs drawn.

use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use serde_json::{Value, json};
use shukun_base::{Fen, Lang};
use shukun_casework::authority::Permission;

use super::text::{elsewhere, shown};
use super::{Asked, days, tags};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::guard::encoded;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::chart::{chart, scripts};
use crate::ui::layout::{Heading, Page};
use crate::ui::matrix::matrix;
use crate::visit::Visit;
use crate::words;
use crate::works::order::{PackHead, ShownAmbiguity, ShownCurve, ShownPack};

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/policies/{pack_id}", pack)
}

async fn pack(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let question = asked.question(Some(&id), visit.today());
    let found = desk.policies(&question, lang).await.map_err(PageError::from)?;
    let (head, shown_pack) =
        found.packs.iter().find(|head| head.id == id).zip(found.shown.as_ref()).ok_or_else(PageError::not_found)?;
    let body = html! {
        @if !question.readings.is_empty() {
            p.done { (words::POLICY_READ_SO.with(lang, &[("readings", &question.readings.join("，"))])) }
        }
        @if !shown_pack.runs { (broken(head, lang)) }
        (facts(head, shown_pack, &found.packs, lang))
        @if shown_pack.runs { (curves(shown_pack, head, &asked, lang)) }
        (elsewhere(&shown_pack.findings, lang))
        section { h2 { (words::POLICY_TEXT.text(lang)) } (shown(shown_pack, lang)) }
        (ambiguities(head, shown_pack, &asked, &visit))
        (rules(shown_pack, lang))
        (examples(shown_pack, lang))
        (scripts())
    };
    framed(&desk, &visit, &Heading { title: &head.title, note: head.document_number.as_deref() }, &body).await
}

/// Why there is no rule, no curve and no reading below.
fn broken(head: &PackHead, lang: Lang) -> Markup {
    let word = if head.errors > 0 { words::POLICY_BROKEN } else { words::POLICY_BROKEN_BESIDE };
    html! { div.wrong role="alert" { p { (word.with(lang, &[("n", &head.errors.to_string())])) } } }
}

fn facts(head: &PackHead, pack: &ShownPack, all: &[PackHead], lang: Lang) -> Markup {
    let tiers: Vec<String> = pack.tiers.iter().map(|(name, source)| format!("{name}（{source}）")).collect();
    html! {
        div.board {
            section.box {
                p { (tags(head, lang)) }
                dl.facts {
                    dt { (words::POLICY_DAYS.text(lang)) } dd { (days(head, lang)) }
                    dt { (words::POLICIES_PROVINCE.text(lang)) } dd { (head.region) }
                    @if let Some(issuer) = &head.issuer { dt { (words::POLICY_SOURCE.text(lang)) } dd { (issuer) } }
                    @if pack.runs { dt { (words::POLICY_TIERS.text(lang)) } dd { (tiers.join(" → ")) } }
                    @if head.empty_slots > 0 { dt { (words::POLICY_SLOTS.text(lang)) } dd { (words::POLICY_SLOTS_OF.with(lang, &[("n", &head.empty_slots.to_string())])) } }
                }
            }
            section.box {
                h2 { (words::POLICY_DIFFER.text(lang)) }
                form method="get" action={"/policies/" (head.id) "/differ"} {
                    div.field {
                        label.form-label for="against" { (words::POLICY_DIFFER_WITH.text(lang)) }
                        select.form-select #against name="against" {
                            @for other in all.iter().filter(|other| other.id != head.id) { option value=(other.id) { (other.title) } }
                        }
                    }
                    button.btn.btn-plain type="submit" { (words::BOARD_SHOW.text(lang)) }
                }
                @if !pack.facts.is_empty() {
                    h3.mt-3 { (words::POLICY_FACTS.text(lang)) }
                    ul { @for (name, source) in &pack.facts { li { (name) span.quiet { "（" (source) "）" } } } }
                }
            }
        }
    }
}

/// The curve of one rule, and every cliff.
fn curves(pack: &ShownPack, head: &PackHead, asked: &Asked, lang: Lang) -> Markup {
    let chosen = pack.curves.iter().find(|curve| curve.rule == asked.rule).or_else(|| {
        let has_cliff = |curve: &&ShownCurve| pack.cliffs.iter().any(|cliff| cliff.rule == curve.rule);
        pack.curves.iter().find(has_cliff).or(pack.curves.first())
    });
    let headings = [
        words::RULE,
        words::POLICY_CLIFF_BELOW,
        words::POLICY_CLIFF_BURDEN,
        words::POLICY_CLIFF_PAST,
        words::POLICY_CLIFF_DROP,
    ];
    let headings = headings.map(|word| word.text(lang).to_owned());
    let rows = html! {
        @for cliff in &pack.cliffs {
            tr {
                th scope="row" { (cliff.rule) br; span.quiet { (cliff.article) } }
                @for amount in [cliff.below_fen, cliff.burden_below_fen, cliff.burden_past_fen, cliff.drop_fen] { td.number { (format::money(amount, lang)) } }
            }
        }
    };
    html! {
        section.box {
            h2 { (words::POLICY_CLIFFS.text(lang)) }
            @if pack.curves.len() > 1 {
                p { (words::POLICY_CURVE_PICK.text(lang)) "："
                    @for (number, curve) in pack.curves.iter().enumerate() {
                        @if number > 0 { " · " }
                        a href={"/policies/" (head.id) "?on=" (encoded(&asked.on)) "&readings=" (encoded(&asked.readings)) "&rule=" (encoded(&curve.rule))} aria-current=[(chosen == Some(curve)).then_some("true")] { (curve.rule) }
                    }
                }
            }
            @if let Some(curve) = chosen { (chart(&option(curve, lang), &words::POLICY_CURVE.with(lang, &[("rule", &curve.rule)]))) }
            @if pack.cliffs.is_empty() { p.quiet { (words::POLICY_CLIFFS_NONE.text(lang)) } }
            @else { (matrix(words::POLICY_CLIFFS.text(lang), &headings, &rows)) }
        }
    }
}

/// Ten thousands of yuan with two places, as a number for a chart.
fn wan(amount: Fen) -> Value {
    let text = format!("{}.{:02}", amount.0 / 1_000_000, amount.0 % 1_000_000 / 10_000);
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

fn option(curve: &ShownCurve, lang: Lang) -> Value {
    let points: Vec<Value> = curve.points.iter().map(|(cost, burden)| json!([wan(*cost), wan(*burden)])).collect();
    let ink = json!({ "color": "#55606e" });
    let split = json!({ "lineStyle": { "color": "#e9edf2" } });
    let name = |word: words::Word| word.text(lang);
    json!({
        "animation": false,
        "title": { "text": words::POLICY_CURVE.with(lang, &[("rule", &curve.rule)]), "textStyle": { "fontSize": 14, "fontWeight": 600 } },
        "grid": { "left": 8, "right": 24, "top": 56, "bottom": 8, "outerBoundsMode": "same", "outerBoundsContain": "all" },
        "tooltip": { "trigger": "axis", "renderMode": "richText" },
        "xAxis": { "type": "value", "name": name(words::POLICY_CURVE_COST), "axisLabel": ink, "splitLine": split },
        "yAxis": { "type": "value", "name": name(words::POLICY_CURVE_BURDEN), "axisLabel": ink, "splitLine": split },
        "series": [{
            "type": "line", "data": points, "showSymbol": false, "lineStyle": { "color": "#2f6db3", "width": 2.5 },
            "areaStyle": { "color": "#e8f0f8" }, "name": name(words::POLICY_CURVE_BURDEN),
        }],
    })
}

fn ambiguities(head: &PackHead, pack: &ShownPack, asked: &Asked, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let may_compare = visit.may(Permission::ComparePolicies);
    let one = |found: &ShownAmbiguity| {
        html! {
            section.box {
                h3 { (found.id) " " (found.question) }
                ul.readings {
                    @for (name, meaning) in &found.readings {
                        li {
                            b { (name) } " " (meaning)
                            @if *name == found.chosen { " " span.tag.tag-green { (words::POLICY_READING_IN_USE.text(lang)) } }
                            @else {
                                @let reading = encoded(&format!("{}:{}={name}", head.id, found.id));
                                " " a href={"/policies/" (head.id) "?on=" (encoded(&asked.on)) "&readings=" (reading)} { (words::POLICY_TRY_READING.text(lang)) }
                                @if may_compare { " · " a href={"/policies/compare?variant_readings=" (reading)} { (words::POLICY_COMPARE_READING.text(lang)) } }
                            }
                        }
                    }
                }
                @if let Some(who) = &found.confirmed_by { p.quiet { (words::POLICY_CONFIRMED.with(lang, &[("who", who)])) } }
            }
        }
    };
    html! {
        @if !pack.ambiguities.is_empty() {
            section { h2 { (words::POLICY_OPEN.text(lang)) } div.board { @for found in &pack.ambiguities { (one(found)) } } }
        }
    }
}

fn rules(pack: &ShownPack, lang: Lang) -> Markup {
    html! {
        @if pack.runs {
            section {
                h2 { (words::POLICY_RULES.text(lang)) }
                div.board {
                    @for rule in &pack.rules {
                        section.box {
                            h3 { (rule.name) } p.quiet { (rule.article) }
                            dl.facts { @for (key, value) in &rule.clauses { dt { (key) } dd { (value) } } }
                        }
                    }
                }
            }
        }
    }
}

fn examples(pack: &ShownPack, lang: Lang) -> Markup {
    let headings = [
        words::POLICY_EXAMPLE,
        words::POLICY_EXAMPLE_ROW,
        words::POLICY_EXAMPLE_COLUMN,
        words::POLICY_EXAMPLE_SAYS,
        words::POLICY_EXAMPLE_GETS,
        words::RESULT,
    ];
    let headings = headings.map(|word| word.text(lang).to_owned());
    let rows = html! {
        @for cell in &pack.examples {
            tr {
                th scope="row" { (cell.example) }
                td.number { (cell.row) } td.number { (cell.column) } td.number { (cell.expected) } td.number { (cell.got) }
                td.number {
                    @if cell.expected == cell.got { span.tag.tag-green { "✓ " (words::POLICY_EXAMPLE_HOLDS.text(lang)) } }
                    @else { span.tag.tag-red { "✕ " (words::POLICY_EXAMPLE_FAILS.text(lang)) } }
                }
            }
        }
    };
    html! {
        @if !pack.examples.is_empty() {
            section { h2 { (words::POLICY_EXAMPLES.text(lang)) } (matrix(words::POLICY_EXAMPLES.text(lang), &headings, &rows)) }
        }
    }
}
