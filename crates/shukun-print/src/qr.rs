//! A QR code as runs of dark modules, which the template draws.

use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::{Value, json};

use crate::error::Fault;

/// Side, and for every run of dark modules its column, row and length; `null` for no code.
pub fn drawn(text: Option<&str>) -> Result<Value, Fault> {
    let Some(text) = text else { return Ok(Value::Null) };
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| Fault::Code(text.len()))?;
    let runs: Vec<[i32; 3]> = (0..code.size()).flat_map(|y| runs_of(&code, y)).collect();
    Ok(json!({ "side": code.size(), "runs": runs }))
}

fn runs_of(code: &QrCode, y: i32) -> Vec<[i32; 3]> {
    let mut runs: Vec<[i32; 3]> = Vec::new();
    for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
        match runs.last_mut() {
            Some([from, _, length]) if *from + *length == x => *length += 1,
            _ => runs.push([x, y, 1]),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_cover_the_dark_modules_and_no_others() {
        let text = "https://example.org/open/verify#r=证书";
        let made = drawn(Some(text)).unwrap();
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let side = code.size();
        let mut covered = 0;
        for run in made["runs"].as_array().unwrap() {
            let at = |index: usize| i32::try_from(run[index].as_i64().unwrap()).unwrap();
            for x in at(0)..at(0) + at(2) {
                assert!(code.get_module(x, at(1)), "{x}, {}", at(1));
                covered += 1;
            }
        }
        let dark = (0..side * side).filter(|index| code.get_module(index % side, index / side)).count();
        assert_eq!((covered, made["side"].as_i64()), (dark, Some(i64::from(side))));
    }

    #[test]
    fn too_much_is_refused() {
        assert_eq!(drawn(Some(&"字".repeat(2000))).unwrap_err().code(), "print-code");
        assert_eq!(drawn(None).unwrap(), Value::Null);
    }
}
