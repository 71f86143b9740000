#![no_main]

#[path = "../checks/resume_token.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
