//! A second model judges what the first one decided, from the stored evidence: beside the calls, never in their way, and
//! never effective.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use scoring::{Capacity, Scorer, finish, kept::Kept, record};

use super::{
    background::{Background, ticks},
    trouble::{Told, Trouble},
};
use crate::{
    persist::{ChallengerPage, ChallengerRow, Error, FeedEvent, FeedRow, Scope},
    reply::{decode_decisions, record_of_decisions, verdict_word},
};

/// A challenger under each policy that decided: thresholds that changed since say nothing of a model. None for a policy that was
/// not kept.
type Under = BTreeMap<String, Option<Arc<Scorer>>>;

/// Rows that are judged together, once a tick: a backlog is worked off at a pace that submissions do not feel.
const PAGE: u32 = 100;

impl Background {
    /// Follows the feed of live manifests with a challenger. What it cannot judge it leaves out.
    pub(super) async fn follow_with_challenger(self, challenger: Arc<Scorer>, every: Duration) {
        let mut ticks = ticks(every);
        let mut trouble = Trouble::default();
        let own = challenger.identity().policy_digest.clone();
        let mut under = Under::from([(own, Some(Arc::clone(&challenger)))]);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            match trouble.note(self.challenge(&challenger, &mut under).await) {
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

    async fn challenge(&self, challenger: &Scorer, under: &mut Under) -> Result<(), Error> {
        let bundle_digest = challenger.identity().bundle_digest.clone();
        let after = self.store.challenger_position(&bundle_digest).await?;
        let rows = self.store.feed_after(&Scope::All, after, PAGE).await?;
        let Some(position) = rows.last().map(|row| row.position) else { return Ok(()) };
        self.know_policies(challenger, &rows, under).await?;
        let judges = under.clone();
        let judging = tokio::task::spawn_blocking(move || {
            rows.iter()
                .filter(|row| row.event == FeedEvent::Recorded)
                .filter_map(|row| judged(&judges, row))
                .collect()
        });
        let rows = judging.await.map_err(|_| Error::Unavailable("the challenger was interrupted".into()))?;
        self.store.put_challenger(ChallengerPage { bundle_digest, position, rows }).await
    }

    /// Puts the challenger under every policy that decided these rows, from what the store keeps.
    async fn know_policies(
        &self,
        challenger: &Scorer,
        rows: &[FeedRow],
        under: &mut Under,
    ) -> Result<(), Error> {
        let decided_by =
            rows.iter().filter_map(|row| record::judge_of(record_of_decisions(&row.decisions).ok()?));
        let mut unknown: BTreeSet<String> = decided_by.map(|by| by.policy_digest).collect();
        unknown.retain(|digest| !under.contains_key(digest));
        if unknown.is_empty() {
            return Ok(());
        }
        let mut kept = Kept::default();
        self.store.judge_files().await?.into_iter().for_each(|file| kept.add(file));
        for digest in unknown {
            let policy = kept.policy(&digest).and_then(Result::ok);
            if policy.is_none() {
                tracing::warn!(
                    policy = %digest,
                    "the challenger leaves out what was decided under a policy that the store does not keep"
                );
            }
            under.insert(digest, policy.map(|policy| Arc::new(challenger.with_policy(policy))));
        }
        Ok(())
    }
}

fn judged(under: &Under, row: &FeedRow) -> Option<ChallengerRow> {
    let (_, effective) = decode_decisions(&row.decisions).ok()?;
    // What nobody judged says nothing about another judge.
    let challenger = under.get(&effective.evidence.identity.as_ref()?.policy_digest)?.as_ref()?;
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
