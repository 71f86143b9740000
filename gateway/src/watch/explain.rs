//! Explanations of goods items that were not among the deciding ones, made when an officer asks: from the stored evidence, by
//! the model and the policy that decided, whichever judge now.

use std::sync::Arc;

use scoring::{Decided, DecidingItem, Identity, Scorer, kept::Kept};
use tokio::sync::Mutex;

use crate::{
    calls::Failure,
    judging::Judging,
    persist::Store,
    reply::{Notice, Reason},
};

/// Goods items that are explained in one call.
const MOST: usize = 20;

/// Earlier judges that are held ready: proving one anew takes as long as a start.
const HELD: usize = 2;

/// The judge in force, and earlier ones as they are asked for.
#[derive(Debug, Clone)]
pub(super) struct Explainers {
    judging: Judging,
    earlier: Arc<Mutex<Vec<Arc<Scorer>>>>,
}

impl Explainers {
    pub(super) fn new(judging: Judging) -> Self {
        Self { judging, earlier: Arc::default() }
    }

    /// The explanations of some goods items of a stored decision, in the order in which they are asked for.
    pub(super) async fn explain(
        &self,
        store: &Store,
        decided: Decided,
        part: Option<usize>,
        paths: &[String],
    ) -> Result<Vec<DecidingItem>, Failure> {
        let refused = |what| Notice::new(Reason::RequestInvalid).at("explain_field_paths", what);
        if paths.len() > MOST {
            return Err(refused("has more than 20 goods items").into());
        }
        let places: Option<Vec<(usize, usize)>> = paths.iter().map(|path| place(path)).collect();
        let places = places.ok_or_else(|| refused("is not the path of a goods item"))?;
        if places.iter().any(|(consignment, _)| part.is_some_and(|part| part != *consignment)) {
            return Err(refused("is of another part").into());
        }
        // Nobody judged: there is no score to explain.
        let Some(identity) = decided.evidence.identity.clone() else { return Ok(Vec::new()) };
        let scorer = self.of(store, &identity).await?;
        let explaining = tokio::task::spawn_blocking(move || {
            places.into_iter().map(|(at, item)| scorer.explain(&decided.evidence, at, item)).collect()
        });
        let explained: Option<Vec<DecidingItem>> = explaining.await.map_err(interrupted)?;
        explained.ok_or_else(|| refused("is of no goods item that was scored").into())
    }

    /// Whoever decided: the judge in force, one that is held, or one from what the store kept, proven again.
    async fn of(&self, store: &Store, identity: &Identity) -> Result<Arc<Scorer>, Failure> {
        let now = self.judging.now();
        if now.identity() == identity {
            return Ok(now);
        }
        // One at a time: whoever asks for many finds them one after the other.
        let mut earlier = self.earlier.lock().await;
        if let Some(held) = earlier.iter().find(|held| held.identity() == identity) {
            return Ok(Arc::clone(held));
        }
        let mut kept = Kept::default();
        for file in store.judge_files().await? {
            if file.kept == identity.bundle_digest || file.kept == identity.policy_digest {
                kept.add(file);
            }
        }
        let (bundle, policy) = (identity.bundle_digest.clone(), identity.policy_digest.clone());
        let proving = tokio::task::spawn_blocking(move || {
            let scorer = kept.bundle(&bundle)?;
            let policy = kept.policy(&policy)?;
            Some(scorer.and_then(|scorer| Ok(scorer.with_policy(policy?))))
        });
        let scorer = match proving.await.map_err(interrupted)? {
            Some(Ok(scorer)) => Arc::new(scorer),
            Some(Err(error)) => return Err(Failure::Unreadable(error.to_string())),
            None => return Err(Failure::Unreadable("what judged was not kept".to_owned())),
        };
        if earlier.len() >= HELD {
            earlier.remove(0);
        }
        earlier.push(Arc::clone(&scorer));
        Ok(scorer)
    }
}

fn interrupted(_: tokio::task::JoinError) -> Failure {
    Failure::Unreadable("the explanation was interrupted".to_owned())
}

/// Consignment and item of `cargo.consignments[1].goods_items[4]`.
fn place(path: &str) -> Option<(usize, usize)> {
    let (consignment, item) = path.strip_prefix("cargo.consignments[")?.split_once("].goods_items[")?;
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    Some((number(consignment)?, number(item.strip_suffix(']')?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_are_told() {
        assert_eq!(place("cargo.consignments[1].goods_items[14]"), Some((1, 14)));
        for bad in [
            "",
            "cargo.consignments[1]",
            "cargo.consignments[+1].goods_items[4]",
            "cargo.consignments[1].goods_items[4].hs_code",
            "cargo.consignments[].goods_items[]",
            "cargo.consignments[1].goods_items[99999999999999999999999]",
        ] {
            assert_eq!(place(bad), None, "{bad}");
        }
    }
}
