//! Words in, codes and units out; and whatever stands in a declared manifest, nothing panics.

use proptest::prelude::*;

use super::dice::Dice;
use super::quantities::decimal;
use super::times::read_date;
use super::words::{identifier, plate, upper_snake};
use crate::declared::*;
use crate::samples::*;
use crate::{About, CodeLists, FindingCode, RuleSettings, record};

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
    check("1000.000000000000", 6, Some(1_000_000_000));
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

/// A comma with three digits behind it parts thousands for one writer and begins a fraction for another: it is asked.
#[test]
fn a_comma_before_three_digits_is_asked_about() {
    for (amount, asked) in [
        ("1,250", true),
        ("12,500", true),
        ("1,250,000", true),
        ("1.250", false),
        ("12,5", false),
        ("0,250", false),
        ("1 250,500", false),
        ("1250,500", false),
    ] {
        let mut declared = lorry();
        cargo(&mut declared).consignments[0].goods_items[0].net_mass =
            Some(DeclaredMass::Said { amount: s(amount), unit: s("KGM") });
        let (_, findings) = super::normalize(declared, &CodeLists::built_in(), &RuleSettings::default());
        let found = findings.iter().any(|finding| finding.code == FindingCode::ValueMalformed);
        assert_eq!(found, asked, "{amount}");
    }
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
fn when_a_message_was_made_is_taken_for_utc_and_said() {
    let issued = |text: &str, offset: Option<i64>| {
        let mut declared = lorry();
        declared.journey.as_mut().unwrap().local_offset_minutes = offset.map(Into::into);
        declared.issue_time = Some(DeclaredInstant::Said { text: s(text), format: s("ISO8601") });
        normalized(declared).issue_time.map(|t| t.timestamp.to_string())
    };
    assert_eq!(issued("2026-11-20T17:00:00", None).as_deref(), Some("2026-11-20T17:00:00Z"));
    assert_eq!(issued("2026-11-20T17:00:00", Some(300)).as_deref(), Some("2026-11-20T12:00:00Z"));
    assert_eq!(issued("2026-11-20T17:00:00+01:00", None).as_deref(), Some("2026-11-20T16:00:00Z"));
    assert_eq!(issued("soon", None), None);
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
    let item = PathKey::from("cargo.consignments[0].goods_items[1]");
    declared.source.mark(item, Mark::Line { line: 4, column: 0 });
    let (_, findings) = run(declared);
    let finding = &findings.as_slice()[0];
    assert_eq!(finding.code, FindingCode::ValueMalformed);
    assert_eq!(finding.about, About::GoodsItem { consignment: 0, item: 1 });
    assert_eq!(finding.place, Some(SourcePlace::Line { line: 4, column: 0 }));
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
        let read = record::decode(&stored.record, Some(&stored.persons));
        prop_assert_eq!(read.as_ref(), Ok(&manifest));
        let (json, persons_json) = record::to_json_texts(&manifest);
        let read = record::decode(&json, Some(&persons_json));
        prop_assert_eq!(read.as_ref(), Ok(&manifest));
        let stored = record::encode_findings(findings.as_slice());
        let read = record::decode_findings(&stored.findings_json, Some(&stored.originals_json));
        prop_assert_eq!(read.as_deref(), Ok(findings.as_slice()));
    }
}
