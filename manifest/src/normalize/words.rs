//! Texts as we keep them: trimmed, and identifiers without what people put between the letters.

/// A text without outer blanks; `None` when nothing is left.
pub(super) fn text(mut text: String) -> Option<String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return None;
    }
    if trimmed.len() != text.len() {
        text = trimmed.to_owned();
    }
    Some(text)
}

/// An identifier: upper case, letters and digits only; `None` when nothing is left.
pub(super) fn identifier(text: &str) -> Option<String> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        return Some(text.to_owned());
    }
    let kept = text.chars().filter(|c| c.is_alphanumeric());
    let upper: String = kept.flat_map(char::to_uppercase).collect();
    (!upper.is_empty()).then_some(upper)
}

/// A plate, train, wagon or document number: an identifier with Cyrillic lookalikes folded to Latin, so that the same
/// plate typed on two keyboards is one plate. `None` when nothing is left.
#[must_use]
pub fn plate(text: &str) -> Option<String> {
    let mut plate = identifier(text)?;
    if !plate.is_ascii() {
        plate = plate.chars().map(latin_lookalike).collect();
    }
    Some(plate)
}

/// What [`identifier`] leaves out beside blanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeftOut {
    /// Nothing.
    Nothing,
    /// Signs that people write between the parts of a number.
    Separators,
    /// Others: two numbers in one field, perhaps, or a slip.
    Others,
}

/// What stands in an identifier beside letters, digits and blanks.
pub(super) fn left_out(text: &str) -> LeftOut {
    let mut left_out = LeftOut::Nothing;
    for c in text.chars().filter(|c| !c.is_alphanumeric() && !c.is_whitespace() && !c.is_control()) {
        if !matches!(c, '-' | '‐' | '‑' | '–' | '.' | '/' | '№' | '#' | '<' | '(' | ')') {
            return LeftOut::Others;
        }
        left_out = LeftOut::Separators;
    }
    left_out
}

/// Does a number mix in Cyrillic letters that [`plate`] reads as Latin ones?
pub(super) fn has_lookalikes(text: &str) -> bool {
    !text.is_ascii() && text.chars().flat_map(char::to_uppercase).any(|c| latin_lookalike(c) != c)
}

/// The Latin letter that a Cyrillic capital looks like.
pub(super) const fn latin_lookalike(c: char) -> char {
    match c {
        'А' => 'A',
        'В' => 'B',
        'Е' => 'E',
        'І' => 'I',
        'К' => 'K',
        'М' => 'M',
        'Н' => 'H',
        'О' => 'O',
        'Р' => 'P',
        'С' => 'C',
        'Т' => 'T',
        'У' => 'Y',
        'Х' => 'X',
        'Ѕ' => 'S',
        'Ј' => 'J',
        other => other,
    }
}

/// A word in upper snake case, for register names.
pub(super) fn upper_snake(text: &str) -> Option<String> {
    let mut snake = String::with_capacity(text.len());
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !snake.is_empty() {
            snake.push('_');
        }
        snake.push_str(&word.to_ascii_uppercase());
    }
    (!snake.is_empty()).then_some(snake)
}
