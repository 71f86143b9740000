#![no_main]

#[path = "../checks/common.rs"]
mod common;
#[path = "../checks/contract.rs"]
mod check;
// The gateway's own module, without the gateway: it depends on nothing else in there.
#[allow(dead_code, unused_imports, unreachable_pub)]
#[path = "../../../gateway/src/decode/mod.rs"]
mod decode;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
