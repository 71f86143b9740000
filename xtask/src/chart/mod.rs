//! `cargo xtask chart`: the chart against helm itself, the schemas of Kubernetes, a policy scanner, promtool and the
//! gateway's own program. What needs none of these is an ordinary test (`gateway/tests/it/chart`).

mod render;
pub(crate) mod tools;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{command::Step, tree::workspace_root};
pub(crate) use render::Case;
use tools::Tools;

/// Versions of Kubernetes whose schemas every rendered object must satisfy: the chart's oldest, and a new one.
const KUBERNETES: [&str; 2] = ["1.27", "1.37"];

/// Runs every check; with `accept`, what helm renders is written as what is expected.
///
/// # Errors
/// The first check that fails, with what it said; also when a tool cannot be had: none is ever skipped.
pub fn check(accept: bool) -> Result<()> {
    let tools = Tools::ready()?;
    let cases = Case::all()?;
    for case in &cases {
        render::lint(&tools, case)?;
    }
    told("lint", &format!("{} sets of values", cases.len()));
    let mut outdated = Vec::new();
    for case in &cases {
        outdated.extend(render::compare(&tools, case, accept)?);
    }
    ensure!(
        outdated.is_empty(),
        "helm renders something else than {}; `cargo xtask chart --accept` writes it, the diff is the review",
        outdated.join(", ")
    );
    told("template", &format!("{} renderings are as expected", cases.len()));
    told("refusals", &format!("{} bad values are refused as they should be", render::refusals(&tools)?));
    let expected: Vec<PathBuf> = cases.iter().map(Case::expected).collect();
    for version in KUBERNETES {
        let mut command = tools.kubernetes_validate();
        said(command.args(["--strict", "--no-warn", "-k", version]).args(&expected))?;
        told("kubernetes-validate", &format!("every object satisfies {version}"));
    }
    let seen = said(tools.validate_custom_resources().args(&expected))?;
    told("custom resources", &format!("{} satisfy their makers' schemas", seen.trim()));
    policy(&tools)?;
    rules(&tools)?;
    configurations(&cases)
}

/// The policy scanner over what is installed by default and over the most that can be set.
fn policy(tools: &Tools) -> Result<()> {
    let folder = workspace_root().join("helm");
    let mut command = tools.trivy();
    command
        .args([
            "config",
            "--quiet",
            "--exit-code",
            "1",
            "--skip-check-update",
            "--skip-version-check",
            "--disable-telemetry",
        ])
        .arg("--ignorefile")
        .arg(folder.join("policy-exceptions.yaml"))
        .arg(folder.join("matrix"));
    said(&mut command)?;
    told("policy", "no finding beside the exceptions in helm/policy-exceptions.yaml");
    Ok(())
}

/// The alerts are well-formed and fire when they should.
fn rules(tools: &Tools) -> Result<()> {
    let folder = workspace_root().join("helm");
    said(
        tools
            .promtool()
            .args(["check", "rules", "--lint=all", "--lint-fatal"])
            .arg(folder.join("customs-gateway/alerts/alerts.yaml")),
    )?;
    let tests = ["alerts", "silent"].map(|name| folder.join(format!("alerts/{name}.test.yaml")));
    said(tools.promtool().args(["test", "rules"]).args(tests))?;
    told("promtool", "the alerts are well-formed and fire when they should");
    Ok(())
}

/// The program itself reads every rendered configuration.
fn configurations(cases: &[Case]) -> Result<()> {
    Step::cargo("the gateway", ["build", "--quiet", "--workspace", "--bin", "gateway"]).run()?;
    let program = crate::tree::target().join("debug/gateway");
    let file = tools::folder()?.join("gateway.toml");
    for case in cases {
        let rendered = fs::read_to_string(case.expected())?;
        fs::write(
            &file,
            render::configuration(&rendered).with_context(|| format!("{}: no configuration", case.name))?,
        )?;
        said(Command::new(&program).arg("check-config").arg(&file))
            .with_context(|| format!("the configuration of {}", case.name))?;
    }
    told("check-config", &format!("the gateway reads {} rendered configurations", cases.len()));
    Ok(())
}

fn told(what: &str, outcome: &str) {
    println!("xtask: {what}: {outcome}");
}

/// What a program says on standard output.
///
/// # Errors
/// When it cannot be started, or ends with anything but success: then with all it said.
pub(crate) fn said(command: &mut Command) -> Result<String> {
    let name =
        Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("{name} cannot be started"))?;
    let standard = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{name} ended with {}\n{standard}{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(standard)
}
