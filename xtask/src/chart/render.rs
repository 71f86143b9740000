//! What helm makes of values: renderings that are kept beside them, and refusals with their words.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::{said, tools::Tools};
use crate::tree::workspace_root;

const CHART: &str = "helm/customs-gateway";
/// As of a cluster of today; a case may say another.
const KUBERNETES: [&str; 2] = ["--kube-version", "1.34"];

/// A folder of helm/matrix: values, and what helm makes of them.
pub(crate) struct Case {
    /// The folder's name.
    pub(crate) name: String,
    /// More arguments for helm, for instance the APIs that the cluster knows.
    with: Vec<String>,
}

impl Case {
    /// All of them, in order of name.
    pub(crate) fn all() -> Result<Vec<Self>> {
        let mut cases = Vec::new();
        for entry in fs::read_dir(workspace_root().join("helm/matrix"))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let text = fs::read_to_string(workspace_root().join(format!("helm/matrix/{name}/values.yaml")))?;
            cases.push(Self { name, with: with(&text) });
        }
        cases.sort_by(|one, other| one.name.cmp(&other.name));
        ensure!(!cases.is_empty(), "helm/matrix holds no case");
        Ok(cases)
    }

    /// Where its rendering is kept.
    pub(super) fn expected(&self) -> PathBuf {
        workspace_root().join("helm/matrix").join(&self.name).join("expected.yaml")
    }

    /// Whether it is for a cluster that knows more than Kubernetes' own kinds.
    pub(crate) fn asks_for_apis(&self) -> bool {
        self.with.iter().any(|word| word == "--api-versions")
    }

    fn values(&self) -> String {
        format!("helm/matrix/{}/values.yaml", self.name)
    }
}

/// The arguments in a line `# with: …` of values.
fn with(values: &str) -> Vec<String> {
    let line = values.lines().find_map(|line| line.strip_prefix("# with: ")).unwrap_or_default();
    line.split_whitespace().map(str::to_owned).collect()
}

/// Helm's own lint; a warning is an error.
pub(super) fn lint(tools: &Tools, case: &Case) -> Result<()> {
    let kube_version = case.with.iter().skip_while(|word| *word != "--kube-version").nth(1);
    let mut command = tools.helm();
    command.args(["lint", "--strict", "--quiet", CHART, "--values", &case.values()]);
    command.args(["--kube-version", kube_version.map_or(KUBERNETES[1], String::as_str)]);
    // Lint knows no APIs beside Kubernetes' own, so what asks for one cannot be linted, only rendered.
    if case.with.iter().any(|word| word.starts_with("cert-manager")) {
        return Ok(());
    }
    said(&mut command).map(drop).with_context(|| format!("lint with {}", case.values()))
}

/// Renders a case and compares; gives what differs, after writing it when it is accepted.
pub(super) fn compare(tools: &Tools, case: &Case, accept: bool) -> Result<Vec<String>> {
    let mut made = vec![("expected.yaml", template(tools, &case.values(), &case.with)?)];
    // Helm shows the notes only for an installation, and there it takes no word about what the cluster knows.
    if case.with.is_empty() {
        made.push(("notes.txt", notes(tools, case)?));
    }
    let mut outdated = Vec::new();
    for (file, text) in made {
        let name = format!("helm/matrix/{}/{file}", case.name);
        let path = workspace_root().join(&name);
        if accept {
            fs::write(path, text)?;
            continue;
        }
        let expected = fs::read_to_string(path).unwrap_or_default();
        if expected != text {
            let line = expected.lines().zip(text.lines()).position(|(one, other)| one != other);
            println!("xtask: {name} differs from line {}", line.map_or(0, |line| line + 1));
            outdated.push(name);
        }
    }
    Ok(outdated)
}

/// What an operator reads after installing.
fn notes(tools: &Tools, case: &Case) -> Result<String> {
    let mut command = tools.helm();
    command.args(["install", "corridor", CHART, "--namespace", "customs", "--dry-run=client", "--values"]);
    let said = said(command.arg(case.values()))?;
    let (_, notes) = said.split_once("\nNOTES:\n").context("helm shows no notes")?;
    Ok(notes.trim().to_owned() + "\n")
}

fn template(tools: &Tools, values: &str, with: &[String]) -> Result<String> {
    let mut command = tools.helm();
    command.args(["template", "corridor", CHART, "--namespace", "customs", "--values", values]);
    if !with.iter().any(|word| word == KUBERNETES[0]) {
        command.args(KUBERNETES);
    }
    said(command.args(with))
}

/// Every file of helm/refused must be refused, and the words must say what its first line expects. Gives how many there are.
pub(super) fn refusals(tools: &Tools) -> Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(workspace_root().join("helm/refused"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let values = format!("helm/refused/{name}");
        let text = fs::read_to_string(workspace_root().join(&values))?;
        let words = text
            .lines()
            .find_map(|line| line.strip_prefix("# refused: "))
            .with_context(|| format!("{values} does not begin with `# refused: `"))?;
        let outcome = template(tools, &values, &with(&text)).err().map(|error| error.to_string());
        let told = outcome.with_context(|| format!("helm takes {values}"))?;
        ensure!(told.contains(words), "{values} is refused, but not for `{words}`:\n{told}");
        count += 1;
    }
    ensure!(count > 0, "helm/refused holds no case");
    Ok(count)
}

/// The text of `gateway.toml` within a rendering: the block behind that key, without its indentation.
pub(super) fn configuration(rendered: &str) -> Option<String> {
    let (_, block) = rendered.split_once("\n  gateway.toml: |\n")?;
    let lines = block.lines().take_while(|line| line.is_empty() || line.starts_with("    "));
    Some(
        lines
            .map(|line| line.strip_prefix("    ").unwrap_or(line))
            .fold(String::new(), |text, line| text + line + "\n"),
    )
}

#[cfg(test)]
mod tests {
    use super::configuration;

    #[test]
    fn the_configuration_is_cut_out() {
        let rendered = "a:\n  b: c\n  gateway.toml: |\n    \n    [app]\n    x = 1\n---\nkind: Other\n";
        assert_eq!(configuration(rendered).as_deref(), Some("\n[app]\nx = 1\n"));
        assert_eq!(configuration("kind: Other\n"), None);
    }
}
