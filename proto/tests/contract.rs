//! The contract against its lock and against the house rules, offline.
//!
//! `CONTRACT_ACCEPT=1` (what `cargo xtask contract --accept` sets) writes the lock anew.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

#[path = "contract/facts.rs"]
mod facts;
#[path = "contract/lint.rs"]
mod lint;
#[path = "contract/lock.rs"]
mod lock;

use std::path::Path;

use prost_types::FileDescriptorSet;

const FILES: [&str; 11] = [
    "customs/prearrival/v1/border_post_service.proto",
    "customs/prearrival/v1/cargo.proto",
    "customs/prearrival/v1/manifest.proto",
    "customs/prearrival/v1/manifest_service.proto",
    "customs/prearrival/v1/outcome_service.proto",
    "customs/prearrival/v1/passenger.proto",
    "customs/prearrival/v1/pre_decision.proto",
    "customs/prearrival/v1/pre_decision_service.proto",
    "customs/prearrival/v1/receipt.proto",
    "customs/prearrival/v1/reconciliation_service.proto",
    "customs/prearrival/v1/values.proto",
];

/// The contract with its comments, which the bindings' descriptor set leaves out.
fn compile() -> FileDescriptorSet {
    let mut compiler = protox::Compiler::new([env!("CARGO_MANIFEST_DIR")]).unwrap();
    compiler.include_source_info(true).open_files(FILES).unwrap();
    compiler.file_descriptor_set()
}

#[test]
fn every_file_is_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("customs/prearrival/v1");
    let mut found: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    found.sort();
    let named: Vec<_> = FILES.iter().map(|path| Path::new(path).file_name().unwrap().to_owned()).collect();
    assert_eq!(found, named);
}

#[test]
fn the_contract_keeps_its_lock() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("contract.lock");
    let facts = facts::of(&compile());
    let locked = lock::Lock::parse(&std::fs::read_to_string(&path).unwrap_or_default());
    let broken = locked.broken_by(&facts);
    assert!(
        broken.is_empty(),
        "released facts vanished, which only a field may whose number and name are reserved:\n{}",
        broken.join("\n")
    );
    if std::env::var_os("CONTRACT_ACCEPT").is_some() {
        std::fs::write(&path, locked.render(&facts)).unwrap();
    } else {
        let news = locked.differences(&facts);
        assert!(
            news.is_empty(),
            "the lock is behind; `cargo xtask contract --accept` writes it:\n{}",
            news.join("\n")
        );
    }
}

#[test]
fn the_contract_keeps_the_house_rules() {
    let problems = lint::check(&compile());
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}
