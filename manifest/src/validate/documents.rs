//! Travel documents: the zone's check digits, the zone against the typed fields, expiry, and one document on two people.

use std::collections::BTreeMap;

use super::mrz::{Mrz, MrzError};
use super::{PASSENGER_LIST, Rules};
use crate::finding::{About, FindingCode, Severity};
use crate::findings::Spot;
use crate::manifest::{Load, Manifest};
use crate::person::{Person, TravelDocument};
use crate::quantity::PartialDate;

/// A document's number, issuer and place: whose it is, and which of theirs.
type Place = (About, usize);

impl Rules<'_> {
    pub(super) fn documents(&mut self, manifest: &Manifest) {
        let mut seen: BTreeMap<(&str, Option<&str>), Place> = BTreeMap::new();
        for (i, member) in manifest.crew_members.iter().enumerate() {
            let at = Spot::MANIFEST;
            let at = at.item("crew_members", i).about(About::CrewMember(i));
            self.person_documents(&member.person, at, &mut seen);
        }
        let Some(Load::PassengerList(list)) = &manifest.load else { return };
        for (i, passenger) in list.passengers.iter().enumerate() {
            let at = PASSENGER_LIST.item("passengers", i).about(About::Passenger(i));
            self.person_documents(&passenger.person, at, &mut seen);
        }
    }

    fn person_documents<'m>(
        &mut self,
        person: &'m Person,
        at: Spot<'_>,
        seen: &mut BTreeMap<(&'m str, Option<&'m str>), Place>,
    ) {
        for (i, document) in person.travel_documents.iter().enumerate() {
            let here = at.item("travel_documents", i);
            self.travel_document(document, i == 0, person, here);
            let Some(number) = document.number.as_deref() else { continue };
            let issuer = document.issuing_state.as_ref().map(|state| state.as_str());
            match seen.get(&(number, issuer)) {
                Some((other, _)) if *other == at.about => {}
                Some((other, place)) => {
                    // Nobody knows yet whose it is, so both are told.
                    let first = (*other, *place);
                    self.repeated(number, (at.about, i), first.0);
                    self.repeated(number, first, at.about);
                }
                None => {
                    seen.insert((number, issuer), (at.about, i));
                }
            }
        }
    }

    fn repeated(&mut self, number: &str, (about, place): Place, other: About) {
        let (list, person) = match about {
            About::CrewMember(i) => (Spot::MANIFEST, ("crew_members", i)),
            About::Passenger(i) => (PASSENGER_LIST, ("passengers", i)),
            _ => return,
        };
        let at = list.item(person.0, person.1).about(about);
        let finding =
            self.warn(FindingCode::DocumentRepeated, at.item("travel_documents", place).field("number"));
        finding.original(number).parameter("other", subject(other)).push();
    }

    fn travel_document(&mut self, document: &TravelDocument, is_shown: bool, person: &Person, at: Spot<'_>) {
        if let Some(expiry) = document.expiry_date.filter(|expiry| expiry.latest() < self.arrival_date) {
            let day = self.arrival_date.to_string();
            // The first document is the one to be shown; an old second passport is nobody's offence.
            let severity = if is_shown { Severity::Warning } else { Severity::Note };
            let finding = self.findings.note(FindingCode::DocumentExpired, severity, at.field("expiry_date"));
            finding.original(&expiry.to_words()).parameter("arrival_date", day).push();
        }
        if document.mrz_lines.is_empty() {
            return;
        }
        let mrz_at = at.field("mrz_lines");
        let original = || document.mrz_lines.join("\n");
        let mrz = match Mrz::read(&document.mrz_lines) {
            Ok(mrz) => mrz,
            Err(MrzError::Malformed) => {
                self.blocking(FindingCode::MrzMalformed, mrz_at).original(&original()).push();
                return;
            }
            Err(MrzError::CheckDigit(field)) => {
                let finding = self.blocking(FindingCode::MrzCheckDigitWrong, mrz_at);
                finding.original(&original()).parameter("field", field).push();
                return;
            }
        };
        let number_differs = document.number.as_ref().is_some_and(|number| *number != mrz.number);
        let birth_differs = person.birth_date.is_some_and(|date| !is_same_day(mrz.birth_date, date));
        let expiry_differs = document.expiry_date.is_some_and(|date| !is_same_day(mrz.expiry_date, date));
        let differs =
            [("number", number_differs), ("birth_date", birth_differs), ("expiry_date", expiry_differs)];
        for (field, _) in differs.into_iter().filter(|(_, differs)| *differs) {
            self.warn(FindingCode::MrzDisagrees, mrz_at)
                .original(&original())
                .parameter("field", field)
                .push();
        }
    }
}

/// True when the zone's `YYMMDD` and a date agree in what both of them say.
fn is_same_day(mrz: &str, date: PartialDate) -> bool {
    let agrees = |part: Option<&str>, number: i32| match part.map(str::parse::<i32>) {
        Some(Ok(said)) => said == 0 || number == 0 || said == number,
        // Fillers: the document does not say.
        _ => true,
    };
    let year = i32::from(date.year()).rem_euclid(100);
    mrz.get(0..2).and_then(|part| part.parse::<i32>().ok()).is_none_or(|said| said == year)
        && agrees(mrz.get(2..4), i32::from(date.month()))
        && agrees(mrz.get(4..6), i32::from(date.day()))
}

/// A subject in the words of pre-decisions, from 1.
fn subject(about: About) -> String {
    match about {
        About::CrewMember(i) => format!("crewMembers/{}", i.saturating_add(1)),
        About::Passenger(i) => format!("passengers/{}", i.saturating_add(1)),
        _ => "conveyance".to_owned(),
    }
}
