//! The language of texts in an answer.

/// The language that a request asked for; English when it asked for none, or for one that we do not speak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Russian.
    Russian,
    /// Uzbek in Latin letters.
    Uzbek,
}

impl Language {
    /// The language that a `language_code` (a BCP 47 tag) asks for; its region and script do not matter.
    #[must_use]
    pub fn asked(language_code: &str) -> Self {
        let primary = language_code.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("ru") {
            Self::Russian
        } else if primary.eq_ignore_ascii_case("uz") {
            Self::Uzbek
        } else {
            Self::English
        }
    }

    /// For findings' texts.
    pub(super) const fn of_findings(self) -> manifest::finding_text::Language {
        match self {
            Self::English => manifest::finding_text::Language::English,
            Self::Russian => manifest::finding_text::Language::Russian,
            Self::Uzbek => manifest::finding_text::Language::Uzbek,
        }
    }

    /// For reasons' texts.
    pub(super) const fn of_reasons(self) -> scoring::Language {
        match self {
            Self::English => scoring::Language::English,
            Self::Russian => scoring::Language::Russian,
            Self::Uzbek => scoring::Language::Uzbek,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(Language::asked(tag), language, "{tag}");
        }
    }
}
