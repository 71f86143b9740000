//! Rows of a list in which a text stands alone: a stop at which the persons below it get on (`г. Алматы`, `Отправление: Бухара`), a
//! person whose row is broken, or text. Nobody is left out in silence, and nobody whose row is whole is held up by a line beside it.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::columns::Columns;
use super::fold::fold;
use super::grid::{Row, Sheet};
use super::heading::{Column, Fact, Heading, fact, heading};
use super::labels::{is_of_a_page, of_a_group};
use super::layout::may_be_stop;
use super::row_facts::facts;
use super::stray::{self, Somebody};
use super::{company, names, words};

/// A stop that a row names for the persons below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stop {
    /// Its name as it stands.
    pub(super) name: String,
    /// Where it stands.
    pub(super) row: u32,
    /// See `row`.
    pub(super) column: u32,
    /// Nothing but its name: no word for a town or for getting on. It may be a surname too: `Навои`.
    pub(super) is_bare: bool,
}

/// What a text alone in its row is when persons follow and it names no stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alone {
    /// A person whose row is broken.
    Person,
    /// Words that may be a name, in a column.
    Perhaps(u32),
    /// Text between persons.
    Text,
}

/// The longest text that is looked at for a stop, in bytes.
const LONGEST: usize = 120;

/// How many rows of a sheet are asked for the stops of its journey.
const ROWS_ASKED: usize = 2_000;

/// The stops that a sheet knows: of its route and its columns, gathered when they are first asked for.
pub(super) struct Stops<'s> {
    sheet: &'s Sheet,
    known: OnceCell<HashSet<String>>,
}

impl<'s> Stops<'s> {
    /// The stops of a sheet.
    pub(super) const fn of(sheet: &'s Sheet) -> Self {
        Self { sheet, known: OnceCell::new() }
    }

    /// The stop that a row names, when it names a stop and nothing else.
    pub(super) fn named_by(&self, row: &Row) -> Option<Stop> {
        let ((name, is_bare), column) = match row.cells.as_slice() {
            [cell] if cell.text.len() <= LONGEST => (self.place(&cell.text)?, cell.column),
            [key, cell] if cell.text.len() <= LONGEST && key.text.len() <= LONGEST => {
                let is_key = is_boarding(key.text.trim_end_matches([':', ' ']));
                ((is_key.then(|| town_of(&cell.text)).flatten()?, false), cell.column)
            }
            _ => return None,
        };
        Some(Stop { name, row: row.number, column, is_bare })
    }

    /// `Отправление: Бухара`, `г. Алматы`, `Бухоро шаҳри`, or the bare name of a stop that is known; and whether it is bare.
    fn place(&self, text: &str) -> Option<(String, bool)> {
        let keyed =
            text.split_once([':', '：', '=']).filter(|(key, _)| !key.ends_with(|c: char| c.is_ascii_digit()));
        if let Some((key, value)) = keyed {
            return is_boarding(key).then(|| town_of(value)).flatten().map(|name| (name, false));
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        // `Посадка в г. Бухара`: the words before the name.
        for taken in (1..words.len().min(4)).rev() {
            let (before, name) = words.split_at_checked(taken)?;
            if is_boarding(&before.join(" ")) {
                return town_of(&name.join(" ")).map(|name| (name, false));
            }
        }
        let bare = place_words(text)?;
        let is_marked = fold(&bare) != fold(text) && has_kind(text);
        (is_marked || self.is_known(&bare)).then_some((bare, !is_marked))
    }

    fn is_known(&self, name: &str) -> bool {
        let folded = fold(name);
        words::value("town", name).is_some() || self.known.get_or_init(|| known(self.sheet)).contains(&folded)
    }
}

/// Names of stops that a sheet says itself: its route, its ends, and the cells under headings of stops.
fn known(sheet: &Sheet) -> HashSet<String> {
    let mut known = HashSet::new();
    let mut places: Vec<u32> = Vec::new();
    for (at, row) in sheet.rows.iter().enumerate().take(ROWS_ASKED) {
        for place in &places {
            known.extend(row.cell(*place).map(|cell| fold(&cell.text)));
        }
        if !may_be_stop(row) {
            continue;
        }
        for cell in &row.cells {
            if matches!(heading(&cell.text), Some(Heading::Person(Column::Boarding | Column::Alighting))) {
                places.push(cell.column);
            }
        }
        for said in facts(row, sheet.rows.get(at + 1)) {
            if matches!(said.fact, Fact::Route | Fact::From | Fact::To) {
                let names = said.text.split(['-', '–', '—', '→', '>', ',', ';', '/', '\n']);
                known.extend(names.map(fold).filter(|name| !name.is_empty()));
                known.insert(fold(&said.text));
            }
        }
    }
    known
}

/// Words before the name of a place where people get on.
fn is_boarding(key: &str) -> bool {
    const MORE: [&str; 24] = [
        "остановка",
        "ост",
        "станция",
        "вокзал",
        "автовокзал",
        "автостанция",
        "посадка в",
        "посадка на",
        "посадка из",
        "отправление из",
        "отправление с",
        "выезд из",
        "выезд",
        "из",
        "bekat",
        "bekati",
        "бекат",
        "бекати",
        "chiqish",
        "чикиш",
        "jonash",
        "жунаш",
        "stop",
        "station",
    ];
    let folded = fold(key);
    // `Посадка 2`, `Остановка № 3`.
    let plain = folded.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '№'));
    matches!(heading(plain), Some(Heading::Person(Column::Boarding)))
        || matches!(fact(plain), Some(Fact::From | Fact::Departure))
        || MORE.contains(&plain)
}

/// What kind of place it is, before its name or behind it.
const KINDS: [&str; 22] = [
    "г",
    "гор",
    "город",
    "пос",
    "поселок",
    "пгт",
    "с",
    "село",
    "кишлак",
    "ш",
    "шахар",
    "шахри",
    "sh",
    "shahar",
    "shahri",
    "city",
    "town",
    "к",
    "каласы",
    "аэропорт",
    "tuman",
    "tumani",
];

fn has_kind(text: &str) -> bool {
    let folded = fold(text);
    let mut words = folded.split(' ');
    let first = words.next().unwrap_or_default();
    let last = words.next_back().unwrap_or_default();
    KINDS.contains(&first) || KINDS.contains(&last)
}

/// The town of `Шымкент, автовокзал Самал` or `Алматы (Сайран)`: which station of it is no other stop of the journey.
fn town_of(text: &str) -> Option<String> {
    let town = text.split([',', '(']).next().unwrap_or_default();
    place_words(if town.trim().is_empty() { text } else { town })
}

/// The name of a place without kind, time of day and count of people; `None` when the words are none of a place.
fn place_words(text: &str) -> Option<String> {
    // `г.Алматы`, `Самарканд (08:30)`, `Бухара - 5 чел.`
    let apart = text.replace("г.", "г. ").replace("Г.", "Г. ").replace("ш.", "ш. ");
    let mut name: Vec<&str> = Vec::new();
    for word in apart.split_whitespace() {
        let plain = word.trim_matches(|c: char| !c.is_alphanumeric());
        let folded = fold(plain);
        let counts = ["чел", "человек", "пассажиров", "kishi", "киши", "pax", "та", "ta", "nafar", "нафар"];
        let says_nothing = plain.is_empty()
            || plain.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.'))
            || (counts.contains(&folded.as_str()) && !name.is_empty());
        if says_nothing || KINDS.contains(&folded.as_str()) {
            continue;
        }
        let is_letter = |c: char| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '‘' | 'ʻ' | 'ʼ' | '`');
        if !plain.chars().all(is_letter) {
            return None;
        }
        name.push(word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, 'ʻ' | '’' | '‘')));
    }
    let is_of_a_person = |word: &&str| {
        company::ends_as_surname(word) || names::is_patronymic(word) || company::is_of_kin(word)
    };
    let fits = matches!(name.len(), 1..=3)
        && name.iter().any(|word| word.chars().count() > 2)
        && !(name.len() > 1 && name.iter().any(is_of_a_person));
    fits.then(|| name.join(" "))
}

/// What a text alone in its row is, when persons stand above and below it and it names no stop.
pub(super) fn alone(row: &Row, columns: &Columns, this_year: i32) -> Alone {
    let [cell] = row.cells.as_slice() else { return Alone::Person };
    let text = &cell.text;
    let letters = text.chars().any(char::is_alphabetic);
    if cell.damaged || cell.cut || row.open_quote || row.collides {
        return Alone::Person;
    }
    if is_of_a_page(text) {
        return Alone::Text;
    }
    if let Some(name) = of_a_group(text) {
        // `Группа Silk Road` is a label; whoever is called as `Группа Каримов Камол` is, may be on the coach.
        return if stray::holds_whole_name(name) { Alone::Perhaps(cell.column) } else { Alone::Text };
    }
    let somebody = stray::in_row(row, this_year);
    if somebody == Some(Somebody::Likely) || text.bytes().any(|b| b.is_ascii_digit()) {
        return Alone::Person;
    }
    if !letters {
        return Alone::Text;
    }
    let over = columns.persons.iter().find(|(_, place)| **place == cell.column).map(|(column, _)| *column);
    let is_of_names = over.is_some_and(|column| {
        matches!(
            column,
            Column::Surname
                | Column::GivenName
                | Column::Patronymic
                | Column::FullName
                | Column::LatinFullName
                | Column::NativeFullName
        )
    });
    let mut parts = text.split_whitespace();
    let is_of_a_person =
        parts.clone().any(|word| company::ends_as_surname(word) || names::is_patronymic(word))
            || (is_of_names && parts.by_ref().count() > 1 && stray::holds_whole_name(text));
    if is_of_a_person && stray::is_name(text) && (is_of_names || somebody.is_some()) {
        return Alone::Person;
    }
    let is_remark = over.is_none_or(Column::is_not_read) && !stray::is_name(text);
    if somebody.is_none() && (is_remark || !stray::is_name(text)) {
        Alone::Text
    } else {
        Alone::Perhaps(cell.column)
    }
}

/// Do the numbers of the rows above and below a text leave one out? Then the text stands where a person stood.
pub(super) fn is_missed(above: Option<&Row>, below: &Row, columns: &Columns) -> bool {
    let number = |row: &Row| {
        let place = columns.persons.get(&Column::Number)?;
        row.text(*place).trim_end_matches('.').parse::<u32>().ok()
    };
    above.and_then(number).zip(number(below)).is_some_and(|(above, below)| below > above.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_name_a_stop() {
        let sheet = Sheet {
            rows: vec![Row::of(&["Маршрут: Актау - Бейнеу - Шалкар"])], ..Sheet::default()
        };
        let stops = Stops::of(&sheet);
        for (texts, name) in [
            (&["Samarqand"][..], "Samarqand"),
            (&["г. Алматы"], "Алматы"),
            (&["г.Алматы"], "Алматы"),
            (&["Отправление: Бухара"], "Бухара"),
            (&["Отправление: Кызылтепа"], "Кызылтепа"),
            (&["Посадка:", "Кызылтепа"], "Кызылтепа"),
            (&["Посадка в г. Кызылтепа"], "Кызылтепа"),
            (&["Chiqish joyi: Qo‘qon shahri"], "Qo‘qon"),
            (&["БУХОРО ШАҲРИ"], "БУХОРО"),
            (&["Бейнеу"], "Бейнеу"),
            (&["Самарканд (08:30) - 5 чел."], "Самарканд"),
            (&["Boarding: Shymkent"], "Shymkent"),
            (&["Отправление: Шымкент, автовокзал Самал"], "Шымкент"),
            (&["Отправление: Алматы (Сайран)"], "Алматы"),
        ] {
            assert_eq!(
                stops.named_by(&Row::of(texts)).map(|stop| stop.name).as_deref(),
                Some(name),
                "{texts:?}"
            );
        }
        for texts in [
            &["Каримов Камол"][..],
            &["Каримов"],
            &["Кызылтепа"],
            &["Отправление: 24.11.2026 08:30"],
            &["Посадка: Каримов Камол"],
            &["Прибытие: Ташкент"],
            &["Всего 5 чел."],
            &["Экипаж"],
            &["AA1234567"],
            &["1", "Самарканд"],
        ] {
            assert_eq!(stops.named_by(&Row::of(texts)), None, "{texts:?}");
        }
    }

    #[test]
    fn texts_alone_between_persons() {
        let mut columns = Columns::default();
        columns.persons.insert(Column::FullName, 1);
        let of = |text: &str| alone(&Row::of(&[text]), &columns, 2026);
        for text in ["Каримов Камол", "Каримов", "AA1234567", "Каримов;Камол;1990", "Komil Jahongir"]
        {
            assert_eq!(of(text), Alone::Person, "{text}");
        }
        for text in ["Кызылтепа", "Komil", "остановка у рынка"] {
            assert_eq!(of(text), Alone::Perhaps(1), "{text}");
        }
        assert_eq!(of("Группа Каримов Камол"), Alone::Perhaps(1));
        assert_eq!(of("Группа 12345, AA1234567"), Alone::Person);
        for text in [
            "стр. 2",
            "2 этаж",
            "Страница 2 из 3",
            "-----",
            "Продолжение",
            "VIP",
            "Группа 2",
            "Группа «Шёлковый путь»",
            "Guruh: Zamin",
        ] {
            assert_eq!(of(text), Alone::Text, "{text}");
        }
    }
}
