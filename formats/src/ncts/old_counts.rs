//! Declared totals for which the contract has no field: compared here, told as findings.

use manifest::{FindingCode, Severity};

use crate::xml::{At, Element, Scribe};

/// `TotNumOfIteHEA305` against the items that are there.
pub(crate) fn items(scribe: &mut Scribe<'_>, header: Option<Element>, listed: usize) {
    let Some(element) = scribe.child(header, "TotNumOfIteHEA305") else { return };
    let text = scribe.tree.text_of(element);
    let Ok(declared) = text.parse::<usize>() else { return };
    if declared != listed {
        let at = At::ROOT;
        let note = scribe.note_at(FindingCode::CountMismatch, Severity::Warning, &at.field("cargo"));
        scribe.note(note.original(text).parameter("declared", declared).parameter("listed", listed), element);
    }
}
