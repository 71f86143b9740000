//! Many distinct manifests with a skewed choice of parties and goods: the benchmark's two payloads.
//!
//! Skewed as trade is: the k-th party or HS code is drawn about twice as often as the 2k-th.

use std::sync::LazyLock;

use jiff::Timestamp;
use proto::v1::{
    Cargo, Consignment, Conveyance, GoodsItem, Journey, Manifest, Money, Packages, Party, PartyIdentifier,
    Passenger, PassengerList, PassengerService, SubmitManifestRequest, SupportingDocument, manifest::Load,
};

use crate::numbers::{container, movement_reference};
use crate::place::{GISHTKUPRIK, coach_stops, journey, location, timestamp};
use crate::stories::Goods;
use crate::traveller::Traveller;

const PARTIES: u64 = 4_000;
const HS_CODES: u64 = 3_000;
const ORIGINS: [&str; 12] = ["CN", "KZ", "RU", "TR", "DE", "KR", "IN", "IR", "PL", "IT", "JP", "US"];
const ITEMS: u64 = 10;
const PASSENGERS: u32 = 50;

/// The n-th lorry: ten goods items in three consignments, about 8 KB. `run` keeps the keys of several runs apart.
#[must_use]
pub fn cargo(run: u64, n: u64, now: Timestamp) -> SubmitManifestRequest {
    let mut draw = Draw::new(run ^ 0xCA60, n);
    let consignments: Vec<Consignment> = [4, 3, ITEMS as i32 - 7]
        .into_iter()
        .zip(1..)
        .map(|(items, place)| consignment(&mut draw, n, place, items))
        .collect();
    let reference = format!("SYNTHETIC-BENCH-C-{run:x}-{n:07}");
    let manifest = Manifest {
        conveyance: Some(Conveyance {
            mode_code: "3".into(),
            registration: plate(n),
            nationality_code: "KZ".into(),
            trailer_registrations: vec![format!("{:04}TRL02", n % 10_000)],
            ..Conveyance::default()
        }),
        load: Some(Load::Cargo(Cargo {
            total_gross_mass_mg: Some(consignments.iter().filter_map(|one| one.gross_mass_mg).sum()),
            total_package_count: Some(consignments.iter().filter_map(|one| one.package_count).sum()),
            declared_consignment_count: i32::try_from(consignments.len()).ok(),
            consignments,
            ..Cargo::default()
        })),
        crew_members: vec![Traveller::nth(n as u32 % 500_000).driver()],
        ..frame(&reference, now, &mut draw)
    };
    SubmitManifestRequest { manifest: Some(manifest), request_id: reference, language_code: "en".into() }
}

/// The n-th coach: fifty travellers on board, two of them drivers, about 8 KB.
#[must_use]
pub fn coach(run: u64, n: u64, now: Timestamp) -> SubmitManifestRequest {
    let mut draw = Draw::new(run ^ 0xC0AC, n);
    let reference = format!("SYNTHETIC-BENCH-P-{run:x}-{n:07}");
    let first = (n as u32 % 100_000) * PASSENGERS;
    let frame = frame(&reference, now, &mut draw);
    let manifest = Manifest {
        conveyance: Some(Conveyance {
            mode_code: "3".into(),
            registration: plate(n),
            nationality_code: "UZ".into(),
            ..Conveyance::default()
        }),
        journey: frame.journey.map(|journey| Journey { stops: coach_stops(now, 300), ..journey }),
        load: Some(Load::PassengerList(PassengerList {
            passengers: (1..=PASSENGERS - 2).map(|seat| passenger(first + seat, seat)).collect(),
            declared_passenger_count: Some(PASSENGERS as i32 - 2),
            service: PassengerService::Regular.into(),
            route_permit_reference: "SYN-PERMIT-1".into(),
        })),
        crew_members: [0, PASSENGERS - 1].map(|seat| Traveller::nth(first + seat).driver()).into(),
        ..frame
    };
    SubmitManifestRequest { manifest: Some(manifest), request_id: reference, language_code: "en".into() }
}

/// A passenger as lines without a reservation system announce them; every fourth without a machine readable zone.
fn passenger(n: u32, seat: u32) -> Passenger {
    let mut passenger =
        Passenger { booking_reference: String::new(), baggage: None, ..Traveller::nth(n).passenger(seat, 3) };
    if let Some(name) = &mut passenger.name {
        name.script_code.clear();
    }
    if n.is_multiple_of(4) {
        passenger.travel_documents.iter_mut().for_each(|document| document.mrz_lines.clear());
    }
    passenger
}

fn frame(reference: &str, now: Timestamp, draw: &mut Draw) -> Manifest {
    Manifest {
        manifest_reference: reference.into(),
        journey: Some(journey(&format!("J{reference}"), GISHTKUPRIK, now, 300, &["KZ", "UZ"])),
        issue_time: Some(timestamp(now)),
        carrier: Some(party(draw, "BIN", "KZ", "Carrier")),
        ..Manifest::default()
    }
}

fn consignment(draw: &mut Draw, n: u64, place: u64, items: i32) -> Consignment {
    let goods_items: Vec<GoodsItem> = (1..=items).map(|number| goods_item(draw, number)).collect();
    Consignment {
        consignment_reference: format!("SYN-CMR-{n:07}-{place}"),
        ucr: format!("6KZ990140000017-{n:07}{place}"),
        previous_mrn: movement_reference(2026, "KZ", n * 4 + place),
        consignor: Some(party(draw, "BIN", "KZ", "Export")),
        consignee: Some(party(draw, "TIN", "UZ", "Import")),
        importer: Some(party(draw, "TIN", "UZ", "Import")),
        exporter: Some(party(draw, "BIN", "KZ", "Export")),
        declarant: Some(party(draw, "TIN", "UZ", "Broker")),
        loading_location: Some(location("KZALA", "Almaty", "KZ")),
        unloading_location: Some(location("UZTAS", "Tashkent", "UZ")),
        departure_country_code: "KZ".into(),
        destination_country_code: "UZ".into(),
        gross_mass_mg: Some(goods_items.iter().filter_map(|item| item.gross_mass_mg).sum()),
        package_count: Some(
            goods_items.iter().flat_map(|item| &item.packages).filter_map(|one| one.package_count).sum(),
        ),
        goods_items,
        supporting_documents: ["730", "380", "954"]
            .into_iter()
            .map(|type_code| SupportingDocument {
                type_code: type_code.into(),
                reference: format!("SYN-{type_code}-{n:07}-{place}"),
                issue_date: Some(crate::traveller::civil((2026, 11, 20))),
            })
            .collect(),
        ..Consignment::default()
    }
}

fn goods_item(draw: &mut Draw, number: i32) -> GoodsItem {
    let hs_code = hs_code(draw.skewed(HS_CODES));
    let net_kg = 20 + draw.below(4_000) as i64;
    let goods = Goods {
        hs_code: "",
        description: DESCRIPTIONS[draw.below(DESCRIPTIONS.len() as u64) as usize],
        origin: ORIGINS[draw.skewed(ORIGINS.len() as u64) as usize],
        packages: ("CT", 1 + draw.below(400) as i32),
        net_kg,
        gross_kg: net_kg + net_kg / 12 + 1,
        usd: 50 + net_kg * (1 + draw.below(40) as i64),
        dangerous: None,
    };
    GoodsItem {
        declared_value: Some(Money {
            currency_code: "USD".into(),
            units: goods.usd,
            nanos: draw.below(100) as i32 * 10_000_000,
        }),
        packages: vec![Packages {
            type_code: goods.packages.0.into(),
            package_count: Some(goods.packages.1),
            marks: format!(
                "SYN/{hs_code}/{}/LOT {:06} KEEP DRY, THIS SIDE UP",
                number,
                draw.below(1_000_000)
            ),
        }],
        hs_code,
        description: format!("{} {TERMS}", goods.description),
        container_numbers: vec![container("SYNU", number as u32 * 1_117)],
        ucr: format!("6KZ990140000017-{:09}", draw.below(1_000_000_000)),
        ..goods.item(number)
    }
}

/// A code of the Harmonized System; neighbouring numbers give codes of different chapters.
fn hs_code(number: u64) -> String {
    static CODES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let lists = manifest::CodeLists::built_in();
        (0..1_000_000).map(|code| format!("{code:06}")).filter(|code| lists.has_hs6(code)).collect()
    });
    let place = number.wrapping_mul(2_654_435_761) % CODES.len().max(1) as u64;
    CODES.get(place as usize).cloned().unwrap_or_default()
}

const DESCRIPTIONS: [&str; 8] = [
    "Spare parts for agricultural tractors: hydraulic pumps, seal kits and filters, new, packed in cartons on pallets; invented goods of the benchmark, article numbers as in the invoice, not for retail sale, with certificates of conformity",
    "Cotton bed linen sets, printed, for hotels, assorted sizes, packed in cartons; invented goods of the benchmark, article numbers as in the invoice, folded and labelled for retail sale, with certificates of conformity",
    "Ceramic floor tiles, glazed, water absorption below half a per cent, on pallets; invented goods of the benchmark, article numbers as in the invoice, sorted by shade, with certificates of conformity",
    "Electric kettles and irons for household use, 220 V, packed for retail sale; invented goods of the benchmark, article numbers as in the invoice, with instructions in three languages and certificates of conformity",
    "Seamless steel pipes for gas pipelines, outside diameter 219 mm, in bundles; invented goods of the benchmark, heat numbers as in the mill certificate, with protective caps and a corrosion coating",
    "Sunflower oil, refined and deodorised, in bottles of one litre, in cartons; invented goods of the benchmark, lot numbers as in the invoice, best before date on each bottle, with health certificates",
    "Laboratory glassware: beakers, flasks and graduated cylinders, in foam; invented goods of the benchmark, article numbers as in the invoice, borosilicate glass, with calibration certificates of the maker",
    "Children's footwear with textile uppers and rubber soles, boxed in pairs; invented goods of the benchmark, article numbers as in the invoice, sizes 24 to 36, with certificates of conformity",
];

const TERMS: &str = "Delivered at place under the framework contract named in the invoice, one lot a pallet; \
                     unit prices and the share of freight as in the price list that the invoice refers to.";

fn party(draw: &mut Draw, scheme: &str, country: &str, kind: &str) -> Party {
    let number = draw.skewed(PARTIES);
    Party {
        identifiers: vec![PartyIdentifier {
            scheme: scheme.into(),
            value: if scheme == "BIN" { format!("990140{number:06}") } else { format!("990{number:06}") },
            country_code: country.into(),
        }],
        name: format!("{kind} House {number} (synthetic)"),
        street_address: format!("Sample street {}", 1 + number % 200),
        city: if country == "UZ" { "Tashkent" } else { "Almaty" }.into(),
        country_code: country.into(),
        ..Party::default()
    }
}

fn plate(n: u64) -> String {
    let letter = |place: u32| char::from(b'A' + (n / 1_000 / 26_u64.pow(place) % 26) as u8);
    format!("{:03}{}{}{}02", n % 1_000, letter(2), letter(1), letter(0))
}

/// A small seeded source of draws (SplitMix64): the same numbers on every machine and in every version.
struct Draw(u64);

impl Draw {
    fn new(seed: u64, n: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ n.wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Evenly from 0 to below a limit.
    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// From 0 to below a limit, small numbers more often: the density falls as one over the number.
    fn skewed(&mut self, limit: u64) -> u64 {
        let even = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((limit as f64 + 1.0).powf(even) as u64).saturating_sub(1).min(limit.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message as _;

    use super::*;

    #[test]
    fn payloads_are_about_eight_kilobytes_and_the_same_twice() {
        let now = crate::stories::fixture_now();
        for n in [0, 77, 9_999] {
            let pairs = [
                ("cargo", cargo(1, n, now), cargo(1, n, now)),
                ("coach", coach(1, n, now), coach(1, n, now)),
            ];
            for (kind, one, again) in pairs {
                let bytes = one.encoded_len();
                assert_eq!(one, again);
                assert!((7_400..8_900).contains(&bytes), "{kind} {n}: {bytes} bytes");
            }
        }
    }

    #[test]
    fn goods_have_codes_that_exist() {
        let lists = manifest::CodeLists::built_in();
        assert!((0..HS_CODES).all(|number| lists.has_hs6(&hs_code(number))));
    }

    #[test]
    fn ten_thousand_are_distinct_and_skewed() {
        let now = crate::stories::fixture_now();
        let mut references = BTreeSet::new();
        let mut first_party = 0;
        for n in 0..10_000 {
            let manifest = cargo(7, n, now).manifest.unwrap_or_default();
            references.insert(manifest.manifest_reference);
            first_party += i32::from(manifest.carrier.is_some_and(|one| one.name.contains("House 0 ")));
        }
        assert_eq!(references.len(), 10_000);
        assert!((300..2_000).contains(&first_party), "{first_party}");
    }
}
