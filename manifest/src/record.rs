//! The one on-disk form of a manifest, versioned: a record without natural persons, and the persons apart.
//!
//! Version 1 is JSON under the contract's field names; version 2 says the same by place, at a third of the bytes and a
//! fifth of the time (`record_compact_write`). An absent value is left out, so a field added at the end needs no new
//! version; a change of meaning does, and then every earlier version stays readable. Serde is used in the `record` files
//! and nowhere else.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::manifest::Manifest;
use crate::party::Party;
use crate::person::{Passenger, Person};
use crate::record_compact_read::{self, Damaged};
use crate::record_compact_write;
use crate::record_form::Stored;
use crate::record_shapes::{ManifestForm, PartyForm, PassengerForm, PersonForm};

pub use crate::record_findings::{EncodedFindings, decode_findings, encode_findings};

/// Version that is written; every earlier one is still read.
pub const RECORD_VERSION: u32 = 2;

/// The version in JSON; findings have no other.
pub(crate) const JSON_VERSION: u32 = 1;

/// First byte of the version that goes by place. JSON begins with a brace.
const COMPACT: u8 = 2;

/// A manifest as the store keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The record without natural persons.
    pub record: Vec<u8>,
    /// Natural persons; lies under the manifest's key.
    pub persons: Vec<u8>,
}

/// A stored form that cannot be read. Never holds what stood there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not JSON of the record's shape.
    #[error("stored record is not readable at line {line}, column {column}")]
    Malformed {
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// Not bytes of the record's shape.
    #[error("stored record is damaged at byte {0}")]
    Damaged(usize),
    /// A value is not of the form that the version writes.
    #[error("stored record has a value that is not {0}")]
    Value(&'static str),
    /// Written by a later version.
    #[error("stored record has version {0}, which this program does not know")]
    UnknownVersion(u32),
    /// Record and persons are not of the same manifest.
    #[error("stored persons do not fit the record")]
    PersonsDoNotFit,
}

impl From<serde_json::Error> for RecordError {
    fn from(error: serde_json::Error) -> Self {
        Self::Malformed { line: error.line(), column: error.column() }
    }
}

#[derive(Serialize, Deserialize)]
struct Record<'a> {
    version: u32,
    manifest: ManifestForm<'a>,
}

#[derive(Serialize, Deserialize)]
struct Persons<'a> {
    version: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    passengers: Vec<PassengerForm<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    crew_members: Vec<PersonForm<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parties: Vec<NaturalParty<'a>>,
}

/// A natural person with a part in the trade, by the part that they have.
#[derive(Serialize, Deserialize)]
struct NaturalParty<'a> {
    part: String,
    party: PartyForm<'a>,
}

/// Only the version, to choose a reader by.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// The stored form of a manifest.
#[must_use]
pub fn encode_manifest(manifest: &Manifest) -> Encoded {
    let (record, persons) = forms(manifest);
    Encoded { record: to_compact(&record), persons: to_compact(&persons) }
}

/// The same manifest as version 1 wrote it, record and persons: JSON for whoever reads it outside of this crate.
#[must_use]
pub fn to_json_texts(manifest: &Manifest) -> (Vec<u8>, Vec<u8>) {
    let (mut record, mut persons) = forms(manifest);
    (record.version, persons.version) = (JSON_VERSION, JSON_VERSION);
    (to_json(&record), to_json(&persons))
}

fn forms(manifest: &Manifest) -> (Record<'_>, Persons<'_>) {
    let passengers = manifest.passenger_list().map_or(&[][..], |list| &list.passengers);
    let persons = Persons {
        version: RECORD_VERSION,
        passengers: passengers.iter().map(Stored::form).collect(),
        crew_members: manifest.crew_members.iter().map(|member| member.person.form()).collect(),
        parties: natural_parties(manifest),
    };
    (Record { version: RECORD_VERSION, manifest: manifest.form() }, persons)
}

/// The manifest of a stored form. Without persons (their key is destroyed) names are absent and lists keep their length.
///
/// # Errors
/// When the form is not readable, or of a later version, or the persons are those of another manifest.
pub fn decode(record: &[u8], persons: Option<&[u8]>) -> Result<Manifest, RecordError> {
    let record: Record<'static> = read(record)?;
    let mut manifest = Manifest::read(record.manifest)?;
    let Some(persons) = persons else { return Ok(manifest) };
    let persons: Persons<'static> = read(persons)?;
    put_persons(&mut manifest, persons)?;
    Ok(manifest)
}

/// A stored part in the version that it names.
fn read<T: DeserializeOwned>(stored: &[u8]) -> Result<T, RecordError> {
    match stored.split_first() {
        // The version stands in front of what is counted.
        Some((&COMPACT, compact)) => {
            record_compact_read::read(compact).map_err(|Damaged(at)| RecordError::Damaged(at + 1))
        }
        Some((&version @ 3..=b' ', _)) => Err(RecordError::UnknownVersion(u32::from(version))),
        _ => {
            known_version(stored)?;
            Ok(serde_json::from_slice(stored)?)
        }
    }
}

fn put_persons(manifest: &mut Manifest, persons: Persons<'_>) -> Result<(), RecordError> {
    let passengers: Vec<Passenger> =
        persons.passengers.into_iter().map(Stored::read).collect::<Result<_, _>>()?;
    let listed = manifest.passenger_list_mut().map_or(&mut [][..], |list| &mut list.passengers);
    if listed.len() != passengers.len() || manifest.crew_members.len() != persons.crew_members.len() {
        return Err(RecordError::PersonsDoNotFit);
    }
    if let Some(list) = manifest.passenger_list_mut() {
        list.passengers = passengers;
    }
    for (member, form) in manifest.crew_members.iter_mut().zip(persons.crew_members) {
        member.person = Person::read(form)?;
    }
    for natural in persons.parties {
        let party = Party::read(natural.party)?;
        *part_mut(manifest, &natural.part).ok_or(RecordError::PersonsDoNotFit)? = Some(party);
    }
    Ok(())
}

/// Every natural person with a part, with the part's name.
fn natural_parties(manifest: &Manifest) -> Vec<NaturalParty<'_>> {
    let consignments = manifest.cargo().map_or(&[][..], |cargo| &cargo.consignments);
    let in_consignments = consignments.iter().enumerate().flat_map(|(i, consignment)| {
        [
            (Some(i), "consignor", &consignment.consignor),
            (Some(i), "consignee", &consignment.consignee),
            (Some(i), "importer", &consignment.importer),
            (Some(i), "exporter", &consignment.exporter),
            (Some(i), "declarant", &consignment.declarant),
        ]
    });
    let every = std::iter::once((None, "carrier", &manifest.carrier)).chain(in_consignments);
    let natural = every.filter_map(|(place, name, party)| {
        let party = party.as_ref().filter(|party| party.natural_person)?;
        let part = place.map_or_else(|| name.to_owned(), |i| format!("consignments/{i}/{name}"));
        Some(NaturalParty { part, party: PartyForm::whole(party) })
    });
    natural.collect()
}

fn part_mut<'m>(manifest: &'m mut Manifest, part: &str) -> Option<&'m mut Option<Party>> {
    if part == "carrier" {
        return Some(&mut manifest.carrier);
    }
    let (place, name) = part.strip_prefix("consignments/")?.split_once('/')?;
    let place: usize = place.parse().ok()?;
    let consignment = manifest.cargo_mut()?.consignments.get_mut(place)?;
    Some(match name {
        "consignor" => &mut consignment.consignor,
        "consignee" => &mut consignment.consignee,
        "importer" => &mut consignment.importer,
        "exporter" => &mut consignment.exporter,
        "declarant" => &mut consignment.declarant,
        _ => return None,
    })
}

/// Refuses what a later version wrote before its shape is looked at.
pub(crate) fn known_version(json: &[u8]) -> Result<(), RecordError> {
    match serde_json::from_slice::<Versioned>(json)?.version {
        JSON_VERSION => Ok(()),
        version => Err(RecordError::UnknownVersion(version)),
    }
}

/// Version 2 of a form: which holds texts, numbers, lists and structures only, and these all have one.
fn to_compact(form: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 * 1024);
    bytes.push(COMPACT);
    // What had no form would be cut short and refused when read; a test writes every field there is.
    let _ = record_compact_write::write(form, &mut bytes);
    bytes
}

/// JSON of a form. The forms hold texts, numbers and lists under text keys, so writing them cannot fail.
pub(crate) fn to_json(form: &impl Serialize) -> Vec<u8> {
    let mut json = Vec::with_capacity(4096);
    // An error can only come from a writer that fails, and memory does not.
    let _ = serde_json::to_writer(&mut json, form);
    json
}
