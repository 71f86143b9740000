//! Project tasks, written in the language that every developer here already has: `cargo xtask test` is the whole check.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::{command::Step, toolchain, tree::Tree};

/// Tasks of this project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything a change must pass: formatting, clippy, all tests, tidy, contract.
    Test,
    /// What the compiler cannot see: import table, paths in documents, reason pages, secrets.
    Tidy,
    /// Compares the contract with proto/contract.lock.
    Contract {
        /// Write the lock anew; once a release froze it, lines can only be added.
        #[arg(long)]
        accept: bool,
    },
    /// Runs the golden tests: fixtures/ and the pages made from sources.
    Fixtures {
        /// Write what comes out as what is expected; the diff is the review.
        #[arg(long)]
        accept: bool,
    },
    /// Makes a development CA and certificates in certs/dev/, which git ignores.
    Certs {
        /// Remove a store and secrets that lie in the folder.
        #[arg(long)]
        force: bool,
    },
    /// Foreign clients (Python, Node, Go, Java) against the real gateway; a missing toolchain fails it.
    Interop {
        /// Only these languages.
        languages: Vec<String>,
    },
    /// An OCI image of the gateway as one file, made without an engine; then unpacked and run. Needs root for that.
    Image {
        /// Of the unoptimized program: for trying out the task itself.
        #[arg(long)]
        debug: bool,
    },
    /// What a gateway tells of itself, to the OpenTelemetry Collector and to Prometheus: all three signals, every expression of the
    /// dashboard, every alert. Needs Go, and a network once.
    Signals,
    /// The chart against helm, the schemas of Kubernetes, a policy scanner, promtool and the gateway's own program; needs Go,
    /// Python and a network once.
    Chart {
        /// Write what helm renders as what is expected; the diff is the review.
        #[arg(long)]
        accept: bool,
    },
    /// Clients at random against faults at random, then the history of what they were told against what is stored.
    Torture {
        /// How long, for each store.
        #[arg(long, default_value_t = 1)]
        minutes: u64,
        /// Only this store.
        #[arg(long, value_enum)]
        store: Option<Database>,
        /// Of the dice; printed by every run.
        #[arg(long)]
        seed: Option<u64>,
        /// The programs as they are shipped, not as `test` builds them: more operations in the same time.
        #[arg(long)]
        release: bool,
    },
    /// The chart against a real kube-apiserver with etcd: install, upgrade, rollback, test and uninstall with Pod Security
    /// "restricted" and an installer's rights. Needs Go, and a network once; the first time it builds Kubernetes.
    Kube {
        /// Only these folders of helm/matrix; then rights that none of them needs are not complained about.
        cases: Vec<String>,
    },
    /// Compares the gateway with a bare service; arguments go to gateway/benches/submit.rs (`-- --help`), sets and keys are in
    /// docs/BENCHMARKS.md. With `--scale` first, a store that holds millions with an empty one (docs/CAPACITY.md); with `--steps`
    /// first, each step by itself.
    Bench {
        /// For instance `--json`, `--seconds 5`, `--rounds 3`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

/// A database that manifests are kept in.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Test => test(),
        Task::Tidy => tidy(),
        Task::Contract { accept } => {
            Step::cargo("the contract against its lock", ["test", "--workspace", "--test", "contract"])
                .env_if(accept, "CONTRACT_ACCEPT", "1")
                .run()
        }
        Task::Fixtures { accept } => Step::cargo("golden tests", ["test", "--workspace", "story"])
            .env_if(accept, "FIXTURES_ACCEPT", "1")
            .run(),
        Task::Certs { force } => Step::cargo(
            "development certificates",
            ["run", "--quiet", "--package", "xtask", "--example", "certs", "--"],
        )
        .args(force.then_some("--force"))
        .run(),
        Task::Interop { languages } => interop(languages),
        Task::Image { debug } => image(debug),
        Task::Signals => signals(),
        Task::Chart { accept } => xtask::chart::check(accept),
        Task::Torture { minutes, store, seed, release } => torture(minutes, store, seed, release),
        Task::Kube { cases } => xtask::kube::check(&cases),
        Task::Bench { arguments } => bench(arguments),
    }
}

/// Which of the benchmarks it is, its first argument says.
fn bench(arguments: Vec<String>) -> Result<()> {
    let name = match arguments.first().map(String::as_str) {
        Some("--scale") => "scale",
        Some("--steps") => "steps",
        _ => "submit",
    };
    Step::cargo("the benchmark", ["bench", "--quiet", "--package", "gateway", "--bench", name, "--"])
        .args(arguments)
        .run()
}

/// The clients run against the gateway's own program, so that is built first.
fn interop(languages: Vec<String>) -> Result<()> {
    let build = ["build", "--quiet", "--workspace", "--bin", "gateway", "--example", "interop"];
    Step::cargo("the gateway and the trial", build).run()?;
    Step::program("foreign clients", &xtask::tree::target().join("debug/examples/interop"))
        .args(languages)
        .run()
}

/// One store after the other.
fn torture(minutes: u64, only: Option<Database>, seed: Option<u64>, release: bool) -> Result<()> {
    let profile = if release { "release" } else { "dev" };
    toolchain::ensure()?;
    for store in [Database::Sqlite, Database::Postgres] {
        if only.is_some_and(|only| only != store) {
            continue;
        }
        Step::cargo("torture", ["test", "--workspace", "--test", "it", "--profile", profile])
            .args(["--", "torture::all_of_it", "--exact", "--ignored", "--nocapture"])
            .env("CORRIDOR_TORTURE_MINUTES", minutes.to_string())
            .env_if(store == Database::Postgres, "CORRIDOR_TEST_STORE", "postgres")
            .envs(seed.map(|seed| ("CORRIDOR_TORTURE_SEED", seed.to_string())))
            .run()?;
    }
    Ok(())
}

/// The image holds the gateway's own program, so that is built first.
fn image(debug: bool) -> Result<()> {
    let profile = if debug { "dev" } else { "release" };
    Step::cargo("the gateway", ["build", "--workspace", "--bin", "gateway", "--profile", profile]).run()?;
    let target = xtask::tree::target();
    let program = target.join(if debug { "debug" } else { "release" }).join("gateway");
    Step::cargo("the image", ["run", "--quiet", "--package", "xtask", "--example", "image", "--"])
        .args([program, target.join("image/customs-gateway.oci.tar")].map(|path| path.display().to_string()))
        .run()
}

/// Gateway and client are the workspace's own, so they are built first.
fn signals() -> Result<()> {
    let receivers = xtask::signals::programs()?;
    let build = ["build", "--quiet", "--workspace", "--bins", "--example", "signals"];
    Step::cargo("the gateway, the client and the trial", build).run()?;
    let trial = xtask::tree::target().join("debug/examples/signals");
    Step::program("signals", &trial).args(receivers.map(|path| path.display().to_string())).run()
}

/// The whole check. Tidy comes first because it takes a second; `cargo test` holds it and the contract as tests, so
/// neither can be forgotten by those who run only that. One profile and one feature set throughout: clippy needs
/// metadata only, and what it makes of build scripts (a TLS library, SQLite) is used again by the tests.
fn test() -> Result<()> {
    toolchain::ensure()?;
    tidy()?;
    Step::cargo("formatting", ["fmt", "--all", "--check"]).hint("run `cargo fmt --all`").run()?;
    Step::cargo("clippy", ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])
        .run()?;
    Step::cargo(
        "tests (contract, fixtures and reference configuration are among them)",
        ["test", "--workspace", "--quiet"],
    )
    .run()?;
    // The suite of the stores ran on both already; this is the gateway as partners meet it, on the shared one.
    Step::cargo("the gateway's tests on PostgreSQL", ["test", "--workspace", "--quiet", "--test", "it"])
        .args(["--", "--skip", "store::"])
        .env_if(true, "CORRIDOR_TEST_STORE", "postgres")
        .run()?;
    println!("\nxtask: all of it passed");
    Ok(())
}

fn tidy() -> Result<()> {
    println!("xtask: tidy");
    let report = xtask::tidy::check(&Tree::of_workspace()?)?;
    for warning in &report.warnings {
        println!("  worth a look: {warning}");
    }
    for problem in &report.problems {
        eprintln!("  {problem}");
    }
    anyhow::ensure!(
        report.problems.is_empty(),
        "tidy found {} problem(s), listed above",
        report.problems.len()
    );
    Ok(())
}
