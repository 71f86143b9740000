//! The way of a case through features, model and policy, in order; and what is remembered of it.

use std::path::Path;

use manifest::finding::{About, Finding, FindingCode, Severity};

use crate::case::{Case, CrewMember};
use crate::features::{self, Counters, FeatureVector, Undeclared};
use crate::history::{Counter, CounterKey, History, PastOutcome};
use crate::model::{Bundle, BundleError, Explanation};
use crate::policy::{self, Policy, PolicyError};
use crate::pre_decision::{Head, PreDecision, Withheld};

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
}

/// Which model and policy judged; stands beside every pre-decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Name of the bundle.
    pub bundle_name: String,
    /// Its version.
    pub bundle_version: String,
    /// SHA-256 of its `bundle.toml`, in hexadecimal.
    pub bundle_digest: String,
    /// Fingerprint of the feature catalog.
    pub feature_fingerprint: String,
    /// Version of the policy.
    pub policy_version: String,
    /// SHA-256 of the policy file and the table of rules, in hexadecimal.
    pub policy_digest: String,
}

/// A model and a policy, checked and ready.
#[derive(Debug)]
pub struct Scorer {
    bundle: Bundle,
    policy: Policy,
    identity: Identity,
}

/// The shape of a case, without its goods.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A truck: how many goods items each consignment has.
    Cargo {
        /// Goods items of each consignment.
        items: Vec<usize>,
        /// The crew.
        crew: Vec<CrewMember>,
    },
    /// A truck that is declared empty.
    EmptyTruck {
        /// The crew.
        crew: Vec<CrewMember>,
    },
    /// A bus.
    Coach {
        /// The crew.
        crew: Vec<CrewMember>,
        /// How many passengers.
        passengers: usize,
    },
    /// No pre-decision for this mode.
    ModeNotDecided,
    /// Nothing is known about the case: it was rejected before it became one.
    Unknown,
}

/// What one goods item was scored by.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemEvidence {
    /// The model's input.
    pub vector: FeatureVector,
    /// The history values in it: base rates first, then one for each kind by its code.
    pub counters: Counters,
    /// Kinds of counters for which something was not declared.
    pub undeclared: Undeclared,
}

/// All that a set of pre-decisions was made from, besides model and policy: they can be made again from this alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Who judged; absent when nobody did, because the manifest was rejected.
    pub identity: Option<Identity>,
    /// What was judged.
    pub shape: Shape,
    /// Day up to which outcomes were counted, where known.
    pub history_as_of: Option<jiff::civil::Date>,
    /// Why nothing was scored, if nothing was.
    pub withheld: Option<Withheld>,
    /// Goods items in order of consignment and place.
    pub items: Vec<ItemEvidence>,
    /// Findings: code, severity, subject. Never a value or a path.
    pub findings: Vec<(FindingCode, Severity, About)>,
}

/// A judged case, not yet finished.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    pub(crate) evidence: Evidence,
    pub(crate) draft: policy::Draft,
}

/// What is left of a border post's inspections. Empty until budgets exist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capacity {}

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
        Ok(Self::new(bundle, Policy::shipped()?))
    }

    /// The model in a folder, with the policy that is compiled in.
    ///
    /// # Errors
    /// When a file is missing or altered, or the model is not the one that the bundle says it is.
    pub fn load(dir: &Path) -> Result<Self, LoadError> {
        let bundle = Bundle::check(|file| std::fs::read(dir.join(file)).map_err(|error| error.to_string()))?;
        Ok(Self::new(bundle, Policy::shipped()?))
    }

    fn new(bundle: Bundle, policy: Policy) -> Self {
        let identity = Identity {
            bundle_name: bundle.name.clone(),
            bundle_version: bundle.version.clone(),
            bundle_digest: bundle.digest.clone(),
            feature_fingerprint: features::fingerprint(),
            policy_version: policy.version.clone(),
            policy_digest: policy.digest.clone(),
        };
        Self { bundle, policy, identity }
    }

    /// The same model under another policy.
    #[must_use]
    pub fn with_policy(self, policy: Policy) -> Self {
        Self::new(self.bundle, policy)
    }

    /// Which model and policy judge here.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
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

    /// The counters to read for a case, each once and in order.
    #[must_use]
    pub fn history_keys(&self, case: &Case) -> Vec<CounterKey> {
        let mut keys: Vec<_> =
            case.goods_items().flat_map(|(_, _, subject)| subject.history_keys(&self.policy.rates)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// What a past outcome adds to the counters.
    #[must_use]
    pub fn updates(&self, outcome: &PastOutcome) -> Vec<(CounterKey, Counter)> {
        outcome.updates(&self.policy.rates)
    }

    /// Judges a case. Never fails and never panics: what could not be judged is withheld, with the reason.
    #[must_use]
    pub fn score(&self, case: &Case, history: Result<&History, Withheld>, findings: &[Finding]) -> Scored {
        let mut evidence = Evidence::new(Some(case), findings);
        evidence.identity = Some(self.identity.clone());
        match history {
            Ok(history) => {
                evidence.history_as_of = history.as_of();
                evidence.items = case
                    .goods_items()
                    .map(|(_, _, subject)| {
                        let features = features::of(subject, history, &self.policy.rates);
                        ItemEvidence {
                            vector: features.vector,
                            counters: features.counters,
                            undeclared: features.undeclared,
                        }
                    })
                    .collect();
            }
            Err(withheld) => evidence.withheld = Some(withheld),
        }
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
        let draft = policy::decide(&evidence, &scores, &self.policy, |item, head| {
            self.bundle.explain(&evidence.items[item].vector, head)
        });
        Scored { evidence, draft }
    }

    /// Explains one goods item that was not among the deciding ones, from its evidence.
    #[must_use]
    pub fn explain(&self, item: &ItemEvidence, head: Head) -> Explanation {
        self.bundle.explain(&item.vector, head)
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
        let mut evidence = Evidence::new(case, findings);
        evidence.withheld = Some(reason);
        Self::unjudged(evidence, reason)
    }

    pub(crate) fn unjudged(evidence: Evidence, reason: Withheld) -> Self {
        let draft = policy::withheld(&evidence, reason);
        Self { evidence, draft }
    }
}

impl Evidence {
    fn new(case: Option<&Case>, findings: &[Finding]) -> Self {
        Self {
            identity: None,
            shape: match case {
                Some(Case::Cargo { consignments, crew }) => {
                    Shape::Cargo { items: consignments.iter().map(Vec::len).collect(), crew: crew.clone() }
                }
                Some(Case::EmptyTruck { crew }) => Shape::EmptyTruck { crew: crew.clone() },
                Some(Case::Coach { crew, passengers }) => {
                    Shape::Coach { crew: crew.clone(), passengers: *passengers }
                }
                Some(Case::ModeNotDecided) => Shape::ModeNotDecided,
                None => Shape::Unknown,
            },
            history_as_of: None,
            withheld: None,
            items: Vec::new(),
            findings: findings.iter().map(|f| (f.code, f.severity, f.about)).collect(),
        }
    }
}

/// Finishes a judged case under what is left of the border post's inspections. Pure; called inside the store's
/// transaction.
#[must_use]
pub fn finish(scored: Scored, _capacity: &Capacity) -> Decided {
    Decided { pre_decisions: scored.draft.finish(), evidence: scored.evidence }
}
