//! XLSX: the bytes as a whole package, and the same bytes as the sheet of a sound package, which reaches the cells.
#![no_main]

use shukun_fuzz::package::package;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    shukun_fuzz::import("fuzz.xlsx", bytes);
    if let Some(whole) = package(bytes) {
        shukun_fuzz::import("fuzz.xlsx", &whole);
    }
});
