//! The gateway's executable: a screenful, everything is in the library.

use std::process::ExitCode;

/// See docs/decisions: a third more submissions per core than the system allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gateway::command::run(std::env::args_os())
}
