//! Places and times of the invented journeys.

use jiff::{SignedDuration, Timestamp};
use proto::v1::{Journey, Location, Stop};

/// Road post between Shymkent and Tashkent.
pub const GISHTKUPRIK: &str = "UZ-GISHTKUPRIK";
/// Road post between Khujand and Tashkent.
pub const OYBEK: &str = "UZ-OYBEK";
/// Rail post between Saryagash and Tashkent.
pub const KELES: &str = "UZ-KELES";

/// An instant of the contract.
#[must_use]
pub fn timestamp(instant: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: instant.as_second(), nanos: instant.subsec_nanosecond() }
}

/// An instant some minutes after another.
#[must_use]
pub fn after(instant: Timestamp, minutes: i64) -> prost_types::Timestamp {
    timestamp(instant.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(instant))
}

/// A journey that reaches the post some minutes from now, in Tashkent's local time.
#[must_use]
pub fn journey(reference: &str, post: &str, now: Timestamp, minutes: i64, countries: &[&str]) -> Journey {
    Journey {
        journey_reference: reference.into(),
        border_post_code: post.into(),
        arrival_time: Some(after(now, minutes)),
        departure_time: Some(after(now, -90)),
        local_offset_minutes: Some(300),
        stops: Vec::new(),
        itinerary_country_codes: countries.iter().map(|code| (*code).to_owned()).collect(),
    }
}

/// The stops of the coach line Almaty, Shymkent, Tashkent, in order; the post lies before the last.
#[must_use]
pub fn coach_stops(now: Timestamp, minutes_to_post: i64) -> Vec<Stop> {
    [
        (1, "KZALA", "Almaty, Sayran bus station", "KZ", -90),
        (2, "KZCIT", "Shymkent, Samal bus station", "KZ", minutes_to_post - 120),
        (3, "UZTAS", "Tashkent, bus station", "UZ", minutes_to_post + 60),
    ]
    .into_iter()
    .map(|(stop_sequence, un_locode, name, country, minutes)| Stop {
        stop_sequence,
        location: Some(location(un_locode, name, country)),
        arrival_time: Some(after(now, minutes)),
        departure_time: None,
    })
    .collect()
}

/// A place by its UN/LOCODE and name.
#[must_use]
pub fn location(un_locode: &str, name: &str, country: &str) -> Location {
    Location {
        un_locode: un_locode.into(),
        name: name.into(),
        country_code: country.into(),
        ..Location::default()
    }
}
