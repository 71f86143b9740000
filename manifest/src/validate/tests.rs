//! Each case changes one thing about a clean sample and names every finding that follows.

use std::collections::BTreeSet;

use crate::declared::*;
use crate::samples::*;
use crate::{About, Declared, FindingCode as C, RuleSettings};

/// Applies a change to a sample and compares the findings: code, severity's first letter, subject and path.
fn check(
    what: &str,
    mut declared: Declared,
    change: impl FnOnce(&mut Declared),
    expected: &[&str],
) -> BTreeSet<C> {
    change(&mut declared);
    let (_, findings) = run(declared);
    let told: Vec<String> = findings
        .iter()
        .map(|f| format!("{} {} {}", f.code.as_str(), &f.severity.as_str()[..1], f.path))
        .collect();
    assert_eq!(told, expected, "{what}");
    findings.iter().map(|f| f.code).collect()
}

const CONSIGNMENT: &str = "cargo.consignments[0]";

#[test]
fn clean_samples_have_no_findings() {
    check("lorry", lorry(), |_| {}, &[]);
    check("coach", coach(50), |_| {}, &[]);
    check(
        "two drivers",
        coach(3),
        |d| {
            let mut second = d.crew_members[0].clone();
            second.travel_documents[0].number = s("N00000002");
            d.crew_members.push(second);
        },
        &[],
    );
    let (result, _) = run(lorry());
    let validated = result.unwrap();
    assert_eq!(validated.border_post_code(), "UZ-GISHTKUPRIK");
    assert_eq!(validated.manifest().conveyance_key().as_deref(), Some("3:KZ:01A123BC"));
    assert_eq!(validated.manifest().journey_key().as_deref(), Some("3:KZ:01A123BC:TRIP-7"));
    assert_eq!(validated.arrival_date().to_string(), "2026-11-20");
}

#[test]
fn the_manifest_itself() {
    let rejected = |what: &str, change: fn(&mut Declared), expected: &[&str]| {
        let mut declared = lorry();
        change(&mut declared);
        assert!(run(declared.clone()).0.is_err(), "{what} rejects");
        check(what, declared, |_| {}, expected)
    };
    rejected(
        "no conveyance",
        |d| d.conveyance = None,
        &[
            "REQUIRED_FIELD_MISSING B conveyance.mode_code",
            "REQUIRED_FIELD_MISSING B conveyance.registration",
            "REQUIRED_FIELD_MISSING W conveyance.nationality_code",
        ],
    );
    rejected(
        "no journey",
        |d| d.journey = None,
        &[
            "REQUIRED_FIELD_MISSING B journey.arrival_time",
            "REQUIRED_FIELD_MISSING B journey.border_post_code",
        ],
    );
    rejected(
        "unknown post",
        |d| d.journey.as_mut().unwrap().border_post_code = s("UZ-NOWHERE"),
        &["CODE_UNKNOWN B journey.border_post_code"],
    );
    rejected(
        "arrival in words",
        |d| {
            d.journey.as_mut().unwrap().arrival_time =
                Some(DeclaredInstant::Said { text: s("soon"), format: s("") });
        },
        &["VALUE_MALFORMED B journey.arrival_time"],
    );
    rejected("no load", |d| d.load = None, &["REQUIRED_FIELD_MISSING B load"]);
    rejected(
        "list cut by the reader",
        |d| {
            d.notes.push(FormNote {
                path: "cargo.consignments".into(),
                about: About::Manifest,
                kind: FormNoteKind::ListCut { limit: 1, found: 2 },
            });
        },
        &["TOO_MANY_ELEMENTS B cargo.consignments"],
    );
}

#[test]
fn conveyance_and_times() {
    let at = |minutes: i64| {
        move |d: &mut Declared| {
            let arrival = now().checked_add(jiff::SignedDuration::from_mins(minutes)).unwrap();
            d.journey.as_mut().unwrap().arrival_time = Some(arrival.into());
        }
    };
    check("on the deadline", lorry(), at(120), &[]);
    check("late", lorry(), at(119), &["FILED_LATE W journey.arrival_time"]);
    check("just arrived", lorry(), at(-60), &["FILED_LATE W journey.arrival_time"]);
    check("long past", lorry(), at(-61), &["ARRIVAL_TIME_IMPLAUSIBLE W journey.arrival_time"]);
    check("edge of ahead", lorry(), at(60 * 24 * 60), &[]);
    check(
        "too far ahead",
        lorry(),
        at(60 * 24 * 60 + 1),
        &["ARRIVAL_TIME_IMPLAUSIBLE W journey.arrival_time"],
    );
    check(
        "by air",
        lorry(),
        |d| d.conveyance.as_mut().unwrap().mode_code = s("40"),
        &["MODE_NOT_DECIDED N conveyance.mode_code"],
    );
    check(
        "train over a road post",
        lorry(),
        |d| d.conveyance.as_mut().unwrap().mode_code = s("2"),
        &["BORDER_POST_MODE N conveyance.mode_code"],
    );
    check(
        "reader cut a text",
        lorry(),
        |d| {
            d.notes.push(FormNote {
                path: "cargo.consignments[0].goods_items[0].description".into(),
                about: About::GoodsItem { consignment: 0, item: 0 },
                kind: FormNoteKind::TextCut { limit: 512 },
            });
        },
        &["TEXT_TOO_LONG W cargo.consignments[0].goods_items[0].description"],
    );
}

#[test]
fn sums_and_counts() {
    let one = |change: fn(&mut Consignment), expected: &[&str]| {
        let expected: Vec<String> = expected.iter().map(|line| line.replace('@', CONSIGNMENT)).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check("consignment", lorry(), |d| change(&mut cargo(d).consignments[0]), &expected)
    };
    one(|c| c.gross_mass = kg(800), &[]);
    one(|c| c.gross_mass = kg(799), &["GROSS_MASS_BELOW_SUM W @.gross_mass_mg"]);
    one(
        |c| c.gross_mass = Some(DeclaredMass::Milligrams(799_999_999)),
        &["GROSS_MASS_BELOW_SUM W @.gross_mass_mg"],
    );
    one(|c| c.gross_mass = Some(DeclaredMass::Milligrams(-1)), &["NUMBER_IMPLAUSIBLE W @.gross_mass_mg"]);
    one(
        |c| {
            c.goods_items[0].gross_mass = Some(DeclaredMass::Milligrams(i64::MAX));
        },
        &["SUM_OVERFLOWS W @.gross_mass_mg"],
    );
    one(|c| c.goods_items[1].net_mass = kg(401), &["NET_MASS_ABOVE_GROSS W @.goods_items[1].net_mass_mg"]);
    one(
        |c| c.goods_items[1].item_number = Some(3.into()),
        &["ITEM_NUMBERS_NOT_SEQUENTIAL W @.goods_items[1].item_number"],
    );
    one(
        |c| c.goods_items[0].item_number = None,
        &["ITEM_NUMBERS_NOT_SEQUENTIAL W @.goods_items[0].item_number"],
    );
    one(|c| c.package_count = Some(20.into()), &[]);
    one(|c| c.package_count = Some(21.into()), &["COUNT_MISMATCH W @.package_count"]);
    one(|c| c.goods_items.clear(), &["REQUIRED_FIELD_MISSING B @.goods_items"]);
    check(
        "no consignments",
        lorry(),
        |d| cargo(d).consignments.clear(),
        &["REQUIRED_FIELD_MISSING B cargo.consignments"],
    );
    check(
        "total below",
        lorry(),
        |d| cargo(d).total_gross_mass = kg(999),
        &["GROSS_MASS_BELOW_SUM W cargo.total_gross_mass_mg"],
    );
    check(
        "consignment count",
        lorry(),
        |d| cargo(d).declared_consignment_count = Some(2.into()),
        &["COUNT_MISMATCH W cargo.declared_consignment_count"],
    );
    check(
        "empty but not",
        lorry(),
        |d| cargo(d).customs_regime = Some(Said::Words(s("empty"))),
        &["REGIME_DISAGREES W cargo.customs_regime"],
    );
}

#[test]
fn goods() {
    let item = |what: &str, change: fn(&mut GoodsItem), expected: &[&str]| {
        let expected: Vec<String> =
            expected.iter().map(|line| line.replace('@', "cargo.consignments[0].goods_items[0]")).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(what, lorry(), |d| change(&mut cargo(d).consignments[0].goods_items[0]), &expected);
    };
    for vague in ["NO", " personal effects. ", "GOODS", "Товары", "согласно инвойсу", "tovarlar", "-", "№ 5"]
    {
        let mut declared = lorry();
        cargo(&mut declared).consignments[0].goods_items[0].description = s(vague);
        let expected = "DESCRIPTION_VAGUE W cargo.consignments[0].goods_items[0].description";
        check(vague, declared, |_| {}, &[expected]);
    }
    item("unknown code", |i| i.hs_code = s("999999"), &["CODE_UNKNOWN W @.hs_code"]);
    item("left the list", |i| i.hs_code = s("854140"), &["CODE_UNKNOWN W @.hs_code"]);
    item("dots", |i| i.hs_code = s("6109.10.00.00"), &[]);
    item("seven digits", |i| i.hs_code = s("6109100"), &["VALUE_MALFORMED W @.hs_code"]);
    item("origin", |i| i.origin_country_code = s("QZ"), &["CODE_UNKNOWN W @.origin_country_code"]);
    item(
        "currency",
        |i| i.declared_value.as_mut().unwrap().currency_code = s("SUM"),
        &["CODE_UNKNOWN W @.declared_value.currency_code"],
    );
    item(
        "negative",
        |i| {
            i.declared_value.as_mut().unwrap().amount = Some(DeclaredAmount::Exact { units: -1, nanos: 0 });
        },
        &["NUMBER_IMPLAUSIBLE W @.declared_value.units"],
    );
    item(
        "dangerous",
        |i| {
            i.dangerous_goods = Some(DangerousGoods {
                un_number: s("UN 1203"),
                hazard_class: s("3"),
                ..DangerousGoods::default()
            });
        },
        &[],
    );
    item(
        "dangerous, nothing said",
        |i| i.dangerous_goods = Some(DangerousGoods::default()),
        &[
            "DANGEROUS_GOODS_INCOMPLETE W @.dangerous_goods.un_number",
            "DANGEROUS_GOODS_INCOMPLETE W @.dangerous_goods.hazard_class",
        ],
    );
    item("package", |i| i.packages[0].type_code = s("XX9"), &["CODE_UNKNOWN N @.packages[0].type_code"]);
    check(
        "reference twice",
        lorry(),
        |d| cargo(d).consignments.push(consignment("CMR-1")),
        &["REFERENCE_REPEATED W cargo.consignments[1].consignment_reference"],
    );
    check("good MRN", lorry(), |d| cargo(d).consignments[0].previous_mrn = s("24GB 000246J8NY33L7"), &[]);
    check(
        "bad MRN",
        lorry(),
        |d| cargo(d).consignments[0].previous_mrn = s("24GB000246J8NY33L8"),
        &["MRN_CHECK_DIGIT_WRONG W cargo.consignments[0].previous_mrn"],
    );
    check(
        "other MRN",
        lorry(),
        |d| cargo(d).consignments[0].previous_mrn = s("EXP/7"),
        &["VALUE_MALFORMED N cargo.consignments[0].previous_mrn"],
    );
}

#[test]
fn carnets_containers_seals_and_parties() {
    let carnet = |number: &str, expiry| {
        let number = s(number);
        move |d: &mut Declared| {
            cargo(d).tir_carnet = Some(TirCarnet { number, expiry_date: expiry, ..TirCarnet::default() });
        }
    };
    check("carnet", lorry(), carnet("XB 12345678", date(2026, 11, 20)), &[]);
    check(
        "carnet form",
        lorry(),
        carnet("12345678", None),
        &["TIR_CARNET_MALFORMED W cargo.tir_carnet.number"],
    );
    check(
        "carnet expired",
        lorry(),
        carnet("XB12345678", date(2026, 11, 19)),
        &["TIR_CARNET_EXPIRED W cargo.tir_carnet.expiry_date"],
    );
    check(
        "TIR without carnet",
        lorry(),
        |d| cargo(d).customs_regime = Some(Said::Words(s("TIR"))),
        &["TIR_CARNET_MALFORMED W cargo.tir_carnet.number"],
    );
    let container = |number: &str| {
        let number = s(number);
        move |d: &mut Declared| cargo(d).containers = vec![Container { number, ..Container::default() }]
    };
    check("container", lorry(), container("CSQU 305438-3"), &[]);
    check(
        "container digit",
        lorry(),
        container("CSQU3054384"),
        &["CONTAINER_CHECK_DIGIT_WRONG W cargo.containers[0].number"],
    );
    check(
        "container form",
        lorry(),
        container("TRAILER7"),
        &["VALUE_MALFORMED W cargo.containers[0].number"],
    );
    check(
        "container of an item",
        lorry(),
        |d| {
            container("CSQU3054383")(d);
            cargo(d).consignments[0].goods_items[1].container_numbers = vec![s("MSKU6011672")];
        },
        &["CONTAINER_NOT_LISTED N cargo.consignments[0].goods_items[1].container_numbers[0]"],
    );
    check(
        "seal count",
        lorry(),
        |d| cargo(d).declared_seal_count = Some(1.into()),
        &["SEALS_DISAGREE W cargo.declared_seal_count"],
    );
    check(
        "seal without number",
        lorry(),
        |d| cargo(d).seals = vec![Seal::default()],
        &["SEALS_DISAGREE W cargo.seals[0].number"],
    );
    check(
        "nobody",
        lorry(),
        |d| cargo(d).consignments[0].consignee = Some(Party::default()),
        &["PARTY_UNIDENTIFIED W cargo.consignments[0].consignee"],
    );
    check(
        "no consignor",
        lorry(),
        |d| cargo(d).consignments[0].consignor = None,
        &["REQUIRED_FIELD_MISSING W cargo.consignments[0].consignor"],
    );
}

#[test]
fn one_broken_row_among_fifty_is_one_traveller() {
    let mut declared = coach(50);
    let row = &mut list(&mut declared).passengers[16];
    row.birth_date = Some(DeclaredDate::Civil { year: 1990, month: 13, day: 1 });
    row.travel_documents.clear();
    let (result, findings) = run(declared);
    assert!(result.is_ok(), "the list stands");
    assert_eq!(findings.blocked(), BTreeSet::from([About::Passenger(16)]));
    assert!(findings.iter().all(|finding| finding.about == About::Passenger(16)));
    assert_eq!(findings.len(), 2);
}

#[test]
fn travellers() {
    let row = |what: &str, change: fn(&mut Passenger), expected: &[&str]| {
        let expected: Vec<String> =
            expected.iter().map(|line| line.replace('@', "passenger_list.passengers[1]")).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(what, coach(3), |d| change(&mut list(d).passengers[1]), &expected);
    };
    row("no name", |p| p.name = None, &["REQUIRED_FIELD_MISSING B @.name"]);
    row(
        "only a native name",
        |p| {
            p.name = Some(PersonName {
                native_full_name: s("Синтетик Гулнора"), ..PersonName::default()
            });
        },
        &[],
    );
    row("no nationality", |p| p.nationality_code = s(""), &["REQUIRED_FIELD_MISSING B @.nationality_code"]);
    row("unknown nationality", |p| p.nationality_code = s("QQQ"), &["CODE_UNKNOWN W @.nationality_code"]);
    row("special code", |p| p.nationality_code = s("XXA"), &[]);
    row("no document", |p| p.travel_documents.clear(), &["DOCUMENT_MISSING B @.travel_documents"]);
    row(
        "expired",
        |p| p.travel_documents[0].expiry_date = date(2026, 11, 19),
        &["DOCUMENT_EXPIRED W @.travel_documents[0].expiry_date"],
    );
    row("expires that day", |p| p.travel_documents[0].expiry_date = date(2026, 11, 20), &[]);
    row(
        "born tomorrow",
        |p| p.birth_date = date(2026, 11, 21),
        &["BIRTH_DATE_IMPLAUSIBLE W @.birth_date", "MINOR_ALONE W @.guardian_passenger_number"],
    );
    row("born long ago", |p| p.birth_date = date(1900, 0, 0), &["BIRTH_DATE_IMPLAUSIBLE W @.birth_date"]);
    row("only a year", |p| p.birth_date = date(1970, 0, 0), &[]);
    row("minor", |p| p.birth_date = date(2008, 11, 21), &["MINOR_ALONE W @.guardian_passenger_number"]);
    row("eighteen that day", |p| p.birth_date = date(2008, 11, 20), &[]);
    row(
        "minor with guardian",
        |p| {
            p.birth_date = date(2015, 0, 0);
            p.guardian_passenger_number = Some(1.into());
        },
        &[],
    );
    row(
        "own guardian",
        |p| {
            p.birth_date = date(2015, 1, 1);
            p.guardian_passenger_number = Some(2.into());
        },
        &["MINOR_ALONE W @.guardian_passenger_number"],
    );
    row(
        "stop that is not",
        |p| p.embark_stop_sequence = Some(4.into()),
        &["STOPS_DISAGREE W @.embark_stop_sequence"],
    );
    row("unknown sex", |p| p.sex = Some(Said::Words(s("9"))), &["CODE_UNKNOWN W @.sex"]);
    check(
        "same document",
        coach(3),
        |d| {
            let number = list(d).passengers[0].travel_documents[0].number.clone();
            list(d).passengers[2].travel_documents[0].number = number;
        },
        &[
            "DOCUMENT_REPEATED W passenger_list.passengers[2].travel_documents[0].number",
            "DOCUMENT_REPEATED W passenger_list.passengers[0].travel_documents[0].number",
        ],
    );
    check("no driver", coach(3), |d| d.crew_members.clear(), &["DRIVER_MISSING W crew_members"]);
    check(
        "count",
        coach(3),
        |d| list(d).declared_passenger_count = Some(4.into()),
        &["COUNT_MISMATCH W passenger_list.declared_passenger_count"],
    );
    check(
        "stops out of order",
        coach(1),
        |d| {
            let stop = |n: i64| Stop { stop_sequence: Some(n.into()), ..Stop::default() };
            d.journey.as_mut().unwrap().stops = vec![stop(1), stop(3), stop(2)];
        },
        &["STOPS_DISAGREE W journey.stops[2].stop_sequence"],
    );
}

#[test]
fn zones() {
    // The specimen of ICAO Doc 9303 part 4 with a state that exists, check digits made anew.
    let good =
        ["P<UZBSYNTHETIC<<GULNORA<<<<<<<<<<<<<<<<<<<<<", "FA00000016UZB9001015F3012315<<<<<<<<<<<<<<00"];
    let zone = |what: &str, lines: &[&str], expected: &[&str]| {
        let lines: Vec<String> = lines.iter().map(|line| s(line)).collect();
        let change = |d: &mut Declared| {
            let document = &mut list(d).passengers[1].travel_documents[0];
            document.number = s("FA0000001");
            document.mrz_lines = lines;
        };
        check(what, coach(3), change, expected);
    };
    let at = "passenger_list.passengers[1].travel_documents[0].mrz_lines";
    let mut made = good.map(s);
    crate::validate::mrz::tests::seal_td3(&mut made[1]);
    let good = [made[0].as_str(), made[1].as_str()];
    zone("good", &good, &[]);
    zone("lower case and blanks", &[&good[0].to_lowercase(), &format!(" {}", good[1])], &[]);
    zone("one line", &good[1..], &[&format!("MRZ_MALFORMED B {at}")]);
    zone("alphabet", &[good[0], &good[1].replace('F', "Ф")], &[&format!("MRZ_MALFORMED B {at}")]);
    zone(
        "wrong digit",
        &[good[0], &good[1].replace("900101", "900102")],
        &[&format!("MRZ_CHECK_DIGIT_WRONG B {at}")],
    );
    let mut other = good[1].replace("900101", "910101").replace("301231", "311231");
    crate::validate::mrz::tests::seal_td3(&mut other);
    zone(
        "another day",
        &[good[0], &other],
        &[&format!("MRZ_DISAGREES W {at}"), &format!("MRZ_DISAGREES W {at}")],
    );
}

#[test]
fn the_limit_never_waves_through() {
    let mut declared = coach(20);
    for passenger in &mut list(&mut declared).passengers {
        passenger.travel_documents.clear();
    }
    let settings = RuleSettings { findings_limit: 5, ..RuleSettings::default() };
    let (_, findings) = run_with(declared, &settings);
    assert_eq!(findings.blocked().len(), 20, "every traveller is still blocked");
    assert_eq!(findings.len(), 20);
    assert_eq!(findings.dropped(), 15);
    assert_eq!(findings.iter().filter(|f| f.code == C::FindingsCut).count(), 15);
    let (_, findings) = run_with(coach(20), &RuleSettings { findings_limit: 0, ..RuleSettings::default() });
    assert!(findings.is_empty(), "nothing noted, nothing cut");
}

#[test]
fn every_code_comes_from_some_input() {
    let mut seen = BTreeSet::from([C::FindingsCut]); // the limit's own test makes it
    let mut add = |declared: Declared| seen.extend(run(declared).1.iter().map(|f| f.code));
    let mut worst = lorry();
    worst.crew_members.clear();
    worst.notes = vec![
        FormNote {
            path: "x".into(),
            about: About::Conveyance,
            kind: FormNoteKind::ListCut { limit: 1, found: 2 },
        },
        FormNote { path: "x".into(), about: About::Conveyance, kind: FormNoteKind::TextCut { limit: 1 } },
    ];
    let load = cargo(&mut worst);
    load.customs_regime = Some(Said::Words(s("EMPTY")));
    load.total_gross_mass = kg(1);
    load.declared_consignment_count = Some(9.into());
    load.declared_seal_count = Some(9.into());
    load.containers = vec![Container { number: s("CSQU3054384"), ..Container::default() }];
    load.tir_carnet =
        Some(TirCarnet { number: s("1"), expiry_date: date(2020, 1, 1), ..TirCarnet::default() });
    load.consignments.push(consignment("CMR-1"));
    let first = &mut load.consignments[0];
    first.previous_mrn = s("24GB000246J8NY33L8");
    first.consignee = Some(Party::default());
    first.departure_country_code = s("??");
    let item = &mut first.goods_items[0];
    item.description = s("NO");
    item.hs_code = s("1");
    item.item_number = None;
    item.net_mass = kg(999);
    item.declared_value.as_mut().unwrap().amount = Some(DeclaredAmount::Exact { units: -1, nanos: 0 });
    item.dangerous_goods = Some(DangerousGoods::default());
    item.container_numbers = vec![s("MSKU6011672")];
    add(worst.clone());
    cargo(&mut worst).consignments[0].goods_items[1].gross_mass = Some(DeclaredMass::Milligrams(i64::MAX));
    worst.conveyance.as_mut().unwrap().mode_code = s("2");
    add(worst.clone());
    worst.conveyance.as_mut().unwrap().mode_code = s("4");
    add(worst);

    let mut worst = coach(9);
    worst.crew_members.clear();
    worst.journey.as_mut().unwrap().arrival_time = Some(now().into());
    let rows = &mut list(&mut worst).passengers;
    rows[0].name = None;
    rows[1].travel_documents.clear();
    rows[2].travel_documents[0].expiry_date = date(2020, 1, 1);
    rows[3].birth_date = date(2027, 1, 1);
    rows[4].travel_documents[0].number = s("FA0000005");
    rows[5].embark_stop_sequence = Some(7.into());
    rows[6].travel_documents[0].mrz_lines = vec![s("P<")];
    rows[7].travel_documents[0].mrz_lines =
        vec!["P<UZBSYNTHETIC".to_owned() + &"<".repeat(30), "1".repeat(44)];
    let mut zone = "FA00000086UZB9101015F3012315<<<<<<<<<<<<<<00".to_owned();
    crate::validate::mrz::tests::seal_td3(&mut zone);
    rows[8].travel_documents[0].mrz_lines = vec!["P<UZBSYNTHETIC".to_owned() + &"<".repeat(30), zone];
    add(worst.clone());
    worst.journey.as_mut().unwrap().arrival_time = Some(jiff::Timestamp::UNIX_EPOCH.into());
    add(worst);

    let missing: Vec<_> =
        C::ALL.iter().filter(|code| !seen.contains(code)).map(|code| code.as_str()).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
