//! Compiles the contract without protoc: protox parses, tonic-prost-build generates.

use std::{env, fs, path::PathBuf};

use prost::Message as _;

const SERVICES: [&str; 5] = [
    "border_post_service",
    "manifest_service",
    "outcome_service",
    "pre_decision_service",
    "reconciliation_service",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=customs");
    let descriptors =
        protox::compile(SERVICES.map(|name| format!("customs/prearrival/v1/{name}.proto")), ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}
