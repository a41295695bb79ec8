//! The browser libraries of the pages, embedded: htmx, Tabler's style sheet, ECharts.
//!
//! They come from npm by lock file while building (build.rs); nothing of theirs is in this tree, and a page fetches
//! nothing from anybody else. Knows no HTTP: who serves them takes [`Asset::path`] and [`Asset::gzip`]. [`AXE`],
//! with which tests look at how accessible a page is, is never served. Start at [`ALL`].

use std::io::Read as _;

/// One embedded file.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// The name under which it is served: `htmx.js`.
    pub name: &'static str,
    /// The version of its package, which stands in its address, so that a browser may keep it for good.
    pub version: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// The content, gzipped.
    pub gzip: &'static [u8],
}

impl Asset {
    /// Its address on the server: `/assets/4.0.1/htmx.js`.
    pub fn path(&self) -> String {
        format!("/assets/{}/{}", self.version, self.name)
    }

    /// The content as it was before it was gzipped, for a reader that takes nothing else.
    pub fn plain(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // What was embedded was gzipped by the build; reading it back from memory does not fail.
        let read = flate2::read::GzDecoder::new(self.gzip).read_to_end(&mut bytes);
        debug_assert!(read.is_ok(), "{read:?}");
        bytes
    }
}

/// The page with which anybody checks a published batch and a slip: one file, which asks nobody for anything and works
/// with the network off.
pub const VERIFY_PAGE: &str = include_str!(concat!(env!("OUT_DIR"), "/verify.html"));

/// The content security policy of [`VERIFY_PAGE`], which also stands in it.
pub const VERIFY_POLICY: &str = include_str!(concat!(env!("OUT_DIR"), "/verify.policy"));

/// What that page checks with, as a module without the page: for tests, never served.
pub const VERIFY_CHECKS: &str = include_str!(concat!(env!("OUT_DIR"), "/verify.mjs"));

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The asset at `/assets/{version}/{name}`, if there is one: a wrong version is not there.
pub fn find(version: &str, name: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.version == version && asset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(asset: &Asset) -> String {
        String::from_utf8(asset.plain()).unwrap()
    }

    #[test]
    fn each_is_the_library_it_says() {
        assert!(text(&HTMX).contains("htmx"));
        assert!(text(&TABLER).contains("--tblr-"));
        assert!(text(&ECHARTS).contains("echarts"));
    }

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let lock = include_str!("../package-lock.json");
        for (package, asset) in
            [("htmx.org", &HTMX), ("@tabler/core", &TABLER), ("echarts", &ECHARTS), ("axe-core", &AXE)]
        {
            let locked = format!("\"node_modules/{package}\": {{\n      \"version\": \"{}\"", asset.version);
            assert!(lock.contains(&locked), "{package} {}", asset.version);
        }
    }

    #[test]
    fn the_page_for_families_is_small_and_asks_nobody() {
        assert!(VERIFY_PAGE.len() < 60 * 1024, "{} bytes", VERIFY_PAGE.len());
        assert!(VERIFY_PAGE.contains(VERIFY_POLICY) && !VERIFY_PAGE.contains("@SCRIPT@"));
        for outside in ["http://", "src=", "fetch(", "XMLHttpRequest", "import("] {
            let hits = VERIFY_PAGE.match_indices(outside).count();
            assert_eq!(hits, 0, "{outside}");
        }
    }

    #[test]
    fn what_is_for_tests_is_not_served() {
        assert!(text(&AXE).contains("axe") && find(AXE.version, AXE.name).is_none());
    }

    #[test]
    fn found_by_version_and_name_only() {
        assert_eq!(find(HTMX.version, "htmx.js").map(|asset| asset.name), Some("htmx.js"));
        assert!(find("0.0.0", "htmx.js").is_none());
        assert!(find(HTMX.version, "tabler.css").is_none());
        assert_eq!(HTMX.path(), format!("/assets/{}/htmx.js", HTMX.version));
    }

    #[test]
    fn a_page_that_uses_them_asks_nobody_else() {
        for asset in [&TABLER, &HTMX] {
            let text = text(asset);
            for outside in ["@import", "url(http", "url(//", "importScripts("] {
                assert!(!text.contains(outside), "{} holds {outside}", asset.name);
            }
        }
    }
}
