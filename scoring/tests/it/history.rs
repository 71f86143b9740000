//! History: only the past counts, and its keys are for ever.

use scoring::features::of;
use scoring::*;

use crate::support::*;

const HEADER: &str = "Declaration ID,Date,Office ID,Process Type,Import Type,Import Use,Payment Type,\
Mode of Transport,Declarant ID,Importer ID,Seller ID,Courier ID,HS6 Code,Country of Departure,\
Country of Origin,Tax Rate,Tax Type,Country of Origin Indicator,Net Mass,Item Price,Fraud,Critical Fraud\n";

fn read(rows: &str) -> Result<Vec<PastOutcome>, dataset::Error> {
    dataset::outcomes(format!("{HEADER}{rows}").as_bytes())?.collect()
}

#[test]
fn no_row_sees_its_own_day_or_a_later_one() {
    let mut rows = outcomes(&yarn(), 6, 3, 0);
    // Two on one day, and out of order in the file.
    rows[5].subject.date = rows[2].subject.date;
    rows.reverse();
    let mut seen = Vec::new();
    let rates = scorer().policy().rates.clone();
    walk_by_day(&mut rows, &mut History::default(), &rates, |row, history| {
        let counted = of(&row.subject, history, &rates).counters;
        assert!(history.as_of().is_none_or(|day| day < row.subject.date));
        seen.push((row.subject.date, counted[0].n, counted[CounterKind::Signature as usize].n));
    });
    let counts: Vec<_> = seen.iter().map(|(_, base, signature)| (*base, *signature)).collect();
    assert_eq!(counts, [(0, 0), (1, 1), (2, 2), (2, 2), (4, 4), (5, 5)]);
}

#[test]
fn the_labels_of_a_day_do_not_change_the_features_of_that_day() {
    let rates = scorer().policy().rates.clone();
    let vectors = |fraud: i64| {
        let mut rows = outcomes(&yarn(), 8, 0, 0);
        let day = rows[3].subject.date;
        rows.iter_mut().skip(3).for_each(|row| row.subject.date = day);
        rows.iter_mut().skip(3).for_each(|row| row.fraud = fraud == 1);
        let mut vectors = Vec::new();
        walk_by_day(&mut rows, &mut History::default(), &rates, |row, history| {
            vectors.push(of(&row.subject, history, &rates).vector);
        });
        vectors
    };
    assert_eq!(vectors(0), vectors(1));
}

#[test]
fn keys_are_what_is_specified() {
    use CounterKind as K;
    // printf 'imp\x1fUZ-IMPORTER-1' | sha256sum | head -c 16, with the first bit set, as a signed number
    let key = CounterKey::new(K::Importer, &["UZ-IMPORTER-1"]);
    assert_eq!(key.hash, -7_065_434_040_113_096_425);
    assert_ne!(key.hash, CounterKey::new(K::Declarant, &["UZ-IMPORTER-1"]).hash);
    // Codes stand in the number as they are.
    let (turkiye, germany) = (0x5452, 0x4445);
    for (kind, parts, below) in [
        (K::Hs6, &["520524"][..], 520_524 << 32),
        (K::Hs4, &["5205"], 5_205 << 32),
        (K::Hs2, &["52"], 52 << 32),
        (K::Origin, &["TR"], turkiye),
        (K::Hs6Origin, &["520524", "TR"], 520_524 << 32 | turkiye),
        (K::Hs6Route, &["520524", "DE", "TR"], 520_524 << 32 | germany << 16 | turkiye),
        (K::Hs4MassBand, &["5205", "-7"], 5_205 << 32 | 0xFFFF_FFF9),
        (K::Mass, &["18400000000"], 18_400_000_000),
    ] {
        assert_eq!(CounterKey::new(kind, parts).hash, kind.code() << 58 | below, "{kind:?}");
    }
    // What does not fit is digested, and can never be taken for a packed one.
    for (kind, part) in [(K::Mass, "288230376151711744"), (K::Origin, "TUR"), (K::Hs6, "52052A")] {
        assert!(CounterKey::new(kind, &[part]).hash < 0, "{part}");
    }
}

#[test]
fn a_goods_item_has_the_keys_that_its_parts_spell() {
    use CounterKind as K;
    let keys = scorer().history_keys(&cargo(vec![vec![yarn()]]));
    for (kind, parts) in [
        (K::Signature, &["520524", "TR", "TR", "18400000000"][..]),
        (K::Hs6Mass, &["520524", "18400000000"]),
        (K::Hs6MassBand, &["520524", "43"]),
        (K::Hs4Route, &["5205", "TR", "TR"]),
        (K::Hs6Origin, &["520524", "TR"]),
        (K::Mass, &["18400000000"]),
        (K::Exporter, &["TR-EXPORTER-1"]),
        (K::Office, &["UZ-POST-1"]),
    ] {
        assert!(keys.contains(&CounterKey::new(kind, parts)), "{kind:?}");
    }
}

#[test]
fn what_items_have_in_common_changes_no_key() {
    let other = Subject { importer: Some("UZ-IMPORTER-2".into()), declarant: None, ..yarn() };
    let together = scorer().history_keys(&cargo(vec![vec![yarn(), other.clone()], vec![yarn()]]));
    let mut apart = scorer().history_keys(&cargo(vec![vec![yarn()]]));
    apart.extend(scorer().history_keys(&cargo(vec![vec![other]])));
    apart.sort_unstable();
    apart.dedup();
    assert_eq!(together, apart);
}

#[test]
fn the_codes_of_kinds_are_stored_and_stay() {
    let codes: Vec<i64> = CounterKind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(codes, (0..21).collect::<Vec<i64>>());
    assert!(CounterKind::ALL.iter().all(|kind| CounterKind::from_code(kind.code()) == Some(*kind)));
    assert_eq!(CounterKind::from_code(21), None);
}

#[test]
fn what_is_read_is_what_is_learned() {
    let keys = scorer().history_keys(&cargo(vec![vec![yarn()]]));
    let mut updates: Vec<_> = scorer()
        .updates(&PastOutcome { subject: yarn(), fraud: true, critical: false })
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    updates.sort_unstable();
    assert_eq!(keys, updates);
    assert_eq!(keys.len(), 21);
    // Ten items alike need no more counters than one.
    assert_eq!(scorer().history_keys(&cargo(vec![vec![yarn(); 10]])).len(), 21);
    let nameless = Subject { importer: None, value: None, ..yarn() };
    assert_eq!(scorer().history_keys(&cargo(vec![vec![nameless]])).len(), 19);
}

#[test]
fn merging_counters_is_learning_one_by_one() {
    let rows = outcomes(&yarn(), 9, 4, 2);
    let (mut left, right) = (history(&rows[..4]), history(&rows[4..]));
    for (key, counter) in right.rows() {
        left.add(*key, counter);
    }
    for (key, counter) in history(&rows).rows() {
        let merged = left.counter(key);
        assert_eq!((merged.n, merged.fraud, merged.critical), (counter.n, counter.fraud, counter.critical));
        assert!((merged.value.mean - counter.value.mean).abs() < 1e-9);
        assert!((merged.mass.m2 - counter.mass.m2).abs() < 1e-9);
    }
}

#[test]
fn a_row_of_the_published_form_is_read() {
    let rows = "1,2020-01-02,30,B,11,21,11,30,D1,I1,,,071080,BE,NL,0.0,F,G,108.5,372254.4,1,2\n";
    let outcome = read(rows).unwrap().remove(0);
    assert!(outcome.fraud && outcome.critical);
    let subject = outcome.subject;
    assert_eq!((subject.hs_code.as_deref(), subject.mass_mg), (Some("071080"), Some(108_500_000)));
    assert_eq!((subject.exporter, subject.mode), (None, Some(Mode::Road)));
    assert_eq!(subject.value.unwrap().units, 372_254);
}

#[test]
fn rows_that_cannot_be_read_say_where() {
    let row = |date: &str, hs: &str, mass: &str, fraud: &str, critical: &str| {
        format!("1,{date},30,B,11,21,11,30,D1,I1,,,{hs},BE,NL,0.0,F,G,{mass},1.0,{fraud},{critical}\n")
    };
    let good = row("2020-01-02", "071080", "1", "0", "0");
    for (bad, expected) in [
        (
            row("2020-13-02", "071080", "1", "0", "0"),
            "line 3, column \"Date\": \"2020-13-02\" is not a date, YYYY-MM-DD",
        ),
        (row("2020-01-02", "7108", "1", "0", "0"), "line 3, column \"HS6 Code\": \"7108\" is not six digits"),
        (
            row("2020-01-02", "071080", "-1", "0", "0"),
            "line 3, column \"Net Mass\": \"-1\" is not an amount, not negative",
        ),
        (
            row("2020-01-02", "071080", "NaN", "0", "0"),
            "line 3, column \"Net Mass\": \"NaN\" is not an amount, not negative",
        ),
        (row("2020-01-02", "071080", "1", "", "0"), "line 3, column \"Fraud\": \"\" is not a label: 0 or 1"),
        (
            row("2020-01-02", "071080", "1", "1", "9"),
            "line 3, column \"Critical Fraud\": \"9\" is not a label: 0, 1 or 2",
        ),
        (
            row("2020-01-02", "071080", "1", "0", "2"),
            "line 3: Critical Fraud is \"2\", Fraud is \"0\": they contradict each other",
        ),
    ] {
        assert_eq!(read(&format!("{good}{bad}")).unwrap_err().to_string(), expected);
    }
    assert!(matches!(
        dataset::outcomes("Date,Fraud\n".as_bytes()).err(),
        Some(dataset::Error::ColumnMissing("HS6 Code"))
    ));
}

#[test]
fn columns_may_stand_anywhere_be_absent_or_be_unknown() {
    let file = "\u{feff}Fraud,HS6 Code,Remark,Date,Critical Fraud,Net Mass\r\n1,520524,x,2020-03-01,1,\r\n";
    let outcome = dataset::outcomes(file.as_bytes()).unwrap().next().unwrap().unwrap();
    assert!(outcome.fraud && !outcome.critical);
    let subject = outcome.subject;
    assert_eq!((subject.hs_code.as_deref(), subject.mass_mg, subject.value), (Some("520524"), None, None));
    assert_eq!((subject.origin_country, subject.importer, subject.mode), (None, None, None));
    let twice = dataset::outcomes("Date,HS6 Code,Fraud,Critical Fraud,Date\n".as_bytes());
    assert!(matches!(twice.err(), Some(dataset::Error::ColumnRepeated("Date"))));
    // Goods whose outcome nobody knows yet have no labels.
    let goods = dataset::subjects("HS6 Code,Date\n520524,2020-03-01\n".as_bytes()).unwrap();
    assert_eq!(goods.map(|row| row.unwrap().hs_code.unwrap()).collect::<Vec<_>>(), ["520524"]);
}

/// A walk that lets a day see itself, or even only itself, would make any model look clairvoyant. Here the outcome is
/// drawn by lot, so that whatever ranks better than chance has seen it.
#[test]
fn a_planted_leak_is_caught() {
    let rates = scorer().policy().rates.clone();
    let drawn = |n: i64| (n * 7_919 % 104_729) % 2 == 0;
    let mut rows: Vec<PastOutcome> = (0..400)
        .map(|n| PastOutcome {
            subject: Subject {
                mass_mg: Some(1_000_000 * (n % 50 + 1)),
                date: yarn().date.checked_add(jiff::Span::new().days(n / 20)).unwrap(),
                ..yarn()
            },
            fraud: drawn(n),
            critical: false,
        })
        .collect();
    let mut honest = Vec::new();
    walk_by_day(&mut rows, &mut History::default(), &rates, |row, history| {
        honest.push((of(&row.subject, history, &rates).vector.0[0], row.fraud));
    });
    // The leak: the row itself is in the history by which it is judged.
    let mut leaky = Vec::new();
    let mut history = History::default();
    for row in &rows {
        history.learn(row, &rates);
        leaky.push((of(&row.subject, &history, &rates).vector.0[0], row.fraud));
    }
    assert!((auc(&honest) - 0.5).abs() < 0.1, "the walk knows what was drawn: {}", auc(&honest));
    assert!(auc(&leaky) > 0.65, "a leak would not be noticed here: {}", auc(&leaky));
}

fn auc(rows: &[(f32, bool)]) -> f64 {
    let (mut right, mut pairs) = (0.0, 0.0);
    for irregular in rows.iter().filter(|row| row.1) {
        for regular in rows.iter().filter(|row| !row.1) {
            pairs += 1.0;
            right += if irregular.0 > regular.0 {
                1.0
            } else {
                f64::from(u8::from(irregular.0 == regular.0)) / 2.0
            };
        }
    }
    right / pairs
}
