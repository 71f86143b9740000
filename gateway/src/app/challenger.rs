//! A second model judges what the first one decided, from the stored evidence: beside the calls, never in their way, and
//! never effective.

use std::{sync::Arc, time::Duration};

use scoring::{Capacity, Scorer, finish, record};

use super::{
    background::{Background, ticks},
    trouble::{Told, Trouble},
};
use crate::{
    persist::{ChallengerPage, ChallengerRow, Error, FeedEvent, FeedRow, Scope},
    reply::{decode_decisions, verdict_word},
};

/// Rows that are judged together, once a tick: a backlog is worked off at a pace that submissions do not feel.
const PAGE: u32 = 100;

impl Background {
    /// Follows the feed of live manifests with a challenger. What it cannot judge it leaves out.
    pub(super) async fn follow_with_challenger(self, challenger: Arc<Scorer>, every: Duration) {
        let mut ticks = ticks(every);
        let mut trouble = Trouble::default();
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            match trouble.note(self.challenge(&challenger).await) {
                Told::Nothing => {}
                Told::Failed(error, failures) => tracing::error!(
                    %error,
                    failures,
                    "the challenger does not follow; each look tries again, not all are told"
                ),
                Told::Recovered(failures) => tracing::info!(failures, "the challenger follows again"),
            }
        }
    }

    async fn challenge(&self, challenger: &Arc<Scorer>) -> Result<(), Error> {
        let bundle_digest = challenger.identity().bundle_digest.clone();
        let after = self.store.challenger_position(&bundle_digest).await?;
        let rows = self.store.feed_after(&Scope::All, after, PAGE).await?;
        let Some(position) = rows.last().map(|row| row.position) else { return Ok(()) };
        let judge = Arc::clone(challenger);
        let judging = tokio::task::spawn_blocking(move || {
            rows.iter()
                .filter(|row| row.event == FeedEvent::Recorded)
                .filter_map(|row| judged(&judge, row))
                .collect()
        });
        let rows = judging.await.map_err(|_| Error::Unavailable("the challenger was interrupted".into()))?;
        self.store.put_challenger(ChallengerPage { bundle_digest, position, rows }).await
    }
}

fn judged(challenger: &Scorer, row: &FeedRow) -> Option<ChallengerRow> {
    let (_, effective) = decode_decisions(&row.decisions).ok()?;
    // What nobody judged says nothing about another judge.
    effective.evidence.identity.as_ref()?;
    let capacity = Capacity { budget: effective.evidence.budget };
    let roll_up = effective.pre_decisions.first()?;
    let (effective_verdict, effective_fraud) =
        (verdict_word(roll_up.verdict), roll_up.officer.fraud_probability);
    let decided = finish(challenger.judge_anew(effective.evidence.clone()), &capacity);
    let said = decided.pre_decisions.first()?;
    Some(ChallengerRow {
        manifest_id: row.manifest.id,
        effective_verdict: effective_verdict.to_owned(),
        verdict: verdict_word(said.verdict).to_owned(),
        effective_fraud,
        fraud: said.officer.fraud_probability,
        decisions: record::encode(&decided),
    })
}
