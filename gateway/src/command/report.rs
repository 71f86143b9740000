//! `gateway report`: what has to be looked at now and then.

use clap::Subcommand;

use super::{Configured, block_on, bundle, disparity, drift, load};
use crate::clock::Clock;

/// The commands of `gateway report`.
#[derive(Debug, Subcommand)]
pub(super) enum ReportCommand {
    /// What the challenger (`scoring.challenger_folder`) would have said, beside what was said and what was found.
    Challenger {
        /// Print JSON, not a table.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// Has the world moved away from what the model learned? Features of the last days beside those before, and how well
    /// random checks bear out what was predicted.
    Drift {
        /// Days that are looked at.
        #[arg(long, value_name = "DAYS", default_value_t = crate::drift::DAYS)]
        days: u32,
        /// Days before them that they are compared with.
        #[arg(long, value_name = "DAYS", default_value_t = crate::drift::REFERENCE_DAYS)]
        reference_days: u32,
        /// Print JSON, not a table.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// Do examinations fall on some countries of origin, partners or posts without cause? From random checks.
    Disparity {
        /// How far back.
        #[arg(long, value_name = "DAYS", default_value_t = 90)]
        days: u32,
        /// Print JSON, not a table.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        configured: Configured,
    },
}

/// Runs one of them.
pub(super) fn run(command: ReportCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        ReportCommand::Challenger { json, configured } => {
            block_on(bundle::report(json, &load(&configured)?))?
        }
        ReportCommand::Drift { days, reference_days, json, configured } => {
            block_on(drift::report(days, reference_days, json, &load(&configured)?, clock))?
        }
        ReportCommand::Disparity { days, json, configured } => {
            block_on(disparity::report(days, json, &load(&configured)?, clock))?
        }
    }
}
