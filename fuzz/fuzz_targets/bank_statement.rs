//! A bank's statement (camt.053, CSV): the bytes as they are, and as the sheet of a sound workbook.
#![no_main]

use shukun_fuzz::bank;
use shukun_fuzz::package::package;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bank::statement(bytes);
    if let Some(whole) = package(bytes) {
        bank::statement(&whole);
    }
});
