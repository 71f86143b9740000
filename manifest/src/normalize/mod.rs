//! Words become codes, units and UTC. Collects findings, stops at nothing.

mod cargo;
mod codes;
mod journey;
mod names;
mod parties;
mod people;
mod quantities;
mod times;
mod words;

#[cfg(test)]
mod dice;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::border_post::local_date;
use crate::code_list::CodeLists;
use crate::declared::{self, Declared, FormNote};
use crate::finding::{About, FieldPath, Finding, FindingCode, OriginalValue, Severity};
use crate::finding_reasons as reasons;
use crate::findings::{Findings, Note, Spot};
use crate::manifest::{Load, Manifest, Revision};
use crate::rule::{Circumstances, Element, LoadKind, Required};
use crate::validate::RuleSettings;

pub use names::{Practice, comparison_key, latin_candidates, latin_name};
pub use words::plate;

/// The manifest in customs' codes and units, with what was noted on the way. What could not be read is absent from the
/// manifest and has a finding.
#[must_use]
pub fn normalize(declared: Declared, lists: &CodeLists, settings: &RuleSettings) -> (Manifest, Findings) {
    let load = declared.load.as_ref().map(|load| match load {
        declared::Load::Cargo(_) => LoadKind::Cargo,
        declared::Load::PassengerList(_) => LoadKind::Passengers,
    });
    let regime = match &declared.load {
        Some(declared::Load::Cargo(cargo)) => cargo::regime(cargo.customs_regime.as_ref()),
        _ => None,
    };
    let mode = declared.conveyance.as_ref().and_then(|conveyance| journey::mode(&conveyance.mode_code));
    let circumstances = Circumstances { load, mode, regime, partner: &settings.partner, day: Date::MAX };
    let mut step = Step {
        lists,
        settings,
        circumstances,
        required: settings.conditions.required(&circumstances),
        findings: Findings::with_limit(settings.findings_limit, declared.source),
        offset_minutes: None,
        unreadable: BTreeSet::new(),
        named_only: BTreeSet::new(),
        types_not_held: false,
    };
    let body = match load {
        Some(LoadKind::Cargo) => "cargo",
        Some(LoadKind::Passengers) => "passenger_list",
        None => "load",
    };
    declared.notes.into_iter().for_each(|note| step.form(note, body));
    if declared.manifest_reference.is_empty() {
        // Nothing is recorded without a key; whoever tries a document is told so beside all the rest.
        let at = Spot::MANIFEST;
        let finding = step.blocking(FindingCode::RequiredFieldMissing, at.field("manifest_reference"));
        finding.parameter("field", "manifest_reference").push();
    }
    // First the journey: its offset from UTC reads the words of every other instant.
    let journey = step.journey(declared.journey.unwrap_or_default(), mode);
    if let Some(arrival) = journey.arrival_time() {
        // Without a day of arrival, which rejects the manifest, the rows that have no end hold.
        step.circumstances.day = local_date(arrival);
        step.required = settings.conditions.required(&step.circumstances);
    }
    let manifest = Manifest {
        manifest_reference: declared.manifest_reference,
        part: words::text(declared.part),
        revision: Revision::new(declared.revision).unwrap_or_default(),
        conveyance: step
            .conveyance(declared.conveyance.unwrap_or_default(), journey.border_post_code.as_deref()),
        journey,
        load: step.load(declared.load),
        crew_members: step.crew(declared.crew_members),
        test: declared.test,
        issue_time: step.instant_of_issue(declared.issue_time, Spot::CONVEYANCE.field("issue_time")),
        carrier: step.party(declared.carrier, Spot::CONVEYANCE.field("carrier")),
    };
    (manifest, step.findings)
}

/// What every part of the step needs: the lists, the findings so far and the sender's clock.
struct Step<'l> {
    lists: &'l CodeLists,
    settings: &'l RuleSettings,
    /// What decides which rows of the tables hold.
    circumstances: Circumstances<'l>,
    /// What the part that is being read must say.
    required: Required,
    findings: Findings,
    offset_minutes: Option<i16>,
    /// Persons whose row the reader could not take apart.
    unreadable: BTreeSet<About>,
    /// Crew whom the form gives by name alone, on a line above a list: the reader's one finding stands for all that is absent.
    named_only: BTreeSet<About>,
    /// The form has no place for the kind of a document: the reader's one finding stands for all documents.
    types_not_held: bool,
}

impl Step<'_> {
    fn blocking(&mut self, code: FindingCode, at: Spot<'_>) -> Note<'_> {
        self.findings.note(code, Severity::Blocking, at)
    }

    fn warn(&mut self, code: FindingCode, at: Spot<'_>) -> Note<'_> {
        self.findings.note(code, Severity::Warning, at)
    }

    fn note(&mut self, code: FindingCode, at: Spot<'_>) -> Note<'_> {
        self.findings.note(code, Severity::Note, at)
    }

    fn load(&mut self, load: Option<declared::Load>) -> Option<Load> {
        match load {
            Some(declared::Load::Cargo(cargo)) => Some(Load::Cargo(self.cargo(cargo))),
            Some(declared::Load::PassengerList(list)) => Some(Load::PassengerList(self.passenger_list(list))),
            None => {
                let at = Spot::MANIFEST;
                self.blocking(FindingCode::RequiredFieldMissing, at.field("load"))
                    .parameter("field", "load")
                    .push();
                None
            }
        }
    }

    /// Notes that an element is absent, if the table asks for it.
    fn absent(&mut self, element: Element, field: &'static str, at: Spot<'_>) {
        if let Some(weight) = self.required.weight(element) {
            self.findings
                .note(FindingCode::RequiredFieldMissing, weight, at)
                .parameter("field", field)
                .push();
        }
    }

    /// What the reader noted about the form becomes a finding. `body`: the field that stands for the message's content, for what
    /// has no place of its own in it.
    fn form(&mut self, note: FormNote, body: &str) {
        if note.code == FindingCode::RowUnreadable {
            self.unreadable.insert(note.about);
        }
        if note.code == FindingCode::RequiredFieldMissing && note.about == About::Conveyance {
            self.types_not_held |= note.parameters.contains(&("field", String::from("type")));
        }
        let is_missing =
            matches!(note.code, FindingCode::DocumentMissing | FindingCode::RequiredFieldMissing);
        if is_missing && note.severity != Severity::Blocking && matches!(note.about, About::CrewMember(_)) {
            self.named_only.insert(note.about);
        }
        let original = note.original.and_then(|original| OriginalValue::kept(&original.0));
        let is_of_the_body = note.path == FieldPath::root() && reasons::without_path(note.code).is_none();
        let path = if is_of_the_body { body.into() } else { note.path };
        self.findings.push(Finding {
            code: note.code,
            severity: note.severity,
            about: note.about,
            path,
            place: note.place,
            document: note.document,
            original,
            parameters: note.parameters,
        });
    }
}

impl Spot<'_> {
    /// The manifest's own fields that are about the conveyance.
    const CONVEYANCE: Spot<'static> = Spot::MANIFEST.about(About::Conveyance);
}
