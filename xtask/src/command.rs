//! Runs other programs, saying first what is run.

use std::{ffi::OsString, process::Command};

use anyhow::{Context as _, Result, bail};

use crate::tree;

/// One command with its purpose in words.
pub struct Step {
    purpose: &'static str,
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(&'static str, String)>,
    hint: Option<&'static str>,
}

impl Step {
    /// A step that runs the same cargo that runs this program.
    pub fn cargo<const N: usize>(purpose: &'static str, arguments: [&str; N]) -> Self {
        let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Self { purpose, program, arguments: Vec::new(), environment: Vec::new(), hint: None }.args(arguments)
    }

    /// A step that runs a program of ours.
    pub fn program(purpose: &'static str, program: &std::path::Path) -> Self {
        let program = program.as_os_str().to_owned();
        Self { purpose, program, arguments: Vec::new(), environment: Vec::new(), hint: None }
    }

    /// This step with more arguments.
    #[must_use]
    pub fn args<I: IntoIterator<Item: Into<OsString>>>(mut self, more: I) -> Self {
        self.arguments.extend(more.into_iter().map(Into::into));
        self
    }

    /// This step with a variable in its environment, when the condition holds.
    #[must_use]
    pub fn env_if(self, condition: bool, name: &'static str, value: &str) -> Self {
        self.envs(condition.then(|| (name, value.to_owned())))
    }

    /// This step with a variable in its environment.
    #[must_use]
    pub fn env(self, name: &'static str, value: String) -> Self {
        self.envs([(name, value)])
    }

    /// This step with more variables in its environment.
    #[must_use]
    pub fn envs(mut self, more: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.environment.extend(more);
        self
    }

    /// This step with the remedy to name when it fails.
    #[must_use]
    pub fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Runs it in the workspace's folder.
    ///
    /// # Errors
    /// When the program cannot be started, or ends with anything but success.
    pub fn run(self) -> Result<()> {
        let shown: Vec<_> = self.arguments.iter().map(|argument| argument.to_string_lossy()).collect();
        let program = std::path::Path::new(&self.program).file_name().unwrap_or_default();
        println!("xtask: {}: {} {}", self.purpose, program.to_string_lossy(), shown.join(" "));
        let status = Command::new(&self.program)
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(tree::workspace_root())
            .status()
            .with_context(|| format!("cannot start {}", self.program.to_string_lossy()))?;
        if !status.success() {
            let hint = self.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
            bail!("{} failed ({status}){hint}", self.purpose);
        }
        Ok(())
    }
}
