//! A clean lorry and a clean coach for tests: invented people and companies (SYNTHETIC), each test changes one thing.

use jiff::Timestamp;

use crate::declared::*;
use crate::person::{CrewRole, PassengerService, Sex, TravelDocumentType};
use crate::{
    CodeLists, Declared, Findings, Manifest, Rejected, RuleSettings, Validated, normalize, validate,
};

/// The instant at which samples are submitted.
pub(crate) fn now() -> Timestamp {
    "2026-11-20T06:00:00Z".parse().unwrap()
}

/// Both steps with default settings.
pub(crate) fn run(declared: Declared) -> (Result<Validated, Rejected>, Findings) {
    run_with(declared, &RuleSettings::default())
}

/// Both steps.
pub(crate) fn run_with(
    declared: Declared,
    settings: &RuleSettings,
) -> (Result<Validated, Rejected>, Findings) {
    let (manifest, mut findings) = normalize(declared, lists(), settings);
    let result = validate(manifest, now(), settings, &mut findings);
    (result, findings)
}

/// The lists, read once.
pub(crate) fn lists() -> &'static CodeLists {
    static LISTS: std::sync::LazyLock<CodeLists> = std::sync::LazyLock::new(CodeLists::built_in);
    &LISTS
}

/// A sample that only went through the first step.
pub(crate) fn normalized(declared: Declared) -> Manifest {
    normalize(declared, lists(), &RuleSettings::default()).0
}

/// A text that is owned.
pub(crate) fn s(text: &str) -> String {
    text.to_owned()
}

fn header(reference: &str) -> Declared {
    Declared {
        manifest_reference: s(reference),
        conveyance: Some(Conveyance {
            mode_code: s("3"),
            registration: s("01 A 123-BC"),
            nationality_code: s("KZ"),
            ..Conveyance::default()
        }),
        journey: Some(Journey {
            journey_reference: s("TRIP-7"),
            border_post_code: s("UZ-GISHTKUPRIK"),
            arrival_time: Some(now().checked_add(jiff::SignedDuration::from_hours(6)).unwrap().into()),
            local_offset_minutes: Some(300.into()),
            ..Journey::default()
        }),
        crew_members: vec![CrewMember {
            name: Some(name("SYNTHETIC-DRIVER", "AZAMAT")),
            birth_date: date(1980, 5, 17),
            sex: Some(Sex::Male.into()),
            nationality_code: s("KAZ"),
            travel_documents: vec![document("N00000001")],
            role: Some(CrewRole::Driver.into()),
        }],
        carrier: Some(party("SYNTHETIC Carrier LLP", "KZ", "100000001")),
        ..Declared::default()
    }
}

/// A lorry with one consignment of two goods items.
pub(crate) fn lorry() -> Declared {
    let mut declared = header("SYNTHETIC-LORRY-1");
    declared.load = Some(Load::Cargo(Cargo { consignments: vec![consignment("CMR-1")], ..Cargo::default() }));
    declared
}

/// A consignment of two goods items, 1000 kg.
pub(crate) fn consignment(reference: &str) -> Consignment {
    Consignment {
        consignment_reference: s(reference),
        consignor: Some(party("SYNTHETIC Textile Ltd", "KZ", "200000001")),
        consignee: Some(party("SYNTHETIC Import MChJ", "UZ", "300000001")),
        departure_country_code: s("KZ"),
        destination_country_code: s("UZ"),
        gross_mass: kg(1000),
        goods_items: vec![
            item(1, "Cotton T-shirts, knitted", "610910"),
            item(2, "Steel bolts M8", "7318156900"),
        ],
        ..Consignment::default()
    }
}

/// A goods item of 400 kg.
pub(crate) fn item(number: i64, description: &str, hs_code: &str) -> GoodsItem {
    GoodsItem {
        item_number: Some(number.into()),
        description: s(description),
        hs_code: s(hs_code),
        origin_country_code: s("KZ"),
        gross_mass: kg(400),
        net_mass: kg(380),
        declared_value: Some(Money {
            currency_code: s("USD"),
            amount: Some(DeclaredAmount::Exact { units: 2500, nanos: 500_000_000 }),
        }),
        packages: vec![Packages {
            type_code: s("CT"),
            package_count: Some(10.into()),
            ..Packages::default()
        }],
        ..GoodsItem::default()
    }
}

/// A coach with as many clean adult passengers as asked for.
pub(crate) fn coach(passengers: usize) -> Declared {
    let mut declared = header("SYNTHETIC-COACH-1");
    declared.load = Some(Load::PassengerList(PassengerList {
        passengers: (0..passengers).map(passenger).collect(),
        declared_passenger_count: Some(i64::try_from(passengers).unwrap().into()),
        service: Some(PassengerService::Regular.into()),
        ..PassengerList::default()
    }));
    declared
}

/// One clean adult passenger.
pub(crate) fn passenger(place: usize) -> Passenger {
    Passenger {
        name: Some(name(&format!("SYNTHETIC-{place}"), "GULNORA")),
        birth_date: date(1990, 1, 1),
        sex: Some(Sex::Female.into()),
        nationality_code: s("UZB"),
        travel_documents: vec![document(&format!("FA{place:07}"))],
        ..Passenger::default()
    }
}

/// A passport that is valid for long.
pub(crate) fn document(number: &str) -> TravelDocument {
    TravelDocument {
        document_type: Some(TravelDocumentType::Passport.into()),
        number: s(number),
        issuing_state_code: s("UZB"),
        expiry_date: date(2030, 12, 31),
        ..TravelDocument::default()
    }
}

/// A name.
pub(crate) fn name(family_name: &str, given_name: &str) -> PersonName {
    PersonName { family_name: s(family_name), given_name: s(given_name), ..PersonName::default() }
}

/// A legal person with a tax number.
pub(crate) fn party(name: &str, country: &str, tin: &str) -> Party {
    Party {
        identifiers: vec![PartyIdentifier { scheme: s("TIN"), value: s(tin), country_code: s(country) }],
        name: s(name),
        country_code: s(country),
        ..Party::default()
    }
}

/// A date.
pub(crate) fn date(year: i32, month: i32, day: i32) -> Option<DeclaredDate> {
    Some(DeclaredDate::Civil { year, month, day })
}

/// A mass in kilograms.
pub(crate) fn kg(kilograms: i64) -> Option<DeclaredMass> {
    Some(DeclaredMass::Milligrams(kilograms.saturating_mul(1_000_000)))
}

/// The goods of a sample.
pub(crate) fn cargo(declared: &mut Declared) -> &mut Cargo {
    match &mut declared.load {
        Some(Load::Cargo(cargo)) => cargo,
        _ => panic!("not a lorry"),
    }
}

/// The list of a sample.
pub(crate) fn list(declared: &mut Declared) -> &mut PassengerList {
    match &mut declared.load {
        Some(Load::PassengerList(list)) => list,
        _ => panic!("not a coach"),
    }
}
