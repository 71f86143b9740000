//! Any declared manifest at all: a byte string decides what is said and how wrong it is.

use crate::Declared;
use crate::declared::*;
use crate::samples::{now, s};

/// Throws dice for a declared manifest.
pub(super) struct Dice<'b>(pub(super) std::slice::Iter<'b, u8>);

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

    /// A declared manifest; the same bytes give the same.
    pub(super) fn declared(&mut self) -> Declared {
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
                    counts_all_parts: false,
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
