//! EU entry summary declarations of the Import Control System: CC315A and its amendment CC313A. Source: the public schemas
//! `CC315A-v11-2.xsd` and `CC313A-v11-2.xsd`, and the examples published with them.
//!
//! All modes are read, the air and the sea included; that no pre-decision is given for those is for the rules to say.

mod answer;

pub(crate) use answer::answer;
use manifest::declared::{Cargo, Conveyance, Journey, Load};
use manifest::{About, Declared};

use crate::ncts::journey::{arrive_at, office};
use crate::ncts::old_counts;
use crate::ncts::old_names::{Header, goods, made, party, seals};
use crate::ncts::party::represented_by;
use crate::xml::{At, Element, Scribe};
use crate::{Cause, Given, Intent, Limits};

/// Reads one message.
///
/// # Errors
/// When it holds more consignments or goods items than are read.
pub(crate) fn declare(
    scribe: &mut Scribe<'_>,
    message: Element,
    _intent: Intent,
    given: &Given<'_>,
    limits: &Limits,
) -> Result<Declared, Cause> {
    let of = Some(message);
    let at = At::ROOT;
    let cargo_at = at.field("cargo");
    let header = scribe.child(of, "HEAHEA");
    // An amendment is known by the number that the announcement was given.
    let names = ["RefNumHEA4", "DocNumHEA5"];
    let mut reference = scribe.text_of_any(header, &names, &at.field("manifest_reference"));
    if reference.is_empty() {
        reference = given.reference.unwrap_or_default().to_owned();
    }
    let places = Header { message, header, loading: &["PlaLoaGOOITE334"], unloading: &["PlaUnlGOOITE334"] };
    let mut goods = goods(scribe, &places, &cargo_at, limits)?;
    let is_alone = goods.consignments.len() == 1;
    let route = scribe.children(of, "ITI");
    let (declarant, representative) = (scribe.child(of, "PERLODSUMDEC"), scribe.child(of, "TRAREP"));
    for (i, consignment) in goods.consignments.iter_mut().enumerate() {
        let at = cargo_at.item("consignments", i).about(About::Consignment(i));
        let declarant_at = at.field("declarant");
        let declarant = party(scribe, declarant, &declarant_at);
        consignment.declarant = represented_by(declarant, party(scribe, representative, &declarant_at));
        // The route runs from the country of departure to that of destination, both included.
        let name = "CouOfRouCodITI1";
        consignment.departure_country_code =
            scribe.text(route.first().copied(), name, &at.field("departure_country_code"));
        if let [_, .., last] = route.as_slice() {
            consignment.destination_country_code =
                scribe.text(Some(*last), name, &at.field("destination_country_code"));
        }
        if is_alone {
            consignment.gross_mass = scribe.mass(header, "TotGroMasHEA307", &at.field("gross_mass_mg"));
            consignment.package_count =
                scribe.number(header, "TotNumOfPacHEA306", &at.field("package_count"));
        }
    }
    old_counts::items(scribe, header, goods.items.len());
    let seal_groups = scribe.children(of, "SEAID529");
    let carrier = scribe.child(of, "TRACARENT601");
    let cargo = Cargo {
        consignments: goods.consignments,
        total_gross_mass: scribe.mass(header, "TotGroMasHEA307", &cargo_at.field("total_gross_mass_mg")),
        total_package_count: scribe.number(
            header,
            "TotNumOfPacHEA306",
            &cargo_at.field("total_package_count"),
        ),
        containers: goods.containers,
        seals: seals(scribe, &seal_groups, &cargo_at),
        ..Cargo::default()
    };
    Ok(Declared {
        manifest_reference: reference,
        conveyance: Some(conveyance(scribe, header, &goods.items)),
        journey: Some(journey(scribe, message, header, &route)),
        load: Some(Load::Cargo(cargo)),
        test: scribe.word(of, "TesIndMES18") == "1",
        issue_time: made(scribe, message, given.received_time),
        carrier: party(scribe, carrier, &at.field("carrier")),
        ..Declared::default()
    })
}

/// The conveyance of the header; where only the goods items name one, the first item's.
fn conveyance(scribe: &mut Scribe<'_>, header: Option<Element>, items: &[Element]) -> Conveyance {
    let at = At::ROOT;
    let at = at.field("conveyance");
    let (registration_at, nationality_at) = (at.field("registration"), at.field("nationality_code"));
    let mut registration = scribe.text(header, "IdeOfMeaOfTraCroHEA85", &registration_at);
    let mut nationality_code = scribe.text(header, "NatOfMeaOfTraCroHEA87", &nationality_at);
    if registration.is_empty() {
        let means = items.first().and_then(|item| scribe.child(Some(*item), "IDEMEATRAGI970"));
        registration = scribe.text(means, "IdeMeaTraGIMEATRA971", &registration_at);
        if nationality_code.is_empty() {
            nationality_code = scribe.text(means, "NatIDEMEATRAGI973", &nationality_at);
        }
    }
    Conveyance {
        mode_code: scribe.text(header, "TraModAtBorHEA76", &at.field("mode_code")),
        registration,
        nationality_code,
        ..Conveyance::default()
    }
}

fn journey(scribe: &mut Scribe<'_>, message: Element, header: Option<Element>, route: &[Element]) -> Journey {
    let at = At::ROOT;
    let at = at.field("journey");
    let of = Some(message);
    let countries = route.iter().enumerate();
    let itinerary_country_codes = countries
        .map(|(i, element)| {
            scribe.text(Some(*element), "CouOfRouCodITI1", &at.item("itinerary_country_codes", i))
        })
        .collect();
    let mut offices = Vec::new();
    for entry in scribe.children(of, "CUSOFFFENT730") {
        offices.extend(office(scribe, Some(entry), "RefNumCUSOFFFENT731", "ExpDatOfArrFIRENT733"));
    }
    for entry in scribe.children(of, "CUSOFFSENT740") {
        offices.extend(office(scribe, Some(entry), "RefNumSUBENR909", ""));
    }
    let mut journey = Journey {
        journey_reference: scribe.text(header, "ConRefNumHEA", &at.field("journey_reference")),
        itinerary_country_codes,
        ..Journey::default()
    };
    arrive_at(scribe, &offices, &mut journey);
    journey
}
