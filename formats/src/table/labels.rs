//! Labels between the rows of a list that are nobody: pages, decks, groups.

use super::fold::fold;

/// The words behind one for a group; nothing but digits, letters and quotation marks, no day and no document.
pub(super) fn of_a_group(text: &str) -> Option<&str> {
    const WORDS: [&str; 6] = ["группа", "тургруппа", "group", "guruh", "гурух", "турфирма"];
    let (word, name) = text.trim().split_once([' ', ':', '№']).unwrap_or((text.trim(), ""));
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (WORDS.contains(&fold(word).as_str()) && digits < 5).then(|| name.trim())
}

/// What a printer puts between pages.
pub(super) fn is_of_a_page(text: &str) -> bool {
    let folded = fold(text);
    let words = [
        "стр",
        "страница",
        "лист",
        "page",
        "sheet",
        "bet",
        "бет",
        "sahifa",
        "сахифа",
        "продолжение",
        "davomi",
        "давоми",
        "из",
        "of",
        "vip",
        "вип",
        // Of a coach with two.
        "этаж",
        "ярус",
        "салон",
        "kavat",
        "qavat",
        "кават",
        "deck",
        "floor",
    ];
    let mut parts = folded.split(' ').peekable();
    parts.peek().is_some()
        && parts.clone().any(|part| words.contains(&part))
        && parts
            .all(|part| words.contains(&part) || (part.len() < 4 && part.bytes().all(|b| b.is_ascii_digit())))
}
