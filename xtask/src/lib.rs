//! Tasks of the project as functions, so that `cargo test` runs the same checks as `cargo xtask tidy`.

pub mod chart;
pub mod command;
pub mod kube;
pub mod rust_paths;
pub mod signals;
pub mod tidy;
pub mod toolchain;
pub mod tree;
