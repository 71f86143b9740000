//! The tables of words in formats/data, read once.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::fold::fold;
use super::heading::{Column, Fact};

const HEADINGS: &str = include_str!("../../data/headings.csv");
const JOURNEY_WORDS: &str = include_str!("../../data/journey_words.csv");
const VALUE_WORDS: &str = include_str!("../../data/value_words.csv");
const COUNTRY_WORDS: &str = include_str!("../../data/country_words.csv");
const BORDER_POST_WORDS: &str = include_str!("../../data/border_post_words.csv");

/// Headings of columns about persons.
pub(super) static COLUMNS: LazyLock<HashMap<String, Column>> =
    LazyLock::new(|| table(HEADINGS, Column::parse));

/// Words before the facts of a journey.
pub(super) static FACTS: LazyLock<HashMap<String, Fact>> =
    LazyLock::new(|| table(JOURNEY_WORDS, Fact::parse));

static VALUES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut values = HashMap::new();
    for (name, words) in rows(VALUE_WORDS) {
        let kind = name.split('.').next().unwrap_or_default();
        for word in words.split('|') {
            values.entry(format!("{kind}.{}", fold(word))).or_insert(name);
        }
    }
    values
});

static COUNTRIES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| table(COUNTRY_WORDS, Some));

static BORDER_POSTS: LazyLock<HashMap<String, &'static str>> =
    LazyLock::new(|| table(BORDER_POST_WORDS, Some));

/// The value of a kind (`sex`, `document`, `role`, ...) that a cell's word names: its name without the kind.
pub(super) fn value(kind: &str, word: &str) -> Option<&'static str> {
    let name = VALUES.get(&format!("{kind}.{}", fold(word)))?;
    name.split_once('.').map(|(_, value)| value)
}

/// A country's code from a word: a code stays as it is, a known name becomes its alpha-3 code, and what is neither stays
/// as it stood, for a finding.
pub(super) fn country(word: &str) -> String {
    let is_code = matches!(word.len(), 1..=3) && word.bytes().all(|b| b.is_ascii_uppercase());
    let folded = fold(word);
    let found = COUNTRIES.get(&folded).or_else(|| {
        // `Узбекистан (UZB)`, `UZB - Узбекистан`, `гражданство: Узбекистан`: the one part that is known.
        let mut parts =
            word.split(['(', ')', '/', '-', ',', ':', ';']).map(fold).filter(|part| !part.is_empty());
        parts.find_map(|part| COUNTRIES.get(&part))
    });
    match found {
        Some(code) if !is_code || folded == "uk" || folded == "rf" => (*code).to_owned(),
        _ => word.to_owned(),
    }
}

/// A border post's code from a word, in the same way.
pub(super) fn border_post(word: &str) -> String {
    let upper = word.trim().to_uppercase();
    if upper.starts_with("UZ-") && upper.is_ascii() {
        return upper;
    }
    let folded = fold(word);
    let found = BORDER_POSTS.get(&folded).or_else(|| {
        // `пост Ойбек`, `Oybek chegara posti`, `Яллама (Чиназ)`: the one word, or two, that are known.
        let words: Vec<&str> = folded.split(' ').take(12).collect();
        let pairs = words.windows(2).map(|pair| pair.join(" "));
        pairs.chain(words.iter().map(|word| (*word).to_owned())).find_map(|word| BORDER_POSTS.get(&word))
    });
    found.map_or_else(|| word.to_owned(), |code| (*code).to_owned())
}

fn table<T: Copy>(text: &'static str, parse: impl Fn(&'static str) -> Option<T>) -> HashMap<String, T> {
    let mut table = HashMap::new();
    for (name, words) in rows(text) {
        let Some(value) = parse(name) else { continue };
        for word in words.split('|') {
            table.entry(fold(word)).or_insert(value);
        }
    }
    table
}

/// Name and words of each row below the heading.
fn rows(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.filter_map(|line| {
        let mut parts = line.splitn(3, ',');
        let name = parts.next()?;
        Some((name, parts.nth(1)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_tables_means_something() {
        for (name, words) in rows(HEADINGS) {
            assert!(Column::parse(name).is_some(), "{name}");
            assert!(words.split('|').all(|word| !fold(word).is_empty()), "{name}: {words}");
        }
        for (name, words) in rows(JOURNEY_WORDS) {
            assert!(Fact::parse(name).is_some(), "{name}");
            assert!(words.split('|').all(|word| !fold(word).is_empty()), "{name}: {words}");
        }
        let lists = manifest::CodeLists::built_in();
        for (code, _) in rows(COUNTRY_WORDS) {
            assert!(lists.state(code).is_some(), "{code}");
        }
        for (code, _) in rows(BORDER_POST_WORDS) {
            assert!(lists.border_post(code).is_some(), "{code}");
        }
        for text in [HEADINGS, JOURNEY_WORDS, VALUE_WORDS, COUNTRY_WORDS, BORDER_POST_WORDS] {
            assert!(text.contains("# Source: "));
        }
    }

    /// No word stands for two things: the first row would win in silence.
    #[test]
    fn no_word_means_two_things() {
        for text in [HEADINGS, JOURNEY_WORDS, COUNTRY_WORDS, BORDER_POST_WORDS] {
            let mut seen: HashMap<String, &str> = HashMap::new();
            for (name, words) in rows(text) {
                for word in words.split('|') {
                    let other = seen.insert(fold(word), name).filter(|other| *other != name);
                    assert_eq!(other, None, "{word} stands for {name} too");
                }
            }
        }
        let mut seen: HashMap<String, &str> = HashMap::new();
        for (name, words) in rows(VALUE_WORDS) {
            let kind = name.split('.').next().unwrap();
            for word in words.split('|') {
                let other =
                    seen.insert(format!("{kind} {}", fold(word)), name).filter(|other| *other != name);
                assert_eq!(other, None, "{word} stands for {name} too");
            }
        }
    }

    #[test]
    fn countries_and_posts_in_four_forms() {
        for word in
            ["Узбекистан", "Oʻzbekiston", "O'zbekiston", "Ўзбекистон", "UZBEKISTAN", "Узбекистан (UZB)"]
        {
            assert_eq!(country(word), "UZB", "{word}");
        }
        for (word, code) in
            [("UZ", "UZ"), ("РФ", "RUS"), ("казахстан", "KAZ"), ("Qirgʻiziston", "KGZ"), ("ЛБГ", "XXA")]
        {
            assert_eq!(country(word), code, "{word}");
        }
        assert_eq!(country("Нарния"), "Нарния");
        for word in ["Ойбек", "пост Ойбек", "Oybek chegara posti", "uz-oybek", "УЗ"] {
            let code = if word == "УЗ" { "УЗ" } else { "UZ-OYBEK" };
            assert_eq!(border_post(word), code, "{word}");
        }
        assert_eq!(border_post("Gʻishtkoʻprik"), "UZ-GISHTKUPRIK");
    }
}
