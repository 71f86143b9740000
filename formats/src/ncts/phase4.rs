//! Messages of phase 4: CC015B and its relatives.

use manifest::declared::{Cargo, Conveyance, Journey, Load, Location, Said, Stop, TirCarnet};
use manifest::{About, Declared};

use super::journey::{arrive_at, office, on_the_posts_clock};
use super::old_names::{Header, goods, made, party, seals};
use super::phase5::{regime, sum};
use crate::xml::{At, Element, Scribe};
use crate::{Cause, Given, Intent, Limits};

pub(super) fn declare(
    scribe: &mut Scribe<'_>,
    message: Element,
    intent: Intent,
    given: &Given<'_>,
    limits: &Limits,
) -> Result<Declared, Cause> {
    let of = Some(message);
    let at = At::ROOT;
    let header = scribe.child(of, "HEAHEA");
    let names = ["RefNumHEA4", "DocNumHEA5"];
    let mut reference = scribe.text_of_any(header, &names, &at.field("manifest_reference"));
    if reference.is_empty() {
        reference = given.reference.unwrap_or_default().to_owned();
    }
    let mut declared = Declared {
        manifest_reference: reference,
        test: scribe.word(of, "TesIndMES18") == "1",
        issue_time: made(scribe, message, given.received_time),
        ..Declared::default()
    };
    match intent {
        Intent::Arrive => arrival(scribe, message, header, &mut declared),
        Intent::Cancel => {
            let cargo = offices(scribe, message, Cargo::default());
            declared.load = Some(Load::Cargo(cargo));
        }
        Intent::Announce | Intent::Amend | Intent::Close => {
            announcement(scribe, message, header, &mut declared, limits)?;
        }
    }
    Ok(declared)
}

fn announcement(
    scribe: &mut Scribe<'_>,
    message: Element,
    header: Option<Element>,
    declared: &mut Declared,
    limits: &Limits,
) -> Result<(), Cause> {
    let of = Some(message);
    let at = At::ROOT;
    let cargo_at = at.field("cargo");
    let kind = scribe.child(header, "TypOfDecHEA24");
    let word = kind.map_or("", |element| scribe.tree.text_of(element)).to_owned();
    let tir = kind.filter(|_| word == "TIR");
    declared.conveyance = Some(conveyance(scribe, header, tir));
    declared.journey = Some(journey(scribe, message));

    let places = Header {
        message,
        header,
        loading: &["PlaOfLoaCodHEA46", "PlaLoaGOOITE334"],
        unloading: &["CodPlUnHEA357", "PlaUnlGOOITE334"],
    };
    let mut goods = goods(scribe, &places, &cargo_at, limits)?;
    let is_alone = goods.consignments.len() == 1;
    let principal = scribe.child(of, "TRAPRIPC1");
    for (i, consignment) in goods.consignments.iter_mut().enumerate() {
        let at = cargo_at.item("consignments", i).about(About::Consignment(i));
        consignment.declarant = party(scribe, principal, &at.field("declarant"));
        consignment.departure_country_code =
            scribe.text(header, "CouOfDisCodHEA55", &at.field("departure_country_code"));
        consignment.destination_country_code =
            scribe.text(header, "CouOfDesCodHEA30", &at.field("destination_country_code"));
        if is_alone {
            consignment.gross_mass = scribe.mass(header, "TotGroMasHEA307", &at.field("gross_mass_mg"));
            consignment.package_count =
                scribe.number(header, "TotNumOfPacHEA306", &at.field("package_count"));
        }
        by_item(scribe, &goods.items, &at, consignment);
    }
    let carrier_at = at.field("carrier");
    let carrier = scribe.child(of, "CARTRA100");
    declared.carrier = party(scribe, carrier, &carrier_at);
    if declared.carrier.is_none() && tir.is_some() {
        declared.carrier = party(scribe, principal, &carrier_at);
    }
    super::old_counts::items(scribe, header, goods.items.len());

    let mut seal_groups = Vec::new();
    let mut seal_count: Option<Said<i64>> = None;
    for group in scribe.children(of, "SEAINFSLI") {
        let said = scribe.number(Some(group), "SeaNumSLI2", &cargo_at.field("declared_seal_count"));
        seal_count = sum(seal_count, said);
        seal_groups.extend(scribe.children(Some(group), "SEAIDSID"));
    }
    let cargo = Cargo {
        consignments: goods.consignments,
        total_gross_mass: scribe.mass(header, "TotGroMasHEA307", &cargo_at.field("total_gross_mass_mg")),
        total_package_count: scribe.number(
            header,
            "TotNumOfPacHEA306",
            &cargo_at.field("total_package_count"),
        ),
        customs_regime: regime(&word),
        tir_carnet: carnet(scribe, message, &goods.items, &cargo_at, tir.is_some()),
        containers: goods.containers,
        seals: seals(scribe, &seal_groups, &cargo_at),
        declared_seal_count: seal_count,
        ..Cargo::default()
    };
    if let Some(kind) = kind {
        scribe.mark(&cargo_at.field("customs_regime"), kind);
    }
    let cargo = offices(scribe, message, cargo);
    declared.load = Some(Load::Cargo(cargo));
    Ok(())
}

/// Countries that only an item names.
fn by_item(
    scribe: &mut Scribe<'_>,
    items: &[Element],
    at: &At<'_>,
    consignment: &mut manifest::declared::Consignment,
) {
    let first = items.first().copied();
    if consignment.departure_country_code.is_empty() {
        consignment.departure_country_code =
            scribe.text(first, "CouOfDisGDS58", &at.field("departure_country_code"));
    }
    if consignment.destination_country_code.is_empty() {
        consignment.destination_country_code =
            scribe.text(first, "CouOfDesGDS59", &at.field("destination_country_code"));
    }
}

fn conveyance(scribe: &mut Scribe<'_>, header: Option<Element>, tir: Option<Element>) -> Conveyance {
    let at = At::ROOT;
    let at = at.field("conveyance");
    let mode_at = at.field("mode_code");
    let mut mode_code = scribe.text_of_any(header, &["TraModAtBorHEA76", "InlTraModHEA75"], &mode_at);
    if let (true, Some(element)) = (mode_code.is_empty(), tir) {
        // A carnet covers a carriage by road, or by road for a part of it.
        "3".clone_into(&mut mode_code);
        scribe.mark(&mode_at, element);
    }
    let crossing = scribe.text(header, "IdeOfMeaOfTraCroHEA85", &at.field("registration"));
    let nationality_at = at.field("nationality_code");
    let names: [&str; 2] = ["NatOfMeaOfTraCroHEA87", "NatOfMeaOfTraAtDHEA80"];
    Conveyance {
        mode_code,
        registration: if crossing.is_empty() {
            scribe.text(header, "IdeOfMeaOfTraAtDHEA78", &at.field("registration"))
        } else {
            scribe.pass_over(header, &["IdeOfMeaOfTraAtDHEA78"]);
            crossing
        },
        nationality_code: scribe.text_of_any(header, &names, &nationality_at),
        ..Conveyance::default()
    }
}

fn journey(scribe: &mut Scribe<'_>, message: Element) -> Journey {
    let at = At::ROOT;
    let at = at.field("journey");
    let of = Some(message);
    let mut found = Vec::new();
    let mut stops = Vec::new();
    for element in scribe.children(of, "CUSOFFTRARNS") {
        let stop_at = at.item("stops", stops.len());
        let location_at = stop_at.field("location");
        scribe.mark(&stop_at, element);
        let place = i64::try_from(stops.len()).unwrap_or_default().saturating_add(1);
        let local_code = scribe.text(Some(element), "RefNumRNS1", &location_at.field("local_code"));
        stops.push(Stop {
            stop_sequence: Some(Said::Plain(place)),
            location: Some(Location { local_code, ..Location::default() }),
            arrival_time: scribe.instant(Some(element), "ArrTimTRACUS085", &stop_at.field("arrival_time")),
            departure_time: None,
        });
        found.extend(office(scribe, Some(element), "RefNumRNS1", "ArrTimTRACUS085"));
    }
    let destination = scribe.child(of, "CUSOFFDESEST");
    found.extend(office(scribe, destination, "RefNumEST1", ""));
    let itinerary = scribe.children(of, "ITI").into_iter().enumerate();
    let itinerary_country_codes = itinerary
        .map(|(i, element)| {
            scribe.text(Some(element), "CouOfRouCodITI1", &at.item("itinerary_country_codes", i))
        })
        .collect();
    let header = scribe.child(of, "HEAHEA");
    let mut journey = Journey {
        journey_reference: scribe.text(header, "ConRefNumHEA", &at.field("journey_reference")),
        stops,
        itinerary_country_codes,
        ..Journey::default()
    };
    arrive_at(scribe, &found, &mut journey);
    journey
}

/// The carnet's number: the document of type 952, else the guarantee of a declaration under TIR.
fn carnet(
    scribe: &mut Scribe<'_>,
    message: Element,
    items: &[Element],
    at: &At<'_>,
    is_tir: bool,
) -> Option<TirCarnet> {
    let carnet_at = at.field("tir_carnet");
    let number_at = carnet_at.field("number");
    let carnet = |number: String| (!number.is_empty()).then(|| TirCarnet { number, ..TirCarnet::default() });
    for item in items {
        for document in scribe.children(Some(*item), "PRODOCDC2") {
            if scribe.word(Some(document), "DocTypDC21") == "952" {
                return carnet(scribe.text(Some(document), "DocRefDC23", &number_at));
            }
        }
    }
    let guarantee = scribe.child(Some(message).filter(|_| is_tir), "GUAGUA");
    let reference = scribe.child(guarantee, "GUAREFREF");
    carnet(scribe.text(reference, "OthGuaRefREF4", &number_at))
}

fn offices(scribe: &mut Scribe<'_>, message: Element, cargo: Cargo) -> Cargo {
    let at = At::ROOT;
    let at = at.field("cargo");
    let departure = scribe.child(Some(message), "CUSOFFDEPEPT");
    let destination = scribe.child(Some(message), "CUSOFFDESEST");
    Cargo {
        departure_office_code: scribe.text(departure, "RefNumEPT1", &at.field("departure_office_code")),
        destination_office_code: scribe.text(destination, "RefNumEST1", &at.field("destination_office_code")),
        ..cargo
    }
}

fn arrival(scribe: &mut Scribe<'_>, message: Element, header: Option<Element>, declared: &mut Declared) {
    let at = At::ROOT;
    let (journey_at, cargo_at) = (at.field("journey"), at.field("cargo"));
    let mut journey = Journey::default();
    let place = scribe.child(Some(message), "CUSOFFPREOFFRES");
    let found: Vec<_> = office(scribe, place, "RefNumRES1", "").into_iter().collect();
    arrive_at(scribe, &found, &mut journey);
    journey.arrival_time = scribe.instant(header, "ArrNotDatHEA141", &journey_at.field("arrival_time"));
    if let Some(element) = scribe.child(header, "ArrNotDatHEA141") {
        on_the_posts_clock(scribe, &mut journey, element);
    }
    declared.journey = Some(journey);
    declared.load = Some(Load::Cargo(Cargo {
        destination_office_code: scribe.text(place, "RefNumRES1", &cargo_at.field("destination_office_code")),
        ..Cargo::default()
    }));
}
