//! The findings of one manifest, collected first to last, with a limit that never turns anything green.

use std::collections::BTreeSet;

use crate::declared::{SourceMap, SourcePlace, Whereabouts};
use crate::field_path::Here;
use crate::finding::{About, Finding, FindingCode, OriginalValue, Severity};

/// How many findings are kept when nothing else is set.
pub const DEFAULT_FINDINGS_LIMIT: usize = 1000;

/// Findings in the order in which they were made.
///
/// At the limit nothing more is kept, but nothing is waved through either: the first warning or blocking finding
/// that is dropped about a subject leaves one `FINDINGS_CUT` that blocks the subject. So the list never grows beyond
/// the limit plus one for each subject.
#[derive(Debug, Clone)]
pub struct Findings {
    list: Vec<Finding>,
    limit: usize,
    dropped: usize,
    cut: BTreeSet<About>,
    source: SourceMap,
}

impl Default for Findings {
    fn default() -> Self {
        Self::with_limit(DEFAULT_FINDINGS_LIMIT, SourceMap::default())
    }
}

impl Findings {
    /// None yet, with room for `limit`.
    #[must_use]
    pub fn with_limit(limit: usize, source: SourceMap) -> Self {
        Self { list: Vec::new(), limit, dropped: 0, cut: BTreeSet::new(), source }
    }

    /// A finding of an earlier document is taken over as it was: made again from what is left of that document, it would
    /// say less.
    fn is_told_already(&self, finding: &Finding) -> bool {
        let missing = finding.code == FindingCode::RequiredFieldMissing;
        !self.source.earlier().is_empty()
            && finding.document.is_none()
            && self.list.iter().any(|known| {
                known.document.is_some()
                    && known.path == finding.path
                    && known.about == finding.about
                    && (known.code == finding.code || missing)
            })
    }

    /// Made again about what stands in another document: its place is what that document's own finding said.
    fn of_document(&self, finding: &mut Finding, document: String) {
        let same = |known: &&Finding| known.code == finding.code && known.path == finding.path;
        if let Some(known) = self.source.earlier().iter().find(same) {
            finding.place.clone_from(&known.place);
            finding.original = finding.original.take().or_else(|| known.original.clone());
        }
        finding.document = Some(document);
    }

    /// Takes one more. One without a place in the source gets that of its path, or of the nearest path above it.
    pub fn push(&mut self, mut finding: Finding) {
        if self.is_told_already(&finding) {
            return;
        }
        if finding.place.is_none() && finding.document.is_none() {
            match self.source.whereabouts(&finding.path) {
                Whereabouts::Here(place) => finding.place = place,
                Whereabouts::In(document) => self.of_document(&mut finding, document),
            }
        }
        if self.list.len() < self.limit {
            self.list.push(finding);
            return;
        }
        self.dropped = self.dropped.saturating_add(1);
        let subject = finding.about.subject();
        if finding.severity > Severity::Note && self.cut.insert(subject) {
            self.list.push(Finding {
                code: FindingCode::FindingsCut,
                severity: Severity::Blocking,
                about: subject,
                path: finding.path,
                place: finding.place,
                document: finding.document,
                original: None,
                parameters: vec![("limit", self.limit.to_string())],
            });
        }
    }

    /// Was what stands there a segment of an EDIFACT message?
    pub(crate) fn stands_in_segments(&mut self, at: Spot<'_>) -> bool {
        let place = self.source.whereabouts(&at.here.path());
        matches!(place, Whereabouts::Here(Some(SourcePlace::Segment { .. })))
    }

    /// Takes one more, made from where a step stands. Starts a finding that [`Note::push`] finishes.
    pub(crate) fn note(&mut self, code: FindingCode, severity: Severity, at: Spot<'_>) -> Note<'_> {
        Note {
            finding: Finding {
                code,
                severity,
                about: at.about,
                path: at.here.path(),
                place: None,
                document: None,
                original: None,
                parameters: Vec::new(),
            },
            findings: self,
        }
    }

    /// All that were kept, in the order in which they were made.
    #[must_use]
    pub fn as_slice(&self) -> &[Finding] {
        &self.list
    }

    /// All that were kept, given away.
    #[must_use]
    pub fn into_vec(self) -> Vec<Finding> {
        self.list
    }

    /// All that were kept.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.list.iter()
    }

    /// How many were kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// True when nothing was noted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many were dropped at the limit.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// True when a blocking finding is about the manifest itself.
    #[must_use]
    pub fn reject(&self) -> bool {
        self.list.iter().any(|f| f.severity == Severity::Blocking && f.about == About::Manifest)
    }

    /// The subjects that a blocking finding is about; a blocked goods item blocks its consignment.
    #[must_use]
    pub fn blocked(&self) -> BTreeSet<About> {
        let blocking = self.list.iter().filter(|f| f.severity == Severity::Blocking);
        blocking.map(|f| f.about.subject()).collect()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

/// A place in the contract together with the subject that it belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot<'a> {
    pub(crate) here: Here<'a>,
    pub(crate) about: About,
}

impl<'a> Spot<'a> {
    /// The manifest itself.
    pub(crate) const MANIFEST: Spot<'static> = Spot { here: Here::ROOT, about: About::Manifest };

    /// One field further, same subject.
    pub(crate) const fn field(&'a self, name: &'static str) -> Spot<'a> {
        Spot { here: self.here.field(name), about: self.about }
    }

    /// One element further, same subject.
    pub(crate) const fn item(&'a self, name: &'static str, index: usize) -> Spot<'a> {
        Spot { here: self.here.item(name, index), about: self.about }
    }

    /// The same place about another subject.
    pub(crate) const fn about(self, about: About) -> Spot<'a> {
        Spot { here: self.here, about }
    }
}

/// A finding that is being made.
#[must_use = "a finding counts once it is pushed"]
pub(crate) struct Note<'f> {
    finding: Finding,
    findings: &'f mut Findings,
}

impl Note<'_> {
    /// What stood there, cut at [`crate::finding::ORIGINAL_VALUE_LIMIT`].
    pub(crate) fn original(mut self, original: &str) -> Self {
        self.finding.original = OriginalValue::kept(original);
        self
    }

    /// One changing part of the text. Never personal data.
    pub(crate) fn parameter(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.finding.parameters.push((name, value.into()));
        self
    }

    /// Done.
    pub(crate) fn push(self) {
        self.findings.push(self.finding);
    }
}
