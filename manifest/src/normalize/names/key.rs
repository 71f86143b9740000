//! The comparison key's consonant skeleton. Takes upper-case ASCII words, whatever script they came from.
//!
//! Vowels go, for offices disagree about nearly all of them (QODIROV and KADYROV, JURAEV and JORAYEV, RUZIEV and ROZIYEV)
//! and Arabic script does not write them; that a word begins with one stays. What offices write for the same consonant
//! becomes one letter, G and K included (Gurbanow, Qurbonov and Kurbanov; Ghasemi and Qasemi). Endings that come and go
//! with sex and fashion (-ov, -yev, -ova) go.

/// The skeleton of a surname, onto the end of `key`.
pub(super) fn surname_skeleton(sound: &str, key: &mut String) {
    let before = key.len();
    for word in sound.split(' ').filter(|word| !is_descent(word)) {
        skeleton(without_ending(word), key);
    }
    if key.len() == before {
        skeleton(sound, key);
    }
}

/// The skeleton of given names, onto the end of `key`. A patronymic that stands among them does not count.
pub(super) fn given_skeleton(sound: &str, key: &mut String) {
    let before = key.len();
    for word in sound.split(' ').filter(|word| !is_descent(word) && !is_patronymic(word) && !is_title(word)) {
        skeleton(word, key);
    }
    if key.len() == before {
        skeleton(sound, key);
    }
}

/// Words that say whose son or daughter: oʻgʻli, qizi, uly, kyzy, uulu.
fn is_descent(word: &str) -> bool {
    matches!(
        word,
        "OGLI"
            | "OGLY"
            | "OGLU"
            | "UGLI"
            | "UGLY"
            | "QIZI"
            | "KIZI"
            | "KYZY"
            | "GYZY"
            | "ULY"
            | "ULI"
            | "UULU"
            | "KYZI"
    )
}

/// What airlines write behind a given name.
fn is_title(word: &str) -> bool {
    matches!(word, "MR" | "MRS" | "MS" | "MISS" | "MSTR")
}

fn is_patronymic(word: &str) -> bool {
    word.len() > 5
        && ["OVICH", "EVICH", "OVNA", "EVNA", "ULY", "KYZY", "OGLI", "QIZI"]
            .iter()
            .any(|ending| word.ends_with(ending))
}

fn without_ending(word: &str) -> &str {
    for ending in ["OV", "EV", "OVA", "EVA", "OW", "EW", "OWA", "EWA", "OFF", "EFF", "OF", "UF"] {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.len() > 1
        {
            return stem;
        }
    }
    word
}

/// Consonants of one word, each class once where it is doubled.
fn skeleton(word: &str, key: &mut String) {
    let start = key.len();
    let mut rest = word.as_bytes();
    let mut last = 0_u8;
    while let Some((class, length)) = next(rest) {
        rest = rest.get(length..).unwrap_or_default();
        if class == VOWEL {
            if key.len() == start && last != VOWEL {
                key.push('A');
            }
        } else if class != last {
            if class == b'J' && last == b'D' {
                key.pop(); // Muhammad-jon: nobody can tell d-zh from dzh
            }
            key.push(char::from(class));
        }
        last = class;
    }
    // A last H is often not written: Abdulla and Abdulloh, Fatima and Fatemeh.
    if key.len() > start.saturating_add(1) && key.ends_with('H') {
        key.pop();
    }
}

const VOWEL: u8 = b'a';

/// The class of the letters at the beginning, and how many letters they are.
fn next(rest: &[u8]) -> Option<(u8, usize)> {
    let first = *rest.first()?;
    Some(match (first, rest.get(1).copied().unwrap_or(0), rest.get(2).copied().unwrap_or(0)) {
        (b'A' | b'E' | b'I' | b'O' | b'U' | b'Y', ..) => (VOWEL, 1),
        (b'S', b'H', b'C') if rest.get(3) == Some(&b'H') => (b'S', 4),
        (b'S', b'C', b'H') => (b'S', 3),
        (b'S', b'H', _) => (b'S', 2),
        (b'D', b'Z', b'H') => (b'J', 3),
        (b'D', b'J', _) | (b'Z', b'H', _) => (b'J', 2),
        (b'T', b'S', b'H') => (b'C', 3),
        (b'T', b'C', b'H') => (b'C', 3),
        (b'T', b'S', _) => (b'S', 2),
        (b'T', b'Z', other) if other != b'H' => (b'S', 2),
        (b'C', b'H', _) => (b'C', 2),
        (b'C', b'K', _) => (b'K', 2),
        (b'K', b'H', _) => (b'H', 2),
        (b'G', b'H', _) => (b'K', 2),
        (b'P', b'H', _) => (b'F', 2),
        (b'T', b'H', _) => (b'T', 2),
        (b'N', b'G', b'H') => (b'N', 3),
        (b'N', b'G', _) => (b'N', 2),
        // ICAO's X before the letter that it modifies.
        (b'X', b'S', b'H' | b'S') => (b'S', 3),
        (b'X', b'T', b'H') => (b'S', 3),
        (b'X', b'K', b'H') => (b'H', 3),
        (b'X', b'D', b'H' | b'Z') | (b'X', b'Z', b'Z') => (b'Z', 3),
        (b'X', b'T', b'T') => (b'T', 3),
        (b'X', b'K', b'K') => (b'K', 3),
        (b'X', b'G', b'G') => (b'K', 3),
        (b'X', b'A', b'A') | (b'X', b'Y', b'A') => (VOWEL, 3),
        (b'X', b'H', _) => (b'H', 2),
        (b'X', b'J', _) => (b'J', 2),
        (b'X', b'C', _) => (b'C', 2),
        (b'X', ..) => (b'H', 1),
        (b'Q' | b'G', ..) => (b'K', 1),
        (b'W', ..) => (b'V', 1),
        _ => (first, 1),
    })
}
