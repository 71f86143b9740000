//! The programs that `cargo xtask signals` lets a gateway speak to.

use std::path::PathBuf;

use anyhow::Result;

use crate::chart::tools::go;

/// The OpenTelemetry Collector, Prometheus and promtool, built from the modules in xtask/tools. The first time takes minutes.
///
/// # Errors
/// When one cannot be built: none is ever left away.
pub fn programs() -> Result<[PathBuf; 3]> {
    // Without what discovers targets in every cloud there is: it is most of the build.
    let lean = ["-tags", "remove_all_sd"];
    Ok([
        go("collector", "collector", ".", &[])?,
        go("prometheus", "prometheus", "github.com/prometheus/prometheus/cmd/prometheus", &lean)?,
        go("promtool", "promtool", "github.com/prometheus/prometheus/cmd/promtool", &lean)?,
    ])
}
