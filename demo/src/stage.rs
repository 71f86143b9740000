//! The throwaway state folder: PKI, registry, history, the gateway's configuration and its store.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use jiff::{Timestamp, tz::TimeZone};
use tempfile::TempDir;

use crate::cast::Cast;
use crate::gateway_process;

/// Everything that the gateway needs before it starts.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) cast: Cast,
    pub(crate) config_file: PathBuf,
    folder: TempDir,
}

impl Stage {
    /// Makes the folder and prepares the store with the gateway's own commands, as an operator would.
    pub(crate) async fn set(now: Timestamp) -> Result<Self> {
        let folder = TempDir::with_prefix("customs-gateway-demo-").context("making the state folder")?;
        let cast = Cast::make(folder.path(), now)?;
        let config_file = folder.path().join("gateway.toml");
        fs::write(&config_file, configuration(folder.path(), &cast)).context("writing gateway.toml")?;
        let history = folder.path().join("history.csv");
        fs::write(&history, testkit::history::csv(now.to_zoned(TimeZone::UTC).date()))
            .context("writing history.csv")?;
        let stage = Self { cast, config_file, folder };
        let registry = stage.folder().join("registry");
        stage.prepare(&["migrate"], None).await?;
        stage.prepare(&["partner", "import"], Some(&registry)).await?;
        stage.prepare(&["history", "import"], Some(&history)).await?;
        Ok(stage)
    }

    /// Where everything lies.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves the folder where it is.
    pub(crate) fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    async fn prepare(&self, words: &[&str], from: Option<&Path>) -> Result<()> {
        gateway_process::command(words, from, &self.config_file).await
    }
}

/// Ports are any free ones; the gateway says which it took.
fn configuration(folder: &Path, cast: &Cast) -> String {
    let (certificate, key) = cast.files("gateway");
    let file = |name: &str| folder.join(name);
    // Paths are quoted as Rust strings, which is also how TOML quotes them.
    format!(
        "# A throwaway gateway with synthetic data.\n\
         [authenticate]\nlisten = \"127.0.0.1:0\"\ncertificate_file = {certificate:?}\nkey_file = {key:?}\n\n\
         [persist]\npath = {:?}\nwrapping_keys_file = {:?}\ndigest_secret_file = {:?}\n\n\
         [admin]\nlisten = \"127.0.0.1:0\"\n",
        file("store.db"),
        file("secrets/wrapping-keys"),
        file("secrets/digest-secret"),
    )
}
