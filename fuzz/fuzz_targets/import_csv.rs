//! CSV in any encoding: a settlement file or a roster.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shukun_fuzz::import("fuzz.csv", bytes));
