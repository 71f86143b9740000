//! The list of a voyage. Records that share a key are one person with several documents.

use std::collections::HashMap;

use manifest::declared::{
    CrewMember, DeclaredDate, FormNote, Location, Mark, NodeId, Passenger, PathKey, PersonName, Said, Stop,
    TravelDocument,
};
use manifest::finding::{About, FindingCode, Severity};
use manifest::person::{CrewRole, Sex, TravelDocumentType};

use super::journey::{Members, Page};
use super::json::{Node, Value};
use crate::Limits;

/// Names of a record that are read, each with the field of the contract below the person.
const READ: [(&str, &str); 22] = [
    ("Surname", "name.family_name"),
    ("FamilyName", "name.family_name"),
    ("LastName", "name.family_name"),
    ("NameLast", "name.family_name"),
    ("GivenName", "name.given_name"),
    ("GivenNames", "name.given_name"),
    ("FirstName", "name.given_name"),
    ("NameFirst", "name.given_name"),
    ("DateOfBirth", "birth_date"),
    ("BirthDate", "birth_date"),
    ("Gender", "sex"),
    ("Sex", "sex"),
    ("NationalityCountryCode", "nationality_code"),
    ("DocumentType", "travel_documents[0].type"),
    ("DocumentNumber", "travel_documents[0].number"),
    ("DocumentIssuingCountryCode", "travel_documents[0].issuing_state_code"),
    ("DocumentExpiryDate", "travel_documents[0].expiry_date"),
    ("DocumentExpirationDate", "travel_documents[0].expiry_date"),
    ("DisembarkationPortCode", "debark_stop_sequence"),
    ("EmbarkationPortCode", "embark_stop_sequence"),
    ("PoavKey", "booking_reference"),
    ("SeatNumber", "seat"),
];

/// Names that say something which other fields say already.
const SAID_ELSEWHERE: [&str; 4] =
    ["PersonType", "DisembarkationPortCountryCode", "EmbarkationPortCountryCode", "InTransitFlag"];

/// Names that are known and have no place in the contract: an age is not a date of birth.
const NO_PLACE: [&str; 3] = ["Age", "DocumentLevel", "NationalityCountryEEAFlag"];

/// People and ports of a voyage.
pub(super) struct Passengers<'p, 'l> {
    limits: &'l Limits,
    page: &'p mut Page,
    passengers: Vec<Passenger>,
    crew: Vec<CrewMember>,
    /// Keys of persons, and where they are among the passengers.
    by_key: HashMap<String, usize>,
    /// Ports behind the first two stops, with the country that was said.
    ports: Vec<(String, String)>,
    first_ports: [String; 2],
}

impl<'p, 'l> Passengers<'p, 'l> {
    pub(super) fn new(limits: &'l Limits, page: &'p mut Page) -> Self {
        Self {
            limits,
            page,
            passengers: Vec::new(),
            crew: Vec::new(),
            by_key: HashMap::new(),
            ports: Vec::new(),
            first_ports: Default::default(),
        }
    }

    /// Reads the list below the voyage.
    pub(super) fn read(&mut self, voyage: &Members<'_>, root: NodeId) {
        self.first_ports = [voyage.text("DeparturePortCode"), voyage.text("ArrivalPortCode")];
        let Some(list) = voyage.node("PassengerList") else { return };
        let node = self.page.member(root, "PassengerList");
        let at = PathKey::ROOT.field("passenger_list").field("passengers");
        self.page.map.mark(at, Mark::Json { node, line: list.line });
        let Value::Array(records) = &list.value else {
            if !matches!(list.value, Value::Null) {
                let note = self.page.at(FindingCode::ValueMalformed, Severity::Blocking, node, list.line);
                let note = note.at(About::Manifest, "passenger_list.passengers");
                self.page.notes.push(note.parameter("form", "list of passengers"));
            }
            return;
        };
        for (place, record) in records.iter().enumerate() {
            if self.passengers.len().saturating_add(self.crew.len()) >= self.limits.max_persons {
                let cut = FormNote::list_cut(
                    About::Manifest,
                    "passenger_list.passengers",
                    self.limits.max_persons,
                    records.len(),
                );
                self.page.notes.push(cut);
                break;
            }
            let element = self.page.map.element(node, u32::try_from(place).unwrap_or(u32::MAX));
            self.record(record, element, place);
        }
    }

    /// The people, and the stops behind the voyage's two: ports where passengers in transit leave.
    pub(super) fn end(self, voyage: &Members<'_>) -> (Vec<Passenger>, Vec<CrewMember>, Vec<Stop>) {
        let first = first_stops(voyage);
        let stops = self.ports.into_iter().zip(1_i64..).map(|((local_code, country_code), number)| Stop {
            stop_sequence: Some(Said::Plain(number.saturating_add(first))),
            location: Some(Location { local_code, country_code, ..Location::default() }),
            ..Stop::default()
        });
        (self.passengers, self.crew, stops.collect())
    }

    fn record(&mut self, record: &Node, element: NodeId, place: usize) {
        let index = self.passengers.len();
        let Value::Object(members) = &record.value else {
            self.unreadable(index, element, record.line, place);
            return;
        };
        let members = Members::of(members);
        if let Some((name, line)) = members.repeated {
            let node = self.page.member(element, name);
            self.unreadable(index, node, line, place);
            return;
        }
        if members.text("PersonType").eq_ignore_ascii_case("C") {
            let index = self.crew.len();
            let path = PathKey::ROOT.item("crew_members", index);
            self.mark(&members, element, record.line, path, About::CrewMember(index), "crew_members", index);
            self.crew.push(CrewMember {
                name: name(&members),
                birth_date: date(&members, &["DateOfBirth", "BirthDate"]),
                sex: sex(&members),
                nationality_code: members.text("NationalityCountryCode"),
                travel_documents: document(&members).into_iter().collect(),
                role: Some(Said::Plain(CrewRole::Other)),
            });
            return;
        }
        let key = members.text("PoavKey");
        if let Some(known) = self.by_key.get(&key).copied().filter(|_| !key.is_empty())
            && self.is_same(known, &members)
        {
            if let (Some(passenger), Some(document)) = (self.passengers.get_mut(known), document(&members))
                && !passenger.travel_documents.contains(&document)
            {
                passenger.travel_documents.push(document);
            }
            return;
        }
        let path = PathKey::ROOT.field("passenger_list").item("passengers", index);
        self.mark(
            &members,
            element,
            record.line,
            path,
            About::Passenger(index),
            "passenger_list.passengers",
            index,
        );
        let debark = members.text("DisembarkationPortCode");
        let embark = members.text("EmbarkationPortCode");
        let passenger = Passenger {
            name: name(&members),
            birth_date: date(&members, &["DateOfBirth", "BirthDate"]),
            sex: sex(&members),
            nationality_code: members.text("NationalityCountryCode"),
            travel_documents: document(&members).into_iter().collect(),
            embark_stop_sequence: self.stop(embark, members.text("EmbarkationPortCountryCode")),
            debark_stop_sequence: self.stop(debark, members.text("DisembarkationPortCountryCode")),
            seat: members.text("SeatNumber"),
            booking_reference: key.clone(),
            ..Passenger::default()
        };
        self.by_key.entry(key).or_insert(index);
        self.passengers.push(passenger);
    }

    /// One key on two nationalities or names is two people who were given one key.
    fn is_same(&self, known: usize, members: &Members<'_>) -> bool {
        let Some(known) = self.passengers.get(known) else { return false };
        let nationality = members.text("NationalityCountryCode");
        let name = name(members);
        (nationality.is_empty() || known.nationality_code.is_empty() || nationality == known.nationality_code)
            && (name.is_none() || known.name.is_none() || name == known.name)
    }

    fn unreadable(&mut self, index: usize, node: NodeId, line: u32, place: usize) {
        let path = PathKey::ROOT.field("passenger_list").item("passengers", index);
        self.page.map.mark(path, Mark::Json { node, line });
        let row = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
        let text = format!("passenger_list.passengers[{index}]");
        let mut note = FormNote::row_unreadable(About::Passenger(index), text.as_str(), row);
        note.place = Some(self.page.map.in_words(Mark::Json { node, line }));
        self.page.notes.push(note);
        self.passengers.push(Passenger::default());
    }

    /// Places of a record's fields, and notes on what is not whole or has no place.
    #[expect(clippy::too_many_arguments, reason = "one record's places in both forms")]
    fn mark(
        &mut self,
        members: &Members<'_>,
        element: NodeId,
        line: u32,
        path: PathKey,
        about: About,
        list: &str,
        index: usize,
    ) {
        self.page.map.mark(path, Mark::Json { node: element, line });
        let mut names: Vec<(&str, &Node)> = members.names().collect();
        names.sort_unstable_by_key(|(name, node)| (node.line, *name));
        for (name, node) in names {
            let field = READ.iter().find(|(read, _)| *read == name).map(|(_, field)| *field);
            let Some(field) = field else {
                if NO_PLACE.contains(&name) {
                    if !members.text(name).is_empty() {
                        self.page.not_read(name, name, element, node.line);
                    }
                } else if !SAID_ELSEWHERE.contains(&name) {
                    self.page.not_read(name, "unknown member", element, node.line);
                }
                continue;
            };
            let at = self.page.member(element, name);
            self.page.map.mark(path.field(field), Mark::Json { node: at, line: node.line });
            if let Value::Text(text) = &node.value
                && (text.damaged || text.cut)
            {
                let field = format!("{list}[{index}].{field}");
                let note = self.page.at(FindingCode::CharacterSet, Severity::Warning, at, node.line);
                self.page
                    .notes
                    .push(note.at(about, field.as_str()).original(&text.text).parameter("declared", "JSON"));
            }
        }
    }

    /// The number of a port among the stops.
    fn stop(&mut self, port: String, country: String) -> Option<Said<i64>> {
        if port.is_empty() {
            return None;
        }
        let [from, to] = &self.first_ports;
        let first = i64::from(!from.is_empty()) + i64::from(!to.is_empty());
        // Arrival before departure: a round trip ends where it began, and people leave at its end.
        if port == *to {
            return Some(Said::Plain(first));
        }
        if port == *from {
            return Some(Said::Plain(1));
        }
        let place = match self.ports.iter().position(|(known, _)| *known == port) {
            Some(place) => place,
            None if self.ports.len() >= 200 => return Some(Said::Words(port)),
            None => {
                self.ports.push((port, country));
                self.ports.len() - 1
            }
        };
        i64::try_from(place).ok().map(|place| Said::Plain(place.saturating_add(first).saturating_add(1)))
    }
}

fn first_stops(voyage: &Members<'_>) -> i64 {
    let is_said =
        |code: &str, country: &str| !voyage.text(code).is_empty() || !voyage.text(country).is_empty();
    i64::from(is_said("DeparturePortCode", "DeparturePortCountryCode"))
        + i64::from(is_said("ArrivalPortCode", "ArrivalPortCountryCode"))
}

/// The first of several names that is said.
fn first(members: &Members<'_>, names: &[&str]) -> String {
    names.iter().map(|name| members.text(name)).find(|text| !text.is_empty()).unwrap_or_default()
}

fn name(members: &Members<'_>) -> Option<PersonName> {
    let family_name = first(members, &["Surname", "FamilyName", "LastName", "NameLast"]);
    let given_name = first(members, &["GivenName", "GivenNames", "FirstName", "NameFirst"]);
    let name = PersonName { family_name, given_name, ..PersonName::default() };
    (name != PersonName::default()).then_some(name)
}

fn date(members: &Members<'_>, names: &[&str]) -> Option<DeclaredDate> {
    let text = first(members, names);
    (!text.is_empty()).then(|| DeclaredDate::Said { text, format: String::from("ISO8601") })
}

fn sex(members: &Members<'_>) -> Option<Said<Sex>> {
    let text = first(members, &["Gender", "Sex"]);
    match text.to_ascii_uppercase().as_str() {
        "" => None,
        "M" | "MALE" => Some(Said::Plain(Sex::Male)),
        "F" | "FEMALE" => Some(Said::Plain(Sex::Female)),
        "X" | "U" | "<" => Some(Said::Plain(Sex::NotStatedInDocument)),
        _ => Some(Said::Words(text)),
    }
}

/// The record's document; one without anything said is none.
fn document(members: &Members<'_>) -> Option<TravelDocument> {
    let kind = members.text("DocumentType");
    let document_type = match kind.to_ascii_uppercase().as_str() {
        "" => None,
        "P" | "PASSPORT" => Some(Said::Plain(TravelDocumentType::Passport)),
        "I" | "ID" => Some(Said::Plain(TravelDocumentType::IdentityCard)),
        "V" | "VISA" => Some(Said::Plain(TravelDocumentType::Visa)),
        _ => Some(Said::Words(kind)),
    };
    let document = TravelDocument {
        document_type,
        number: members.text("DocumentNumber"),
        issuing_state_code: members.text("DocumentIssuingCountryCode"),
        expiry_date: date(members, &["DocumentExpiryDate", "DocumentExpirationDate"]),
        ..TravelDocument::default()
    };
    (document != TravelDocument::default()).then_some(document)
}
