//! Sets up what `cargo xtask test` needs: rustfmt and clippy.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::tree;

const NEEDED: [(&str, &str); 2] = [("fmt", "rustfmt"), ("clippy", "clippy")];

/// Makes sure that `cargo fmt` and `cargo clippy` answer, installing their components through rustup where there is one.
///
/// # Errors
/// When a component is absent and cannot be installed.
pub fn ensure() -> Result<()> {
    for (subcommand, component) in NEEDED {
        if answers("cargo", &[subcommand, "--version"]) {
            continue;
        }
        ensure!(
            answers("rustup", &["--version"]),
            "`cargo {subcommand}` is missing and there is no rustup to install it: install the package that brings {component}"
        );
        println!("xtask: installing {component}: rustup component add {component}");
        let status = Command::new("rustup")
            .args(["component", "add", component])
            .current_dir(tree::workspace_root())
            .status()
            .context("cannot start rustup")?;
        ensure!(status.success(), "rustup could not install {component} ({status})");
    }
    Ok(())
}

fn answers(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .current_dir(tree::workspace_root())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
