//! The command line of `gateway partner`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::super::Configured;
use crate::authenticate::registry::{Load, Role};

/// What can be done with partners.
#[derive(Debug, Subcommand)]
pub(in crate::command) enum PartnerCommand {
    /// Adds or replaces partners from a folder: `<id>/partner.toml`, `<id>/anchors.pem`, optionally `<id>/crl.pem`.
    /// A running gateway takes them up by itself. Repeating is safe.
    Import {
        /// The folder.
        folder: PathBuf,
        #[command(flatten)]
        configured: Configured,
    },
    /// Registers a partner: with its administration's roots, with one certificate of theirs, or by signing its certificate
    /// request with a CA of one's own.
    Add(Add),
    /// Lists the partners, with what ends soonest.
    List {
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// Shows one partner.
    Show {
        /// Its id.
        id: String,
        /// Print a JSON object.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// Changes what a partner may do; what is not named stays.
    Set(Set),
    /// Takes a suspension back: of the partner, or of one certificate.
    Allow {
        /// Its id.
        id: String,
        /// Only this certificate: its file, or its SHA-256 digest.
        #[arg(long, value_name = "FILE|DIGEST")]
        certificate: Option<String>,
        #[command(flatten)]
        configured: Configured,
    },
    /// Refuses a partner, or one certificate of it, from the next look at the registry on; live connections too.
    Suspend {
        /// Its id.
        id: String,
        /// Only this certificate: its file, or its SHA-256 digest.
        #[arg(long, value_name = "FILE|DIGEST")]
        certificate: Option<String>,
        #[command(flatten)]
        configured: Configured,
    },
    /// Brings the certificate or the roots that follow the present ones; both hold until the old ones are dropped.
    Rotate(Rotate),
    /// Takes a suspended partner out of the registry. Its manifests stay, under its id: never give that id to another.
    Remove {
        /// Its id.
        id: String,
        #[command(flatten)]
        configured: Configured,
    },
}

impl PartnerCommand {
    pub(super) fn configured(&self) -> &Configured {
        match self {
            Self::Add(Add { configured, .. })
            | Self::Set(Set { configured, .. })
            | Self::Rotate(Rotate { configured, .. })
            | Self::Import { configured, .. }
            | Self::List { configured, .. }
            | Self::Show { configured, .. }
            | Self::Allow { configured, .. }
            | Self::Suspend { configured, .. }
            | Self::Remove { configured, .. } => configured,
        }
    }
}

/// `gateway partner add`.
#[derive(Debug, Args)]
pub(in crate::command) struct Add {
    /// Its id: lower-case letters, digits and hyphens, for instance `kz-customs`.
    pub(super) id: String,
    /// What it is to us.
    #[arg(long, value_enum, default_value = "submitter")]
    pub(super) role: RoleWord,
    /// Roots that may vouch for it, PEM; with `--csr` the CA that signs when absent.
    #[arg(long, value_name = "FILE")]
    pub(super) anchors: Option<PathBuf>,
    /// Revocation lists of these roots, PEM.
    #[arg(long, value_name = "FILE")]
    pub(super) crl: Option<PathBuf>,
    #[command(flatten)]
    pub(super) identity: Certificate,
    #[command(flatten)]
    pub(super) allowed: Allowed,
    #[command(flatten)]
    pub(super) configured: Configured,
}

/// `gateway partner set`.
#[derive(Debug, Args)]
pub(in crate::command) struct Set {
    /// Its id.
    pub(super) id: String,
    /// Revocation lists in place of the present ones, PEM.
    #[arg(long, value_name = "FILE")]
    pub(super) crl: Option<PathBuf>,
    #[command(flatten)]
    pub(super) allowed: Allowed,
    #[command(flatten)]
    pub(super) configured: Configured,
}

/// `gateway partner rotate`.
#[derive(Debug, Args)]
pub(in crate::command) struct Rotate {
    /// Its id.
    pub(super) id: String,
    #[command(flatten)]
    pub(super) identity: Certificate,
    /// Roots beside the present ones, PEM.
    #[arg(long, value_name = "FILE")]
    pub(super) anchors: Option<PathBuf>,
    /// Roots in place of the present ones, once the partner has changed over, PEM.
    #[arg(long, value_name = "FILE", conflicts_with = "anchors")]
    pub(super) anchors_only: Option<PathBuf>,
    /// The named certificate that is no longer taken: its file, or its SHA-256 digest.
    #[arg(long, value_name = "FILE|DIGEST")]
    pub(super) drop: Option<String>,
    #[command(flatten)]
    pub(super) configured: Configured,
}

/// A certificate that is to be taken: one that exists, or one that is signed now.
#[derive(Debug, Args)]
pub(in crate::command) struct Certificate {
    /// Only this certificate, PEM (with intermediates behind it); none other that the roots vouch for.
    #[arg(long, value_name = "FILE", conflicts_with = "csr")]
    pub(super) certificate: Option<PathBuf>,
    /// A certificate request of the partner's, PEM; signed with `--ca-certificate` and `--ca-key`.
    #[arg(long, value_name = "FILE", requires_all = ["ca_certificate", "ca_key", "certificate_out"])]
    pub(super) csr: Option<PathBuf>,
    /// The CA that signs: its certificate.
    #[arg(long, value_name = "FILE")]
    pub(super) ca_certificate: Option<PathBuf>,
    /// Its private key.
    #[arg(long, value_name = "FILE")]
    pub(super) ca_key: Option<PathBuf>,
    /// Where the signed certificate is written; never over a file that is there.
    #[arg(long, value_name = "FILE")]
    pub(super) certificate_out: Option<PathBuf>,
    /// For how many days it is signed; never beyond the CA's own end.
    #[arg(long, value_name = "DAYS", default_value_t = 397)]
    pub(super) days: u32,
}

/// What a partner may do.
#[derive(Debug, Args)]
pub(in crate::command) struct Allowed {
    /// What it may submit.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LOADS")]
    pub(super) loads: Option<Vec<LoadWord>>,
    /// Posts that it may submit for ("*": all), or that it is.
    #[arg(long, value_delimiter = ',', value_name = "CODES")]
    pub(super) border_posts: Option<Vec<String>>,
    /// Submissions a minute.
    #[arg(long, value_name = "N")]
    pub(super) quota_per_minute: Option<u32>,
    /// Is all its traffic test traffic?
    #[arg(long, value_name = "true|false")]
    pub(super) test: Option<bool>,
}

/// A role as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::command) enum RoleWord {
    Submitter,
    #[value(name = "border_post")]
    BorderPost,
    Analyst,
    Administrator,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Submitter => Self::Submitter,
            RoleWord::BorderPost => Self::BorderPost,
            RoleWord::Analyst => Self::Analyst,
            RoleWord::Administrator => Self::Administrator,
        }
    }
}

/// A load as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::command) enum LoadWord {
    Cargo,
    Passengers,
}

impl From<LoadWord> for Load {
    fn from(word: LoadWord) -> Self {
        match word {
            LoadWord::Cargo => Self::Cargo,
            LoadWord::Passengers => Self::Passengers,
        }
    }
}
