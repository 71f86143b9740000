//! Paths through the contract's fields: as text in a finding, and as a chain of borrowed steps until one is made.

use std::fmt;

/// A path through the contract's fields, in protobuf names with zero-based indexes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FieldPath(String);

impl FieldPath {
    /// The path of the manifest itself.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// This path with one more field: `conveyance` then `registration` is `conveyance.registration`.
    #[must_use]
    pub fn field(&self, name: &str) -> Self {
        if self.0.is_empty() { Self(name.to_owned()) } else { Self(format!("{}.{name}", self.0)) }
    }

    /// This path with one more repeated field and its place: `cargo.consignments[3]`.
    #[must_use]
    pub fn item(&self, name: &str, index: usize) -> Self {
        Self(format!("{}[{index}]", self.field(name).0))
    }

    /// The path one step up; `None` for the manifest itself. An index is a step of its own.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        if self.0.is_empty() {
            return None;
        }
        let end = if self.0.ends_with(']') { self.0.rfind('[') } else { self.0.rfind('.') };
        Some(Self(self.0.get(..end.unwrap_or(0)).unwrap_or_default().to_owned()))
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for FieldPath {
    fn from(path: &str) -> Self {
        Self(path.to_owned())
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a step stands while it walks: nothing is formatted until a finding needs the path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Here<'a> {
    above: Option<&'a Here<'a>>,
    name: &'static str,
    index: Option<usize>,
}

impl<'a> Here<'a> {
    /// The manifest itself.
    pub(crate) const ROOT: Here<'static> = Here { above: None, name: "", index: None };

    /// One field further.
    pub(crate) const fn field(&'a self, name: &'static str) -> Here<'a> {
        Here { above: Some(self), name, index: None }
    }

    /// One element of a repeated field further.
    pub(crate) const fn item(&'a self, name: &'static str, index: usize) -> Here<'a> {
        Here { above: Some(self), name, index: Some(index) }
    }

    /// The path as text.
    pub(crate) fn path(&self) -> FieldPath {
        let above = self.above.map_or_else(FieldPath::root, Here::path);
        match (self.name, self.index) {
            ("", _) => above,
            (name, None) => above.field(name),
            (name, Some(index)) => above.item(name, index),
        }
    }
}
