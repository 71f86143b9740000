//! What the model and the rules about history say of one goods item.

use super::NOT_DECLARED;
use super::reasons::{Reason, ReasonCode};
use super::thresholds::{Cut, Policy};
use crate::evidence::ItemEvidence;
use crate::features::{PRIOR_FRAUD, PRIOR_WEIGHT, RATE_WEIGHT, Tally};
use crate::history::CounterKind;
use crate::model::Score;
use crate::pre_decision::{Corridor, Head, Verdict, Withheld};
use crate::selection::Budget;

/// A judged goods item. Nothing in it is text yet: of ten items the rules of a few are told.
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) score: Option<Score>,
    /// How far the worse head is above (over 1) or below its red threshold: the order of items of one corridor.
    pub(super) danger: f64,
    pub(super) head: Head,
    pub(super) no_precedent: bool,
    /// Red, and would not be without the probability of an irregularity: a budget that is spent may lower it.
    pub(super) red_by_fraud_alone: bool,
    /// Rules about history that fired.
    pub(super) rules: [Option<Fired>; 3],
}

/// A rule about history that fired.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fired {
    /// The importer's record colours: irregular, all, corridor.
    ImporterRecord(i64, i64, Corridor),
    /// Nothing like it was seen; or, if not, a part of what to look for was not declared.
    NoPrecedent { asked: bool },
    /// No precedent, but the importer's record is long and clean: irregular, all.
    TrustedImporter(i64, i64),
}

impl Judged {
    pub(super) fn of(
        item: &ItemEvidence,
        score: Option<&Score>,
        failed: Option<Withheld>,
        policy: &Policy,
    ) -> Self {
        let sound = score.filter(|score| score.is_sound() && item.vector.is_finite());
        let (Some(score), None) = (sound, failed) else {
            return Self {
                verdict: Verdict::Withheld(failed.unwrap_or(Withheld::ScoringFailed)),
                score: None,
                danger: 0.0,
                head: Head::Fraud,
                no_precedent: false,
                red_by_fraud_alone: false,
                rules: [None; 3],
            };
        };
        let (fraud, critical) = (f64::from(score.fraud), f64::from(score.critical));
        let scored = [reached(fraud, policy.fraud), reached(critical, policy.critical)];
        let mut corridor = scored.into_iter().flatten().map(|(c, _)| c).max().unwrap_or(Corridor::Green);
        let mut otherwise = scored[1].map_or(Corridor::Green, |(corridor, _)| corridor);
        let mut rules = [None; 3];
        let importer = item.counters.of(CounterKind::Importer);
        let rate = shrunken_rate(importer, item.counters.of(CounterKind::Base));
        if importer.n >= policy.importer_record.outcomes
            && let Some((reached, _)) = reached(rate, policy.importer_record.rate)
        {
            rules[0] = Some(Fired::ImporterRecord(importer.fraud, importer.n, reached));
            corridor = corridor.max(reached);
            otherwise = otherwise.max(reached);
        }
        // Nothing like it was ever looked at, so a low score is not a clean bill: somebody reads its documents. A
        // fresh installation is therefore all yellow, and says why; red still needs a reason of its own. The one way to
        // green is an importer with a long clean record, for exact masses seldom repeat at a real border.
        let no_precedent = item.counters.of(CounterKind::Signature).n == 0;
        if no_precedent {
            rules[1] = Some(Fired::NoPrecedent { asked: !item.undeclared.has(CounterKind::Signature) });
            if corridor == Corridor::Green {
                let trusted = policy.trusted_importer;
                // Trust is in what an importer says; it covers nothing that was left unsaid.
                let said = [CounterKind::Hs6, CounterKind::Origin, CounterKind::Mass];
                let said = said.into_iter().all(|kind| !item.undeclared.has(kind));
                if said && importer.n >= trusted.outcomes && rate <= trusted.rate {
                    rules[2] = Some(Fired::TrustedImporter(importer.fraud, importer.n));
                } else {
                    corridor = Corridor::Yellow;
                }
            }
        }
        let (by_fraud, by_critical) = (fraud / policy.fraud.red, critical / policy.critical.red);
        Self {
            verdict: Verdict::Corridor(corridor),
            score: Some(*score),
            danger: by_fraud.max(by_critical),
            head: if by_critical > by_fraud { Head::Critical } else { Head::Fraud },
            no_precedent,
            red_by_fraud_alone: corridor == Corridor::Red && otherwise < Corridor::Red,
            rules,
        }
    }
}

impl Judged {
    /// The verdict where a post's budget decides what is examined for its probability of an irregularity; the policy's
    /// where there is none.
    pub(super) fn under(&self, budget: Option<&Budget>) -> Verdict {
        let (Verdict::Corridor(corridor), Some(score), Some(budget)) = (self.verdict, self.score, budget)
        else {
            return self.verdict;
        };
        Verdict::Corridor(match (budget.reaches(score.fraud.into()), corridor) {
            (true, _) => Corridor::Red,
            (false, Corridor::Red) if self.red_by_fraud_alone => Corridor::Yellow,
            (false, corridor) => corridor,
        })
    }

    /// The corridor that rules about history hold it in, whatever its scores.
    pub(super) fn held(&self) -> Corridor {
        let trusted = self.rules[2].is_some();
        let of = |rule: &Fired| match rule {
            Fired::ImporterRecord(_, _, corridor) => *corridor,
            Fired::NoPrecedent { .. } if !trusted => Corridor::Yellow,
            Fired::NoPrecedent { .. } | Fired::TrustedImporter(..) => Corridor::Green,
        };
        self.rules.iter().flatten().map(of).max().unwrap_or(Corridor::Green)
    }
}

impl Fired {
    pub(super) fn reason(self) -> Reason {
        match self {
            Fired::ImporterRecord(irregular, all, reached) => {
                rule(ReasonCode::ImporterRecord, [irregular.to_string(), all.to_string(), word(reached)])
            }
            Fired::NoPrecedent { asked: true } => rule(ReasonCode::NoPrecedent, []),
            Fired::NoPrecedent { asked: false } => rule(ReasonCode::NoPrecedent, [NOT_DECLARED.to_owned()]),
            Fired::TrustedImporter(irregular, all) => {
                rule(ReasonCode::TrustedImporter, [irregular.to_string(), all.to_string()])
            }
        }
    }
}

/// The rule that a head's probability reached a threshold, if it did.
pub(super) fn score_rule(code: ReasonCode, probability: f32, cut: Cut) -> Option<Reason> {
    let probability = f64::from(probability);
    let (corridor, threshold) = reached(probability, cut)?;
    Some(rule(code, [format!("{probability:.3}"), threshold.to_string(), word(corridor)]))
}

/// A rate drawn towards the base rate by as much as five outcomes weigh: two of two is no record.
fn shrunken_rate(counter: &Tally, base: &Tally) -> f64 {
    let prior = (base.fraud as f64 + PRIOR_WEIGHT * PRIOR_FRAUD) / (base.n as f64 + PRIOR_WEIGHT);
    (counter.fraud as f64 + RATE_WEIGHT * prior) / (counter.n as f64 + RATE_WEIGHT)
}

fn reached(value: f64, cut: Cut) -> Option<(Corridor, f64)> {
    if value >= cut.red {
        Some((Corridor::Red, cut.red))
    } else if value >= cut.yellow {
        Some((Corridor::Yellow, cut.yellow))
    } else {
        None
    }
}

/// A reason that decides and adds nothing.
pub(super) fn rule<const N: usize>(code: ReasonCode, parameters: [String; N]) -> Reason {
    Reason { code, parameters: parameters.into(), contribution: None }
}

pub(super) fn word(corridor: Corridor) -> String {
    corridor.as_str().to_owned()
}
