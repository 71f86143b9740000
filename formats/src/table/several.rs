//! Rows that tell of more than one person: two names, documents or births in one cell, or the pieces of two rows. A list's
//! row is one person; who stands second in it would travel unknown.

use super::columns::Columns;
use super::dates::{self, Century};
use super::grid::Row;
use super::heading::Column;
use super::{company, names, words};

/// Columns that hold one part of a name.
const PARTS: [Column; 4] =
    [Column::Surname, Column::GivenName, Column::Patronymic, Column::GivenAndPatronymic];

/// Columns that hold a whole name.
const WHOLES: [Column; 3] = [Column::FullName, Column::LatinFullName, Column::NativeFullName];

/// Does a row tell of more than one person, or hold a name that cannot be one?
pub(super) fn tells_of_several(row: &Row, columns: &Columns, this_year: i32) -> bool {
    let text = |column: &Column| columns.persons.get(column).map_or("", |place| row.text(*place));
    let given_alone = PARTS.iter().skip(1).any(|column| !text(column).is_empty());
    let parts = PARTS.iter().map(|column| (column, text(column)));
    let in_a_part = parts.clone().any(|(column, text)| {
        // A whole name put into the column of surnames.
        let is_whole = *column == Column::Surname && !given_alone;
        let company = company::tells_of_company(text);
        is_no_name(text) || company || if is_whole { wholes(text) } else { commas(text) || lines(text) }
    }) || company::tells_of_two_in_parts(text(&Column::Surname), text(&Column::GivenName));
    let stroked = parts.filter(|(_, text)| alike(&text.split('/').collect::<Vec<_>>())).count();
    let in_a_whole = WHOLES
        .iter()
        .map(text)
        .any(|text| is_no_name(text) || company::tells_of_company(text) || wholes(text));
    let documents = [Column::DocumentNumber, Column::Document].iter().any(|column| documents(text(column)));
    in_a_part || stroked > 1 || in_a_whole || documents || births(text(&Column::BirthDate), this_year)
}

/// Digits, separators of a table, or words for "and" between names. `y` and hyphens stand inside of one name.
fn is_no_name(text: &str) -> bool {
    let text = names::without_number(text);
    if text.contains([';', '|', '\t']) {
        return true;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.iter().any(|word| holds_digits(word)) {
        return true;
    }
    let joined = |(place, word): (usize, &&str)| match *word {
        "&" | "+" | "и" | "and" | "va" | "ва" => place > 0 && place + 1 < words.len(),
        // In capitals an initial looks the same: two words on either side are no initial's.
        "И" | "AND" | "VA" | "ВА" => place >= 2 && words.len() - place > 2,
        _ => false,
    };
    words.iter().enumerate().any(joined)
}

/// Digits anywhere but as a short number behind a word: `Synthetic12` is how lists are made up to try them.
fn holds_digits(word: &str) -> bool {
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let behind = word.len().saturating_sub(letters.len());
    letters.bytes().any(|b| b.is_ascii_digit()) || behind > 3 || (behind > 0 && letters.is_empty())
}

/// A comma in a part of a name, but for what stands behind a name (`Smith, Jr.`).
fn commas(text: &str) -> bool {
    let behind = |part: &str| {
        let part = part.trim().trim_end_matches('.').to_ascii_uppercase();
        part.is_empty() || matches!(part.as_str(), "JR" | "SR" | "II" | "III" | "IV")
    };
    text.split(',').skip(1).any(|part| !behind(part))
}

/// Lines of one part of a name, unless the second says the first in another script.
fn lines(text: &str) -> bool {
    alike(&text.lines().collect::<Vec<_>>())
}

/// Whole names: `YUSUPOV, YORQIN` and a name that goes over two lines are one person.
fn wholes(text: &str) -> bool {
    // A name in two scripts has its surname twice.
    if text.split(['/', '\n']).any(company::tells_of_two_names) {
        return true;
    }
    let count = |part: &&str| part.split_whitespace().count();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if alike(&lines) && (lines.len() > 2 || lines.iter().all(|line| count(line) > 1)) {
        return true;
    }
    for separator in ['/', ','] {
        let parts: Vec<&str> = text.split(separator).map(str::trim).filter(|part| !part.is_empty()).collect();
        let whole = parts.iter().all(|part| count(part) > 1);
        // `GARCIA LOPEZ, MARIA JOSE` is one person, `Aliyev Anvar, Karimov Komil` are two.
        let sure = separator == '/' || parts.iter().all(|part| is_cyrillic(part) || has_surname(part));
        if alike(&parts) && (parts.len() > 2 || (whole && sure)) {
            return true;
        }
    }
    false
}

/// More than one part, in one script: a name in two scripts is one name.
fn alike(parts: &[&str]) -> bool {
    let named = || parts.iter().filter(|part| part.contains(char::is_alphabetic));
    let cyrillic = named().filter(|part| is_cyrillic(part)).count();
    let all = named().count();
    all > 2 || (all == 2 && cyrillic != 1)
}

fn is_cyrillic(text: &str) -> bool {
    text.chars().find(|c| c.is_alphabetic()).is_some_and(|c| ('\u{400}'..='\u{4ff}').contains(&c))
}

/// Does one of the words end as the region's surnames do?
fn has_surname(text: &str) -> bool {
    const ENDS: [&str; 8] = ["OV", "EV", "YEV", "OVA", "EVA", "YEVA", "SKIY", "SKAYA"];
    text.split_whitespace().any(|word| {
        let word = word.to_uppercase();
        word.chars().count() > 4 && ENDS.iter().any(|end| word.ends_with(end))
    })
}

/// Two numbers of documents that differ. A person's own number has fourteen digits and stands beside a passport's, and so may
/// a document of another kind that is named.
fn documents(text: &str) -> bool {
    let kind = |part: &str| {
        let (said, _) = names::kind_and_number(part.trim());
        words::value("document", &said)
    };
    if side_by_side(text) {
        return true;
    }
    let mut first = None;
    text.split([',', ';', '\n', '/', '|', '&', '+']).any(|part| {
        let run = part.split(|c: char| !c.is_ascii_digit()).find(|run| (5..=9).contains(&run.len()));
        let Some(run) = run else { return false };
        let (known, known_kind) = *first.get_or_insert_with(|| (run, kind(part)));
        known != run && (kind(part).is_none() || kind(part) == known_kind)
    })
}

/// Two whole numbers with nothing but blanks, or nothing at all, between them: `AA2222222 AB7654321`. A word for another kind of
/// document between them names a second document of one person.
fn side_by_side(text: &str) -> bool {
    let mut first: Option<String> = None;
    let mut kinds = Vec::new();
    let mut series = String::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '№' | '(' | ')')).take(64) {
        let letters = word.chars().take_while(|c| c.is_uppercase()).count();
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        if glued(word) {
            return true;
        }
        if digits == 0 {
            if word.chars().any(char::is_lowercase) {
                kinds.push(word);
                series.clear();
            } else if (1..=3).contains(&letters) {
                word.clone_into(&mut series);
            }
            continue;
        }
        // A number without letters is whole with seven digits: `4510 123456` is one.
        let is_whole = if letters > 0 || !series.is_empty() {
            letters <= 3
                && (6..=9).contains(&digits)
                && word.chars().skip(letters).all(|c| c.is_ascii_digit())
        } else {
            (7..=9).contains(&digits) && digits == word.len()
        };
        let whole = [std::mem::take(&mut series), word.to_owned()].concat();
        if !is_whole {
            continue;
        }
        match &first {
            Some(known) if *known != whole && words::value("document", &kinds.join(" ")).is_none() => {
                return true;
            }
            Some(_) => {}
            None => {
                first = Some(whole);
                kinds.clear();
            }
        }
    }
    false
}

/// `AA2222222AB7654321`: twice one to three letters with six to nine digits behind them.
fn glued(word: &str) -> bool {
    let mut runs: Vec<(bool, usize)> = Vec::new();
    for c in word.chars() {
        let digit = c.is_ascii_digit();
        if !digit && !c.is_uppercase() {
            return false;
        }
        match runs.last_mut() {
            Some((last, length)) if *last == digit => *length += 1,
            _ => runs.push((digit, 1)),
        }
    }
    let fits = |(digit, length): &(bool, usize)| {
        if *digit { (6..=9).contains(length) } else { (1..=3).contains(length) }
    };
    runs.len() == 4 && runs.first().is_some_and(|(digit, _)| !digit) && runs.iter().all(fits)
}

/// Two days of birth that differ.
fn births(text: &str, this_year: i32) -> bool {
    if !text.contains(['.', '-', '/']) {
        return false;
    }
    let strokes = text.contains(['.', '-']);
    let parts =
        text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|') || (strokes && c == '/'));
    let whole = parts.filter(|part| part.bytes().filter(u8::is_ascii_digit).count() >= 6);
    let mut days = whole.filter_map(|part| dates::date(part, None, Century::Past, this_year));
    let first = days.next();
    days.any(|day| {
        first.is_some_and(|first| (first.year, first.month, first.day) != (day.year, day.month, day.day))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_of_one_and_of_two() {
        for one in [
            "Юсупов Ёркин Бахтиёрович",
            "YUSUPOV, YORQIN",
            "YUSUPOV/YORQIN",
            "GARCIA LOPEZ, MARIA JOSE",
            "ORTEGA Y GASSET JOSE",
            "VAN DER BERG JAN",
            "Каримов Азиз / Karimov Aziz",
            "Каримов Азиз\nKarimov Aziz",
            "Каримов\nАзиз Бахтиёрович",
            "Иванова (Петрова) Анна",
            "Toshmatov Anvar Rustamoʻgʻli",
            "KARIMOV AZIZ BAXTIYOR O'G'LI",
            "Петров-Водкин Кузьма",
            "ИВАНОВ И ПЕТРОВИЧ",
            "1. Иванов Иван",
            "12) Иванов Иван",
            "Смит Джон -",
            "Synthetic12 Person",
            "",
        ] {
            assert!(!is_no_name(one) && !wholes(one), "{one}");
        }
        for two in [
            "Бабаев Ботир, Каримов Камол",
            "Aliyev Anvar, Karimov Komil",
            "Бабаев Ботир/Каримов Камол",
            "Бабаев Ботир\nКаримов Камол",
            "Бабаев Ботир; Каримов Камол",
            "Бабаев и Каримов",
            "БАБАЕВ БОТИР И КАРИМОВ КАМОЛ",
            "Babayev & Karimov",
            "Aliyev va Karimov",
            "Бабаев, Каримов, Юсупов",
            "Бабаев Ботир 03.01.1981",
            "Бабаев 2",
            "Юсуп0в",
            "KarimovAA4444444",
        ] {
            assert!(is_no_name(two) || wholes(two), "{two}");
        }
    }

    #[test]
    fn documents_and_births_of_one_and_of_two() {
        for one in [
            "AA3333333",
            "AA 3333333",
            "4510 123456",
            "4510/123456",
            "AA 222 22 22",
            "45 08 123456",
            "75 №1234567",
            "А-АШ 123456",
            "Паспорт AA1234567 виза V1234567",
            "AA 1234567",
            "AA1234567 выдан 12.03.2019",
            "N12345678 012345678901",
            "AA1234567/30512851234567",
            "I-ТН №123456",
        ] {
            assert!(!documents(one), "{one}");
        }
        for two in [
            "Паспорт AA3333333, паспорт AA4444444",
            "AA3333333, AA4444444",
            "AA2222222 AB7654321",
            "AA2222222AB7654321",
            "AA3333333  AA9999999",
            "AA 3333333 AA 9999999",
            "AA3333333 и AA4444444",
            "400000001 400000002",
            "AA3333333/AA4444444",
            "N1111111\nN2222222",
        ] {
            assert!(documents(two), "{two}");
        }
        for one in [
            "03.01.1981",
            "03/01/1981",
            "3 января 1981",
            "03.01.1981/1981-01-03",
            "1981",
            "03.01.1981 г. Ташкент",
            "",
        ] {
            assert!(!births(one, 2026), "{one}");
        }
        for two in ["03.01.1981, 14.01.1982", "03.01.1981/14.01.1982", "03.01.1981\n14.01.1982"] {
            assert!(births(two, 2026), "{two}");
        }
    }
}
