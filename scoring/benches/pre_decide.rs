//! `cargo bench -p scoring`: microseconds of a truck of ten goods items, step by step.
//!
//! Best of many short rounds, because neighbours on the machine only ever add time.

#![allow(clippy::expect_used)] // a bench that cannot load has nothing to measure

use std::hint::black_box;
use std::time::Instant;

use scoring::features::of;
use scoring::*;

fn main() {
    let scorer = Scorer::shipped().expect("the shipped bundle loads");
    let items: Vec<Subject> = (0..10i64).map(item).collect();
    let mut history = History::new(None);
    for n in 0..400 {
        let outcome = PastOutcome { subject: item(n % 17), fraud: n % 4 == 0, critical: n % 90 == 0 };
        history.learn(&outcome, &scorer.policy().rates);
    }
    let case = Case::Cargo { consignments: vec![items], crew: vec![CrewMember::Driver] };
    let vectors: Vec<_> =
        case.goods_items().map(|(_, _, s)| of(s, &history, &scorer.policy().rates).vector).collect();
    let scored = scorer.score(&case, Ok(&history), &[]);
    let decided = finish(scored.clone(), &Capacity::default());

    let prepared = scorer.prepare(&case);
    let rows: Vec<_> = prepared.history_keys().into_iter().map(|key| (key, history.counter(&key))).collect();
    let (one, three) = (&vectors[..1], &vectors[..3]);

    time("prepare", || drop(black_box(scorer.prepare(&case))));
    time("history keys", || drop(black_box(prepared.history_keys())));
    time("history from rows", || drop(black_box(History::from_rows(None, rows.iter().copied()))));
    time("features", || {
        for (_, _, subject) in case.goods_items() {
            black_box(of(subject, &history, &scorer.policy().rates));
        }
    });
    time("graph, one item", || drop(black_box(scorer.bundle().score(one))));
    time("graph, ten items", || drop(black_box(scorer.bundle().score(&vectors))));
    time("one explanation", || {
        black_box(scorer.bundle().explain(&vectors[0], Head::Fraud));
    });
    time("ten scored, three explained", || {
        drop(black_box(scorer.bundle().score(&vectors)));
        for vector in three {
            black_box(scorer.bundle().explain(vector, Head::Fraud));
        }
    });
    time("score", || drop(black_box(scorer.score_prepared(&prepared, Ok(&history), &[]))));
    time("finish", || drop(black_box(finish(scored.clone(), &Capacity::default()))));
    time("encode", || drop(black_box(record::encode(&decided))));
    time("all of it", || {
        let prepared = scorer.prepare(&case);
        black_box(prepared.history_keys());
        let history = History::from_rows(None, rows.iter().copied());
        let scored = scorer.score_prepared(&prepared, Ok(&history), &[]);
        drop(black_box(record::encode(&finish(scored, &Capacity::default()))));
    });
    println!("{:<30}{:>9} bytes", "record", record::encode(&decided).len());
    let start = Instant::now();
    drop(black_box(Scorer::shipped()));
    println!("{:<30}{:>9.1} ms", "load and prove", start.elapsed().as_secs_f64() * 1e3);
}

fn item(n: i64) -> Subject {
    Subject {
        hs_code: Some(format!("5205{:02}", n % 100)),
        origin_country: Some("TR".into()),
        departure_country: Some("TR".into()),
        mass_mg: Some(1_000_000_000 + n * 37_000_000),
        value: Some(Value { currency: "USD".into(), units: 5_000 + n * 11, nanos: 0 }),
        importer: Some("UZ-IMPORTER-1".into()),
        exporter: Some("TR-EXPORTER-1".into()),
        declarant: Some("UZ-DECLARANT-1".into()),
        carrier: None,
        office: Some("UZ-POST-1".into()),
        mode: Some(Mode::Road),
        date: jiff::civil::date(2026, 3, 3),
    }
}

fn time(what: &str, mut work: impl FnMut()) {
    let best = (0..2000)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..5 {
                work();
            }
            start.elapsed().as_secs_f64() / 5.0
        })
        .fold(f64::INFINITY, f64::min);
    println!("{what:<30}{:>9.1} µs", best * 1e6);
}
