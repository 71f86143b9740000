//! Numbers that carry a check digit, made right (and, where a story asks, wrong).

/// The value of a character in ISO 6346: digits as they are, letters from 10 upwards without the multiples of 11.
/// Anything else counts nothing.
fn value(character: char) -> u32 {
    match character {
        '0'..='9' => character as u32 - '0' as u32,
        'A'..='Z' => (10..=38).filter(|n| n % 11 != 0).nth(character as usize - 'A' as usize).unwrap_or(0),
        _ => 0,
    }
}

/// The ISO 6346 check digit over a text: values times powers of two, modulo 11, modulo 10.
#[must_use]
pub fn iso_6346_check_digit(text: &str) -> u32 {
    let sum = text.chars().zip(0_u32..).fold(0_u32, |sum, (character, place)| {
        (sum + value(character) * 2_u32.pow(place % 10)) % 11 // 2^10 is 1 modulo 11
    });
    sum % 11 % 10
}

/// A container number of an invented owner: `owner` is three letters and the category `U`, `serial` six digits.
#[must_use]
pub fn container(owner: &str, serial: u32) -> String {
    let head = format!("{owner}{:06}", serial % 1_000_000);
    format!("{head}{}", iso_6346_check_digit(&head))
}

/// A movement reference number: two digits of the year, country, thirteen characters, check digit by the ISO 6346
/// method over the first seventeen.
#[must_use]
pub fn movement_reference(year: u32, country: &str, serial: u64) -> String {
    let head = format!("{:02}{country}SY{:011}", year % 100, serial % 100_000_000_000);
    format!("{head}{}", iso_6346_check_digit(&head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_hold() {
        assert_eq!(iso_6346_check_digit("CSQU305438"), 3);
        assert_eq!(iso_6346_check_digit("24GB000246J8NY33L"), 7);
        assert_eq!(iso_6346_check_digit("23GB000246IF9W5YJ"), 0);
    }

    #[test]
    fn forms_are_right() {
        assert_eq!(container("CSQU", 305_438), "CSQU3054383");
        assert_eq!(movement_reference(2026, "KZ", 7).len(), 18);
    }
}
