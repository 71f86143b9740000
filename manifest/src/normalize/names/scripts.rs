//! Words that mix Latin and Cyrillic letters which look alike: what a keyboard left in the wrong layout makes.

use crate::normalize::words::latin_lookalike;

/// Does a word hold both Latin and Cyrillic letters?
pub(super) fn mixed(text: &str) -> bool {
    !text.is_ascii() && words(text).any(|word| matches!(count(word), (1.., 1..)))
}

/// The text with each mixed word in the script of most of its letters, as far as the others look like letters of it;
/// `None` when no word is mixed.
pub(super) fn fold_lookalikes(text: &str) -> Option<String> {
    if !mixed(text) {
        return None;
    }
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let (latin, cyrillic) = count(word);
        if latin == 0 || cyrillic == 0 {
            folded.push_str(word);
        } else if cyrillic >= latin {
            folded.extend(word.chars().map(cyrillic_lookalike));
        } else {
            folded.extend(word.chars().flat_map(char::to_uppercase).map(latin_lookalike));
        }
        let mut others = after.chars();
        folded.extend(others.next());
        rest = others.as_str();
    }
    Some(folded)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic())
}

/// How many letters are Latin and how many Cyrillic.
fn count(word: &str) -> (usize, usize) {
    word.chars().fold((0, 0), |(latin, cyrillic), c| match c {
        'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{24F}' => (latin + 1, cyrillic),
        '\u{400}'..='\u{52F}' => (latin, cyrillic + 1),
        _ => (latin, cyrillic),
    })
}

/// The Cyrillic capital that a Latin letter looks like.
const fn cyrillic_lookalike(c: char) -> char {
    match c.to_ascii_uppercase() {
        'A' => 'А',
        'B' => 'В',
        'C' => 'С',
        'E' => 'Е',
        'H' => 'Н',
        'I' => 'І',
        'K' => 'К',
        'M' => 'М',
        'O' => 'О',
        'P' => 'Р',
        'T' => 'Т',
        'X' => 'Х',
        'Y' => 'У',
        _ => c,
    }
}
