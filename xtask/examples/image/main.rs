//! `cargo xtask image`: an OCI image of the gateway as one file, without an engine or a daemon; then it is unpacked and run.
//!
//! The image holds the program, the libraries that it is linked with, and what names and hosts are looked up by; no shell. The
//! same program and the same commit make the same bytes.

mod contents;
mod layout;
mod sbom;
mod tar;
mod trial;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

/// What the image says of itself.
pub(crate) struct Origin {
    /// Version of the program.
    pub(crate) version: String,
    /// The commit that it was made from.
    pub(crate) revision: String,
    /// When that was made, seconds since 1970: every time in the image is this one.
    pub(crate) epoch: u64,
}

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(program), Some(file)) = (arguments.next(), arguments.next()) else {
        anyhow::bail!("usage: image PROGRAM FILE; `cargo xtask image` says both");
    };
    let origin = Origin {
        version: said(Command::new(&program).arg("--version"))?.split(' ').nth(1).unwrap_or("0").to_owned(),
        revision: said(Command::new("git").args(["rev-parse", "HEAD"]))?,
        epoch: said(Command::new("git").args(["log", "-1", "--format=%ct"]))?.parse()?,
    };
    let image = make(&program, &origin)?;
    ensure!(image == make(&program, &origin)?, "made twice, the image is not the same");
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    fs::write(&file, &image).with_context(|| format!("writing {}", file.display()))?;
    println!("{}: {:.1} MB, sha256:{}", file.display(), image.len() as f64 / 1e6, layout::sha256(&image));
    trial::run(&file)
}

fn make(program: &Path, origin: &Origin) -> Result<Vec<u8>> {
    let sbom = sbom::of_gateway(origin)?;
    let layer = contents::layer(program, &sbom, origin)?;
    layout::image(&layer, origin)
}

/// What a program prints, trimmed; an error when it fails.
pub(crate) fn said(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
