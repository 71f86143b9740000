//! How often a comparison of names finds the same person and mistakes a stranger, on invented people: the comparison key
//! beside Jaro-Winkler and Double Metaphone, in one run.
//!
//! `cargo run --release -p manifest --example name_matching [PEOPLE] [SEED]` prints the table of docs/NAMES.md.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::arithmetic_side_effects)]

mod held_out;
mod people;

use std::time::Instant;

use manifest::normalize::{Practice, comparison_key, latin_name};
use people::{Draw, Invented, Shown, slipped};
use rphonetic::{DoubleMetaphone, Encoder as _};

/// One way of writing, with everything that the matchers compare computed beforehand.
struct Card {
    latin: Shown,
    full: String,
    metaphone: (String, String),
    key: Option<String>,
    zone_key: Option<String>,
}

type Matcher = fn(&Card, &Card) -> bool;

const MATCHERS: &[(&str, Matcher)] = &[
    ("comparison key, original script", |a, b| a.key == b.key),
    ("comparison key, Latin forms only", |a, b| a.zone_key == b.zone_key),
    ("Jaro-Winkler >= 0.95 and Double Metaphone equal", |a, b| {
        winkler(a, b) >= 0.95 && a.metaphone == b.metaphone
    }),
    ("Jaro-Winkler >= 0.95", |a, b| winkler(a, b) >= 0.95),
    ("Jaro-Winkler >= 0.90", |a, b| winkler(a, b) >= 0.90),
    ("Double Metaphone equal", |a, b| a.metaphone == b.metaphone),
    ("letters equal", |a, b| a.latin == b.latin),
];

fn winkler(a: &Card, b: &Card) -> f64 {
    strsim::jaro_winkler(&a.full, &b.full)
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse().unwrap());
    let count = arguments.next().unwrap_or(3000);
    let seed = arguments.next().unwrap_or(20_261_122);
    let mut draw = Draw(seed as u64);
    println!("## The population that the rules were made on\n");
    measure(&people::people(count, &mut draw), seed, &mut draw);
    // Another seed as well, so that not even the draws are the same.
    let seed = seed + 7_919;
    let mut draw = Draw(seed as u64);
    println!("\n## Another population, with other names and other offices\n");
    measure(&held_out::people(count.min(1_500), &mut draw), seed, &mut draw);
}

/// Every matcher on one population, in one table.
fn measure(invented: &[Invented], seed: usize, draw: &mut Draw) {
    let count = invented.len();
    let metaphone = DoubleMetaphone::default();
    let begun = Instant::now();
    let names: usize = invented.iter().map(|one| one.shown.len()).sum();
    let keyed = invented
        .iter()
        .flat_map(|one| &one.shown)
        .filter(|s| comparison_key(&s.family, &s.given).is_some())
        .count();
    let each = begun.elapsed().as_nanos() / names as u128;
    assert_eq!(keyed, names);
    let cards: Vec<Vec<Card>> =
        invented.iter().map(|one| one.shown.iter().map(|shown| card(shown, &metaphone)).collect()).collect();

    println!("{count} invented people, {names} ways of writing, seed {seed}; a key takes {each} ns\n");
    let same = same_pairs(&cards);
    let slips: Vec<Card> =
        invented.iter().map(|one| card(&slipped(&one.shown[0], draw), &metaphone)).collect();
    let slipped: Vec<(&Card, &Card)> = cards
        .iter()
        .zip(&slips)
        .map(|(of_one, slip)| (&of_one[of_one.len() - 1], slip))
        .filter(|(a, b)| a.latin != b.latin)
        .collect();
    let any = stranger_pairs(invented, draw, |_, _| true);
    let given = stranger_pairs(invented, draw, |a, b| a.who.1 == b.who.1);
    let family = stranger_pairs(invented, draw, |a, b| a.who.0 == b.who.0);
    println!(
        "same person: {} pairs of different writings, {} more with a strange habit or a slip; strangers: {} pairs at random, {} who share the given name, {} who share \
         the surname\n",
        same.len(),
        slipped.len(),
        any.len(),
        given.len(),
        family.len()
    );
    println!(
        "| matcher | recall | recall with a slip | false, at random | false, same given name | false, same surname |"
    );
    println!("|---|---|---|---|---|---|");
    for (name, matcher) in MATCHERS {
        let rate = |pairs: &[(&Card, &Card)]| {
            let hits = pairs.iter().filter(|(a, b)| matcher(a, b)).count();
            hits as f64 / pairs.len().max(1) as f64 * 100.0
        };
        let cards_of = |pairs: &[(usize, usize)], draw: &mut Draw| -> Vec<(usize, usize, usize, usize)> {
            pairs
                .iter()
                .map(|(a, b)| (*a, draw.below(cards[*a].len()), *b, draw.below(cards[*b].len())))
                .collect()
        };
        let mut fixed = Draw(seed as u64 + 1); // the same writings for every matcher
        let mut rates = vec![rate(&same), rate(&slipped)];
        for pairs in [&any, &given, &family] {
            let chosen = cards_of(pairs, &mut fixed);
            let chosen: Vec<_> = chosen.iter().map(|(a, i, b, j)| (&cards[*a][*i], &cards[*b][*j])).collect();
            rates.push(rate(&chosen));
        }
        println!(
            "| {name} | {:.1} % | {:.1} % | {:.3} % | {:.2} % | {:.2} % |",
            rates[0], rates[1], rates[2], rates[3], rates[4]
        );
    }
    println!(
        "\n| recall by origin | {} |",
        MATCHERS.iter().take(4).map(|m| m.0).collect::<Vec<_>>().join(" | ")
    );
    println!("|---|---|---|---|---|");
    for nation in ["Uzbek", "Tajik", "Kazakh", "Kyrgyz", "Turkmen", "Russian", "Persian", "Afghan"] {
        let of: Vec<usize> = (0..invented.len()).filter(|i| invented[*i].nation == nation).collect();
        if of.is_empty() {
            continue;
        }
        let pairs: Vec<_> = of.iter().flat_map(|i| pairs_of(&cards[*i])).collect();
        let row: Vec<String> = MATCHERS
            .iter()
            .take(4)
            .map(|(_, m)| {
                format!(
                    "{:.1} %",
                    pairs.iter().filter(|(a, b)| m(a, b)).count() as f64 / pairs.len().max(1) as f64 * 100.0
                )
            })
            .collect();
        println!("| {nation} | {} |", row.join(" | "));
    }
    if std::env::var_os("MISSES").is_some() {
        for (a, b) in same.iter().filter(|(a, b)| a.key != b.key).take(12) {
            println!("{} {:?} / {} {:?}", a.full, a.key, b.full, b.key);
        }
    }
}

fn card(shown: &Shown, metaphone: &DoubleMetaphone) -> Card {
    let latin = Shown {
        family: latin_name(&shown.family, Practice::Turkic),
        given: latin_name(&shown.given, Practice::Turkic),
    };
    Card {
        full: format!("{} {}", latin.given, latin.family),
        metaphone: (metaphone.encode(&latin.given), metaphone.encode(&latin.family)),
        key: comparison_key(&shown.family, &shown.given),
        zone_key: comparison_key(&latin.family, &latin.given),
        latin,
    }
}

fn pairs_of(cards: &[Card]) -> Vec<(&Card, &Card)> {
    let pairs = cards.iter().enumerate().flat_map(|(i, a)| cards.iter().skip(i + 1).map(move |b| (a, b)));
    pairs.filter(|(a, b)| a.latin != b.latin || a.key != b.key).collect()
}

fn same_pairs(cards: &[Vec<Card>]) -> Vec<(&Card, &Card)> {
    cards.iter().flat_map(|of_one| pairs_of(of_one)).collect()
}

/// Up to 200 000 pairs of strangers who fit.
fn stranger_pairs(
    all: &[Invented],
    draw: &mut Draw,
    fits: fn(&Invented, &Invented) -> bool,
) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for _ in 0..20_000_000 {
        let (a, b) = (draw.below(all.len()), draw.below(all.len()));
        if a != b && fits(&all[a], &all[b]) {
            pairs.push((a, b));
            if pairs.len() == 200_000 {
                break;
            }
        }
    }
    pairs
}
