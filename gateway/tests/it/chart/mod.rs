//! The chart and the program do not drift apart: its values, its schema, what it renders, its alerts and its dashboard are
//! held against the gateway's own code. Nothing here needs helm; `cargo xtask chart` does what does.

mod configuration;
mod helm_test;
mod promql;
mod signals;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A file of the repository. Cargo's word of now comes before the one of when this was built.
fn path(relative: &str) -> PathBuf {
    let own = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&own).parent().unwrap().join(relative)
}

fn text(relative: &str) -> String {
    std::fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

fn yaml(relative: &str) -> Value {
    serde_saphyr::from_str(&text(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// What helm rendered for each case of the matrix (`cargo xtask chart` compares it with helm): the case and its objects.
fn rendered() -> Vec<(String, Vec<Value>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path("helm/matrix")).unwrap() {
        let case = entry.unwrap().file_name().into_string().unwrap();
        let text = text(&format!("helm/matrix/{case}/expected.yaml"));
        let objects: Vec<Option<Value>> =
            serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{case}: {error}"));
        found.push((case, objects.into_iter().flatten().collect()));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    assert!(found.len() > 3, "the matrix is not there");
    found
}

/// The object of this kind whose name ends so.
fn object<'a>(objects: &'a [Value], kind: &str, end: &str) -> Option<&'a Value> {
    objects.iter().find(|object| {
        object["kind"] == kind && object["metadata"]["name"].as_str().is_some_and(|name| name.ends_with(end))
    })
}
