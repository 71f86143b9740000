//! Persons in the contract's form: crew by their work, passengers by their stops, documents without the empty ones.

use std::collections::BTreeSet;

use manifest::declared::{Baggage, CrewMember, FormNote, Passenger, PersonName, Said, Stop, TravelDocument};
use manifest::finding::{About, FindingCode, OriginalValue, Severity};
use manifest::person::CrewRole;

use super::LIST;
use super::person::{People, Person};
use crate::edifact::Keep;

impl People {
    /// The persons in the contract's form, their stops by number.
    pub(crate) fn declare(
        self,
        mode: &str,
        boarded: Option<bool>,
        stops: &[Stop],
        keep: &mut Keep<'_>,
    ) -> (Vec<Passenger>, Vec<CrewMember>) {
        if let Some((place, said)) = self.short_years {
            let note = FormNote::new(FindingCode::DateAmbiguous, Severity::Note)
                .at(About::Conveyance, "passenger_list")
                .original(said)
                .parameter("form", "a year of two digits, in the past")
                .place(place);
            keep.notes.push(note);
        }
        let passengers = self.passengers.into_iter().enumerate();
        // On the road a stop that is not on the way is a mistake; by air journeys begin before a flight and end after
        // it, and each such place is named once.
        let mut beyond = (!matches!(mode.as_bytes().first(), Some(b'2' | b'3'))).then(BTreeSet::new);
        let passengers =
            passengers.map(|(i, person)| passenger(person, i, boarded, stops, &mut beyond, keep)).collect();
        let crew = self.crew.into_iter().enumerate().map(|(i, person)| {
            let documents = documents(person.documents, About::CrewMember(i), keep);
            let on_road = mode.starts_with('3');
            let role = match person.role {
                Some(Said::Words(word)) if word == "CR1" => {
                    Some(if on_road { CrewRole::Driver } else { CrewRole::Other }.into())
                }
                // In the profile for the road a crew member without further words drives.
                None => Some(if on_road { CrewRole::Driver } else { CrewRole::Other }.into()),
                said => said,
            };
            CrewMember {
                name: named(person.name),
                birth_date: person.birth_date,
                sex: person.sex,
                nationality_code: person.nationality_code,
                travel_documents: documents,
                role,
            }
        });
        let crew = crew.collect();
        (passengers, crew)
    }
}

fn passenger(
    person: Person,
    index: usize,
    boarded: Option<bool>,
    stops: &[Stop],
    beyond: &mut Option<BTreeSet<String>>,
    keep: &mut Keep<'_>,
) -> Passenger {
    let about = About::Passenger(index);
    let embark = person.embark.as_ref().map(|(code, _)| number_of(code, stops, Side::First));
    let debark = person.debark.as_ref().map(|(code, _)| number_of(code, stops, Side::Last));
    for (call, found, field) in
        [(&person.embark, embark, "embark_stop_sequence"), (&person.debark, debark, "debark_stop_sequence")]
    {
        let Some((code, mark)) = call else { continue };
        let path = LIST.item("passengers", index).field(field);
        keep.source.mark(path, *mark);
        if found == Some(None)
            && !stops.is_empty()
            && beyond.as_mut().is_none_or(|seen| seen.insert(code.clone()))
        {
            let severity = if beyond.is_some() { Severity::Note } else { Severity::Warning };
            let place = keep.source.in_words(*mark);
            let note = FormNote::new(FindingCode::StopsDisagree, severity)
                .at(about, format!("passenger_list.passengers[{index}].{field}").as_str())
                .parameter("stop", place_code(code))
                .place(place);
            keep.notes.push(FormNote { original: Some(OriginalValue(code.clone())), ..note });
        }
    }
    let pieces = person.pieces.or((person.tagged > 0).then_some(Said::Plain(person.tagged)));
    let baggage = (pieces.is_some() || person.mass.is_some()).then_some(Baggage {
        piece_count: pieces,
        mass: person.mass,
        goods_to_declare: None,
    });
    Passenger {
        name: named(person.name),
        birth_date: person.birth_date,
        sex: person.sex,
        nationality_code: person.nationality_code,
        travel_documents: documents(person.documents, about, keep),
        embark_stop_sequence: embark.flatten().map(Said::Plain),
        debark_stop_sequence: debark.flatten().map(Said::Plain),
        seat: person.seat,
        booking_reference: person.booking,
        baggage,
        guardian_passenger_number: None,
        group_leader: false,
        residence_country_code: person.residence_country_code,
        boarded,
    }
}

/// A code of a place as a note may repeat it: letters, digits and hyphens.
fn place_code(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(20).collect()
}

fn named(name: PersonName) -> Option<PersonName> {
    (name != PersonName::default()).then_some(name)
}

/// Documents that say nothing (`DOC++` with nothing behind it) are left out when there is another, and noted.
fn documents(documents: Vec<TravelDocument>, about: About, keep: &mut Keep<'_>) -> Vec<TravelDocument> {
    let empty =
        |document: &TravelDocument| document.number.is_empty() && document.issuing_state_code.is_empty();
    let told = documents.iter().filter(|document| !empty(document)).count();
    if told == 0 || told == documents.len() {
        return documents;
    }
    let path = match about {
        About::CrewMember(i) => format!("crew_members[{i}].travel_documents"),
        About::Passenger(i) => format!("passenger_list.passengers[{i}].travel_documents"),
        _ => String::new(),
    };
    let note = FormNote::new(FindingCode::ElementNotRead, Severity::Note).at(about, path.as_str());
    keep.notes.push(note.parameter("field", "DOC without number"));
    documents.into_iter().filter(|document| !empty(document)).collect()
}

#[derive(Clone, Copy)]
enum Side {
    First,
    Last,
}

/// Number of the stop that a code names, or the number that stands there.
fn number_of(code: &str, stops: &[Stop], side: Side) -> Option<i64> {
    let is = |stop: &&Stop| {
        stop.location.as_ref().is_some_and(|location| {
            location.un_locode == code
                || location.local_code == code
                || !location.name.is_empty() && location.name == code
        })
    };
    let stop = match side {
        Side::First => stops.iter().find(is),
        Side::Last => stops.iter().rfind(is),
    };
    match stop.and_then(|stop| stop.stop_sequence.as_ref()) {
        Some(Said::Plain(number)) => Some(*number),
        // Our profile allows the number of the stop.
        _ => code
            .parse()
            .ok()
            .filter(|number| usize::try_from(*number).is_ok_and(|n| n >= 1 && n <= stops.len())),
    }
}
