//! Upgrades from charts that were handed out before (helm/previous): each ends where an installation of today begins.

use std::{collections::BTreeMap, fs, time::Duration};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::{
    client::{Client, unwarned},
    release::{CHART, RELEASE, live, timed},
};
use crate::tree::workspace_root;

/// Installs each older chart with these values and upgrades it to this one. `fresh` is what an installation of this one made. Gives
/// the older versions and how long the upgrade took.
pub(super) fn upgraded(
    installer: &Client<'_>,
    administrator: &Client<'_>,
    values: &str,
    fresh: &[Value],
) -> Result<Vec<(String, Duration)>> {
    let mut from = Vec::new();
    for entry in fs::read_dir(workspace_root().join("helm/previous"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let version = name.trim_start_matches("customs-gateway-").trim_end_matches(".tgz").to_owned();
        let old = format!("helm/previous/{name}");
        timed(&mut installer.helm(&["install", RELEASE, &old, "--values", values]))
            .with_context(|| format!("installing {old}"))?;
        let took = timed(&mut installer.helm(&["upgrade", RELEASE, CHART, "--values", values]))
            .with_context(|| format!("upgrading from {old}"))?;
        let manifest = unwarned(&mut installer.helm(&["get", "manifest", RELEASE]), "")?;
        let (is, should) = (told(&live(administrator, &manifest)?), told(fresh));
        ensure!(
            is == should,
            "an upgrade from {old} ends otherwise than an installation:\n{is:#?}\n{should:#?}"
        );
        unwarned(&mut installer.helm(&["uninstall", RELEASE]), "")?;
        from.push((version, took));
    }
    ensure!(!from.is_empty(), "helm/previous holds no chart");
    Ok(from)
}

/// By kind and name: what was asked for. A service's addresses and ports of nodes are handed out anew each time.
fn told(objects: &[Value]) -> BTreeMap<String, Value> {
    let told = objects.iter().filter(|object| object["kind"] != "Service").map(|object| {
        let metadata = &object["metadata"];
        let asked = json!([metadata["labels"], metadata["annotations"], object["spec"], object["data"]]);
        (format!("{} {}", object["kind"], metadata["name"]), asked)
    });
    told.collect()
}
