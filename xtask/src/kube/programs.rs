//! The programs: etcd, kube-apiserver and kubectl built from xtask/tools/kubernetes, Helm, and the definitions of custom
//! resources from the modules of those who make them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{
    chart::{said, tools},
    tree::workspace_root,
};

/// Where each lies.
pub(super) struct Programs {
    pub(super) etcd: PathBuf,
    pub(super) apiserver: PathBuf,
    pub(super) kubectl: PathBuf,
    pub(super) helm: PathBuf,
    /// Definitions of every custom resource that the chart may make.
    pub(super) definitions: Vec<PathBuf>,
    /// Of Kubernetes, as in `v1.37.1`.
    pub(super) version: String,
}

/// A module and, in it, the definitions that are wanted.
const DEFINITIONS: [(&str, &[&str]); 2] = [
    (
        "github.com/prometheus-operator/prometheus-operator",
        &[
            "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
            "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
        ],
    ),
    ("github.com/cert-manager/cert-manager", &["deploy/crds/cert-manager.io_certificates.yaml"]),
];

impl Programs {
    /// Makes sure that all are there, in `target/tools`. The first time builds Kubernetes: many minutes.
    pub(super) fn ready() -> Result<Self> {
        said(Command::new("go").arg("version")).context(
            "the Go toolchain is missing (1.26 or newer, https://go.dev/dl): kube-apiserver, etcd, kubectl and Helm are built with it",
        )?;
        let module = folder().join("go.mod");
        let version = version(&fs::read_to_string(&module)?)
            .context("xtask/tools/kubernetes/go.mod requires no k8s.io/kubernetes")?;
        let built = tools::folder()?.join("kubernetes.mod");
        let [etcd, apiserver, kubectl] =
            build(&version, tools::same(&module, &built)).context("Kubernetes could not be built")?;
        fs::copy(&module, built)?;
        Ok(Self { etcd, apiserver, kubectl, helm: tools::helm()?, definitions: definitions()?, version })
    }
}

/// Where what belongs to the trial's cluster lies.
pub(super) fn folder() -> PathBuf {
    workspace_root().join("xtask/tools/kubernetes")
}

/// Three programs of one module; with `built`, what is there is of this very module.
fn build(version: &str, built: bool) -> Result<[PathBuf; 3]> {
    // What Kubernetes' own build says: charts ask for the version, and a server that does not know its own calls itself v0.0.0.
    let mut minor = version.trim_start_matches('v').split('.');
    let mut number = || minor.next().unwrap_or_default().to_owned();
    let (major, minor) = (number(), number());
    let stamp = format!(
        "-s -w -X k8s.io/component-base/version.gitVersion={version} -X k8s.io/component-base/version.gitMajor={major} \
         -X k8s.io/component-base/version.gitMinor={minor} -X k8s.io/component-base/version.gitTreeState=clean"
    );
    let one = |name: &str, package: &str| {
        let program = tools::folder()?.join(name);
        if built && program.is_file() {
            return Ok(program);
        }
        tools::go("kubernetes", name, package, &["-ldflags", &stamp])
    };
    Ok([
        one("etcd", "go.etcd.io/etcd/server/v3")?,
        one("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver")?,
        one("kubectl", "k8s.io/kubernetes/cmd/kubectl")?,
    ])
}

/// The version of Kubernetes that a module requires.
fn version(module: &str) -> Option<String> {
    let line = module.lines().find_map(|line| line.trim().strip_prefix("k8s.io/kubernetes "))?;
    line.split_whitespace().next().map(str::to_owned)
}

/// The definitions of custom resources, in Go's cache of modules: the modules are fetched whole and checked against
/// xtask/tools/crds/go.sum, nothing of them is built.
fn definitions() -> Result<Vec<PathBuf>> {
    let module = workspace_root().join("xtask/tools/crds");
    let go = || {
        let mut command = Command::new("go");
        command.current_dir(&module).env("GOFLAGS", "-mod=readonly");
        command
    };
    said(go().args(["mod", "download"])).context("the Go module proxy did not give the custom resources")?;
    let mut files = Vec::new();
    for (name, wanted) in DEFINITIONS {
        let root = said(go().args(["list", "-m", "-f", "{{.Dir}}", name]))?;
        files.extend(wanted.iter().map(|file| Path::new(root.trim()).join(file)));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_read_from_the_module() {
        let module = "require (\n\tk8s.io/kube-openapi v0.0.0 // indirect\n\tk8s.io/kubernetes v1.37.1\n)\n";
        assert_eq!(super::version(module).as_deref(), Some("v1.37.1"));
        assert_eq!(super::version("replace (\n\tk8s.io/api => k8s.io/api v0.37.1\n)"), None);
    }
}
