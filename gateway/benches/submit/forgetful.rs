//! The gateway with everything but the store: what is recorded is answered and forgotten.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Result, anyhow};
use gateway::{app::App, clock::Clock, config::Config, persist::Store};

/// Serves until it is killed, which it is with the set that it is measured in.
pub(crate) async fn serve(config: &Path) -> Result<()> {
    let config = Config::load(config, &BTreeMap::new()).map_err(|refused| anyhow!("{refused}"))?;
    let app = App::build_on(config, Clock::System, async |config, secrets| {
        Store::open_forgetful(config, secrets).await
    })
    .await?;
    app.run(std::future::pending()).await?;
    Ok(())
}
