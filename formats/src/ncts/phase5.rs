//! Messages of phase 5: CC015C, CC013C, CC014C, CC007C.

use manifest::Declared;
use manifest::consignment::CustomsRegime;
use manifest::declared::{Cargo, Container, Load, Said, Seal, SupportingDocument, TirCarnet};

use super::house::{Houses, houses, is_mrn};
use super::journey::{arrive_at, conveyance, journey, office, on_the_posts_clock};
use super::party::{party, represented_by};
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
    let operation = scribe.child(of, "TransitOperation");
    let reference_at = at.field("manifest_reference");
    let lrn = scribe.text(operation, "LRN", &reference_at);
    let mrn = scribe.word(operation, "MRN").to_owned();
    let mut declared = Declared {
        manifest_reference: match (lrn.is_empty(), mrn.is_empty()) {
            (false, _) => lrn.clone(),
            (true, false) => scribe.text(operation, "MRN", &reference_at),
            (true, true) => given.reference.unwrap_or_default().to_owned(),
        },
        issue_time: scribe.instant(of, "preparationDateAndTime", &at.field("issue_time")),
        ..Declared::default()
    };
    match intent {
        Intent::Arrive => arrival(scribe, message, operation, &mut declared),
        Intent::Cancel => cancellation(scribe, message, &mut declared),
        Intent::Announce | Intent::Amend | Intent::Close => {
            announcement(scribe, message, operation, &mut declared, limits)?;
            if !mrn.is_empty() {
                own_number(scribe, operation, &mut declared);
            }
        }
    }
    Ok(declared)
}

fn announcement(
    scribe: &mut Scribe<'_>,
    message: Element,
    operation: Option<Element>,
    declared: &mut Declared,
    limits: &Limits,
) -> Result<(), Cause> {
    let of = Some(message);
    let at = At::ROOT;
    let cargo_at = at.field("cargo");
    let whole = scribe.child(of, "Consignment");
    let declaration = scribe.child(operation, "declarationType");
    let word = declaration.map_or("", |element| scribe.tree.text_of(element)).to_owned();
    let tir = declaration.filter(|_| word == "TIR");
    let (conveyance, active) = conveyance(scribe, whole, tir);
    declared.conveyance = Some(conveyance);
    declared.journey = Some(journey(scribe, message, whole, active));

    let Houses { mut consignments, item_places } = houses(scribe, whole, &cargo_at, limits)?;
    let holder = scribe.child(of, "HolderOfTheTransitProcedure");
    let representative = scribe.child(of, "Representative");
    for i in 0..consignments.len() {
        let at = cargo_at.item("consignments", i).about(manifest::About::Consignment(i));
        let at = at.field("declarant");
        let holder = party(scribe, holder, &at);
        let representative = party(scribe, representative, &at);
        if let Some(consignment) = consignments.get_mut(i) {
            consignment.declarant = represented_by(holder, representative);
        }
    }
    let carrier_at = at.field("carrier");
    let carrier = scribe.child(whole, "Carrier");
    declared.carrier = party(scribe, carrier, &carrier_at);
    if declared.carrier.is_none() && tir.is_some() {
        // The holder of a carnet is the haulier.
        declared.carrier = party(scribe, holder, &carrier_at);
    }

    let (containers, seals, declared_seal_count) =
        equipment(scribe, whole, &cargo_at, |number, container| {
            let place = item_places.get(number);
            let consignment = place.and_then(|(house, item)| Some((consignments.get_mut(*house)?, *item)));
            if let Some(item) = consignment.and_then(|(house, item)| house.goods_items.get_mut(item)) {
                item.container_numbers.push(container.to_owned());
            }
        });
    let departure = scribe.child(of, "CustomsOfficeOfDeparture");
    let destination = scribe.child(of, "CustomsOfficeOfDestinationDeclared");
    let carnet_at = cargo_at.field("tir_carnet");
    let carnet = scribe.text(operation, "TIRCarnetNumber", &carnet_at.field("number"));
    let cargo = Cargo {
        consignments,
        total_gross_mass: scribe.mass(whole, "grossMass", &cargo_at.field("total_gross_mass_mg")),
        customs_regime: regime(&word),
        tir_carnet: (!carnet.is_empty()).then(|| TirCarnet { number: carnet, ..TirCarnet::default() }),
        containers,
        seals,
        declared_seal_count,
        departure_office_code: scribe.text(
            departure,
            "referenceNumber",
            &cargo_at.field("departure_office_code"),
        ),
        destination_office_code: scribe.text(
            destination,
            "referenceNumber",
            &cargo_at.field("destination_office_code"),
        ),
        ..Cargo::default()
    };
    if let Some(declaration) = declaration {
        scribe.mark(&cargo_at.field("customs_regime"), declaration);
    }
    declared.load = Some(Load::Cargo(cargo));
    Ok(())
}

/// The regime that a type of declaration names (CL231).
pub(super) fn regime(word: &str) -> Option<Said<CustomsRegime>> {
    match word {
        "" => None,
        "TIR" => Some(Said::Plain(CustomsRegime::Tir)),
        "T" | "T-" | "T1" | "T2" | "T2F" | "T2SM" => Some(Said::Plain(CustomsRegime::Transit)),
        _ => Some(Said::Words(word.to_owned())),
    }
}

/// Containers with their seals, seals of vehicles that are none, and how many seals are declared. Tells each goods item that a
/// container names.
fn equipment(
    scribe: &mut Scribe<'_>,
    whole: Option<Element>,
    at: &At<'_>,
    mut holds: impl FnMut(&str, &str),
) -> (Vec<Container>, Vec<Seal>, Option<Said<i64>>) {
    let mut containers: Vec<Container> = Vec::new();
    let mut loose: Vec<Seal> = Vec::new();
    let mut count: Option<Said<i64>> = None;
    let count_at = at.field("declared_seal_count");
    for element in scribe.children(whole, "TransportEquipment") {
        let of = Some(element);
        let container_at = at.item("containers", containers.len());
        let number = scribe.text(of, "containerIdentificationNumber", &container_at.field("number"));
        let has_number = !number.is_empty();
        let said = scribe.number(of, "numberOfSeals", &count_at);
        count = sum(count, said);
        let mut seals = Vec::new();
        for seal in scribe.children(of, "Seal") {
            let at = if has_number { &container_at } else { at };
            let place = if has_number { seals.len() } else { loose.len().saturating_add(seals.len()) };
            let at = at.item("seals", place);
            let number = scribe.text(Some(seal), "identifier", &at.field("number"));
            seals.push(Seal { number, sealing_party: None });
        }
        for reference in scribe.children(of, "GoodsReference") {
            let goods = scribe.word(Some(reference), "declarationGoodsItemNumber").to_owned();
            if has_number {
                holds(&goods, &number);
            }
        }
        if has_number {
            scribe.mark(&container_at, element);
            containers.push(Container { number, seals, ..Container::default() });
        } else {
            loose.append(&mut seals);
        }
    }
    (containers, loose, count)
}

/// Adds up declared counts; a word that is no number stays one.
pub(super) fn sum(sum: Option<Said<i64>>, more: Option<Said<i64>>) -> Option<Said<i64>> {
    let number = |said: &Said<i64>| match said {
        Said::Plain(number) => Some(*number),
        Said::Words(words) => words.parse().ok(),
    };
    match (sum, more) {
        (Some(sum), Some(more)) => match (number(&sum), number(&more)) {
            (Some(a), Some(b)) => Some(Said::Plain(a.saturating_add(b))),
            (None, _) => Some(sum),
            _ => Some(more),
        },
        (sum, more) => sum.or(more),
    }
}

/// The movement's own number, given by an administration: on consignments that name no preceding declaration.
fn own_number(scribe: &mut Scribe<'_>, operation: Option<Element>, declared: &mut Declared) {
    let Some(Load::Cargo(cargo)) = &mut declared.load else { return };
    let at = At::ROOT;
    let at = at.field("cargo");
    for (i, consignment) in cargo.consignments.iter_mut().enumerate() {
        let at = at.item("consignments", i).about(manifest::About::Consignment(i));
        if consignment.previous_mrn.is_empty() {
            consignment.previous_mrn = scribe.text(operation, "MRN", &at.field("previous_mrn"));
        } else {
            let at = at.item("supporting_documents", consignment.supporting_documents.len());
            let reference = scribe.text(operation, "MRN", &at.field("reference"));
            let type_code = if is_mrn(&reference) { "MRN".to_owned() } else { String::new() };
            let document = SupportingDocument { type_code, reference, issue_date: None };
            consignment.supporting_documents.push(document);
        }
    }
}

fn arrival(scribe: &mut Scribe<'_>, message: Element, operation: Option<Element>, declared: &mut Declared) {
    let at = At::ROOT;
    let (journey_at, cargo_at) = (at.field("journey"), at.field("cargo"));
    let mut journey = manifest::declared::Journey::default();
    // The trader at destination is nobody of the manifest: it is repeated in the answer (`Message::answerable`).
    let trader = scribe.child(Some(message), "TraderAtDestination");
    scribe.take_all(trader);
    let place = scribe.child(Some(message), "CustomsOfficeOfDestinationActual");
    let office: Vec<_> = office(scribe, place, "referenceNumber", "").into_iter().collect();
    arrive_at(scribe, &office, &mut journey);
    let time_at = journey_at.field("arrival_time");
    journey.arrival_time = scribe.instant(operation, "arrivalNotificationDateAndTime", &time_at);
    if let Some(element) = scribe.child(operation, "arrivalNotificationDateAndTime") {
        on_the_posts_clock(scribe, &mut journey, element);
    }
    declared.journey = Some(journey);
    declared.load = Some(Load::Cargo(Cargo {
        destination_office_code: scribe.text(
            place,
            "referenceNumber",
            &cargo_at.field("destination_office_code"),
        ),
        ..Cargo::default()
    }));
}

fn cancellation(scribe: &mut Scribe<'_>, message: Element, declared: &mut Declared) {
    let at = At::ROOT;
    // The holder who withdraws is not the carrier: it is repeated in the answer (`Message::answerable`).
    let holder = scribe.child(Some(message), "HolderOfTheTransitProcedure");
    scribe.take_all(holder);
    let at = at.field("cargo");
    let departure = scribe.child(Some(message), "CustomsOfficeOfDeparture");
    let invalidation = scribe.child(Some(message), "Invalidation");
    // When it was asked for is when the message was made, if it does not say so itself.
    if declared.issue_time.is_none() {
        let root = At::ROOT;
        declared.issue_time = scribe.instant(invalidation, "requestDateAndTime", &root.field("issue_time"));
    }
    declared.load = Some(Load::Cargo(Cargo {
        departure_office_code: scribe.text(departure, "referenceNumber", &at.field("departure_office_code")),
        ..Cargo::default()
    }));
}
