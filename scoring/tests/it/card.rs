//! What the documents say of the shipped model is what its card says, to the digit.

const CARD: &str = include_str!("../../models/customs-1/card.md");
const README: &str = include_str!("../../../README.md");
const OF_SCORING: &str = include_str!("../../README.md");

/// The cells of a row of the card, in the section under a heading.
fn cells(section: &str, row: &str) -> Vec<f64> {
    let from = CARD.find(&format!("### {section}")).unwrap();
    let line = CARD[from..].lines().find(|line| line.starts_with(&format!("| {row} |"))).unwrap();
    line.split('|').filter_map(|cell| cell.trim().parse().ok()).collect()
}

/// Without line breaks and emphasis, as one reads it.
fn plain(text: &str) -> String {
    text.replace("**", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn both_tiers_stand_in_one_sentence_with_the_cards_figures() {
    let tier_a = cells("Value declared", "ROC-AUC")[0];
    let tier_b = cells("Tier B, value declared, retrained", "ROC-AUC");
    for (name, text, expected) in [
        (
            "README.md",
            README,
            vec![format!("ROC-AUC of {tier_a:.3}"), format!("of {:.3} ± {:.3} on", tier_b[0], tier_b[1])],
        ),
        (
            "scoring/README.md",
            OF_SCORING,
            vec![format!("ROC-AUC {tier_a:.3}"), format!("and with {:.3} where none does", tier_b[0])],
        ),
    ] {
        let text = plain(text);
        let sentence =
            text.split(". ").find(|sentence| sentence.contains("tier A") && sentence.contains("ROC-AUC"));
        let sentence = sentence.unwrap_or_else(|| panic!("{name} has no sentence about the model"));
        for figure in expected.iter().map(String::as_str).chain(["tier B"]) {
            assert!(sentence.contains(figure), "{name}: {figure:?} is not in {sentence:?}");
        }
    }
}

#[test]
fn the_table_of_scoring_is_the_cards() {
    let row = |name: &str| {
        let line = OF_SCORING.lines().find(|line| line.starts_with(&format!("| {name} |")));
        line.unwrap_or_else(|| panic!("no row {name}"))
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect::<Vec<_>>()
    };
    for (name, of_card) in [("ROC-AUC", "ROC-AUC"), ("average precision", "AP")] {
        let (a, b) =
            (cells("Value declared", of_card)[0], cells("Tier B, value declared, retrained", of_card));
        assert!(row(name)[2].starts_with(&format!("{a:.3}")), "{name}: {a}");
        assert_eq!(row(name)[4], format!("{:.3} ({})", b[0], format!("{:.3}", b[1]).trim_start_matches('0')));
    }
    let caught = cells("Value declared", "share of all irregular ones in the top 15%")[0];
    assert!(
        row("share of all irregular ones when 15 % are examined")[2].starts_with(&format!("{caught:.3}"))
    );
    let of_b = cells("Tier B, value declared, retrained", "macro-F1")[0];
    assert!(row("accuracy / macro-F1")[4].contains(&format!("{of_b:.3}")));
}
