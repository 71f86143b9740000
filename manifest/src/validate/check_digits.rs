//! Check digits of ISO 6346 and of movement reference numbers: one method, two alphabets of use.

/// What is wrong with a number that carries a check digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is not of the form at all.
    Form,
    /// Its check digit is not the one that the rest asks for.
    CheckDigit,
}

/// A container number: three letters of the owner, `U`, `J` or `Z`, six digits, check digit.
pub(super) fn container(number: &str) -> Result<(), Wrong> {
    let bytes = number.as_bytes();
    let (Some(owner), Some(serial)) = (bytes.get(..4), bytes.get(4..11)) else { return Err(Wrong::Form) };
    let in_form = bytes.len() == 11
        && owner.iter().all(u8::is_ascii_uppercase)
        && matches!(owner.get(3), Some(b'U' | b'J' | b'Z'))
        && serial.iter().all(u8::is_ascii_digit);
    if !in_form {
        return Err(Wrong::Form);
    }
    check_last(bytes)
}

/// A movement reference number: two digits of the year, two letters of the country, thirteen letters or digits, check
/// digit by the method of ISO 6346 over the seventeen before it (rule R0028 of the transit system).
pub(super) fn mrn(number: &str) -> Result<(), Wrong> {
    let bytes = number.as_bytes();
    let (Some(year), Some(country)) = (bytes.get(..2), bytes.get(2..4)) else { return Err(Wrong::Form) };
    let in_form = bytes.len() == 18
        && year.iter().all(u8::is_ascii_digit)
        && country.iter().all(u8::is_ascii_uppercase)
        && bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if !in_form {
        return Err(Wrong::Form);
    }
    check_last(bytes)
}

/// ISO 6346: letters count from 10 and skip multiples of 11, each place weighs twice the one before, modulo 11, and
/// ten is written 0.
fn check_last(bytes: &[u8]) -> Result<(), Wrong> {
    let Some((last, rest)) = bytes.split_last() else { return Err(Wrong::Form) };
    let mut sum = 0_u32;
    let mut weight = 1_u32;
    for byte in rest {
        let value = match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            // A is 10, B is 12, L is 23, V is 34: 11, 22 and 33 are left out.
            b'A' => 10,
            b'B'..=b'K' => u32::from(byte - b'B') + 12,
            b'L'..=b'U' => u32::from(byte - b'L') + 23,
            b'V'..=b'Z' => u32::from(byte - b'V') + 34,
            _ => return Err(Wrong::Form),
        };
        sum = (sum + value * weight) % 11;
        weight = (weight * 2) % 11;
    }
    let due = b'0' + u8::try_from(sum % 10).unwrap_or(0);
    if *last == due { Ok(()) } else { Err(Wrong::CheckDigit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers() {
        for good in ["CSQU3054383", "MSKU6011672"] {
            assert_eq!(container(good), Ok(()), "{good}");
        }
        assert_eq!(container("CSQU3054384"), Err(Wrong::CheckDigit));
        for bad in ["", "CSQU305438", "CSQU30543833", "CSQX3054383", "CS1U3054383", "ЦSQU305438"] {
            assert_eq!(container(bad), Err(Wrong::Form), "{bad}");
        }
    }

    #[test]
    fn movement_reference_numbers() {
        for good in ["24GB000246J8NY33L7", "23GB000246IF9W5YJ0"] {
            assert_eq!(mrn(good), Ok(()), "{good}");
        }
        assert_eq!(mrn("24GB000246J8NY33L8"), Err(Wrong::CheckDigit));
        assert_eq!(mrn("24GB000246J8NY33LA"), Err(Wrong::CheckDigit));
        for bad in ["", "24GB000246J8NY33L", "2AGB000246J8NY33L7", "2499000246J8NY33L7"] {
            assert_eq!(mrn(bad), Err(Wrong::Form), "{bad}");
        }
    }
}
