//! What may be a person where no list is read: beside the columns of a list, below it, on a sheet without headings. Nobody is
//! left out in silence: what looks like somebody withholds the list, and what might be a name asks for a look.

use super::columns::Columns;
use super::dates::{self, Century, Doubt};
use super::fold::fold;
use super::grid::{Cell, Row, Sheet};
use super::heading::{Column, fact, heading};
use super::layout::section;
use super::{company, names, words};

/// How likely it is that somebody stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Somebody {
    /// Words that could be a name.
    Perhaps,
    /// A document's number, or a name with a day of birth.
    Likely,
}

/// Is somebody in a row that is not read, below a list or on a sheet without headings?
pub(super) fn in_row(row: &Row, this_year: i32) -> Option<Somebody> {
    let any = |test: &dyn Fn(&str) -> bool| row.cells.iter().any(|cell| test(&cell.text));
    let documented = any(&holds_document);
    if documented && any(&is_of_a_paper) {
        return None;
    }
    let names = row.cells.iter().filter(|cell| is_name(&cell.text)).count();
    let named = names > 1 || any(&holds_whole_name);
    let born = any(&|text| holds_birth(text, this_year));
    if (documented && (named || born)) || (born && (names > 0 || any(&is_number))) {
        return Some(Somebody::Likely);
    }
    match row.cells.as_slice() {
        _ if documented => Some(Somebody::Perhaps),
        [cell] if is_whole_name(&cell.text) && !is_of_a_desk(&cell.text) => Some(Somebody::Perhaps),
        [number, cell] if is_ordinal(&number.text) && is_whole_name(&cell.text) => Some(Somebody::Perhaps),
        _ if any(&is_of_a_desk) => None,
        _ => any(&tells_of_somebody).then_some(Somebody::Perhaps),
    }
}

/// A sentence that names somebody or counts people: `Дополнительно посажен Саидов Саид`, `+ 3 детей без места`. Signatures and addresses
/// name people and streets too.
fn tells_of_somebody(text: &str) -> bool {
    if text.len() > 400 || is_of_a_desk(text) {
        return false;
    }
    let words: Vec<&str> = text.split_whitespace().take(64).collect();
    let surname = |word: &str| {
        company::ends_as_surname(word)
            || names::is_patronymic(word.trim_matches(|c: char| !c.is_alphabetic()))
    };
    let pair = |pair: &[&str]| {
        let [first, second] = pair else { return false };
        let both = [first.trim_end_matches(','), " ", second.trim_end_matches([',', ';', '.'])].concat();
        is_whole_name(&both) && (surname(first) || surname(second))
    };
    // `саидов саид`: a name alone without capitals.
    let small = (2..=3).contains(&words.len())
        && words
            .iter()
            .all(|word| word.chars().all(|c| c.is_lowercase() || matches!(c, '-' | '\'' | '’' | 'ʻ')))
        && words.iter().any(|word| company::ends_as_surname(word))
        && !words.iter().any(|word| is_plural(word) || is_known(word))
        && !is_known(text);
    small || company::is_of_kin(text) || words.windows(2).any(pair)
}

/// Genitives of a list's own words, which end as surnames do: `конец списков`.
fn is_plural(word: &str) -> bool {
    [
        "список",
        "списк",
        "пассажир",
        "документ",
        "автобус",
        "паспорт",
        "час",
        "рейс",
        "билет",
        "член",
        "контакт",
        "остановк",
    ]
    .iter()
    .any(|stem| fold(word).starts_with(stem))
}

/// Whoever signs or made the list, where they sit, and counts of those on the list.
fn is_of_a_desk(text: &str) -> bool {
    const WORDS: [&str; 46] = [
        "директор",
        "менедж",
        "диспетчер",
        "бухгалтер",
        "ответствен",
        "составил",
        "составит",
        "исполнит",
        "исп",
        "подпис",
        "утвер",
        "начальник",
        "руководит",
        "заведующ",
        "агент",
        "администратор",
        "кассир",
        "оператор",
        "контакт",
        "тел",
        "адрес",
        "ул",
        "проспект",
        "ооо",
        "ип",
        "director",
        "manager",
        "dispatcher",
        "prepared",
        "signed",
        "approved",
        "responsible",
        "agent",
        "contact",
        "tel",
        "street",
        "direktor",
        "menejer",
        "dispetcher",
        "masul",
        "imzo",
        "rahbar",
        "tuzdi",
        "kocha",
        "масъул",
        "рахбар",
    ];
    let folded = fold(text);
    let counted = ["в том числе", "в т ч", "из них", "including", "of them", "shu jumladan", "шу жумладан"];
    counted.iter().any(|words| folded.starts_with(words))
        || folded.split(' ').any(|word| {
            WORDS
                .iter()
                .any(|known| if known.chars().count() < 4 { word == *known } else { word.starts_with(known) })
        })
}

/// Papers of vehicle and carrier, whose numbers look like those of passports.
pub(super) fn is_of_a_paper(text: &str) -> bool {
    const WORDS: [&str; 18] = [
        "лиценз",
        "техпаспорт",
        "паспорт тс",
        "полис",
        "страхов",
        "договор",
        "разрешен",
        "путевой",
        "сертификат",
        "licen",
        "insur",
        "certif",
        "permit",
        "contract",
        "litsenz",
        "guvohnoma",
        "sugurta",
        "shartnoma",
    ];
    let folded = fold(text);
    text.len() <= 200 && WORDS.iter().any(|word| folded.contains(word))
}

/// Is somebody in a row above a list, where papers of the journey have numbers and days of their own?
pub(super) fn above(row: &Row, this_year: i32) -> bool {
    let any = |test: &dyn Fn(&str) -> bool| row.cells.iter().any(|cell| test(&cell.text));
    any(&is_name) && any(&is_document) && any(&|text| is_birth(text, this_year))
}

/// Does a row that is not read name somebody of the crew?
pub(super) fn is_of_crew(row: &Row) -> bool {
    const CREW: [&str; 9] =
        ["водител", "экипаж", "проводник", "стюард", "haydovchi", "хайдовчи", "ekipaj", "driver", "crew"];
    let any = |test: &dyn Fn(&str) -> bool| row.cells.iter().any(|cell| test(&cell.text));
    any(&holds_whole_name)
        && any(&|text| {
            let folded = fold(text);
            text.len() <= 400 && CREW.iter().any(|word| folded.split(' ').any(|it| it.starts_with(word)))
        })
}

/// The first cell beside a list's columns, when somebody stands there.
pub(super) fn beside(row: &Row, columns: &Columns, this_year: i32) -> Option<u32> {
    let headed = |column: u32| {
        columns.persons.values().any(|place| *place == column)
            || columns.facts.iter().any(|(place, _)| *place == column)
            || columns.unknown.iter().any(|(place, _)| *place == column)
    };
    // Nothing stands beside most rows: as many cells as columns, all of them headed.
    let is_beside = |cell: &&Cell| columns.beside.contains(&cell.column) || !headed(cell.column);
    let cells: Vec<&Cell> = row.cells.iter().filter(is_beside).collect();
    let first = cells.first()?.column;
    let any = |test: &dyn Fn(&str) -> bool| cells.iter().any(|cell| test(&cell.text));
    let second_list = cells.iter().filter(|cell| columns.beside.contains(&cell.column)).count() >= 2;
    // `сын Алиев Али 05.05.2018` in one cell, as in several.
    let whole = any(&|text| {
        holds_whole_name(text)
            && (holds_document(text) || holds_birth(text, this_year))
            && (company::is_of_kin(text) || !is_of_a_paper(text))
    });
    let somebody = whole || any(&is_name) && (any(&is_document) || any(&|text| is_birth(text, this_year)));
    (second_list || somebody).then_some(first)
}

/// Has a sheet without headings the shape of a list that has them? Each row with three values or more of a person has a name
/// where the names are, and days and numbers where those are; nothing else is on the sheet but single words and totals.
pub(super) fn continues(sheet: &Sheet, columns: &Columns, this_year: i32) -> bool {
    let mut persons = 0_usize;
    for row in &sheet.rows {
        let person = is_person_of(row, columns, this_year);
        persons = persons.saturating_add(usize::from(person));
        if !person && row.cells.len() > 1 && in_row(row, this_year).is_some() {
            return false;
        }
    }
    persons > 0
}

fn is_person_of(row: &Row, columns: &Columns, this_year: i32) -> bool {
    let cell = |column: &Column| columns.persons.get(column).and_then(|place| row.cell(*place));
    let names =
        [Column::Surname, Column::GivenName, Column::FullName, Column::LatinFullName, Column::NativeFullName];
    let named = names.iter().filter_map(cell).all(|cell| is_name(&cell.text));
    let is_named = names.iter().filter_map(cell).count() > 0;
    let born = cell(&Column::BirthDate);
    let number = cell(&Column::DocumentNumber).or_else(|| cell(&Column::Document));
    let fits = born.is_none_or(|cell| is_birth(&cell.text, this_year) || is_day_number(&cell.text))
        && number.is_none_or(|cell| cell.text.bytes().any(|b| b.is_ascii_digit()));
    named && is_named && fits && (born.is_some() || number.is_some())
}

/// Letters, and the signs that stand in names; no word that a list or a letter around it uses for something else.
pub(super) fn is_name(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let signs = |c: char| {
        c.is_alphabetic() || matches!(c, ' ' | '-' | '.' | '\'' | '`' | '’' | '‘' | 'ʻ' | 'ʼ' | '(' | ')')
    };
    letters >= 2 && text.len() <= 120 && text.chars().all(signs) && !is_known(text)
}

/// Two to four words with capitals and nothing else: `Karimov Komil`. Initials (`Иванов И.И.`) stand in signatures.
fn is_whole_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_part = |word: &&str| {
        word.chars().count() > 2
            && word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '‘' | 'ʻ' | 'ʼ'))
    };
    (2..=4).contains(&words.len())
        && words.iter().all(is_part)
        && !is_known(text)
        && !words.iter().any(|word| is_known(word))
}

/// Two words side by side that could be a name, in a text of more.
pub(super) fn holds_whole_name(text: &str) -> bool {
    let words: Vec<&str> = text.split([' ', '\n']).filter(|word| !word.is_empty()).take(64).collect();
    words.windows(2).any(|pair| {
        let [first, second] = pair else { return false };
        is_whole_name(&[first.trim_end_matches(','), " ", second.trim_end_matches([',', ';', '.'])].concat())
    })
}

fn is_known(text: &str) -> bool {
    fact(text).is_some()
        || heading(text).is_some()
        || section(text).is_some()
        || ["footer", "total", "sex", "document", "role", "truth", "absence", "state"]
            .iter()
            .any(|kind| words::value(kind, text).is_some())
        || words::country(text) != text
}

/// Up to three capitals and six to eight digits, as travel documents have it.
pub(super) fn is_document(text: &str) -> bool {
    let plain = text.replace([' ', '№', '-', '\u{a0}'], "");
    let letters = plain.chars().take_while(|c| c.is_uppercase()).count();
    let digits = plain.chars().skip(letters);
    (1..=3).contains(&letters)
        && (6..=8).contains(&digits.clone().count())
        && digits.clone().all(|c| c.is_ascii_digit())
}

pub(super) fn holds_document(text: &str) -> bool {
    is_document(text)
        || text.split([' ', ',', ';', '\n']).any(is_document)
        || is_document(&names::kind_and_number(text).1)
}

fn is_number(text: &str) -> bool {
    (6..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_ordinal(text: &str) -> bool {
    (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

fn is_day_number(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit())
}

/// A whole day of an earlier year: signatures and journeys have those of today.
pub(super) fn is_birth(text: &str, this_year: i32) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (5..=10).contains(&digits)
        && text.len() <= 40
        && dates::date(text, None, Century::Past, this_year).is_some_and(|day| {
            day.day > 0 && day.doubt != Some(Doubt::DayNumber) && day.year < this_year && day.year > 1900
        })
}

pub(super) fn holds_birth(text: &str, this_year: i32) -> bool {
    is_birth(text, this_year)
        || text
            .split([' ', ',', ';', '\n'])
            .any(|word| word.contains(['.', '-', '/']) && is_birth(word, this_year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_stand_below_a_list() {
        for likely in [
            &["4", "Karimov", "Komil", "13.01.1982"][..],
            &["Karimov Komil", "AA4444444"],
            &["Бабаев Ботир 03.01.1981 паспорт AA3333333"],
            &["также едет Каримов Камол, паспорт AA 4444444"],
            &["Каримов", "Камол", "AA 4444444"],
            &["Каримов", "1982-01-13"],
        ] {
            assert_eq!(in_row(&Row::of(likely), 2026), Some(Somebody::Likely), "{likely:?}");
        }
        for perhaps in [
            &["Karimov Komil"][..],
            &["Каримов Камол Рустамович"],
            &["5", "Karimov Komil"],
            &["Дополнительно посажен на трассе Саидов Саид Каримович"],
            &["Также едет: Саидов Саид Каримович 1990 г.р."],
            &["+ 3 детей без места"],
            &["саидов саид"],
            &["САИДОВ САИД"],
            &["Саидов Саид Каримович, паспорт у водителя"],
            &["на ребенка Саидов С. св-во I-ТН 123456"],
        ] {
            assert_eq!(in_row(&Row::of(perhaps), 2026), Some(Somebody::Perhaps), "{perhaps:?}");
        }
        for nobody in [
            &["Директор", "Иванов И.И.", "24.11.2026"][..],
            &["Подпись водителя"],
            &["Счастливого пути"],
            &["Алматы", "Ташкент", "1200"],
            &["Тел.", "998901234567"],
            &["Лицензия", "АА 123456"],
            &["Техпаспорт", "AAF 1234567", "12.03.2019"],
            &["Страховой полис AA 1234567"],
            &["Итого", "45"],
            &["М.П."],
            &["Менеджер Петрова Анна Ивановна"],
            &["Исп. Сидорова Анна тел. +998 90 123 45 67"],
            &["Ответственный", "Ахмедова Лола Каримовна", "тел. 90 123 45 67"],
            &["Директор ________________ Юсупов Рустам"],
            &["в том числе детей: 2"],
            &["г. Ташкент, ул. Рашидова Шарафа 12"],
            &["конец списка пассажиров"],
            &["список пассажиров"],
        ] {
            assert_eq!(in_row(&Row::of(nobody), 2026), None, "{nobody:?}");
        }
    }

    #[test]
    fn papers_of_the_journey_are_nobody() {
        assert!(!above(&Row::of(&["Лицензия", "АА 123456", "от", "24.11.2026"]), 2026));
        assert!(!above(&Row::of(&["Список", "12.03.2019"]), 2026));
        assert!(above(&Row::of(&["Каримов", "Камол", "13.01.1982", "AA4444444"]), 2026));
    }
}
