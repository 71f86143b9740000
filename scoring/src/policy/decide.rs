//! Scores, history and findings of one case become a draft; the draft, finished, its pre-decisions.

use manifest::finding::{About, FindingCode, Severity};

use super::NOT_DECLARED;
use super::public::PublicReason;
use super::reasons::{Reason, ReasonCode, explained, micro};
use super::roll_up::{Parts, gravity, roll_up, worst};
use super::rules::{SubjectKind, minimum};
use super::thresholds::{Cut, Policy};
use crate::case::CrewMember;
use crate::features::{PRIOR_FRAUD, PRIOR_WEIGHT, RATE_WEIGHT};
use crate::history::{Counter, CounterKind};
use crate::model::{Explanation, Score};
use crate::pre_decision::{
    Corridor, DecidingItem, Head, OfficerPart, PreDecision, SubjectRef, Verdict, Withheld,
};
use crate::scorer::{Evidence, ItemEvidence, Shape};

/// How many goods items of a manifest are explained when it is submitted.
const EXPLAINED: usize = 3;

/// Parts that are decided and a conveyance that is not yet: what a budget may still change before the roll-up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    /// What the findings about the conveyance ask for by themselves.
    own: Verdict,
    conveyance: PreDecision,
    parts: Vec<PreDecision>,
    drivers: Vec<usize>,
    empty: bool,
    coach: bool,
    withheld_share: f64,
    /// Set when the whole case is withheld, whatever its parts say.
    all: Option<Withheld>,
}

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

/// Decides every part of a case. `explain` is asked about the deciding items only.
pub(crate) fn decide(
    evidence: &Evidence,
    scores: &[Score],
    policy: &Policy,
    explain: impl Fn(usize, Head) -> Explanation,
) -> Draft {
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
            consignment(&mut draft.parts[place], items, *count, evidence.withheld);
            from += count;
        }
        deciding_items(&mut draft, items, &judged, evidence, explain);
    }
    if draft.empty {
        fired(&mut draft.conveyance, rule(ReasonCode::EmptyConveyance, [word(Corridor::Yellow)]));
    }
    for (code, severity, about) in &evidence.findings {
        draft.note(evidence, *code, *severity, *about);
    }
    draft
}

/// What the model and the rules about history say of one goods item.
struct Judged {
    verdict: Verdict,
    score: Option<Score>,
    /// How far the worse head is above (over 1) or below its red threshold: the order of items of one corridor.
    danger: f64,
    head: Head,
    no_precedent: bool,
    rules: Vec<Reason>,
}

impl Judged {
    fn of(item: &ItemEvidence, score: Option<&Score>, failed: Option<Withheld>, policy: &Policy) -> Self {
        let sound = score.filter(|score| score.is_sound() && item.vector.is_finite());
        let (Some(score), None) = (sound, failed) else {
            return Self {
                verdict: Verdict::Withheld(failed.unwrap_or(Withheld::ScoringFailed)),
                score: None,
                danger: 0.0,
                head: Head::Fraud,
                no_precedent: false,
                rules: Vec::new(),
            };
        };
        let (fraud, critical) = (f64::from(score.fraud), f64::from(score.critical));
        let mut rules = Vec::new();
        let mut corridor = Corridor::Green;
        for (code, p, cut) in [
            (ReasonCode::FraudScore, fraud, policy.fraud),
            (ReasonCode::CriticalScore, critical, policy.critical),
        ] {
            if let Some((reached, threshold)) = reached(p, cut) {
                rules.push(rule(code, [format!("{p:.3}"), threshold.to_string(), word(reached)]));
                corridor = corridor.max(reached);
            }
        }
        let importer = &item.counters[CounterKind::Importer as usize];
        let rate = shrunken_rate(importer, &item.counters[CounterKind::Base as usize]);
        let record = [importer.fraud.to_string(), importer.n.to_string()];
        if importer.n >= policy.importer_record.outcomes
            && let Some((reached, _)) = reached(rate, policy.importer_record.rate)
        {
            let [irregular, all] = record.clone();
            rules.push(rule(ReasonCode::ImporterRecord, [irregular, all, word(reached)]));
            corridor = corridor.max(reached);
        }
        // Nothing like it was ever looked at, so a low score is not a clean bill: somebody reads its documents. A
        // fresh installation is therefore all yellow, and says why; red still needs a reason of its own. The one way to
        // green is an importer with a long clean record, for exact masses seldom repeat at a real border.
        let no_precedent = item.counters[CounterKind::Signature as usize].n == 0;
        if no_precedent {
            let asked = !item.undeclared.has(CounterKind::Signature);
            let parameters = if asked { Vec::new() } else { vec![NOT_DECLARED.to_owned()] };
            rules.push(Reason { code: ReasonCode::NoPrecedent, parameters, contribution: None });
            if corridor == Corridor::Green {
                let trusted = policy.trusted_importer;
                // Trust is in what an importer says; it covers nothing that was left unsaid.
                let said = [CounterKind::Hs6, CounterKind::Origin, CounterKind::Mass];
                let said = said.into_iter().all(|kind| !item.undeclared.has(kind));
                if said && importer.n >= trusted.outcomes && rate <= trusted.rate {
                    rules.push(rule(ReasonCode::TrustedImporter, record));
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
            rules,
        }
    }
}

/// A rate drawn towards the base rate by as much as five outcomes weigh: two of two is no record.
fn shrunken_rate(counter: &Counter, base: &Counter) -> f64 {
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

fn rule<const N: usize>(code: ReasonCode, parameters: [String; N]) -> Reason {
    Reason { code, parameters: parameters.into(), contribution: None }
}

fn word(corridor: Corridor) -> String {
    corridor.as_str().to_owned()
}

/// A consignment takes its worst item; without items it was never scored.
fn consignment(part: &mut PreDecision, items: &[Judged], declared: usize, failed: Option<Withheld>) {
    part.verdict = if items.len() < declared || items.is_empty() {
        Verdict::Withheld(failed.unwrap_or(Withheld::ScoringFailed))
    } else {
        worst(items.iter().map(|item| item.verdict))
    };
    let officer = &mut part.officer;
    for item in items {
        if let Some(score) = item.score {
            let worse = |before: Option<f32>, now: f32| Some(before.map_or(now, |before| before.max(now)));
            officer.fraud_probability = worse(officer.fraud_probability, score.fraud);
            officer.critical_probability = worse(officer.critical_probability, score.critical);
        }
        officer.no_precedent |= item.no_precedent;
        if item.verdict == part.verdict {
            for rule in &item.rules {
                add_rule(&mut officer.rules, rule);
            }
        }
    }
    tell_corridor(&mut part.public_reasons, part.verdict);
}

/// Adds an item's rule to its consignment's. Of scores only the highest is told: it is the one beside which the rule
/// stands, and two numbers without a name would be a riddle.
fn add_rule(rules: &mut Vec<Reason>, rule: &Reason) {
    let is_score = matches!(rule.code, ReasonCode::FraudScore | ReasonCode::CriticalScore);
    match rules.iter_mut().find(|known| known.code == rule.code && (is_score || *known == rule)) {
        // Probabilities are written with the same number of digits, so they sort as texts.
        Some(known) if is_score && known.parameters < rule.parameters => *known = rule.clone(),
        Some(_) => {}
        None => rules.push(rule.clone()),
    }
}

/// Explains the worst items of the whole manifest, in the parts that they belong to.
fn deciding_items(
    draft: &mut Draft,
    counts: &[usize],
    judged: &[Judged],
    evidence: &Evidence,
    explain: impl Fn(usize, Head) -> Explanation,
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
        let explanation = explain(place, judged.head);
        let (reasons, rest) = explained(&explanation, judged.head, item);
        draft.parts[consignment].officer.deciding_items.push(DecidingItem {
            consignment,
            item: index,
            fraud_probability: score.fraud,
            critical_probability: score.critical,
            head: judged.head,
            base_log_odds: micro(explanation.base),
            reasons,
            rest,
        });
    }
}

impl Draft {
    fn new(evidence: &Evidence, withheld_share: f64) -> Self {
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
        let parts = (0..consignments)
            .map(SubjectRef::Consignment)
            .chain((0..crew.len()).map(SubjectRef::CrewMember))
            .chain((0..passengers).map(SubjectRef::Passenger))
            .map(part)
            .collect();
        let drivers = crew.iter().enumerate().filter(|(_, member)| **member == CrewMember::Driver);
        Self {
            own: green,
            conveyance: part(SubjectRef::Conveyance),
            parts,
            drivers: drivers.map(|(place, _)| consignments + place).collect(),
            empty: matches!(evidence.shape, Shape::EmptyTruck { .. }),
            coach: matches!(evidence.shape, Shape::Coach { .. }),
            withheld_share,
            all: None,
        }
    }

    /// Lets one finding weigh on the subject that it is about. One about a subject that the case does not have weighs
    /// on the conveyance: it must not be lost.
    fn note(&mut self, evidence: &Evidence, code: FindingCode, severity: Severity, about: About) {
        let place = evidence.place_of(about);
        let kind = match place {
            None if self.coach => SubjectKind::Coach,
            None => SubjectKind::Truck,
            Some(place) if matches!(self.parts[place].subject, SubjectRef::Consignment(_)) => {
                SubjectKind::Consignment
            }
            Some(_) => SubjectKind::Traveller,
        };
        let minimum = minimum(code, severity, kind);
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

    /// The pre-decisions: the conveyance's first, rolled up from its parts.
    pub(crate) fn finish(self) -> Vec<PreDecision> {
        let Self { own, mut conveyance, parts, drivers, empty, coach, withheld_share, all } = self;
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
        summarise(&mut conveyance, &parts, coach);
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

fn tell_corridor(public: &mut Vec<PublicReason>, verdict: Verdict) {
    match verdict {
        Verdict::Corridor(Corridor::Red) => tell(public, PublicReason::RiskAssessment),
        Verdict::Corridor(Corridor::Yellow) => tell(public, PublicReason::DocumentaryCheck),
        Verdict::Corridor(Corridor::Green) => {}
        Verdict::Withheld(_) => tell(public, PublicReason::NoDecision),
    }
}

fn fired(part: &mut PreDecision, rule: Reason) {
    if !part.officer.rules.contains(&rule) {
        part.officer.rules.push(rule);
    }
}

fn tell(public: &mut Vec<PublicReason>, reason: PublicReason) {
    if !public.contains(&reason) {
        public.push(reason);
    }
}

impl Evidence {
    /// Place, among a draft's parts, of the subject that a finding is about; none for the conveyance, and for a
    /// subject that the case does not have.
    fn place_of(&self, about: About) -> Option<usize> {
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
