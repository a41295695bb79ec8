//! A bank's answer to a file of payments: the bytes as they are, and as the sheet of a sound workbook.
#![no_main]

use shukun_fuzz::bank;
use shukun_fuzz::package::package;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bank::answer(bytes);
    if let Some(whole) = package(bytes) {
        bank::answer(&whole);
    }
});
