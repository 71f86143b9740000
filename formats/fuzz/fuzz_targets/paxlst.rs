#![no_main]

#[path = "../checks/common.rs"]
mod common;
#[path = "../checks/interchange.rs"]
mod interchange;
#[path = "../checks/paxlst.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
