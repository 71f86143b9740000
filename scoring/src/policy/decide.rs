//! Scores, history and findings of one case become a draft; the draft, finished, its pre-decisions.

use manifest::finding::{About, Severity};

use super::change::change;
use super::draft::{Draft, fired, tell, tell_corridor};
use super::judged::{Fired, Judged, rule, score_rule, word};
use super::public::PublicReason;
use super::reasons::{ReasonCode, explained, micro};
use super::roll_up::{gravity, worst};
use super::thresholds::Policy;
use crate::evidence::{Evidence, ItemEvidence, Shape};
use crate::model::{Bundle, Score};
use crate::pre_decision::{Corridor, DecidingItem, PreDecision, Verdict, Withheld};
use crate::selection::Budget;

/// How many goods items of a manifest are explained when it is submitted.
const EXPLAINED: usize = 3;

/// Withholds a case whole.
pub(crate) fn withheld(evidence: &Evidence, reason: Withheld) -> Draft {
    let mut draft = Draft::new(evidence, 1.0);
    draft.all = Some(reason);
    let blocking = |about: About| {
        evidence.findings.iter().filter(move |f| f.1 == Severity::Blocking && f.2 == about).map(|f| f.0)
    };
    for part in draft.parts.iter_mut().chain([&mut draft.conveyance]) {
        part.verdict = Verdict::Withheld(reason);
        part.public_reasons = vec![PublicReason::NoDecision];
    }
    for code in blocking(About::Manifest).chain(blocking(About::Conveyance)) {
        tell(&mut draft.conveyance.public_reasons, PublicReason::Finding(code));
        fired(&mut draft.conveyance, rule(ReasonCode::FindingBlocks, [code.as_str().to_owned()]));
    }
    for (place, part) in draft.parts.iter_mut().enumerate() {
        for (code, severity, about) in &evidence.findings {
            if *severity == Severity::Blocking && evidence.place_of(*about) == Some(place) {
                tell(&mut part.public_reasons, PublicReason::Finding(*code));
                fired(part, rule(ReasonCode::FindingBlocks, [code.as_str().to_owned()]));
            }
        }
    }
    draft
}

/// Decides every part of a case. The model is asked again about the deciding items only.
pub(crate) fn decide(evidence: &Evidence, scores: &[Score], policy: &Policy, model: &Bundle) -> Draft {
    let rejected = evidence.findings.iter().any(|f| f.1 == Severity::Blocking && f.2 == About::Manifest);
    match (&evidence.shape, evidence.withheld) {
        _ if rejected => return withheld(evidence, Withheld::ManifestRejected),
        (Shape::ModeNotDecided, _) => return withheld(evidence, Withheld::ModeNotDecided),
        (Shape::Unknown, reason) => {
            return withheld(evidence, reason.unwrap_or(Withheld::ScoringFailed));
        }
        (Shape::Cargo { .. } | Shape::EmptyTruck { .. } | Shape::Coach { .. }, _) => {}
    }
    let mut draft = Draft::new(evidence, policy.withheld_traveller_share);
    if let Shape::Cargo { items, .. } = &evidence.shape {
        let judged: Vec<Judged> = evidence
            .items
            .iter()
            .enumerate()
            .map(|(place, item)| Judged::of(item, scores.get(place), evidence.withheld, policy))
            .collect();
        let mut from = 0;
        for (place, count) in items.iter().enumerate() {
            let items = judged.get(from..from + count).unwrap_or_default();
            consignment(&mut draft.parts[place], items, *count, evidence.withheld, policy);
            let mut red = items.iter().filter(|item| item.verdict == Verdict::Corridor(Corridor::Red));
            draft.lowerable[place] = red.all(|item| item.red_by_fraud_alone);
            from += count;
        }
        deciding_items(&mut draft, items, &judged, evidence, policy, model);
    }
    if draft.empty {
        fired(&mut draft.conveyance, rule(ReasonCode::EmptyConveyance, [word(Corridor::Yellow)]));
    }
    for finding in &evidence.findings {
        draft.note(evidence, &policy.rules, *finding);
    }
    draft
}

/// A consignment takes its worst item; without items it was never scored.
fn consignment(
    part: &mut PreDecision,
    items: &[Judged],
    declared: usize,
    failed: Option<Withheld>,
    policy: &Policy,
) {
    part.verdict = if items.len() < declared || items.is_empty() {
        Verdict::Withheld(failed.unwrap_or(Withheld::ScoringFailed))
    } else {
        worst(items.iter().map(|item| item.verdict))
    };
    let worse = |before: Option<f32>, now: f32| Some(before.map_or(now, |before| before.max(now)));
    let officer = &mut part.officer;
    // Of scores only the highest is told: it is the one beside which the rule stands, and two numbers without a name
    // would be a riddle.
    let (mut fraud, mut critical) = (None, None);
    let mut fired: Vec<Fired> = Vec::new();
    for item in items {
        officer.no_precedent |= item.no_precedent;
        let Some(score) = item.score else { continue };
        officer.fraud_probability = worse(officer.fraud_probability, score.fraud);
        officer.critical_probability = worse(officer.critical_probability, score.critical);
        if item.verdict == part.verdict {
            (fraud, critical) = (worse(fraud, score.fraud), worse(critical, score.critical));
            for rule in item.rules.into_iter().flatten() {
                if !fired.contains(&rule) {
                    fired.push(rule);
                }
            }
        }
    }
    let scores = [
        (ReasonCode::FraudScore, fraud, policy.fraud),
        (ReasonCode::CriticalScore, critical, policy.critical),
    ];
    let scores = scores.into_iter().filter_map(|(code, highest, cut)| score_rule(code, highest?, cut));
    officer.rules.extend(scores.chain(fired.into_iter().map(Fired::reason)));
    tell_corridor(&mut part.public_reasons, part.verdict);
}

/// Explains one goods item of a decided case, whether or not it was among the deciding ones; none where it was not scored.
pub(crate) fn explain_item(
    evidence: &Evidence,
    (consignment, index): (usize, usize),
    policy: &Policy,
    model: &Bundle,
) -> Option<DecidingItem> {
    let Shape::Cargo { items: counts, .. } = &evidence.shape else { return None };
    if index >= *counts.get(consignment)? {
        return None;
    }
    let before: usize = counts.iter().take(consignment).sum();
    let item = evidence.items.get(before + index)?;
    let scores = model.score(std::slice::from_ref(&item.vector)).ok()?;
    let judged = Judged::of(item, scores.first(), evidence.withheld, policy);
    let budget = evidence.budget.filter(|budget| !budget.as_policy());
    Some(deciding_item(item, &judged, judged.score?, (consignment, index), budget.as_ref(), policy, model))
}

fn deciding_item(
    item: &ItemEvidence,
    judged: &Judged,
    score: Score,
    (consignment, index): (usize, usize),
    budget: Option<&Budget>,
    policy: &Policy,
    model: &Bundle,
) -> DecidingItem {
    let explanation = model.explain(&item.vector, judged.head);
    let (reasons, rest) = explained(&explanation, judged.head, item);
    DecidingItem {
        consignment,
        item: index,
        fraud_probability: score.fraud,
        critical_probability: score.critical,
        head: judged.head,
        base_log_odds: micro(explanation.base),
        reasons,
        rest,
        // A model that fails here has nothing to add; what it said before stands.
        change: change(item, judged, policy, budget, &|vectors| model.score(vectors).unwrap_or_default()),
    }
}

/// Explains the worst items of the whole manifest, in the parts that they belong to.
fn deciding_items(
    draft: &mut Draft,
    counts: &[usize],
    judged: &[Judged],
    evidence: &Evidence,
    policy: &Policy,
    model: &Bundle,
) {
    let places: Vec<(usize, usize)> =
        counts.iter().enumerate().flat_map(|(c, count)| (0..*count).map(move |i| (c, i))).collect();
    let mut order: Vec<usize> = (0..judged.len()).filter(|place| judged[*place].score.is_some()).collect();
    // Worst first: corridor, then danger, then place, so that the order never depends on anything else.
    order.sort_by(|a, b| {
        let (x, y) = (&judged[*a], &judged[*b]);
        gravity(y.verdict).cmp(&gravity(x.verdict)).then(y.danger.total_cmp(&x.danger)).then(a.cmp(b))
    });
    for place in order.into_iter().take(EXPLAINED) {
        let (judged, item) = (&judged[place], &evidence.items[place]);
        let (Some(score), Some((consignment, index))) = (judged.score, places.get(place).copied()) else {
            continue;
        };
        let told = deciding_item(item, judged, score, (consignment, index), None, policy, model);
        draft.parts[consignment].officer.deciding_items.push(told);
    }
}
