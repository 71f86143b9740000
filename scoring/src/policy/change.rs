//! What would change it: the fewest declared facts that, were they typical, would move a goods item to a milder corridor.
//! Told to officers only, as what to check first.

use super::draft::Draft;
use super::judged::Judged;
use super::reasons::{Reason, ReasonCode};
use super::thresholds::Policy;
use crate::evidence::{Evidence, ItemEvidence, Shape};
use crate::features::{Fact, FeatureVector, typical};
use crate::model::{Bundle, Score};
use crate::pre_decision::{Corridor, Verdict};
use crate::selection::Budget;

/// More facts than this at once say nothing about any of them.
const TOGETHER: usize = 2;

/// Asks again for the deciding items what would change their corridor, now that a post's budget and not the policy says from
/// which probability of an irregularity on a consignment is examined: an item may be red for a score that the policy finds
/// green, and then only another score below the budget's threshold helps.
pub(crate) fn change_under(
    draft: &mut Draft,
    evidence: &Evidence,
    budget: &Budget,
    policy: &Policy,
    model: &Bundle,
) {
    let Shape::Cargo { items: counts, .. } = &evidence.shape else { return };
    // A model that fails here has nothing to add.
    let ask = |vectors: &[FeatureVector]| model.score(vectors).unwrap_or_default();
    for deciding in draft.parts.iter_mut().flat_map(|part| &mut part.officer.deciding_items) {
        let before: usize = counts.iter().take(deciding.consignment).sum();
        let Some(item) = evidence.items.get(before + deciding.item) else { continue };
        let score = ask(std::slice::from_ref(&item.vector));
        let judged = Judged::of(item, score.first(), None, policy);
        deciding.change = change(item, &judged, policy, Some(budget), &ask);
    }
}

/// The change, as a reason whose parameters are the corridor and the facts; none when the item is green, or when no few
/// facts would move it: because rules hold it, or because everything about it is as bad.
pub(super) fn change(
    item: &ItemEvidence,
    judged: &Judged,
    policy: &Policy,
    budget: Option<&Budget>,
    rescore: &impl Fn(&[FeatureVector]) -> Vec<Score>,
) -> Option<Reason> {
    let Verdict::Corridor(now) = judged.under(budget) else { return None };
    if now <= judged.held() {
        return None;
    }
    // If all of it together would not move the corridor, no part of it is asked about: a partner waits.
    let declared: Vec<Fact> =
        Fact::ALL.into_iter().filter(|fact| typical(item, std::slice::from_ref(fact)).is_some()).collect();
    let score = rescore(&[typical(item, &declared)?]);
    let then = Judged::of(item, score.first(), None, policy).under(budget);
    if !matches!(then, Verdict::Corridor(then) if then < now) {
        return None;
    }
    for size in 1..=TOGETHER {
        let (sets, vectors): (Vec<Vec<Fact>>, Vec<FeatureVector>) =
            sets(size).filter_map(|facts| typical(item, &facts).map(|vector| (facts, vector))).unzip();
        if sets.is_empty() {
            continue;
        }
        // The mildest corridor, then the least danger, then the order of facts: nothing else decides.
        let best = sets
            .into_iter()
            .zip(rescore(&vectors))
            .filter_map(|(facts, score)| {
                let then = Judged::of(item, Some(&score), None, policy);
                match then.under(budget) {
                    Verdict::Corridor(corridor) if corridor < now => Some((corridor, then.danger, facts)),
                    _ => None,
                }
            })
            .min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        if let Some((corridor, _, facts)) = best {
            return Some(told(corridor, &facts));
        }
    }
    None
}

fn told(corridor: Corridor, facts: &[Fact]) -> Reason {
    let facts = facts.iter().map(|fact| fact.as_str().to_owned());
    let parameters = std::iter::once(corridor.as_str().to_owned()).chain(facts).collect();
    Reason { code: ReasonCode::WouldChange, parameters, contribution: None }
}

/// Every set of so many facts.
fn sets(size: usize) -> impl Iterator<Item = Vec<Fact>> {
    (1..1usize << Fact::ALL.len())
        .filter(move |set| set.count_ones() as usize == size)
        .map(|set| Fact::ALL.into_iter().filter(|fact| set >> *fact as usize & 1 == 1).collect())
}
