//! The plate in a text that says more of the vehicle.

/// The plate beside a model: `Yutong ZK6122, 01 382 BBB`, `01 382 BBB (Yutong)`, `NEOPLAN 777ABC02`. The one part between commas and
/// brackets that has digits and no small letter, and of it the end that has the shape of a plate of this road.
pub(super) fn plate_of(text: &str) -> &str {
    if let Some(plate) = plate_in_a_sentence(text) {
        return plate;
    }
    let text = before_the_trailer(text);
    let is_plate = |part: &&str| {
        part.len() <= 24
            && part.bytes().any(|b| b.is_ascii_digit())
            && !part.chars().any(|c| c.is_lowercase())
    };
    let slashed = text.split(" / ").flat_map(|part| part.split([',', '(', ')']));
    let mut parts = slashed.map(str::trim).filter(is_plate);
    let part = match (parts.next(), parts.next()) {
        (Some(part), None) => part,
        _ => text,
    };
    behind_a_model(part).unwrap_or(part)
}

/// Has a text a plate of this road in it, beside a model or not?
pub(super) fn holds_plate(text: &str) -> bool {
    is_of_this_road(plate_of(text)) || is_of_this_road(&text.to_uppercase())
}

/// Are two texts one plate, by its letters and digits?
pub(super) fn are_one_plate(one: &str, other: &str) -> bool {
    let plain = |text: &str| manifest::normalize::plate(plate_of(text));
    plain(one) == plain(other)
}

/// Are there two plates of this road in a text, none of them a trailer's? `01 A 123 BC, 777 ABC 02`.
pub(super) fn are_two(text: &str) -> bool {
    let parts = before_the_trailer(text).split([',', ';', '/', '(', ')', '+', '&', '→', '>', '–', '—', '\n']);
    let alone = |part: &'_ str| behind_a_model(part).map_or(part.len(), str::len);
    let parts = parts.map(str::trim).map(|part| part.get(part.len() - alone(part)..).unwrap_or(part));
    let mut plates = parts.filter(|part| is_of_this_road(part));
    plates.next().is_some_and(|first| plates.any(|other| !are_one_plate(first, other)))
}

/// Words for a trailer.
const TRAILERS: [&str; 6] = ["полуприцеп", "прицеп", "тиркама", "yarim tirkama", "tirkama", "trailer"];

/// `01 A 123 BC / прицеп 01 4567 AA`: the plate of the trailer that stands behind the vehicle's.
pub(super) fn trailer_of(text: &str) -> Option<&str> {
    let at = trailer_at(text)?;
    let rest = text.get(at..)?;
    let word = TRAILERS.iter().find(|word| rest.to_lowercase().starts_with(**word))?;
    let plate = rest.get(word.len()..)?.trim_matches(|c: char| !c.is_alphanumeric());
    is_of_this_road(plate).then_some(plate)
}

fn before_the_trailer(text: &str) -> &str {
    let at = trailer_of(text).and_then(|_| trailer_at(text));
    at.and_then(|at| text.get(..at))
        .map(|before| before.trim_end_matches(|c: char| !c.is_alphanumeric()))
        .filter(|before| !before.is_empty())
        .unwrap_or(text)
}

fn trailer_at(text: &str) -> Option<usize> {
    let small = text.to_lowercase();
    let small = (small.len() == text.len()).then_some(small)?;
    TRAILERS.iter().find_map(|word| small.find(word))
}

/// The end of `Yutong ZK6122H9 01A123BC` that has the shape of a plate; the longest one. What stands before it is a model: no second
/// plate, and no `and`, which would leave open what was meant.
fn behind_a_model(text: &str) -> Option<&str> {
    let starts = text.match_indices(' ').map(|(at, blank)| (at, at + blank.len())).take(8);
    let mut ends = starts.filter_map(|(at, start)| Some((text.get(..at)?, text.get(start..)?)));
    let (model, plate) = ends.find(|(_, end)| is_of_this_road(end)).filter(|_| !is_of_this_road(text))?;
    let is_one =
        |word: &str| !is_of_this_road(word) && !matches!(word, "и" | "ва" | "va" | "and" | "+" | "&");
    (!is_of_this_road(model) && model.split_whitespace().all(is_one)).then_some(plate)
}

/// Has a text the shape of a plate of the states along the road? Runs of digits and letters: `01 A 123 BC` is 2 1 3 2.
fn is_of_this_road(text: &str) -> bool {
    // Uzbekistan, Kazakhstan, Kyrgyzstan, Tajikistan, Turkmenistan, Russia, Belarus, Türkiye, and trailers of the first ones.
    const SHAPES: [&str; 13] = [
        "99A999AA",
        "99999AAA",
        "999999AA",
        "999AA99",
        "999AAA99",
        "99AA999AAA",
        "9999AA99",
        "AA9999AA",
        "A999AA99",
        "A999AA999",
        "AA99999",
        "AA999999",
        "99AAA999",
    ];
    let fits =
        text.len() <= 24 && text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '\u{a0}'));
    let shape: String = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| if c.is_ascii_digit() { '9' } else { 'A' })
        .collect();
    fits && !text.chars().any(char::is_lowercase) && SHAPES.contains(&shape.as_str())
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
    let signs = [' ', '№', ':', ',', '.', '(', ')', '\u{a0}'];
    // `гос. номер 01A123BC, 49 мест`: up to the next sign.
    let behind = text.get(end..)?.trim_start_matches(signs);
    let plate = behind.split([',', ';', '(', '/', '\n']).next().unwrap_or_default().trim_matches(signs);
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
            "YUTONG 01 A 123 BC",
            "Yutong ZK6122H9 01 A 123 BC",
            "Setra S 415 / 01 A 123 BC",
            "01 A 123 BC / прицеп 01 4567 AA",
            "Yutong, plate 01 A 123 BC",
            "Mercedes-Benz Tourismo 16 RHD, 2019 г.в., гос. номер 01 A 123 BC, 49 мест",
            "Setra, 01 A 123 BC",
        ] {
            assert_eq!(plate_of(text), "01 A 123 BC", "{text}");
        }
        for (text, plate) in [
            ("NEOPLAN 777ABC02", "777ABC02"),
            ("MAN 777 ABC 02", "777 ABC 02"),
            ("Setra S 415 / 123ABC02", "123ABC02"),
            ("ПАЗ А123ВС77", "А123ВС77"),
            // Not a shape of this road: nothing is taken off.
            ("ABC 1234", "ABC 1234"),
            ("AB 1234 CD", "AB 1234 CD"),
        ] {
            assert_eq!(plate_of(text), plate, "{text}");
        }
        assert!(are_two("01A123BC → замена 01A555BC"));
        assert!(are_two("01 A 123 BC, 777 ABC 02") && are_two("01A123BC / 777ABC02"));
        assert!(!are_two("01 A 123 BC / прицеп 01 4567 AA") && !are_two("01 A 123 BC (01A123BC)"));
        assert!(are_one_plate("01 A 123 BC", "Setra 01А123ВС") && !are_one_plate("01A123BC", "01A124BC"));
        assert!(
            holds_plate("01a123bc")
                && holds_plate("Setra, 01A123BC")
                && !holds_plate("Setra S 415")
                && !holds_plate("1")
        );
        assert_eq!(trailer_of("01 A 123 BC / прицеп 01 4567 AA"), Some("01 4567 AA"));
        assert_eq!(trailer_of("Yutong с прицепом"), None);
        // What is no plate is left as it stands, for a finding.
        for text in ["Yutong", "ZK6122 и 01A123BC", "гос. номер уточняется"] {
            assert_eq!(plate_of(text), text);
        }
    }
}
