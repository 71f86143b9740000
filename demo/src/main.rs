//! The whole way in one command: a throwaway PKI, the real gateway as a process of its own, the real client.
//!
//! `cargo run --release -- demo` tells thirteen invented stories, five refusals and a repeat, and ends with 0 only if
//! everything that should happen happened.

mod cast;
mod expected;
mod gateway_process;
mod keep;
mod play;
mod refusals;
mod repeat;
mod report;
mod stage;
mod submissions;
mod watchers;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// The gateway's own allocator: the demo runs the gateway's program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Shows the gateway at work: invented manifests, real sockets.
#[derive(Debug, Parser)]
#[command(name = "demo", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Tell the stories.
    Demo(Options),
    /// The gateway's own command line: the demo starts itself with it.
    #[command(hide = true, disable_help_flag = true)]
    Gateway {
        /// What the gateway is told.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

/// How the stories are told.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Options {
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Leave the gateway running and say how to go on.
    #[arg(long)]
    pub(crate) keep: bool,
}

fn main() -> ExitCode {
    let options = match Arguments::parse().verb {
        Some(Verb::Gateway { arguments }) => {
            return gateway::command::run(std::iter::once(OsString::from("gateway")).chain(arguments));
        }
        Some(Verb::Demo(options)) => options,
        None => Options::default(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    match runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(play::play(options))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("the demo could not be played: {error:#}");
            ExitCode::FAILURE
        }
    }
}
