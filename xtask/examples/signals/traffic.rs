//! What gives a gateway something to tell.

use std::process::Child;

use anyhow::{Context as _, Result, ensure};

use super::gateway::{Gateway, PARTNER, STRANGER};

/// A client that follows the feed until it is dropped.
pub(crate) struct Watch(Child);

impl Drop for Watch {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Begins to follow the feed.
pub(crate) fn watch(gateway: &Gateway) -> Result<Watch> {
    gateway.corridor(PARTNER, &["watch"])?.spawn().map(Watch).context("starting corridor")
}

/// The conformance kit (good, bad, repeated and late manifests), a good manifest that is no test, a call that is refused, a stranger who
/// is refused in the handshake, and in the second round a reload that is refused.
pub(crate) fn play(gateway: &Gateway, round: u32) -> Result<()> {
    let fixture = |name: &str| {
        xtask::tree::workspace_root()
            .join("fixtures")
            .join(name)
            .join("submission.json")
            .display()
            .to_string()
    };
    let run = |who: &str, words: &[&str]| -> Result<Option<i32>> {
        Ok(gateway.corridor(who, words)?.status().context("starting corridor")?.code())
    };
    ensure!(run(PARTNER, &["conform"])? == Some(0), "the conformance kit does not pass");
    ensure!(run(STRANGER, &["list"])? != Some(0), "a stranger is let in");
    // Twice, so that in each round something is repeated; cargo is nothing that a bus operator may announce.
    for name in ["coach-clean", "coach-clean", "lorry-general-cargo"] {
        run(PARTNER, &["submit", &fixture(name)])?;
    }
    if round > 0 {
        gateway.break_key()?;
    }
    Ok(())
}
