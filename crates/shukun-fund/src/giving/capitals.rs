//! Money in the capital numerals of receipts (人民币大写).

use shukun_base::Fen;

const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
const GROUPS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];

/// `人民币壹万柒仟捌佰元整`. Below nothing the words begin with 负.
pub fn capitals(amount: Fen) -> String {
    let magnitude = amount.0.unsigned_abs();
    let (yuan, jiao, fen) = (magnitude / 100, magnitude / 10 % 10, magnitude % 10);
    let mut text = format!("人民币{}", if amount.is_negative() { "负" } else { "" });
    if yuan > 0 {
        text.push_str(&whole(yuan));
        text.push('元');
    }
    match (jiao, fen) {
        (0, 0) if yuan == 0 => text.push_str("零元整"),
        (0, 0) => text.push('整'),
        (0, fen) => {
            text.push_str(if yuan > 0 { "零" } else { "" });
            text.push_str(digit(fen));
            text.push('分');
        }
        (jiao, fen) => {
            text.push_str(digit(jiao));
            text.push('角');
            text.push_str(&if fen == 0 { "整".to_owned() } else { format!("{}分", digit(fen)) });
        }
    }
    text
}

fn digit(digit: u64) -> &'static str {
    usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit)).copied().unwrap_or("")
}

/// Whole yuan above nothing, in groups of four digits; one 零 stands for any gap.
fn whole(yuan: u64) -> String {
    let mut text = String::new();
    let mut has_gap = false;
    for (group, name) in GROUPS.iter().enumerate().rev() {
        let part = u32::try_from(group)
            .ok()
            .and_then(|group| 10_000_u64.checked_pow(group))
            .map_or(0, |unit| yuan / unit % 10_000);
        if part == 0 {
            has_gap = !text.is_empty();
            continue;
        }
        if !text.is_empty() && (has_gap || part < 1000) {
            text.push('零');
        }
        text.push_str(&four(part));
        text.push_str(name);
        has_gap = false;
    }
    text
}

/// Up to four digits, without a 零 before or behind.
fn four(part: u64) -> String {
    let mut text = String::new();
    let mut has_gap = false;
    for (place, name) in PLACES.iter().enumerate().rev() {
        let unit = u32::try_from(place).map_or(1, |place| 10_u64.pow(place));
        let at = part / unit % 10;
        if at == 0 {
            has_gap = !text.is_empty();
            continue;
        }
        text.push_str(if has_gap { "零" } else { "" });
        text.push_str(digit(at));
        text.push_str(name);
        has_gap = false;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_on_a_receipt() {
        for (fen, words) in [
            (0, "人民币零元整"),
            (5, "人民币伍分"),
            (50, "人民币伍角整"),
            (105, "人民币壹元零伍分"),
            (1_780_000, "人民币壹万柒仟捌佰元整"),
            (31_100_000, "人民币叁拾壹万壹仟元整"),
            (8_450_000, "人民币捌万肆仟伍佰元整"),
            (60_000_000, "人民币陆拾万元整"),
            (100_100, "人民币壹仟零壹元整"),
            (1_000_010_012, "人民币壹仟万零壹佰元壹角贰分"),
            (10_000_000_100, "人民币壹亿零壹元整"),
            (20_030_000_000, "人民币贰亿零叁拾万元整"),
            (-100, "人民币负壹元整"),
        ] {
            assert_eq!(capitals(Fen(fen)), words, "{fen}");
        }
    }
}
