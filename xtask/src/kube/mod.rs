//! `cargo xtask kube`: the chart against a real kube-apiserver with etcd, which this starts and throws away. The server checks schemas,
//! admission and rights as in any cluster; there are no nodes and no controllers, so nothing runs.

mod client;
mod cluster;
mod pods;
mod previous;
mod programs;
mod proof;
mod release;
mod rights;
mod stand_in;

use std::{fs, path::Path, time::Instant};

use anyhow::{Context as _, Result, ensure};

use crate::{chart::Case, tree::workspace_root};
use client::{Client, unwarned};
use cluster::Cluster;
use programs::Programs;
use release::{Later, Outcome};

/// Where the chart is installed, with Pod Security "restricted".
const NAMESPACE: &str = "customs";
/// Who is bound to which role of helm/installer/role.yaml, by xtask/tools/kubernetes/cluster.yaml.
const HOLDERS: [(&str, &[&str]); 4] = [
    ("customs-gateway-installer", &["installer", "installer-without-secrets"]),
    ("customs-gateway-installer-extensions", &["installer"]),
    ("customs-gateway-installer-releases", &["installer"]),
    ("customs-gateway-installer-releases-in-configmaps", &["installer-without-secrets"]),
];
/// The values that are tried in every way: with a volume, and with a database.
const DEFAULTS: [&str; 2] = ["defaults", "database"];

/// Runs everything, or the cases of helm/matrix that are named.
///
/// # Errors
/// The first thing that the server refuses or warns of; also when a program cannot be had: nothing is ever skipped.
pub fn check(only: &[String]) -> Result<()> {
    let mut cases = Case::all()?;
    for name in only {
        ensure!(cases.iter().any(|case| case.name == *name), "helm/matrix has no case {name}");
    }
    cases.retain(|case| only.is_empty() || only.contains(&case.name));
    let programs = Programs::ready()?;
    let cluster = Cluster::start(&programs)?;
    println!("xtask: kube-apiserver {} is ready after {:.1} s", programs.version, cluster.took.as_secs_f64());
    let administrator = Client::new(&programs, cluster.administrator(), cluster.folder(), "secret");
    prepare(&administrator)?;
    let identity = |name: &str, driver| -> Result<Client<'_>> {
        let ask = ["create", "token", name, "--namespace", NAMESPACE, "--duration=2h"];
        let token = unwarned(&mut administrator.kubectl(&ask), "")?;
        Ok(Client::new(&programs, cluster.identity(name, token.trim())?, cluster.folder(), driver))
    };
    let installer = identity("installer", "secret")?;
    let without_secrets = identity("installer-without-secrets", "configmap")?;
    proof::noticed(&administrator, &installer)?;
    println!(
        "xtask: what is against \"restricted\" is refused, warnings are noticed, an installer stays in its namespace"
    );

    let later = Later::pack(&administrator, cluster.folder())?;
    let _kubelet = stand_in::Kubelet::start(&administrator)?;
    println!(
        "\n{:<42} {:>7} {:>5} {:>9} {:>9} {:>9} {:>9} {:>10}  upgrade from",
        "values", "objects", "pods", "install", "upgrade", "rollback", "test", "uninstall"
    );
    let try_one = |who: &Client<'_>, case: &Case, remark: &str| -> Result<()> {
        let name = format!("{}{remark}", case.name);
        let values = workspace_root().join("helm/matrix").join(&case.name).join("values.yaml");
        let outcome = release::lives(who, &administrator, &values, &later).with_context(|| name.clone())?;
        told(&name, &outcome);
        Ok(())
    };
    let is_default = |case: &&Case| DEFAULTS.contains(&case.name.as_str());
    let started = Instant::now();
    for case in cases.iter().filter(|case| !case.asks_for_apis()) {
        try_one(&installer, case, "")?;
    }
    for case in cases.iter().filter(is_default) {
        try_one(&without_secrets, case, ", no right to Secrets")?;
    }
    define(&administrator, &programs)?;
    for case in cases.iter().filter(|case| case.asks_for_apis()) {
        try_one(&installer, case, "")?;
    }
    for case in cases.iter().filter(is_default) {
        try_one(&installer, case, ", where the operators are")?;
    }
    println!(
        "\nxtask: all of it accepted without a warning, and each rollback mended an upgrade that was refused halfway; {:.0} s",
        started.elapsed().as_secs_f64()
    );
    let roles = fs::read_to_string(roles())?;
    let roles = administrator.objects(&["get", "--namespace", NAMESPACE], &roles)?;
    let rights = rights::check(&roles, &HOLDERS, &cluster.audit()?, only.is_empty())?;
    let needed = if only.is_empty() { "none too many and none too few" } else { "none too few" };
    println!("xtask: helm/installer/role.yaml gives {rights} rights: {needed}");
    Ok(())
}

fn roles() -> std::path::PathBuf {
    workspace_root().join("helm/installer/role.yaml")
}

/// What administrators do before: the namespace, accounts, and the roles that the repository hands out.
fn prepare(administrator: &Client<'_>) -> Result<()> {
    for file in [programs::folder().join("cluster.yaml"), roles()] {
        apply(administrator, &file)?;
    }
    Ok(())
}

/// Makes the custom resources known that the chart's optional parts are.
fn define(administrator: &Client<'_>, programs: &Programs) -> Result<()> {
    for file in &programs.definitions {
        apply(administrator, file)?;
    }
    let wait = ["wait", "crd", "--all", "--for=condition=Established", "--timeout=120s"];
    unwarned(&mut administrator.kubectl(&wait), "").map(drop)
}

fn apply(administrator: &Client<'_>, file: &Path) -> Result<()> {
    let place = file.display().to_string();
    let arguments = ["apply", "--server-side", "--namespace", NAMESPACE, "-f", &place];
    unwarned(&mut administrator.kubectl(&arguments), "").map(drop)
}

fn told(name: &str, outcome: &Outcome) {
    let [install, upgrade, rollback, test, uninstall] =
        outcome.took.map(|took| format!("{:.1} s", took.as_secs_f64()));
    let from: Vec<_> =
        outcome.from.iter().map(|(version, took)| format!("{version} {:.1} s", took.as_secs_f64())).collect();
    println!(
        "{name:<42} {:>7} {:>5} {install:>9} {upgrade:>9} {rollback:>9} {test:>9} {uninstall:>10}  {}",
        outcome.objects,
        outcome.pods,
        from.join(", ")
    );
}
