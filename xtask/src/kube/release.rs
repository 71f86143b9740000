//! One release through its life: install, upgrade, an upgrade that is refused, roll back, test, remove.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::{
    client::{Client, finish, unwarned},
    pods,
};

pub(super) const CHART: &str = "helm/customs-gateway";
pub(super) const RELEASE: &str = "corridor";
/// Of the chart and the program that are upgraded to: labels and image change with them, as with any later version.
const LATER: &str = "99.0.0";
/// What an operator changes with an upgrade: another pod, another configuration, another image.
const CHANGED: &str = "podAnnotations: {corridor.invalid/trial: later}\nconfig: {app: {drain_timeout_ms: 26500}}\n\
                       image: {tag: later, digest: \"\"}\n";

/// The chart of a later version, made of this one, and the values that change with it.
pub(super) struct Later {
    chart: PathBuf,
    values: PathBuf,
}

impl Later {
    /// Packs it into the folder.
    pub(super) fn pack(helm: &Client<'_>, folder: &Path) -> Result<Self> {
        let place = folder.display().to_string();
        unwarned(
            &mut helm.helm(&["package", CHART, "--version", LATER, "--app-version", LATER, "-d", &place]),
            "",
        )?;
        let values = folder.join("changed.yaml");
        fs::write(&values, CHANGED)?;
        Ok(Self { chart: folder.join(format!("customs-gateway-{LATER}.tgz")), values })
    }
}

/// What became of a release.
pub(super) struct Outcome {
    /// Objects of the first revision.
    pub(super) objects: usize,
    /// Pods that the server judged, in both revisions, those of hooks among them.
    pub(super) pods: usize,
    /// Older versions of the chart from which it was reached as well, and how long that took.
    pub(super) from: Vec<(String, Duration)>,
    /// How long install, upgrade, rollback, test and uninstall took.
    pub(super) took: [Duration; 5],
}

/// Leads a release with these values through everything. Whatever the server only warns of fails it.
pub(super) fn lives(
    installer: &Client<'_>,
    administrator: &Client<'_>,
    values: &Path,
    later: &Later,
) -> Result<Outcome> {
    let values = values.display().to_string();
    let manifest = || unwarned(&mut installer.helm(&["get", "manifest", RELEASE]), "");
    let before = everything(administrator)?;
    let helm = |arguments: &[&str]| timed(&mut installer.helm(arguments));

    let install = helm(&["install", RELEASE, CHART, "--values", &values]).context("install")?;
    let first = manifest()?;
    // Once more by another client, which shows the server's warnings in its own way.
    unwarned(
        &mut administrator.kubectl(&[
            "apply",
            "--server-side",
            "--force-conflicts",
            "--dry-run=server",
            "-f",
            "-",
        ]),
        &first,
    )?;
    let installed = live(administrator, &first)?;
    let mut pods = pods::judged(administrator, &installed)? + hooks(installer, administrator)?;

    let (chart, changed) = (later.chart.display().to_string(), later.values.display().to_string());
    let upgrade =
        helm(&["upgrade", RELEASE, &chart, "--values", &values, "--values", &changed]).context("upgrade")?;
    let second = manifest()?;
    let upgraded = live(administrator, &second)?;
    pods += pods::judged(administrator, &upgraded)? + hooks(installer, administrator)?;
    ensure!(upgraded != installed, "the upgrade changed nothing at the server");

    if installed.iter().any(|object| object["spec"]["volumeClaimTemplates"].is_array()) {
        refused(installer, &values)?;
    }
    other_store(installer, &values, &installed)?;
    let rollback = helm(&["rollback", RELEASE, "1"]).context("rollback")?;
    let back = live(administrator, &first)?;
    for (one, other) in installed.iter().zip(&back) {
        ensure!(
            one == other,
            "the rollback left {} {} otherwise:\n{one}\n{other}",
            one["kind"],
            one["metadata"]["name"]
        );
    }
    let test = helm(&["test", RELEASE, "--timeout", "2m"]).context("test")?;
    let uninstall = helm(&["uninstall", RELEASE]).context("uninstall")?;
    let after = everything(administrator)?;
    ensure!(
        after == before,
        "something is left after uninstall:\n{after}\nand before install there was\n{before}"
    );
    let from = if installed.iter().any(|object| object["kind"] == "StatefulSet") {
        super::previous::upgraded(installer, administrator, &values, &installed)?
    } else {
        Vec::new() // No version before knew a database.
    };
    let took = [install, upgrade, rollback, test, uninstall];
    Ok(Outcome { objects: installed.len(), pods, from, took })
}

/// Has the server judge the pods of the hooks' jobs, which are gone as soon as they are done. Gives how many there are.
fn hooks(installer: &Client<'_>, administrator: &Client<'_>) -> Result<usize> {
    let hooks = unwarned(&mut installer.helm(&["get", "hooks", RELEASE]), "")?;
    let objects = administrator.objects(&["create", "--dry-run=client"], &hooks)?;
    if objects.iter().any(|object| object["kind"] == "Job") {
        pods::judged(administrator, &objects)
    } else {
        Ok(0)
    }
}

/// Values that name the other kind of store are refused, with the place that says what to do, before anything is touched.
fn other_store(installer: &Client<'_>, values: &str, installed: &[Value]) -> Result<()> {
    let on_volume = installed.iter().any(|object| object["kind"] == "StatefulSet");
    let mut upgrade = installer.helm(&["upgrade", RELEASE, CHART, "--reset-values"]);
    if on_volume {
        upgrade.args(["--values", values, "--set", "storeSecrets.onVolume=false"]);
        upgrade.args(["--set", "database.url=postgres://database.example/customs"]);
    }
    let said = finish(&mut upgrade, "")?;
    let complaints = String::from_utf8_lossy(&said.stderr);
    ensure!(
        !said.status.success() && complaints.contains("From the volume to a database"),
        "an upgrade to the other kind of store is not refused:\n{complaints}"
    );
    Ok(())
}

/// An upgrade that the server refuses halfway, when configuration and services are new already: another size of a claim. What it
/// leaves is for the rollback to mend.
fn refused(installer: &Client<'_>, values: &str) -> Result<()> {
    let larger = "persistence.size=999Gi";
    let said =
        finish(&mut installer.helm(&["upgrade", RELEASE, CHART, "--values", values, "--set", larger]), "")?;
    let complaints = String::from_utf8_lossy(&said.stderr);
    ensure!(
        !said.status.success() && complaints.contains("spec.volumeClaimTemplates: Invalid value"),
        "an upgrade to another size of the claim is not refused as docs/OPERATIONS.md says:\n{complaints}"
    );
    Ok(())
}

pub(super) fn timed(command: &mut Command) -> Result<Duration> {
    let started = Instant::now();
    unwarned(command, "")?;
    Ok(started.elapsed())
}

/// The objects of a manifest as the server has them, without what it counts and dates. Their identities stay: an object that was
/// removed and made anew is another.
pub(super) fn live(administrator: &Client<'_>, manifest: &str) -> Result<Vec<Value>> {
    let mut objects = administrator.objects(&["get"], manifest)?;
    for object in &mut objects {
        for counted in ["resourceVersion", "generation", "managedFields"] {
            object["metadata"].as_object_mut().map(|metadata| metadata.remove(counted));
        }
        object.as_object_mut().map(|object| object.remove("status"));
    }
    Ok(objects)
}

/// Names of everything in the namespace that the chart or Helm could have made.
fn everything(administrator: &Client<'_>) -> Result<String> {
    let mut kinds = "all,cm,secret,sa,pvc,netpol,pdb,hpa,role,rolebinding".to_owned();
    let known = finish(
        &mut administrator.kubectl(&["api-resources", "--api-group=monitoring.coreos.com", "-o", "name"]),
        "",
    )?;
    if !known.stdout.is_empty() {
        kinds += ",servicemonitors.monitoring.coreos.com,prometheusrules.monitoring.coreos.com,certificates.cert-manager.io";
    }
    unwarned(&mut administrator.kubectl(&["get", &kinds, "--namespace", super::NAMESPACE, "-o", "name"]), "")
}
