//! A submission as received becomes what the partner declared, and the envelope it came in.

use manifest::declared::{Conveyance, Declared, Journey, Load, Stop};
use manifest::declared::{Said, SourceMap};
use prost::{DecodeError, Message};
use proto::v1;

use super::{
    Extent, Format, Limits, Received, Refusal,
    cargo::cargo,
    passenger::{crew_member, passenger_list},
    value::{instant, location, number_from_one, party},
};

/// Longest request id that is kept, in bytes.
const MAX_REQUEST_ID: usize = 64;

/// What was declared, in its envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// What the partner said.
    pub declared: Declared,
    /// What it said about the call.
    pub envelope: Envelope,
}

/// What a request says about itself: no part of the content, no part of its digest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The caller's id of the request, for audit; at most 64 printable characters.
    pub request_id: Option<String>,
    /// Language of the texts in the answer, as asked.
    pub language_code: String,
}

/// Reads a submission or a request for a check.
///
/// # Errors
/// A [`Refusal`] when the bytes hold more than is read, are no message of the contract, or hold no manifest.
pub fn submission(received: &Received, limits: &Limits) -> Result<Submission, Refusal> {
    let bytes = &received.bytes;
    let (manifest, envelope) = match received.format {
        Format::SubmitManifestV1 => {
            Extent::of(bytes, "SubmitManifestRequest", limits)?;
            let request: v1::SubmitManifestRequest = decode(bytes, "SubmitManifestRequest", limits)?;
            let request_id = request_id(request.request_id)?;
            (request.manifest, Envelope { request_id, language_code: request.language_code })
        }
        Format::ValidateManifestV1 => {
            Extent::of(bytes, "ValidateManifestRequest", limits)?;
            let request: v1::ValidateManifestRequest = decode(bytes, "ValidateManifestRequest", limits)?;
            (request.manifest, Envelope { request_id: None, language_code: request.language_code })
        }
    };
    Ok(Submission { declared: declared(manifest.ok_or(Refusal::NoManifest)?), envelope })
}

fn decode<M: Message + Default>(bytes: &[u8], name: &str, limits: &Limits) -> Result<M, Refusal> {
    M::decode(bytes).map_err(|error: DecodeError| {
        Extent::damage(bytes, name, limits).unwrap_or_else(|| Refusal::Undecodable {
            path: String::new(),
            offset: None,
            // prost names messages, fields and wire types here, never a value.
            problem: error.to_string(),
        })
    })
}

/// The caller's id goes into the audit as it is, so it is refused rather than cut or cleaned.
///
/// # Errors
/// It is too long, or holds control characters.
pub fn request_id(id: String) -> Result<Option<String>, Refusal> {
    let path = || "request_id".to_owned();
    if id.len() > MAX_REQUEST_ID {
        return Err(Refusal::TextTooLong { path: path(), limit: MAX_REQUEST_ID, found: id.len() });
    }
    if id.chars().any(char::is_control) {
        let problem = "holds control characters".to_owned();
        return Err(Refusal::Undecodable { path: path(), offset: None, problem });
    }
    Ok(Some(id).filter(|id| !id.is_empty()))
}

/// What a manifest of the contract declares, its output-only fields left out.
#[must_use]
pub fn declared(manifest: v1::Manifest) -> Declared {
    Declared {
        manifest_reference: manifest.manifest_reference,
        part: manifest.part,
        revision: i64::from(manifest.revision),
        conveyance: manifest.conveyance.map(|conveyance| Conveyance {
            mode_code: conveyance.mode_code,
            registration: conveyance.registration,
            nationality_code: conveyance.nationality_code,
            trailer_registrations: conveyance.trailer_registrations,
            type_code: conveyance.type_code,
        }),
        journey: manifest.journey.map(journey),
        load: manifest.load.map(|load| match load {
            v1::manifest::Load::Cargo(load) => Load::Cargo(cargo(load)),
            v1::manifest::Load::PassengerList(list) => Load::PassengerList(passenger_list(list)),
        }),
        crew_members: manifest.crew_members.into_iter().map(crew_member).collect(),
        test: manifest.test,
        closed: manifest.closed,
        draft: manifest.draft,
        issue_time: instant(manifest.issue_time),
        carrier: party(manifest.carrier),
        source: SourceMap::default(),
        notes: Vec::new(),
    }
}

fn journey(journey: v1::Journey) -> Journey {
    Journey {
        journey_reference: journey.journey_reference,
        border_post_code: journey.border_post_code,
        arrival_time: instant(journey.arrival_time),
        departure_time: instant(journey.departure_time),
        local_offset_minutes: journey.local_offset_minutes.map(|minutes| Said::Plain(i64::from(minutes))),
        stops: journey
            .stops
            .into_iter()
            .map(|stop| Stop {
                stop_sequence: number_from_one(stop.stop_sequence),
                location: location(stop.location),
                arrival_time: instant(stop.arrival_time),
                departure_time: instant(stop.departure_time),
            })
            .collect(),
        itinerary_country_codes: journey.itinerary_country_codes,
    }
}
