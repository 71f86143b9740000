//! Names in every script: the form of the machine readable zone, candidates by state practice, and a comparison key.
//!
//! ICAO Doc 9303 Part 3 section 6 first (tables A, B and C), then this project's extension for the letters that it lacks,
//! then the plain letter below the marks, then a general table for every other script. Originals are never touched. What
//! comes out holds A to Z and single spaces and nothing else, and no letter is dropped on the way.

mod arabic;
mod cyrillic;
mod key;
mod latin;
mod practice;
mod scripts;

#[cfg(test)]
mod tests;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark, is_nfc};

use key::{given_skeleton, surname_skeleton};
pub use practice::Practice;

use crate::person::PersonName;

/// What is written for a letter that no table knows: ICAO's filler for letters, so that none is dropped.
const UNKNOWN: &str = "X";

/// What a letter is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The machine readable zone, by a practice.
    Zone(Practice),
    /// The sound of the consonant, for the comparison key.
    Sound,
}

/// A name in the letters of the machine readable zone, parts separated by single spaces; empty when the text holds no
/// letter. Apostrophes are left out, hyphens separate, digits are left out, as Doc 9303 Part 3 section 4.6 has it.
///
/// ```
/// use manifest::normalize::{Practice, latin_name};
/// assert_eq!(latin_name("Қодиров", Practice::Icao), "QODIROV");
/// assert_eq!(latin_name("Gʻulom-Oʻktam", Practice::Icao), "GULOM OKTAM");
/// ```
#[must_use]
pub fn latin_name(text: &str, practice: Practice) -> String {
    let mut out = String::with_capacity(text.len());
    write(text, Form::Zone(practice), &mut out);
    out
}

/// The forms under which a document may show the name: the answer of `practice` first, then those of the other practices
/// of the region, each once. At most nine.
#[must_use]
pub fn latin_candidates(text: &str, practice: Practice) -> Vec<String> {
    let mut candidates: Vec<String> = Vec::new();
    for practice in std::iter::once(practice).chain(Practice::CANDIDATES.iter().copied()) {
        let candidate = latin_name(text, practice);
        if !candidate.is_empty() && !candidates.contains(&candidate) {
            candidates.push(candidate);
        }
    }
    candidates
}

/// A key that is the same for the same person in Cyrillic, Latin and Arabic letters and by the practice of different
/// states, as far as a name alone can tell: consonant skeletons of surname and given name. `None` without a letter.
///
/// Equal keys are a reason to look closer (date of birth, document), not an identity; how often they mislead stands in
/// `docs/NAMES.md`. A patronymic is not part of it: many documents leave it out.
#[must_use]
pub fn comparison_key(family_name: &str, given_name: &str) -> Option<String> {
    let mut key = String::with_capacity(16);
    let mut sound = String::with_capacity(family_name.len().saturating_add(given_name.len()));
    write(family_name, Form::Sound, &mut sound);
    surname_skeleton(&sound, &mut key);
    key.push('/');
    sound.clear();
    write(given_name, Form::Sound, &mut sound);
    given_skeleton(&sound, &mut key);
    (key.len() > 1).then_some(key)
}

/// What a name turned out to be beside its forms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Noted {
    /// A word mixes two scripts.
    pub(super) mixed: bool,
    /// A part that was given has no form in Latin letters.
    pub(super) without_latin: bool,
}

/// Fills the Latin forms and the comparison key of a name.
pub(super) fn complete(name: &mut PersonName, practice: Practice) -> Noted {
    let mut noted = Noted::default();
    let mut latin = |text: &str| {
        if text.is_empty() {
            return None;
        }
        noted.mixed |= scripts::mixed(text);
        let latin = latin_name(text, practice);
        noted.without_latin |= latin.is_empty();
        (!latin.is_empty()).then_some(latin)
    };
    let family_name = if name.family_name.is_empty() {
        name.native_full_name.as_deref().unwrap_or_default()
    } else {
        name.family_name.as_str()
    };
    let given_name = name.given_name.as_deref().unwrap_or_default();
    name.latin_family_name = latin(family_name);
    name.latin_given_name = latin(given_name);
    name.latin_patronymic = latin(name.patronymic.as_deref().unwrap_or_default());
    name.comparison_key = comparison_key(family_name, given_name);
    noted
}

fn write(text: &str, form: Form, out: &mut String) {
    if text.is_ascii() {
        letters(text.chars(), form, out);
        return;
    }
    let folded = scripts::fold_lookalikes(text);
    let text = folded.as_deref().unwrap_or(text);
    if is_nfc(text) {
        letters(text.chars(), form, out);
    } else {
        letters(text.nfc(), form, out);
    }
}

/// Writes letter by letter. What was written last and where the word began is all that a rule needs to know.
fn letters(text: impl Iterator<Item = char>, form: Form, out: &mut String) {
    let mut at = Place { word: out.len(), separate: false, last: '\0', last_written: out.len() };
    for c in text {
        if c.is_ascii() {
            match c {
                'a'..='z' | 'A'..='Z' => at.ascii(c.to_ascii_uppercase(), out),
                '\'' | '`' => at.apostrophe(form, out),
                '0'..='9' => {}
                _ => at.separate = true,
            }
            continue;
        }
        if is_apostrophe(c) {
            at.apostrophe(form, out);
            continue;
        }
        if c == '\u{651}' {
            at.double(out); // shadda: Doc 9303 table C doubles the letter below it
            continue;
        }
        if is_combining_mark(c) || is_joiner(c) {
            continue;
        }
        if !c.is_alphabetic() {
            at.separate |= !c.is_numeric();
            continue;
        }
        for upper in c.to_uppercase() {
            at.begin(out);
            let start = out.len();
            one(upper, &at, form, out);
            at.last = upper;
            at.last_written = start;
        }
    }
    if form == Form::Sound {
        return;
    }
    // A name of nothing but silent letters (a soft sign alone) still leaves one behind.
    let silent = at.last != '\0' && out.is_empty();
    if silent {
        out.push_str(UNKNOWN);
    }
}

/// Where the writing stands.
struct Place {
    /// Where the word begins in the output.
    word: usize,
    /// A separator is due before the next letter.
    separate: bool,
    /// The letter before, upper case; `\0` at the very beginning.
    last: char,
    /// Where what was written for it begins.
    last_written: usize,
}

impl Place {
    fn begin(&mut self, out: &mut String) {
        if self.separate {
            if !out.is_empty() && !out.ends_with([' ', '/']) {
                out.push(' ');
            }
            self.word = out.len();
            self.last = '\0';
            self.separate = false;
        }
    }

    fn first(&self, out: &str) -> bool {
        out.len() == self.word
    }

    fn ascii(&mut self, upper: char, out: &mut String) {
        self.begin(out);
        self.last = upper;
        self.last_written = out.len();
        out.push(upper);
    }

    /// Oʻ and Gʻ of Uzbek in whatever apostrophe: left out, but an English reader is given the Cyrillic Ў and Ғ.
    fn apostrophe(&mut self, form: Form, out: &mut String) {
        let Form::Zone(practice) = form else { return };
        let cyrillic = match self.last {
            'O' => 'Ў',
            'G' => 'Ғ',
            _ => return,
        };
        if practice == Practice::English
            && let Some(instead) = practice.cyrillic(cyrillic, false).or(cyrillic::zone(cyrillic))
        {
            out.truncate(self.last_written);
            out.push_str(instead);
        }
    }

    fn double(&mut self, out: &mut String) {
        if let Some(last) = out.get(self.last_written..).map(str::to_owned) {
            out.push_str(&last);
        }
    }
}

/// One upper-case letter beyond ASCII.
fn one(c: char, at: &Place, form: Form, out: &mut String) {
    let first = at.first(out);
    if c.is_ascii_uppercase() {
        out.push(c); // an upper case of more letters, such as SS
        return;
    }
    let found = match form {
        Form::Zone(practice) => latin::zone(c, practice)
            .or_else(|| practice.cyrillic(c, first))
            .or_else(|| cyrillic::zone(c))
            .or_else(|| arabic::zone(c, practice)),
        Form::Sound => latin::sound(c)
            .or_else(|| cyrillic::sound(c, first))
            .or_else(|| arabic::sound(c, at.last, out.len().saturating_sub(at.word))),
    };
    if let Some(found) = found {
        out.push_str(found);
        return;
    }
    otherwise(c, at, form, out);
}

/// A letter that no table holds: the letters that it is made of, else the general table.
fn otherwise(c: char, at: &Place, form: Form, out: &mut String) {
    let start = out.len();
    let mut parts = [c; 18]; // the longest compatibility decomposition of Unicode
    let mut count = 0;
    unicode_normalization::char::decompose_compatible(c, |part| {
        if let Some(slot) = parts.get_mut(count) {
            *slot = part;
            count += 1;
        }
    });
    let parts = parts.get(..count).unwrap_or_default();
    if parts != [c] {
        for part in parts.iter().filter(|part| part.is_alphabetic() && !is_combining_mark(**part)) {
            part.to_uppercase().for_each(|upper| {
                if upper != c {
                    one(upper, at, form, out);
                }
            });
        }
    }
    if out.len() == start {
        let general = any_ascii::any_ascii_char(c);
        out.extend(general.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()));
    }
    if out.len() == start {
        out.push_str(UNKNOWN);
    }
}

/// The apostrophes that people type in Oʻ, Gʻ and the tutuq belgisi, and the primes of library romanization.
const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\u{2B9}'..='\u{2BF}' | '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{B4}' | '\u{2C8}' | '\u{55A}' | '\u{FF07}')
}

/// Characters that shape the writing and are not part of it: tatweel, ZWNJ and ZWJ, direction marks, BOM, soft hyphen.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{AD}' | '\u{61C}')
}
