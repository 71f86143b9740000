//! Every reason has a sentence in every language, and none speaks of features.

use scoring::policy::text;
use scoring::*;

use crate::support::*;

#[test]
fn precedents_in_plain_words() {
    let reason = Reason {
        code: ReasonCode::Earlier(CounterKind::Signature),
        parameters: vec!["9".into(), "10".into()],
        contribution: Some(2.0),
    };
    assert_eq!(
        text(&reason, Language::English),
        "9 of 10 earlier consignments with this HS code, route and mass were found irregular"
    );
    assert_eq!(
        text(&reason, Language::Russian),
        "из 10 прежних партий с такими признаками (тот же код ТН ВЭД, маршрут и масса) нарушения выявлены в 9"
    );
    assert_eq!(
        text(&reason, Language::Uzbek),
        "TIF TN kodi, yoʻnalishi va massasi shunday boʻlgan oldingi 10 ta partiyadan 9 tasida qoidabuzarlik aniqlangan"
    );
    let unknown = Reason { parameters: vec!["0".into(), "0".into()], ..reason };
    assert_eq!(
        text(&unknown, Language::English),
        "no earlier consignment with this HS code, route and mass is known"
    );
}

#[test]
fn a_clean_record_that_raises_the_score_is_not_told_as_if_it_spoke_for_itself() {
    let told = |code, hits: &str, all: &str, contribution| {
        text(&Reason { code, parameters: vec![hits.into(), all.into()], contribution }, Language::English)
    };
    let (base, kind) = (ReasonCode::Earlier, CounterKind::Signature);
    let counted = "0 of 60 earlier consignments with this HS code, route and mass were found irregular";
    assert_eq!(
        told(base(kind), "0", "60", Some(0.3)),
        "none of 60 earlier consignments with this HS code, route and mass was found irregular, \
         which reassures less than the usual record"
    );
    assert_eq!(
        told(ReasonCode::EarlierCritical(kind), "0", "60", Some(0.3)),
        "none of 60 earlier consignments with this HS code, route and mass was found critically irregular, \
         which reassures less than the usual record"
    );
    assert_eq!(told(base(kind), "0", "60", Some(-0.3)), counted);
    assert_eq!(told(base(kind), "0", "60", None), counted);
    assert!(told(base(kind), "0", "0", Some(0.3)).starts_with("no earlier consignment"));
    let speak = |language| {
        let parameters = vec!["0".into(), "60".into()];
        text(&Reason { code: base(kind), parameters, contribution: Some(0.3) }, language)
    };
    for language in [Language::Russian, Language::Uzbek] {
        let words = speak(language);
        assert!(words.contains("60") && !words.contains('{') && !words.contains(" 0"), "{words}");
    }
}

#[test]
fn every_code_has_its_word_and_three_sentences() {
    use ReasonCode as R;
    let mut codes = vec![
        R::Commodity,
        R::Mass,
        R::Value,
        R::UnitValue,
        R::UnitValueUnusual,
        R::MassUnusual,
        R::Transit,
        R::RoundMass,
        R::NoPrecedent,
        R::TrustedImporter,
        R::ImporterRecord,
        R::FraudScore,
        R::CriticalScore,
        R::Finding,
        R::FindingBlocks,
        R::EmptyConveyance,
        R::BudgetReaches,
        R::BudgetSpent,
        R::DrawnAtRandom,
        R::TravellersSetAside,
        R::WouldChange,
        R::RulesOnly,
    ];
    codes.extend(
        CounterKind::ALL
            .iter()
            .flat_map(|kind| [R::Earlier(*kind), R::EarlierCritical(*kind), R::NotDeclared(*kind)]),
    );
    for code in codes {
        assert_eq!(R::parse(code.as_str()), Some(code));
        let reason =
            Reason { code, parameters: vec!["1".into(), "2".into(), "3".into()], contribution: None };
        let sentences =
            [Language::English, Language::Russian, Language::Uzbek].map(|language| text(&reason, language));
        for (n, sentence) in sentences.iter().enumerate() {
            assert!(!sentence.is_empty() && !sentence.contains('{'), "{code:?}: {sentence}");
            assert!(sentences[..n].iter().all(|other| other != sentence), "{code:?}: {sentence}");
        }
    }
}

#[test]
fn the_partner_learns_nothing_of_the_model() {
    let past = history(&outcomes(&yarn(), 10, 9, 2));
    for decision in decide(&cargo(vec![vec![yarn()]]), &past, &[]) {
        for reason in decision.public_reasons {
            assert!(
                ["RISK_ASSESSMENT", "DOCUMENTARY_CHECK", "FINDING", "NO_DECISION"].contains(&reason.as_str())
            );
            let told = scoring::policy::public_text(reason, Language::English);
            assert!(!told.chars().any(|c| c.is_ascii_digit()), "{told}");
        }
    }
}
