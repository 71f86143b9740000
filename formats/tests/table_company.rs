//! Nobody travels in a cell that is not read: children under headings of their own, families in one row, sentences below a
//! list. Invented people.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use formats::{Given, Limits, read};
use manifest::declared::Declared;
use manifest::finding::{About, FindingCode as C, Severity};
use manifest::{CodeLists, RuleSettings};

const JOURNEY: &str = "Номер списка: X1\nГос. номер: 01A123BC\nСтрана регистрации: KZ\nПункт пропуска: Гишткуприк\n\
    Дата и время прибытия: 23.11.2026 08:30\nВид рейса: регулярный\nВодитель: Омаров Ерлан\n";

fn declared(text: &str) -> Declared {
    let given = Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse().unwrap() };
    read(text.as_bytes(), None, &given, &Limits::default()).unwrap().messages.remove(0).content.unwrap()
}

/// Codes that are no notes, but for the driver's document.
fn heavy(text: &str) -> Vec<(C, Severity, About)> {
    let settings = RuleSettings::default();
    let (manifest, mut findings) = manifest::normalize(declared(text), &CodeLists::built_in(), &settings);
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let _ = manifest::validate(manifest, now, &settings, &mut findings);
    let all = findings.into_vec().into_iter().filter(|it| it.severity > Severity::Note);
    let told = all.map(|it| (it.code, it.severity, it.about));
    told.filter(|(code, _, _)| *code != C::DocumentMissing).collect()
}

const HEADING: &str = "№;ФИО;Дата рождения;Пол;Гражданство;Вид документа;Номер документа";
const FIRST: &str = "1;Образцов Олег;02.01.1980;М;UZ;Паспорт;AA2222222";

/// A list of two people whose second row is given, with a column more.
fn list(more: &str, row: &str) -> String {
    format!("{JOURNEY}{HEADING};{more}\n{FIRST};\n{row}\n")
}

#[test]
fn somebody_under_an_unknown_heading_blocks_the_row() {
    let row = "2;Бабаев Ботир;03.01.1981;М;UZ;Паспорт;AA3333333";
    for (heading, cell) in [
        ("Дети", "Алиев Али 05.05.2018"),
        ("Дети", "Алиев Али"),
        ("Вписан ребёнок", "Алиев Али 2018 г.р."),
        ("Примечание", "с сыном Алиев Али 05.05.2018 FA1234567"),
        ("Ребёнок;Дата рождения ребёнка;Документ ребёнка", "Алиев Али;05.05.2018;FA1234567"),
        ("Фамилия 2;Имя 2;Дата рождения 2", "Алиев;Али;05.05.2018"),
    ] {
        let found = heavy(&list(heading, &format!("{row};{cell}")));
        assert_eq!(found, [(C::RowUnreadable, Severity::Blocking, About::Passenger(1))], "{heading}: {cell}");
    }
    for (heading, cell) in [
        ("Дата выдачи визы", "12.03.2024"),
        ("Срок визы", "12.03.2027"),
        ("Дата продажи билета", "12.03.2026"),
        ("Бирка багажа", "AB123456"),
        ("Контакт", "+998901234567"),
        ("Примечание", "ребенок до 5 лет"),
        ("Дети", "-"),
    ] {
        assert_eq!(heavy(&list(heading, &format!("{row};{cell}"))), [], "{heading}: {cell}");
    }
}

#[test]
fn two_people_or_papers_in_a_cell_block_the_row() {
    for (name, number) in [
        ("Алиев Анвар Бабаев Ботир", "AA3333333"),
        ("Алиев А. Бабаев Б.", "AA3333333"),
        ("Алиевы Анвар Нигора Али", "AA3333333"),
        ("Anvar Aliyev Botir Babayev", "AA3333333"),
        ("семья Алиевых (4 чел)", "AA3333333"),
        ("Алиев Анвар (с ребёнком)", "AA3333333"),
        ("Алиев Анвар с женой", "AA3333333"),
        ("Алиев Анвар +1", "AA3333333"),
        ("Алиев Анвар", "AA3333333 AB7654321"),
        ("Алиев Анвар", "AA3333333AB7654321"),
    ] {
        let row = format!("2;{name};03.01.1981;М;UZ;Паспорт;{number};");
        let found = heavy(&list("Место", &row));
        assert_eq!(found, [(C::RowUnreadable, Severity::Blocking, About::Passenger(1))], "{name}: {number}");
    }
    for name in ["Алиев Али (ребёнок)", "Перес Гарсия Хуан Карлос", "Мамедов Али Гасан оглы"]
    {
        let row = format!("2;{name};03.01.1981;М;UZ;Паспорт;AA3333333;");
        assert_eq!(heavy(&list("Место", &row)), [], "{name}");
    }
}

#[test]
fn words_below_a_list_about_people_ask_for_a_look() {
    let below = |text: &str| heavy(&format!("{JOURNEY}{HEADING}\n{FIRST}\n\n{text}\n"));
    for text in [
        "Дополнительно посажен на трассе Саидов Саид Каримович",
        "Также едет: Саидов Саид Каримович 1990 г.р.",
        "+ 3 детей без места",
        "саидов саид",
        "Саидов Саид Каримович, паспорт у водителя",
        "на ребенка Саидов С. св-во I-ТН 123456",
    ] {
        assert_eq!(below(text), [(C::ElementNotRead, Severity::Warning, About::Conveyance)], "{text}");
    }
    for text in [
        "Менеджер Петрова Анна Ивановна",
        "Исп. Сидорова А.В. тел. +998 90 123 45 67",
        "в том числе детей: 2",
    ] {
        assert_eq!(below(text), [], "{text}");
    }
    for (total, told) in [
        ("Итого: 2 взрослых, 3 ребенка", 1),
        ("Итого: 1, в том числе детей 1", 0),
        ("Итого: 1 взрослый", 0),
        ("Итого 1 чел (0 взрослых, 1 ребенок)", 0),
    ] {
        let found = below(total);
        assert_eq!(found.iter().filter(|(code, _, _)| *code == C::CountMismatch).count(), told, "{total}");
        assert_eq!(found.len(), told, "{total}: {found:?}");
    }
}
