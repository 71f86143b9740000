//! The plate in a text that says more of the vehicle.

/// The plate beside a model: `Yutong ZK6122, 01 382 BBB`, `01 382 BBB (Yutong)`. The one part between commas and brackets that has
/// digits and no small letter.
pub(super) fn plate_of(text: &str) -> &str {
    if let Some(plate) = plate_in_a_sentence(text) {
        return plate;
    }
    let is_plate = |part: &&str| {
        part.len() <= 24
            && part.bytes().any(|b| b.is_ascii_digit())
            && !part.chars().any(|c| c.is_lowercase())
    };
    let mut parts = text.split([',', '(', ')']).map(str::trim).filter(is_plate);
    match (parts.next(), parts.next()) {
        (Some(part), None) => part,
        _ => text,
    }
}

/// `Автобус Yutong гос. номер 01 777 AAA`: what stands behind words for a plate in a text of more.
pub(super) fn plate_in_a_sentence(text: &str) -> Option<&str> {
    const WORDS: [&str; 18] = [
        "гос. рег. номер",
        "рег. номер",
        "гос. знак",
        "госзнак",
        "номерной знак",
        "давлат белгиси",
        "davlat belgisi",
        "д/р",
        "гос. номер",
        "гос номер",
        "гос.номер",
        "госномер",
        "гос. №",
        "гос.№",
        "г/н",
        "davlat raqami",
        "давлат рақами",
        "plate",
    ];
    let small = text.to_lowercase();
    // Small letters that take other room than capitals would move the place.
    let small = (small.len() == text.len()).then_some(small)?;
    let end = WORDS.iter().find_map(|word| small.find(word).map(|at| at + word.len()))?;
    let plate = text.get(end..)?.trim_matches([' ', '№', ':', ',', '.', '(', ')', '\u{a0}']);
    let fits = plate.len() <= 24
        && plate.bytes().any(|b| b.is_ascii_digit())
        && plate.split(' ').count() <= 4
        && !plate.chars().any(char::is_lowercase);
    fits.then_some(plate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plate_without_the_model() {
        for text in [
            "01 A 123 BC",
            "Yutong гос. номер 01 A 123 BC",
            "Yutong ZK6122 г/н 01 A 123 BC",
            "YUTONG ZK 6122, гос.номер: 01 A 123 BC",
            "Yutong ZK6122, 01 A 123 BC",
            "Yutong (гос. № 01 A 123 BC)",
            "Isuzu davlat raqami 01 A 123 BC",
            "Ютонг давлат рақами: 01 A 123 BC",
            "Yutong рег. номер 01 A 123 BC",
            "01 A 123 BC, Yutong ZK",
            "01 A 123 BC (Yutong)",
            "01 A 123 BC (Yutong ZK6122)",
            "Yutong (01 A 123 BC)",
            "Yutong, plate 01 A 123 BC",
        ] {
            assert_eq!(plate_of(text), "01 A 123 BC", "{text}");
        }
        // What is no plate is left as it stands, for a finding.
        for text in ["Yutong", "ZK6122 и 01A123BC", "гос. номер уточняется"] {
            assert_eq!(plate_of(text), text);
        }
    }
}
