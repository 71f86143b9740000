//! Programs that the chart's checks need, in pinned versions, in `target/tools`. What is missing is built or fetched through
//! the ordinary clients of Go, Python and Node; where that fails, the check fails.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use super::said;
use crate::tree::{target, workspace_root};

/// Where each program lies.
pub(super) struct Tools {
    helm: PathBuf,
    promtool: PathBuf,
    python: PathBuf,
    node: PathBuf,
}

impl Tools {
    /// Makes sure that all are there. The first time takes minutes, later ones a second.
    pub(super) fn ready() -> Result<Self> {
        let helm = helm()?;
        // Without what discovers targets in every cloud there is: rules need none of it, and it is most of the build.
        let promtool = go(
            "promtool",
            "promtool",
            "github.com/prometheus/prometheus/cmd/promtool",
            &["-tags", "remove_all_sd"],
        )?;
        Ok(Self { helm, promtool, python: python()?, node: node()? })
    }

    /// Helm, with a home of its own: neither plugins nor settings of whoever runs this.
    pub(super) fn helm(&self) -> Command {
        at_home(&self.helm, &self.python.join("helm"))
    }

    pub(super) fn promtool(&self) -> Command {
        Command::new(&self.promtool)
    }

    pub(super) fn kubernetes_validate(&self) -> Command {
        Command::new(self.python.join("bin/kubernetes-validate"))
    }

    /// Custom resources against the schemas of those who define them.
    pub(super) fn validate_custom_resources(&self) -> Command {
        let mut command = Command::new("node");
        command.arg(self.node.join("validate.mjs"));
        command
    }

    pub(super) fn trivy(&self) -> Command {
        let mut command = Command::new(self.python.join("bin/trivy"));
        command.env("TRIVY_CACHE_DIR", self.python.join("trivy"));
        command
    }
}

/// The Helm that every task here uses.
pub(crate) fn helm() -> Result<PathBuf> {
    go("helm", "helm", "helm.sh/helm/v4/cmd/helm", &[])
}

/// A command of that Helm, with its home in a folder of ours, in the workspace.
pub(crate) fn at_home(helm: &Path, home: &Path) -> Command {
    let mut command = Command::new(helm);
    for variable in ["HELM_CONFIG_HOME", "HELM_CACHE_HOME", "HELM_DATA_HOME"] {
        command.env(variable, home);
    }
    command.current_dir(workspace_root());
    command
}

/// The folder of the tools.
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = target().join("tools");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder)
}

/// Builds a program from a module in xtask/tools, whose go.sum holds every digest. Go's own cache makes repeats cheap.
pub(crate) fn go(module: &str, name: &str, package: &str, arguments: &[&str]) -> Result<PathBuf> {
    let program = folder()?.join(name);
    if !program.is_file() {
        println!("xtask: building {name}, once; this takes minutes");
    }
    said(
        Command::new("go")
            .args(["build", "-mod=readonly"])
            .args(arguments)
            .arg("-o")
            .arg(&program)
            .arg(package)
            .current_dir(workspace_root().join("xtask/tools").join(module)),
    )
    .with_context(|| format!("{name} could not be built; it needs Go 1.26 and the Go module proxy"))?;
    Ok(program)
}

/// A virtual environment with xtask/tools/python/requirements.txt, made anew when that changes.
fn python() -> Result<PathBuf> {
    let environment = folder()?.join("python");
    let requirements = workspace_root().join("xtask/tools/python/requirements.txt");
    let installed = environment.join("requirements.txt");
    if same(&requirements, &installed) {
        return Ok(environment);
    }
    println!("xtask: fetching what is in {}", requirements.display());
    let python = || Command::new("python3");
    said(python().args(["-m", "venv", "--clear"]).arg(&environment))
        .context("python3 with venv is needed")?;
    said(pip(&environment).args(["install", "--quiet", "--no-deps", "--requirement"]).arg(&requirements))
        .context("the package index did not give them")?;
    fs::copy(&requirements, &installed)?;
    Ok(environment)
}

/// The packages of xtask/tools/node beside its script, made anew when their lock changes.
fn node() -> Result<PathBuf> {
    let own = workspace_root().join("xtask/tools/node");
    let folder = folder()?.join("node");
    let installed = folder.join("node_modules/installed.json");
    fs::create_dir_all(&folder)?;
    fs::copy(own.join("validate.mjs"), folder.join("validate.mjs"))?;
    if same(&own.join("package-lock.json"), &installed) {
        return Ok(folder);
    }
    println!("xtask: fetching what is in {}", own.join("package-lock.json").display());
    for file in ["package.json", "package-lock.json"] {
        fs::copy(own.join(file), folder.join(file))?;
    }
    said(
        Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder),
    )
    .context("npm could not fetch them; Node 20 or newer is needed")?;
    fs::copy(own.join("package-lock.json"), installed)?;
    Ok(folder)
}

/// Do both hold the same? No, when one is not there.
pub(crate) fn same(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

fn pip(environment: &Path) -> Command {
    let mut command = Command::new(environment.join("bin/python"));
    command.args(["-m", "pip", "--disable-pip-version-check"]);
    command
}
