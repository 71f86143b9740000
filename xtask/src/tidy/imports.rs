//! The import table: which part may name what. Each part's ignorance is a property that others build on.

use super::Problem;
use crate::{
    rust_paths::{RustPath, paths},
    tree::Tree,
};

/// One row of the table: files below a folder, apart from the exceptions, never name any of these.
struct Row {
    part: &'static str,
    except: &'static [&'static str],
    never: &'static [&'static str],
    because: &'static str,
}

/// A name with `::` is compared with the beginning of a path, `crate` being the root of the crate that the file
/// belongs to; `super` chains are resolved first.
const TABLE: &[Row] = &[
    Row {
        part: "proto/src/",
        except: &[],
        never: &["manifest", "scoring", "gateway", "cli", "testkit"],
        because: "the contract knows nobody",
    },
    Row {
        part: "manifest/src/",
        except: &[],
        never: &[
            "proto",
            "scoring",
            "gateway",
            "cli",
            "prost",
            "tonic",
            "tokio",
            "sqlx",
            "tracing",
            "rand",
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "std::time::SystemTime",
            "std::time::Instant",
        ],
        because: "the nouns of the trade are pure: no wire, no I/O, no clock, no randomness",
    },
    Row {
        part: "manifest/src/",
        except: &["manifest/src/record"],
        never: &["serde", "serde_json"],
        because: "the one stored form is the record",
    },
    Row {
        part: "formats/src/",
        except: &[],
        never: &[
            "proto",
            "scoring",
            "gateway",
            "cli",
            "prost",
            "tonic",
            "tokio",
            "sqlx",
            "tracing",
            "rand",
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "std::time::SystemTime",
            "std::time::Instant",
        ],
        because: "a reader is a function of its bytes: no I/O, no clock, no runtime, so that it can be fuzzed by itself",
    },
    Row {
        part: "scoring/src/",
        except: &[],
        never: &[
            "proto",
            "prost",
            "tonic",
            "tokio",
            "sqlx",
            "gateway",
            "cli",
            "std::net",
            "std::time::SystemTime",
        ],
        because: "scoring is usable alone: no wire, no runtime, no store, no clock",
    },
    Row {
        part: "scoring/src/",
        except: &["scoring/src/model/onnx/"],
        never: &["tract_onnx"],
        because: "the inference engine is named in one folder",
    },
    Row {
        part: "scoring/src/features/",
        except: &[],
        never: &["crate::model", "crate::policy"],
        because: "features never see a score",
    },
    Row {
        part: "scoring/src/model/",
        except: &[],
        never: &["manifest", "crate::policy"],
        because: "a model never sees a manifest, nor what is made of its score",
    },
    Row {
        part: "gateway/src/authenticate/",
        except: &[],
        never: &[
            "manifest",
            "scoring",
            "sqlx",
            "crate::decode",
            "crate::intake",
            "crate::persist",
            "crate::watch",
            "crate::app",
            "crate::reply",
        ],
        because: "authenticate hands over a peer and knows nothing of manifests",
    },
    Row {
        part: "gateway/src/decode/",
        except: &[],
        never: &[
            "tokio",
            "sqlx",
            "scoring",
            "rustls",
            "crate::authenticate",
            "crate::intake",
            "crate::persist",
            "crate::reply",
            "crate::watch",
            "crate::app",
            "crate::clock",
        ],
        because: "decode turns bytes into what was declared, without clock, store or runtime",
    },
    Row {
        part: "gateway/src/intake/",
        except: &[],
        never: &["sqlx", "rustls", "tokio_rustls", "crate::app", "crate::watch"],
        because: "intake composes the steps and goes around none of them",
    },
    Row {
        part: "gateway/src/persist/",
        except: &[],
        never: &[
            "proto",
            "prost",
            "prost_types",
            "tonic",
            "tonic_types",
            "rustls",
            "crate::authenticate",
            "crate::decode",
            "crate::intake",
            "crate::reply",
            "crate::watch",
            "crate::app",
        ],
        because: "the store knows bytes and columns, never the wire",
    },
    Row {
        part: "gateway/src/reply/",
        except: &[],
        never: &["sqlx", "rustls", "crate::watch", "crate::app"],
        because: "reply says what became of it and asks nobody",
    },
    Row {
        part: "gateway/src/watch/",
        except: &[],
        never: &["sqlx", "rustls", "crate::decode", "crate::app"],
        because: "watch follows the feed",
    },
    Row {
        part: "gateway/src/outcomes/",
        except: &[],
        never: &["sqlx", "rustls", "crate::decode", "crate::intake", "crate::watch", "crate::app"],
        because: "outcomes stands beside the way and goes around none of its steps",
    },
    Row {
        part: "gateway/src/reconcile/",
        except: &[],
        never: &["sqlx", "rustls", "crate::decode", "crate::intake", "crate::watch", "crate::app"],
        because: "reconciliation stands beside the way and reads what it left",
    },
    Row {
        part: "gateway/src/",
        except: &[
            "gateway/src/app.rs",
            "gateway/src/main.rs",
            "gateway/src/command.rs",
            "gateway/src/command/",
            "gateway/src/app/",
            "gateway/src/config/",
        ],
        never: &["crate::app"],
        because: "the composition root is imported by nothing but the program and the whole configuration",
    },
    Row {
        part: "cli/src/",
        except: &[],
        never: &["manifest", "scoring", "gateway", "testkit"],
        because: "the reference client proves that the contract suffices",
    },
    Row {
        part: "gateway/src/",
        except: &[],
        never: &["testkit", "cli", "demo"],
        because: "the production binary knows no test tools",
    },
];

/// Instants that are read from the machine, and the file that may.
const CLOCKS: [&str; 5] = ["Timestamp::now", "Zoned::now", "SystemTime::now", "Uuid::now_v7", "Utc::now"];
const CLOCK_OWNER: &str = "gateway/src/clock.rs";
const CLOCKLESS: [&str; 3] = ["manifest/src/", "scoring/src/", "gateway/src/"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.matching("", ".rs").filter(|file| !is_test(file)) {
        let Some(text) = tree.text(file) else { continue };
        check_file(file, &text, &mut problems);
    }
    problems
}

fn is_test(file: &str) -> bool {
    file.ends_with("tests.rs") || file.contains("/tests/")
}

fn check_file(file: &str, text: &str, problems: &mut Vec<Problem>) {
    let rows: Vec<_> = TABLE.iter().filter(|row| applies(row, file)).collect();
    for path in paths(text) {
        let full = resolve(file, &path);
        for row in &rows {
            if let Some(name) = row.never.iter().find(|name| is_below(&full, name)) {
                problems.push(Problem::at(file, path.line, format!("names `{name}`, but {}", row.because)));
            }
        }
        let tail = path.segments[path.segments.len().saturating_sub(2)..].join("::");
        if CLOCKS.contains(&tail.as_str())
            && file != CLOCK_OWNER
            && CLOCKLESS.iter().any(|part| file.starts_with(part))
        {
            problems.push(Problem::at(
                file,
                path.line,
                format!("reads the clock with `{tail}`; only {CLOCK_OWNER} may"),
            ));
        }
        if makes_status(&path) && file.starts_with("gateway/src/") && !file.starts_with("gateway/src/reply/")
        {
            problems.push(Problem::at(
                file,
                path.line,
                "makes a tonic `Status`; only gateway/src/reply/ may",
            ));
        }
    }
}

fn applies(row: &Row, file: &str) -> bool {
    file.starts_with(row.part) && !row.except.iter().any(|except| file.starts_with(except))
}

/// Segments of the path with `self` and `super` replaced by what they stand for in this file.
fn resolve(file: &str, path: &RustPath) -> Vec<String> {
    let ups = path.segments.iter().take_while(|segment| *segment == "super").count();
    let own = path.segments.first().is_some_and(|first| first == "self");
    if ups == 0 && !own {
        return path.segments.clone();
    }
    let Some((_, inside)) = file.split_once("/src/") else { return path.segments.clone() };
    let mut module: Vec<_> = inside.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        module.pop();
    }
    module.truncate(module.len().saturating_sub(ups));
    let rest = path.segments.iter().skip(ups + usize::from(own)).cloned();
    std::iter::once("crate".to_owned()).chain(module).chain(rest).collect()
}

fn is_below(path: &[String], name: &str) -> bool {
    let mut segments = path.iter();
    name.split("::").all(|part| segments.next().is_some_and(|segment| segment == part))
}

/// `Status::internal(..)` makes one; `tonic::Status` alone only names the type.
fn makes_status(path: &RustPath) -> bool {
    path.segments
        .windows(2)
        .any(|pair| pair[0] == "Status" && pair[1].starts_with(|first: char| first.is_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::{Problem, check_file};

    fn check(file: &str, text: &str, expected: &[&str]) {
        let mut problems: Vec<Problem> = Vec::new();
        check_file(file, text, &mut problems);
        let found: Vec<_> = problems.iter().map(|problem| problem.text.as_str()).collect();
        assert_eq!(found.len(), expected.len(), "{text}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{text}: {found}");
        }
    }

    #[test]
    fn a_step_does_not_reach_into_another() {
        check("gateway/src/persist/feed.rs", "use crate::reply::Reason;", &["`crate::reply`"]);
        check("gateway/src/persist/feed.rs", "use super::super::reply::Reason;", &["`crate::reply`"]);
        check("gateway/src/persist/sqlite/feed.rs", "use super::Store;", &[]);
        check("gateway/src/decode/mod.rs", "use {proto::v1, manifest::finding};", &[]);
        check("gateway/src/watch/mod.rs", "fn f() { sqlx::query(TEXT); }", &["`sqlx`"]);
    }

    #[test]
    fn the_nouns_stay_pure() {
        check("manifest/src/party.rs", "use serde::Serialize;", &["`serde`"]);
        check("manifest/src/record.rs", "use serde::Serialize;", &[]);
        check("manifest/src/validate/timing.rs", "let now = jiff::Timestamp::now();", &["reads the clock"]);
    }

    #[test]
    fn a_status_is_made_in_one_place() {
        check("gateway/src/intake/service.rs", "return Err(Status::internal(text));", &["makes a tonic"]);
        check("gateway/src/intake/service.rs", "fn f() -> Result<(), tonic::Status> {}", &[]);
        check("gateway/src/reply/status.rs", "tonic::Status::new(code, text)", &[]);
    }
}
