//! Codes of PAXLST in the contract's words.

use manifest::declared::Said;
use manifest::person::{CrewRole, Sex, TravelDocumentType};

/// Sex as ATT says it (9019).
pub(super) fn sex(code: &str) -> Said<Sex> {
    match code {
        "M" | "m" => Sex::Male.into(),
        "F" | "f" => Sex::Female.into(),
        "X" | "U" | "<" | "x" | "u" => Sex::NotStatedInDocument.into(),
        other => Said::Words(other.to_owned()),
    }
}

/// Kind of travel document as DOC says it (1001: ICAO Doc 9303 letters and those of the WCO/IATA/ICAO guide). A code of
/// a document that exists and has no kind of its own here is another document; a blank one is none.
pub(super) fn document_type(code: &str) -> Option<Said<TravelDocumentType>> {
    use TravelDocumentType as Kind;
    let kind = match code.to_ascii_uppercase().as_str() {
        "" => return None,
        "P" | "PP" | "PN" | "PO" | "PD" | "PS" | "PM" | "39" => Kind::Passport,
        "V" | "VS" | "VI" => Kind::Visa,
        "I" | "ID" | "IP" | "IC" | "A" | "C" | "36" => Kind::IdentityCard,
        "PR" | "PT" | "PU" | "RT" | "T" => Kind::ConventionTravelDocument,
        "BC" => Kind::BirthCertificate,
        "RC" | "PE" => Kind::ReturnCertificate,
        short if short.len() <= 3 && short.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Kind::Other,
        _ => return Some(Said::Words(code.to_owned())),
    };
    Some(kind.into())
}

/// Work on board as EMP says it: a word, an ISCO-08 code, or the crew codes of the guide.
pub(super) fn role(word: &str) -> Option<CrewRole> {
    Some(match word.to_ascii_uppercase().as_str() {
        "DRIVER" | "8331" | "8332" | "8322" | "8311" | "DR" => CrewRole::Driver,
        "CONDUCTOR" | "ATTENDANT" | "5112" | "5111" | "CR2" => CrewRole::Conductor,
        "GUIDE" | "5113" => CrewRole::Guide,
        "CR3" | "CR4" | "CR5" | "OTHER" => CrewRole::Other,
        _ => return None,
    })
}

/// Mode of transport of UN/ECE Recommendation 19 that a code of means (8179, or UN/ECE Recommendation 28) implies.
pub(crate) fn mode_of_means(means: &str) -> Option<&'static str> {
    let digit = match means.as_bytes() {
        b"6" | b"40" | b"41" | b"42" => "4",
        [b'1', b'1'..=b'9'] => "1",
        [b'2', b'0'..=b'9'] => "2",
        [b'3', b'0'..=b'9'] => "3",
        [b'1', _, _, ..] => "1",
        [b'2', _, _, ..] => "2",
        [b'3', _, _, ..] => "3",
        [b'4', _, _, ..] => "4",
        [b'8', _, _, ..] => "8",
        _ => return None,
    };
    Some(digit)
}

/// True for a flight number: an airline's two or three characters, up to four digits, perhaps a letter.
pub(super) fn is_flight(reference: &str) -> bool {
    let reference = reference.as_bytes();
    [2_usize, 3].into_iter().any(|length| {
        let Some((airline, number)) = reference.split_at_checked(length) else { return false };
        let letters = airline.iter().filter(|byte| byte.is_ascii_uppercase()).count();
        let airline_fits = airline.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let digits = number.strip_suffix(b"A").or(number.strip_suffix(b"D")).unwrap_or(number);
        airline_fits
            && letters > 0
            && (length == 2 || letters == 3)
            && (1..=4).contains(&digits.len())
            && digits.iter().all(u8::is_ascii_digit)
    })
}
