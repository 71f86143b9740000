#![no_main]

#[path = "../checks/common.rs"]
mod common;
#[path = "../checks/ens.rs"]
mod check;
#[path = "../checks/document.rs"]
mod document;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
