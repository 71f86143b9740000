//! `gateway report drift`.

use serde_json::json;

use crate::{
    clock::Clock,
    config::Config,
    drift::{Drift, look},
    persist::{Secrets, Store, head_word},
};

/// Features that the table shows.
const SHOWN: usize = 12;

/// Prints how far the features moved, and how well random checks bear the predictions out.
pub(super) async fn report(
    days: u32,
    reference_days: u32,
    as_json: bool,
    config: &Config,
    clock: &Clock,
) -> anyhow::Result<()> {
    let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
    let found = look(&store, days, reference_days, clock.now()).await?;
    store.close().await;
    println!("{}", if as_json { told_as_json(&found) } else { table(&found, days, reference_days) });
    Ok(())
}

fn told_as_json(found: &Drift) -> String {
    let indices = |of: &[(&'static str, f64)]| -> serde_json::Map<String, serde_json::Value> {
        of.iter().map(|(name, index)| ((*name).to_owned(), json!(index))).collect()
    };
    let calibration: Vec<_> = found
        .calibration
        .iter()
        .map(|of| {
            json!({ "head": head_word(of.head), "random_checks": of.random_checks, "predicted": of.predicted,
                "found": of.found })
        })
        .collect();
    json!({
        "items_before": found.items.0, "items": found.items.1, "features": indices(&found.features),
        "learnt": indices(&found.learnt), "calibration": calibration,
        "alarms": found.alarms(),
    })
    .to_string()
}

fn table(found: &Drift, days: u32, reference_days: u32) -> String {
    let (before, now) = found.items;
    let mut text = format!(
        "{now} goods items of the last {days} days beside {before} of the {reference_days} days before. Stability index: to .10 \
         the same, above .25 another world.\n\n"
    );
    if found.features.is_empty() {
        text += "too few goods items to compare\n";
    }
    for (name, index) in found.features.iter().take(SHOWN) {
        text += &format!("{name:<16}{index:>8.3}\n");
    }
    if !found.learnt.is_empty() {
        text += "\ncounted of earlier outcomes: moves with each that is learnt, and alarms nobody\n";
    }
    for (name, index) in found.learnt.iter().take(SHOWN) {
        text += &format!("{name:<16}{index:>8.3}\n");
    }
    for of in &found.calibration {
        text += &format!(
            "\n{}: {} of {} random checks, predicted {:.1} %",
            head_word(of.head),
            of.found,
            of.random_checks,
            of.predicted * 100.0
        );
    }
    for alarm in found.alarms() {
        text += &format!("\nALARM: {alarm}");
    }
    text
}
