//! Invented goods and what became of them.

use std::sync::OnceLock;

use manifest::finding::{About, FieldPath, Finding, FindingCode, Severity};
use scoring::*;

/// One for all tests: checking the bundle takes a while without optimization.
pub(crate) fn scorer() -> &'static Scorer {
    static SCORER: OnceLock<Scorer> = OnceLock::new();
    SCORER.get_or_init(|| Scorer::shipped().unwrap())
}

/// Cotton yarn from Türkiye, on the third of March.
pub(crate) fn yarn() -> Subject {
    Subject {
        hs_code: Some("520524".into()),
        origin_country: Some("TR".into()),
        departure_country: Some("TR".into()),
        mass_mg: Some(18_400_000_000),
        value: Some(Value { currency: "USD".into(), units: 52_000, nanos: 0 }),
        importer: Some("UZ-IMPORTER-1".into()),
        exporter: Some("TR-EXPORTER-1".into()),
        declarant: Some("UZ-DECLARANT-1".into()),
        carrier: Some("TR-CARRIER-1".into()),
        office: Some("UZ-POST-1".into()),
        mode: Some(Mode::Road),
        date: "2026-03-03".parse().unwrap(),
    }
}

/// Outcomes of the same goods: so many, of them irregular and critical, one a day from January on.
pub(crate) fn outcomes(subject: &Subject, all: i64, fraud: i64, critical: i64) -> Vec<PastOutcome> {
    let first: jiff::civil::Date = "2026-01-05".parse().unwrap();
    (0..all)
        .map(|day| PastOutcome {
            subject: Subject {
                date: first.checked_add(jiff::Span::new().days(day)).unwrap(),
                ..subject.clone()
            },
            fraud: day < fraud,
            critical: day < critical,
        })
        .collect()
}

pub(crate) fn history(outcomes: &[PastOutcome]) -> History {
    let mut history = History::new(None);
    for outcome in outcomes {
        history.learn(outcome, &scorer().policy().rates);
    }
    history
}

pub(crate) fn cargo(consignments: Vec<Vec<Subject>>) -> Case {
    Case::Cargo { consignments, crew: vec![CrewMember::Driver] }
}

pub(crate) fn finding(code: FindingCode, severity: Severity, about: About) -> Finding {
    Finding {
        code,
        severity,
        about,
        path: FieldPath::root(),
        place: None,
        document: None,
        original: None,
        parameters: Vec::new(),
    }
}

pub(crate) fn warning(code: FindingCode, about: About) -> Finding {
    finding(code, Severity::Warning, about)
}

pub(crate) fn decide(case: &Case, history: &History, findings: &[Finding]) -> Vec<PreDecision> {
    finish(scorer().score(case, Ok(history), findings), &Capacity::default()).pre_decisions
}

pub(crate) fn verdicts(decisions: &[PreDecision]) -> Vec<Verdict> {
    decisions.iter().map(|decision| decision.verdict).collect()
}

pub(crate) const GREEN: Verdict = Verdict::Corridor(Corridor::Green);
pub(crate) const YELLOW: Verdict = Verdict::Corridor(Corridor::Yellow);
pub(crate) const RED: Verdict = Verdict::Corridor(Corridor::Red);
