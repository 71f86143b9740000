//! Words in, codes and units out; and whatever stands in a declared manifest, nothing panics.

use proptest::prelude::*;

use super::quantities::decimal;
use super::times::read_date;
use super::words::{identifier, plate, upper_snake};
use crate::declared::*;
use crate::samples::*;
use crate::{About, Declared, FindingCode, RuleSettings, record};

#[test]
fn plates_and_identifiers() {
    let check = |said: &str, kept: Option<&str>| assert_eq!(plate(said).as_deref(), kept, "{said}");
    check("01 a 123-bc", Some("01A123BC"));
    check("01А123ВС", Some("01A123BC"));
    check("а 777 хо", Some("A777XO"));
    check(" 10·ББ·1 ", Some("10ББ1"));
    check("---", None);
    check("", None);
    assert_eq!(identifier("ab 12/34").as_deref(), Some("AB1234"));
    assert_eq!(upper_snake("Tir holder-id").as_deref(), Some("TIR_HOLDER_ID"));
}

#[test]
fn numbers_in_words() {
    let check =
        |words: &str, places, number: Option<i128>| assert_eq!(decimal(words, places), number, "{words}");
    check("12,5", 6, Some(12_500_000));
    check("1 250.000001", 6, Some(1_250_000_001));
    check(".5", 2, Some(50));
    check("-3", 0, Some(-3));
    check("7.", 1, Some(70));
    for bad in ["", ".", "-", "1e3", "1.2.3", "1.0000001", "999999999999999999999", "١٢"] {
        check(bad, 6, None);
    }
}

#[test]
fn masses_in_words() {
    let check = |amount: &str, unit: &str, mg: Option<i64>| {
        let mut declared = lorry();
        cargo(&mut declared).consignments[0].gross_mass =
            Some(DeclaredMass::Said { amount: s(amount), unit: s(unit) });
        let manifest = normalized(declared);
        assert_eq!(
            manifest.cargo().unwrap().consignments[0].gross_mass.map(|m| m.mg()),
            mg,
            "{amount} {unit}"
        );
    };
    check("12,5", "KGM", Some(12_500_000));
    check("12.5", "кг", Some(12_500_000));
    check("1", "t", Some(1_000_000_000));
    check("0.000001", "", Some(1));
    check("1", "LBR", Some(453_592));
    check("99999999999999999999", "TNE", None);
    check("1", "barrels", None);
    check("-1", "KGM", None);
}

#[test]
fn dates_in_words() {
    let check = |words: &str, date: Option<(i16, i8, i8)>| {
        assert_eq!(read_date(words).map(|d| (d.year(), d.month(), d.day())), date, "{words}");
    };
    check("2026-02-28", Some((2026, 2, 28)));
    check("28.02.2026", Some((2026, 2, 28)));
    check("20260228", Some((2026, 2, 28)));
    check("1990", Some((1990, 0, 0)));
    check("1990-05", Some((1990, 5, 0)));
    for bad in ["", "2026-02-29", "260228", "yesterday", "2026-00-10", "28/02/26", "-1-1-1"] {
        check(bad, None);
    }
}

#[test]
fn instants_in_words() {
    let check = |text: &str, offset: Option<i64>, utc: Option<&str>| {
        let mut declared = lorry();
        let journey = declared.journey.as_mut().unwrap();
        journey.local_offset_minutes = offset.map(Into::into);
        journey.arrival_time = Some(DeclaredInstant::Said { text: s(text), format: s("") });
        let read = normalized(declared).journey.arrival_time().map(|t| t.to_string());
        assert_eq!(read.as_deref(), utc, "{text}");
    };
    check("2026-11-20T17:00:00+05:00", None, Some("2026-11-20T12:00:00Z"));
    check("2026-11-20T17:00:00", Some(300), Some("2026-11-20T12:00:00Z"));
    check("202611201700", Some(300), Some("2026-11-20T12:00:00Z"));
    check("20261120170000", Some(0), Some("2026-11-20T17:00:00Z"));
    check("202611201700", None, None);
    check("202611201700", Some(5000), None);
    check("tomorrow", Some(300), None);
}

#[test]
fn parties_and_their_keys() {
    let key = |party: Party| {
        let mut declared = lorry();
        declared.carrier = Some(party);
        normalized(declared).carrier.unwrap().key()
    };
    assert_eq!(key(party("X", "UZ", "300 000-001")).as_deref(), Some("TIN:UZ:300000001"));
    let named = Party { name: s(" «Synthetic»  trade,  mchj "), country_code: s("UZ"), ..Party::default() };
    assert_eq!(key(named.clone()).as_deref(), Some("NAME:UZ:SYNTHETIC TRADE MCHJ"));
    assert_eq!(key(Party { natural_person: true, ..named.clone() }), None, "counters hold no natural person");
    let mut by_register = party("X", "UZ", "12345678901234");
    by_register.identifiers[0].scheme = s("pinfl");
    assert_eq!(key(by_register), None);
    assert_eq!(key(Party::default()), None);
}

#[test]
fn what_is_read_is_what_scoring_gets() {
    let manifest = normalized(lorry());
    let consignment = &manifest.cargo().unwrap().consignments[0];
    assert_eq!(consignment.goods_items[1].hs6(), Some("731815"));
    assert_eq!(consignment.goods_items[1].hs_code.as_ref().map(|code| code.as_str()), Some("7318156900"));
    assert_eq!(consignment.goods_items[0].net_else_gross_mass().map(|mass| mass.mg()), Some(380_000_000));
    assert_eq!(consignment.importing_party().unwrap().key().as_deref(), Some("TIN:UZ:300000001"));
    assert_eq!(consignment.departure_country.unwrap().as_str(), "KZ");
}

#[test]
fn findings_know_their_place_in_the_source() {
    let mut declared = lorry();
    cargo(&mut declared).consignments[0].goods_items[1].hs_code = s("1");
    let item = "cargo.consignments[0].goods_items[1]".into();
    declared.source = SourceMap::Mapped([(item, SourcePlace(s("line 4")))].into());
    let (_, findings) = run(declared);
    let finding = &findings.as_slice()[0];
    assert_eq!(finding.code, FindingCode::ValueMalformed);
    assert_eq!(finding.about, About::GoodsItem { consignment: 0, item: 1 });
    assert_eq!(findings.place_of(&finding.path).map(|place| place.0.as_str()), Some("line 4"));
}

#[test]
fn debug_prints_no_person() {
    let declared = coach(2);
    let (result, findings) = run({
        let mut declared = declared.clone();
        list(&mut declared).passengers[1].travel_documents[0].mrz_lines = vec![s("SYNTHETIC")];
        declared
    });
    let printed = format!("{declared:?} {result:?} {findings:?}");
    for secret in ["SYNTHETIC-1", "GULNORA", "AZAMAT", "FA0000001", "1990", "Carrier"] {
        assert!(!printed.contains(secret), "{secret}");
    }
}

/// Throws dice for a declared manifest: a byte string decides what is said and how wrong it is.
struct Dice<'b>(std::slice::Iter<'b, u8>);

impl Dice<'_> {
    fn roll(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(0)
    }

    fn text(&mut self) -> String {
        const WORDS: [&str; 24] = [
            "",
            "UZ",
            "KAZ",
            "3",
            "2",
            "UZ-KELES",
            "610910",
            "KGM",
            "1",
            "-1",
            "9223372036854775807",
            "CT",
            "NO",
            "24GB000246J8NY33L7",
            "CSQU3054383",
            "2026-11-20",
            "20261120",
            "2026-11-20T17:00:00+05:00",
            "А\u{301}ЯЪ",
            "\u{0}\u{7f}",
            "<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
            "1203",
            "XB12345678",
            "🚚 é ʻ",
        ];
        s(WORDS[usize::from(self.roll()) % WORDS.len()])
    }

    fn number(&mut self) -> i64 {
        match self.roll() {
            0..=99 => i64::from(self.roll()),
            100..=149 => i64::MAX,
            150..=199 => i64::MIN,
            200..=229 => -i64::from(self.roll()),
            _ => 1_000_000_000_000,
        }
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.roll() > 60).then(|| make(self))
    }

    fn few<T>(&mut self, make: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.roll() % 4).map(|_| make(self)).collect()
    }

    fn said<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<Said<T>> {
        match self.roll() % 3 {
            0 => None,
            1 => Some(Said::Words(self.text())),
            _ => Some(Said::Plain(make(self))),
        }
    }

    fn count(&mut self) -> Option<Said<i64>> {
        self.said(Self::number)
    }

    fn mass(&mut self) -> Option<DeclaredMass> {
        self.maybe(|dice| match dice.roll() % 2 {
            0 => DeclaredMass::Milligrams(dice.number()),
            _ => DeclaredMass::Said { amount: dice.text(), unit: dice.text() },
        })
    }

    fn date(&mut self) -> Option<DeclaredDate> {
        self.maybe(|dice| match dice.roll() % 2 {
            0 => DeclaredDate::Civil {
                year: 1850 + 2 * i32::from(dice.roll()),
                month: i32::from(dice.roll() % 14),
                day: i32::from(dice.roll() % 33) - 1,
            },
            _ => DeclaredDate::Said { text: dice.text(), format: dice.text() },
        })
    }

    fn instant(&mut self) -> Option<DeclaredInstant> {
        self.maybe(|dice| match dice.roll() % 3 {
            0 => DeclaredInstant::Said { text: dice.text(), format: dice.text() },
            1 => jiff::Timestamp::from_second(dice.number()).unwrap_or(jiff::Timestamp::MIN).into(),
            _ => DeclaredInstant::Instant {
                timestamp: now(),
                offset_minutes: Some(i32::from(dice.roll()) * 60),
            },
        })
    }

    fn location(&mut self) -> Option<Location> {
        self.maybe(|dice| Location {
            un_locode: dice.text(),
            local_code: dice.text(),
            name: dice.text(),
            country_code: dice.text(),
            latitude_degrees: dice.said(|dice| f64::from(dice.roll())),
            longitude_degrees: dice.said(|_| f64::NAN),
        })
    }

    fn party(&mut self) -> Option<Party> {
        self.maybe(|dice| Party {
            identifiers: dice.few(|dice| PartyIdentifier {
                scheme: dice.text(),
                value: dice.text(),
                country_code: dice.text(),
            }),
            name: dice.text(),
            country_code: dice.text(),
            natural_person: dice.roll() > 127,
            ..Party::default()
        })
    }

    fn seals(&mut self) -> Vec<Seal> {
        self.few(|dice| Seal {
            number: dice.text(),
            sealing_party: dice.said(|_| crate::consignment::SealingParty::Customs),
        })
    }

    fn consignment(&mut self) -> Consignment {
        Consignment {
            consignment_reference: self.text(),
            ucr: self.text(),
            previous_mrn: self.text(),
            consignor: self.party(),
            consignee: self.party(),
            importer: self.party(),
            exporter: self.party(),
            declarant: self.party(),
            loading_location: self.location(),
            unloading_location: self.location(),
            departure_country_code: self.text(),
            destination_country_code: self.text(),
            gross_mass: self.mass(),
            package_count: self.count(),
            goods_items: self.few(Self::item),
            supporting_documents: self.few(|dice| SupportingDocument {
                type_code: dice.text(),
                reference: dice.text(),
                issue_date: dice.date(),
            }),
            prior_controls: self.few(|dice| PriorControl {
                country_code: dice.text(),
                control_time: dice.instant(),
                measure: dice.said(|_| crate::consignment::ControlMeasure::Weighing),
                ..PriorControl::default()
            }),
            customs_regime: self.said(|_| crate::consignment::CustomsRegime::Tir),
        }
    }

    fn item(&mut self) -> GoodsItem {
        GoodsItem {
            item_number: self.count(),
            description: self.text(),
            hs_code: self.text(),
            origin_country_code: self.text(),
            gross_mass: self.mass(),
            net_mass: self.mass(),
            declared_value: self.maybe(|dice| Money {
                currency_code: dice.text(),
                amount: dice.maybe(|dice| match dice.roll() % 2 {
                    0 => DeclaredAmount::Exact {
                        units: dice.number(),
                        nanos: i32::from(dice.roll()) * 5_000_000,
                    },
                    _ => DeclaredAmount::Said(dice.text()),
                }),
            }),
            packages: self.few(|dice| Packages {
                type_code: dice.text(),
                package_count: dice.count(),
                marks: dice.text(),
            }),
            supplementary_quantity: self
                .maybe(|dice| Quantity { amount_millionths: dice.count(), unit_code: dice.text() }),
            dangerous_goods: self.maybe(|dice| DangerousGoods {
                un_number: dice.text(),
                hazard_class: dice.text(),
                packing_group: dice.text(),
                tunnel_code: dice.text(),
            }),
            container_numbers: self.few(Self::text),
            ucr: self.text(),
        }
    }

    fn documents(&mut self) -> Vec<TravelDocument> {
        self.few(|dice| TravelDocument {
            document_type: dice.said(|_| crate::person::TravelDocumentType::Passport),
            number: dice.text(),
            issuing_state_code: dice.text(),
            expiry_date: dice.date(),
            mrz_lines: dice.few(|dice| dice.text().repeat(usize::from(dice.roll() % 3))),
            issue_date: dice.date(),
        })
    }

    fn name(&mut self) -> Option<PersonName> {
        self.maybe(|dice| PersonName {
            family_name: dice.text(),
            native_full_name: dice.text(),
            ..PersonName::default()
        })
    }

    fn passenger(&mut self) -> Passenger {
        Passenger {
            name: self.name(),
            birth_date: self.date(),
            sex: self.said(|_| crate::person::Sex::Male),
            nationality_code: self.text(),
            travel_documents: self.documents(),
            embark_stop_sequence: self.count(),
            debark_stop_sequence: self.count(),
            baggage: self.maybe(|dice| Baggage {
                piece_count: dice.count(),
                mass: dice.mass(),
                goods_to_declare: None,
            }),
            guardian_passenger_number: self.count(),
            residence_country_code: self.text(),
            ..Passenger::default()
        }
    }

    fn declared(&mut self) -> Declared {
        Declared {
            manifest_reference: self.text(),
            part: self.text(),
            revision: self.number(),
            conveyance: self.maybe(|dice| Conveyance {
                mode_code: dice.text(),
                registration: dice.text(),
                nationality_code: dice.text(),
                trailer_registrations: dice.few(Self::text),
                type_code: dice.text(),
            }),
            journey: self.maybe(|dice| Journey {
                journey_reference: dice.text(),
                border_post_code: dice.text(),
                arrival_time: dice.instant(),
                departure_time: dice.instant(),
                local_offset_minutes: dice.count(),
                stops: dice.few(|dice| Stop {
                    stop_sequence: dice.count(),
                    location: dice.location(),
                    arrival_time: dice.instant(),
                    departure_time: dice.instant(),
                }),
                itinerary_country_codes: dice.few(Self::text),
            }),
            load: self.maybe(|dice| match dice.roll() % 2 {
                0 => Load::Cargo(Cargo {
                    consignments: dice.few(Self::consignment),
                    total_gross_mass: dice.mass(),
                    total_package_count: dice.count(),
                    declared_consignment_count: dice.count(),
                    customs_regime: dice.said(|_| crate::consignment::CustomsRegime::Empty),
                    tir_carnet: dice.maybe(|dice| TirCarnet {
                        number: dice.text(),
                        expiry_date: dice.date(),
                        itinerary_country_codes: dice.few(Self::text),
                    }),
                    containers: dice.few(|dice| Container {
                        number: dice.text(),
                        size_type_code: dice.text(),
                        seals: dice.seals(),
                    }),
                    seals: dice.seals(),
                    declared_seal_count: dice.count(),
                    departure_office_code: dice.text(),
                    destination_office_code: dice.text(),
                }),
                _ => Load::PassengerList(PassengerList {
                    passengers: dice.few(Self::passenger),
                    declared_passenger_count: dice.count(),
                    service: dice.said(|_| crate::person::PassengerService::Regular),
                    route_permit_reference: dice.text(),
                }),
            }),
            crew_members: self.few(|dice| CrewMember {
                name: dice.name(),
                birth_date: dice.date(),
                sex: None,
                nationality_code: dice.text(),
                travel_documents: dice.documents(),
                role: dice.said(|_| crate::person::CrewRole::Driver),
            }),
            test: self.roll() > 127,
            issue_time: self.instant(),
            carrier: self.party(),
            ..Declared::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_everything_is_stored(bytes in prop::collection::vec(any::<u8>(), 0..1500), limit in 0_usize..40) {
        let declared = Dice(bytes.iter()).declared();
        let mut canonical = 0_usize;
        declared.canonical(&mut |piece| canonical += piece.len());
        prop_assert!(canonical > 0);
        let settings = RuleSettings { findings_limit: limit, ..RuleSettings::default() };
        let (result, findings) = run_with(declared, &settings);
        let manifest = match result {
            Ok(validated) => validated.into_manifest(),
            Err(rejected) => {
                prop_assert!(findings.reject(), "a rejected manifest says why");
                rejected.into_manifest()
            }
        };
        let stored = record::encode_manifest(&manifest);
        let read = record::decode(&stored.record_json, Some(&stored.persons_json));
        prop_assert_eq!(read.as_ref(), Ok(&manifest));
        let stored = record::encode_findings(findings.as_slice());
        let read = record::decode_findings(&stored.findings_json, Some(&stored.originals_json));
        prop_assert_eq!(read.as_deref(), Ok(findings.as_slice()));
    }
}
