//! The pure function that finishes a decision inside the store's transaction.

use std::sync::{Arc, Mutex, PoisonError};

use scoring::{Decided, Scored};

use crate::{
    persist::{Finish, Finished},
    reply::{Circumstances, Receipt, encode_decisions, verdict_word},
};

/// Where the function leaves what it decided, so that the answer to the submission that was recorded need not read its
/// own bytes again. Of several calls the last one counts: it is the one whose batch was committed.
#[derive(Clone)]
pub(super) struct Left {
    decided: Arc<Mutex<Option<Decided>>>,
    circumstances: Arc<Circumstances>,
}

impl Left {
    /// What was decided and beside what; none if the store never asked.
    pub(super) fn take(&self) -> Option<(Arc<Circumstances>, Decided)> {
        let decided = self.decided.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some((Arc::clone(&self.circumstances), decided))
    }
}

/// Finishes what was scored under what is left of the border post's inspections: pre-decisions, receipt, roll-up.
pub(super) fn finish(scored: Scored, circumstances: Circumstances, receipt: Receipt) -> (Finish, Left) {
    let left = Left { decided: Arc::default(), circumstances: Arc::new(circumstances) };
    let here = left.clone();
    let finish: Finish = Box::new(move |capacity, state| {
        // A batch may be written a second time, so what was scored stays here.
        let decided = scoring::finish(scored.clone(), capacity);
        // The conveyance stands first; without it there is no decision at all.
        let verdict =
            decided.pre_decisions.first().map_or("WITHHELD", |roll_up| verdict_word(roll_up.verdict));
        let finished = Finished {
            receipt: receipt.finish(&here.circumstances, &decided, state),
            decisions: encode_decisions(&here.circumstances, &decided),
            verdict: verdict.to_owned(),
            fraud_probability: decided
                .pre_decisions
                .first()
                .and_then(|first| first.officer.fraud_probability),
            rules_only: decided.evidence.rules_only,
            always: decided.selection().is_some_and(|selection| selection.always),
        };
        *here.decided.lock().unwrap_or_else(PoisonError::into_inner) = Some(decided);
        finished
    });
    (finish, left)
}
