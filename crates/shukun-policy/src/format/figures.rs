//! Figures in canonical spelling.

use shukun_base::{Day, Exact, Fen, Lang};

/// The lexer reads no figure with more digits.
const MAX_DIGITS: usize = 18;

/// `3万元`, `49,500元`, `29,999.99元`; `30000 yuan`
pub(super) fn print_money(fen: Fen, lang: Lang) -> String {
    if lang == Lang::En {
        return format!("{} yuan", yuan(fen).replace(',', ""));
    }
    for (unit, word) in [(10_000_000_000, "亿元"), (1_000_000, "万元")] {
        // 1.5万元, but 49,500元
        if fen.0 >= unit && fen.0 % (unit / 10) == 0 {
            let tenths = fen.0 % unit / (unit / 10);
            let tenths = if tenths == 0 { String::new() } else { format!(".{tenths}") };
            return format!("{}{tenths}{word}", fen.0 / unit);
        }
    }
    let shown = yuan(fen);
    if fen < Fen::yuan(10_000) { format!("{}元", shown.replace(',', "")) } else { format!("{shown}元") }
}

fn yuan(fen: Fen) -> String {
    let shown = fen.to_string();
    shown.strip_suffix(".00").map(str::to_owned).unwrap_or(shown)
}

/// `90%`, `12.5%`; below one percent `5‰`
pub(super) fn print_percent(rate: Exact) -> String {
    let percent = decimal(rate * Exact::from_integer(100));
    let permille = rate * Exact::from_integer(1000);
    match percent {
        Some(_)
            if permille.is_integer() && permille < Exact::from_integer(10) && permille != Exact::from_integer(0) =>
        {
            format!("{permille}‰")
        }
        Some(percent) if digits(&percent) <= MAX_DIGITS => format!("{percent}%"),
        _ => format!("{}‰", decimal(permille).unwrap_or_else(|| permille.to_string())),
    }
}

/// `12`, `0.5`, `1/3`
pub(super) fn print_number(number: Exact) -> String {
    match decimal(number) {
        Some(shown) if digits(&shown) <= MAX_DIGITS => shown,
        _ => format!("{}/{}", number.numer(), number.denom()),
    }
}

fn digits(shown: &str) -> usize {
    shown.chars().filter(char::is_ascii_digit).count()
}

/// The decimal form, where it ends.
fn decimal(number: Exact) -> Option<String> {
    let (whole, mut rest) = (number.trunc().to_integer(), number.fract());
    let mut shown = whole.to_string();
    let mut places = 0;
    while rest != Exact::from_integer(0) {
        if places == 0 {
            shown.push('.');
        }
        places += 1;
        if places > 2 * MAX_DIGITS {
            return None;
        }
        rest *= Exact::from_integer(10);
        shown.push_str(&rest.trunc().to_string());
        rest = rest.fract();
    }
    Some(shown)
}

/// `2022年12月23日`, `2022-12-23`
pub(super) fn print_day(day: Day, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{:04}年{}月{}日", day.year(), day.month(), day.day()),
        Lang::En => day.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money() {
        for (fen, zh, en) in [
            (0, "0元", "0 yuan"),
            (3_000_000, "3万元", "30000 yuan"),
            (4_950_000, "49,500元", "49500 yuan"),
            (2_999_999, "29,999.99元", "29999.99 yuan"),
            (500_000, "5000元", "5000 yuan"),
            (1_500_000, "1.5万元", "15000 yuan"),
            (15_000_000_000, "1.5亿元", "150000000 yuan"),
            (15_100_000_000, "15100万元", "151000000 yuan"),
            (20_000_000_000, "2亿元", "200000000 yuan"),
        ] {
            assert_eq!((print_money(Fen(fen), Lang::Zh).as_str(), print_money(Fen(fen), Lang::En).as_str()), (zh, en));
        }
    }

    #[test]
    fn rates_and_numbers() {
        for (over, under, shown) in [(9, 10, "90%"), (1, 8, "12.5%"), (1, 200, "5‰"), (0, 1, "0%"), (1, 80, "1.25%")]
        {
            assert_eq!(print_percent(Exact::new(over, under)), shown);
        }
        for (over, under, shown) in [(12, 1, "12"), (1, 2, "0.5"), (1, 3, "1/3"), (1, 524_288, "1/524288")] {
            assert_eq!(print_number(Exact::new(over, under)), shown);
        }
    }
}
