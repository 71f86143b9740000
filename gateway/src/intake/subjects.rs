//! A validated manifest becomes what scoring is told about it: never a natural person.

use manifest::{
    Validated,
    consignment::{Consignment, CustomsRegime},
    conveyance,
    party::Party,
    person::CrewRole,
    quantity,
};
use scoring::{Case, CrewMember, Mode, Subject, Value};

/// The case of a validated manifest. Places in its lists are places in the declared lists.
#[must_use]
pub(super) fn of(validated: &Validated) -> Case {
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
            consignments: cargo
                .consignments
                .iter()
                .map(|consignment| goods_items(validated, consignment))
                .collect(),
            crew,
        },
        Some(manifest::Load::PassengerList(list)) => Case::Coach { crew, passengers: list.passengers.len() },
        // A validated manifest has a load; should one ever lack it, nothing is decided.
        None => Case::ModeNotDecided,
    }
}

fn goods_items(validated: &Validated, consignment: &Consignment) -> Vec<Subject> {
    let key = |party: Option<&Party>| party.and_then(Party::key);
    let manifest = validated.manifest();
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
        office: Some(validated.border_post_code().to_owned()),
        mode: Some(mode(validated.mode())),
        date: validated.arrival_date(),
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
