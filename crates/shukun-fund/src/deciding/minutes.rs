//! The text of the minutes: made from the record, the same each time, so that its hash can be checked by anybody who has
//! the record. It names cases and amounts, never a person of a household.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use shukun_base::{ContentHash, Note};

use super::act::{MinutesText, Vote};
use super::meeting::{LineRecord, LineState, Meeting};

/// The minutes of a meeting with the secretary's words.
fn text(meeting: &Meeting, words: &Note) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    line(format!("{} {}", meeting.kind.text().zh, meeting.id));
    line(format!("时间：{}　地点：{}", meeting.held_on, meeting.venue.as_str()));
    if let Some(stamp) = &meeting.stamp {
        let made_up = if stamp.is_illustrative { "（示例）" } else { "" };
        line(format!("章程版本：{}{made_up}　{}", stamp.version, stamp.sha256.as_str()));
    }
    for member in &meeting.members {
        let presence = meeting.attendance.get(&member.id).map_or("未登记", |presence| match presence {
            super::act::Presence::Present => "到会",
            super::act::Presence::Absent => "未到会",
        });
        line(format!("委员：{}　{}　{presence}", member.department, member.name));
    }
    for topic in &meeting.topics {
        line(format!("议题：{}", topic.as_str()));
    }
    for (number, record) in meeting.lines.iter().enumerate() {
        line(line_text(meeting, number + 1, record));
    }
    line(format!("合计：{}元", meeting.total_fen()));
    line(format!("记录：{}", words.as_str()));
    text
}

fn line_text(meeting: &Meeting, number: usize, record: &LineRecord) -> String {
    let line = &record.line;
    let mut text = format!("第{number}项：案件{}　{}　{}元", line.case, line.programme, line.amount_fen);
    if record.state == LineState::Withdrawn {
        text.push_str("　撤下");
        return text;
    }
    let tally = meeting.tally(record);
    // Writing to a text cannot fail.
    let _ = write!(text, "　同意{}　不同意{}　弃权{}", tally.yes, tally.no, tally.abstain);
    for member in &meeting.members {
        if record.conflicts.contains_key(&member.id) {
            let _ = write!(text, "　{}回避", member.name);
        }
        if let Some(vote) = record.votes.get(&member.id).filter(|vote| **vote != Vote::Yes) {
            let _ = write!(text, "　{}{}", member.name, vote.text().zh);
        }
    }
    if let Some(rules) = meeting.stamp.as_ref().map(|stamp| &stamp.rules) {
        text.push_str(if tally.is_carried(rules) { "　通过" } else { "　不通过" });
    }
    text
}

/// The minutes with their hash.
pub fn write(meeting: &Meeting, words: &Note) -> Option<MinutesText> {
    let text = text(meeting, words);
    let sha256 = hash(&text)?;
    Some(MinutesText { text, sha256 })
}

/// SHA-256 of a text.
pub fn hash(text: &str) -> Option<ContentHash> {
    let digits: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    ContentHash::new(&digits)
}
