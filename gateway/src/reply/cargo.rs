//! Normalized goods on their way to the wire: `cargo.proto` field by field.

use manifest::{consignment as noun, party as trade, quantity};
use proto::v1;

use super::manifest::{code, codes, count, date, instant, location, text};

pub(super) fn cargo(cargo: &noun::Cargo) -> v1::Cargo {
    v1::Cargo {
        consignments: cargo.consignments.iter().map(consignment).collect(),
        total_gross_mass_mg: mass(cargo.total_gross_mass),
        total_package_count: count(cargo.total_package_count),
        declared_consignment_count: count(cargo.declared_consignment_count),
        customs_regime: regime(cargo.customs_regime),
        tir_carnet: cargo.tir_carnet.as_ref().map(|carnet| v1::TirCarnet {
            number: text(&carnet.number),
            expiry_date: date(carnet.expiry_date),
            itinerary_country_codes: codes(&carnet.itinerary_countries),
        }),
        containers: cargo
            .containers
            .iter()
            .map(|container| v1::Container {
                number: text(&container.number),
                size_type_code: text(&container.size_type_code),
                seals: container.seals.iter().map(seal).collect(),
            })
            .collect(),
        seals: cargo.seals.iter().map(seal).collect(),
        declared_seal_count: count(cargo.declared_seal_count),
        departure_office_code: text(&cargo.departure_office_code),
        destination_office_code: text(&cargo.destination_office_code),
    }
}

fn consignment(consignment: &noun::Consignment) -> v1::Consignment {
    let party_of = |role: &Option<trade::Party>| role.as_ref().map(party);
    v1::Consignment {
        consignment_reference: text(&consignment.consignment_reference),
        ucr: text(&consignment.ucr),
        previous_mrn: text(&consignment.previous_mrn),
        consignor: party_of(&consignment.consignor),
        consignee: party_of(&consignment.consignee),
        importer: party_of(&consignment.importer),
        exporter: party_of(&consignment.exporter),
        declarant: party_of(&consignment.declarant),
        loading_location: consignment.loading_location.as_ref().map(location),
        unloading_location: consignment.unloading_location.as_ref().map(location),
        departure_country_code: code(consignment.departure_country.as_ref()),
        destination_country_code: code(consignment.destination_country.as_ref()),
        gross_mass_mg: mass(consignment.gross_mass),
        package_count: count(consignment.package_count),
        goods_items: consignment.goods_items.iter().map(goods_item).collect(),
        supporting_documents: consignment
            .supporting_documents
            .iter()
            .map(|document| v1::SupportingDocument {
                type_code: text(&document.type_code),
                reference: text(&document.reference),
                issue_date: date(document.issue_date),
            })
            .collect(),
        prior_controls: consignment.prior_controls.iter().map(prior_control).collect(),
        customs_regime: regime(consignment.customs_regime),
    }
}

fn goods_item(item: &noun::GoodsItem) -> v1::GoodsItem {
    v1::GoodsItem {
        item_number: count(item.item_number).unwrap_or(0),
        description: text(&item.description),
        hs_code: item.hs_code.as_ref().map_or_else(String::new, |hs_code| hs_code.as_str().to_owned()),
        origin_country_code: code(item.origin_country.as_ref()),
        gross_mass_mg: mass(item.gross_mass),
        net_mass_mg: mass(item.net_mass),
        declared_value: item.declared_value.map(|value| v1::Money {
            currency_code: value.currency.as_str().to_owned(),
            units: value.units,
            nanos: value.nanos,
        }),
        packages: item
            .packages
            .iter()
            .map(|packages| v1::Packages {
                type_code: text(&packages.type_code),
                package_count: count(packages.package_count),
                marks: text(&packages.marks),
            })
            .collect(),
        supplementary_quantity: item.supplementary_quantity.as_ref().map(|quantity| v1::Quantity {
            amount_millionths: quantity.amount_millionths,
            unit_code: quantity.unit_code.clone(),
        }),
        dangerous_goods: item.dangerous_goods.as_ref().map(|goods| v1::DangerousGoods {
            un_number: text(&goods.un_number),
            hazard_class: text(&goods.hazard_class),
            packing_group: text(&goods.packing_group),
            tunnel_code: text(&goods.tunnel_code),
        }),
        container_numbers: item.container_numbers.clone(),
        ucr: text(&item.ucr),
    }
}

pub(super) fn party(party: &trade::Party) -> v1::Party {
    v1::Party {
        identifiers: party
            .identifiers
            .iter()
            .map(|identifier| v1::PartyIdentifier {
                scheme: identifier.scheme.clone(),
                value: identifier.value.clone(),
                country_code: code(identifier.country.as_ref()),
            })
            .collect(),
        name: text(&party.name),
        street_address: text(&party.street_address),
        city: text(&party.city),
        postal_code: text(&party.postal_code),
        country_code: code(party.country.as_ref()),
        authorised_operator_reference: text(&party.authorised_operator_reference),
        natural_person: party.natural_person,
    }
}

fn mass(mass: Option<quantity::Mass>) -> Option<i64> {
    mass.map(quantity::Mass::mg)
}

fn seal(seal: &noun::Seal) -> v1::Seal {
    let party = seal.sealing_party.map_or(v1::SealingParty::Unspecified, |party| match party {
        noun::SealingParty::Customs => v1::SealingParty::Customs,
        noun::SealingParty::Carrier => v1::SealingParty::Carrier,
        noun::SealingParty::Consignor => v1::SealingParty::Consignor,
    });
    v1::Seal { number: text(&seal.number), sealing_party: party.into() }
}

fn regime(regime: Option<noun::CustomsRegime>) -> i32 {
    use noun::CustomsRegime as Noun;
    let regime = regime.map_or(v1::CustomsRegime::Unspecified, |regime| match regime {
        Noun::Import => v1::CustomsRegime::Import,
        Noun::Transit => v1::CustomsRegime::Transit,
        Noun::Tir => v1::CustomsRegime::Tir,
        Noun::TemporaryAdmission => v1::CustomsRegime::TemporaryAdmission,
        Noun::Warehousing => v1::CustomsRegime::Warehousing,
        Noun::InwardProcessing => v1::CustomsRegime::InwardProcessing,
        Noun::Reimport => v1::CustomsRegime::Reimport,
        Noun::Empty => v1::CustomsRegime::Empty,
    });
    regime.into()
}

fn prior_control(control: &noun::PriorControl) -> v1::PriorControl {
    use noun::{ControlMeasure as Measure, ControlResult as Outcome};
    let measure = control.measure.map_or(v1::ControlMeasure::Unspecified, |measure| match measure {
        Measure::Documentary => v1::ControlMeasure::Documentary,
        Measure::NonIntrusive => v1::ControlMeasure::NonIntrusive,
        Measure::Physical => v1::ControlMeasure::Physical,
        Measure::Weighing => v1::ControlMeasure::Weighing,
        Measure::Radiation => v1::ControlMeasure::Radiation,
    });
    let result = control.result.map_or(v1::ControlResult::Unspecified, |result| match result {
        Outcome::Satisfactory => v1::ControlResult::Satisfactory,
        Outcome::MinorDiscrepancies => v1::ControlResult::MinorDiscrepancies,
        Outcome::NotSatisfactory => v1::ControlResult::NotSatisfactory,
    });
    v1::PriorControl {
        country_code: code(control.country.as_ref()),
        measure: measure.into(),
        result: result.into(),
        control_time: instant(control.control_time),
        control_reference: text(&control.control_reference),
    }
}
