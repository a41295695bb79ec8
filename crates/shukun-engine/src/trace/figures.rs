//! Exact numbers for people: `10%`, `1/3`, `12,345.67`.

use shukun_base::{Exact, Fen, Rounding};

/// A rate: a percentage where that is short and exact, else a fraction.
pub fn show_rate(rate: Exact) -> String {
    let thousandths_of_percent = rate * Exact::from_integer(100_000);
    if !thousandths_of_percent.is_integer() {
        return rate.to_string();
    }
    let digits = thousandths_of_percent.to_integer();
    let (whole, rest) = (digits / 1_000, (digits % 1_000).abs());
    let sign = if digits < 0 && whole == 0 { "-" } else { "" };
    if rest == 0 {
        format!("{whole}%")
    } else {
        format!("{sign}{whole}.{rest:03}").trim_end_matches('0').to_owned() + "%"
    }
}

/// An exact amount of fen in yuan; `≈` where it is not whole fen.
pub fn show_exact_yuan(amount: Exact) -> String {
    let fen = Rounding::HalfUp.apply(amount, Fen(1));
    if amount.is_integer() { fen.to_string() } else { format!("≈{fen}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_short_and_exact() {
        for (numerator, denominator, shown) in
            [(1, 10, "10%"), (1, 1, "100%"), (1, 8, "12.5%"), (5, 1_000, "0.5%"), (1, 3, "1/3"), (0, 1, "0%")]
        {
            assert_eq!(show_rate(Exact::new(numerator, denominator)), shown);
        }
        assert_eq!(show_exact_yuan(Exact::new(2_469, 2)), "≈12.35");
        assert_eq!(show_exact_yuan(Exact::from_integer(123_456)), "1,234.56");
    }
}
