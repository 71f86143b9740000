//! Parts that are decided and a conveyance that is not yet.

use manifest::finding::{About, FindingCode, Severity};

use super::judged::{rule, word};
use super::public::PublicReason;
use super::reasons::{Reason, ReasonCode};
use super::roll_up::{Parts, roll_up, worst};
use super::rules::{RuleTable, SubjectKind, leaves_unknown};
use crate::case::CrewMember;
use crate::evidence::{Evidence, Shape};
use crate::pre_decision::{Corridor, OfficerPart, PreDecision, SubjectRef, Verdict, Withheld};
use crate::selection::Budget;

/// Parts that are decided and a conveyance that is not yet: what a budget may still change before the roll-up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    /// What the findings about the conveyance ask for by themselves.
    own: Verdict,
    pub(super) conveyance: PreDecision,
    pub(super) parts: Vec<PreDecision>,
    /// Which parts, should they be red, are so by the probability of an irregularity alone.
    pub(super) lowerable: Vec<bool>,
    drivers: Vec<usize>,
    pub(super) empty: bool,
    coach: bool,
    withheld_share: f64,
    /// Set when the whole case is withheld, whatever its parts say.
    pub(super) all: Option<Withheld>,
    /// Rules alone decide, because of this: what they leave green is withheld.
    rules_only: Option<Withheld>,
}

/// Instead of a threshold, when the budget is spent.
const SPENT: &str = "-";

impl Draft {
    pub(super) fn new(evidence: &Evidence, withheld_share: f64) -> Self {
        let green = Verdict::Corridor(Corridor::Green);
        let part = |subject| PreDecision {
            subject,
            verdict: green,
            public_reasons: Vec::new(),
            officer: OfficerPart::default(),
        };
        let (consignments, crew, passengers): (usize, &[CrewMember], usize) = match &evidence.shape {
            Shape::Cargo { items, crew } => (items.len(), crew, 0),
            Shape::EmptyTruck { crew } => (0, crew, 0),
            Shape::Coach { crew, passengers } => (0, crew, *passengers),
            Shape::ModeNotDecided | Shape::Unknown => (0, &[], 0),
        };
        let parts: Vec<PreDecision> = (0..consignments)
            .map(SubjectRef::Consignment)
            .chain((0..crew.len()).map(SubjectRef::CrewMember))
            .chain((0..passengers).map(SubjectRef::Passenger))
            .map(part)
            .collect();
        let drivers = crew.iter().enumerate().filter(|(_, member)| **member == CrewMember::Driver);
        Self {
            own: green,
            conveyance: part(SubjectRef::Conveyance),
            lowerable: vec![false; parts.len()],
            parts,
            drivers: drivers.map(|(place, _)| consignments + place).collect(),
            empty: matches!(evidence.shape, Shape::EmptyTruck { .. }),
            coach: matches!(evidence.shape, Shape::Coach { .. }),
            withheld_share,
            all: None,
            rules_only: evidence.withheld.filter(|_| evidence.rules_only),
        }
    }

    /// Lets one finding weigh on the subject that it is about. One about a subject that the case does not have weighs
    /// on the conveyance: it must not be lost.
    pub(super) fn note(
        &mut self,
        evidence: &Evidence,
        rules: &RuleTable,
        (code, severity, about): (FindingCode, Severity, About),
    ) {
        let place = evidence.place_of(about);
        let kind = match place {
            None if self.coach => SubjectKind::Coach,
            None => SubjectKind::Truck,
            Some(place) if matches!(self.parts[place].subject, SubjectRef::Consignment(_)) => {
                SubjectKind::Consignment
            }
            Some(_) => SubjectKind::Traveller,
        };
        let minimum = rules.minimum(code, severity, kind);
        if self.coach && kind == SubjectKind::Traveller && leaves_unknown(code) && severity != Severity::Note
        {
            let red = Corridor::Red;
            self.own = worst([self.own, Verdict::Corridor(red)]);
            tell(&mut self.conveyance.public_reasons, PublicReason::Finding(code));
            fired(&mut self.conveyance, rule(ReasonCode::Finding, [code.as_str().to_owned(), word(red)]));
        }
        if let (Some(place), Some(Corridor::Red)) = (place, minimum) {
            self.lowerable[place] = false;
        }
        let (verdict, public, officer) = match place {
            Some(place) => {
                let part = &mut self.parts[place];
                (&mut part.verdict, &mut part.public_reasons, &mut part.officer)
            }
            None => (&mut self.own, &mut self.conveyance.public_reasons, &mut self.conveyance.officer),
        };
        if severity == Severity::Blocking {
            // A blocked part is withheld even where it would have been red: it was not understood. A conveyance
            // that a rule makes red stays red, as in the roll-up.
            let withheld = Verdict::Withheld(Withheld::BlockingFinding);
            match (place, minimum) {
                (None, Some(Corridor::Red)) => *verdict = Verdict::Corridor(Corridor::Red),
                (None, _) => *verdict = worst([*verdict, withheld]),
                (Some(_), _) => {
                    *verdict = withheld;
                    public.retain(|reason| matches!(reason, PublicReason::Finding(_)));
                }
            }
            tell(public, PublicReason::Finding(code));
            if *verdict == withheld {
                let blocks = rule(ReasonCode::FindingBlocks, [code.as_str().to_owned()]);
                if !officer.rules.contains(&blocks) {
                    officer.rules.push(blocks);
                }
                return;
            }
        } else if let Some(minimum) = minimum {
            let asked = Verdict::Corridor(minimum);
            if let Verdict::Corridor(before) = *verdict
                && before < minimum
            {
                // The finding alone explains the corridor, so the coarse word would only say less.
                public.retain(|reason| matches!(reason, PublicReason::Finding(_)));
                *verdict = asked;
            } else if place.is_some() && self.rules_only.map(Verdict::Withheld) == Some(*verdict) {
                // Nothing was scored, but a rule says what is to be done at least.
                public.retain(|reason| matches!(reason, PublicReason::Finding(_)));
                *verdict = asked;
            } else if place.is_none() {
                *verdict = worst([*verdict, asked]);
            }
            tell(public, PublicReason::Finding(code));
        }
        if let Some(minimum) = minimum {
            let fired = rule(ReasonCode::Finding, [code.as_str().to_owned(), word(minimum)]);
            if !officer.rules.contains(&fired) {
                officer.rules.push(fired);
            }
        }
    }

    /// Lets the post's budget say which consignments are examined for their probability of an irregularity, and the draw
    /// whether the conveyance is. What rules, records, findings or the critical head made red stays red, budget or not;
    /// what the budget does not reach is yellow, for its papers are read all the same.
    fn under(&mut self, budget: &Budget) {
        if self.all.is_some() {
            return;
        }
        let parts = self.parts.iter_mut().zip(&self.lowerable);
        for (part, lowerable) in parts.filter(|_| !budget.as_policy()) {
            let (Verdict::Corridor(before), SubjectRef::Consignment(_)) = (part.verdict, part.subject) else {
                continue;
            };
            let Some(probability) = part.officer.fraud_probability.map(f64::from) else { continue };
            let threshold = if budget.threshold.is_finite() {
                format!("{:.3}", budget.threshold)
            } else {
                SPENT.to_owned()
            };
            let (code, now) = match (budget.reaches(probability), before) {
                (true, Corridor::Green | Corridor::Yellow) => (ReasonCode::BudgetReaches, Corridor::Red),
                (false, Corridor::Red) if *lowerable => (ReasonCode::BudgetSpent, Corridor::Yellow),
                _ => continue,
            };
            part.verdict = Verdict::Corridor(now);
            part.public_reasons.retain(|reason| matches!(reason, PublicReason::Finding(_)));
            tell_corridor(&mut part.public_reasons, part.verdict);
            fired(part, rule(code, [format!("{probability:.3}"), threshold, word(now)]));
        }
        if budget.drawn() {
            self.own = worst([self.own, Verdict::Corridor(Corridor::Red)]);
            // The same word as after a risk assessment: who was drawn is nobody's business.
            tell(&mut self.conveyance.public_reasons, PublicReason::RiskAssessment);
            fired(&mut self.conveyance, rule(ReasonCode::DrawnAtRandom, []));
        }
    }

    /// The pre-decisions: the conveyance's first, rolled up from its parts.
    pub(crate) fn finish(mut self, budget: Option<&Budget>) -> Vec<PreDecision> {
        if let Some(budget) = budget {
            self.under(budget);
        }
        let Self {
            own,
            mut conveyance,
            mut parts,
            drivers,
            empty,
            coach,
            withheld_share,
            all,
            rules_only,
            ..
        } = self;
        let of = |wanted: fn(&SubjectRef) -> bool| -> Vec<Verdict> {
            parts.iter().filter(|part| wanted(&part.subject)).map(|part| part.verdict).collect()
        };
        let consignments = of(|subject| matches!(subject, SubjectRef::Consignment(_)));
        let travellers = of(|subject| !matches!(subject, SubjectRef::Consignment(_)));
        let drivers: Vec<Verdict> = drivers.iter().map(|place| parts[*place].verdict).collect();
        conveyance.verdict = match all {
            Some(reason) => Verdict::Withheld(reason),
            None if coach => {
                roll_up(Parts::Coach { own, drivers: &drivers, travellers: &travellers, withheld_share })
            }
            None if empty => roll_up(Parts::EmptyTruck { own, drivers: &drivers }),
            None => roll_up(Parts::Cargo { own, consignments: &consignments, drivers: &drivers }),
        };
        if let Some(cause) = rules_only {
            for part in parts.iter_mut().chain([&mut conveyance]) {
                if part.verdict == Verdict::Corridor(Corridor::Green) {
                    part.verdict = Verdict::Withheld(cause);
                }
                tell(&mut part.public_reasons, PublicReason::RulesOnly);
                fired(part, rule(ReasonCode::RulesOnly, [cause.as_str().to_owned()]));
            }
        }
        summarise(&mut conveyance, &parts, coach);
        if conveyance.verdict == Verdict::Withheld(Withheld::TravellersWithheld) {
            tell(&mut conveyance.public_reasons, PublicReason::TravellersWithheld);
        }
        let mut pre_decisions = Vec::with_capacity(parts.len() + 1);
        pre_decisions.push(conveyance);
        pre_decisions.extend(parts);
        for part in &mut pre_decisions {
            if matches!(part.verdict, Verdict::Withheld(_)) {
                tell(&mut part.public_reasons, PublicReason::NoDecision);
            }
            part.public_reasons.sort_unstable();
        }
        pre_decisions
    }
}

/// The conveyance's own page: what of its parts decided.
fn summarise(conveyance: &mut PreDecision, parts: &[PreDecision], coach: bool) {
    let officer = &mut conveyance.officer;
    let (mut red, mut withheld) = (0, 0);
    for part in parts {
        if matches!(part.subject, SubjectRef::Consignment(_)) {
            let worse = |a: Option<f32>, b: Option<f32>| a.into_iter().chain(b).reduce(f32::max);
            officer.fraud_probability = worse(officer.fraud_probability, part.officer.fraud_probability);
            officer.critical_probability =
                worse(officer.critical_probability, part.officer.critical_probability);
            officer.no_precedent |= part.officer.no_precedent;
            if part.verdict == conveyance.verdict {
                for reason in &part.public_reasons {
                    tell(&mut conveyance.public_reasons, *reason);
                }
            }
        } else {
            red += usize::from(part.verdict == Verdict::Corridor(Corridor::Red));
            withheld += usize::from(matches!(part.verdict, Verdict::Withheld(_)));
        }
    }
    if red + withheld > 0 {
        officer.rules.push(rule(ReasonCode::TravellersSetAside, [red.to_string(), withheld.to_string()]));
    }
    if !coach && conveyance.public_reasons.is_empty() {
        tell_corridor(&mut conveyance.public_reasons, conveyance.verdict);
    }
}

pub(super) fn tell_corridor(public: &mut Vec<PublicReason>, verdict: Verdict) {
    match verdict {
        Verdict::Corridor(Corridor::Red) => tell(public, PublicReason::RiskAssessment),
        Verdict::Corridor(Corridor::Yellow) => tell(public, PublicReason::DocumentaryCheck),
        Verdict::Corridor(Corridor::Green) => {}
        Verdict::Withheld(_) => tell(public, PublicReason::NoDecision),
    }
}

pub(super) fn fired(part: &mut PreDecision, rule: Reason) {
    if !part.officer.rules.contains(&rule) {
        part.officer.rules.push(rule);
    }
}

pub(super) fn tell(public: &mut Vec<PublicReason>, reason: PublicReason) {
    if !public.contains(&reason) {
        public.push(reason);
    }
}

impl Evidence {
    /// Place, among a draft's parts, of the subject that a finding is about; none for the conveyance, and for a
    /// subject that the case does not have.
    pub(super) fn place_of(&self, about: About) -> Option<usize> {
        let (consignments, crew, passengers) = match &self.shape {
            Shape::Cargo { items, crew } => (items.len(), crew.len(), 0),
            Shape::EmptyTruck { crew } => (0, crew.len(), 0),
            Shape::Coach { crew, passengers } => (0, crew.len(), *passengers),
            Shape::ModeNotDecided | Shape::Unknown => (0, 0, 0),
        };
        match about {
            About::Manifest | About::Conveyance => None,
            About::Consignment(place) | About::GoodsItem { consignment: place, .. } => {
                (place < consignments).then_some(place)
            }
            About::CrewMember(place) => (place < crew).then_some(consignments + place),
            About::Passenger(place) => (place < passengers).then_some(consignments + crew + place),
        }
    }
}
