//! Bytes into text: UTF-8, UTF-16, and the old Cyrillic sets, guessed by what the letters would spell.

use std::borrow::Cow;

use encoding_rs::{
    Encoding, IBM866, ISO_8859_5, KOI8_U, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252, X_MAC_CYRILLIC,
};

use super::heading::is_heading;

/// Text, and the name of the set it was in when that had to be guessed or did not hold throughout.
pub(crate) struct Decoded<'b> {
    pub(crate) text: Cow<'b, str>,
    /// Name of the guessed character set.
    pub(crate) guessed: Option<&'static str>,
    /// Some bytes are no characters of the set.
    pub(crate) broken: bool,
}

/// How many bytes are looked at for a guess.
const SAMPLE: usize = 8 * 1024;

/// The text of a document.
pub(crate) fn decode(bytes: &[u8]) -> Decoded<'_> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return in_set(encoding, bytes.get(mark..).unwrap_or_default(), None);
    }
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return in_set(encoding, bytes, Some(encoding.name()));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Decoded { text: Cow::Borrowed(text), guessed: None, broken: false },
        Err(_) if is_mostly_utf_8(bytes) => {
            Decoded { text: String::from_utf8_lossy(bytes), guessed: None, broken: true }
        }
        Err(_) => {
            let encoding = guess(bytes.get(..SAMPLE).unwrap_or(bytes));
            in_set(encoding, bytes, Some(encoding.name()))
        }
    }
}

fn in_set<'b>(encoding: &'static Encoding, bytes: &'b [u8], guessed: Option<&'static str>) -> Decoded<'b> {
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    Decoded { text, guessed, broken }
}

/// Two-byte text without a mark: every other byte is zero, or four as in Cyrillic.
fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..bytes.len().min(1024) & !1)?;
    if sample.len() < 16 {
        return None;
    }
    let (mut first, mut second, mut zeros) = (0_usize, 0_usize, 0_usize);
    for pair in sample.chunks_exact(2) {
        if let [a, b] = pair {
            first += usize::from(matches!(a, 0 | 4));
            second += usize::from(matches!(b, 0 | 4));
            zeros += usize::from(*a == 0 || *b == 0);
        }
    }
    let pairs = sample.len() / 2;
    let most = pairs - pairs / 8;
    if zeros == 0 {
        return None;
    }
    match (first >= most, second >= most) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}

/// UTF-8 with a few bytes that are not: a list that was put together from two, a name cut in the middle of a letter.
fn is_mostly_utf_8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.get(..SAMPLE).unwrap_or(bytes).utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad.saturating_mul(4)
}

/// The old set in which the bytes spell the most.
fn guess(sample: &[u8]) -> &'static Encoding {
    best_of(sample, &[WINDOWS_1251, IBM866, KOI8_U, WINDOWS_1252, ISO_8859_5, X_MAC_CYRILLIC])
}

/// The Cyrillic set in which bytes spell the most; `usual` unless another does better.
pub(crate) fn cyrillic(bytes: &[u8], usual: &'static Encoding) -> &'static Encoding {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    best_of(sample, &[usual, WINDOWS_1251, ISO_8859_5, KOI8_U, IBM866])
}

fn best_of(sample: &[u8], sets: &[&'static Encoding]) -> &'static Encoding {
    let scored = sets.iter().map(|set| (score(&set.decode_without_bom_handling(sample).0), *set));
    // The first of equals: 1251 is what Excel writes.
    let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map_or(WINDOWS_1251, |(_, set)| set)
}

/// How much a text looks like words: frequent small letters weigh more, a capital behind a small letter and signs that
/// nobody types weigh against it.
fn score(text: &str) -> i64 {
    // Nothing tells more than a heading that is known.
    let start = text.get(..text.floor_char_boundary(4096)).unwrap_or(text);
    let cells = start.split([';', ',', '\t', '|', '\n', '\r', ':']).take(100);
    let headings = cells.filter(|cell| !cell.is_ascii() && is_heading(cell)).count();
    let mut score = i64::try_from(headings).unwrap_or(0).saturating_mul(200);
    let mut before = ' ';
    for c in text.chars() {
        score += match c {
            c if c.is_ascii() => 0,
            // A Latin word does not go on in Cyrillic.
            'Ѐ'..='ӿ' | '№' if before.is_ascii_alphabetic() => -4,
            'о' | 'е' | 'а' | 'и' | 'н' | 'т' | 'р' | 'с' | 'л' | 'в' | 'к' | 'м' | 'д' => 3,
            'а'..='я' | 'ё' | 'ў' => 2,
            'А'..='Я' | 'Ё' | 'Ў' if before.is_lowercase() => -4,
            'О' | 'Е' | 'А' | 'И' | 'Н' | 'Т' | 'Р' | 'С' | 'Л' | 'В' | 'К' | 'М' | 'Д' => 3,
            'А'..='Я' | 'Ё' | 'Ў' | '№' => 2,
            '«' | '»' | '–' | '—' | '\u{a0}' | '’' | '‘' => 0,
            'à'..='ÿ' | 'ş' | 'ı' | 'ğ' if before.is_ascii_alphabetic() => 2,
            _ => -4,
        };
        before = c;
    }
    score
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "№ п/п;Фамилия;Имя;Дата рождения\r\n1;АБДУЛЛАЕВА;Нигора;12.03.1990\r\n2;Юсупов;Ёркин;01.01.1985\r\n";

    #[test]
    fn every_set_is_told_from_the_others() {
        for set in [WINDOWS_1251, IBM866, KOI8_U, ISO_8859_5, X_MAC_CYRILLIC] {
            let (bytes, _, failed) = set.encode(TEXT);
            assert!(!failed || set == KOI8_U, "{}", set.name());
            let decoded = decode(&bytes);
            assert_eq!(decoded.guessed, Some(set.name()));
            assert!(decoded.text.contains("АБДУЛЛАЕВА;Нигора"), "{}", set.name());
        }
        let shouting = WINDOWS_1251.encode("ФАМИЛИЯ;ИМЯ;ПОЛ\nЮСУПОВ;ЁРКИН;М\n").0.into_owned();
        assert_eq!(decode(&shouting).guessed, Some("windows-1251"));
        let umlauts = WINDOWS_1252.encode("Surname;Given name\nMüller;Jürgen\n").0.into_owned();
        assert_eq!(decode(&umlauts).text, "Surname;Given name\nMüller;Jürgen\n");
    }

    #[test]
    fn marks_and_two_bytes() {
        let utf16 = |big: bool| -> Vec<u8> {
            TEXT.encode_utf16()
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect()
        };
        for (mark, big) in
            [(&[0xff, 0xfe][..], false), (&[0xfe, 0xff][..], true), (&[][..], false), (&[][..], true)]
        {
            let bytes = [mark, &utf16(big)].concat();
            assert_eq!(decode(&bytes).text, TEXT, "{mark:?} {big}");
        }
        let marked = [&[0xef, 0xbb, 0xbf][..], TEXT.as_bytes()].concat();
        assert_eq!(decode(&marked).text, TEXT);
        let decoded = decode(TEXT.as_bytes());
        assert!(decoded.text == TEXT && decoded.guessed.is_none() && !decoded.broken);
        let mut broken = TEXT.as_bytes().to_vec();
        broken.push(0xd0);
        let decoded = decode(&broken);
        assert!(decoded.broken && decoded.guessed.is_none() && decoded.text.starts_with(TEXT));
    }
}
