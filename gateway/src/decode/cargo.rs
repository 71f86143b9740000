//! Goods: `cargo.proto` field by field.

use manifest::consignment::{ControlMeasure, ControlResult, CustomsRegime, SealingParty};
use manifest::declared::{
    Cargo, Consignment, Container, DangerousGoods, GoodsItem, Packages, PriorControl, Quantity, Said, Seal,
    SupportingDocument, TirCarnet,
};
use proto::v1;

use super::value::{count, date, instant, location, mass, money, number_from_one, party, word};

pub(super) fn cargo(cargo: v1::Cargo) -> Cargo {
    Cargo {
        consignments: cargo.consignments.into_iter().map(consignment).collect(),
        total_gross_mass: mass(cargo.total_gross_mass_mg),
        total_package_count: count(cargo.total_package_count),
        declared_consignment_count: count(cargo.declared_consignment_count),
        customs_regime: regime(cargo.customs_regime),
        tir_carnet: cargo.tir_carnet.map(|carnet| TirCarnet {
            number: carnet.number,
            expiry_date: date(carnet.expiry_date),
            itinerary_country_codes: carnet.itinerary_country_codes,
        }),
        containers: cargo
            .containers
            .into_iter()
            .map(|container| Container {
                number: container.number,
                size_type_code: container.size_type_code,
                seals: container.seals.into_iter().map(seal).collect(),
            })
            .collect(),
        seals: cargo.seals.into_iter().map(seal).collect(),
        declared_seal_count: count(cargo.declared_seal_count),
        departure_office_code: cargo.departure_office_code,
        destination_office_code: cargo.destination_office_code,
    }
}

fn consignment(consignment: v1::Consignment) -> Consignment {
    Consignment {
        consignment_reference: consignment.consignment_reference,
        ucr: consignment.ucr,
        previous_mrn: consignment.previous_mrn,
        consignor: party(consignment.consignor),
        consignee: party(consignment.consignee),
        importer: party(consignment.importer),
        exporter: party(consignment.exporter),
        declarant: party(consignment.declarant),
        loading_location: location(consignment.loading_location),
        unloading_location: location(consignment.unloading_location),
        departure_country_code: consignment.departure_country_code,
        destination_country_code: consignment.destination_country_code,
        gross_mass: mass(consignment.gross_mass_mg),
        package_count: count(consignment.package_count),
        goods_items: consignment.goods_items.into_iter().map(goods_item).collect(),
        supporting_documents: consignment
            .supporting_documents
            .into_iter()
            .map(|document| SupportingDocument {
                type_code: document.type_code,
                reference: document.reference,
                issue_date: date(document.issue_date),
            })
            .collect(),
        prior_controls: consignment.prior_controls.into_iter().map(prior_control).collect(),
        customs_regime: regime(consignment.customs_regime),
    }
}

fn goods_item(item: v1::GoodsItem) -> GoodsItem {
    GoodsItem {
        item_number: number_from_one(item.item_number),
        description: item.description,
        hs_code: item.hs_code,
        origin_country_code: item.origin_country_code,
        gross_mass: mass(item.gross_mass_mg),
        net_mass: mass(item.net_mass_mg),
        declared_value: money(item.declared_value),
        packages: item
            .packages
            .into_iter()
            .map(|packages| Packages {
                type_code: packages.type_code,
                package_count: count(packages.package_count),
                marks: packages.marks,
            })
            .collect(),
        supplementary_quantity: item.supplementary_quantity.map(|quantity| Quantity {
            amount_millionths: Some(Said::Plain(quantity.amount_millionths)),
            unit_code: quantity.unit_code,
        }),
        dangerous_goods: item.dangerous_goods.map(|goods| DangerousGoods {
            un_number: goods.un_number,
            hazard_class: goods.hazard_class,
            packing_group: goods.packing_group,
            tunnel_code: goods.tunnel_code,
        }),
        container_numbers: item.container_numbers,
        ucr: item.ucr,
    }
}

fn seal(seal: v1::Seal) -> Seal {
    let name = v1::SealingParty::try_from(seal.sealing_party).ok().map(|value| value.as_str_name());
    Seal {
        number: seal.number,
        sealing_party: word(seal.sealing_party, name, "SEALING_PARTY_", SealingParty::parse),
    }
}

fn regime(number: i32) -> Option<Said<CustomsRegime>> {
    let name = v1::CustomsRegime::try_from(number).ok().map(|value| value.as_str_name());
    word(number, name, "CUSTOMS_REGIME_", CustomsRegime::parse)
}

fn prior_control(control: v1::PriorControl) -> PriorControl {
    let measure = v1::ControlMeasure::try_from(control.measure).ok().map(|value| value.as_str_name());
    let result = v1::ControlResult::try_from(control.result).ok().map(|value| value.as_str_name());
    PriorControl {
        country_code: control.country_code,
        measure: word(control.measure, measure, "CONTROL_MEASURE_", ControlMeasure::parse),
        result: word(control.result, result, "CONTROL_RESULT_", ControlResult::parse),
        control_time: instant(control.control_time),
        control_reference: control.control_reference,
    }
}
