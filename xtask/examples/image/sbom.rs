//! What the program is made of, as CycloneDX 1.5: every crate that is linked, with version and licence, from Cargo's own
//! tree.

use std::{collections::BTreeSet, process::Command};

use anyhow::Result;
use serde_json::json;

use super::{Origin, said};

/// The list for the gateway.
pub(crate) fn of_gateway(origin: &Origin) -> Result<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args([
        "tree",
        "--package",
        "gateway",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}|{l}",
    ]);
    let told = said(&mut tree)?;
    let crates: BTreeSet<(&str, &str, &str)> = told
        .lines()
        .filter_map(|line| {
            let (package, licence) = line.trim_end_matches(" (*)").split_once('|')?;
            let mut words = package.split(' ');
            let (name, version) = (words.next()?, words.next()?.trim_start_matches('v'));
            Some((name, version, licence.trim_end_matches(" (*)")))
        })
        .collect();
    let components: Vec<_> = crates
        .into_iter()
        .map(|(name, version, licence)| {
            json!({
                "type": "library",
                "name": name,
                "version": version,
                "purl": format!("pkg:cargo/{name}@{version}"),
                "licenses": [{ "expression": licence.replace('/', " OR ") }],
            })
        })
        .collect();
    let sbom = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": { "type": "application", "name": "customs-gateway", "version": origin.version },
            "properties": [{ "name": "revision", "value": origin.revision }],
        },
        "components": components,
    });
    Ok(serde_json::to_string_pretty(&sbom)?)
}
