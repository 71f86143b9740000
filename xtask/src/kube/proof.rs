//! Before anything is trusted: the server does refuse and warn, and it is noticed here.

use anyhow::{Context as _, Result, ensure};

use super::{
    client::{Client, finish, unwarned, warnings},
    pods, programs,
};

/// A workload that says nothing of its security: each client must show the server's warning, and its pod must be refused.
/// An installer must not reach beyond its rights.
pub(super) fn noticed(administrator: &Client<'_>, installer: &Client<'_>) -> Result<()> {
    let bad = std::fs::read_to_string(programs::folder().join("bad-workload.yaml"))?;
    let told = unwarned(&mut administrator.kubectl(&["create", "--dry-run=server", "-f", "-"]), &bad)
        .err()
        .context("kubectl shows no warning about a workload that is against \"restricted\"")?;
    ensure!(told.to_string().contains("would violate PodSecurity"), "kubectl shows another warning: {told}");

    let chart = administrator.home().join("bad");
    std::fs::create_dir_all(chart.join("templates"))?;
    std::fs::write(chart.join("Chart.yaml"), "apiVersion: v2\nname: bad\nversion: 0.1.0\n")?;
    std::fs::write(chart.join("templates/bad.yaml"), &bad)?;
    let place = chart.display().to_string();
    let said = finish(&mut administrator.helm(&["install", "bad", &place]), "")?;
    let complaints = String::from_utf8_lossy(&said.stderr).into_owned();
    ensure!(said.status.success(), "Helm does not install what the server only warns of: {complaints}");
    ensure!(
        !warnings(&complaints).is_empty() && complaints.contains("would violate PodSecurity"),
        "Helm shows no warning about a workload that is against \"restricted\", only: {complaints}"
    );
    unwarned(&mut administrator.helm(&["uninstall", "bad"]), "")?;

    let objects = administrator.objects(&["create", "--dry-run=client"], &bad)?;
    let told = pods::judged(administrator, &objects).err();
    let told = told.map(|error| format!("{error:#}")).unwrap_or_default();
    ensure!(
        told.contains("violates PodSecurity \"restricted:latest\""),
        "the pod of that workload is not refused: {told}"
    );

    for beyond in [["get", "nodes"], ["create", "clusterroles"], ["create", "namespaces"]] {
        let said = finish(&mut installer.kubectl(&["auth", "can-i", beyond[0], beyond[1], "-q"]), "")?;
        ensure!(!said.status.success(), "the installer may {} {}", beyond[0], beyond[1]);
    }
    Ok(())
}
