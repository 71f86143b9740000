//! Entrepreneurs' records predict where there is something to predict, and nothing where there is nothing.

use scoring::simulation::{Declaration, World, followed, invented, simulated, without_signal};

/// The documented simulator of the design: spread 1.0, fifteen percent redraw each quarter.
fn world(seed: u64) -> World {
    World { spread: 1.0, redraw: 0.15, intercept: -2.4, seed }
}

#[test]
fn without_signal_it_collapses_to_the_base_rate() {
    let declarations = invented(20_000, 540, 3);
    for seed in 1..=3 {
        let found = followed(&without_signal(&declarations, 0.217, seed));
        let excess = found.combined.log_loss - found.constant.log_loss;
        assert!(excess < 0.001, "{excess}: {found:?}");
        assert!((found.combined.roc_auc - 0.5).abs() < 0.02, "{found:?}");
        assert!(
            found.naive.log_loss > found.constant.log_loss + 0.02,
            "the naive rate is harmful: {found:?}"
        );
    }
}

#[test]
fn with_signal_it_beats_the_naive_past_rate() {
    let declarations = invented(20_000, 540, 3);
    let (combined, naive) = over_seeds(&declarations);
    assert!(combined > naive + 0.01, "{combined} against {naive}");
}

/// Mean areas over three seeds: the combined records', the naive past rate's.
fn over_seeds(declarations: &[Declaration]) -> (f64, f64) {
    let (mut combined, mut naive) = (0.0, 0.0);
    for seed in 1..=3 {
        let found = followed(&simulated(declarations, &world(seed)));
        println!("simulated, seed {seed}: {found:?}");
        assert!(found.combined.log_loss < found.constant.log_loss, "{found:?}");
        assert!(found.combined.log_loss < found.naive.log_loss, "{found:?}");
        combined += found.combined.roc_auc / 3.0;
        naive += found.naive.roc_auc / 3.0;
    }
    (combined, naive)
}

/// The same on the published data set's parties and dates: `CORRIDOR_DATA` is the folder with its files.
#[test]
fn on_the_published_data_set() {
    let Some(folder) = std::env::var_os("CORRIDOR_DATA") else {
        eprintln!("SKIPPED: CORRIDOR_DATA is not set, so the published data set was not looked at");
        return;
    };
    let declarations = read(std::path::Path::new(&folder));
    let found = followed(&declarations);
    println!("real outcomes: {found:?}");
    let excess = found.combined.log_loss - found.constant.log_loss;
    assert!(excess < 0.001, "the data has no signal to find: {excess}");
    let (combined, naive) = over_seeds(&declarations);
    assert!(combined > naive && combined >= 0.60, "{combined} against {naive}");
}

fn read(folder: &std::path::Path) -> Vec<Declaration> {
    let mut numbers = std::collections::HashMap::new();
    let mut declarations = Vec::new();
    for name in ["train.csv", "valid.csv"] {
        let file = std::fs::File::open(folder.join(name)).unwrap();
        for outcome in scoring::dataset::outcomes(file).unwrap() {
            let outcome = outcome.unwrap();
            let subject = &outcome.subject;
            let mut kind = 0;
            let parties = [&subject.importer, &subject.declarant, &subject.exporter].map(|party| {
                kind += 1;
                let next = numbers.len();
                party.as_ref().map(|party| *numbers.entry((kind, party.clone())).or_insert(next))
            });
            let day = subject.date.duration_since(jiff::civil::date(2020, 1, 1)).as_hours() / 24;
            declarations.push(Declaration { parties, day, irregular: outcome.fraud });
        }
    }
    declarations
}
