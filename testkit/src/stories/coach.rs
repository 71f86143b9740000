//! Coaches of one invented line from Almaty to Tashkent.

use jiff::Timestamp;
use proto::v1::{Conveyance, Journey, Manifest, Passenger, PassengerList, PassengerService, manifest::Load};

use crate::mrz;
use crate::party::SILK_COACH;
use crate::place::{GISHTKUPRIK, coach_stops, journey, timestamp};
use crate::traveller::Traveller;

const MINUTES_TO_POST: i64 = 360;

pub(super) fn clean(now: Timestamp) -> Manifest {
    coach(now, 8, 24, &[9_001, 9_002])
}

pub(super) fn expired_document(now: Timestamp) -> Manifest {
    let expired = Traveller { expiry_date: (2024, 5, 31), ..Traveller::nth(910) };
    with_passenger(coach(now, 9, 18, &[9_011, 9_012]), 10, expired.passenger(11, 3))
}

pub(super) fn wrong_check_digit(now: Timestamp) -> Manifest {
    let mut passenger = Traveller::nth(1_004).passenger(5, 3);
    for document in &mut passenger.travel_documents {
        if let Some(line) = document.mrz_lines.get_mut(1) {
            *line = mrz::with_wrong_check_digit(line);
        }
    }
    with_passenger(coach(now, 10, 21, &[9_021, 9_022]), 4, passenger)
}

pub(super) fn two_drivers(now: Timestamp) -> Manifest {
    coach(now, 11, 31, &[9_031, 9_032])
}

pub(super) fn minor_alone(now: Timestamp) -> Manifest {
    // Of a family that nobody else on the list is of.
    let family_name = "Otdelnov".to_owned();
    let minor = Traveller { family_name, birth_date: (2014, 9, 2), ..Traveller::nth(1_206) };
    with_passenger(coach(now, 12, 27, &[9_041, 9_042]), 6, minor.passenger(7, 3))
}

pub(super) fn one_broken_row(now: Timestamp) -> Manifest {
    let mut broken = Traveller::nth(1_332).passenger(33, 3);
    broken.travel_documents.clear();
    broken.nationality_code = "???".into();
    with_passenger(coach(now, 13, 50, &[9_051, 9_052]), 32, broken)
}

/// A coach of the line: story number, passengers, drivers by their numbers.
fn coach(now: Timestamp, number: u32, passengers: u32, drivers: &[u32]) -> Manifest {
    Manifest {
        manifest_reference: format!("SYNTHETIC-SILK-{number:04}"),
        conveyance: Some(Conveyance {
            mode_code: "3".into(),
            registration: format!("01{:03}SLK", 700 + number),
            nationality_code: "UZ".into(),
            ..Conveyance::default()
        }),
        journey: Some(Journey {
            stops: coach_stops(now, MINUTES_TO_POST),
            ..journey(&format!("SYN-ALA-TAS-{number}"), GISHTKUPRIK, now, MINUTES_TO_POST, &["KZ", "UZ"])
        }),
        load: Some(Load::PassengerList(PassengerList {
            passengers: (1..=passengers)
                .map(|seat| Traveller::nth(number * 100 + seat - 1).passenger(seat, 3))
                .collect(),
            declared_passenger_count: i32::try_from(passengers).ok(),
            service: PassengerService::Regular.into(),
            route_permit_reference: format!("SYN-PERMIT-{number}"),
        })),
        crew_members: drivers.iter().map(|driver| Traveller::nth(*driver).driver()).collect(),
        issue_time: Some(timestamp(now)),
        carrier: Some(SILK_COACH.party()),
        ..Manifest::default()
    }
}

/// The manifest with another passenger at a place (from 0).
fn with_passenger(mut manifest: Manifest, place: usize, passenger: Passenger) -> Manifest {
    if let Some(Load::PassengerList(list)) = &mut manifest.load
        && let Some(at) = list.passengers.get_mut(place)
    {
        *at = passenger;
    }
    manifest
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_traveller_has_a_document_of_their_own() {
        for told in [clean, expired_document, wrong_check_digit, two_drivers, minor_alone, one_broken_row] {
            let manifest = told(crate::stories::fixture_now());
            let Some(Load::PassengerList(list)) = &manifest.load else { panic!("a coach") };
            let passengers = list.passengers.iter().flat_map(|one| &one.travel_documents);
            let crew = manifest.crew_members.iter().flat_map(|one| &one.travel_documents);
            let numbers: Vec<_> = passengers.chain(crew).map(|document| &document.number).collect();
            assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len());
        }
    }
}
