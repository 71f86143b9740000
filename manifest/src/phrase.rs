//! Phrases that stand inside the sentences of findings and refusals, in the three languages: `words/phrases.csv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::finding_text::Language;

/// The Russian and the Uzbek words of each English phrase.
static PHRASES: LazyLock<HashMap<String, [String; 2]>> = LazyLock::new(|| {
    let text = include_str!("../words/phrases.csv");
    let reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let row = |row: csv::StringRecord| {
        Some((row.get(0)?.to_owned(), [row.get(1)?.to_owned(), row.get(2)?.to_owned()]))
    };
    reader.into_records().filter_map(|read| row(read.ok()?)).collect()
});

/// True when the phrase has words in every language.
#[must_use]
pub fn is_known(english: &str) -> bool {
    PHRASES.contains_key(english)
}

/// A phrase in a language. One that is not in the table is taken apart at its first colon, and what is not there either (a
/// code, a tag, the name of a field) stays as it is.
#[must_use]
pub fn phrase(english: &str, language: Language) -> String {
    let known = match language {
        Language::English => return english.to_owned(),
        Language::Russian => PHRASES.get(english).map(|[russian, _]| russian),
        Language::Uzbek => PHRASES.get(english).map(|[_, uzbek]| uzbek),
    };
    match (known, english.split_once(": ")) {
        (Some(known), _) => known.clone(),
        (None, Some((head, tail))) => format!("{}: {}", phrase(head, language), phrase(tail, language)),
        (None, None) => english.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_words_of_its_own_in_three_languages() {
        assert!(PHRASES.len() > 150, "{}", PHRASES.len());
        for (english, [russian, uzbek]) in PHRASES.iter() {
            assert!(!russian.is_empty() && !uzbek.is_empty(), "{english}");
            assert!(russian != uzbek || *english == "UTC", "{english}");
            assert!(russian.chars().any(|c| ('а'..='я').contains(&c)), "{english}: {russian}");
            assert!(!uzbek.chars().any(|c| ('\u{400}'..='\u{4ff}').contains(&c)), "{english}: {uzbek}");
        }
    }

    #[test]
    fn a_phrase_with_a_detail_keeps_the_detail() {
        assert_eq!(
            phrase("a name stands twice with different values: VoyageNumber", Language::Russian),
            "имя стоит дважды с разными значениями: VoyageNumber"
        );
        assert_eq!(phrase("UNB", Language::Uzbek), "UNB");
        assert_eq!(phrase("hidden sheet", Language::English), "hidden sheet");
    }
}
