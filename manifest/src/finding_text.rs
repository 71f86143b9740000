//! What a finding says, and what to do about it, in the three languages of the corridor.

use crate::finding::{Finding, FindingCode};
use crate::finding_words_en as en;
use crate::finding_words_ru as ru;
use crate::finding_words_uz as uz;
use crate::phrase::phrase;

/// A language that partners and officers are answered in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Russian.
    Russian,
    /// Uzbek in Latin script.
    Uzbek,
}

impl Language {
    /// The language that a BCP 47 tag asks for; English when it is none of ours.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        match tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "ru" => Self::Russian,
            "uz" => Self::Uzbek,
            _ => Self::English,
        }
    }
}

/// A finding in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingText {
    /// What is the matter.
    pub text: String,
    /// What to do.
    pub remedy: String,
}

/// What a finding says in a language. Never an original value.
#[must_use]
pub fn text_of(finding: &Finding, language: Language) -> FindingText {
    let (text, remedy) = words(finding.code, language);
    let remedy = if is_about_a_clock(finding) { with_offset(language) } else { remedy };
    FindingText { text: fill(text, finding, language), remedy: fill(remedy, finding, language) }
}

/// What a code means in a language, with `{parameter}` where a finding's parameters go: for reason codes that stand
/// alone in a receipt, and for the documents.
#[must_use]
pub const fn words(code: FindingCode, language: Language) -> (&'static str, &'static str) {
    match language {
        Language::English => en::words(code),
        Language::Russian => ru::words(code),
        Language::Uzbek => uz::words(code),
    }
}

/// Is what is doubtful the offset of a time, and not the order of a date's parts?
fn is_about_a_clock(finding: &Finding) -> bool {
    let form = finding.parameters.iter().find(|(name, _)| *name == "form");
    finding.code == FindingCode::DateAmbiguous
        && form.is_some_and(|(_, form)| CLOCKS.contains(&form.as_str()))
}

/// The forms of times that were read on a clock that they do not name.
const CLOCKS: [&str; 3] = ["UTC", "local time, UTC+05:00", "local time of the border post, +05:00"];

/// What to do about a time without offset.
const fn with_offset(language: Language) -> &'static str {
    match language {
        Language::English => {
            "Write the time with its offset from UTC: 2026-11-23T08:00:00+05:00 (EDIFACT DTM format 303)."
        }
        Language::Russian => {
            "Укажите время со смещением от UTC: 2026-11-23T08:00:00+05:00 (EDIFACT DTM, формат 303)."
        }
        Language::Uzbek => {
            "Vaqtni UTC dan farqi bilan yozing: 2026-11-23T08:00:00+05:00 (EDIFACT DTM, 303-format)."
        }
    }
}

/// A text with its parameters in place; one that the finding does not have becomes an ellipsis.
fn fill(template: &str, finding: &Finding, language: Language) -> String {
    let mut filled = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        match finding.parameters.iter().find(|(known, _)| *known == name) {
            Some((_, value)) if name.ends_with("_mg") => filled.push_str(&kilograms(value)),
            Some((_, value)) => filled.push_str(&phrase(value, language)),
            None => filled.push('…'),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Milligrams for people: `12500000` is `12.5 kg`.
pub(crate) fn kilograms(mg: &str) -> String {
    let Ok(mg) = mg.parse::<u64>() else { return mg.to_owned() };
    let fraction = format!("{:06}", mg % 1_000_000);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction} kg", mg / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field_path::FieldPath;
    use crate::finding::{About, Severity};
    use crate::record_findings::PARAMETER_NAMES;

    #[test]
    fn every_code_speaks_three_languages_about_the_same_parameters() {
        let parameters = |text: &str| {
            let mut names: Vec<_> = text
                .split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}'))
                .map(|(name, _)| name.to_owned())
                .collect();
            names.sort();
            names
        };
        for code in FindingCode::ALL {
            let (text, remedy) = words(*code, Language::English);
            for name in parameters(text).iter().chain(&parameters(remedy)) {
                assert!(PARAMETER_NAMES.contains(&name.as_str()), "{name} of {}", code.as_str());
            }
            for language in [Language::Russian, Language::Uzbek] {
                let (other, other_remedy) = words(*code, language);
                assert!(other.len() > 10 && other_remedy.len() > 10, "{}", code.as_str());
                assert_ne!(other, text, "{} is translated", code.as_str());
                assert_eq!(parameters(other), parameters(text), "{}", code.as_str());
            }
        }
    }

    #[test]
    fn a_tag_asks_for_its_primary_language() {
        for (tag, language) in [
            ("", Language::English),
            ("ru", Language::Russian),
            ("RU-kz", Language::Russian),
            ("uz-Cyrl-UZ", Language::Uzbek),
            ("uzb", Language::English),
            ("de", Language::English),
        ] {
            assert_eq!(Language::from_tag(tag), language, "{tag}");
        }
    }

    #[test]
    fn parameters_stand_in_the_text() {
        let finding = |code, parameters| Finding {
            code,
            severity: Severity::Warning,
            about: About::Conveyance,
            path: FieldPath::root(),
            place: None,
            document: None,
            original: None,
            parameters,
        };
        let parameters = vec![("declared_mg", "12500000".to_owned()), ("sum_mg", "20000000000".to_owned())];
        let said = text_of(&finding(FindingCode::GrossMassBelowSum, parameters), Language::from_tag("en-GB"));
        assert_eq!(said.text, "The declared gross mass 12.5 kg is less than the sum of its parts 20000 kg.");
        let said = text_of(&finding(FindingCode::CodeUnknown, Vec::new()), Language::from_tag("uz-Latn-UZ"));
        assert_eq!(said.text, "Qiymat roʻyxatda yoʻq: ….");
    }
}
