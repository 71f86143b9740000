//! What a document that no reader knows looks like, and where it begins: enough for its sender to see which file was sent, and
//! nothing of what stands in it.

use manifest::declared::SourcePlace;

use crate::{Cause, Unreadable};

/// Why a document that no reader knows is not read, with the place of its first byte that says something.
pub(crate) fn unreadable(bytes: &[u8]) -> Unreadable {
    let offset = beginning(bytes).unwrap_or(0);
    let before = bytes.get(..offset).unwrap_or_default();
    let breaks = before.iter().filter(|byte| **byte == b'\n').count();
    let in_line = before.iter().rev().take_while(|byte| **byte != b'\n').count();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
    let place = SourcePlace::Line { line: number(breaks), column: number(in_line) };
    let seen = kind(bytes, bytes.get(offset..).unwrap_or_default());
    Unreadable { place: Some(place), cause: Cause::NotRecognised { seen, offset } }
}

/// Where the first byte stands that says something: behind byte order marks, blanks, and the zeros of two-byte text.
pub(crate) fn beginning(bytes: &[u8]) -> Option<usize> {
    let says_nothing = |byte: &u8| *byte <= b' ' || matches!(byte, 0xef | 0xbb | 0xbf | 0xfe | 0xff);
    bytes.iter().position(|byte| !says_nothing(byte))
}

/// What begins so, by its first bytes.
const SIGNS: [(&[u8], &str); 12] = [
    (b"%PDF", "PDF document"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"\x1f\x8b", "packed file"),
    (b"Rar!", "packed file"),
    (b"7z\xbc\xaf", "packed file"),
    (b"PK", "packed file without a workbook"),
    (b"\xd0\xcf\x11\xe0", "older Office document"),
    (b"{\\rtf", "RTF document"),
];

/// How many bytes are looked at to tell text from what is none.
const LOOKED_AT: usize = 4096;

fn kind(all: &[u8], said: &[u8]) -> &'static str {
    if all.is_empty() {
        return "no bytes";
    }
    let known = SIGNS.iter().find(|(sign, _)| all.starts_with(sign) || said.starts_with(sign));
    if let Some((_, name)) = known {
        return name;
    }
    if beginning(all).is_none() {
        return "nothing but blanks";
    }
    let looked_at = all.get(..all.len().min(LOOKED_AT)).unwrap_or_default();
    let is_control = |byte: &&u8| **byte < b' ' && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0c);
    // Text of two bytes a letter has a zero in each of them; what has other control characters besides is no text.
    let controls = looked_at.iter().filter(is_control).count();
    let zeros = looked_at.iter().filter(|byte| **byte == 0).count();
    if controls > zeros || zeros.saturating_mul(4) > looked_at.len().saturating_mul(3) {
        return "bytes that are no text";
    }
    if said.contains(&b'\n') || said.contains(&b'\r') {
        "text without the segments, elements or headings that are known"
    } else {
        "one line of text without the segments, elements or headings that are known"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words_in_three_languages() {
        for (_, name) in SIGNS {
            assert!(manifest::phrase::is_known(name), "{name}");
        }
    }

    #[test]
    fn tells_what_was_sent_and_where_it_begins() {
        let line = |line, column| Some(SourcePlace::Line { line, column });
        for (bytes, seen, offset, place) in [
            (&b""[..], "no bytes", 0, line(1, 1)),
            (b" \r\n ", "nothing but blanks", 0, line(1, 1)),
            (b"%PDF-1.7 ...", "PDF document", 0, line(1, 1)),
            (b"\n\n  %PDF-1.7", "PDF document", 4, line(3, 3)),
            (b"\xff\xd8\xff\xe0JFIF", "image", 1, line(1, 2)),
            (b"\x01\x02\x03\x04abc", "bytes that are no text", 4, line(1, 5)),
            (
                b"\xef\xbb\xbfDear colleagues,\nthe list is below",
                "text without the segments, elements or headings that are known",
                3,
                line(1, 4),
            ),
        ] {
            let unreadable = unreadable(bytes);
            assert!(manifest::phrase::is_known(seen), "{seen}");
            assert_eq!(unreadable.cause, Cause::NotRecognised { seen, offset });
            assert_eq!(unreadable.place, place);
        }
    }
}
