//! Where what two documents put together says came from: each finding points into the document that it is about
//! (docs/decisions/0096).

use std::collections::HashMap;

use manifest::{
    About, FieldPath, Finding, FindingCode,
    declared::{CrewMember, Declared, FormNote, Load},
};

use super::partial;

/// What stood before: the name of its document, and what was noted about it.
#[derive(Debug, Clone, Default)]
pub(super) struct Earlier {
    /// Resource name of the manifest as which it was recorded.
    pub(super) document: String,
    /// All that was noted.
    pub(super) findings: Vec<Finding>,
}

/// Findings that are made again whenever the manifest is judged, from what is kept of it, or that another half may settle. They
/// are not taken over; where they are made again, their place is known.
const MADE_AGAIN: [FindingCode; 12] = [
    FindingCode::ArrivalTimeImplausible,
    FindingCode::BirthDateImplausible,
    FindingCode::DocumentExpired,
    FindingCode::DocumentMissing,
    FindingCode::DocumentRepeated,
    FindingCode::DriverMissing,
    FindingCode::FiledLate,
    FindingCode::FindingsCut,
    FindingCode::ListPartial,
    FindingCode::MinorAlone,
    FindingCode::ModeNotDecided,
    FindingCode::RequiredFieldMissing,
];

/// The list of passengers stood before, with whom it named of the crew; a crew list came.
pub(super) fn of_crew_list(
    joined: &mut Declared,
    own: &[CrewMember],
    announced: &[CrewMember],
    earlier: &Earlier,
) {
    let list = "passenger_list";
    for path in [list, "journey", "conveyance", "carrier"] {
        joined.source.is_of_document(path, earlier.document.clone());
    }
    let kept = people(joined, own, announced, earlier);
    of_own(joined, "crew_members");
    take_over(joined, earlier, |finding| {
        let path = finding.path.as_str();
        if path.starts_with(list) {
            Some((finding.about, finding.path.clone()))
        } else {
            moved(finding, &kept)
        }
    });
}

/// A list of passengers came, and the crew was known: from a list of its own (`first`: nothing but that stood here), or from
/// the list that this one restates.
pub(super) fn of_passengers(
    joined: &mut Declared,
    own: &[CrewMember],
    announced: &[CrewMember],
    earlier: &Earlier,
    first: bool,
) {
    let kept = people(joined, own, announced, earlier);
    of_own(joined, "passenger_list");
    take_over(joined, earlier, |finding| {
        let path = finding.path.as_str();
        let of_list = path == "crew_members" || first && matches!(path, "" | "passenger_list");
        if of_list && finding.place.is_some() {
            return Some((About::Conveyance, FieldPath::from("crew_members")));
        }
        moved(finding, &kept)
    });
}

/// Whom of the crew the message names itself, and who is known from before: places are told accordingly, and what the reader
/// noted about somebody follows them. Gives the places of those from before, by the place that they had.
fn people(
    joined: &mut Declared,
    own: &[CrewMember],
    announced: &[CrewMember],
    earlier: &Earlier,
) -> HashMap<usize, usize> {
    let find = |crew: &[CrewMember], member: &CrewMember| {
        crew.iter().position(|one| one == member).or_else(|| partial::place_of(crew, member))
    };
    let (mut named, mut kept) = (HashMap::new(), HashMap::new());
    for (at, member) in joined.crew_members.iter().enumerate() {
        let path = format!("crew_members[{at}]");
        if let Some(from) = find(own, member) {
            named.insert(from, at);
            if from != at {
                joined.source.is_moved(path, format!("crew_members[{from}]"));
            }
        } else if let Some(from) = find(announced, member) {
            kept.insert(from, at);
            joined.source.is_of_document(path, earlier.document.clone());
        }
    }
    renumber(&mut joined.notes, &named);
    kept
}

/// Notes about members of the crew follow them to their places; those about nobody who is left are dropped.
pub(super) fn renumber(notes: &mut Vec<FormNote>, places: &HashMap<usize, usize>) {
    notes.retain_mut(|note| {
        let About::CrewMember(from) = note.about else { return true };
        let Some(at) = places.get(&from) else { return false };
        note.about = About::CrewMember(*at);
        note.path = renumbered(&note.path, *at);
        true
    });
}

fn renumbered(path: &FieldPath, at: usize) -> FieldPath {
    let field = path.as_str().split_once(']').map_or("", |(_, field)| field);
    FieldPath::from(format!("crew_members[{at}]{field}").as_str())
}

/// Of whom a finding is, if they are on board still.
fn moved(finding: &Finding, kept: &HashMap<usize, usize>) -> Option<(About, FieldPath)> {
    let About::CrewMember(from) = finding.about else { return None };
    let at = *kept.get(&from)?;
    Some((About::CrewMember(at), renumbered(&finding.path, at)))
}

/// What the reader noted about a whole document is about the list that it brought: the next document has notes of its own.
fn of_own(joined: &mut Declared, list: &str) {
    let of_whole = |note: &&mut FormNote| note.path == FieldPath::root() && note.about == About::Manifest;
    for note in joined.notes.iter_mut().filter(of_whole) {
        // One that rejects the manifest stays about it.
        if note.severity < manifest::Severity::Blocking {
            note.about = About::Conveyance;
            note.path = FieldPath::from(list);
        }
    }
}

/// Findings of what stays, with the document that they point into. `place`: whom they are about now, and where that is.
fn take_over(
    joined: &mut Declared,
    earlier: &Earlier,
    place: impl Fn(&Finding) -> Option<(About, FieldPath)>,
) {
    let mut known = Vec::new();
    for finding in &earlier.findings {
        let Some((about, path)) = place(finding) else { continue };
        let document = finding.document.clone().unwrap_or_else(|| earlier.document.clone());
        if !MADE_AGAIN.contains(&finding.code) {
            joined.notes.push(FormNote {
                code: finding.code,
                severity: finding.severity,
                about,
                path: path.clone(),
                original: finding.original.clone(),
                parameters: finding.parameters.clone(),
                place: finding.place.clone(),
                document: Some(document.clone()),
            });
        }
        known.push(Finding { about, path, document: Some(document), ..finding.clone() });
    }
    joined.source.knows(known);
    settled(joined);
}

/// A list that waited for its drivers has them.
pub(super) fn settled(joined: &mut Declared) {
    if !joined.crew_members.is_empty() && matches!(joined.load, Some(Load::PassengerList(_))) {
        joined.notes.retain(|note| {
            note.code != FindingCode::ValueMalformed
                || note.about != About::Conveyance
                || note.path.as_str() != "crew_members"
        });
    }
}
