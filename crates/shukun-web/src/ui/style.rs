//! The house's own style sheet and script, served under an address that tells their content.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

/// One of the files of our own.
#[derive(Debug)]
pub struct OwnFile {
    /// `shukun.css`
    pub name: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// The text.
    pub text: &'static str,
    /// The first twelve digits of its SHA-256, which stand in its address.
    pub version: String,
}

/// The style sheet over Tabler's.
pub static STYLE: LazyLock<OwnFile> = LazyLock::new(|| {
    OwnFile::new(
        "shukun.css",
        "text/css; charset=utf-8",
        concat!(include_str!("shukun.css"), include_str!("lists.css"), include_str!("figures.css")),
    )
});

/// Keys on a list: j, k, x. The page works without it.
pub static LIST_KEYS: LazyLock<OwnFile> =
    LazyLock::new(|| OwnFile::new("list.js", "text/javascript; charset=utf-8", include_str!("list.js")));

/// What draws charts.
pub static CHARTS: LazyLock<OwnFile> =
    LazyLock::new(|| OwnFile::new("charts.js", "text/javascript; charset=utf-8", include_str!("charts.js")));

impl OwnFile {
    fn new(name: &'static str, content_type: &'static str, text: &'static str) -> OwnFile {
        let digest = Sha256::digest(text.as_bytes());
        let version = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        OwnFile { name, content_type, text, version }
    }

    /// Its address: `/assets/0a1b2c3d4e5f/shukun.css`.
    pub fn path(&self) -> String {
        format!("/assets/{}/{}", self.version, self.name)
    }
}

/// Our own file at `/assets/{version}/{name}`, if there is one.
pub fn find(version: &str, name: &str) -> Option<&'static OwnFile> {
    [&*STYLE, &*LIST_KEYS, &*CHARTS].into_iter().find(|file| file.version == version && file.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `--ink: #1a1f26;` → 1a1f26
    #[expect(clippy::float_arithmetic, reason = "a part of a colour is no money")]
    fn colour(name: &str) -> [f64; 3] {
        let marker = format!("  --{name}: #");
        let at = STYLE.text.find(&marker).unwrap_or_else(|| panic!("no colour {name}")) + marker.len();
        let digits = &STYLE.text[at..at + 6];
        [0, 2, 4].map(|from| f64::from(u8::from_str_radix(&digits[from..from + 2], 16).unwrap()) / 255.0)
    }

    /// Relative luminance (WCAG 2.2).
    #[expect(clippy::float_arithmetic, reason = "luminance is no money")]
    fn luminance(colour: [f64; 3]) -> f64 {
        let linear = |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
        let [red, green, blue] = colour.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    #[expect(clippy::float_arithmetic, reason = "a ratio of luminances is no money")]
    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(colour(one)), luminance(colour(other)));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_text_can_be_read_on_its_ground() {
        for text in ["ink", "quiet", "accent", "red", "orange", "yellow", "green", "warning"] {
            for ground in ["paper", "ground"] {
                assert!(contrast(text, ground) >= 4.5, "{text} on {ground}: {:.2}", contrast(text, ground));
            }
        }
        for name in ["accent", "red", "orange", "yellow", "green", "warning"] {
            let ground = format!("{name}-ground");
            assert!(contrast(name, &ground) >= 4.5, "{name} on its ground: {:.2}", contrast(name, &ground));
        }
        for button in ["accent", "red"] {
            assert!(contrast("paper", button) >= 4.5, "white on {button}");
        }
    }

    #[test]
    fn it_asks_nobody_else() {
        assert!(!STYLE.text.contains("url(") && !STYLE.text.contains("@import"));
        assert!(find(&STYLE.version, STYLE.name).is_some() && find("000000000000", STYLE.name).is_none());
    }
}
