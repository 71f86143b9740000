//! Copies the write-ahead log into the database beside the commits, on a connection of its own, so that no submitter
//! waits for it. The log begins anew only when all of it is copied between two commits; under commits without a pause
//! that never happens by itself, so from a limit on the writer copies the little that is left
//! (`sqlite::writer`).

use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::watch;

use super::sqlite;
use crate::persist::{Config, store::Entry};

/// What a row costs beside its large values: the pages of the tables and indexes that it touches, most of them shared
/// with its neighbours in the batch.
const PAGES_BESIDE: usize = 2;

/// The writer's side: counts roughly what was written and says when to copy. Dropped, it ends the copying.
pub(in crate::persist) struct Checkpoints {
    pages: usize,
    every: usize,
    due: watch::Sender<()>,
}

impl Checkpoints {
    /// Starts the task that copies.
    pub(in crate::persist) fn start(config: &Config) -> Self {
        let (due, told) = watch::channel(());
        tokio::spawn(copy_when_due(config.clone(), told));
        let every = usize::try_from(config.wal_autocheckpoint_pages).unwrap_or(usize::MAX).max(1);
        Self { pages: 0, every, due }
    }

    /// These were committed.
    pub(in crate::persist) fn wrote(&mut self, entries: &[Entry]) {
        let page = sqlite::PAGE_BYTES as usize;
        let pages = entries.iter().map(|entry| match entry {
            Entry::Submission(submission, _) => submission.large_bytes() / page + PAGES_BESIDE,
            Entry::Audit(..) => 1,
        });
        self.pages += pages.sum::<usize>();
        if self.pages >= self.every {
            self.copy();
        }
    }

    /// Something of unknown size was committed.
    pub(in crate::persist) fn copy(&mut self) {
        self.pages = 0;
        self.due.send_replace(());
    }
}

/// Never fails for good: what cannot be copied now stays in the log, where it is as safe, and the writer's own limit
/// brings any fault to light.
async fn copy_when_due(config: Config, mut due: watch::Receiver<()>) {
    let mut connection: Option<SqliteConnection> = None;
    // It fails when the writer is gone.
    while due.changed().await.is_ok() {
        if connection.is_none() {
            connection = sqlite::checkpointer(&config).await.ok();
        }
        let Some(open) = &mut connection else { continue };
        if let Err(error) = sqlx::query("pragma wal_checkpoint(passive)").execute(open).await {
            tracing::warn!(%error, "the log could not be copied into the database");
            connection = None;
        }
    }
    if let Some(connection) = connection {
        let _ = connection.close().await;
    }
}
