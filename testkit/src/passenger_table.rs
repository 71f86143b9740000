//! A bus company's list as a table, with invented people.

use std::fmt::Write as _;

/// Fifty passengers and a driver, in CSV with the fields that carriers file under the Russian Order 162 of 2024 and no others.
/// `arrival` is an instant as the table says it; `born` stands in the 25th row of passengers as the date of birth. The first
/// five say in five ways that they have no patronymic.
#[must_use]
pub fn order_162(arrival: &str, born: &str) -> String {
    let mut text = format!(
        "Номер списка;ORDER-162\nГос. номер;01A123BC\nСтрана регистрации;Узбекистан\nПеревозчик;ООО «Вымышленный Путь»\n\
         Пункт пропуска;Яллама\nДата и время прибытия;{arrival}\nМаршрут;Алматы - Ташкент\nВид рейса;регулярный\n\
         Фамилия;Имя;Отчество (при наличии);Дата рождения;Пол;Гражданство;Вид документа;Номер документа;\
         Пункт отправления;Пункт назначения;Категория\n\
         Примеров;Ерлан;Серикович;05.06.1980;М;Казахстан;паспорт;N09999999;;;водитель\n"
    );
    let letters: Vec<char> = "абвгдежзиклмнопр".chars().collect();
    for (number, first) in
        letters.iter().flat_map(|one| letters.iter().map(move |two| (one, two))).take(50).enumerate()
    {
        let father = ["", "-", "—", "нет", "йўқ"].get(number).unwrap_or(&"Каримович");
        let born = if number == 24 { born } else { "12.03.1988" };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "Вымыш{}{}ев;Алишер;{father};{born};М;Узбекистан;паспорт;AA{:07};Алматы;Ташкент;пассажир",
            first.0,
            first.1,
            number + 1
        );
    }
    text
}
