//! Drivers that are named in a line above or below a list, with what the line says of them: document, birth, citizenship.

use manifest::declared::{DeclaredDate, Said, TravelDocument};
use manifest::person::{CrewRole, TravelDocumentType};

use super::dates::{self, Century};
use super::fold::fold;
use super::{stray, words};

/// Between a name and the cells behind it.
pub(super) const DETAILS: &str = "\t";

/// A driver of a line.
#[derive(Debug, Default)]
pub(super) struct Driver {
    pub(super) name: String,
    pub(super) document: Option<TravelDocument>,
    pub(super) birth_date: Option<DeclaredDate>,
    pub(super) nationality_code: String,
    /// Number of a driving licence, which is no travel document.
    pub(super) licence: Option<String>,
    /// What a word before the name says: `проводник Иванова Анна`.
    pub(super) role: Option<CrewRole>,
}

/// The drivers of a line. `Омаров Ерлан, Петров Иван` are two, `Smith, John` is one: two drivers parted by a comma have two words
/// each, a family name before a comma has one.
pub(super) fn of_line(text: &str, this_year: i32) -> Vec<Driver> {
    if is_nobody(text) {
        return Vec::new();
    }
    let text = text.replace("в/у", "ву").replace("В/У", "ву").replace("г/р", "гр").replace("д/р", "др");
    let text = without_numbers(without_count(&text));
    let (line, cells) = text.split_once(DETAILS).unwrap_or((&text, ""));
    let mut named: Vec<(String, String)> = Vec::new();
    for part in line.split([',', ';', '\n', '/']).map(str::trim).filter(|part| !part.is_empty()) {
        let (name, details) = name_and_details(part);
        match named.last_mut() {
            // Words in small letters behind a name in capitals are no second one: `служебный телефон`.
            Some((first, known)) if name.is_empty() || (has_capital(first) && !has_capital(&name)) => {
                *known = format!("{known} {name} {details}");
            }
            _ => named.push((name, details)),
        }
    }
    if !named.iter().all(|(name, _)| name.contains(' ')) {
        let all: Vec<&str> = named.iter().map(|(_, details)| details.as_str()).collect();
        let details = all.join(" ");
        let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        named = vec![(names.join(", "), details)];
    }
    if let Some((_, details)) = named.last_mut() {
        *details = format!("{details} {}", cells.replace(DETAILS, " "));
    }
    let mut drivers = Vec::new();
    for (names, details) in named {
        // Details behind two names are the second one's, as they are where a comma parts them.
        let mut names = apart(&names);
        let last = names.pop().unwrap_or_default();
        drivers.extend(names.into_iter().map(|name| driver(name, "", this_year)));
        drivers.push(driver(last, &details, this_year));
    }
    drivers
}

/// `-`, `нет данных`, `уточняется`: a label that nobody filled in.
fn is_nobody(text: &str) -> bool {
    let words = text.replace(DETAILS, " ");
    !words.chars().any(char::is_alphabetic)
        || words::value("absence", &words).is_some()
        || words::value("unknown", &words).is_some()
}

/// `2 человека: Омаров Ерлан, Петров Иван`: how many they are is nobody's name.
fn without_count(text: &str) -> &str {
    const WORDS: [&str; 8] =
        ["человека", "чел", "чел.", "водителя", "kishi", "haydovchi", "drivers", "persons"];
    let (count, rest) = text.trim().split_once(' ').unwrap_or((text, ""));
    let (word, names) = rest.split_once([' ', ':', ',']).unwrap_or((rest, ""));
    let is_count = matches!(count.as_bytes(), [b'1'..=b'9']) && WORDS.contains(&word);
    if is_count { names.trim_start_matches([' ', ':', ',', '-', '–', '(']) } else { text }
}

/// `1) Омаров Ерлан 2) Петров Иван`: the numbers of a list in a line part it.
fn without_numbers(text: &str) -> String {
    let mut parted = String::with_capacity(text.len());
    let mut rest = text;
    let mut begins = true;
    while let Some(c) = rest.chars().next() {
        let behind = rest.get(c.len_utf8()..).unwrap_or_default();
        let is_number = begins && matches!(c, '1'..='9');
        let name = behind.strip_prefix([')', '.']).map(str::trim_start).filter(|_| is_number);
        match name.filter(|name| name.starts_with(char::is_uppercase)) {
            Some(name) => {
                parted.push_str("; ");
                rest = name;
            }
            None => {
                parted.push(c);
                rest = behind;
            }
        }
        begins = c.is_whitespace() || matches!(c, ',' | ';' | ':');
    }
    parted
}

/// The word for a role before a name, and the name: `второй водитель Омаров Ерлан`.
pub(super) fn role_and_name(part: &str) -> (Option<CrewRole>, &str) {
    let part = part.trim();
    let blanks = part.match_indices([' ', ':', '-', '–']).map(|(at, _)| at).take(4).collect::<Vec<_>>();
    blanks
        .into_iter()
        .rev()
        .filter_map(|at| part.split_at_checked(at))
        .find_map(|(role, name)| {
            let role = words::value("role", role).and_then(CrewRole::parse)?;
            Some((Some(role), name.trim_start_matches([' ', ':', '-', '–'])))
        })
        .filter(|(_, name)| !name.is_empty())
        .unwrap_or((None, part))
}

fn has_capital(name: &str) -> bool {
    name.split(' ').any(|word| word.starts_with(char::is_uppercase))
}

/// `Каримов Акмал и Турсунов Азиз`: the names between words for `and`.
fn apart(names: &str) -> Vec<String> {
    let mut apart: Vec<Vec<&str>> = vec![Vec::new()];
    for word in names.split_whitespace() {
        match apart.last_mut() {
            Some(name) if matches!(word, "и" | "ва" | "va" | "and" | "&" | "+") && !name.is_empty() => {
                apart.push(Vec::new());
            }
            Some(name) => name.push(word),
            None => {}
        }
    }
    apart.into_iter().filter(|name| !name.is_empty()).map(|name| name.join(" ")).collect()
}

/// A part of a line up to its first word that is no name's.
fn name_and_details(part: &str) -> (String, String) {
    const WORDS: [&str; 46] = [
        "стаж",
        "категория",
        "кат",
        "водительское",
        "вод",
        "водительские",
        "удостоверение",
        "номер",
        "серия",
        "моб",
        "сот",
        "др",
        "licence",
        "license",
        "driving",
        "haydovchilik",
        "guvohnoma",
        "guvohnomasi",
        "tugilgan",
        "telefon",
        "гувохнома",
        "гувохномаси",
        "хайдовчилик",
        "тугилган",
        "паспорт",
        "пасп",
        "загранпаспорт",
        "дата",
        "гражданство",
        "гражд",
        "гр",
        "род",
        "рожд",
        "тел",
        "телефон",
        "права",
        "ву",
        "паспорта",
        "passport",
        "born",
        "dob",
        "citizenship",
        "nationality",
        "tel",
        "pasport",
        "fuqaroligi",
    ];
    let words: Vec<&str> = part.split_whitespace().collect();
    let is_detail = |word: &&str| {
        let folded = fold(word);
        word.bytes().any(|b| b.is_ascii_digit())
            || WORDS.contains(&folded.as_str())
            || is_country(word).is_some()
    };
    let at = words.iter().position(is_detail).unwrap_or(words.len());
    let (name, details) = words.split_at_checked(at).unwrap_or((&words, &[]));
    (name.join(" ").trim_end_matches([':', '(']).trim().to_owned(), details.join(" "))
}

fn is_country(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let code = words::country(word);
    let known = code != word && code.len() == 3;
    let two = matches!(
        word,
        "UZ" | "KZ"
            | "KG"
            | "TJ"
            | "TM"
            | "RU"
            | "AF"
            | "TR"
            | "UZB"
            | "KAZ"
            | "KGZ"
            | "TJK"
            | "TKM"
            | "RUS"
            | "AFG"
            | "TUR"
    );
    (known || two).then_some(code)
}

fn driver(name: String, details: &str, this_year: i32) -> Driver {
    let (role, bare) = role_and_name(&name);
    let mut driver = Driver { name: bare.to_owned(), role, ..Driver::default() };
    let words: Vec<&str> =
        details.split([' ', ',', ';', '\n', '(', ')']).filter(|word| !word.is_empty()).collect();
    let mut before = "";
    for (place, word) in words.iter().enumerate() {
        // `AA 1234567`: series and number stand apart.
        let pair = words.get(place + 1).map(|next| [*word, *next].concat()).unwrap_or_default();
        let number = if stray::is_document(word) {
            Some((*word).to_owned())
        } else {
            Some(pair).filter(|pair| word.chars().count() < 4 && stray::is_document(pair))
        };
        if let Some(number) =
            number.clone().or_else(|| licence_number(word)).filter(|_| is_of_a_licence(&words, place))
        {
            driver.licence.get_or_insert(number);
        } else if let (Some(number), None) = (number, &driver.document) {
            let said = fold(details);
            let kind = ["паспорт", "pasport", "passport"].iter().any(|kind| said.contains(kind));
            let document_type = kind.then_some(Said::Plain(TravelDocumentType::Passport));
            driver.document = Some(TravelDocument { document_type, number, ..TravelDocument::default() });
        } else if stray::is_birth(word, this_year) && driver.birth_date.is_none() && !is_of_a_paper(before) {
            let day = dates::date(word, None, Century::Past, this_year);
            driver.birth_date =
                day.map(|day| DeclaredDate::Civil { year: day.year, month: day.month, day: day.day });
        } else if let (true, Some(code)) = (driver.nationality_code.is_empty(), is_country(word)) {
            driver.nationality_code = code;
        }
        before = word;
    }
    driver
}

/// A number of digits and capitals, six or more.
fn licence_number(word: &str) -> Option<String> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    (digits >= 5 && word.chars().all(|c| c.is_ascii_digit() || c.is_uppercase())).then(|| word.to_owned())
}

/// Does a word of a licence stand before a number, nearer than one of a passport?
fn is_of_a_licence(words: &[&str], place: usize) -> bool {
    const LICENCES: [&str; 10] = [
        "права",
        "ву",
        "удост",
        "водительск",
        "licen",
        "driving",
        "guvohnoma",
        "haydovchilik",
        "гувохнома",
        "хайдовчилик",
    ];
    const PASSPORTS: [&str; 3] = ["пасп", "загран", "pas"];
    let before = words.iter().take(place).rev().take(4).map(|word| fold(word));
    for word in before {
        if LICENCES.iter().any(|known| word.starts_with(known)) {
            return true;
        }
        if PASSPORTS.iter().any(|known| word.starts_with(known)) {
            return false;
        }
    }
    false
}

/// A day behind these words is a document's.
fn is_of_a_paper(word: &str) -> bool {
    let folded = fold(word);
    ["выдан", "от", "до", "issued", "until", "berilgan"].iter().any(|known| folded.starts_with(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_drivers() {
        let read = |text: &str| {
            let drivers = of_line(text, 2026).into_iter().map(|it| {
                (
                    it.name,
                    it.document.map(|it| it.number).unwrap_or_default(),
                    it.birth_date.is_some(),
                    it.nationality_code,
                )
            });
            drivers.collect::<Vec<_>>()
        };
        let bare = |name: &str| (name.to_owned(), String::new(), false, String::new());
        assert_eq!(read("Омаров Е.К., Петров И.С."), [bare("Омаров Е.К."), bare("Петров И.С.")]);
        assert_eq!(read("Омаров Ерлан, Петров Иван"), [bare("Омаров Ерлан"), bare("Петров Иван")]);
        assert_eq!(read("Smith, John"), [bare("Smith, John")]);
        for text in [
            "1) Омаров Ерлан 2) Петров Иван",
            "1. Омаров Ерлан, 2. Петров Иван",
            "1.Омаров Ерлан; 2.Петров Иван",
        ] {
            assert_eq!(read(text), [bare("Омаров Ерлан"), bare("Петров Иван")], "{text}");
        }
        for text in ["2 человека: Омаров Ерлан, Петров Иван", "2 чел. Омаров Ерлан, Петров Иван"]
        {
            assert_eq!(read(text), [bare("Омаров Ерлан"), bare("Петров Иван")], "{text}");
        }
        for text in ["-", "нет", "нет данных", "____", "уточняется", "n/a"] {
            assert_eq!(read(text), [], "{text}");
        }
        let crew = of_line("водитель Омаров Ерлан, проводник Иванова Анна", 2026);
        let roles: Vec<_> = crew.iter().map(|it| (it.name.as_str(), it.role)).collect();
        let [driver, conductor] = [Some(CrewRole::Driver), Some(CrewRole::Conductor)];
        assert_eq!(roles, [("Омаров Ерлан", driver), ("Иванова Анна", conductor)]);
        for and in ["и", "ва", "va", "and", "+"] {
            let text = format!("Каримов Акмал {and} Турсунов Азиз");
            assert_eq!(read(&text), [bare("Каримов Акмал"), bare("Турсунов Азиз")], "{text}");
        }
        assert_eq!(read("Каримов и Турсунов"), [bare("Каримов"), bare("Турсунов")]);
        let licensed = of_line("Каримов Акмал, ҳайдовчилик гувоҳномаси AB 1234567", 2026);
        assert_eq!((licensed.len(), licensed[0].licence.as_deref()), (1, Some("AB1234567")));
        assert_eq!(of_line("Каримов Акмал, служебный автомобиль", 2026).len(), 1);
        let whole =
            |name: &str, code: &str| (name.to_owned(), String::from("N1111111"), true, code.to_owned());
        for text in [
            "Омаров Ерлан Каримович паспорт N1111111 дата рождения 01.02.1975 гражданство KZ",
            "Омаров Ерлан Каримович, паспорт N1111111, 01.02.1975 г.р., KZ",
            "Омаров Ерлан Каримович\tпаспорт\tN1111111\t01.02.1975\tKZ",
            "Омаров Ерлан Каримович (паспорт N 1111111 выдан 03.04.2019, род. 01.02.1975, KZ)",
        ] {
            assert_eq!(read(text), [whole("Омаров Ерлан Каримович", "KZ")], "{text}");
        }
        let licensed = of_line("Омаров Ерлан, в/у AA 1234567, 01.02.1975", 2026).remove(0);
        assert_eq!(
            (licensed.name.as_str(), licensed.licence.as_deref()),
            ("Омаров Ерлан", Some("AA1234567"))
        );
        assert!(licensed.document.is_none() && licensed.birth_date.is_some());
        let both = of_line("Омаров Ерлан, вод. удостоверение 1234567, паспорт N1111111", 2026).remove(0);
        assert_eq!(both.licence.as_deref(), Some("1234567"));
        assert_eq!(both.document.map(|it| it.number).as_deref(), Some("N1111111"));
        let smith = (String::from("Smith, John"), String::from("AB1234567"), false, String::new());
        assert_eq!(read("Smith, John\tPassport:\tAB1234567"), [smith]);
    }
}
