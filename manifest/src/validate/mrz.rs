//! Machine readable zones of ICAO Doc 9303: TD1, TD2, TD3 and visas, with their check digits. `Debug` prints kinds only.

use crate::person::opaque_debug;

/// What a machine readable zone says, once its check digits hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Mrz {
    /// Document number without fillers.
    pub number: String,
    /// Date of birth as `YYMMDD`; unknown parts are `<`.
    pub birth_date: String,
    /// Date of expiry as `YYMMDD`.
    pub expiry_date: String,
    /// Nationality without fillers.
    pub nationality: String,
    /// Issuing state or organization without fillers.
    pub issuing_state: String,
}

opaque_debug!(Mrz);

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

impl Mrz {
    /// Reads the lines, top first: three of 30, two of 36 or two of 44 characters.
    ///
    /// # Errors
    /// When size or alphabet is not that of a zone, or a check digit is wrong.
    pub fn read(lines: &[String]) -> Result<Self, MrzError> {
        let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
        let in_alphabet = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'<';
        if !lines.iter().all(|line| line.iter().all(in_alphabet)) {
            return Err(MrzError::Malformed);
        }
        match lines.as_slice() {
            [top, middle, bottom] if [top, middle, bottom].iter().all(|line| line.len() == 30) => {
                td1(top, middle)
            }
            [top, bottom] if top.len() == 36 && bottom.len() == 36 => two_lines(top, bottom, 28..35),
            [top, bottom] if top.len() == 44 && bottom.len() == 44 => two_lines(top, bottom, 28..42),
            _ => Err(MrzError::Malformed),
        }
    }
}

fn td1(top: &[u8], middle: &[u8]) -> Result<Mrz, MrzError> {
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
fn two_lines(top: &[u8], bottom: &[u8], optional: std::ops::Range<usize>) -> Result<Mrz, MrzError> {
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
) -> Result<String, MrzError> {
    let continued: Vec<u8> =
        line.get(optional).unwrap_or_default().iter().copied().take_while(|b| *b != b'<').collect();
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
    Ok(String::from_utf8_lossy(&whole).replace('<', ""))
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
    for (byte, weight) in bytes.zip([7, 3, 1].into_iter().cycle()) {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'<' => 0,
            _ => return None,
        };
        sum += u32::from(value) * weight;
    }
    u8::try_from(sum % 10).ok().map(|digit| b'0' + digit)
}

fn text(line: &[u8], field: std::ops::Range<usize>) -> String {
    String::from_utf8_lossy(line.get(field).unwrap_or_default()).into_owned()
}

fn filled(line: &[u8], field: std::ops::Range<usize>) -> String {
    text(line, field).replace('<', "")
}
