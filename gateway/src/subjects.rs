//! A validated manifest becomes what scoring is told about it: never a natural person.

use manifest::{
    Manifest, Validated, border_post,
    consignment::{Consignment, CustomsRegime},
    conveyance,
    party::Party,
    person::CrewRole,
    quantity,
};
use scoring::reliability::{EntityKey, EntityKind};
use scoring::{Case, CrewMember, Mode, Shape, Subject, Value};

/// The case of a validated manifest. Places in its lists are places in the declared lists.
#[must_use]
pub fn of(validated: &Validated) -> Case {
    if !validated.mode().is_decided() {
        return Case::ModeNotDecided;
    }
    let manifest = validated.manifest();
    let crew = manifest
        .crew_members
        .iter()
        .map(|member| match member.role {
            Some(CrewRole::Driver) => CrewMember::Driver,
            _ => CrewMember::Other,
        })
        .collect();
    match &manifest.load {
        Some(manifest::Load::Cargo(cargo))
            if cargo.consignments.is_empty() && cargo.customs_regime == Some(CustomsRegime::Empty) =>
        {
            Case::EmptyTruck { crew }
        }
        Some(manifest::Load::Cargo(cargo)) => Case::Cargo {
            consignments: {
                let arrival = Arrival {
                    office: validated.border_post_code(),
                    mode: Some(validated.mode()),
                    date: validated.arrival_date(),
                };
                cargo
                    .consignments
                    .iter()
                    .map(|consignment| goods_items(manifest, consignment, &arrival))
                    .collect()
            },
            crew,
        },
        Some(manifest::Load::PassengerList(list)) => Case::Coach { crew, passengers: list.passengers.len() },
        // A validated manifest has a load; should one ever lack it, nothing is decided.
        None => Case::ModeNotDecided,
    }
}

/// The goods items of one consignment of a recorded manifest, as they were when it was decided: what an inspection finds
/// is counted under the same keys. `None` where it has no such consignment or no arrival.
#[must_use]
pub(crate) fn consignment(manifest: &Manifest, place: usize) -> Option<Vec<Subject>> {
    let arrival = Arrival {
        office: manifest.journey.border_post_code.as_deref(),
        mode: manifest.conveyance.mode,
        date: border_post::local_date(manifest.journey.arrival_time()?),
    };
    manifest.cargo()?.consignments.get(place).map(|consignment| goods_items(manifest, consignment, &arrival))
}

/// The case of a recorded manifest, as it was when it was decided for this shape. `None` where the two do not belong together.
#[must_use]
pub(crate) fn again(manifest: &Manifest, shape: &Shape) -> Option<Case> {
    match shape {
        Shape::Cargo { items, crew } => {
            let goods = (0..items.len()).map(|place| consignment(manifest, place));
            let consignments = goods.collect::<Option<Vec<_>>>()?;
            let same = consignments.iter().map(Vec::len).eq(items.iter().copied());
            same.then(|| Case::Cargo { consignments, crew: crew.clone() })
        }
        Shape::EmptyTruck { crew } => Some(Case::EmptyTruck { crew: crew.clone() }),
        Shape::Coach { crew, passengers } => {
            Some(Case::Coach { crew: crew.clone(), passengers: *passengers })
        }
        Shape::ModeNotDecided | Shape::Unknown => None,
    }
}

/// Whose records an inspection of one consignment goes into, or, without a place, one of the conveyance itself: the same
/// that are shown beside its pre-decision. A natural person has no key, and so no record.
#[must_use]
pub(crate) fn entities(manifest: &Manifest, consignment: Option<usize>) -> Vec<EntityKey> {
    let carrier = match manifest.load {
        Some(manifest::Load::PassengerList(_)) => EntityKind::BusOperator,
        _ => EntityKind::Carrier,
    };
    let place = consignment.and_then(|place| manifest.cargo()?.consignments.get(place));
    let parties = [
        (EntityKind::Importer, place.and_then(Consignment::importing_party)),
        (EntityKind::Exporter, place.and_then(Consignment::exporting_party)),
        (EntityKind::Declarant, place.and_then(|consignment| consignment.declarant.as_ref())),
        (carrier, manifest.carrier.as_ref()),
    ];
    parties.into_iter().filter_map(|(kind, party)| Some(EntityKey::new(kind, &party?.key()?))).collect()
}

/// Where, how and when a conveyance arrives.
struct Arrival<'a> {
    office: Option<&'a str>,
    mode: Option<conveyance::Mode>,
    date: jiff::civil::Date,
}

fn goods_items(manifest: &Manifest, consignment: &Consignment, arrival: &Arrival<'_>) -> Vec<Subject> {
    let key = |party: Option<&Party>| party.and_then(Party::key);
    // What the items of a consignment have in common is made once.
    let common = Subject {
        hs_code: None,
        origin_country: None,
        departure_country: consignment.departure_country.map(|country| country.as_str().to_owned()),
        mass_mg: None,
        value: None,
        importer: key(consignment.importing_party()),
        exporter: key(consignment.exporting_party()),
        declarant: key(consignment.declarant.as_ref()),
        carrier: key(manifest.carrier.as_ref()),
        office: arrival.office.map(str::to_owned),
        mode: arrival.mode.map(mode),
        date: arrival.date,
    };
    let item = |item: &manifest::consignment::GoodsItem| Subject {
        hs_code: item.hs6().map(str::to_owned),
        origin_country: item.origin_country.map(|country| country.as_str().to_owned()),
        mass_mg: item.net_else_gross_mass().map(quantity::Mass::mg),
        value: item.declared_value.and_then(value),
        ..common.clone()
    };
    consignment.goods_items.iter().map(item).collect()
}

/// A negative value is a missing one for scoring; what it means is validation's business.
fn value(money: quantity::Money) -> Option<Value> {
    (money.units >= 0 && money.nanos >= 0).then(|| Value {
        currency: money.currency.as_str().to_owned(),
        units: money.units,
        nanos: money.nanos,
    })
}

fn mode(mode: conveyance::Mode) -> Mode {
    match mode {
        conveyance::Mode::Maritime => Mode::Maritime,
        conveyance::Mode::Rail => Mode::Rail,
        conveyance::Mode::Road => Mode::Road,
        conveyance::Mode::Air => Mode::Air,
        conveyance::Mode::Mail
        | conveyance::Mode::Multimodal
        | conveyance::Mode::FixedInstallation
        | conveyance::Mode::InlandWater
        | conveyance::Mode::NotApplicable => Mode::Other,
    }
}
