//! Looking somebody up by an ID number without storing it: a keyed hash of the normalised number.
//!
//! A county has some 10⁸ possible numbers: the hash protects a stolen database, not a stolen key.

/// An ID number as it is looked up: ASCII digits, an upper-case X, no blanks, and 18 characters where an old number of
/// 15 digits was given (GB 11643: the century and the check character are added).
pub(crate) fn normalise_id_number(id_number: &str) -> String {
    let plain: String = id_number.chars().filter(|c| !c.is_whitespace()).map(to_ascii).collect();
    let is_old = plain.len() == 15 && plain.bytes().all(|byte| byte.is_ascii_digit());
    if is_old { with_century(&plain).unwrap_or(plain) } else { plain }
}

fn to_ascii(c: char) -> char {
    let narrow = u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32);
    let plain = if ('！'..='～').contains(&c) { narrow.unwrap_or(c) } else { c };
    plain.to_ascii_uppercase()
}

fn with_century(old: &str) -> Option<String> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let (area, rest) = old.split_at_checked(6)?;
    let body = format!("{area}19{rest}");
    let sum: u32 = body.chars().zip(WEIGHTS).filter_map(|(c, weight)| c.to_digit(10).map(|digit| digit * weight)).sum();
    let check = "10X98765432".chars().nth(usize::try_from(sum % 11).ok()?)?;
    Some(format!("{body}{check}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_however_it_is_written() {
        for written in
            ["11010519491231002X", " 11010519491231002x ", "１１０１０５１９４９１２３１００２Ｘ", "110105491231002"]
        {
            assert_eq!(normalise_id_number(written), "11010519491231002X", "{written}");
        }
    }
}
