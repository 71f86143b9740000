//! What the reader of a format noted about the form. [`crate::normalize()`] turns each note into a finding.

use super::place::SourcePlace;
use crate::field_path::FieldPath;
use crate::finding::{About, FindingCode, OriginalValue, Severity};

/// Something that the reader of a format noted about the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormNote {
    /// What.
    pub code: FindingCode,
    /// How much it weighs.
    pub severity: Severity,
    /// The subject whose fate it touches.
    pub about: About,
    /// Where in the contract's form; the root when it has no place there.
    pub path: FieldPath,
    /// What stood there, where that helps.
    pub original: Option<OriginalValue>,
    /// The changing parts of the text; the names are those of `record_findings::PARAMETER_NAMES`. Never personal data.
    pub parameters: Vec<(&'static str, String)>,
    /// Where in the source; `None` asks the source map for the place of `path`.
    pub place: Option<SourcePlace>,
    /// Name of the document that the place is in, when it is not the one that was read: see
    /// [`crate::finding::Finding::document`].
    pub document: Option<String>,
}

impl FormNote {
    /// A note with the code and weight given, about the manifest as a whole; the methods below say the rest. A blocking
    /// note about the manifest rejects it: disagreeing totals and references are warnings.
    #[must_use]
    pub fn new(code: FindingCode, severity: Severity) -> Self {
        Self {
            code,
            severity,
            about: About::Manifest,
            path: FieldPath::root(),
            original: None,
            parameters: Vec::new(),
            place: None,
            document: None,
        }
    }

    /// About which subject, and where in the contract's form.
    #[must_use]
    pub fn at(mut self, about: About, path: impl Into<FieldPath>) -> Self {
        self.about = about;
        self.path = path.into();
        self
    }

    /// What stood there.
    #[must_use]
    pub fn original(mut self, original: impl Into<String>) -> Self {
        self.original = Some(OriginalValue(original.into()));
        self
    }

    /// One changing part of the text. Never personal data.
    #[must_use]
    pub fn parameter(mut self, name: &'static str, value: impl ToString) -> Self {
        self.parameters.push((name, value.to_string()));
        self
    }

    /// Where in the source.
    #[must_use]
    pub fn place(mut self, place: SourcePlace) -> Self {
        self.place = Some(place);
        self
    }

    /// A list was longer than is read; what follows the limit was not looked at. Blocks its subject.
    #[must_use]
    pub fn list_cut(about: About, path: impl Into<FieldPath>, limit: usize, found: usize) -> Self {
        Self::new(FindingCode::TooManyElements, Severity::Blocking)
            .at(about, path)
            .parameter("limit", limit)
            .parameter("found", found)
    }

    /// A text was longer than is read and was cut. A warning.
    #[must_use]
    pub fn text_cut(about: About, path: impl Into<FieldPath>, limit: usize) -> Self {
        Self::new(FindingCode::TextTooLong, Severity::Warning).at(about, path).parameter("limit", limit)
    }

    /// A value could not be read at all. Blocks its subject.
    #[must_use]
    pub fn unreadable(about: About, path: impl Into<FieldPath>, original: impl Into<String>) -> Self {
        Self::new(FindingCode::ValueMalformed, Severity::Blocking)
            .at(about, path)
            .original(original)
            .parameter("form", "readable text")
    }

    /// A row of a list could not be read: its person or item is blocked, the neighbours are not.
    #[must_use]
    pub fn row_unreadable(about: About, path: impl Into<FieldPath>, row: u32) -> Self {
        Self::new(FindingCode::RowUnreadable, Severity::Blocking).at(about, path).parameter("row", row)
    }
}
