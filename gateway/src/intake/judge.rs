//! History and scoring of one case. Nothing here fails: where history or model do not answer in time, rules alone decide.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use manifest::Finding;
use scoring::{Case, History, Prepared, Scored, Scorer, Withheld};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};

use super::Config;
use crate::{judging::Judging, persist::Store};

/// The scorer, and how much is asked of it at once.
#[derive(Debug, Clone)]
pub(super) struct Judge {
    scorer: Judging,
    store: Store,
    permits: Arc<Semaphore>,
    timeout: Duration,
    inline_goods_items: usize,
}

impl Judge {
    pub(super) fn new(scorer: Judging, store: Store, config: &Config) -> Self {
        Self {
            scorer,
            store,
            permits: Arc::new(Semaphore::new(config.scoring_at_once)),
            timeout: Duration::from_millis(config.scoring_timeout_ms),
            inline_goods_items: config.inline_goods_items,
        }
    }

    /// The scorer in force.
    pub(super) fn scorer(&self) -> Arc<Scorer> {
        self.scorer.now()
    }

    /// Judges a case with the history that the store holds about it.
    pub(super) async fn judge(&self, case: Case, findings: &[Finding]) -> Scored {
        let deadline = Instant::now() + self.timeout;
        // One for the whole of the case: keys, features and model belong together.
        let scorer = self.scorer.now();
        let prepared = scorer.prepare(&case);
        let history = match self.history(&prepared, deadline).await {
            Ok(history) => history,
            Err(cause) => return scorer.rules_only(&prepared, cause, findings),
        };
        let Ok(Ok(permit)) = timeout_at(deadline, Arc::clone(&self.permits).acquire_owned()).await else {
            tracing::error!("no scorer was free in time; rules alone decide");
            return scorer.rules_only(&prepared, Withheld::ScoringFailed, findings);
        };
        if prepared.goods_items() <= self.inline_goods_items {
            // Microseconds of work: waking another thread would cost more.
            let scored = score(&scorer, &prepared, &history, findings);
            // Late is late, here as on another thread: the promise does not depend on how many goods there are.
            return if Instant::now() >= deadline {
                tracing::error!("scoring was late; unless recorded earlier, rules alone decide");
                scorer.rules_only(&prepared, Withheld::ScoringFailed, findings)
            } else {
                scored
            };
        }
        let (prepared, kept) = (Arc::new(prepared), findings.to_vec());
        let (shared, judging) = (Arc::clone(&prepared), Arc::clone(&scorer));
        let work = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            score(&judging, &shared, &history, &kept)
        });
        match timeout_at(deadline, work).await {
            Ok(Ok(scored)) => scored,
            // Too late, or the thread is gone. The permit comes back when the work ends.
            Ok(Err(_)) | Err(_) => scorer.rules_only(&prepared, Withheld::ScoringFailed, findings),
        }
    }

    /// A failed read is no history at all, never an empty one: an empty one says "no precedent".
    async fn history(&self, prepared: &Prepared, deadline: Instant) -> Result<History, Withheld> {
        let keys = prepared.history_keys();
        if keys.is_empty() {
            // Nothing to score, a coach for instance: nothing to read either.
            return Ok(History::new(None));
        }
        match timeout_at(deadline, self.store.history_for(&keys)).await {
            Ok(Ok(history)) => Ok(history),
            Ok(Err(error)) => {
                tracing::error!(cause = %error, "history cannot be read; rules alone decide");
                Err(Withheld::HistoryUnavailable)
            }
            Err(_) => {
                tracing::error!("history was not read in time; rules alone decide");
                Err(Withheld::HistoryUnavailable)
            }
        }
    }
}

fn score(scorer: &Scorer, prepared: &Prepared, history: &History, findings: &[Finding]) -> Scored {
    let work = AssertUnwindSafe(|| scorer.score_prepared(prepared, Ok(history), findings));
    std::panic::catch_unwind(work).unwrap_or_else(|_| {
        tracing::error!("scoring panicked; rules alone decide");
        scorer.rules_only(prepared, Withheld::ScoringFailed, findings)
    })
}
