//! Numbers of resident identity cards (居民身份证号码, GB 11643): one number however it is written, and its check character.

/// An ID number as it is compared: ASCII digits, an upper-case X, no blanks, and 18 characters where an old number of
/// 15 digits was given (the century and the check character are added). What is no ID number keeps its letters.
pub fn normalise_id_number(id_number: &str) -> String {
    let plain: String = id_number.chars().filter(|letter| !letter.is_whitespace()).map(to_ascii).collect();
    let is_old = plain.len() == 15 && plain.bytes().all(|byte| byte.is_ascii_digit());
    if is_old { with_century(&plain).unwrap_or(plain) } else { plain }
}

/// Whether it is 17 digits and the check character that fits them.
pub fn is_id_number(text: &str) -> bool {
    let number = normalise_id_number(text);
    number.len() == 18 && number.chars().last() == id_number_check(&number)
}

/// The check character over the first 17 digits; none where these are no digits.
pub fn id_number_check(number: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let mut digits = number.chars().map(|letter| letter.to_digit(10));
    let sum = WEIGHTS.iter().try_fold(0, |sum, weight| Some(sum + weight * digits.next()??));
    "10X98765432".chars().nth(usize::try_from(sum? % 11).ok()?)
}

fn to_ascii(letter: char) -> char {
    let narrow = u32::from(letter).checked_sub(0xFEE0).and_then(char::from_u32);
    let plain = if ('！'..='～').contains(&letter) { narrow.unwrap_or(letter) } else { letter };
    plain.to_ascii_uppercase()
}

fn with_century(old: &str) -> Option<String> {
    let (area, rest) = old.split_at_checked(6)?;
    let body = format!("{area}19{rest}");
    let check = id_number_check(&body)?;
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
            assert!(is_id_number(written), "{written}");
        }
        assert_eq!(normalise_id_number("护照 E1234"), "护照E1234");
    }

    #[test]
    fn the_check_character_is_the_standards_own_example() {
        assert_eq!(id_number_check("11010519491231002"), Some('X'));
        assert_eq!(id_number_check("44052418800101001"), Some('4'));
        assert_eq!(id_number_check("4405241880010100"), None);
        assert_eq!(id_number_check("44052418800X01001"), None);
    }

    #[test]
    fn another_number_is_none() {
        for wrong in ["110105194912310021", "11010519491231002", "11010519491231002XX", "护照E1234", ""] {
            assert!(!is_id_number(wrong), "{wrong}");
        }
    }
}
