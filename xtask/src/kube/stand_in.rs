//! What nodes and controllers would do: pods and jobs are said to have succeeded as soon as they are there, so that `helm test` and
//! the hook that migrates come to their ends.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::JoinHandle,
};

use anyhow::{Context as _, Result};

use super::{NAMESPACE, client::Client};

/// What is said of each kind. A job's conditions are those that its controller sets, in its order; the instant is of no matter.
const SUCCEEDED: [(&str, &str); 2] = [
    ("pods", r#"{"status":{"phase":"Succeeded"}}"#),
    (
        "jobs",
        r#"{"status":{"startTime":"2026-01-01T00:00:00Z","completionTime":"2026-01-01T00:00:01Z","succeeded":1,
            "conditions":[{"type":"SuccessCriteriaMet","status":"True"},{"type":"Complete","status":"True"}]}}"#,
    ),
];

/// Watches the namespace's pods and jobs until it is dropped.
pub(super) struct Kubelet(Vec<(Child, Option<JoinHandle<()>>)>);

impl Kubelet {
    /// Begins to watch.
    pub(super) fn start(administrator: &Client<'_>) -> Result<Self> {
        let watches = SUCCEEDED.iter().map(|(kind, status)| watch(administrator, kind, status));
        watches.collect::<Result<_>>().map(Self)
    }
}

fn watch(administrator: &Client<'_>, kind: &str, status: &str) -> Result<(Child, Option<JoinHandle<()>>)> {
    let mut watch = administrator
        .kubectl(&["get", kind, "--namespace", NAMESPACE, "--watch", "-o", "name"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("kubectl cannot be started")?;
    let names = BufReader::new(watch.stdout.take().context("no standard output")?);
    let patch =
        administrator.kubectl(&["patch", "--namespace", NAMESPACE, "--subresource=status", "-p", status]);
    let program = PathBuf::from(patch.get_program());
    let arguments: Vec<_> = patch.get_args().map(ToOwned::to_owned).collect();
    let thread = std::thread::spawn(move || {
        for name in names.lines().map_while(Result::ok) {
            // The same again for every event, also for the one that says it is gone: then it fails, which is no matter.
            let _ = Command::new(&program).args(&arguments).arg(name).output();
        }
    });
    Ok((watch, Some(thread)))
}

impl Drop for Kubelet {
    fn drop(&mut self) {
        for (watch, thread) in &mut self.0 {
            let _ = watch.kill();
            let _ = watch.wait();
            if let Some(thread) = thread.take() {
                let _ = thread.join();
            }
        }
    }
}
