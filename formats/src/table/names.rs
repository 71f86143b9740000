//! Names and documents that share a cell.

use manifest::declared::PersonName;

use super::fold::fold;
use super::values::is_dash;
use super::words;

/// A whole name into its parts: `Юсупов Ёркин Бахтиёрович`, `YUSUPOV, YORQIN`, `YUSUPOV/YORQIN`, `Каримова Нигора Рустам кизи`.
/// Family name first, as lists of the region have it.
pub(super) fn split(whole: &str) -> PersonName {
    let (family, rest) = match whole.split_once([',', '/']).or_else(|| whole.split_once("<<")) {
        Some((family, rest)) if !rest.trim().is_empty() => (family.trim().to_owned(), rest.replace('<', " ")),
        _ => {
            let plain = whole.trim();
            let (family, rest) = plain.split_once(char::is_whitespace).unwrap_or((plain, ""));
            (family.to_owned(), rest.to_owned())
        }
    };
    let (given_name, patronymic) = given_and_patronymic(&rest);
    PersonName { family_name: family, given_name, patronymic, ..PersonName::default() }
}

/// A name without the number of its row in front of it: `1. Иванов Иван`.
pub(super) fn without_number(text: &str) -> &str {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.len().saturating_sub(rest.len());
    match rest.strip_prefix(['.', ')']) {
        Some(name)
            if (1..=3).contains(&digits) && !name.trim_start().starts_with(|c: char| c.is_ascii_digit()) =>
        {
            name.trim_start()
        }
        _ => text,
    }
}

/// Given name and patronymic: the first word, and the rest where it looks like a father's name.
pub(super) fn given_and_patronymic(text: &str) -> (String, String) {
    let mut parts: Vec<&str> = text.split_whitespace().collect();
    // `Джон -`: a father's name that there is not.
    while parts.last().is_some_and(|last| is_dash(last)) {
        parts.pop();
    }
    let at = parts.iter().skip(1).position(|word| is_patronymic(word));
    match at {
        // `Бахтиёр угли`: the father's name stands before the word for son or daughter.
        Some(at) if at > 0 && is_child_of(parts.get(at + 1).copied().unwrap_or_default()) => {
            let (given, father) = parts.split_at_checked(at).unwrap_or((&parts, &[]));
            (given.join(" "), father.join(" "))
        }
        Some(at) => {
            let (given, father) = parts.split_at_checked(at + 1).unwrap_or((&parts, &[]));
            (given.join(" "), father.join(" "))
        }
        None => (parts.join(" "), String::new()),
    }
}

/// What stands in the column of fathers' names; nothing where it says that there is none.
pub(super) fn father(text: String) -> String {
    if words::value("absence", &text).is_some() { String::new() } else { without_dash(text) }
}

/// The text, unless it is a sign for "nothing".
pub(super) fn without_dash(text: String) -> String {
    if is_dash(&text) { String::new() } else { text }
}

pub(super) fn is_patronymic(word: &str) -> bool {
    const ENDS: [&str; 12] =
        ["ович", "евич", "ич", "овна", "евна", "ична", "ovich", "evich", "yevich", "ovna", "evna", "yevna"];
    let folded = fold(word);
    (folded.chars().count() > 4 && ENDS.iter().any(|end| folded.ends_with(end))) || is_child_of(word)
}

/// Son or daughter of, in the region's languages and spellings.
pub(super) fn is_child_of(word: &str) -> bool {
    const WORDS: [&str; 22] = [
        "угли", "огли", "оглы", "углы", "кизи", "кызы", "кизы", "ugli", "ogli", "ogly", "oglu", "qizi",
        "kizi", "kyzy", "kizy", "uulu", "уулу", "улы", "uly", "uli", "kyz", "гызы",
    ];
    let folded = fold(word);
    WORDS.contains(&folded.as_str())
        || WORDS.iter().take(16).any(|end| {
            folded.chars().count() > end.chars().count() + 2
                && end.chars().count() > 3
                && folded.ends_with(end)
        })
}

/// `Паспорт AA 1234567` into the kind's words and the number: the number begins with the first word that holds a digit, or
/// with a series of capitals before it.
pub(super) fn kind_and_number(text: &str) -> (String, String) {
    let words: Vec<&str> =
        text.split([' ', ',', ';', ':', '\n', '\u{a0}']).filter(|word| !word.is_empty()).collect();
    let Some(digits) = words.iter().position(|word| word.bytes().any(|b| b.is_ascii_digit())) else {
        return (text.to_owned(), String::new());
    };
    let is_series = |word: &&str| {
        (1..=3).contains(&word.chars().count())
            && word.chars().all(char::is_uppercase)
            && words::value("document", word).is_none()
    };
    let is_filler = |word: &&str| {
        matches!(
            fold(word).as_str(),
            "№" | "no" | "n" | "серия" | "series" | "seriya" | "raqam" | "номер" | ""
        )
    };
    let mut start = digits;
    while start > 0 && words.get(start - 1).is_some_and(|word| is_series(word) || is_filler(word)) {
        start -= 1;
    }
    let (kind, number) = words.split_at_checked(start).unwrap_or((&words, &[]));
    let number: Vec<&str> =
        number.iter().filter(|word| !is_filler(word)).map(|word| word.trim_start_matches('№')).collect();
    // What follows the number ("выдан ...") is not part of it.
    let number = number.iter().take_while(|word| word.chars().all(|c| !c.is_lowercase())).copied();
    (kind.join(" "), number.collect::<Vec<_>>().join(""))
}

/// A number and the words behind it: `AA1234567 выдан 01.01.2020 ИИБ`, `AA 1234567 ДО 01.01.2030`. The number ends at the first word in
/// small letters or of a paper, behind one that holds a digit.
pub(super) fn number_and_words(text: &str) -> (&str, &str) {
    const WORDS: [&str; 12] = [
        "выдан",
        "выдана",
        "выдано",
        "до",
        "от",
        "кем",
        "действителен",
        "issued",
        "valid",
        "until",
        "exp",
        "berilgan",
    ];
    let ends = |word: &str| {
        let plain = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_word = plain.chars().count() > 1 && plain.chars().all(char::is_alphabetic);
        is_word && (plain.chars().all(char::is_lowercase) || WORDS.contains(&fold(plain).as_str()))
    };
    let mut numbered = false;
    let mut at = 0;
    for word in text.split([' ', ',', ';', '\n', '\u{a0}']) {
        if numbered && ends(word) {
            let (number, words) = text.split_at_checked(at).unwrap_or((text, ""));
            return (number.trim_end_matches([' ', ',', ';', '(', '\n', '\u{a0}']), words);
        }
        numbered |= word.bytes().any(|b| b.is_ascii_digit());
        at += word.len();
        at += text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names() {
        for (whole, family, given, father) in [
            ("Юсупов Ёркин Бахтиёрович", "Юсупов", "Ёркин", "Бахтиёрович"),
            ("Каримова Нигора Рустам кизи", "Каримова", "Нигора", "Рустам кизи"),
            ("Karimova Nigora Rustamovna", "Karimova", "Nigora", "Rustamovna"),
            ("KARIMOV, AZIZ BAXTIYOR O'G'LI", "KARIMOV", "AZIZ", "BAXTIYOR O'G'LI"),
            ("KARIMOV/AZIZ", "KARIMOV", "AZIZ", ""),
            ("Toshmatov Anvar Rustamoʻgʻli", "Toshmatov", "Anvar", "Rustamoʻgʻli"),
            ("MUSTERMANN ERIKA MARIA", "MUSTERMANN", "ERIKA MARIA", ""),
            ("Madonna", "Madonna", "", ""),
            ("Смит Джон -", "Смит", "Джон", ""),
            ("Смит Анна-Мария —", "Смит", "Анна-Мария", ""),
            ("  ", "", "", ""),
        ] {
            let name = split(whole);
            assert_eq!(
                (name.family_name, name.given_name, name.patronymic),
                (family.into(), given.into(), father.into()),
                "{whole}"
            );
        }
    }

    #[test]
    fn numbers_and_what_follows() {
        for (text, number, words) in [
            ("AA 3333333 выдан 01.01.2020 ИИБ", "AA 3333333", "выдан 01.01.2020 ИИБ"),
            ("AA3333333, ВЫДАН 01.01.2020", "AA3333333", "ВЫДАН 01.01.2020"),
            ("AA4444444\u{a0}до 01.01.2030", "AA4444444", "до 01.01.2030"),
            ("AA4444444 (до 01.01.2030)", "AA4444444", "(до 01.01.2030)"),
            ("75 №1234567", "75 №1234567", ""),
            ("aa 7654321", "aa 7654321", ""),
            ("I-ТН 123456", "I-ТН 123456", ""),
            ("N 1111111 KZ", "N 1111111 KZ", ""),
            ("", "", ""),
        ] {
            assert_eq!(number_and_words(text), (number, words), "{text}");
        }
    }

    #[test]
    fn kinds_and_numbers() {
        for (text, kind, number) in [
            ("Паспорт AA 1234567", "Паспорт", "AA1234567"),
            ("Паспорт серия AA № 1234567", "Паспорт", "AA1234567"),
            ("свидетельство о рождении I-ТН №123456", "свидетельство о рождении I-ТН", "123456"),
            ("AA1234567", "", "AA1234567"),
            ("AA 1234567", "", "AA1234567"),
            ("паспорт", "паспорт", ""),
            ("Паспорт AA1234567 выдан 01.01.2020", "Паспорт", "AA1234567"),
        ] {
            assert_eq!(kind_and_number(text), (kind.to_owned(), number.to_owned()), "{text}");
        }
    }
}
