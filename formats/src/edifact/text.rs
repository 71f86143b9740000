//! Bytes of a document as UTF-8: byte order marks, UTF-16, and the character sets that UNB 0001 names.

use std::borrow::Cow;

use encoding_rs::Encoding;
use memchr::memmem;

use super::mail;
use crate::table::encoding::cyrillic;

/// A document's text, and what was strange about its characters.
pub(super) struct Text<'b> {
    pub(super) text: Cow<'b, str>,
    /// The declared repertoire (`UNOA`), when bytes lie outside of it.
    pub(super) outside_of: Option<String>,
}

/// Where the syntax identifier of UNB is looked for: before it stand at most the header lines of an e-mail.
const HEADER_BYTES: usize = 64 * 1024;

/// The document as UTF-8. Never fails: bytes that fit nothing become U+FFFD, and a note says so.
pub(super) fn decode(bytes: &[u8]) -> Text<'_> {
    let Text { text, outside_of } = decode_as_sent(bytes);
    Text { text: mail::unwrapped(text), outside_of }
}

fn decode_as_sent(bytes: &[u8]) -> Text<'_> {
    let plain = |text| Text { text, outside_of: None };
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(length..).unwrap_or_default();
        return plain(encoding.decode_without_bom_handling(rest).0);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return plain(encoding.decode_without_bom_handling(bytes).0);
    }
    let declared = repertoire(bytes);
    let name = || Some(format!("UNO{}", declared.map_or('A', char::from)));
    if declared == Some(b'X')
        && bytes.contains(&0x1b)
        && let (text, false) = encoding_rs::ISO_2022_JP.decode_without_bom_handling(bytes)
    {
        return plain(text);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        // More than one byte a letter cannot be an accident: whatever is declared, this is UTF-8.
        let may = matches!(declared, Some(b'W' | b'Y' | b'Z')) || text.is_ascii();
        return Text { text: Cow::Borrowed(text), outside_of: if may { None } else { name() } };
    }
    if declared == Some(b'E') {
        // Whoever declares Cyrillic does not always write it in that set.
        let encoding = cyrillic(bytes, encoding_rs::ISO_8859_5);
        let (text, failed) = encoding.decode_without_bom_handling(bytes);
        let is_other = failed || encoding != encoding_rs::ISO_8859_5;
        return Text { text, outside_of: if is_other { name() } else { None } };
    }
    if let Some(encoding) = declared.and_then(encoding_of) {
        let (text, failed) = encoding.decode_without_bom_handling(bytes);
        return Text { text, outside_of: if failed { name() } else { None } };
    }
    Text { text: guess(bytes).decode_without_bom_handling(bytes).0, outside_of: name() }
}

/// The beginning of a document as UTF-8, when a character may be cut at its end.
pub(super) fn decode_start(bytes: &[u8]) -> Text<'_> {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => {
            decode(bytes.get(..error.valid_up_to()).unwrap_or_default())
        }
        _ => decode(bytes),
    }
}

/// Letters of ASCII with a zero byte before or behind each.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(64))?;
    let (mut even, mut odd, mut pairs) = (0, 0, 0);
    for pair in head.as_chunks::<2>().0 {
        pairs += 1;
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    if pairs < 4 {
        return None;
    }
    match (even * 10 > pairs * 8, odd * 10 > pairs * 8) {
        (false, true) => Some(encoding_rs::UTF_16LE),
        (true, false) => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

/// The last letter of UNB's syntax identifier `UNO?`.
fn repertoire(bytes: &[u8]) -> Option<u8> {
    let head = bytes.get(..bytes.len().min(HEADER_BYTES))?;
    memmem::find_iter(head, b"UNO").find_map(|at| {
        let letter = *head.get(at.checked_add(3)?)?;
        let next = *head.get(at.checked_add(4)?)?;
        let before = head.get(at.checked_sub(4)?..at)?;
        (before.starts_with(b"UNB") && letter.is_ascii_uppercase() && !next.is_ascii_alphanumeric())
            .then_some(letter)
    })
}

/// ISO 9735-1 annex A: which parts of ISO 8859 the letters stand for.
fn encoding_of(repertoire: u8) -> Option<&'static Encoding> {
    Some(match repertoire {
        b'C' => encoding_rs::WINDOWS_1252, // ISO 8859-1 with printable characters where it has controls
        b'D' => encoding_rs::ISO_8859_2,
        b'F' => encoding_rs::ISO_8859_7,
        b'G' => encoding_rs::ISO_8859_3,
        b'H' => encoding_rs::ISO_8859_4,
        b'I' => encoding_rs::ISO_8859_6,
        b'J' => encoding_rs::ISO_8859_8,
        b'K' => encoding_rs::WINDOWS_1254, // ISO 8859-9
        _ => return None,
    })
}

/// Bytes above ASCII where only ASCII was declared. Carriers of the region write windows-1251 there, or what their old systems
/// have: in Cyrillic such bytes stand together, in western languages one by one.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let (mut alone, mut together) = (0_usize, 0_usize);
    for run in bytes.split(u8::is_ascii) {
        match run.len() {
            0 => {}
            1 => alone += 1,
            _ => together += 1,
        }
    }
    if together > alone { cyrillic(bytes, encoding_rs::WINDOWS_1251) } else { encoding_rs::WINDOWS_1252 }
}
