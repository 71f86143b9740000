//! Machine readable zones of ICAO Doc 9303: TD1, TD2, TD3 and visas, with their check digits. `Debug` prints kinds only.

use std::borrow::Cow;

/// What a machine readable zone says, once its check digits hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Mrz<'z> {
    /// Document number without fillers.
    pub number: Cow<'z, str>,
    /// Date of birth as `YYMMDD`; unknown parts are `<`.
    pub birth_date: &'z str,
    /// Date of expiry as `YYMMDD`.
    pub expiry_date: &'z str,
    /// Nationality without fillers.
    pub nationality: Cow<'z, str>,
    /// Issuing state or organization without fillers.
    pub issuing_state: Cow<'z, str>,
}

impl std::fmt::Debug for Mrz<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mrz").finish_non_exhaustive()
    }
}

/// Why a machine readable zone cannot be relied on. Never holds what stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MrzError {
    /// Not of a known size or alphabet.
    Malformed,
    /// A check digit is wrong: which one.
    CheckDigit(&'static str),
}

/// A field and its check digit, as places in a line.
type Checked = (std::ops::Range<usize>, usize);

impl<'z> Mrz<'z> {
    /// Reads the lines, top first: three of 30, two of 36 or two of 44 characters.
    ///
    /// # Errors
    /// When size or alphabet is not that of a zone, or a check digit is wrong.
    pub fn read(lines: &'z [String]) -> Result<Self, MrzError> {
        let in_alphabet = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'<';
        if !lines.iter().all(|line| line.bytes().all(in_alphabet)) {
            return Err(MrzError::Malformed);
        }
        let of = |length: usize| lines.iter().all(|line| line.len() == length);
        match lines {
            [top, middle, _] if of(30) => td1(top.as_bytes(), middle.as_bytes()),
            [top, bottom] if of(36) => two_lines(top.as_bytes(), bottom.as_bytes(), 28..35),
            [top, bottom] if of(44) => two_lines(top.as_bytes(), bottom.as_bytes(), 28..42),
            _ => Err(MrzError::Malformed),
        }
    }
}

fn td1<'z>(top: &'z [u8], middle: &'z [u8]) -> Result<Mrz<'z>, MrzError> {
    let number = number(top, (5..14, 14), 15..30)?;
    check(middle, (0..6, 6), "birth_date")?;
    check(middle, (8..14, 14), "expiry_date")?;
    let parts = [top.get(5..30), middle.get(0..7), middle.get(8..15), middle.get(18..29)];
    composite(&parts, middle.get(29))?;
    Ok(Mrz {
        number,
        birth_date: text(middle, 0..6),
        expiry_date: text(middle, 8..14),
        nationality: filled(middle, 15..18),
        issuing_state: filled(top, 2..5),
    })
}

/// TD2 and TD3 put the same fields in the same places; only the optional part and what follows it differ. Visas have no
/// check digit over the whole.
fn two_lines<'z>(
    top: &'z [u8],
    bottom: &'z [u8],
    optional: std::ops::Range<usize>,
) -> Result<Mrz<'z>, MrzError> {
    let is_visa = top.first() == Some(&b'V');
    let is_td3 = bottom.len() == 44;
    let number = number(bottom, (0..9, 9), if is_td3 || is_visa { 0..0 } else { optional.clone() })?;
    check(bottom, (13..19, 19), "birth_date")?;
    check(bottom, (21..27, 27), "expiry_date")?;
    if !is_visa {
        if is_td3 {
            // An empty optional part may have `<` where its check digit would stand.
            let empty = bottom.get(optional.clone()).is_some_and(|part| part.iter().all(|b| *b == b'<'));
            if !(empty && bottom.get(42) == Some(&b'<')) {
                check(bottom, (optional, 42), "optional_data")?;
            }
        }
        let end = bottom.len().saturating_sub(1);
        let parts = [bottom.get(0..10), bottom.get(13..20), bottom.get(21..end), None];
        composite(&parts, bottom.get(end))?;
    }
    Ok(Mrz {
        number,
        birth_date: text(bottom, 13..19),
        expiry_date: text(bottom, 21..27),
        nationality: filled(bottom, 10..13),
        issuing_state: filled(top, 2..5),
    })
}

/// The document number. One of more than nine characters goes on in the optional part: `<` stands in place of its check
/// digit, which follows the rest of the number.
fn number(
    line: &[u8],
    (field, digit): Checked,
    optional: std::ops::Range<usize>,
) -> Result<Cow<'_, str>, MrzError> {
    let optional = line.get(optional).unwrap_or_default();
    let end = optional.iter().position(|b| *b == b'<').unwrap_or(optional.len());
    let continued = optional.get(..end).unwrap_or_default();
    let is_long = line.get(digit) == Some(&b'<') && continued.len() >= 2;
    if !is_long {
        check(line, (field.clone(), digit), "document_number")?;
        return Ok(filled(line, field));
    }
    let (last, rest) = continued.split_last().ok_or(MrzError::Malformed)?;
    let mut whole = line.get(field).unwrap_or_default().to_vec();
    whole.extend_from_slice(rest);
    if check_digit(whole.iter()) != Some(*last) {
        return Err(MrzError::CheckDigit("document_number"));
    }
    Ok(Cow::Owned(String::from_utf8_lossy(&whole).replace('<', "")))
}

fn check(line: &[u8], (field, digit): Checked, name: &'static str) -> Result<(), MrzError> {
    let due = check_digit(line.get(field).unwrap_or_default().iter());
    if due.is_some() && due.as_ref() == line.get(digit) { Ok(()) } else { Err(MrzError::CheckDigit(name)) }
}

fn composite(parts: &[Option<&[u8]>], digit: Option<&u8>) -> Result<(), MrzError> {
    let due = check_digit(parts.iter().copied().flatten().flatten());
    if due.is_some() && due.as_ref() == digit { Ok(()) } else { Err(MrzError::CheckDigit("composite")) }
}

/// Weights 7, 3, 1 over digits, letters from 10 and `<` as 0, modulo 10.
fn check_digit<'b>(bytes: impl Iterator<Item = &'b u8>) -> Option<u8> {
    let mut sum = 0_u32;
    let mut weight = 7;
    for byte in bytes {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'<' => 0,
            _ => return None,
        };
        sum += u32::from(value) * weight;
        weight = match weight {
            7 => 3,
            3 => 1,
            _ => 7,
        };
    }
    u8::try_from(sum % 10).ok().map(|digit| b'0' + digit)
}

/// What stands in a field. Lines are of the zone's alphabet, which is ASCII, before anything is taken out of them.
fn text(line: &[u8], field: std::ops::Range<usize>) -> &str {
    line.get(field).and_then(|field| std::str::from_utf8(field).ok()).unwrap_or_default()
}

fn filled(line: &[u8], field: std::ops::Range<usize>) -> Cow<'_, str> {
    let field = text(line, field).trim_matches('<');
    if field.contains('<') { Cow::Owned(field.replace('<', "")) } else { Cow::Borrowed(field) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Writes the check digits of the second line of a TD3 zone anew.
    pub(crate) fn seal_td3(line: &mut String) {
        let mut bytes = line.clone().into_bytes();
        for (field, digit) in [(0..9, 9), (13..19, 19), (21..27, 27), (28..42, 42)] {
            bytes[digit] = check_digit(bytes[field].iter()).unwrap();
        }
        let parts = [&bytes[0..10], &bytes[13..20], &bytes[21..43]].concat();
        bytes[43] = check_digit(parts.iter()).unwrap();
        *line = String::from_utf8(bytes).unwrap();
    }

    fn check(zone: &str) -> Result<(String, String, String), MrzError> {
        let lines: Vec<String> = zone.split_whitespace().map(str::to_owned).collect();
        Mrz::read(&lines).map(|mrz| (mrz.number.into(), mrz.birth_date.into(), mrz.expiry_date.into()))
    }

    #[test]
    fn specimens_of_doc_9303() {
        let read = |number: &str, birth: &str, expiry: &str| Ok((number.into(), birth.into(), expiry.into()));
        let td1 =
            "I<UTOD231458907<<<<<<<<<<<<<<< 7408122F1204159UTO<<<<<<<<<<<6 ERIKSSON<<ANNA<MARIA<<<<<<<<<<";
        assert_eq!(check(td1), read("D23145890", "740812", "120415"));
        // A number of more than nine characters goes on in the optional part.
        let long =
            "I<UTOD23145890<7349<<<<<<<<<<< 3407127M9507122UTO<<<<<<<<<<<2 STEVENSON<<PETER<JOHN<<<<<<<<<";
        assert_eq!(check(long), read("D23145890734", "340712", "950712"));
        let td2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<< D231458907UTO7408122F1204159<<<<<<<6";
        assert_eq!(check(td2), read("D23145890", "740812", "120415"));
        let td3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<< L898902C36UTO7408122F1204159ZE184226B<<<<<10";
        assert_eq!(check(td3), read("L898902C3", "740812", "120415"));
        let visa =
            "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<< L8988901C4XXX4009078F96121096ZE184226B<<<<<<";
        assert_eq!(check(visa), read("L8988901C", "400907", "961210"));
        for (place, field) in [(45 + 9, "document_number"), (45 + 19, "birth_date"), (45 + 27, "expiry_date")]
        {
            let mut wrong = td3.to_owned();
            let digit = if wrong.as_bytes()[place] == b'1' { "2" } else { "1" };
            wrong.replace_range(place..=place, digit);
            assert_eq!(check(&wrong), Err(MrzError::CheckDigit(field)), "{field}");
        }
        for (place, field) in [(45 + 42, "optional_data"), (45 + 43, "composite")] {
            let mut wrong = td3.to_owned();
            wrong.replace_range(place..=place, "9");
            assert_eq!(check(&wrong), Err(MrzError::CheckDigit(field)), "{field}");
        }
        assert_eq!(check("P<UTO"), Err(MrzError::Malformed));
        assert_eq!(check(""), Err(MrzError::Malformed));
    }
}
