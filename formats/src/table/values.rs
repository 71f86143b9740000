//! What single cells of a person say: counts, masses, kinds of documents, and what is nothing.

use manifest::declared::{DeclaredMass, Said};
use manifest::person::TravelDocumentType;

use super::words;

/// `1,23457E+09`.
pub(super) fn is_rounded(number: &str) -> bool {
    let upper = number.to_ascii_uppercase();
    let Some((digits, power)) = upper.split_once("E+") else { return false };
    digits.contains([',', '.'])
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b',' | b'.'))
        && power.bytes().all(|b| b.is_ascii_digit())
}

/// What table programs show where a formula failed, in English and Russian.
pub(super) fn is_error(text: &str) -> bool {
    const ERRORS: [&str; 14] = [
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#NAME?",
        "#DIV/0!",
        "#NULL!",
        "#NUM!",
        "#Н/Д",
        "#ССЫЛКА!",
        "#ЗНАЧ!",
        "#ИМЯ?",
        "#ДЕЛ/0!",
        "#ПУСТО!",
        "#ЧИСЛО!",
    ];
    text.starts_with('#') && ERRORS.contains(&text)
}

/// Signs for "nothing" that people put into cells.
pub(super) fn is_dash(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '-' | '–' | '—' | '_' | '.' | '/' | ' '))
}

/// The kind of a document from its words, or those words; `None` when nothing is said.
pub(super) fn document_type(words: String) -> Option<Said<TravelDocumentType>> {
    if words.is_empty() || is_dash(&words) {
        return None;
    }
    let known = words::value("document", &words).or_else(|| {
        let first = words.split([' ', ',', '(']).next().unwrap_or_default();
        if first.chars().count() >= 3 { words::value("document", first) } else { None }
    });
    Some(known.and_then(TravelDocumentType::parse).map_or(Said::Words(words), Said::Plain))
}

/// A whole number, or the words that are none.
pub(super) fn count(text: String) -> Option<Said<i64>> {
    if text.is_empty() || is_dash(&text) {
        return None;
    }
    let plain = text.strip_suffix(".0").unwrap_or(&text);
    let number = plain.split(' ').next().unwrap_or_default().parse::<i64>();
    Some(number.map_or(Said::Words(text), Said::Plain))
}

/// `23`, `23,5`, `23 кг`, `23kg`.
pub(super) fn mass_of(text: &str) -> Option<DeclaredMass> {
    if text.is_empty() || is_dash(text) {
        return None;
    }
    let end = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
    let (amount, unit) = text.split_at_checked(end)?;
    let unit = unit.trim_end_matches('.').to_owned();
    Some(DeclaredMass::Said { amount: amount.trim().to_owned(), unit })
}
