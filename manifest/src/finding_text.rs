//! What a finding says, and what to do about it, in the three languages of the corridor.

use crate::finding::Finding;

/// A language that findings are told in.
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
pub fn text_of(finding: &Finding, _language: Language) -> FindingText {
    FindingText { text: finding.code.as_str().to_owned(), remedy: String::new() }
}
