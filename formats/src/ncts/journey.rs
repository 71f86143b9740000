//! The conveyance and its way to the border in the names of phase 5.

use manifest::declared::{Conveyance, DeclaredInstant, Journey, Location, Said, Stop};
use manifest::{FindingCode, Severity};

use crate::xml::{At, Element, Scribe};

/// Offset of every border post of Uzbekistan from UTC, in minutes; there is no summer time.
pub(crate) const POST_OFFSET_MINUTES: i64 = 5 * 60;

/// The conveyance: the means that crosses the border, else the one that the goods left on.
pub(super) fn conveyance(
    scribe: &mut Scribe<'_>,
    consignment: Option<Element>,
    is_tir: Option<Element>,
) -> (Conveyance, Option<Element>) {
    let at = At::ROOT;
    let at = at.field("conveyance");
    let active = active_means(scribe, consignment, &at);
    let kind =
        |scribe: &mut Scribe<'_>, means: Element| scribe.word(Some(means), "typeOfIdentification").to_owned();
    let is_named = |scribe: &mut Scribe<'_>, means: &Element| {
        !scribe.word(Some(*means), "identificationNumber").is_empty()
    };
    let mut departures = scribe.children(consignment, "DepartureTransportMeans");
    departures.retain(|means| is_named(scribe, means));
    let houses =
        consignment.map(|whole| scribe.tree.all(whole, "HouseConsignment").collect()).unwrap_or_default();
    let houses: Vec<Element> = if departures.is_empty() { houses } else { Vec::new() };
    for house in houses {
        // Where the consignment as a whole names none, the houses do; the first of them is taken.
        departures = scribe.children(Some(house), "DepartureTransportMeans");
        departures.retain(|means| is_named(scribe, means));
        if !departures.is_empty() {
            break;
        }
    }
    let crosses = active.filter(|means| is_named(scribe, means));
    let trailers: Vec<_> =
        departures.iter().copied().filter(|means| kind(scribe, *means) == TRAILER).collect();
    let leaves = departures.iter().copied().find(|means| kind(scribe, *means) != TRAILER);
    let means = crosses.or(leaves).or(departures.first().copied()).or(active);

    let mode_at = at.field("mode_code");
    let names = ["modeOfTransportAtTheBorder", "inlandModeOfTransport"];
    let mut mode_code = scribe.text_of_any(consignment, &names, &mode_at);
    if mode_code.is_empty() {
        let implied = means.map(|means| (means, kind(scribe, means)));
        let digit = implied.and_then(|(means, kind)| Some((means, mode_of_identification(&kind)?)));
        // A carnet covers a carriage by road, or by road for a part of it.
        if let Some((element, digit)) = digit.or(is_tir.map(|element| (element, "3"))) {
            mode_code = digit.to_owned();
            scribe.mark(&mode_at, element);
        }
    }
    let conveyance = Conveyance {
        mode_code,
        registration: scribe.text(means, "identificationNumber", &at.field("registration")),
        nationality_code: scribe.text(means, "nationality", &at.field("nationality_code")),
        trailer_registrations: trailers
            .into_iter()
            .filter(|trailer| Some(*trailer) != means)
            .enumerate()
            .map(|(i, trailer)| {
                scribe.text(Some(trailer), "identificationNumber", &at.item("trailer_registrations", i))
            })
            .collect(),
        type_code: String::new(),
    };
    (conveyance, active)
}

/// The means at the border: of several, each at a border of its own, the one at ours. Two of them at ours that differ are two
/// conveyances, and nobody knows which of them carries the goods.
fn active_means(scribe: &mut Scribe<'_>, consignment: Option<Element>, at: &At<'_>) -> Option<Element> {
    const OFFICE: &str = "customsOfficeAtBorderReferenceNumber";
    let all = scribe.children(consignment, "ActiveBorderTransportMeans");
    let tree = scribe.tree;
    let text = |means: Element, name: &str| tree.all(means, name).next().map_or("", |it| tree.text_of(it));
    let is_ours = |means: &&Element| {
        let office = text(**means, OFFICE);
        office.is_empty() || office.get(..2).is_some_and(|country| country.eq_ignore_ascii_case("UZ"))
    };
    let ours: Vec<Element> = all.iter().filter(is_ours).copied().collect();
    let first = ours.first().or(all.first()).copied()?;
    let number = |means: Element| text(means, "identificationNumber");
    let differs = |other: &&Element| !number(**other).is_empty() && number(**other) != number(first);
    if let Some(other) = ours.iter().find(differs).filter(|_| !number(first).is_empty()) {
        let registration_at = at.field("registration");
        let note = scribe.note_at(FindingCode::ValueMalformed, Severity::Blocking, &registration_at);
        let note = note.original(number(*other)).parameter("form", "one means of transport for one list");
        scribe.note(note, *other);
    }
    Some(first)
}

/// Code list CL750: registration number of a road trailer.
const TRAILER: &str = "31";

/// The mode of transport that a type of identification implies (CL750): its first digit.
fn mode_of_identification(kind: &str) -> Option<&'static str> {
    match kind {
        "10" | "11" => Some("1"),
        "20" | "21" => Some("2"),
        "30" | "31" => Some("3"),
        "40" | "41" => Some("4"),
        "80" | "81" => Some("8"),
        _ => None,
    }
}

/// A customs office on the way, with the arrival there where one is announced.
pub(crate) struct Office {
    pub(crate) code: String,
    pub(crate) element: Element,
    pub(crate) arrival: Option<(DeclaredInstant, Element)>,
}

/// The journey: offices of transit are its stops, and the first of the offices that lies in Uzbekistan is the border post.
pub(super) fn journey(
    scribe: &mut Scribe<'_>,
    message: Element,
    consignment: Option<Element>,
    active: Option<Element>,
) -> Journey {
    let at = At::ROOT;
    let at = at.field("journey");
    let mut offices = Vec::new();
    for means in scribe.children(consignment, "ActiveBorderTransportMeans") {
        offices.extend(office(scribe, Some(means), "customsOfficeAtBorderReferenceNumber", ""));
    }
    let transit = scribe.children(Some(message), "CustomsOfficeOfTransitDeclared");
    let mut stops = Vec::new();
    for element in transit {
        let stop_at = at.item("stops", stops.len());
        let location_at = stop_at.field("location");
        let of = Some(element);
        scribe.mark(&stop_at, element);
        let sequence = scribe.number(of, "sequenceNumber", &stop_at.field("stop_sequence"));
        stops.push(Stop {
            stop_sequence: sequence
                .or(i64::try_from(stops.len()).ok().map(|n| Said::Plain(n.saturating_add(1)))),
            location: Some(Location {
                local_code: scribe.text(of, "referenceNumber", &location_at.field("local_code")),
                ..Location::default()
            }),
            arrival_time: scribe.instant(of, "arrivalDateAndTimeEstimated", &stop_at.field("arrival_time")),
            departure_time: None,
        });
        offices.extend(office(scribe, of, "referenceNumber", "arrivalDateAndTimeEstimated"));
    }
    let destination = scribe.child(Some(message), "CustomsOfficeOfDestinationDeclared");
    offices.extend(office(scribe, destination, "referenceNumber", ""));
    let countries = scribe.children(consignment, "CountryOfRoutingOfConsignment").into_iter().enumerate();
    let itinerary_country_codes = countries
        .map(|(i, element)| scribe.text(Some(element), "country", &at.item("itinerary_country_codes", i)))
        .collect();
    let mut journey = Journey {
        journey_reference: scribe.text(active, "conveyanceReferenceNumber", &at.field("journey_reference")),
        stops,
        itinerary_country_codes,
        ..Journey::default()
    };
    arrive_at(scribe, &offices, &mut journey);
    journey
}

/// The office that an element names.
pub(crate) fn office(
    scribe: &mut Scribe<'_>,
    of: Option<Element>,
    code: &str,
    arrival: &str,
) -> Option<Office> {
    let element = scribe.child(of, code)?;
    let code = scribe.tree.text_of(element).to_owned();
    let arrival = scribe.child(of, arrival);
    let text = arrival.map(|arrival| scribe.tree.text_of(arrival).to_owned()).filter(|text| !text.is_empty());
    let arrival = arrival.zip(text).map(|(element, text)| (crate::xml::instant(text), element));
    (!code.is_empty()).then_some(Office { code, element, arrival })
}

/// Takes the border post and the arrival there from the offices on the way.
pub(crate) fn arrive_at(scribe: &mut Scribe<'_>, offices: &[Office], journey: &mut Journey) {
    let is_ours =
        |office: &&Office| office.code.get(..2).is_some_and(|country| country.eq_ignore_ascii_case("UZ"));
    // Nobody else's office is a post of ours; the first one is passed on and the code list says so.
    let Some(post) = offices.iter().find(is_ours).or(offices.first()) else { return };
    let at = At::ROOT;
    let at = at.field("journey");
    journey.border_post_code = post.code.clone();
    scribe.mark(&at.field("border_post_code"), post.element);
    let same =
        offices.iter().filter(|office| office.code == post.code).find_map(|office| office.arrival.as_ref());
    let arrival = same.or_else(|| offices.iter().find_map(|office| office.arrival.as_ref()));
    let Some((instant, element)) = arrival else { return };
    let arrival_at = at.field("arrival_time");
    journey.arrival_time = Some(instant.clone());
    scribe.mark(&arrival_at, *element);
    on_the_posts_clock(scribe, journey, *element);
}

/// Times without an offset are read on the clock of the post where the conveyance arrives; said once.
pub(crate) fn on_the_posts_clock(scribe: &mut Scribe<'_>, journey: &mut Journey, element: Element) {
    if !matches!(journey.arrival_time, Some(DeclaredInstant::Said { .. })) {
        return;
    }
    journey.local_offset_minutes = Some(Said::Plain(POST_OFFSET_MINUTES));
    let at = At::ROOT;
    let at = at.field("journey");
    let note = scribe.note_at(FindingCode::DateAmbiguous, Severity::Note, &at.field("arrival_time"));
    let note = note.original(scribe.tree.text_of(element));
    scribe.note(note.parameter("form", "local time of the border post, +05:00"), element);
}
