//! Somebody in the cells of a row that are not read: a child under a heading of its own (`Дети`, `Фамилия 2`), or in a remark.

use super::columns::Columns;
use super::company;
use super::dates::{self, Century};
use super::fold::fold;
use super::grid::{Cell, Row};
use super::heading::{Column, Heading, heading};
use super::stray::{self, Somebody};
use super::values::is_dash;
use super::words;

/// Beginnings of words over columns of papers and journeys, whose days are no births.
const OF_PAPERS: [&str; 52] = [
    "выда",
    "срок",
    "действ",
    "виз",
    "билет",
    "продаж",
    "оформ",
    "рейс",
    "отправ",
    "прибыт",
    "въезд",
    "выезд",
    "страх",
    "полис",
    "договор",
    "регистр",
    "привив",
    "вакцин",
    "тест",
    "медиц",
    "лиценз",
    "миграц",
    "карт",
    "оплат",
    "брон",
    "приглаш",
    "issue",
    "valid",
    "expir",
    "visa",
    "ticket",
    "sale",
    "entry",
    "exit",
    "insur",
    "contract",
    "regist",
    "payment",
    "book",
    "vaccin",
    "licen",
    "permit",
    "invit",
    "beril",
    "muddat",
    "viza",
    "chipta",
    "sotil",
    "kirish",
    "sugurta",
    "shartnoma",
    "tolov",
];

/// Words over a column of persons: relatives, and who travels along. Compared by their beginnings.
const OF_PERSONS: [&str; 27] = [
    "ребен",
    "дети",
    "детей",
    "детск",
    "сын",
    "доч",
    "жен",
    "муж",
    "супруг",
    "семь",
    "член",
    "вписан",
    "попутчик",
    "спутник",
    "child",
    "kid",
    "infant",
    "spouse",
    "wife",
    "husband",
    "family",
    "companion",
    "dependant",
    "bola",
    "farzand",
    "oila",
    "бола",
];

/// Is somebody in the cells of a row that are not read, and where? What is beyond the headings is asked by [`stray::beside`].
pub(super) fn in_cells(row: &Row, columns: &Columns, this_year: i32) -> Option<(u32, Somebody)> {
    let remarks = columns.persons.iter().filter(|(column, _)| column.is_not_read());
    let known = remarks.map(|(column, place)| (*place, *column == Column::Remarks, ""));
    let unknown = columns.unknown.iter().map(|(place, name)| (*place, true, name.as_str()));
    let mut perhaps = None;
    let (mut name, mut born, mut documented) = (None, None, None);
    for (place, is_free, over) in known.chain(unknown) {
        let Some(cell) = row.cell(place).filter(|cell| !is_dash(&cell.text)) else { continue };
        match within(cell, over, this_year) {
            Some(Somebody::Likely) => return Some((place, Somebody::Likely)),
            Some(Somebody::Perhaps) if is_free => perhaps = perhaps.or(Some((place, Somebody::Perhaps))),
            _ => {}
        }
        // In cells beside one another: a name here and its day or number there.
        let folded = fold(over);
        if over.is_empty() || (is_of_papers(&folded) && !is_of_persons(&folded)) {
            continue;
        }
        let again = heading(over);
        let names_again = matches!(again, Some(Heading::Person(column)) if !is_of_birth_or_number(column));
        if !names_again && stray::is_name(&cell.text) && begins_large(&cell.text) {
            name = Some(place);
        }
        if stray::holds_birth(&cell.text, this_year) {
            born = Some(place);
        }
        if stray::holds_document(&cell.text) {
            documented = Some(place);
        }
    }
    let together = name.filter(|_| born.is_some() || documented.is_some());
    together.map(|place| (place, Somebody::Likely)).or(perhaps)
}

/// Somebody within one cell, under a heading that is not known.
fn within(cell: &Cell, over: &str, this_year: i32) -> Option<Somebody> {
    let text = &cell.text;
    let folded = fold(over);
    let of_persons = is_of_persons(&folded);
    if is_of_papers(&folded) && !of_persons {
        return None;
    }
    let born = stray::holds_birth(text, this_year) || holds_year_of_birth(text);
    let documented = stray::holds_document(text);
    let of_kin = company::is_of_kin(text);
    let named = stray::holds_whole_name(text);
    // How many children: they may stand in rows of their own, or nowhere.
    let counts = ["дети", "детей", "children", "kids", "bolalar"].iter().any(|word| folded.contains(word));
    if counts && text.len() < 3 && text.parse().is_ok_and(|count: u32| count > 0) {
        return Some(Somebody::Perhaps);
    }
    if of_persons && words::value("truth", text).is_none() && words::value("role", text).is_none() {
        // A flag or an abbreviation under `Child` says what this person is.
        let short = text.chars().count() < 4 || text.bytes().all(|b| b.is_ascii_digit());
        // A child may be of this very year, and its day a number of a table program.
        let born = born || dates::date(text, None, Century::Past, this_year).is_some_and(|day| day.day > 0);
        let somebody = born || documented || named || (stray::is_name(text) && !short);
        return somebody.then_some(Somebody::Likely);
    }
    let paper = stray::is_of_a_paper(text) || is_of_papers(&fold(text));
    if (of_kin || !paper) && (born || documented) && (named || (of_kin && holds_name(text))) {
        return Some(Somebody::Likely);
    }
    let along = of_kin && (company::tells_of_company(text) || named || born || documented);
    along.then_some(Somebody::Perhaps)
}

fn is_of_papers(folded: &str) -> bool {
    begins(folded, &OF_PAPERS)
}

fn is_of_persons(folded: &str) -> bool {
    begins(folded, &OF_PERSONS)
}

fn begins(folded: &str, beginnings: &[&str]) -> bool {
    folded.split(' ').take(32).any(|word| beginnings.iter().any(|beginning| word.starts_with(beginning)))
}

const fn is_of_birth_or_number(column: Column) -> bool {
    matches!(column, Column::BirthDate | Column::DocumentNumber | Column::Document)
}

/// `2018 г.р.`, `2018 y.t.`.
fn holds_year_of_birth(text: &str) -> bool {
    let folded = fold(text);
    ["г р", "год рожд", "года рожд", "y t", "born", "йил тугилган"].iter().any(|words| {
        folded.split_once(words).is_some_and(|(before, behind)| {
            [before, behind].iter().any(|part| part.split(' ').any(|it| it.len() == 4 && is_year(it)))
        })
    })
}

fn is_year(text: &str) -> bool {
    text.parse().is_ok_and(|year: u32| (1900..2100).contains(&year))
}

/// A word with a capital that is no known one: the name behind `сын`.
fn holds_name(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphabetic());
        begins_large(word)
            && word.chars().count() > 2
            && word.chars().all(char::is_alphabetic)
            && !company::is_of_kin(word)
            && stray::is_name(word)
    })
}

fn begins_large(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(heads: &[(&str, &str)]) -> Option<Somebody> {
        let mut columns = Columns::default();
        columns.persons.insert(Column::FullName, 1);
        let mut cells = vec![Cell::new(1, "Бабаев Ботир", 1000).unwrap()];
        for (place, (over, text)) in (2_u32..).zip(heads) {
            match heading(over) {
                Some(Heading::Person(column)) if column.is_not_read() => {
                    columns.persons.insert(column, place);
                }
                _ => columns.unknown.push((place, (*over).to_owned())),
            }
            cells.extend(Cell::new(place, text, 1000));
        }
        in_cells(&Row { number: 1, cells, ..Row::default() }, &columns, 2026).map(|(_, somebody)| somebody)
    }

    #[test]
    fn somebody_in_unread_cells() {
        for likely in [
            &[("Дети", "Алиев Али 05.05.2018")][..],
            &[("Дети", "Алиев Али")],
            &[("Вписан ребёнок", "Алиев Али 2018 г.р.")],
            &[
                ("Ребёнок", "Алиев Али"),
                ("Дата рождения ребёнка", "2018-05-05"),
                ("Документ ребёнка", "FA1234567"),
            ],
            &[("Дата рождения ребёнка", "2026-05-05")],
            &[("Документ ребёнка", "FA1234567")],
            &[("Фамилия 2", "Алиев"), ("Имя 2", "Али"), ("Дата рождения 2", "2018-05-05")],
            &[("Фамилия 2", "Алиев"), ("Паспорт 2", "FA1234567")],
            &[("Спутники", "Алиев Али")],
            &[("Прочее", "Алиев Али 05.05.2018")],
            &[("Примечание", "с сыном Алиев Али 05.05.2018 FA1234567")],
            &[("Примечание", "сын Али 05.05.2018")],
            &[("Примечание", "Aliyev Ali, FA1234567")],
            &[("Адрес", "Алиев Али 05.05.2018")],
        ] {
            assert_eq!(found(likely), Some(Somebody::Likely), "{likely:?}");
        }
        for perhaps in [&[("Дети", "1")][..], &[("Примечание", "с женой")], &[("Примечание", "+ ребенок")]]
        {
            assert_eq!(found(perhaps), Some(Somebody::Perhaps), "{perhaps:?}");
        }
        for nobody in [
            &[("Дети", "-")][..],
            &[("Дети", "нет")],
            &[("Дети", "0")],
            &[("Ребёнок", "да")],
            &[("Взрослый/ребёнок", "взрослый")],
            &[("Примечание", "ребенок до 5 лет")],
            &[("Примечание", "детский билет")],
            &[("Примечание", "водитель")],
            &[("Примечание", "виза AA1234567 до 12.03.2025")],
            &[("Примечание", "паспорт выдан 12.03.2019")],
            &[("Дата регистрации", "12.03.2019"), ("Агент", "Silk Road")],
            &[("Дата выдачи визы", "12.03.2024"), ("Цель поездки", "Туризм")],
            &[("Срок визы", "12.03.2027")],
            &[("Дата продажи билета", "12.03.2026")],
            &[("Профессия", "Инженер"), ("Бирка багажа", "AB123456789")],
            &[("Телефон", "+998901234567")],
            &[("Адрес", "г. Ташкент, ул. Амира Темура 12")],
            &[("Кассир", "Петрова Анна")],
            &[("Приглашение", "ООО Шёлковый Путь от 12.03.2025")],
        ] {
            assert_eq!(found(nobody), None, "{nobody:?}");
        }
    }
}
