//! A NAD or a DOC that tells of more than one person: whoever stands second in it would travel unknown.

use crate::edifact::Segment;

/// Where a name is that is two people's: the element and its component.
pub(super) fn named(nad: &Segment<'_>) -> Option<(u32, u32)> {
    let text = |component: u32| {
        let whole = (1..=5).all(|component| nad.is_blank(4, component));
        let element: u32 = if whole { 3 } else { 4 };
        let place = usize::try_from(component).unwrap_or_default();
        (element, nad.get(usize::try_from(element).unwrap_or_default(), place))
    };
    (1..=5)
        .map(|component| (component, text(component)))
        .find(|(component, (_, text))| joins(text) || lists(text) || (*component == 4 && is_name(text)))
        .map(|(component, (element, _))| (element, component))
}

/// A word for "and" or "with" between names. `Y` and `E` stand inside of one name, a single letter may be an initial, and
/// what an airline writes behind a name (`INF`, `MRS`) is the same person's.
fn joins(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_uppercase).collect();
    let between = |place: usize| place > 0 && place.saturating_add(1) < words.len();
    words.iter().enumerate().any(|(place, word)| match word.as_str() {
        "AND" | "&" | "+" | "WITH" | "VA" | "ВА" | "BILAN" | "БИЛАН" => between(place),
        "И" => between(place) && words.iter().all(|word| word.chars().count() > 1 || word == "И"),
        "С" => words.get(place.saturating_add(1)).is_some_and(|next| {
            between(place) && ["РЕБ", "МЛАД", "ДЕТ", "СЫН", "ДОЧ"].iter().any(|child| next.starts_with(child))
        }),
        _ => false,
    })
}

/// Several names in a row: `SMITH/JOHN SMITH/MARY`, and `;` or `|` anywhere. `SMITH/JOHN` and `GARCIA LOPEZ/MARIA JOSE` are one.
fn lists(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['/', ',']).map(str::trim).collect();
    let inner = parts.get(1..parts.len().saturating_sub(1)).unwrap_or_default();
    text.contains([';', '|']) || inner.iter().any(|part| part.contains(char::is_whitespace))
}

/// A fourth part of a name that is no title: surname, given name and patronymic are three.
fn is_name(text: &str) -> bool {
    const BEHIND: [&str; 6] = ["MISS", "MSTR", "PROF", "CHILD", "INFANT", "ADULT"];
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters > 3
        && text.chars().all(|c| !c.is_ascii_digit())
        && !BEHIND.contains(&text.trim().to_uppercase().as_str())
}

/// Two numbers of documents that differ, with or without a space between them. No single number has two runs of six digits;
/// fourteen are a person's own number, which may stand beside.
pub(super) fn numbers(text: &str) -> bool {
    let mut runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| (6..=9).contains(&run.len()));
    let first = runs.next();
    runs.any(|run| Some(run) != first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_and_of_two() {
        for one in [
            "MARY",
            "MARY ANN",
            "ANDREA",
            "ORTEGA Y GASSET",
            "SMITH/JOHN MR",
            "SMITH/JOHN/MR",
            "GARCIA LOPEZ/MARIA JOSE",
            "YUSUPOV, YORQIN",
            "ИВАН И",
            "И ВАН И",
            "MARY INF",
            "VA",
            "SMITH, JOHN, JR",
            "",
        ] {
            assert!(!joins(one) && !lists(one), "{one}");
        }
        for two in [
            "JOHN AND MARY",
            "John and Mary",
            "MARY WITH INFANT",
            "ИВАН И МАРИЯ",
            "АННА С РЕБЕНКОМ",
            "OLIM VA ZUXRA",
            "SMITH/JOHN SMITH/MARY",
            "SMITH,JOHN JONES,MARY",
            "SMITH JOHN; JONES MARY",
            "JOHN & MARY",
        ] {
            assert!(joins(two) || lists(two), "{two}");
        }
        assert!(is_name("MARY") && !is_name("MR") && !is_name("MISS") && !is_name("19900101"));
    }

    #[test]
    fn documents_of_one_and_of_two() {
        for one in [
            "X7654321",
            "4510 123456",
            "AA1234567 30512851234567",
            "I-ТН 123456",
            "12AB34567",
            "X7654321X7654321",
        ] {
            assert!(!numbers(one), "{one}");
        }
        for two in ["X7654321X9999999", "X7654321 X9999999", "AA1234567/AA7654321"] {
            assert!(numbers(two), "{two}");
        }
    }
}
