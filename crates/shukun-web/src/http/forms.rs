//! Forms that another site cannot send: where a request comes from (Sec-Fetch-Site, Origin), and a token in the form.
//!
//! The token is derived from the session, or from a cookie of its own before sign-in. It is written under a fresh pad
//! each time, so that a compressed page does not give it away by its length. Start at [`Seal`] and [`is_from_here`].

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use sha2::{Digest as _, Sha256};

/// The name of the field, and of the header for requests without a form.
pub const FIELD: &str = "form_token";
/// The header that says the same for a request without a form.
pub const HEADER: &str = "x-form-token";

/// What a form of this reader has to carry.
#[derive(Clone, PartialEq, Eq)]
pub struct Seal([u8; 32]);

/// Shows nothing: whoever holds it can sign forms.
impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(***)")
    }
}

impl Seal {
    /// From the secret of the reader's cookie; the cookie itself never stands in a page.
    pub fn of(secret: &str) -> Seal {
        Seal(Sha256::new().chain_update(b"shukun form\0").chain_update(secret.as_bytes()).finalize().into())
    }

    /// As it is written into a form: the pad, then the seal under it, in hexadecimal.
    pub fn written(&self, pad: [u8; 32]) -> String {
        let covered = self.0.iter().zip(pad).map(|(byte, pad)| byte ^ pad);
        pad.into_iter().chain(covered).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a form carries it. Takes the same time wherever the difference is.
    pub fn is_on(&self, written: &str) -> bool {
        let Some(bytes) = unhex(written) else { return false };
        let Some((pad, covered)) = bytes.split_at_checked(32).filter(|(_, covered)| covered.len() == 32) else {
            return false;
        };
        let differences = pad.iter().zip(covered).zip(self.0).map(|((pad, covered), byte)| pad ^ covered ^ byte);
        differences.fold(0, |seen, difference| seen | difference) == 0
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 128 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

/// Whether a request that changes something was sent by a page of this server.
///
/// Browsers say so in `Sec-Fetch-Site` (on https and on the own machine); where they do not, the `Origin` has to name
/// this host. A program that sends neither still needs the token.
pub fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            host.is_some() && host == text(HOST.as_str())
        }
        (None, None) => true,
    }
}

/// The token in a form's body.
pub fn find_token(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    text.split('&').find_map(|pair| pair.strip_prefix(FIELD)?.strip_prefix('=')).map(str::to_owned)
}

/// The token in a body that brings files: the field's head, an empty line, the token.
pub fn find_token_among_files(body: &[u8]) -> Option<String> {
    let head = format!("name=\"{FIELD}\"\r\n\r\n");
    let at = body.windows(head.len()).position(|window| window == head.as_bytes())? + head.len();
    let written = body.get(at..)?.split(|byte| *byte == b'\r').next()?;
    std::str::from_utf8(written).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_recognised_under_any_pad_and_no_other_is() {
        let seal = Seal::of("a session");
        for pad in [[0; 32], [7; 32], [255; 32]] {
            assert!(seal.is_on(&seal.written(pad)));
            assert!(!Seal::of("another session").is_on(&seal.written(pad)));
        }
        assert_ne!(seal.written([1; 32]), seal.written([2; 32]));
        let mut wrong = seal.written([0; 32]);
        wrong.replace_range(127.., if wrong.ends_with('0') { "1" } else { "0" });
        for text in ["", "00", &wrong, &"zz".repeat(64), &"中".repeat(64)] {
            assert!(!seal.is_on(text), "{text}");
        }
    }

    #[test]
    fn where_a_request_comes_from() {
        for (site, origin, from_here) in [
            (Some("same-origin"), None, true),
            (Some("none"), None, true),
            (Some("same-site"), Some("http://help.example"), false),
            (Some("cross-site"), None, false),
            (None, Some("http://help.example"), true),
            (None, Some("https://help.example"), true),
            (None, Some("https://evil.example"), false),
            (None, Some("null"), false),
            (None, None, true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, "help.example".parse().unwrap());
            site.map(|value: &str| headers.insert("sec-fetch-site", value.parse().unwrap()));
            origin.map(|value: &str| headers.insert(ORIGIN, value.parse().unwrap()));
            assert_eq!(is_from_here(&headers), from_here, "{site:?} {origin:?}");
        }
    }

    #[test]
    fn the_token_is_found_in_a_body() {
        assert_eq!(find_token(b"name=a&form_token=abc&x=1").as_deref(), Some("abc"));
        assert_eq!(find_token(b"name=form_token&xform_token=abc"), None);
        assert_eq!(find_token(&[0xff, 0xfe]), None);
        let parts = b"--x\r\ncontent-disposition: form-data; name=\"form_token\"\r\n\r\nabc\r\n--x--";
        assert_eq!(find_token_among_files(parts).as_deref(), Some("abc"));
        assert_eq!(find_token_among_files(b"form_token=abc"), None);
    }
}
