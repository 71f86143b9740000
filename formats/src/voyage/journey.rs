//! One voyage: its own fields.

use std::collections::HashMap;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use manifest::declared::{
    Conveyance, Declared, DeclaredInstant, FormNote, Journey, Load, Location, Mark, NameId, NodeId, Party,
    PartyIdentifier, PassengerList, PathKey, Said, SourceMap, SourcePlace, Stop,
};
use manifest::finding::{About, FindingCode, Severity};

use super::json::{Node, Value};
use super::passengers::Passengers;
use crate::{Cause, Given, Intent, Limits, Message, Unreadable};

/// Places and notes of one voyage.
#[derive(Default)]
pub(super) struct Page {
    pub(super) map: SourceMap,
    pub(super) notes: Vec<FormNote>,
    names: HashMap<String, NameId>,
    not_read: HashMap<String, ()>,
}

impl Page {
    /// A member of an object, as a node of the tree of places.
    pub(super) fn member(&mut self, above: NodeId, name: &str) -> NodeId {
        let id = match self.names.get(name) {
            Some(id) => *id,
            None => {
                let id = self.map.name(name.chars().take(40).collect::<String>());
                self.names.insert(name.to_owned(), id);
                id
            }
        };
        self.map.node(above, id, 0)
    }

    /// A note that begins at a node.
    pub(super) fn at(&self, code: FindingCode, severity: Severity, node: NodeId, line: u32) -> FormNote {
        FormNote::new(code, severity).place(self.map.in_words(Mark::Json { node, line }))
    }

    /// An element that has no place in the contract: noted where it stands first.
    pub(super) fn not_read(&mut self, name: &str, field: &str, above: NodeId, line: u32) {
        if self.not_read.len() >= 100 || self.not_read.contains_key(name) {
            return;
        }
        self.not_read.insert(name.to_owned(), ());
        let node = self.member(above, name);
        let note = self.at(FindingCode::ElementNotRead, Severity::Note, node, line);
        self.notes.push(note.parameter("field", field));
    }
}

/// The members of an object, each name once.
pub(super) struct Members<'n> {
    by_name: HashMap<&'n str, &'n Node>,
    /// A name that stands twice with different values, with the line of the second.
    pub(super) repeated: Option<(&'n str, u32)>,
}

impl<'n> Members<'n> {
    pub(super) fn of(members: &'n [(String, Node)]) -> Self {
        let mut by_name: HashMap<&str, &Node> = HashMap::with_capacity(members.len());
        let mut repeated = None;
        for (name, node) in members {
            if let Some(first) = by_name.get(name.as_str()) {
                if scalar(first).is_none() || scalar(first) != scalar(node) {
                    repeated = repeated.or(Some((name.as_str(), node.line)));
                }
            } else {
                by_name.insert(name, node);
            }
        }
        Self { by_name, repeated }
    }

    pub(super) fn node(&self, name: &str) -> Option<&'n Node> {
        self.by_name.get(name).copied()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = (&'n str, &'n Node)> {
        self.by_name.iter().map(|(name, node)| (*name, *node))
    }

    /// A member's text; empty when there is none. Numbers and truths are texts as they are written.
    pub(super) fn text(&self, name: &str) -> String {
        self.node(name).and_then(scalar).unwrap_or_default().trim().to_owned()
    }
}

/// The text of a value that is neither object nor array.
pub(super) fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.text.clone()),
        Value::Number(number) => Some(number.clone()),
        Value::Truth(truth) => Some(truth.to_string()),
        Value::Null => Some(String::new()),
        Value::Object(_) | Value::Array(_) => None,
    }
}

/// Names of a voyage that are read.
const READ: [&str; 16] = [
    "EventCode",
    "VoyageKey",
    "FileId",
    "CarrierType",
    "CarrierCode",
    "VoyageNumber",
    "VoyageNumberTrailingLetter",
    "DeparturePortCode",
    "DeparturePortCountryCode",
    "ArrivalPortCode",
    "ArrivalPortCountryCode",
    "ScheduledDateOfDeparture",
    "ScheduledTimeOfDeparture",
    "ScheduledDateOfArrival",
    "ScheduledTimeOfArrival",
    "PassengerList",
];

/// A voyage as a message.
pub(super) fn message(
    members: &[(String, Node)],
    index: Option<usize>,
    place: SourcePlace,
    given: &Given<'_>,
    limits: &Limits,
) -> Message {
    let voyage = Members::of(members);
    let mut page = Page::default();
    let root = match index {
        Some(index) => page.map.element(NodeId::NONE, u32::try_from(index).unwrap_or(u32::MAX)),
        None => NodeId::NONE,
    };
    if let Some((name, line)) = voyage.repeated {
        // Two readers would see two voyages: nobody may choose.
        let known = if READ.contains(&name) { name } else { "a name" };
        let node = page.member(root, name);
        let place = page.map.in_words(Mark::Json { node, line });
        return unreadable(
            place,
            Cause::Malformed(format!("a name stands twice with different values: {known}")),
        );
    }
    let event = voyage.text("EventCode").to_uppercase();
    let intent = match event.as_str() {
        // Departure confirmed: the list of those who really are on board.
        "DC" => Intent::Close,
        _ => Intent::Announce,
    };
    let mut reader = Reader { voyage: &voyage, root, page: &mut page };
    if !matches!(event.as_str(), "DC" | "CI" | "") {
        reader.page.not_read(
            "EventCode",
            "event",
            root,
            voyage.node("EventCode").map_or(0, |node| node.line),
        );
    }
    let mut declared = reader.declared(given);
    reader.look_at_names();

    let mut passengers = Passengers::new(limits, &mut page);
    passengers.read(&voyage, root);
    let (people, crew, stops) = passengers.end(&voyage);
    if let Some(journey) = &mut declared.journey {
        journey.stops.extend(stops);
    }
    declared.load =
        Some(Load::PassengerList(PassengerList { passengers: people, ..PassengerList::default() }));
    declared.crew_members = crew;
    declared.source = page.map;
    declared.notes = page.notes;
    Message {
        kind: if event.is_empty() { String::from("VOYAGE") } else { format!("VOYAGE:{}", short(&event)) },
        transport_reference: voyage.text("FileId"),
        intent,
        naming: crate::Naming::Everything,
        half: None,
        other_number: String::new(),
        answerable: crate::Answerable::default(),
        place: Some(place),
        content: Ok(declared),
    }
}

/// A message that is not read.
pub(super) fn unreadable(place: SourcePlace, cause: Cause) -> Message {
    Message {
        kind: String::from("VOYAGE"),
        transport_reference: String::new(),
        intent: Intent::Announce,
        naming: crate::Naming::Everything,
        half: None,
        other_number: String::new(),
        answerable: crate::Answerable::default(),
        place: Some(place.clone()),
        content: Err(Unreadable { place: Some(place), cause }),
    }
}

fn short(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).take(8).collect()
}

struct Reader<'v, 'p> {
    voyage: &'v Members<'v>,
    root: NodeId,
    page: &'p mut Page,
}

impl Reader<'_, '_> {
    fn declared(&mut self, given: &Given<'_>) -> Declared {
        let key = PathKey::ROOT.field("manifest_reference");
        let named = self.text("VoyageKey", key);
        let number =
            [self.voyage.text("VoyageNumber"), self.voyage.text("VoyageNumberTrailingLetter")].concat();
        let carrier = self.text("CarrierCode", PathKey::ROOT.field("carrier"));
        let manifest_reference = match (named.is_empty(), given.reference) {
            (false, _) => named,
            (true, Some(reference)) => reference.to_owned(),
            (true, None) => {
                let day = self.voyage.text("ScheduledDateOfDeparture");
                let parts = [format!("{carrier}{number}"), day];
                parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
            }
        };
        let journey_at = PathKey::ROOT.field("journey");
        self.mark("VoyageNumber", journey_at.field("journey_reference"));
        let mode = self.text("CarrierType", PathKey::ROOT.field("conveyance").field("mode_code"));
        let departure =
            self.instant("ScheduledDateOfDeparture", "ScheduledTimeOfDeparture", "departure_time");
        let arrival = self.instant("ScheduledDateOfArrival", "ScheduledTimeOfArrival", "arrival_time");
        let from = self.port("DeparturePortCode", "DeparturePortCountryCode");
        let to = self.port("ArrivalPortCode", "ArrivalPortCountryCode");
        let arrival_port = self.text("ArrivalPortCode", journey_at.field("border_post_code"));
        let mut stops = Vec::new();
        for (location, arrival_time, departure_time) in
            [(from, None, departure.clone()), (to, arrival.clone(), None)]
        {
            if let Some(location) = location {
                let number = i64::try_from(stops.len()).unwrap_or(0).saturating_add(1);
                let stop_sequence = Some(Said::Plain(number));
                stops.push(Stop { stop_sequence, location: Some(location), arrival_time, departure_time });
            }
        }
        Declared {
            manifest_reference,
            conveyance: Some(Conveyance { mode_code: mode_code(mode), ..Conveyance::default() }),
            journey: Some(Journey {
                journey_reference: if number.is_empty() {
                    String::new()
                } else {
                    format!("{carrier}{number}")
                },
                border_post_code: arrival_port,
                arrival_time: arrival,
                departure_time: departure,
                local_offset_minutes: None,
                stops,
                itinerary_country_codes: Vec::new(),
            }),
            carrier: (!carrier.is_empty()).then(|| Party {
                identifiers: vec![PartyIdentifier {
                    scheme: String::from("CARRIER_CODE"),
                    value: carrier.clone(),
                    country_code: String::new(),
                }],
                name: carrier.clone(),
                ..Party::default()
            }),
            ..Declared::default()
        }
    }

    fn mark(&mut self, name: &str, path: PathKey) {
        if let Some(found) = self.voyage.node(name) {
            let node = self.page.member(self.root, name);
            self.page.map.mark(path, Mark::Json { node, line: found.line });
        }
    }

    fn text(&mut self, name: &str, path: PathKey) -> String {
        self.mark(name, path);
        self.voyage.text(name)
    }

    fn port(&self, code: &str, country: &str) -> Option<Location> {
        let (local_code, country_code) = (self.voyage.text(code), self.voyage.text(country));
        let is_somewhere = !local_code.is_empty() || !country_code.is_empty();
        is_somewhere.then(|| Location { local_code, country_code, ..Location::default() })
    }

    /// Date and time stand apart and name no offset: the feed's times are UTC, and the finding says so.
    fn instant(&mut self, date: &str, time: &str, field: &'static str) -> Option<DeclaredInstant> {
        let (day, clock) = (self.voyage.text(date), self.voyage.text(time));
        if day.is_empty() {
            return None;
        }
        let path = PathKey::ROOT.field("journey").field(field);
        self.mark(date, path);
        let text = if clock.is_empty() { day.clone() } else { format!("{day}T{clock}") };
        let read = day.parse::<Date>().ok().zip(clock.parse::<Time>().ok());
        let Some((day, clock)) = read else {
            return Some(DeclaredInstant::Said { text, format: String::from("ISO8601") });
        };
        let timestamp = Offset::UTC.to_timestamp(DateTime::from_parts(day, clock)).ok()?;
        let node = self.page.member(self.root, date);
        let line = self.voyage.node(date).map_or(0, |node| node.line);
        let note = self.page.at(FindingCode::DateAmbiguous, Severity::Note, node, line);
        let note = note.at(About::Conveyance, format!("journey.{field}").as_str());
        self.page.notes.push(note.original(text).parameter("form", "UTC"));
        Some(DeclaredInstant::Instant { timestamp, offset_minutes: None })
    }

    /// What has no place here is said, and what was not whole too.
    fn look_at_names(&mut self) {
        let mut names: Vec<(&str, &Node)> = self.voyage.names().collect();
        names.sort_unstable_by_key(|(name, node)| (node.line, *name));
        for (name, node) in names {
            if !READ.contains(&name) {
                self.page.not_read(name, "unknown member", self.root, node.line);
            } else if let Value::Text(text) = &node.value
                && (text.damaged || text.cut)
            {
                let at = self.page.member(self.root, name);
                let note = self.page.at(FindingCode::CharacterSet, Severity::Warning, at, node.line);
                self.page.notes.push(note.parameter("declared", "JSON"));
            }
        }
    }
}

/// UN/ECE Recommendation 19 code of a carrier's type; other words stay as they are.
fn mode_code(word: String) -> String {
    match word.to_ascii_uppercase().as_str() {
        "AIR" => "4",
        "SEA" | "MARITIME" | "FERRY" | "SHIP" => "1",
        "RAIL" | "TRAIN" => "2",
        "ROAD" | "COACH" | "BUS" => "3",
        _ => return word,
    }
    .to_owned()
}
