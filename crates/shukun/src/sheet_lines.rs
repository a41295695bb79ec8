//! The lines of a determination sheet, out of one person's explanation.
//!
//! Knows no programme and no case. Start at [`lines`].

use shukun_casework::determination::Line;
use shukun_engine::outcome::FAMILY;
use shukun_engine::trace::{Explanation, Line as Posted};
use shukun_web::works::order::WorkedLine;

/// The payers' postings, those of one rule and article added up, in the order of the run. What was settled at the
/// counter and what a rule computed stay apart.
pub fn lines(story: &Explanation) -> Vec<WorkedLine> {
    let of_bills = story.bills.iter().flat_map(|bill| &bill.lines);
    let mut lines: Vec<WorkedLine> = Vec::new();
    for posted in of_bills.chain(&story.period_lines).filter(|posted| posted.rule != FAMILY) {
        match lines.iter_mut().find(|known| is_one(known, posted)) {
            Some(WorkedLine { line, .. }) => {
                line.base_fen += posted.base_fen;
                line.amount_fen += posted.amount_fen;
            }
            None => lines.push(WorkedLine { line: line(posted, story), as_settled: posted.as_settled }),
        }
    }
    lines.retain(|known| !known.line.amount_fen.is_zero());
    lines
}

fn is_one(known: &WorkedLine, posted: &Posted) -> bool {
    known.line.rule == posted.rule && known.line.article == article(posted) && known.as_settled == posted.as_settled
}

fn line(posted: &Posted, story: &Explanation) -> Line {
    let cap = story.caps_left.iter().find(|cap| !posted.as_settled && cap.name == posted.rule);
    Line {
        tier: if posted.tier.is_empty() { posted.account.clone() } else { posted.tier.clone() },
        programme: None,
        rule: posted.rule.clone(),
        article: article(posted),
        base_fen: posted.base_fen,
        amount_fen: posted.amount_fen,
        cap_left_fen: cap.map(|cap| cap.amount_fen),
    }
}

fn article(posted: &Posted) -> String {
    let mark = if posted.is_illustrative { "【示例】" } else { "" };
    let place = format!("{mark}{} {}", posted.document, posted.article).trim().to_owned();
    // What was taken over as settled rests on no rule that ran here.
    if place.is_empty() { "按已结算数据".to_owned() } else { place }
}
