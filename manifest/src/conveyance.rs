//! The vehicle or train and its journey to the border.

use jiff::Timestamp;

use crate::quantity::{CountryCode, Instant};

/// Mode of transport, UN/ECE Recommendation 19.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// 1
    Maritime,
    /// 2
    Rail,
    /// 3
    Road,
    /// 4
    Air,
    /// 5
    Mail,
    /// 6
    Multimodal,
    /// 7
    FixedInstallation,
    /// 8
    InlandWater,
    /// 9
    NotApplicable,
}

impl Mode {
    /// Every mode, in the recommendation's order.
    pub const ALL: [Mode; 9] = [
        Mode::Maritime,
        Mode::Rail,
        Mode::Road,
        Mode::Air,
        Mode::Mail,
        Mode::Multimodal,
        Mode::FixedInstallation,
        Mode::InlandWater,
        Mode::NotApplicable,
    ];

    /// The recommendation's code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Maritime => "1",
            Self::Rail => "2",
            Self::Road => "3",
            Self::Air => "4",
            Self::Mail => "5",
            Self::Multimodal => "6",
            Self::FixedInstallation => "7",
            Self::InlandWater => "8",
            Self::NotApplicable => "9",
        }
    }

    /// The mode that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.code() == code)
    }

    /// Are pre-decisions given for this mode? Rail and road are.
    #[must_use]
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Rail | Self::Road)
    }
}

/// The vehicle or train.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conveyance {
    /// Mode of transport.
    pub mode: Option<Mode>,
    /// Plate or train number, normalized: upper case, no separators, Cyrillic lookalikes folded to Latin.
    pub registration: Option<String>,
    /// Country of registration.
    pub nationality: Option<CountryCode>,
    /// Plates of trailers or wagon numbers, normalized the same way.
    pub trailer_registrations: Vec<String>,
    /// UN/ECE Recommendation 28 code.
    pub type_code: Option<String>,
}

/// One journey of the conveyance to the border.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Journey {
    /// The carrier's own reference.
    pub journey_reference: Option<String>,
    /// Code of a known border post.
    pub border_post_code: Option<String>,
    /// Expected arrival at the post.
    pub arrival: Option<Instant>,
    /// Departure of the journey.
    pub departure: Option<Instant>,
    /// The sender's offset from UTC in minutes.
    pub local_offset_minutes: Option<i16>,
    /// Stops as listed.
    pub stops: Vec<Stop>,
    /// Countries on the way, in order.
    pub itinerary_countries: Vec<CountryCode>,
}

/// A stop.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stop {
    /// Place in the order of travel, from 1.
    pub stop_sequence: Option<u32>,
    /// Where.
    pub location: Option<Location>,
    /// Arrival there.
    pub arrival: Option<Instant>,
    /// Departure from there.
    pub departure: Option<Instant>,
}

/// A place, by code where there is one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Location {
    /// UN/LOCODE, five characters.
    pub un_locode: Option<String>,
    /// A code of the sender's own.
    pub local_code: Option<String>,
    /// Name in the sender's words.
    pub name: Option<String>,
    /// Country.
    pub country: Option<CountryCode>,
    /// Latitude in degrees, WGS 84.
    pub latitude_degrees: Option<f64>,
    /// Longitude in degrees, WGS 84.
    pub longitude_degrees: Option<f64>,
}

impl Journey {
    /// Expected arrival as a point in time.
    #[must_use]
    pub fn arrival_time(&self) -> Option<Timestamp> {
        self.arrival.map(|arrival| arrival.timestamp)
    }
}
