//! A second model judges what the first one decided, from the stored evidence: beside the calls, never in their way, and
//! never effective.

use std::{sync::Arc, time::Duration};

use scoring::{Capacity, Scorer, finish, record};

use super::background::{Background, ticks};
use crate::{
    persist::{ChallengerPage, ChallengerRow, Error, FeedEvent, FeedRow, Scope},
    reply::{decode_decisions, verdict_word},
};

/// Rows that are judged together: a short transaction.
const PAGE: u32 = 32;

impl Background {
    /// Follows the feed of live manifests with a challenger. What it cannot judge it leaves out.
    pub(super) async fn follow_with_challenger(self, challenger: Arc<Scorer>, every: Duration) {
        let mut ticks = ticks(every);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            loop {
                match self.challenge(&challenger).await {
                    Ok(true) if !self.stop.is_cancelled() => {}
                    Ok(_) => break,
                    Err(error) => {
                        tracing::error!(%error, "the challenger does not follow; the next look tries again");
                        break;
                    }
                }
            }
        }
    }

    /// One page; `false` when there was nothing left.
    async fn challenge(&self, challenger: &Arc<Scorer>) -> Result<bool, Error> {
        let bundle_digest = challenger.identity().bundle_digest.clone();
        let after = self.store.challenger_position(&bundle_digest).await?;
        let rows = self.store.feed_after(&Scope::All, after, PAGE).await?;
        let Some(position) = rows.last().map(|row| row.position) else { return Ok(false) };
        let judge = Arc::clone(challenger);
        let judging = tokio::task::spawn_blocking(move || {
            rows.iter()
                .filter(|row| row.event == FeedEvent::Recorded)
                .filter_map(|row| judged(&judge, row))
                .collect()
        });
        let rows = judging.await.map_err(|_| Error::Unavailable("the challenger was interrupted".into()))?;
        self.store.put_challenger(ChallengerPage { bundle_digest, position, rows }).await?;
        Ok(true)
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
