//! The way of a case through features, model and policy, in order; and what is remembered of it.

use std::path::Path;
use std::sync::Arc;

use manifest::finding::Finding;

use crate::case::Case;
use crate::evidence::{Evidence, Identity, Shape};
use crate::features::{self, FeatureVector};
use crate::history::{Counter, CounterKey, History, PastOutcome};
use crate::measures::Measured;
use crate::model::{Bundle, BundleError};
use crate::policy::ReasonCode;
use crate::policy::{self, Policy, PolicyError};
use crate::pre_decision::{Corridor, DecidingItem, PreDecision, SubjectRef, Verdict, Withheld};
use crate::selection::Budget;

/// The bundle that is compiled in.
const SHIPPED: [(&str, &[u8]); 5] = [
    ("bundle.toml", include_bytes!("../models/customs-1/bundle.toml")),
    ("model.onnx", include_bytes!("../models/customs-1/model.onnx")),
    ("trees.json", include_bytes!("../models/customs-1/trees.json")),
    ("golden.jsonl", include_bytes!("../models/customs-1/golden.jsonl")),
    ("card.md", include_bytes!("../models/customs-1/card.md")),
];

/// Why there is no scorer.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The model is refused.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The policy is refused.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// What was kept under a digest is something else.
    #[error("what was kept under digest {named} has digest {found}")]
    Kept {
        /// The digest that it was kept under.
        named: String,
        /// Its own.
        found: String,
    },
}

/// A model and a policy, checked and ready.
#[derive(Debug)]
pub struct Scorer {
    bundle: Arc<Bundle>,
    policy: Arc<Policy>,
    identity: Arc<Identity>,
    name: Arc<str>,
}

/// A case whose goods are measured: no text of any party is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    shape: Shape,
    items: Vec<Measured>,
}

impl Prepared {
    /// The counters to read, each once and in order.
    #[must_use]
    pub fn history_keys(&self) -> Vec<CounterKey> {
        if self.items.is_empty() {
            return Vec::new();
        }
        let keys = self.items.iter().flat_map(|item| item.keys.into_iter().flatten());
        let mut keys: Vec<CounterKey> = keys.chain([CounterKey::BASE]).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// How many goods items there are.
    #[must_use]
    pub fn goods_items(&self) -> usize {
        self.items.len()
    }
}

/// A judged case, not yet finished.
#[derive(Debug, Clone)]
pub struct Scored {
    pub(crate) evidence: Evidence,
    pub(crate) draft: policy::Draft,
    /// Who is asked again once a budget is known; nobody where nobody judged.
    judge: Option<Judge>,
}

/// The model and the policy that judged.
#[derive(Debug, Clone)]
struct Judge {
    bundle: Arc<Bundle>,
    policy: Arc<Policy>,
}

/// What is left of a border post's inspections. Without a budget the policy's thresholds alone decide.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Capacity {
    /// The post's budget for the shift, and the conveyance's draw.
    pub budget: Option<Budget>,
}

/// Finished pre-decisions with their evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The conveyance's first, then consignments, crew, passengers, in order of places.
    pub pre_decisions: Vec<PreDecision>,
    /// What they were made from.
    pub evidence: Evidence,
}

impl Scorer {
    /// The model and the policy that are compiled in.
    ///
    /// # Errors
    /// When a check of the bundle fails; never in a tested build.
    pub fn shipped() -> Result<Self, LoadError> {
        let bundle = Bundle::check(|file| {
            let found = SHIPPED.iter().find(|(name, _)| *name == file);
            found.map(|(_, bytes)| bytes.to_vec()).ok_or_else(|| "not compiled in".to_owned())
        })?;
        Ok(Self::new(Arc::new(bundle), Policy::shipped()?))
    }

    /// The model in a folder, with the policy that is compiled in.
    ///
    /// # Errors
    /// When a file is missing or altered, or the model is not the one that the bundle says it is.
    pub fn load(dir: &Path) -> Result<Self, LoadError> {
        let bundle = Bundle::check(|file| std::fs::read(dir.join(file)).map_err(|error| error.to_string()))?;
        Ok(Self::new(Arc::new(bundle), Policy::shipped()?))
    }

    /// The model that some kept files make, with the policy that is compiled in: for decisions that it made, not for new ones.
    ///
    /// # Errors
    /// As [`Scorer::load`], but for a calibration that is not told ([`Bundle::check_kept`]).
    pub fn of_files(file: impl Fn(&str) -> Option<Vec<u8>>) -> Result<Self, LoadError> {
        let bundle =
            Bundle::check_kept(|name| file(name).ok_or_else(|| "not among what is kept".to_owned()))?;
        Ok(Self::new(Arc::new(bundle), Policy::shipped()?))
    }

    fn new(bundle: Arc<Bundle>, policy: Policy) -> Self {
        let identity = Arc::new(Identity {
            bundle_name: bundle.name.clone(),
            bundle_version: bundle.version.clone(),
            bundle_digest: bundle.digest.clone(),
            feature_fingerprint: features::fingerprint(),
            policy_version: policy.version.clone(),
            policy_digest: policy.digest.clone(),
        });
        let name = format!("{} {}", identity.bundle_name, identity.bundle_version).into();
        Self { bundle, policy: Arc::new(policy), identity, name }
    }

    /// The same model under another policy.
    #[must_use]
    pub fn with_policy(&self, policy: Policy) -> Self {
        Self::new(Arc::clone(&self.bundle), policy)
    }

    /// Which model and policy judge here.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Name and version of the bundle, for metrics.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The model.
    #[must_use]
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// A case ready to be scored: what its history's keys and its features have in common is worked out here, once.
    #[must_use]
    pub fn prepare(&self, case: &Case) -> Prepared {
        let mut items: Vec<Measured> = Vec::with_capacity(case.goods_items().count());
        let mut before = None;
        for (_, _, subject) in case.goods_items() {
            items.push(Measured::of(subject, &self.policy.rates, before.zip(items.last())));
            before = Some(subject);
        }
        Prepared { shape: Shape::of(Some(case)), items }
    }

    /// The counters to read for a case, each once and in order.
    #[must_use]
    pub fn history_keys(&self, case: &Case) -> Vec<CounterKey> {
        self.prepare(case).history_keys()
    }

    /// What a past outcome adds to the counters.
    #[must_use]
    pub fn updates(&self, outcome: &PastOutcome) -> Vec<(CounterKey, Counter)> {
        outcome.updates(&self.policy.rates)
    }

    /// Judges a case. Never fails and never panics: what could not be judged is withheld, with the reason.
    #[must_use]
    pub fn score(&self, case: &Case, history: Result<&History, Withheld>, findings: &[Finding]) -> Scored {
        self.score_prepared(&self.prepare(case), history, findings)
    }

    /// The same of a case that was prepared before.
    #[must_use]
    pub fn score_prepared(
        &self,
        prepared: &Prepared,
        history: Result<&History, Withheld>,
        findings: &[Finding],
    ) -> Scored {
        let mut evidence = Evidence::new(prepared.shape.clone(), findings);
        evidence.identity = Some(Arc::clone(&self.identity));
        match history {
            Ok(history) => {
                evidence.history_as_of = history.as_of();
                evidence.items =
                    prepared.items.iter().map(|item| features::of_measured(item, history)).collect();
            }
            Err(withheld) => evidence.withheld = Some(withheld),
        }
        self.judge(evidence)
    }

    /// What rules alone say of a case, because nothing can be scored in time, for this reason: red or yellow where a rule says
    /// so, withheld otherwise, and never green. Asks no model.
    #[must_use]
    pub fn rules_only(&self, prepared: &Prepared, cause: Withheld, findings: &[Finding]) -> Scored {
        let mut evidence = Evidence::new(prepared.shape.clone(), findings);
        evidence.identity = Some(Arc::clone(&self.identity));
        evidence.withheld = Some(cause);
        evidence.rules_only = !matches!(prepared.shape, Shape::ModeNotDecided | Shape::Unknown);
        self.judge(evidence)
    }

    /// Scores a case for which rules alone had decided, under the findings that were noted then.
    #[must_use]
    pub fn score_later(&self, prepared: &Prepared, history: &History, before: &Evidence) -> Scored {
        let mut evidence = Evidence::new(before.shape.clone(), &[]);
        evidence.identity = Some(Arc::clone(&self.identity));
        evidence.findings.clone_from(&before.findings);
        evidence.history_as_of = history.as_of();
        evidence.items = prepared.items.iter().map(|item| features::of_measured(item, history)).collect();
        self.judge(evidence)
    }

    /// Judges again from evidence alone: the same model and policy make the same pre-decisions of it, years later.
    #[must_use]
    pub fn judge(&self, mut evidence: Evidence) -> Scored {
        let mut scores = Vec::new();
        if evidence.withheld.is_none() && !evidence.items.is_empty() {
            let vectors: Vec<_> = evidence.items.iter().map(|item| sound(&item.vector)).collect();
            match self.bundle.score(&vectors) {
                Ok(answers) => scores = answers,
                Err(error) => {
                    tracing::error!(error = %error, "the model failed; the case is withheld");
                    evidence.withheld = Some(Withheld::ScoringFailed);
                }
            }
        }
        let draft = policy::decide(&evidence, &scores, &self.policy, &self.bundle);
        let judge = Judge { bundle: Arc::clone(&self.bundle), policy: Arc::clone(&self.policy) };
        Scored { evidence, draft, judge: Some(judge) }
    }

    /// Judges what another scorer judged, from its evidence: what a challenger does. Both read the same features.
    #[must_use]
    pub fn judge_anew(&self, mut evidence: Evidence) -> Scored {
        evidence.identity = Some(Arc::clone(&self.identity));
        self.judge(evidence)
    }

    /// Explains one goods item of a consignment of a decided case, by its places, from the evidence: exactly as the deciding
    /// ones were explained when it was decided. None where there is no such item, or it was not scored, or others judged.
    #[must_use]
    pub fn explain(&self, evidence: &Evidence, consignment: usize, item: usize) -> Option<DecidingItem> {
        if evidence.identity.as_deref() != Some(&*self.identity) {
            return None;
        }
        policy::explain_item(evidence, (consignment, item), &self.policy, &self.bundle)
    }
}

/// The vector that the graph sees: one with a value that is not a number would be answered, and its neighbours in the
/// batch must not suffer for it. `decide` withholds it.
fn sound(vector: &FeatureVector) -> FeatureVector {
    if vector.is_finite() { *vector } else { FeatureVector([0.0; features::WIDTH]) }
}

impl Scored {
    /// Everything of a case withheld for one reason, without a model: a rejected manifest, a missed deadline.
    #[must_use]
    pub fn withheld(reason: Withheld, case: Option<&Case>, findings: &[Finding]) -> Self {
        let mut evidence = Evidence::new(Shape::of(case), findings);
        evidence.withheld = Some(reason);
        Self::unjudged(evidence, reason)
    }

    pub(crate) fn unjudged(evidence: Evidence, reason: Withheld) -> Self {
        let draft = policy::withheld(&evidence, reason);
        Self { evidence, draft, judge: None }
    }
}

/// Finishes a judged case under what is left of the border post's inspections. Pure; called inside the store's
/// transaction.
#[must_use]
pub fn finish(scored: Scored, capacity: &Capacity) -> Decided {
    let Scored { mut evidence, mut draft, judge } = scored;
    evidence.budget = capacity.budget;
    // What would change it was asked of the policy's thresholds; where a budget's decides, it is asked of that.
    if let (Some(budget), Some(judge)) = (capacity.budget.filter(|budget| !budget.as_policy()), judge) {
        policy::change_under(&mut draft, &evidence, &budget, &judge.policy, &judge.bundle);
    }
    Decided { pre_decisions: draft.finish(capacity.budget.as_ref()), evidence }
}

impl Decided {
    /// How the conveyance was chosen under the post's budget; none where the post has no budget.
    #[must_use]
    pub fn selection(&self) -> Option<Selection> {
        let budget = self.evidence.budget?;
        let red = Verdict::Corridor(Corridor::Red);
        let (conveyance, parts) = self.pre_decisions.split_first()?;
        let red_parts = || {
            let consignments = parts.iter().filter(|part| matches!(part.subject, SubjectRef::Consignment(_)));
            consignments.filter(|part| part.verdict == red)
        };
        let always = red_parts().any(asked_for_red) || asked_for_red(conveyance);
        let chosen_by_score =
            red_parts().any(|part| part.officer.fraud_probability.is_some_and(|p| budget.reaches(p.into())));
        let probability = budget.probability(always || red_parts().next().is_some());
        Some(Selection { budget, chosen_by_score, always, probability })
    }
}

/// Did a finding, a record or the critical head ask for full control of this part, whatever the budget?
fn asked_for_red(part: &PreDecision) -> bool {
    part.officer.rules.iter().any(|rule| {
        let asks =
            matches!(rule.code, ReasonCode::Finding | ReasonCode::ImporterRecord | ReasonCode::CriticalScore);
        asks && rule.parameters.last().is_some_and(|word| word == Corridor::Red.as_str())
    })
}

/// How a conveyance was chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Selection {
    /// What the post's budget was at that moment, and the conveyance's draw.
    pub budget: Budget,
    /// A consignment was chosen by its score.
    pub chosen_by_score: bool,
    /// A finding, a record or the critical head asked for it, whatever was left.
    pub always: bool,
    /// Probability with which the conveyance is examined: what an outcome is to be weighed by.
    pub probability: f64,
}
