//! `score`: features, advice and evaluation of files of past declarations, without the gateway.
#![forbid(unsafe_code)]

mod batch;
mod draw;
mod evaluate;
mod features;
mod infer;
mod metrics;
mod past;
mod replay;
mod simulate;

use std::fs::File;
use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Parser;
use scoring::{PastOutcome, Policy, Scorer, Subject, dataset};

/// Scores files of past declarations (columns of the published Customs Import Declaration Datasets).
#[derive(Parser)]
#[command(version)]
enum Command {
    /// Prints each row's features and labels as CSV: what a model is trained on.
    Features(features::Arguments),
    /// Prints each row's pre-decision as a line of JSON.
    Batch(batch::Arguments),
    /// Prints how well the model ranks the rows of a file whose outcomes are known.
    Evaluate(evaluate::Arguments),
    /// Lives through files day by day under an inspection budget: precision, recall, and how well the budget was kept.
    Simulate(simulate::Arguments),
    /// Makes stored pre-decisions again, from what `gateway export` wrote, and proves that the same bytes come out.
    Replay(replay::Arguments),
    /// Verifies a random check: makes a conveyance's draw again from a revealed seed.
    VerifyDraw(draw::Arguments),
    /// Prints the model's answers to vectors, or how long they take.
    Infer(infer::Arguments),
}

fn main() -> ExitCode {
    match run(Command::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has read enough.
        Err(error) if broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // One line: what, and why.
            eprintln!("score: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn broken_pipe(error: &anyhow::Error) -> bool {
    let of = |cause: &std::io::Error| cause.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref().is_some_and(of))
}

/// What a command found, on standard output.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Features(arguments) => arguments.run(),
        Command::Batch(arguments) => arguments.run(),
        Command::Evaluate(arguments) => arguments.run(),
        Command::Simulate(arguments) => arguments.run(),
        Command::Replay(arguments) => arguments.run(),
        Command::VerifyDraw(arguments) => arguments.run(),
        Command::Infer(arguments) => arguments.run(),
    }
}

/// Which model and policy.
#[derive(clap::Args)]
struct With {
    /// Folder of a bundle; the one that is compiled in if not given.
    #[arg(long)]
    bundle: Option<PathBuf>,
    /// Policy file; the one that is compiled in if not given.
    #[arg(long)]
    policy: Option<PathBuf>,
}

impl With {
    fn scorer(&self) -> anyhow::Result<Scorer> {
        let scorer = match &self.bundle {
            Some(dir) => Scorer::load(dir).with_context(|| dir.display().to_string())?,
            None => Scorer::shipped()?,
        };
        Ok(match &self.policy {
            Some(path) => scorer.with_policy(policy(path)?),
            None => scorer,
        })
    }
}

fn policy(path: &Path) -> anyhow::Result<Policy> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Policy::parse(&text).with_context(|| path.display().to_string())
}

fn open(path: &Path) -> anyhow::Result<BufReader<File>> {
    Ok(BufReader::new(File::open(path).with_context(|| path.display().to_string())?))
}

/// Refuses a file that is given twice under one option, whatever it is called: each of its rows would count twice.
fn each_once(option: &str, files: &[PathBuf]) -> anyhow::Result<()> {
    for (place, file) in files.iter().enumerate() {
        let before = files.iter().take(place).find(|before| same_file(before, file));
        if let Some(before) = before {
            bail!("{option}: {} is given twice, first as {}", file.display(), before.display());
        }
    }
    Ok(())
}

/// Do two paths lead to one file? What cannot be found is for whoever opens it to tell.
fn same_file(one: &Path, other: &Path) -> bool {
    let found = |path: &Path| path.canonicalize().ok();
    found(one).is_some_and(|one| found(other) == Some(one))
}

/// Says on standard error that a file of history has no rows: whoever gave it believes that something is known.
fn tell_if_empty(path: &Path, rows: usize) {
    if rows == 0 {
        eprintln!("warning: {}: the file has no rows, so nothing is known by it", path.display());
    }
}

/// Every row of a file; the first bad one ends the program with its place.
fn rows(path: &Path) -> anyhow::Result<Vec<dataset::Row>> {
    let place = || path.display().to_string();
    dataset::rows(open(path)?).with_context(place)?.collect::<Result<_, _>>().with_context(place)
}

/// Every outcome of a file.
fn outcomes(path: &Path) -> anyhow::Result<Vec<PastOutcome>> {
    Ok(rows(path)?.into_iter().map(|row| row.outcome).collect())
}

/// Every goods item of a file whose outcomes are not known.
fn subjects(path: &Path) -> anyhow::Result<Vec<Subject>> {
    let place = || path.display().to_string();
    dataset::subjects(open(path)?).with_context(place)?.collect::<Result<_, _>>().with_context(place)
}
