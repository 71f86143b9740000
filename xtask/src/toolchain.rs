//! Sets up what `cargo xtask test` needs: rustfmt and clippy. Says what it cannot set up: PostgreSQL.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use crate::tree;

const NEEDED: [(&str, &str); 2] = [("fmt", "rustfmt"), ("clippy", "clippy")];

/// Makes sure that `cargo fmt` and `cargo clippy` answer, installing their components through rustup where there is one.
///
/// # Errors
/// When a component is absent and cannot be installed, or there is no PostgreSQL: tests that need one fail without it, and it
/// is better told before everything is built.
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
    ensure!(
        has_postgres(),
        "half of the tests run on PostgreSQL (15 or newer), which is missing: install its server (Debian and Ubuntu: `apt-get \
         install postgresql`), or name the folder with `initdb` and `postgres` in CORRIDOR_POSTGRES_BIN. The tests start servers \
         of their own in a temporary folder; one that runs already is left alone"
    );
    Ok(())
}

/// Where testkit::postgres looks for the programs.
fn has_postgres() -> bool {
    let named = env::var_os("CORRIDOR_POSTGRES_BIN").map(PathBuf::from);
    let of_debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let of_debian = of_debian.map(|version| version.path().join("bin"));
    let on_path =
        env::var_os("PATH").into_iter().flat_map(|path| env::split_paths(&path).collect::<Vec<_>>());
    let has = |folder: PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
    match named {
        Some(folder) => has(folder),
        None => of_debian.chain(on_path).any(has),
    }
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
