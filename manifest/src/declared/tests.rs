//! The canonical form: equal for equal words, different for different ones, and the same next year.

use crate::Declared;
use crate::declared::*;
use crate::samples::*;

fn canonical(declared: &Declared) -> Vec<u8> {
    let mut bytes = Vec::new();
    declared.canonical(&mut |piece| bytes.extend_from_slice(piece));
    bytes
}

#[test]
fn what_is_not_meant_is_left_out() {
    let plain = canonical(&lorry());
    let same = |what: &str, change: fn(&mut Declared)| {
        let mut declared = lorry();
        change(&mut declared);
        assert_eq!(canonical(&declared), plain, "{what}");
    };
    same("made at another time", |d| d.issue_time = Some(now().into()));
    same("read from another form", |d| d.source.mark("load".into(), Mark::Line { line: 1, column: 0 }));
    same("absent said twice", |d| d.part = s(""));
}

#[test]
fn everything_meant_counts() {
    let mut seen = std::collections::BTreeSet::from([canonical(&lorry())]);
    let mut differs = |what: &str, change: fn(&mut Declared)| {
        let mut declared = lorry();
        change(&mut declared);
        assert!(seen.insert(canonical(&declared)), "{what}");
    };
    differs("reference", |d| d.manifest_reference = s("SYNTHETIC-LORRY-2"));
    differs("part", |d| d.part = s("1"));
    differs("revision", |d| d.revision = 1);
    differs("test", |d| d.test = true);
    differs("plate", |d| d.conveyance.as_mut().unwrap().registration = s("01A124BC"));
    differs("plate said otherwise", |d| d.conveyance.as_mut().unwrap().registration = s("01A123BC"));
    differs("trailer", |d| d.conveyance.as_mut().unwrap().trailer_registrations = vec![s("T1"), s("2")]);
    differs("trailers cut otherwise", |d| {
        d.conveyance.as_mut().unwrap().trailer_registrations = vec![s("T"), s("12")]
    });
    differs("arrival", |d| d.journey.as_mut().unwrap().arrival_time = Some(now().into()));
    differs("mass", |d| cargo(d).consignments[0].gross_mass = kg(1001));
    differs("mass in words", |d| {
        cargo(d).consignments[0].gross_mass = Some(DeclaredMass::Said { amount: s("1000"), unit: s("KGM") });
    });
    differs("zero is not absent", |d| cargo(d).total_package_count = Some(0.into()));
    differs("words are not numbers", |d| cargo(d).total_package_count = Some(Said::Words(s("0"))));
    differs("one consignment more", |d| cargo(d).consignments.push(Consignment::default()));
    differs("two consignments more", |d| {
        cargo(d).consignments.extend([Consignment::default(), Consignment::default()])
    });
    differs("item moved", |d| cargo(d).consignments[0].goods_items.swap(0, 1));
    differs("importer is not exporter", |d| cargo(d).consignments[0].importer = Some(party("A", "UZ", "1")));
    differs("exporter is not importer", |d| cargo(d).consignments[0].exporter = Some(party("A", "UZ", "1")));
    differs("seal of the load", |d| cargo(d).seals = vec![Seal { number: s("1"), sealing_party: None }]);
    differs("no load", |d| d.load = None);
    differs("an empty list", |d| d.load = Some(Load::PassengerList(PassengerList::default())));
    differs("crew", |d| d.crew_members.clear());
    differs("carrier", |d| d.carrier = None);
}

/// The bytes of version 1 never change: digests over them settle repeats for ever.
#[test]
fn the_form_is_the_same_next_year() {
    let fnv = |declared: &Declared| {
        canonical(declared).iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    };
    let small = Declared { manifest_reference: s("A"), revision: 2, test: true, ..Declared::default() };
    let mut expected = vec![CANONICAL_VERSION];
    expected.extend_from_slice(&[0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 1, b'A']);
    expected.extend_from_slice(&[0, 4, 2, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 2]);
    expected.extend_from_slice(&[0, 11, 3, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    assert_eq!(canonical(&small), expected);
    assert_eq!((fnv(&lorry()), fnv(&coach(50))), (14_559_618_650_802_919_521, 10_881_641_977_420_503_211));
}
