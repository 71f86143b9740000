//! What a node would do: pods are said to have succeeded as soon as they are there, so that `helm test` comes to its end.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::JoinHandle,
};

use anyhow::{Context as _, Result};

use super::{NAMESPACE, client::Client};

const SUCCEEDED: &str = r#"{"status":{"phase":"Succeeded"}}"#;

/// Watches the namespace's pods until it is dropped.
pub(super) struct Kubelet {
    watch: Child,
    thread: Option<JoinHandle<()>>,
}

impl Kubelet {
    /// Begins to watch.
    pub(super) fn start(administrator: &Client<'_>) -> Result<Self> {
        let mut watch = administrator
            .kubectl(&["get", "pods", "--namespace", NAMESPACE, "--watch", "-o", "name"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("kubectl cannot be started")?;
        let names = BufReader::new(watch.stdout.take().context("no standard output")?);
        let patch = administrator.kubectl(&[
            "patch",
            "--namespace",
            NAMESPACE,
            "--subresource=status",
            "-p",
            SUCCEEDED,
        ]);
        let program = PathBuf::from(patch.get_program());
        let arguments: Vec<_> = patch.get_args().map(ToOwned::to_owned).collect();
        let thread = std::thread::spawn(move || {
            for name in names.lines().map_while(Result::ok) {
                // The same again for every event, also for the one that says it is gone: then it fails, which is no matter.
                let _ = Command::new(&program).args(&arguments).arg(name).output();
            }
        });
        Ok(Self { watch, thread: Some(thread) })
    }
}

impl Drop for Kubelet {
    fn drop(&mut self) {
        let _ = self.watch.kill();
        let _ = self.watch.wait();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
