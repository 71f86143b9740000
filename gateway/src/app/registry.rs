//! The partners' rows become one proven snapshot, at the start and whenever they change.

use super::Error;
use crate::{
    authenticate::{PartnerEntry, Snapshot, prove},
    persist::{PartnerRow, Store},
};

/// The snapshot of the rows as they stand, with the version that it is at least of.
pub(super) async fn proven(store: &Store) -> Result<(i64, Snapshot), Error> {
    // Asked first: a change that slips in between is seen again at the next look.
    let version = store.registry_version().await?;
    let entries = store.partners().await?.into_iter().map(entry).collect();
    // Grows with the revocation lists: off the runtime's threads.
    let snapshot =
        tokio::task::spawn_blocking(move || prove(entries)).await.map_err(|_| Error::Interrupted)?;
    Ok((version, snapshot.map_err(Error::Registry)?))
}

fn entry(row: PartnerRow) -> PartnerEntry {
    PartnerEntry {
        id: row.id,
        settings_json: row.settings_json,
        anchors_pem: row.anchors_pem,
        crls_pem: row.crls_pem,
    }
}

/// Where the rows are.
pub(super) trait Rows {
    /// As [`Store::registry_version`].
    async fn version(&self) -> Result<i64, Error>;
    /// As [`proven`].
    async fn proven(&self) -> Result<(i64, Snapshot), Error>;
}

impl Rows for Store {
    async fn version(&self) -> Result<i64, Error> {
        Ok(self.registry_version().await?)
    }

    async fn proven(&self) -> Result<(i64, Snapshot), Error> {
        proven(self).await
    }
}

/// How far the rows were looked at.
#[derive(Debug)]
pub(super) struct Progress {
    /// The version that is in force or was proven bad: looking at it again would change nothing.
    settled: i64,
    /// Somebody asked and has got no answer yet.
    asked: bool,
}

/// What a look brought.
#[derive(Debug)]
pub(super) enum Look {
    /// Nothing new, and nobody asked.
    Same,
    /// The rows prove; `changed` unless this version was in force already.
    Good { snapshot: Snapshot, changed: bool },
    /// These rows do not prove; they are not looked at again before they change or somebody asks.
    Bad(Error),
    /// It is not known; the next look tries again.
    Unknown(Error),
}

impl Progress {
    /// The version that is in force.
    pub(super) fn at(version: i64) -> Self {
        Self { settled: version, asked: false }
    }

    /// Looks whether the rows changed, or, when somebody asked, at the rows whether they changed or not.
    pub(super) async fn look(&mut self, asked: bool, rows: &impl Rows) -> Look {
        self.asked |= asked;
        let found = match rows.version().await {
            Ok(found) if found == self.settled && !self.asked => return Look::Same,
            Ok(found) => found,
            Err(error) => return Look::Unknown(error),
        };
        match rows.proven().await {
            Ok((version, snapshot)) => {
                let changed = version != self.settled;
                *self = Self::at(version);
                Look::Good { snapshot, changed }
            }
            Err(error @ Error::Registry(_)) => {
                *self = Self::at(found);
                Look::Bad(error)
            }
            Err(error) => Look::Unknown(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, collections::VecDeque};

    use super::*;

    /// A version, and what asking for its rows brings, one answer after the other; then they prove.
    struct Scripted {
        version: i64,
        answers: RefCell<VecDeque<Error>>,
    }

    impl Scripted {
        fn new(version: i64, answers: impl IntoIterator<Item = Error>) -> Self {
            Self { version, answers: RefCell::new(answers.into_iter().collect()) }
        }
    }

    impl Rows for Scripted {
        async fn version(&self) -> Result<i64, Error> {
            Ok(self.version)
        }

        async fn proven(&self) -> Result<(i64, Snapshot), Error> {
            let failed = self.answers.borrow_mut().pop_front();
            failed.map_or_else(|| Ok((self.version, Snapshot::default())), Err)
        }
    }

    fn unavailable() -> Error {
        Error::Store(crate::persist::Error::Unavailable("busy".into()))
    }

    #[tokio::test]
    async fn a_store_that_fails_once_is_asked_again() {
        let (mut progress, rows) = (Progress::at(1), Scripted::new(2, [unavailable()]));
        assert!(matches!(progress.look(false, &rows).await, Look::Unknown(_)));
        assert!(matches!(progress.look(false, &rows).await, Look::Good { changed: true, .. }));
        assert!(matches!(progress.look(false, &rows).await, Look::Same));
    }

    #[tokio::test]
    async fn bad_rows_are_looked_at_once_unless_somebody_asks() {
        let bad = || Error::Registry(Vec::new());
        let (mut progress, rows) = (Progress::at(1), Scripted::new(2, [bad(), bad()]));
        assert!(matches!(progress.look(false, &rows).await, Look::Bad(_)));
        assert!(matches!(progress.look(false, &rows).await, Look::Same));
        assert!(matches!(progress.look(true, &rows).await, Look::Bad(_)));
        assert!(matches!(progress.look(false, &rows).await, Look::Same));
    }

    #[tokio::test]
    async fn who_asks_is_answered_even_when_the_store_fails_first() {
        let (mut progress, rows) = (Progress::at(1), Scripted::new(1, [unavailable()]));
        assert!(matches!(progress.look(false, &rows).await, Look::Same));
        assert!(matches!(progress.look(true, &rows).await, Look::Unknown(_)));
        assert!(matches!(progress.look(false, &rows).await, Look::Good { changed: false, .. }));
        assert!(matches!(progress.look(false, &rows).await, Look::Same));
    }
}
