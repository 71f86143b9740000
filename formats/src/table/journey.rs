//! The facts of a journey, gathered from wherever they stood, into conveyance, journey and the rest of the manifest.

use std::collections::{HashMap, HashSet};

use jiff::civil::DateTime;
use jiff::tz::Offset;
use manifest::declared::{
    Conveyance, Declared, DeclaredInstant, Journey, Party, PartyIdentifier, PathKey, Said,
};
use manifest::finding::{About, FindingCode, Severity};
use manifest::person::PassengerService;

use super::dates::{self, Century};
use super::heading::Fact;
use super::page::{At, Page};
use super::plates::{self, plate_of, trailer_of};
use super::times::{self, Clock};
use super::words;
use crate::Intent;

/// The clock at the border posts, in minutes: what an arrival without an offset is read by.
const POST_OFFSET_MINUTES: i32 = 300;

/// The first saying of each fact, and all trailers.
#[derive(Debug, Default)]
pub(super) struct Facts {
    said: HashMap<Fact, (String, At)>,
    trailers: Vec<(String, At)>,
    /// Facts that were said otherwise later: noted once each.
    disagreed: HashSet<Fact>,
}

impl Facts {
    /// Keeps what is said first; what disagrees later is noted.
    pub(super) fn add(&mut self, fact: Fact, text: &str, at: At, page: &mut Page) {
        if fact == Fact::Trailer {
            if self.trailers.len() < 10 && self.trailers.iter().all(|(known, _)| known != text) {
                self.trailers.push((text.to_owned(), at));
            }
            return;
        }
        match self.said.get(&fact) {
            None => {
                self.said.insert(fact, (text.to_owned(), at));
            }
            Some((known, _)) if known == text || self.disagreed.contains(&fact) => {}
            Some((known, known_at)) if fact == Fact::Registration && plates::holds_plate(text) => {
                if !plates::holds_plate(known) {
                    // `Автобус: Setra S 415` above `Гос. номер: 01A123BC`: the model stood first.
                    page.not_read(Fact::VehicleModel.as_str(), *known_at);
                    self.said.insert(fact, (text.to_owned(), at));
                } else if !plates::are_one_plate(known, text) {
                    self.disagreed.insert(fact);
                    two_vehicles(text, at, page);
                }
            }
            // And the other way round: a model below the plate.
            Some((known, _))
                if fact == Fact::Registration && is_model(text) && plates::holds_plate(known) =>
            {
                page.not_read(Fact::VehicleModel.as_str(), at);
            }
            Some(_) => {
                self.disagreed.insert(fact);
                let note = page.at(FindingCode::ReferenceDisagrees, Severity::Warning, at);
                page.push(note.at(About::Conveyance, "").original(text).parameter("field", fact.as_str()));
            }
        }
    }

    /// The words of a fact.
    pub(super) fn text(&self, fact: Fact) -> &str {
        self.said.get(&fact).map_or("", |(text, _)| text.as_str())
    }

    /// Words and place of a fact.
    pub(super) fn said(&self, fact: Fact) -> Option<(&str, At)> {
        self.said.get(&fact).map(|(text, at)| (text.as_str(), *at))
    }

    /// Does it say whose journey it is? Then a sheet with these facts is a message of its own.
    pub(super) fn name_a_journey(&self) -> bool {
        [Fact::Registration, Fact::Train, Fact::Reference, Fact::Arrival, Fact::ArrivalDate]
            .iter()
            .any(|fact| self.said.contains_key(fact))
    }

    /// Words of a fact into a field, with the place.
    fn into(&self, fact: Fact, path: PathKey, page: &mut Page) -> String {
        let Some((text, at)) = self.said(fact) else { return String::new() };
        page.mark(path, at);
        text.to_owned()
    }
}

/// Two vehicles in one list: nobody knows who comes in which.
fn two_vehicles(text: &str, at: At, page: &mut Page) {
    let note = page.at(FindingCode::ValueMalformed, Severity::Blocking, at);
    let note = note.at(About::Conveyance, "conveyance.registration").original(text);
    page.push(note.parameter("form", "one means of transport for one list"));
}

/// A word in small letters, as models have and plates do not.
fn is_model(text: &str) -> bool {
    text.chars().any(char::is_lowercase)
}

/// Fills the manifest's own fields, conveyance, journey (but for the stops) and carrier.
pub(super) fn fill(declared: &mut Declared, facts: &Facts, this_year: i32, page: &mut Page) {
    let root = PathKey::ROOT;
    declared.manifest_reference =
        reference_of(&facts.into(Fact::Reference, root.field("manifest_reference"), page)).to_owned();
    let revision = facts.into(Fact::Revision, root.field("revision"), page);
    declared.revision = first_number(&revision).unwrap_or(0);
    declared.test = facts.said(Fact::Test).is_some_and(|(text, _)| words::value("truth", text) != Some("NO"));
    declared.conveyance = Some(conveyance(facts, page));
    declared.journey = Some(journey(facts, this_year, page));
    declared.carrier = carrier(facts, page);
    for fact in [Fact::VehicleModel, Fact::CrewCount] {
        if let Some((_, at)) = facts.said(fact) {
            page.not_read(fact.as_str(), at);
        }
    }
}

/// What the sender wants, by the list's status.
pub(super) fn intent(facts: &Facts, page: &mut Page) -> Intent {
    let amends = first_number(facts.text(Fact::Revision)).is_some_and(|number| number > 0);
    let state = facts.said(Fact::State);
    match state.and_then(|(text, _)| words::value("state", text)) {
        Some("CLOSE") => Intent::Close,
        Some("CANCEL") => Intent::Cancel,
        Some("AMEND") => Intent::Amend,
        Some(_) => Intent::Announce,
        None => {
            if let Some((_, at)) = state {
                page.not_read("state", at);
            }
            if amends { Intent::Amend } else { Intent::Announce }
        }
    }
}

/// Is the list a draft, by its status?
pub(super) fn is_draft(facts: &Facts) -> bool {
    words::value("state", facts.text(Fact::State)) == Some("DRAFT")
}

fn conveyance(facts: &Facts, page: &mut Page) -> Conveyance {
    let at = PathKey::ROOT.field("conveyance");
    let train = facts.said(Fact::Train).is_some();
    let mode = facts.into(Fact::Mode, at.field("mode_code"), page);
    let mode_code = match words::value("mode", &mode) {
        Some(code) => code.to_owned(),
        None if !mode.is_empty() => mode,
        // The format is a bus company's list: nobody writes into it that a bus is a bus.
        None => String::from(if train { "2" } else { "3" }),
    };
    let plate = if train { Fact::Train } else { Fact::Registration };
    let whole = facts.into(plate, at.field("registration"), page);
    let registration = plate_of(&whole).to_owned();
    let is_trailer = trailer_of(&whole).is_some();
    if let (true, Some((_, place))) = (registration.len() < whole.len() && !is_trailer, facts.said(plate)) {
        // What stands beside the plate is the model.
        page.not_read(Fact::VehicleModel.as_str(), place);
    }
    if let (true, Some((_, place))) = (plates::are_two(&whole), facts.said(plate)) {
        two_vehicles(&whole, place, page);
    }
    let mut trailers: Vec<String> = Vec::new();
    for (text, place) in &facts.trailers {
        page.mark(at.field("trailer_registrations"), *place);
        trailers.push(text.clone());
    }
    if let (Some(trailer), Some((_, place))) = (trailer_of(&whole), facts.said(plate)) {
        page.mark(at.field("trailer_registrations"), place);
        trailers.push(trailer.to_owned());
    }
    Conveyance {
        mode_code,
        registration,
        nationality_code: two_letters(&facts.into(
            Fact::RegistrationCountry,
            at.field("nationality_code"),
            page,
        )),
        trailer_registrations: trailers,
        type_code: String::new(),
    }
}

/// A list's number without its day: `X084 от 23.11.2026 г.`.
fn reference_of(text: &str) -> &str {
    let day = |rest: &str| rest.trim_start().starts_with(|c: char| c.is_ascii_digit());
    [" от ", " dated "]
        .iter()
        .find_map(|word| {
            text.split_once(word).filter(|(number, rest)| day(rest) && !number.trim().is_empty())
        })
        .map_or(text, |(number, _)| number.trim())
}

/// A country's words as a code where they are known.
fn two_letters(words: &str) -> String {
    if words.is_empty() { String::new() } else { words::country(words) }
}

fn journey(facts: &Facts, this_year: i32, page: &mut Page) -> Journey {
    let at = PathKey::ROOT.field("journey");
    let post = facts.into(Fact::BorderPost, at.field("border_post_code"), page);
    let stated = facts.said(Fact::Offset).and_then(|(text, place)| {
        page.mark(at.field("local_offset_minutes"), place);
        times::offset(text).0
    });
    let arrival = [Fact::Arrival, Fact::ArrivalDate, Fact::ArrivalClock];
    let departure = [Fact::Departure, Fact::DepartureDate, Fact::DepartureClock];
    let countries = facts.into(Fact::Itinerary, at.field("itinerary_country_codes"), page);
    Journey {
        journey_reference: facts.into(Fact::JourneyReference, at.field("journey_reference"), page),
        border_post_code: if post.is_empty() { post } else { words::border_post(&post) },
        arrival_time: Clocks { facts, stated, this_year, weight: Severity::Note }.instant(
            arrival,
            "arrival_time",
            page,
        ),
        // Whoever leaves from elsewhere may well write their own clock's time.
        departure_time: Clocks { facts, stated, this_year, weight: Severity::Note }.instant(
            departure,
            "departure_time",
            page,
        ),
        local_offset_minutes: Some(Said::Plain(i64::from(stated.unwrap_or(POST_OFFSET_MINUTES)))),
        stops: Vec::new(),
        itinerary_country_codes: countries
            .split([',', ';', '-', '–', '—', '/'])
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .take(32)
            .map(words::country)
            .collect(),
    }
}

/// What instants are read by.
struct Clocks<'f> {
    facts: &'f Facts,
    stated: Option<i32>,
    this_year: i32,
    weight: Severity,
}

impl Clocks<'_> {
    /// An instant from one text, or from a date and a time of day that stand apart. What cannot be read stays as it
    /// stood, for a finding.
    fn instant(&self, facts: [Fact; 3], field: &'static str, page: &mut Page) -> Option<DeclaredInstant> {
        let said: Vec<(&str, At)> = facts.iter().filter_map(|fact| self.facts.said(*fact)).collect();
        let (_, at) = said.first().copied()?;
        let path = PathKey::ROOT.field("journey").field(field);
        page.mark(path, at);
        let text = said.iter().map(|(text, _)| *text).collect::<Vec<_>>().join(" ");
        let Some((local, offset, doubt)) = self.read(&said) else {
            // A date without a time of day is a departure's usual form and no instant: said as it stands.
            let date_only = field == "departure_time"
                && dates::date(&text, None, Century::Near, self.this_year).is_some();
            if date_only {
                page.not_read("departure time without time of day", at);
                return None;
            }
            return Some(DeclaredInstant::Said { text, format: String::new() });
        };
        let is_range = |text: &str| times::without_time(text).1.is_some_and(|clock| clock.is_first_of_two);
        if said.iter().any(|(text, _)| is_range(text)) {
            let note = page.at(FindingCode::DateAmbiguous, Severity::Warning, at);
            let field = format!("journey.{field}");
            let note = note.at(About::Conveyance, field.as_str()).original(&text);
            page.push(note.parameter("form", "the earlier of two times"));
        }
        let minutes = offset.or(self.stated).unwrap_or(POST_OFFSET_MINUTES);
        let unsaid = offset.or(self.stated).is_none();
        let form = if unsaid { Some("local time, UTC+05:00") } else { doubt.map(dates::Doubt::form) };
        if let Some(form) = form {
            let note = page.at(FindingCode::DateAmbiguous, self.weight, at);
            let field = format!("journey.{field}");
            page.push(note.at(About::Conveyance, field.as_str()).original(&text).parameter("form", form));
        }
        let instant = Offset::from_seconds(minutes.saturating_mul(60))
            .ok()
            .and_then(|offset| offset.to_timestamp(local).ok());
        match instant {
            Some(timestamp) => Some(DeclaredInstant::Instant { timestamp, offset_minutes: Some(minutes) }),
            None => Some(DeclaredInstant::Said { text, format: String::new() }),
        }
    }

    fn read(&self, said: &[(&str, At)]) -> Option<(DateTime, Option<i32>, Option<dates::Doubt>)> {
        let mut clock: Option<Clock> = None;
        let mut day = None;
        for (text, _) in said.iter().filter(|(text, _)| text.len() <= 128) {
            let (rest, time) = times::without_time(&times::with_colon(text));
            clock = clock.or(time);
            day = day.or_else(|| dates::date(&rest, None, Century::Near, self.this_year));
        }
        let (clock, day) = (clock?, day?);
        let date = manifest::quantity::PartialDate::new(day.year, day.month, day.day)?.date()?;
        Some((date.to_datetime(clock.time), clock.offset_minutes, day.doubt))
    }
}

fn carrier(facts: &Facts, page: &mut Page) -> Option<Party> {
    let at = PathKey::ROOT.field("carrier");
    let name = facts.into(Fact::Carrier, at.field("name"), page);
    let number = facts.into(Fact::CarrierTaxNumber, at.field("identifiers"), page);
    if name.is_empty() && number.is_empty() {
        return None;
    }
    let country_code = two_letters(&facts.into(Fact::CarrierCountry, at.field("country_code"), page));
    let identifiers = (!number.is_empty()).then(|| PartyIdentifier {
        scheme: String::from("TIN"),
        value: number,
        country_code: country_code.clone(),
    });
    Some(Party { name, country_code, identifiers: identifiers.into_iter().collect(), ..Party::default() })
}

/// Kind of service as its word says.
pub(super) fn service(facts: &Facts, page: &mut Page) -> Option<Said<PassengerService>> {
    let text = facts.into(Fact::Service, PathKey::ROOT.field("passenger_list").field("service"), page);
    if text.is_empty() {
        return None;
    }
    let known = words::value("service", &text).and_then(PassengerService::parse);
    Some(known.map_or(Said::Words(text), Said::Plain))
}

/// The first whole number of a text.
pub(super) fn first_number(text: &str) -> Option<i64> {
    let digits: String =
        text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).take(9).collect();
    digits.parse().ok()
}
