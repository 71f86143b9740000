//! The command line of `corridor` and its exit codes.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::command::{self, Done, Sending, Terminal};
use crate::{Client, Config, Error, conform};

const EXIT_CODES: &str = "\
Exit codes:
  0  everything was answered; nothing needs correcting (any corridor, red included, is an answer)
  1  everything was answered; something needs correcting: a manifest was (or would be) rejected, a finding blocks a
     subject, or a document, or a message in it, is not one that can be read
  2  usage, settings (a ca_file or server_name that does not fit what answers among them), or a file that cannot be
     read or written; nothing was sent
  3  the gateway refused: who we are, what we may do, a quota, a conflict, an invalid request, nothing by that name
  4  the gateway cannot be reached, is in trouble, or its answer cannot be understood; the same call again is safe
  5  a receipt does not match what was sent: do not rely on it

Settings come from corridor.toml (address, server_name, ca_file, certificate_file, key_file, language,
connect_timeout_seconds, call_timeout_seconds, watch_silence_seconds, attempts) and from CORRIDOR_<SETTING> in the
environment, which wins.

Files are what you have: UN/EDIFACT (PAXLST, CUSCAR), XML of EU transit and entry summary, passenger lists as CSV or
workbook, voyage manifests as JSON, or canonical protobuf JSON of customs.prearrival.v1 (a SubmitManifestRequest or a
bare Manifest). The format is recognised. `validate --json` prints an object a line for each message: cli/README.md.";

/// Announces manifests to customs and follows their pre-decisions.
#[derive(Debug, Parser)]
#[command(name = "corridor", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// Settings file; ./corridor.toml when there is one.
    #[arg(long, global = true, env = "CORRIDOR_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print one JSON object a line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Announce manifests; several go through one stream.
    Submit {
        /// Files, or folders of which every file is meant, those in folders below too.
        #[arg(required = true, value_name = "FILE|DIR")]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        given: Given,
        /// Ask for answers in the documents' own format too (CONTRL and CUSRES for EDIFACT, the response message for
        /// XML), and write them into this folder.
        #[arg(long, value_name = "DIR")]
        answer_in_kind: Option<PathBuf>,
    },
    /// Have documents or manifests read and checked without recording them.
    Validate {
        /// Files, or folders of which every file is meant, those in folders below too.
        #[arg(required = true, value_name = "FILE|DIR")]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        given: Given,
    },
    /// Show a manifest, its receipt, findings and pre-decisions.
    Get {
        /// Resource name: manifests/{manifest}.
        name: String,
    },
    /// List manifests, newest first.
    List {
        /// Only this reference.
        #[arg(long, value_name = "REFERENCE")]
        reference: Option<String>,
        /// How many at the most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Withdraw a manifest.
    Cancel {
        /// Resource name: manifests/{manifest}.
        name: String,
        /// Why, without personal data.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Report what an inspection found, or correct such a report; for border posts only.
    Outcome(command::Report),
    /// List the reports on a manifest, with every revision; for border posts and analysts.
    Outcomes {
        /// Resource name: manifests/{manifest}.
        name: String,
    },
    /// Report that a conveyance is at the border post; for border posts.
    Arrived {
        /// Resource name: manifests/{manifest}.
        name: String,
        /// When it came, for instance 2026-01-31T10:00:00Z; now when not given.
        #[arg(long, value_name = "INSTANT")]
        at: Option<String>,
    },
    /// Report that it was released; for border posts.
    Released {
        /// Resource name: manifests/{manifest}.
        name: String,
        /// When it was released; now when not given.
        #[arg(long, value_name = "INSTANT")]
        at: Option<String>,
    },
    /// Show how long posts take from arrival to release, by post and mode; for analysts and border posts.
    ClearanceTimes {
        /// Only this post; required for border posts.
        #[arg(long, value_name = "CODE")]
        border_post: Option<String>,
        /// Only released at or after this instant.
        #[arg(long, value_name = "INSTANT")]
        from: String,
        /// Only released before this instant.
        #[arg(long, value_name = "INSTANT")]
        before: String,
    },
    /// Play a fixed set of good, bad, repeated and late manifests as test traffic, and say case by case whether the contract
    /// was kept. Ends with 1 when a case failed.
    Conform {
        /// What is announced; tried out when not given.
        #[arg(long, value_enum)]
        load: Option<conform::Load>,
        /// The border post that the conveyances are bound for: one that may be announced for.
        #[arg(long, value_name = "CODE", default_value = "UZ-GISHTKUPRIK")]
        border_post: String,
        /// Write the report into this file, as JSON, to be filed by both sides.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// Compare a folder of what was sent with what the gateway received of us in a period: "you sent N, it processed N".
    Reconcile {
        /// The folder.
        folder: PathBuf,
        /// Only received at or after this instant, for instance 2026-01-31T00:00:00Z.
        #[arg(long, value_name = "INSTANT")]
        from: String,
        /// Only received before this instant.
        #[arg(long, value_name = "INSTANT")]
        to: String,
    },
    /// Follow pre-decisions as they are made, until interrupted.
    Watch {
        /// The border post to follow; for border posts only. Without it: own submissions.
        #[arg(long, value_name = "CODE")]
        border_post: Option<String>,
        /// Keep the place in this file and go on from there.
        #[arg(long, value_name = "FILE")]
        resume_file: Option<PathBuf>,
        /// Start with what comes after now, when there is no place to go on from.
        #[arg(long)]
        from_now: bool,
        /// Tell, too, what was received in each day once it is over; for own submissions.
        #[arg(long, conflicts_with = "border_post")]
        daily_summaries: bool,
        /// End after so many manifests.
        #[arg(long, value_name = "N")]
        count: Option<u64>,
    },
}

/// What is known of documents beside their bytes.
#[derive(Debug, Clone, clap::Args)]
struct Given {
    /// The format, where it is not to be recognised: PAXLST, CUSCAR, NCTS_XML, ENS_XML, PASSENGER_CSV, PASSENGER_XLSX,
    /// VOYAGE_JSON or MANIFEST_JSON.
    #[arg(long, value_name = "FORMAT", default_value = "")]
    format: String,
    /// The reference of messages that have none of their own; for one document.
    #[arg(long, value_name = "REFERENCE", default_value = "")]
    reference: String,
}

impl Given {
    fn sending(self, answers: Option<PathBuf>) -> Sending {
        Sending { format: self.format, reference: self.reference, answers }
    }
}

/// The program: reads the command line, does what it says, gives the exit code.
pub fn run() -> ExitCode {
    run_with(std::env::args_os())
}

/// The program with these words for its command line, the program's name first.
pub fn run_with(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let terminal = Terminal::new(arguments.json);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(perform(arguments, terminal)),
        Err(error) => Err(Error::Config(error.to_string())),
    };
    match outcome {
        Ok(Done::Clean) => ExitCode::SUCCESS,
        Ok(Done::NeedsCorrecting) => ExitCode::from(1),
        Ok(Done::Failed(code)) => ExitCode::from(code),
        Err(error) => {
            terminal.error(None, &error);
            ExitCode::from(exit_code(&error))
        }
    }
}

async fn perform(arguments: Arguments, terminal: Terminal) -> Result<Done, Error> {
    let config = Config::load(arguments.config.as_deref(), |key| std::env::var(key).ok())?;
    let terminal = terminal.speaking(&config.language);
    let connect = || Client::connect_telling(&config, move |news| terminal.news(news));
    // What is to be sent is read before anybody is called: an unreadable file sends nothing.
    match arguments.verb {
        Verb::Submit { paths, given, answer_in_kind } => {
            let sending = given.sending(answer_in_kind);
            let files = command::read(&paths, &sending, &config.language)?;
            command::submit(&connect().await?, files, &sending, &terminal).await
        }
        Verb::Validate { paths, given } => {
            let sending = given.sending(None);
            let files = command::read(&paths, &sending, &config.language)?;
            command::validate(&connect().await?, &files, &sending, &terminal).await
        }
        Verb::Get { name } => command::get(&connect().await?, &name, &terminal).await,
        Verb::List { reference, limit } => {
            command::list(&connect().await?, reference, limit, &terminal).await
        }
        Verb::Cancel { name, reason } => command::cancel(&connect().await?, &name, &reason, &terminal).await,
        Verb::Outcome(report) => {
            let request = report.request()?;
            command::outcome(&connect().await?, request, &terminal).await
        }
        Verb::Outcomes { name } => command::outcomes(&connect().await?, &name, &terminal).await,
        Verb::Arrived { name, at } => {
            command::arrived(&connect().await?, &name, at.as_deref(), &terminal).await
        }
        Verb::Released { name, at } => {
            command::released(&connect().await?, &name, at.as_deref(), &terminal).await
        }
        Verb::ClearanceTimes { border_post, from, before } => {
            command::clearance_times(&connect().await?, border_post, (&from, &before), &terminal).await
        }
        Verb::Conform { load, border_post, report } => {
            command::conform(&connect().await?, load, &border_post, report.as_deref(), &terminal).await
        }
        Verb::Reconcile { folder, from, to } => {
            let files = command::read(&[folder], &Sending::default(), &config.language)?;
            command::reconcile(&connect().await?, files, (&from, &to), &terminal).await
        }
        Verb::Watch { border_post, resume_file, from_now, daily_summaries, count } => {
            let token = command::stored_token(resume_file.as_deref())?;
            let client = connect().await?;
            let watch = client.watch(border_post.as_deref(), token, from_now);
            let watch = if daily_summaries { watch.with_daily_summaries() } else { watch };
            command::watch(watch, resume_file.as_deref(), count, &terminal).await
        }
    }
}

/// The exit code of an error; the list stands in `--help`.
pub(crate) fn exit_code(error: &Error) -> u8 {
    match error {
        Error::Config(_) | Error::File { .. } | Error::Untrusted { .. } => 2,
        Error::Refused(refused) if is_fault(refused.code) => 4,
        Error::Refused(_) | Error::Handshake { alert: Some(_), .. } => 3,
        Error::Unreachable(_) | Error::Handshake { .. } | Error::AnswerIncomplete(_) => 4,
        Error::DigestDiffers { .. } => 5,
    }
}

fn is_fault(code: tonic::Code) -> bool {
    use tonic::Code;
    matches!(
        code,
        Code::Unavailable
            | Code::DeadlineExceeded
            | Code::Internal
            | Code::Unknown
            | Code::DataLoss
            | Code::Cancelled
    )
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn exit_codes_tell_whose_turn_it_is() {
        assert_eq!(exit_code(&Error::Config("x".into())), 2);
        assert_eq!(exit_code(&Error::Untrusted { problem: "UnknownIssuer".into() }), 2);
        assert_eq!(exit_code(&Error::from_status(tonic::Status::permission_denied("no"))), 3);
        assert_eq!(exit_code(&Error::from_status(tonic::Status::unavailable("gone"))), 4);
        assert_eq!(exit_code(&Error::DigestDiffers { manifest: "manifests/x".into() }), 5);
    }
}
