//! The scorer that judges now. Another one is published whole, or not at all; who is judging finishes with the one that it
//! began with.

use std::sync::Arc;

use jiff::civil::Date;
use scoring::kept::{KeptFile, namesake};
use scoring::{Capacity, Case, CrewMember, History, LoadError, Scorer, Subject, Verdict, Withheld, finish};
use tokio::sync::watch;

use crate::{config::Config, persist::BundleRow};

/// Where whoever judges finds the scorer. Cheap to clone; all clones see the same.
#[derive(Debug, Clone)]
pub struct Judging(watch::Receiver<Arc<Scorer>>);

impl Judging {
    /// Beginning with a scorer, and where the next ones are published.
    #[must_use]
    pub fn new(scorer: Arc<Scorer>) -> (watch::Sender<Arc<Scorer>>, Self) {
        let (sender, receiver) = watch::channel(scorer);
        (sender, Self(receiver))
    }

    /// The scorer in force.
    #[must_use]
    pub fn now(&self) -> Arc<Scorer> {
        Arc::clone(&self.0.borrow())
    }

    /// Does the scorer in force judge? Asked with one invented goods item that nobody has precedents for. Blocking, some
    /// microseconds.
    #[must_use]
    pub fn decides(&self) -> bool {
        let item = Subject {
            hs_code: Some("940360".to_owned()),
            origin_country: Some("KZ".to_owned()),
            departure_country: Some("KZ".to_owned()),
            mass_mg: Some(1_000_000_000),
            ..Subject::undeclared(Date::constant(2026, 1, 1))
        };
        let case = Case::Cargo { consignments: vec![vec![item]], crew: vec![CrewMember::Driver] };
        let scored = self.now().score(&case, Ok(&History::default()), &[]);
        let decided = finish(scored, &Capacity::default());
        !decided.pre_decisions.iter().any(|each| each.verdict == Verdict::Withheld(Withheld::ScoringFailed))
    }
}

impl From<Arc<Scorer>> for Judging {
    /// One that is never replaced.
    fn from(scorer: Arc<Scorer>) -> Self {
        Self::new(scorer).1
    }
}

/// Why a bundle is not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// It is not whole: a digest, a golden row or an explanation is wrong.
    #[error(transparent)]
    Refused(#[from] LoadError),
    /// The policy file is refused.
    #[error("scoring.policy_file {}: {problem}", file.display())]
    Policy {
        /// The file.
        file: std::path::PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Another bundle of this name and version judged already.
    #[error(
        "{name} {version} with digest {found} is another than the {name} {version} with digest {known} that this store knows: \
         give the new one a version of its own"
    )]
    Namesake {
        /// Name of both.
        name: String,
        /// Version of both.
        version: String,
        /// Digest of this one.
        found: String,
        /// Digest of the other.
        known: String,
    },
    /// What lies in the folder is not what was promoted.
    #[error("the bundle in the folder has digest {found}, promoted was {promoted}")]
    Differs {
        /// Digest of what lies there.
        found: String,
        /// Digest of what was promoted.
        promoted: String,
    },
}

/// A scorer under the policy of the configuration; the one that is compiled in where none is named.
///
/// # Errors
/// When the file cannot be read, or is no policy.
pub fn under_policy(config: &Config, scorer: Scorer) -> Result<Scorer, NotTaken> {
    let file = &config.scoring.policy_file;
    if file.as_os_str().is_empty() {
        return Ok(scorer);
    }
    let refused = |problem: String| NotTaken::Policy { file: file.clone(), problem };
    let text = std::fs::read_to_string(file).map_err(|error| refused(error.to_string()))?;
    let policy = scoring::Policy::parse(&text).map_err(|error| refused(error.to_string()))?;
    Ok(scorer.with_policy(policy))
}

/// Refuses a bundle that has name and version of another that is kept: people tell bundles by these.
///
/// # Errors
/// [`NotTaken::Namesake`].
pub fn no_namesake(kept: &[KeptFile], scorer: &Scorer) -> Result<(), NotTaken> {
    let bundle = scorer.bundle();
    match namesake(kept, bundle) {
        None => Ok(()),
        Some(known) => Err(NotTaken::Namesake {
            name: bundle.name.clone(),
            version: bundle.version.clone(),
            found: bundle.digest.clone(),
            known,
        }),
    }
}

/// The scorer that the newest row asks for; the configuration's where there is none. Blocking: every golden row is run.
///
/// # Errors
/// When the bundle is not whole, or not the one that was promoted.
pub fn load(config: &Config, newest: Option<&BundleRow>) -> Result<Scorer, NotTaken> {
    let folder = match newest {
        Some(row) if !row.folder.is_empty() => std::path::Path::new(&row.folder),
        _ => config.scoring.bundle_folder.as_path(),
    };
    let scorer = if folder.as_os_str().is_empty() { Scorer::shipped()? } else { Scorer::load(folder)? };
    let scorer = under_policy(config, scorer)?;
    let found = &scorer.identity().bundle_digest;
    match newest {
        Some(row) if !row.folder.is_empty() && row.digest != *found => {
            Err(NotTaken::Differs { found: found.clone(), promoted: row.digest.clone() })
        }
        _ => Ok(scorer),
    }
}
