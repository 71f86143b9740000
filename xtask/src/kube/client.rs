//! kubectl and Helm as somebody, with every warning of the server an error.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::{NAMESPACE, programs::Programs};
use crate::chart::tools;

/// Somebody at the server.
pub(super) struct Client<'a> {
    programs: &'a Programs,
    settings: PathBuf,
    home: PathBuf,
    /// Where Helm keeps releases: `secret`, its default, or `configmap`.
    driver: &'static str,
}

impl<'a> Client<'a> {
    /// With settings made by [`super::cluster::Cluster::identity`].
    pub(super) fn new(
        programs: &'a Programs,
        settings: PathBuf,
        folder: &Path,
        driver: &'static str,
    ) -> Self {
        Self { programs, settings, home: folder.join("helm"), driver }
    }

    /// A folder of its own.
    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    /// A kubectl command.
    pub(super) fn kubectl(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.programs.kubectl);
        command.arg("--kubeconfig").arg(&self.settings).args(arguments);
        // Otherwise what it knows of the server's kinds lies in the caller's home, and goes stale.
        command.env("KUBECACHEDIR", self.home.join("kubectl"));
        command
    }

    /// A Helm command in the trial's namespace.
    pub(super) fn helm(&self, arguments: &[&str]) -> Command {
        let mut command = tools::at_home(&self.programs.helm, &self.home);
        command.env("KUBECONFIG", &self.settings).env("HELM_DRIVER", self.driver);
        command.args(arguments).args(["--namespace", NAMESPACE]);
        command
    }

    /// What kubectl says of objects as JSON. `objects` go to its standard input.
    pub(super) fn objects(&self, arguments: &[&str], objects: &str) -> Result<Vec<Value>> {
        let mut command = self.kubectl(arguments);
        let said = unwarned(command.args(["-o", "json", "-f", "-"]), objects)?;
        listed(&said)
    }
}

/// Objects of kubectl's output: none, one, several behind each other, or a list of them.
fn listed(text: &str) -> Result<Vec<Value>> {
    let mut objects = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let mut value = value.context("kubectl said something else than JSON")?;
        match value.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => objects.extend(items),
            _ => objects.push(value),
        }
    }
    Ok(objects)
}

/// Runs a command with this as its standard input; gives what it says on standard output.
///
/// # Errors
/// When it does not succeed, or the server warned.
pub(super) fn unwarned(command: &mut Command, input: &str) -> Result<String> {
    let output = finish(command, input)?;
    let (said, complaints) = (text(&output.stdout), text(&output.stderr));
    if !output.status.success() {
        bail!("{} ended with {}\n{said}{complaints}", shown(command), output.status);
    }
    let warned = warnings(&complaints);
    ensure!(warned.is_empty(), "{}: the server warns:\n{}", shown(command), warned.join("\n"));
    Ok(said)
}

/// Runs a command with this as its standard input to its end, whatever that is.
pub(super) fn finish(command: &mut Command, input: &str) -> Result<Output> {
    let name = shown(command);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{name} cannot be started"))?;
    let mut pipe = child.stdin.take().context("no standard input")?;
    let input = input.to_owned();
    // Beside it, since it may speak before it has read everything; one that ends early need not read at all.
    let writer = std::thread::spawn(move || drop(pipe.write_all(input.as_bytes())));
    let output = child.wait_with_output()?;
    let _ = writer.join();
    Ok(output)
}

/// Lines in which a client passes on a `Warning:` header of the server: kubectl begins them with the word, client-go's log within
/// Helm names the file that writes them.
pub(super) fn warnings(complaints: &str) -> Vec<&str> {
    complaints
        .lines()
        .filter(|line| {
            // What Helm's own watch says when Helm has seen enough and ends it.
            let ended = line.contains("reflector.go") && line.contains("context canceled");
            let line = line.to_lowercase();
            !ended && (line.contains("warn") || line.contains("would violate"))
        })
        .collect()
}

/// The beginning of a command, for a message.
fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy();
    let arguments = command.get_args().map(|each| each.to_string_lossy()).filter(|each| !each.contains('/'));
    let words: Vec<_> = arguments.filter(|each| !each.starts_with("--")).take(3).collect();
    format!("{name} {}", words.join(" "))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{listed, warnings};

    #[test]
    fn warnings_of_both_clients_are_seen() {
        let kubectl = "Warning: would violate PodSecurity \"restricted:latest\"";
        let helm = "W1123 09:00:00.000000   4242 warnings.go:107] would violate PodSecurity";
        assert_eq!(warnings(&format!("created\n{kubectl}\n{helm}\n")), [kubectl, helm]);
        assert!(warnings("NAME: corridor\n").is_empty());
        let ended = "I1123 reflector.go:664] \"Warning: watch ended with error\" err=\"context canceled\"";
        assert!(warnings(ended).is_empty());
    }

    #[test]
    fn objects_come_one_by_one_or_as_a_list() {
        for text in [r#"{"a":1} {"a":2}"#, r#"{"kind":"List","items":[{"a":1},{"a":2}]}"#] {
            assert_eq!(listed(text).unwrap().len(), 2);
        }
        assert!(listed("").unwrap().is_empty());
    }
}
