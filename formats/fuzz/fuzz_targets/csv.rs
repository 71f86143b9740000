#![no_main]

#[path = "../checks/common.rs"]
mod common;
#[path = "../checks/tables.rs"]
#[allow(dead_code)] // each target takes one function of it
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::csv(bytes));
