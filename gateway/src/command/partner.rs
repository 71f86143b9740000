//! `gateway partner import`.

use std::{collections::BTreeMap, path::Path};

use super::DataRefused;
use crate::{
    authenticate::{PartnerEntry, Problem, prove, read_folder},
    clock::Clock,
    config::Config,
    persist::{PartnerRow, Secrets, Store},
};

/// Imports a registry folder. The registry as it will stand is proven first: a running gateway must be able to take
/// it up whole.
pub(super) async fn import(folder: &Path, config: &Config, clock: &Clock) -> anyhow::Result<()> {
    let entries = read_folder(folder).map_err(located)?;
    let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
    let mut whole: BTreeMap<String, PartnerEntry> = BTreeMap::new();
    for row in store.partners().await? {
        whole.insert(row.id.clone(), entry(row));
    }
    for entry in &entries {
        whole.insert(entry.id.clone(), entry.clone());
    }
    prove(whole.into_values().collect()).map_err(located)?;
    let now = clock.now();
    let rows = entries.into_iter().map(|entry| row(entry, now)).collect();
    let imported = store.import_partners(rows, now).await;
    store.close().await;
    let imported = imported?;
    println!(
        "partners: {} added, {} changed, {} unchanged",
        imported.added, imported.changed, imported.unchanged
    );
    Ok(())
}

fn located(problems: Vec<Problem>) -> DataRefused {
    DataRefused(problems.iter().map(ToString::to_string).collect())
}

fn entry(row: PartnerRow) -> PartnerEntry {
    let PartnerRow { id, settings_json, anchors_pem, crls_pem, .. } = row;
    PartnerEntry { id, settings_json, anchors_pem, crls_pem }
}

fn row(entry: PartnerEntry, updated_time: jiff::Timestamp) -> PartnerRow {
    let PartnerEntry { id, settings_json, anchors_pem, crls_pem } = entry;
    PartnerRow { id, settings_json, anchors_pem, crls_pem, updated_time }
}
