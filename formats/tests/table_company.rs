//! Nobody travels in a cell that is not read: children under headings of their own, families in one row, sentences below a
//! list. Invented people.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use formats::{Given, Limits, read};
use manifest::declared::{Declared, DeclaredInstant};
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

/// The registration, the list's number and the arrival of a list, one line of its journey replaced.
fn journey(begins: &str, line: &str) -> (String, String, String) {
    let lines = JOURNEY.lines().map(|known| if known.starts_with(begins) { line } else { known });
    let text = lines.chain([HEADING, FIRST]).collect::<Vec<_>>().join("\n");
    let declared = declared(&text);
    let arrival = match declared.journey.unwrap().arrival_time.unwrap() {
        DeclaredInstant::Instant { timestamp, .. } => timestamp.to_string(),
        DeclaredInstant::Said { text, .. } => text,
    };
    (declared.conveyance.unwrap().registration, declared.manifest_reference, arrival)
}

#[test]
fn plates_numbers_and_clocks_in_sentences() {
    for line in [
        "Автобус Mercedes-Benz Tourismo, гос. номер 01 381 BBB",
        "Автобус Yutong гос. номер 01 381 BBB",
        "Автобус: Yutong ZK6122, 01 381 BBB",
        "Автобус гос.№ 01 381 BBB",
    ] {
        assert_eq!(journey("Гос. номер", line).0, "01 381 BBB", "{line}");
    }
    for line in ["Список пассажиров № X084 от 23.11.2026 г.", "Номер списка: X084 от 23.11.2026"]
    {
        assert_eq!(journey("Номер списка", line).1, "X084", "{line}");
    }
    for clock in [
        "23 ноября 2026 г. в 08:30",
        "23.11.2026 в 08 часов 30 минут",
        "23.11.2026, 08.30",
        "23.11.2026 08:30-09:00",
    ] {
        let line = format!("Дата и время прибытия: {clock}");
        assert_eq!(journey("Дата и время", &line).2, "2026-11-23T03:30:00Z", "{clock}");
    }
    let text = format!("{}{HEADING}\n{FIRST}\n", JOURNEY.replace("08:30", "08:30-09:00"));
    assert_eq!(heavy(&text), [(C::DateAmbiguous, Severity::Warning, About::Conveyance)]);
    let short = HEADING.replace("Гражданство", "Гражд-во");
    assert_eq!(heavy(&format!("{JOURNEY}{short}\n{FIRST}\n")), []);
}

#[test]
fn a_line_of_drivers_keeps_what_it_says() {
    let crew = |line: &str| {
        let lines = JOURNEY.lines().map(|known| if known.starts_with("Водитель") { line } else { known });
        let text = lines.chain([HEADING, FIRST]).collect::<Vec<_>>().join("\n");
        let crew = declared(&text).crew_members.into_iter().map(|member| {
            let name = member.name.unwrap();
            let number = member.travel_documents.first().map(|it| it.number.clone()).unwrap_or_default();
            (name.family_name, name.given_name, number, member.nationality_code)
        });
        crew.collect::<Vec<_>>()
    };
    let said = |family: &str, given: &str, number: &str, code: &str| {
        (family.to_owned(), given.to_owned(), number.to_owned(), code.to_owned())
    };
    let two = [said("Омаров", "Ерлан", "", ""), said("Петров", "Иван", "", "")];
    assert_eq!(crew("Водители: Омаров Ерлан, Петров Иван"), two);
    let whole = [said("Омаров", "Ерлан", "N1111111", "KZ")];
    for line in [
        "Водитель: Омаров Ерлан Каримович паспорт N1111111 дата рождения 01.02.1975 гражданство KZ",
        "Водитель: Омаров Ерлан, паспорт N1111111, 01.02.1975 г.р., KZ",
        "Водитель 1;Омаров Ерлан Каримович;паспорт;N1111111;01.02.1975;KZ",
    ] {
        assert_eq!(crew(line), whole, "{line}");
    }
}

/// What is asked for and stands nowhere is asked for at the list.
#[test]
fn missing_facts_point_to_the_list() {
    let settings = RuleSettings::default();
    let text = format!("{HEADING}\n{FIRST}\n");
    let (manifest, mut findings) = manifest::normalize(declared(&text), &CodeLists::built_in(), &settings);
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let _ = manifest::validate(manifest, now, &settings, &mut findings);
    let bare: Vec<_> = findings
        .into_vec()
        .into_iter()
        .filter(|it| it.code == C::RequiredFieldMissing && it.place.is_none())
        .map(|it| it.path.as_str().to_owned())
        .collect();
    assert_eq!(bare, Vec::<String>::new());
}
