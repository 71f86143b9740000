//! Machine readable zones of passports (ICAO Doc 9303 part 4, TD3), with right check digits.

use crate::traveller::Traveller;

/// The check digit over a field: weights 7, 3, 1; `<` counts 0, `A` 10; modulo 10.
#[must_use]
pub fn check_digit(field: &str) -> u32 {
    field
        .chars()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(c, weight)| c.to_digit(36).unwrap_or(0) * weight)
        .sum::<u32>()
        % 10
}

/// The two lines of a passport's machine readable zone.
#[must_use]
pub fn passport(traveller: &Traveller) -> [String; 2] {
    let names = format!("{}<<{}", letters(&traveller.family_name), letters(&traveller.given_name));
    let first = format!("P<{}{}", traveller.nationality, padded(&names, 39));
    let number = padded(&traveller.document_number, 9);
    let (birth, expiry) = (six(traveller.birth_date), six(traveller.expiry_date));
    let sex = if traveller.female { 'F' } else { 'M' };
    let numbered = format!("{number}{}", check_digit(&number));
    let born = format!("{birth}{}", check_digit(&birth));
    let personal = padded("", 14);
    let expires = format!("{expiry}{}{personal}{}", check_digit(&expiry), check_digit(&personal));
    let composite = check_digit(&format!("{numbered}{born}{expires}"));
    [first, format!("{numbered}{}{born}{sex}{expires}{composite}", traveller.nationality)]
}

/// Gives the document number of a second line a wrong check digit, as a typing error would.
#[must_use]
pub fn with_wrong_check_digit(second_line: &str) -> String {
    second_line
        .chars()
        .enumerate()
        .map(|(place, c)| match (place, c.to_digit(10)) {
            (9, Some(digit)) => char::from_digit((digit + 1) % 10, 10).unwrap_or('0'),
            _ => c,
        })
        .collect()
}

fn letters(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphabetic() { c.to_ascii_uppercase() } else { '<' }).collect()
}

fn padded(text: &str, length: usize) -> String {
    format!("{text:<<length$.length$}")
}

fn six((year, month, day): (i32, i32, i32)) -> String {
    format!("{:02}{month:02}{day:02}", year.rem_euclid(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icao_specimen_holds() {
        // ICAO Doc 9303 part 4, the state of Utopia.
        assert_eq!(check_digit("L898902C3"), 6);
        assert_eq!(check_digit("740812"), 2);
        assert_eq!(check_digit("120415"), 9);
        assert_eq!(check_digit("L898902C3674081221204159ZE184226B<<<<<1"), 0);
    }

    #[test]
    fn lines_have_their_length_and_can_be_spoilt() {
        let [first, second] = passport(&Traveller::nth(3));
        assert_eq!((first.len(), second.len()), (44, 44));
        let spoilt = with_wrong_check_digit(&second);
        assert_ne!(spoilt, second);
        assert_eq!(spoilt.len(), 44);
    }
}
