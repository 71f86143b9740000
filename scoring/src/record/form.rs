//! A record as JSON: what each part of it is called and how it is written.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::VERSION;
use super::words::{
    about_of, about_text, base64, letter, measured, public_of, public_word, severity_of, subject_of,
    subject_text,
};
use crate::case::CrewMember;
use crate::evidence::{Evidence, Identity, ItemEvidence, Shape};
use crate::features::{Counters, Tally, Undeclared, with_counters};
use crate::history::Moments;
use crate::measures::KEYS;
use crate::policy::{Reason, ReasonCode};
use crate::pre_decision::{DecidingItem, Head, OfficerPart, PreDecision, Verdict, Withheld};
use crate::scorer::Decided;
use crate::selection::Budget;
use manifest::finding::FindingCode;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored<'a> {
    v: u32,
    #[serde(borrow)]
    by: Option<By<'a>>,
    /// Goods items of each consignment; only a truck has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cargo: Option<Cow<'a, [usize]>>,
    /// A truck that is declared empty.
    #[serde(default, skip_serializing_if = "is_false")]
    empty: bool,
    /// Number of passengers; only a coach has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    coach: Option<usize>,
    /// `d` for a driver, `o` for another, in order.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    crew: String,
    /// The mode is one for which nothing is decided.
    #[serde(default, skip_serializing_if = "is_false")]
    mode_not_decided: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(borrow)]
    withheld: Option<Cow<'a, str>>,
    /// Rules alone decided.
    #[serde(default, skip_serializing_if = "is_false")]
    rules_only: bool,
    /// Base rates: outcomes, irregular, critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<[i64; 3]>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    items: Vec<Item>,
    /// Code, severity, subject.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(borrow)]
    findings: Vec<(Cow<'a, str>, char, String)>,
    /// The conveyance's draw, the cut and the threshold of the post's budget: float64 as bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    budget: Option<[u64; 3]>,
    /// The probability with which the conveyance was to be examined under that budget: what an outcome is weighed by. It
    /// follows from the decisions and stands here for whoever reads the record without this program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    selected: Option<f64>,
    #[serde(borrow)]
    decisions: Vec<Decision<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct By<'a> {
    #[serde(borrow)]
    bundle: Cow<'a, str>,
    #[serde(borrow)]
    version: Cow<'a, str>,
    #[serde(borrow)]
    bundle_digest: Cow<'a, str>,
    #[serde(borrow)]
    features: Cow<'a, str>,
    #[serde(borrow)]
    policy: Cow<'a, str>,
    #[serde(borrow)]
    policy_digest: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    /// The features that were measured on the goods item; the others follow from the counters.
    x: String,
    /// Outcomes, irregular, critical of each kind by its code from 1.
    h: Vec<i64>,
    /// Moments of the HS code's unit value and mass: count, mean, squared deviations of each; the latter two as the
    /// bits of a float64, which come back exactly whatever they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    m: Option<(i64, u64, u64, i64, u64, u64)>,
    /// Kinds of counters for which something was not declared: the bit of a kind is its code.
    #[serde(default, skip_serializing_if = "is_zero")]
    u: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision<'a> {
    of: String,
    #[serde(borrow)]
    verdict: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(borrow)]
    public: Vec<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fraud: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    critical: Option<f32>,
    #[serde(default, skip_serializing_if = "is_false")]
    no_precedent: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(borrow)]
    rules: Vec<Why<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(borrow)]
    items: Vec<Deciding<'a>>,
}

/// Code, parameters, contribution.
type Why<'a> = (Cow<'a, str>, Cow<'a, [String]>, Option<f64>);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deciding<'a> {
    /// Consignment and item.
    at: (usize, usize),
    fraud: f32,
    critical: f32,
    /// The critical head is explained, not the other.
    #[serde(default, skip_serializing_if = "is_false")]
    by_critical: bool,
    base: f64,
    #[serde(borrow)]
    why: Vec<Why<'a>>,
    rest: f64,
    /// What would change it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    change: Option<Why<'a>>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_false(value: &bool) -> bool {
    !value
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_zero(value: &u32) -> bool {
    *value == 0
}

impl<'a> Stored<'a> {
    pub(super) fn of(decided: &'a Decided) -> Self {
        let evidence = &decided.evidence;
        let (cargo, coach, crew): (_, _, &[CrewMember]) = match &evidence.shape {
            Shape::Cargo { items, crew } => (Some(Cow::Borrowed(items.as_slice())), None, crew),
            Shape::EmptyTruck { crew } => (None, None, crew),
            Shape::Coach { crew, passengers } => (None, Some(*passengers), crew),
            Shape::ModeNotDecided | Shape::Unknown => (None, None, &[]),
        };
        Self {
            v: VERSION,
            by: evidence.identity.as_deref().map(By::of),
            cargo,
            empty: matches!(evidence.shape, Shape::EmptyTruck { .. }),
            coach,
            crew: crew.iter().map(|m| if *m == CrewMember::Driver { 'd' } else { 'o' }).collect(),
            mode_not_decided: evidence.shape == Shape::ModeNotDecided,
            as_of: evidence.history_as_of.map(|day| day.to_string()),
            withheld: evidence.withheld.map(|reason| reason.as_str().into()),
            rules_only: evidence.rules_only,
            base: evidence.items.first().map(|item| counts(&item.counters.tallies[0])),
            items: evidence.items.iter().map(Item::of).collect(),
            findings: evidence
                .findings
                .iter()
                .map(|(code, severity, about)| (code.as_str().into(), letter(*severity), about_text(*about)))
                .collect(),
            selected: decided.selection().map(|selection| selection.probability),
            budget: evidence.budget.map(|b| [b.draw, b.cut, b.threshold].map(f64::to_bits)),
            decisions: decided.pre_decisions.iter().map(Decision::of).collect(),
        }
    }

    pub(super) fn decided(self) -> Option<Decided> {
        let crew = self.crew.chars().map(|letter| match letter {
            'd' => Some(CrewMember::Driver),
            'o' => Some(CrewMember::Other),
            _ => None,
        });
        let crew = crew.collect::<Option<Vec<_>>>()?;
        let base = self.base.unwrap_or_default();
        Some(Decided {
            evidence: Evidence {
                identity: self.by.map(|by| Arc::new(by.identity())),
                shape: match (self.cargo, self.empty, self.coach, self.mode_not_decided) {
                    (Some(items), false, None, false) => Shape::Cargo { items: items.into_owned(), crew },
                    (None, true, None, false) => Shape::EmptyTruck { crew },
                    (None, false, Some(passengers), false) => Shape::Coach { crew, passengers },
                    (None, false, None, true) => Shape::ModeNotDecided,
                    (None, false, None, false) => Shape::Unknown,
                    _ => return None,
                },
                history_as_of: match self.as_of {
                    Some(day) => Some(day.parse().ok()?),
                    None => None,
                },
                withheld: match self.withheld {
                    Some(word) => Some(Withheld::parse(&word)?),
                    None => None,
                },
                rules_only: self.rules_only,
                items: self.items.into_iter().map(|item| item.evidence(base)).collect::<Option<_>>()?,
                budget: self.budget.map(|bits| {
                    let [draw, cut, threshold] = bits.map(f64::from_bits);
                    Budget { draw, cut, threshold }
                }),
                findings: self
                    .findings
                    .into_iter()
                    .map(|(code, severity, about)| {
                        Some((FindingCode::parse(&code)?, severity_of(severity)?, about_of(&about)?))
                    })
                    .collect::<Option<_>>()?,
            },
            pre_decisions: self.decisions.into_iter().map(Decision::pre_decision).collect::<Option<_>>()?,
        })
    }
}

impl<'a> By<'a> {
    fn of(identity: &'a Identity) -> Self {
        Self {
            bundle: identity.bundle_name.as_str().into(),
            version: identity.bundle_version.as_str().into(),
            bundle_digest: identity.bundle_digest.as_str().into(),
            features: identity.feature_fingerprint.as_str().into(),
            policy: identity.policy_version.as_str().into(),
            policy_digest: identity.policy_digest.as_str().into(),
        }
    }

    fn identity(self) -> Identity {
        Identity {
            bundle_name: self.bundle.into_owned(),
            bundle_version: self.version.into_owned(),
            bundle_digest: self.bundle_digest.into_owned(),
            feature_fingerprint: self.features.into_owned(),
            policy_version: self.policy.into_owned(),
            policy_digest: self.policy_digest.into_owned(),
        }
    }
}

fn counts(counter: &Tally) -> [i64; 3] {
    [counter.n, counter.fraud, counter.critical]
}

impl Item {
    fn of(item: &ItemEvidence) -> Self {
        let (v, m) = (item.counters.unit_value, item.counters.mass);
        Self {
            x: base64(item.vector.measured()),
            h: item.counters.tallies[1..].iter().flat_map(counts).collect(),
            m: (v != Moments::default() || m != Moments::default())
                .then(|| (v.n, v.mean.to_bits(), v.m2.to_bits(), m.n, m.mean.to_bits(), m.m2.to_bits())),
            u: item.undeclared.0,
        }
    }

    fn evidence(self, base: [i64; 3]) -> Option<ItemEvidence> {
        let mut counters = Counters::default();
        if self.h.len() != KEYS * 3 {
            return None;
        }
        for (tally, values) in counters.tallies.iter_mut().zip(base.chunks(3).chain(self.h.chunks(3))) {
            *tally = Tally { n: values[0], fraud: values[1], critical: values[2] };
        }
        if let Some((vn, v_mean, v_m2, mn, m_mean, m_m2)) = self.m {
            let of = |n, mean, m2| Moments { n, mean: f64::from_bits(mean), m2: f64::from_bits(m2) };
            counters.unit_value = of(vn, v_mean, v_m2);
            counters.mass = of(mn, m_mean, m_m2);
        }
        let vector = with_counters(measured(&self.x)?, &counters);
        Some(ItemEvidence { vector, counters, undeclared: Undeclared(self.u) })
    }
}

impl<'a> Decision<'a> {
    fn of(decision: &'a PreDecision) -> Self {
        let officer = &decision.officer;
        Self {
            of: subject_text(decision.subject),
            verdict: decision.verdict.as_str().into(),
            public: decision.public_reasons.iter().map(public_word).collect(),
            fraud: officer.fraud_probability,
            critical: officer.critical_probability,
            no_precedent: officer.no_precedent,
            rules: officer.rules.iter().map(why).collect(),
            items: officer
                .deciding_items
                .iter()
                .map(|item| Deciding {
                    at: (item.consignment, item.item),
                    fraud: item.fraud_probability,
                    critical: item.critical_probability,
                    by_critical: item.head == Head::Critical,
                    base: item.base_log_odds,
                    why: item.reasons.iter().map(why).collect(),
                    rest: item.rest,
                    change: item.change.as_ref().map(why),
                })
                .collect(),
        }
    }

    fn pre_decision(self) -> Option<PreDecision> {
        Some(PreDecision {
            subject: subject_of(&self.of)?,
            verdict: Verdict::parse(&self.verdict)?,
            public_reasons: self.public.iter().map(|word| public_of(word)).collect::<Option<_>>()?,
            officer: OfficerPart {
                fraud_probability: self.fraud,
                critical_probability: self.critical,
                no_precedent: self.no_precedent,
                rules: self.rules.into_iter().map(reason).collect::<Option<_>>()?,
                deciding_items: self
                    .items
                    .into_iter()
                    .map(|item| {
                        Some(DecidingItem {
                            consignment: item.at.0,
                            item: item.at.1,
                            fraud_probability: item.fraud,
                            critical_probability: item.critical,
                            head: if item.by_critical { Head::Critical } else { Head::Fraud },
                            base_log_odds: item.base,
                            reasons: item.why.into_iter().map(reason).collect::<Option<_>>()?,
                            rest: item.rest,
                            change: match item.change {
                                Some(change) => Some(reason(change)?),
                                None => None,
                            },
                        })
                    })
                    .collect::<Option<_>>()?,
            },
        })
    }
}

fn why(reason: &Reason) -> Why<'_> {
    (reason.code.as_str().into(), reason.parameters.as_slice().into(), reason.contribution)
}

fn reason((code, parameters, contribution): Why<'_>) -> Option<Reason> {
    Some(Reason { code: ReasonCode::parse(&code)?, parameters: parameters.into_owned(), contribution })
}
