//! A QR code as SVG, made here: what it says goes to nobody.

use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};

/// Modules of quiet ground around it, as the standard asks.
const QUIET: i32 = 4;

/// The picture of a text; nothing where the text is longer than a code can hold.
pub fn picture(text: &str, label: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return html! {} };
    let side = code.size() + 2 * QUIET;
    html! {
        svg.qr viewBox={"0 0 " (side) " " (side)} role="img" aria-label=(label) shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(path(&code)) fill="#000" {}
        }
    }
}

/// One square for each dark module.
fn path(code: &QrCode) -> String {
    let size = code.size();
    let modules = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
    let dark = modules.filter(|(x, y)| code.get_module(*x, *y));
    dark.map(|(x, y)| format!("M{},{}h1v1h-1z", x + QUIET, y + QUIET)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners() {
        let shown = picture("otpauth://totp/Shukun:clerk?secret=GEZDGNBVGY3TQOJQ", "图").into_string();
        for corner in ["M4,4h1v1h-1z", "M10,4h1v1h-1z", "M4,10h1v1h-1z"] {
            assert!(shown.contains(corner), "{corner}");
        }
        assert!(shown.contains("aria-label=\"图\"") && !shown.contains("GEZD"));
    }
}
