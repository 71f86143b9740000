//! The command line. [`run`] is the whole program, so that the demo can re-execute itself as a gateway.

mod audit;
mod border_post;
mod bundle;
mod capacity;
mod disparity;
mod drift;
mod export;
mod history;
mod operator;
mod operators;
mod partner;
mod purge;
mod registry;
mod report;
mod serve;

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{
    authenticate::{ClientCertificate, Snapshot, registry::Refused as RefusedPeer},
    clock::Clock,
    config::{Config, ENVIRONMENT_PREFIX, Refused},
    persist::{Secrets, Store},
};

/// What the process ends with. 2 is clap's, for a command line that cannot be read.
mod exit {
    pub(super) const FAILED: u8 = 1;
    pub(super) const CONFIGURATION: u8 = 64;
    pub(super) const DATA: u8 = 65;
}

/// Receives manifests from customs administrations and bus operators abroad over mutual TLS, and answers with a
/// receipt and a pre-decision that an officer can explain.
#[derive(Debug, Parser)]
#[command(
    name = "gateway",
    version,
    after_help = "A new installation:\n  \
        gateway check-config gateway.toml\n  \
        gateway migrate --config gateway.toml          (makes the store and its secrets)\n  \
        gateway partner import registry/ --config gateway.toml\n  \
        gateway serve --config gateway.toml\n\n\
        Every setting can be overridden by CUSTOMS_GATEWAY__SECTION__KEY. Exit codes: 0 done, 1 failed, 2 the command \
        line cannot be read, 64 the configuration is refused (with the path of each bad key), 65 the data is refused."
)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the gateway until SIGTERM or SIGINT, then drains. SIGHUP reloads certificate, key and registry.
    Serve(ConfigurationFile),
    /// Reads a configuration, checks it whole and says what is wrong with it. Opens nothing.
    CheckConfig {
        /// The configuration file.
        file: PathBuf,
    },
    /// Makes the store, or brings it to this program's schema; makes the store's secrets where they are absent.
    Migrate {
        /// Leave the secrets alone: they are not read, and not made where they are absent.
        #[arg(long)]
        schema_only: bool,
        /// Also moves what older programs wrote to where this one writes it. To be run once more, beside serving gateways,
        /// when all of them are of this version.
        #[arg(long)]
        finish: bool,
        #[command(flatten)]
        file: ConfigurationFile,
    },
    /// The registered partners. A running gateway takes changes up by itself.
    #[command(subcommand)]
    Partner(partner::PartnerCommand),
    /// The registered border posts.
    #[command(subcommand)]
    BorderPost(border_post::BorderPostCommand),
    /// Shows what was audited, oldest first.
    Audit(audit::Audit),
    /// What inspections found in the past.
    #[command(subcommand)]
    History(history::HistoryCommand),
    /// What inspectors have time for, and the random checks.
    #[command(subcommand)]
    Capacity(capacity::CapacityCommand),
    /// The register of authorised economic operators.
    #[command(subcommand)]
    Operators(operators::OperatorsCommand),
    /// Which model judges.
    #[command(subcommand)]
    Bundle(bundle::BundleCommand),
    /// What has to be looked at now and then.
    #[command(subcommand)]
    Report(report::ReportCommand),
    /// Writes every pre-decision to standard output as JSON lines, after the bundles and policies that judged: features,
    /// counters and advice, no persons and no companies. `score replay` makes each again from it, and needs nothing else.
    Export(ConfigurationFile),
    /// Destroys the keys of every manifest received before an instant: persons, original values and received bytes can
    /// never be read again. Cannot be undone; repeating is safe. Backups are not reached.
    Purge {
        /// The instant, for instance 2026-01-31T00:00:00Z.
        #[arg(long, value_name = "INSTANT")]
        before: jiff::Timestamp,
        #[command(flatten)]
        configured: Configured,
    },
}

#[derive(Debug, Args)]
struct ConfigurationFile {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// What a command has whose doing is audited.
#[derive(Debug, Args)]
struct Configured {
    #[command(flatten)]
    file: ConfigurationFile,
    /// Who does this, for the audit. The account that it runs under is added; without this it stands alone.
    #[arg(long, value_name = "NAME", value_parser = operator::parse)]
    operator: Option<String>,
}

/// The store, opened for a command.
struct Opened {
    store: Store,
    clock: Clock,
    crl_grace_seconds: u64,
}

impl Opened {
    async fn new(config: &Config, clock: &Clock) -> anyhow::Result<Self> {
        let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
        Ok(Self { store, clock: clock.clone(), crl_grace_seconds: config.authenticate.crl_grace_seconds })
    }

    /// Would a certificate be let in as this partner, under the registry as it will stand? A suspended partner's would be
    /// once it is allowed again.
    fn lets_in(
        &self,
        registry: &Snapshot,
        certificate: &ClientCertificate,
        id: &str,
        now: jiff::Timestamp,
    ) -> Result<(), DataRefused> {
        match registry.lets_in(certificate, now, self.crl_grace_seconds) {
            Ok(found) if found == id => Ok(()),
            Ok(found) => Err(DataRefused(vec![format!("the certificate is partner {found}'s")])),
            Err(why) if why == RefusedPeer::Suspended.to_string() => Ok(()),
            Err(why) => {
                Err(DataRefused(vec![format!("partner {id}: certificate {}: {why}", certificate.sha256)]))
            }
        }
    }
}

/// Data that is refused: every problem, located.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
struct DataRefused(Vec<String>);

/// Runs a command line, the program's name first, to its end.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let line = match CommandLine::try_parse_from(args) {
        Ok(line) => line,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(exit::FAILED));
        }
    };
    match execute(line.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ExitCode::from(told(&error)),
    }
}

fn execute(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(file) => serve::serve(read(&file.config)?),
        Command::CheckConfig { file } => {
            read(&file)?;
            println!("{}: good", file.display());
            Ok(())
        }
        Command::Migrate { schema_only, finish, file } => {
            let config = read(&file.config)?;
            if !schema_only {
                let holds_manifests = block_on(Store::holds_manifests(&config.persist))??;
                for file in Secrets::create_if_absent(&config.persist, holds_manifests)? {
                    println!("made {}: back it up apart from the store", file.display());
                }
            }
            let schema = block_on(Store::migrate(&config.persist))??;
            println!("the store is at schema {schema}");
            if finish {
                let moved = block_on(Store::finish_migration(&config.persist, Clock::System.now()))??;
                println!("manifests: {moved} moved");
            }
            Ok(())
        }
        Command::Partner(command) => partner::run(command, &Clock::System),
        Command::BorderPost(command) => border_post::run(command, &Clock::System),
        Command::Audit(arguments) => audit::run(&arguments, &Clock::System),
        Command::History(command) => history::run(command, &Clock::System),
        Command::Capacity(command) => capacity::run(command, &Clock::System),
        Command::Operators(command) => operators::run(command, &Clock::System),
        Command::Bundle(command) => bundle::run(command, &Clock::System),
        Command::Report(command) => report::run(command, &Clock::System),
        Command::Export(file) => {
            let config = read(&file.config)?;
            block_on(export::decisions(&config))?
        }
        Command::Purge { before, configured } => {
            let config = load(&configured)?;
            block_on(purge::before(before, &config, &Clock::System))?
        }
    }
}

/// The configuration of a command that is audited, with who runs it.
fn load(configured: &Configured) -> Result<Config, Refused> {
    let mut config = read(&configured.file.config)?;
    config.persist.operator = operator::name(configured.operator.as_deref());
    Ok(config)
}

/// The file with the environment laid over it; from here on nothing reads the environment.
fn read(file: &std::path::Path) -> Result<Config, Refused> {
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with(ENVIRONMENT_PREFIX))
        .collect();
    Config::load(file, &environment)
}

fn block_on<T>(future: impl Future<Output = T>) -> std::io::Result<T> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(future))
}

/// Says on standard error what went wrong; gives the exit code for it.
fn told(error: &anyhow::Error) -> u8 {
    // Most causes stand in the words above them already.
    let mut words = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !words.contains(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    eprintln!("{words}");
    if error.is::<Refused>() {
        exit::CONFIGURATION
    } else if error.is::<DataRefused>() {
        exit::DATA
    } else {
        exit::FAILED
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn commands_are_read() {
        for line in [
            "gateway serve --config a.toml",
            "gateway check-config a.toml",
            "gateway migrate --config a.toml",
            "gateway migrate --schema-only --config a.toml",
            "gateway partner suspend kz --operator a.karimova --config a.toml",
            "gateway migrate --finish --config a.toml",
            "gateway partner import registry --config a.toml",
            "gateway partner add kz --anchors r.pem --loads cargo,passengers --border-posts A,B --config a.toml",
            "gateway partner add kz --csr c --ca-certificate a --ca-key k --certificate-out o --config a.toml",
            "gateway partner set kz --quota-per-minute 9 --test false --config a.toml",
            "gateway partner suspend kz --certificate c.pem --config a.toml",
            "gateway partner rotate kz --anchors-only r.pem --config a.toml",
            "gateway border-post add UZ-OYBEK --config a.toml",
            "gateway audit --kind SUBMITTED --from 2026-01-31T00:00:00Z --json --config a.toml",
            "gateway history import h.csv --config a.toml",
            "gateway capacity import c.csv --config a.toml",
            "gateway capacity reveal --config a.toml",
            "gateway export --config a.toml",
            "gateway operators import o.csv --config a.toml",
            "gateway bundle promote b --config a.toml",
            "gateway bundle rollback --config a.toml",
            "gateway report challenger --json --config a.toml",
            "gateway report disparity --days 30 --config a.toml",
            "gateway report drift --config a.toml",
            "gateway purge --before 2026-01-31T00:00:00Z --config a.toml",
        ] {
            assert!(CommandLine::try_parse_from(words(line)).is_ok(), "{line}");
        }
        for line in [
            "gateway serve",
            "gateway serve --operator me --config a.toml",
            "gateway purge --config a.toml",
            "gateway purge --before soon --config a.toml",
        ] {
            assert!(CommandLine::try_parse_from(words(line)).is_err(), "{line}");
        }
    }

    #[test]
    fn a_bad_configuration_ends_with_64() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gateway.toml");
        std::fs::write(&file, "[app]\ncolour = 1\n").unwrap();
        assert_eq!(told(&execute(Command::CheckConfig { file: file.clone() }).unwrap_err()), 64);
        std::fs::write(&file, "").unwrap();
        assert!(execute(Command::CheckConfig { file }).is_ok());
    }
}
