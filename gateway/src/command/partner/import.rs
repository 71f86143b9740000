//! `gateway partner import`.

use std::path::Path;

use super::{Opened, refused, registry};
use crate::{
    authenticate::{Settings, read_folder},
    command::DataRefused,
    persist::{AuditEvent, AuditKind, PartnerRow},
};

/// Imports a registry folder: adds or replaces; partners that are not in it stay. What a command forbade stays forbidden:
/// an import at the next start of a pod must not let in whom somebody has shut out tonight.
pub(super) async fn import(opened: &Opened, folder: &Path) -> anyhow::Result<()> {
    let entries = read_folder(folder).map_err(registry::located)?;
    let (imported, (unchanged, kept)) = opened
        .change(|whole, now| {
            let (mut unchanged, mut kept) = (0, Vec::new());
            for entry in &entries {
                let before = whole.partners.get(&entry.id);
                let settings_json = match before {
                    Some(before) => merged(&entry.settings_json, before, &mut kept)?,
                    None => entry.settings_json.clone(),
                };
                let row = PartnerRow {
                    id: entry.id.clone(),
                    settings_json,
                    anchors_pem: entry.anchors_pem.clone(),
                    crls_pem: entry.crls_pem.clone(),
                    // Of a row that says the same, the time stays too, so that it is left alone.
                    updated_time: before.map_or(now, |before| before.updated_time),
                };
                if whole.partners.insert(entry.id.clone(), row.clone()) == Some(row) {
                    unchanged += 1;
                }
            }
            let count = i64::try_from(entries.len() - unchanged).unwrap_or(i64::MAX);
            let audit = vec![AuditEvent::new(AuditKind::PartnersImported, now).count(count)];
            Ok(registry::Told { audit, say: (unchanged, kept) })
        })
        .await?;
    println!("partners: {} added, {} changed, {unchanged} unchanged", imported.added, imported.changed);
    for line in kept {
        println!("{line}");
    }
    Ok(())
}

/// The folder's settings, with what is forbidden in the store forbidden still.
fn merged(settings_json: &str, before: &PartnerRow, kept: &mut Vec<String>) -> Result<String, DataRefused> {
    let read = |text: &str| serde_json::from_str::<Settings>(text);
    let mut settings = read(settings_json).map_err(|error| refused(error.to_string()))?;
    // One that cannot be read is replaced: the import is how it is mended.
    let Ok(stored) = read(&before.settings_json) else { return Ok(settings_json.to_owned()) };
    let mut keep = |what: &str| {
        kept.push(format!("partner {}: {what} stays; `gateway partner allow` lifts it", before.id))
    };
    if stored.suspended && !settings.suspended {
        settings.suspended = true;
        keep("its suspension");
    }
    for digest in stored.denied_certificates {
        if settings.denied_certificates.insert(digest.clone()) {
            keep(&format!("the suspension of certificate {digest}"));
        }
    }
    if settings.certificates.is_empty() {
        settings.certificates = stored.certificates;
    }
    serde_json::to_string(&settings).map_err(|error| refused(error.to_string()))
}
