//! What rules alone had decided, because nothing could be scored in time, is judged again with history and model; what comes
//! of it takes its place and is told to watchers once, however many gateways look (`docs/decisions/0122`).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use manifest::record;
use scoring::{Capacity, Decided, Scorer, finish};
use tokio::{
    task::spawn_blocking,
    time::{sleep, timeout},
};
use uuid::Uuid;

use crate::{
    persist::{Error, LaterDecision, Persons, State, Store, new_manifest_id},
    reply::{Circumstances, decode_decisions, encode_decisions, verdict_word},
    subjects,
};

/// How one look went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Manifests that were claimed.
    pub claimed: usize,
    /// Of these, those whose later pre-decision was published.
    pub published: usize,
    /// Those that still cannot be judged: tried again when the claim is over.
    pub put_off: usize,
}

/// How much is taken on in one look.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Manifests in one look.
    pub at_once: u32,
    /// How long nobody else gets what was claimed.
    pub claim: Duration,
    /// Longest that the history of one manifest may take.
    pub patience: Duration,
}

impl Pace {
    /// After each manifest it rests as long as it worked: half of the time, and half of the commits, are left to the calls that
    /// come, however slow everything is. All that was claimed is done before the claim is over.
    fn rest(&self, worked: Duration) -> Duration {
        worked.min(self.claim / self.at_once.max(1).saturating_mul(4))
    }
}

/// Claims some manifests for which rules alone decided, and judges each again, one after the other. One that cannot be judged is
/// left for later, and its neighbours are none the worse.
///
/// # Errors
/// The store cannot be asked what there is to do.
pub async fn look(store: &Store, scorer: &Arc<Scorer>, pace: Pace, now: Timestamp) -> Result<Looked, Error> {
    let claimant = new_manifest_id(now);
    let until = SignedDuration::try_from(pace.claim).ok().and_then(|claim| now.checked_add(claim).ok());
    let ids = store.claim_provisional(claimant, pace.at_once, now, until.unwrap_or(Timestamp::MAX)).await?;
    let mut looked = Looked { claimed: ids.len(), ..Looked::default() };
    for id in ids {
        let began = Instant::now();
        match again(store, scorer, pace.patience, id, now).await {
            Ok(later) => looked.published += usize::from(store.decide_later(id, claimant, later, now).await?),
            Err(NotYet) => looked.put_off += 1,
        }
        sleep(pace.rest(began.elapsed())).await;
    }
    Ok(looked)
}

/// Still nothing can be scored.
struct NotYet;

/// The later decision about one manifest; none where there is none to be made any more.
async fn again(
    store: &Store,
    scorer: &Arc<Scorer>,
    patience: Duration,
    id: Uuid,
    now: Timestamp,
) -> Result<Option<LaterDecision>, NotYet> {
    let not_yet = |what: &dyn std::fmt::Display| {
        tracing::warn!(cause = %what, { crate::observability::names::field::MANIFEST_ID } = %id, "a manifest is not judged again yet");
        NotYet
    };
    let stored = store.manifest(id, Persons::Without).await.map_err(|error| not_yet(&error))?;
    let Some(stored) = stored else { return Ok(None) };
    if !matches!(stored.summary.state, State::Submitted | State::Closed) {
        return Ok(None);
    }
    let found = store.pre_decisions(id).await.map_err(|error| not_yet(&error))?;
    let Some(found) = found else { return Ok(None) };
    let (circumstances, before) = decode_decisions(&found.decisions).map_err(|error| not_yet(&error))?;
    let manifest = record::decode(&stored.record, None).map_err(|error| not_yet(&error))?;
    let Some(case) = subjects::again(&manifest, &before.evidence.shape) else {
        return Err(not_yet(&"its goods are not those that it was decided for"));
    };
    let prepared = scorer.prepare(&case);
    let keys = prepared.history_keys();
    let history = match timeout(patience, store.history_for(&keys)).await {
        Ok(history) => history.map_err(|error| not_yet(&error))?,
        Err(_) => return Err(not_yet(&"history was not read in time")),
    };
    let judging = Arc::clone(scorer);
    // However large it is, never on a thread that serves calls.
    let work = spawn_blocking(move || {
        let scored = judging.score_later(&prepared, &history, &before.evidence);
        // Under the budget that it was first decided under: what was drawn stays drawn.
        finish(scored, &Capacity { budget: before.evidence.budget })
    });
    let decided = work.await.map_err(|error| not_yet(&error))?;
    if decided.evidence.withheld.is_some() {
        return Err(not_yet(&"the model did not answer"));
    }
    Ok(Some(later(&Circumstances { decide_time: now, ..circumstances }, &decided)))
}

fn later(circumstances: &Circumstances, decided: &Decided) -> LaterDecision {
    let verdict = decided.pre_decisions.first().map_or("WITHHELD", |roll_up| verdict_word(roll_up.verdict));
    LaterDecision { decisions: encode_decisions(circumstances, decided), verdict: verdict.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_as_long_as_it_worked_and_is_done_before_its_claim() {
        let pace = Pace { at_once: 50, claim: Duration::from_secs(60), patience: Duration::from_secs(1) };
        assert_eq!(pace.rest(Duration::from_millis(20)), Duration::from_millis(20));
        assert_eq!(pace.rest(Duration::from_secs(9)), Duration::from_millis(300));
        assert_eq!(Pace { at_once: 0, ..pace }.rest(Duration::MAX), Duration::from_secs(15));
    }
}
