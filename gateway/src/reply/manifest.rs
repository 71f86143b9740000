//! The normalized manifest on its way to the wire: header and journey. The load is in `cargo.rs` and `people.rs`.

use jiff::Timestamp;
use manifest::{Load, Manifest, State, conveyance, quantity::Instant};
use proto::v1;
use uuid::Uuid;

use super::{
    cargo::{cargo, party},
    people::{crew_member, passenger_list},
    value::{manifest_name, manifest_state, timestamp},
};

/// What is known of a manifest beside what was declared. All absent for one that is not recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Life {
    /// Its id.
    pub id: Option<Uuid>,
    /// Where it stands.
    pub state: Option<State>,
    /// When it was received.
    pub receive_time: Option<Timestamp>,
    /// Is it test traffic, whatever it says itself?
    pub test: bool,
    /// Is the load or list final?
    pub closed: bool,
    /// Is it announced and not yet meant?
    pub draft: bool,
    /// When it came to the border post, was released, and was announced to have arrived.
    pub movements: [Option<Timestamp>; 3],
}

/// A manifest in customs' codes and units.
#[must_use]
pub fn manifest(manifest: &Manifest, life: &Life) -> v1::Manifest {
    v1::Manifest {
        name: life.id.map(manifest_name).unwrap_or_default(),
        manifest_reference: manifest.manifest_reference.clone(),
        part: manifest.part.clone().unwrap_or_default(),
        revision: i32::try_from(manifest.revision.number()).unwrap_or(i32::MAX),
        state: life
            .state
            .map_or(v1::ManifestState::Unspecified, |state| manifest_state(state.as_str()))
            .into(),
        conveyance: Some(conveyance(&manifest.conveyance)),
        journey: Some(journey(&manifest.journey)),
        load: manifest.load.as_ref().map(|load| match load {
            Load::Cargo(load) => v1::manifest::Load::Cargo(cargo(load)),
            Load::PassengerList(list) => v1::manifest::Load::PassengerList(passenger_list(list)),
        }),
        crew_members: manifest.crew_members.iter().map(crew_member).collect(),
        test: manifest.test || life.test,
        receive_time: life.receive_time.map(timestamp),
        issue_time: instant(manifest.issue_time),
        carrier: manifest.carrier.as_ref().map(party),
        closed: life.closed || life.state == Some(State::Closed),
        draft: life.draft || life.state == Some(State::Draft),
        arrive_time: life.movements[0].map(timestamp),
        release_time: life.movements[1].map(timestamp),
        announced_arrival_time: life.movements[2].map(timestamp),
    }
}

fn conveyance(conveyance: &conveyance::Conveyance) -> v1::Conveyance {
    v1::Conveyance {
        mode_code: conveyance.mode.map_or_else(String::new, |mode| mode.code().to_owned()),
        registration: text(&conveyance.registration),
        nationality_code: code(conveyance.nationality.as_ref()),
        trailer_registrations: conveyance.trailer_registrations.clone(),
        type_code: text(&conveyance.type_code),
    }
}

fn journey(journey: &conveyance::Journey) -> v1::Journey {
    v1::Journey {
        journey_reference: text(&journey.journey_reference),
        border_post_code: text(&journey.border_post_code),
        arrival_time: instant(journey.arrival),
        departure_time: instant(journey.departure),
        local_offset_minutes: journey.local_offset_minutes.map(i32::from),
        stops: journey
            .stops
            .iter()
            .map(|stop| v1::Stop {
                stop_sequence: stop.stop_sequence.and_then(|number| i32::try_from(number).ok()).unwrap_or(0),
                location: stop.location.as_ref().map(location),
                arrival_time: instant(stop.arrival),
                departure_time: instant(stop.departure),
            })
            .collect(),
        itinerary_country_codes: codes(&journey.itinerary_countries),
    }
}

pub(super) fn location(location: &conveyance::Location) -> v1::Location {
    v1::Location {
        un_locode: text(&location.un_locode),
        local_code: text(&location.local_code),
        name: text(&location.name),
        country_code: code(location.country.as_ref()),
        latitude_degrees: location.latitude_degrees,
        longitude_degrees: location.longitude_degrees,
    }
}

pub(super) fn instant(instant: Option<Instant>) -> Option<prost_types::Timestamp> {
    instant.map(|instant| timestamp(instant.timestamp))
}

pub(super) fn text(text: &Option<String>) -> String {
    text.clone().unwrap_or_default()
}

pub(super) fn code<const N: usize>(code: Option<&manifest::quantity::Code<N>>) -> String {
    code.map_or_else(String::new, |code| code.as_str().to_owned())
}

pub(super) fn codes<const N: usize>(codes: &[manifest::quantity::Code<N>]) -> Vec<String> {
    codes.iter().map(|code| code.as_str().to_owned()).collect()
}

/// A count as the contract has it; one that does not fit was never read as a count.
pub(super) fn count(count: Option<u32>) -> Option<i32> {
    count.and_then(|count| i32::try_from(count).ok())
}

pub(super) fn date(date: Option<manifest::quantity::PartialDate>) -> Option<v1::CivilDate> {
    date.map(|date| v1::CivilDate {
        year: i32::from(date.year()),
        month: i32::from(date.month()),
        day: i32::from(date.day()),
    })
}
