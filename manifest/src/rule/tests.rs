//! The tables are well formed, the row that says most counts, and a day decides.

use jiff::civil::Date;

use super::*;
use crate::consignment::CustomsRegime;
use crate::conveyance::Mode;
use crate::finding::Severity;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

const NOW: Circumstances<'static> = Circumstances {
    load: Some(LoadKind::Cargo),
    mode: Some(Mode::Road),
    regime: None,
    partner: "",
    day: Date::constant(2026, 11, 20),
};

#[test]
fn the_files_are_read_whole() {
    let rows = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count() - 1;
    let deadlines = Deadlines::parse(Deadlines::built_in_text()).unwrap();
    assert_eq!(deadlines.rows().len(), rows(Deadlines::built_in_text()));
    let conditions = Conditions::parse(Conditions::built_in_text()).unwrap();
    assert_eq!(conditions.rows().len(), rows(Conditions::built_in_text()));
    assert_eq!(*Deadlines::built_in(), deadlines);
    assert_eq!(*Conditions::built_in(), conditions);
    assert!(deadlines.rows().iter().all(|row| !row.id.is_empty() && row.source.len() > 10));
    for element in Element::ALL {
        let of = conditions.rows().iter().filter(|row| row.element == *element);
        assert!(of.clone().count() > 0, "{} is asked for by nobody", element.as_str());
        assert!(of.into_iter().all(|row| !row.source.is_empty()), "{}", element.as_str());
    }
}

#[test]
fn the_row_that_says_most_counts_on_its_days() {
    let head = "id,mode,regime,partner,from,to,minutes,source\n";
    let table = Deadlines::parse(&format!(
        "{head}any,*,*,*,2020-01-01,,240,x\nroad,3,*,*,2020-01-01,2026-01-01,60,x\nroad2,3,*,*,2026-01-01,,90,x\n\
         tir,3,TIR,*,2026-01-01,,30,x\nown,*,*,tj-customs,2026-01-01,,10,x\n"
    ))
    .unwrap();
    let id = |now: &Circumstances<'_>| table.find(now).map(|row| row.id.clone());
    assert_eq!(id(&NOW).as_deref(), Some("road2"));
    assert_eq!(id(&Circumstances { mode: None, ..NOW }).as_deref(), Some("any"));
    assert_eq!(id(&Circumstances { mode: Some(Mode::Rail), ..NOW }).as_deref(), Some("any"));
    let tir = Circumstances { regime: Some(CustomsRegime::Tir), ..NOW };
    assert_eq!(id(&tir).as_deref(), Some("tir"));
    assert_eq!(id(&Circumstances { partner: "tj-customs", ..tir }).as_deref(), Some("own"));
    assert_eq!(id(&Circumstances { day: day("2025-12-31"), ..tir }).as_deref(), Some("road"));
    assert_eq!(id(&Circumstances { day: day("2026-01-01"), ..NOW }).as_deref(), Some("road2"));
    assert_eq!(id(&Circumstances { day: day("2019-12-31"), ..tir }), None, "nobody asked yet");
}

#[test]
fn a_table_that_says_two_things_or_nothing_is_refused() {
    let parse = |rows: &str| {
        let error = Deadlines::parse(&format!("id,mode,regime,partner,from,to,minutes,source\n{rows}"));
        error.err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert_eq!(parse("a,3,*,*,2020-01-01,2021-01-01,60,x\nb,3,*,*,2021-01-01,,60,x\n"), "");
    let twice = parse("a,3,*,*,2020-01-01,2021-01-02,60,x\nb,3,*,*,2021-01-01,,60,x\n");
    assert_eq!(twice, "rows 1 and 2 hold for the same manifests on the same day");
    for (row, what) in [
        ("a,three,*,*,2020-01-01,,60,x", "mode"),
        ("a,3,GIFT,*,2020-01-01,,60,x", "regime"),
        ("a,3,*,,2020-01-01,,60,x", "partner"),
        ("a,3,*,*,2020-13-01,,60,x", "from"),
        ("a,3,*,*,,,60,x", "from"),
        ("a,3,*,*,2020-01-01,soon,60,x", "to is no date"),
        ("a,3,*,*,2020-01-01,2020-01-01,60,x", "to is not after from"),
        ("a,3,*,*,2020-01-01,,-1,x", "minutes"),
        ("a,3,*", "columns"),
    ] {
        let told = parse(row);
        assert!(told.starts_with("row 1: ") && told.contains(what), "{row}: {told}");
    }
}

#[test]
fn a_row_can_switch_a_wider_one_off() {
    let head = "element,weight,load,mode,regime,partner,from,to,source\n";
    let table = Conditions::parse(&format!(
        "{head}goods_item.hs_code,WARNING,*,*,*,*,2020-01-01,,x\ngoods_item.hs_code,NONE,*,*,TRANSIT,*,2027-01-01,,x\n"
    ))
    .unwrap();
    let weight = |now: &Circumstances<'_>| table.required(now).weight(Element::HsCode);
    let transit = Circumstances { regime: Some(CustomsRegime::Transit), ..NOW };
    assert_eq!(weight(&NOW), Some(Severity::Warning));
    assert_eq!(weight(&transit), Some(Severity::Warning), "not yet");
    assert_eq!(weight(&Circumstances { day: day("2027-01-01"), ..transit }), None);
    assert_eq!(table.required(&NOW).weight(Element::Consignor), None);
    assert!(Conditions::parse(&format!("{head}goods_item.colour,NOTE,*,*,*,*,2020-01-01,,x\n")).is_err());
    assert!(Conditions::parse(&format!("{head}goods_item.hs_code,HEAVY,*,*,*,*,2020-01-01,,x\n")).is_err());
}

/// The sender says when it arrives, so a day of long ago must not switch off what anything hangs on.
#[test]
fn no_day_switches_off_what_blocks() {
    for text in ["-009999-01-01", "1970-01-01", "9999-12-30"] {
        for load in [LoadKind::Cargo, LoadKind::Passengers] {
            let required =
                Conditions::built_in().required(&Circumstances { load: Some(load), day: day(text), ..NOW });
            for element in [
                Element::PersonName,
                Element::PersonDocuments,
                Element::DocumentNumber,
                Element::PersonBirthDate,
            ] {
                assert_eq!(required.weight(element), Some(Severity::Blocking), "{text} {}", element.as_str());
            }
        }
    }
}
