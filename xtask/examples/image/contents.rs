//! What lies in the image: the program, its libraries, and what names and hosts are looked up by.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};

use super::{Origin, said, tar::Tar};

/// Whom the program runs as; the chart says the same.
pub(crate) const USER: u32 = 65_532;

/// Where the program lies.
pub(crate) const PROGRAM: &str = "/usr/bin/gateway";

/// The one layer.
pub(crate) fn layer(program: &Path, sbom: &str, origin: &Origin) -> Result<Vec<u8>> {
    let mut tar = Tar::default();
    tar.file(PROGRAM, 0o755, stripped(program)?);
    for library in libraries(program)? {
        tar.file(&library, 0o755, read(Path::new(&library))?);
    }
    tar.file("/etc/passwd", 0o644, format!("gateway:x:{USER}:{USER}::/:/sbin/nologin\n"));
    tar.file("/etc/group", 0o644, format!("gateway:x:{USER}:\n"));
    tar.file("/etc/nsswitch.conf", 0o644, "passwd: files\ngroup: files\nhosts: files dns\n");
    tar.file("/usr/share/sbom/customs-gateway.cdx.json", 0o644, sbom);
    tar.folder("/tmp/", 0o1777);
    tar.bytes(origin.epoch)
}

/// The program without what only a debugger needs, most of its bytes; names of functions stay, so a stack trace is readable, and
/// the program beside the image says the lines (`addr2line`).
fn stripped(program: &Path) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir().context("making a throwaway folder")?;
    let lean = folder.path().join("gateway");
    said(Command::new("strip").arg("--strip-debug").arg("-o").arg(&lean).arg(program))
        .context("binutils are needed to leave debugging data out")?;
    read(&lean)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("reading {}", path.display()))
}

/// What the loader would map, the loader among it; none of a program that is linked statically.
fn libraries(program: &Path) -> Result<Vec<String>> {
    let told = Command::new("ldd").arg(program).output().context("ldd is needed to find the libraries")?;
    if !told.status.success() {
        return Ok(Vec::new()); // "not a dynamic executable"
    }
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let mut found = Vec::new();
    for line in told.lines().map(str::trim).filter(|line| !line.starts_with("linux-vdso")) {
        ensure!(!line.contains("not found"), "a library is missing here: {line}");
        let place = line.split_once("=> ").map_or(line, |(_, place)| place);
        let path = place.split(' ').next().unwrap_or_default();
        ensure!(path.starts_with('/'), "ldd says what is not understood: {line}");
        found.push(path.to_owned());
    }
    // glibc looks hosts up by itself since 2.34; an older one would need libraries that ldd does not tell of.
    let version = said(Command::new("getconf").arg("GNU_LIBC_VERSION"))?;
    let minor = version.rsplit('.').next().and_then(|minor| minor.parse::<u32>().ok());
    ensure!(minor.is_some_and(|minor| minor >= 34), "{version} is too old: DNS would not work in the image");
    Ok(found)
}
