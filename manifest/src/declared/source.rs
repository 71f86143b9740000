//! Where a field stood in what was received, and what the reader noted about the form.

use std::collections::BTreeMap;

use crate::field_path::FieldPath;
use crate::finding::{About, OriginalValue};

/// Field paths and the places in the source that they came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SourceMap {
    /// Native protobuf: the path is the place.
    #[default]
    Native,
    /// Another format: each path that has one, with its place.
    Mapped(BTreeMap<FieldPath, SourcePlace>),
}

/// A place in the source in the source's own terms: `line 4, column 17`, `segment 12 (NAD), element 3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePlace(pub String);

impl SourceMap {
    /// The place of a path, or of the nearest path above it that has one. `None` for native protobuf.
    #[must_use]
    pub fn place_of(&self, path: &FieldPath) -> Option<&SourcePlace> {
        let SourceMap::Mapped(places) = self else { return None };
        let mut at = Some(path.clone());
        while let Some(path) = at {
            if let Some(place) = places.get(&path) {
                return Some(place);
            }
            at = path.parent();
        }
        None
    }
}

/// Something that the reader of a format noted about the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormNote {
    /// Where.
    pub path: FieldPath,
    /// The subject whose fate it touches.
    pub about: About,
    /// What.
    pub kind: FormNoteKind,
}

/// Kinds of notes about form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormNoteKind {
    /// A list was longer than is read; what follows the limit was not looked at. Blocks its subject.
    ListCut {
        /// How many were read.
        limit: usize,
        /// How many there were.
        found: usize,
    },
    /// A text was longer than is read and was cut. A warning.
    TextCut {
        /// How many characters were read.
        limit: usize,
    },
    /// A value could not be read at all. Blocks its subject.
    Unreadable {
        /// What stood there.
        original: OriginalValue,
    },
}
