//! Each case changes one thing about a clean sample and names every finding that follows.

use std::collections::BTreeSet;

use crate::declared::*;
use crate::samples::*;
use crate::{About, Declared, FindingCode as C, RuleSettings};

/// Applies a change to a sample and compares the findings: code, severity's first letter, subject and path.
pub(super) fn check(
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
    assert_eq!(validated.border_post_code(), Some("UZ-GISHTKUPRIK"));
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
            d.notes.push(FormNote::list_cut(About::Manifest, "cargo.consignments", 1, 2));
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
            let item = About::GoodsItem { consignment: 0, item: 0 };
            let path = "cargo.consignments[0].goods_items[0].description";
            d.notes.push(FormNote::text_cut(item, path, 512));
        },
        &["TEXT_TOO_LONG W cargo.consignments[0].goods_items[0].description"],
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
    worst.notes =
        vec![FormNote::list_cut(About::Conveyance, "x", 1, 2), FormNote::text_cut(About::Conveyance, "x", 1)];
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
    first.destination_country_code = s("SU");
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
    rows[1].name.as_mut().unwrap().family_name = s("\u{2014}");
    rows[2].name.as_mut().unwrap().family_name = s("\u{421}INTETIK");
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

    let mut noted = lorry();
    noted.notes.extend(C::OF_READERS.iter().map(|code| FormNote::new(*code, crate::Severity::Note)));
    add(noted);

    let missing: Vec<_> =
        C::ALL.iter().filter(|code| !seen.contains(code)).map(|code| code.as_str()).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
