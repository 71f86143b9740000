//! The pure function that finishes a decision inside the store's transaction.

use scoring::Scored;

use crate::{
    persist::{Finish, Finished},
    reply::{Circumstances, Receipt, encode_decisions, verdict_word},
};

/// Finishes what was scored under what is left of the border post's inspections: pre-decisions, receipt, roll-up.
pub(super) fn finish(scored: Scored, circumstances: Circumstances, receipt: Receipt) -> Finish {
    Box::new(move |capacity| {
        // A batch may be written a second time, so what was scored stays here.
        let decided = scoring::finish(scored.clone(), capacity);
        // The conveyance stands first; without it there is no decision at all.
        let verdict =
            decided.pre_decisions.first().map_or("WITHHELD", |roll_up| verdict_word(roll_up.verdict));
        Finished {
            receipt: receipt.finish(&decided.pre_decisions),
            decisions: encode_decisions(&circumstances, &decided),
            verdict: verdict.to_owned(),
        }
    })
}
