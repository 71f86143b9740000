//! The rules can be kept: for every kind of manifest, by every mode, under every regime, from every partner that a table
//! names and on every day on which a table changes, there is a manifest without any finding. And each row of the table of
//! conditions is broken by some manifest, which says so with the weight of the row.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::consignment::{CustomsRegime, SealingParty};
use crate::conveyance::Mode;
use crate::declared::*;
use crate::person::{CrewRole, PassengerService};
use crate::rule::{Condition, Conditions, Deadlines, Element, LoadKind, Scope};
use crate::samples::*;
use crate::{Declared, FindingCode, Findings, RuleSettings, normalize, validate};

/// One kind of manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Goods, one consignment.
    General,
    /// Goods in sealed containers, several consignments, each under a regime of its own.
    Groupage,
    /// Dangerous goods.
    Dangerous,
    /// Goods of which another administration has seen some.
    Controlled,
    /// Nothing on board.
    Empty,
    /// Passengers on a line.
    Regular,
    /// Passengers on an occasional journey, with stops, two drivers, a child and a readable zone.
    Occasional,
}

impl Kind {
    const ALL: [Kind; 7] = [
        Kind::General,
        Kind::Groupage,
        Kind::Dangerous,
        Kind::Controlled,
        Kind::Empty,
        Kind::Regular,
        Kind::Occasional,
    ];

    const fn load(self) -> LoadKind {
        match self {
            Self::Regular | Self::Occasional => LoadKind::Passengers,
            _ => LoadKind::Cargo,
        }
    }
}

/// One manifest and who files it when.
#[derive(Debug, Clone)]
struct Case {
    kind: Kind,
    mode: Mode,
    regime: Option<CustomsRegime>,
    partner: String,
    day: Date,
}

impl Case {
    /// Noon of the day at the post, which is 07:00 UTC.
    fn arrival(&self) -> Timestamp {
        self.day.at(7, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp()
    }

    fn declared(&self) -> Declared {
        let mut declared = match self.kind {
            Kind::Regular => coach(12),
            Kind::Occasional => occasional(),
            _ => lorry(),
        };
        let journey = declared.journey.as_mut().unwrap();
        journey.arrival_time = Some(self.arrival().into());
        if self.mode == Mode::Rail {
            journey.border_post_code = s("UZ-KELES");
            let conveyance = declared.conveyance.as_mut().unwrap();
            conveyance.mode_code = s("2");
            conveyance.registration = s("2102");
            conveyance.trailer_registrations = vec![s("94123456"), s("94123457")];
        }
        if self.kind.load() == LoadKind::Cargo {
            self.fill(cargo(&mut declared));
        }
        declared
    }

    fn fill(&self, cargo: &mut Cargo) {
        cargo.customs_regime = self.regime.map(Into::into);
        match self.kind {
            Kind::Groupage => {
                cargo.consignments.push(consignment("CMR-2"));
                cargo.consignments[1].customs_regime = Some(CustomsRegime::Transit.into());
                cargo.consignments[1].goods_items[0].container_numbers = vec![s("CSQU3054383")];
                let seal = Seal { number: s("KZ0001"), sealing_party: Some(SealingParty::Customs.into()) };
                cargo.containers = vec![Container {
                    number: s("CSQU3054383"),
                    size_type_code: s("22G1"),
                    seals: vec![seal.clone()],
                }];
                cargo.seals = vec![seal];
                cargo.declared_seal_count = Some(2.into());
                cargo.declared_consignment_count = Some(2.into());
                cargo.total_gross_mass = kg(2000);
            }
            Kind::Dangerous => {
                let [petrol, fireworks] = &mut cargo.consignments[0].goods_items[..] else { panic!() };
                let goods = |number: &str, class: &str, group: &str| DangerousGoods {
                    un_number: s(number),
                    hazard_class: s(class),
                    packing_group: s(group),
                    tunnel_code: s("D/E"),
                };
                petrol.dangerous_goods = Some(goods("UN 1203", "3", "II"));
                petrol.hs_code = s("271012");
                fireworks.dangerous_goods = Some(goods("0336", "1.4G", ""));
                fireworks.hs_code = s("360410");
            }
            Kind::Controlled => {
                let consignment = &mut cargo.consignments[0];
                consignment.previous_mrn = s("24GB000246J8NY33L7");
                consignment.prior_controls = vec![PriorControl {
                    country_code: s("KZ"),
                    measure: Some(crate::consignment::ControlMeasure::Weighing.into()),
                    result: Some(crate::consignment::ControlResult::Satisfactory.into()),
                    ..PriorControl::default()
                }];
                consignment.loading_location =
                    Some(Location { un_locode: s("KZALA"), country_code: s("KZ"), ..Location::default() });
            }
            Kind::Empty => {
                cargo.customs_regime = Some(CustomsRegime::Empty.into());
                cargo.consignments.clear();
            }
            _ => {}
        }
        if self.regime == Some(CustomsRegime::Tir) {
            cargo.tir_carnet = Some(TirCarnet {
                number: s("XB12345678"),
                expiry_date: date(2035, 1, 1),
                ..TirCarnet::default()
            });
        }
    }

    fn findings(&self, declared: Declared) -> Findings {
        let settings = RuleSettings::default().of_partner(&self.partner);
        let (manifest, mut findings) = normalize(declared, lists(), &settings);
        let now = self.arrival().checked_sub(SignedDuration::from_hours(5)).unwrap();
        let _ = validate(manifest, now, &settings, &mut findings);
        findings
    }

    /// Does a row hold for it?
    fn is_under(&self, scope: &Scope) -> bool {
        scope.fits(&crate::rule::Circumstances {
            load: Some(self.kind.load()),
            mode: Some(self.mode),
            regime: self.regime,
            partner: &self.partner,
            day: self.day,
        })
    }
}

fn occasional() -> Declared {
    let mut declared = coach(12);
    let mut second = declared.crew_members[0].clone();
    second.travel_documents[0].number = s("N00000002");
    declared.crew_members.push(second);
    let mut conductor = declared.crew_members[0].clone();
    conductor.travel_documents[0].number = s("N00000003");
    conductor.role = Some(CrewRole::Conductor.into());
    declared.crew_members.push(conductor);
    declared.journey.as_mut().unwrap().stops =
        (1..=3).map(|number: i64| Stop { stop_sequence: Some(number.into()), ..Stop::default() }).collect();
    let list = list(&mut declared);
    list.service = Some(PassengerService::Occasional.into());
    for passenger in &mut list.passengers {
        passenger.embark_stop_sequence = Some(1.into());
        passenger.debark_stop_sequence = Some(3.into());
    }
    list.passengers[4].birth_date = date(2015, 6, 1);
    list.passengers[4].guardian_passenger_number = Some(1.into());
    let mut line = s("FA00000056UZB9001015F3012315<<<<<<<<<<<<<<00");
    crate::validate::mrz::tests::seal_td3(&mut line);
    list.passengers[5].travel_documents[0].mrz_lines =
        vec![s("P<UZBSYNTHETIC<<GULNORA<<<<<<<<<<<<<<<<<<<<<"), line];
    declared
}

/// The days on which a table changes, the days before, and today.
fn days() -> BTreeSet<Date> {
    let (deadlines, conditions) = (Deadlines::built_in(), Conditions::built_in());
    let scopes =
        deadlines.rows().iter().map(|row| &row.scope).chain(conditions.rows().iter().map(|row| &row.scope));
    let mut days: BTreeSet<Date> = scopes.flat_map(|scope| [Some(scope.from), scope.to]).flatten().collect();
    days.remove(&Date::MIN);
    days.extend(days.clone().into_iter().map(|day| day.yesterday().unwrap()));
    days.insert(Date::constant(2026, 11, 20));
    days
}

fn partners() -> BTreeSet<String> {
    let (deadlines, conditions) = (Deadlines::built_in(), Conditions::built_in());
    let of_deadlines = deadlines.rows().iter().filter_map(|row| row.scope.partner.clone());
    let of_conditions = conditions.rows().iter().filter_map(|row| row.scope.partner.clone());
    of_deadlines.chain(of_conditions).chain([String::new()]).collect()
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in Kind::ALL {
        let regimes: Vec<_> = match kind {
            Kind::Empty => vec![Some(CustomsRegime::Empty)],
            Kind::Regular | Kind::Occasional => vec![None],
            _ => {
                let loaded = CustomsRegime::ALL.iter().filter(|regime| **regime != CustomsRegime::Empty);
                loaded.map(|regime| Some(*regime)).chain([None]).collect()
            }
        };
        for regime in regimes {
            for mode in [Mode::Road, Mode::Rail] {
                for partner in partners() {
                    for day in days() {
                        cases.push(Case { kind, mode, regime, partner: partner.clone(), day });
                    }
                }
            }
        }
    }
    cases
}

#[test]
fn every_kind_of_manifest_can_be_without_a_finding() {
    let cases = cases();
    assert!(cases.len() > 200, "{}", cases.len());
    for case in &cases {
        let findings = case.findings(case.declared());
        let told: Vec<_> = findings.iter().map(|f| format!("{} {}", f.code.as_str(), f.path)).collect();
        assert_eq!(told, Vec::<String>::new(), "{case:?}");
    }
}

#[test]
fn every_row_of_the_tables_holds_for_some_of_them() {
    let (cases, conditions, deadlines) = (cases(), Conditions::built_in(), Deadlines::built_in());
    for Condition { element, scope, .. } in conditions.rows() {
        assert!(cases.iter().any(|case| case.is_under(scope)), "{} {scope:?}", element.as_str());
    }
    for row in deadlines.rows().iter().filter(|row| row.scope.mode.is_none_or(Mode::is_decided)) {
        let mut on_time = cases.iter().filter(|case| case.is_under(&row.scope));
        assert!(on_time.any(|case| case.findings(case.declared()).is_empty()), "{}", row.id);
    }
}

#[test]
fn every_condition_is_broken_by_some_manifest() {
    let conditions = Conditions::built_in();
    let cases = cases();
    for row in conditions.rows() {
        let code = match row.element {
            Element::PersonDocuments => FindingCode::DocumentMissing,
            Element::Driver => FindingCode::DriverMissing,
            Element::CarnetNumber => FindingCode::TirCarnetMalformed,
            Element::UnNumber | Element::HazardClass => FindingCode::DangerousGoodsIncomplete,
            _ => FindingCode::RequiredFieldMissing,
        };
        let mut broken = 0;
        for case in cases.iter().filter(|case| case.is_under(&row.scope)) {
            let mut declared = case.declared();
            if !leave_out(row.element, &mut declared) {
                continue;
            }
            let now = conditions.required(&crate::rule::Circumstances {
                load: Some(case.kind.load()),
                mode: Some(case.mode),
                regime: case.regime,
                partner: &case.partner,
                day: case.day,
            });
            if now.weight(row.element) != row.weight {
                continue; // a narrower row counts here
            }
            broken += 1;
            let findings = case.findings(declared);
            let told: Vec<_> = findings.iter().filter(|f| f.code == code).map(|f| f.severity).collect();
            assert_eq!(told.first().copied(), row.weight, "{} {case:?}", row.element.as_str());
        }
        assert!(broken > 0, "no manifest breaks {} {:?}", row.element.as_str(), row.scope);
    }
}

/// Takes an element out of a manifest; false when it has no place there.
fn leave_out(element: Element, declared: &mut Declared) -> bool {
    match element {
        Element::ConveyanceNationality => declared.conveyance.as_mut().unwrap().nationality_code.clear(),
        Element::CrewRole => declared.crew_members[0].role = None,
        Element::PersonName => declared.crew_members[0].name = None,
        Element::PersonBirthDate => declared.crew_members[0].birth_date = None,
        Element::PersonNationality => declared.crew_members[0].nationality_code.clear(),
        Element::PersonDocuments => declared.crew_members[0].travel_documents.clear(),
        Element::DocumentNumber => declared.crew_members[0].travel_documents[0].number.clear(),
        Element::DocumentType => declared.crew_members[0].travel_documents[0].document_type = None,
        // Of somebody stateless: for others the nationality tells it.
        Element::DocumentIssuer => {
            declared.crew_members[0].nationality_code = String::from("XXA");
            declared.crew_members[0].travel_documents[0].issuing_state_code.clear();
        }
        Element::Driver => {
            declared.crew_members.retain(|member| member.role != Some(CrewRole::Driver.into()))
        }
        _ => {
            return match &mut declared.load {
                Some(Load::PassengerList(list)) if element == Element::Passengers => {
                    list.passengers.clear();
                    list.declared_passenger_count = None;
                    true
                }
                Some(Load::PassengerList(list)) => {
                    list.service = None;
                    element == Element::Service
                }
                Some(Load::Cargo(cargo)) => leave_out_of_cargo(element, cargo),
                None => false,
            };
        }
    }
    true
}

fn leave_out_of_cargo(element: Element, cargo: &mut Cargo) -> bool {
    if element == Element::CarnetNumber {
        return cargo.tir_carnet.take().is_some();
    }
    if element == Element::ContainerNumber {
        cargo
            .consignments
            .iter_mut()
            .flat_map(|one| &mut one.goods_items)
            .for_each(|item| item.container_numbers.clear());
        return cargo.containers.first_mut().map(|container| container.number.clear()).is_some();
    }
    let Some(consignment) = cargo.consignments.first_mut() else { return false };
    match element {
        Element::ConsignmentReference => consignment.consignment_reference.clear(),
        Element::DepartureCountry => consignment.departure_country_code.clear(),
        Element::ConsignmentMass => consignment.gross_mass = None,
        Element::Consignor => consignment.consignor = None,
        Element::Consignee => consignment.consignee = None,
        Element::Description => consignment.goods_items[0].description.clear(),
        Element::HsCode => consignment.goods_items[0].hs_code.clear(),
        Element::PackageType => consignment.goods_items[0].packages[0].type_code.clear(),
        Element::UnNumber | Element::HazardClass => {
            let Some(goods) = &mut consignment.goods_items[0].dangerous_goods else { return false };
            match element {
                Element::UnNumber => goods.un_number.clear(),
                _ => goods.hazard_class.clear(),
            }
        }
        _ => return false,
    }
    true
}
