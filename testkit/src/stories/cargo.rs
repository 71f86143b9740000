//! Lorries and a train.

use jiff::Timestamp;
use proto::v1::{
    Cargo, CivilDate, Consignment, Container, Conveyance, CustomsRegime, Manifest, Seal, SealingParty,
    SupportingDocument, TirCarnet, manifest::Load,
};

use super::goods::{BAD_RECORD, CHEMICALS, FRUIT, GRAIN, Goods, HOUSEHOLD, PIANOS, milligrams};
use crate::numbers::{container, movement_reference};
use crate::party::{
    ALATAU_TRADE, BROKER, CHIRCHIQ_BOYOQ, Company, DALA_LOGISTIC, POMIR_TRANS, REGISTON_SAVDO, SHYMKENT_CHEM,
    SOYA_IMPEKS, STEPPE_RAIL, SUGHD_SAMAR, TIANSHAN_EXPORT, YANGI_YOL,
};
use crate::place::{GISHTKUPRIK, KELES, OYBEK, journey, location, timestamp};
use crate::traveller::Traveller;

pub(super) fn general(now: Timestamp) -> Manifest {
    let first =
        consignment("SYNTHETIC-CMR-000101", 101, &ALATAU_TRADE, &REGISTON_SAVDO, "KZ", &HOUSEHOLD[..2]);
    let second =
        consignment("SYNTHETIC-CMR-000102", 102, &ALATAU_TRADE, &REGISTON_SAVDO, "KZ", &HOUSEHOLD[2..]);
    lorry(now, "SYNTHETIC-KZ-000101", ("101AAA02", "KZ"), vec![first, second], 501)
}

pub(super) fn tir(now: Timestamp) -> Manifest {
    let goods = consignment("SYNTHETIC-CMR-000201", 201, &SUGHD_SAMAR, &REGISTON_SAVDO, "TJ", &FRUIT);
    let mut manifest = lorry(now, "SYNTHETIC-TJ-000201", ("0201AA01", "TJ"), vec![goods], 502);
    manifest.carrier = Some(POMIR_TRANS.party());
    manifest.journey = Some(journey("SYN-TIR-201", OYBEK, now, 300, &["TJ", "UZ"]));
    with_cargo(manifest, |cargo| {
        cargo.customs_regime = CustomsRegime::Tir.into();
        cargo.tir_carnet = Some(TirCarnet {
            number: "XT99000017".into(),
            expiry_date: Some(CivilDate { year: 2031, month: 3, day: 31 }),
            itinerary_country_codes: vec!["TJ".into(), "UZ".into()],
        });
        cargo.containers = vec![Container {
            number: container("SYNU", 20_117),
            size_type_code: "22G1".into(),
            seals: vec![Seal { number: "SYN-TJ-7701".into(), sealing_party: SealingParty::Customs.into() }],
        }];
        cargo.seals.clear(); // the seal is on the container
        cargo.declared_seal_count = Some(1);
    })
}

pub(super) fn dangerous(now: Timestamp) -> Manifest {
    let goods = consignment("SYNTHETIC-CMR-000301", 301, &SHYMKENT_CHEM, &CHIRCHIQ_BOYOQ, "KZ", &CHEMICALS);
    lorry(now, "SYNTHETIC-KZ-000301", ("301AAA13", "KZ"), vec![goods], 503)
}

pub(super) fn sums_wrong(now: Timestamp) -> Manifest {
    let goods = consignment("SYNTHETIC-CMR-000401", 401, &ALATAU_TRADE, &REGISTON_SAVDO, "KZ", &HOUSEHOLD);
    let mut manifest = lorry(now, "SYNTHETIC-KZ-000401", ("401AAA02", "KZ"), vec![goods], 504);
    manifest = with_cargo(manifest, |cargo| {
        for consignment in &mut cargo.consignments {
            consignment.gross_mass_mg = Some(milligrams(9_400)); // the items weigh 11,400 kg
        }
        cargo.total_gross_mass_mg = Some(milligrams(9_400));
    });
    manifest
}

pub(super) fn bad_record(now: Timestamp) -> Manifest {
    let goods = consignment("SYNTHETIC-CMR-000501", 501, &TIANSHAN_EXPORT, &SOYA_IMPEKS, "CN", &BAD_RECORD);
    lorry(now, "SYNTHETIC-KZ-000501", ("501AAA02", "KZ"), vec![goods], 505)
}

pub(super) fn no_precedent(now: Timestamp) -> Manifest {
    let goods = consignment("SYNTHETIC-CMR-000601", 601, &ALATAU_TRADE, &YANGI_YOL, "KZ", &PIANOS);
    lorry(now, "SYNTHETIC-KZ-000601", ("601AAA02", "KZ"), vec![goods], 506)
}

pub(super) fn rail(now: Timestamp) -> Manifest {
    let goods = consignment("SYNTHETIC-SMGS-000701", 701, &ALATAU_TRADE, &REGISTON_SAVDO, "KZ", &GRAIN);
    let mut manifest = lorry(now, "SYNTHETIC-KZ-000701", ("9701", "KZ"), vec![goods], 507);
    manifest.carrier = Some(STEPPE_RAIL.party());
    manifest.journey = Some(journey("SYN-TRAIN-9701", KELES, now, 540, &["KZ", "UZ"]));
    manifest.conveyance = Some(Conveyance {
        mode_code: "2".into(),
        registration: "9701".into(),
        nationality_code: "KZ".into(),
        trailer_registrations: (0..22).map(|n| format!("{}", 95_000_011 + n * 17)).collect(),
        type_code: String::new(),
    });
    with_cargo(manifest, |cargo| {
        for document in cargo.consignments.iter_mut().flat_map(|one| &mut one.supporting_documents) {
            if document.type_code == "730" {
                document.type_code = "720".into(); // rail consignment note
            }
        }
        cargo.seals.clear();
        cargo.declared_seal_count = None;
    })
}

/// A lorry with a driver, a trailer and two seals, bound for Gishtkuprik, whose sums add up.
fn lorry(
    now: Timestamp,
    reference: &str,
    (plate, nationality): (&str, &str),
    consignments: Vec<Consignment>,
    driver: u32,
) -> Manifest {
    Manifest {
        manifest_reference: reference.into(),
        conveyance: Some(Conveyance {
            mode_code: "3".into(),
            registration: plate.into(),
            nationality_code: nationality.into(),
            trailer_registrations: vec![format!("{}SY02", &plate[..4])],
            type_code: String::new(),
        }),
        journey: Some(journey(&format!("SYN-{plate}-1"), GISHTKUPRIK, now, 300, &["KZ", "UZ"])),
        load: Some(Load::Cargo(Cargo {
            total_gross_mass_mg: Some(consignments.iter().filter_map(|one| one.gross_mass_mg).sum()),
            total_package_count: Some(consignments.iter().filter_map(|one| one.package_count).sum()),
            declared_consignment_count: i32::try_from(consignments.len()).ok(),
            customs_regime: CustomsRegime::Import.into(),
            seals: ["SYN-K-4401", "SYN-K-4402"]
                .map(|number| Seal { number: number.into(), sealing_party: SealingParty::Customs.into() })
                .into(),
            declared_seal_count: Some(2),
            consignments,
            ..Cargo::default()
        })),
        crew_members: vec![Traveller::nth(driver).driver()],
        issue_time: Some(timestamp(now)),
        carrier: Some(DALA_LOGISTIC.party()),
        ..Manifest::default()
    }
}

/// A consignment of goods whose masses and packages add up, with its waybill, invoice and export reference.
pub(crate) fn consignment(
    reference: &str,
    serial: u64,
    consignor: &Company,
    consignee: &Company,
    departure: &str,
    goods: &[Goods],
) -> Consignment {
    let document = |type_code: &str, kind: &str| SupportingDocument {
        type_code: type_code.into(),
        reference: format!("SYN-{kind}-{serial}"),
        issue_date: Some(CivilDate { year: 2026, month: 11, day: 20 }),
    };
    Consignment {
        consignment_reference: reference.into(),
        ucr: format!("6{departure}{}-{serial}", consignor.number),
        previous_mrn: movement_reference(2026, departure, serial),
        consignor: Some(consignor.party()),
        consignee: Some(consignee.party()),
        declarant: Some(BROKER.party()),
        loading_location: Some(location("", consignor.city, consignor.country)),
        unloading_location: Some(location("", consignee.city, consignee.country)),
        departure_country_code: departure.into(),
        destination_country_code: "UZ".into(),
        gross_mass_mg: Some(milligrams(goods.iter().map(|one| one.gross_kg).sum())),
        package_count: Some(goods.iter().map(|one| one.packages.1).sum()),
        goods_items: (1..).zip(goods).map(|(number, one)| one.item(number)).collect(),
        supporting_documents: vec![document("730", "CMR"), document("380", "INV")],
        ..Consignment::default()
    }
}

fn with_cargo(mut manifest: Manifest, change: impl FnOnce(&mut Cargo)) -> Manifest {
    if let Some(Load::Cargo(cargo)) = &mut manifest.load {
        change(cargo);
    }
    manifest
}
