//! The loader, and the reference configuration.

use std::collections::{BTreeMap, BTreeSet};

use super::{Config, Refused};

const REFERENCE: &str = include_str!("../../config/reference.toml");

fn parse(text: &str, environment: &[(&str, &str)]) -> Result<Config, Refused> {
    let environment: BTreeMap<String, String> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Config::parse(text, &environment)
}

#[track_caller]
fn refused(text: &str, environment: &[(&str, &str)], key: &str) {
    let refused = parse(text, environment).unwrap_err();
    assert!(refused.problems().iter().any(|(bad, _)| bad == key), "{key} is not named in: {refused}");
}

fn keys(text: &str) -> BTreeSet<String> {
    super::leaves(&toml::from_str(text).unwrap()).into_iter().map(|(path, _)| path).collect()
}

#[test]
fn an_empty_file_is_the_defaults() {
    assert_eq!(parse("", &[]), Ok(Config::default()));
}

#[test]
fn the_reference_is_the_defaults_and_names_every_key() {
    assert_eq!(parse(REFERENCE, &[]), Ok(Config::default()));
    assert_eq!(keys(REFERENCE), keys(&Config::default().to_toml().unwrap()));
}

#[test]
fn the_reference_explains_every_key() {
    let mut explained = false;
    for line in REFERENCE.lines() {
        let is_comment = line.starts_with('#');
        assert!(
            is_comment || line.is_empty() || line.starts_with('[') || explained,
            "no comment above: {line}"
        );
        explained = is_comment;
    }
}

#[test]
fn unknown_sections_and_keys_are_refused_with_their_path() {
    refused("[weather]\n", &[], "weather");
    refused("app = 3\n", &[], "app");
    refused("[app]\ndrain_timeut_ms = 3\n", &[], "app.drain_timeut_ms");
    refused("[app\n", &[], "line 1");
    refused("[app]\n\n\ndrain_timeout_ms = \n", &[], "line 4");
}

#[test]
fn wrong_values_are_refused_with_their_path() {
    refused("[app]\ndrain_timeout_ms = \"soon\"\n", &[], "app.drain_timeout_ms");
    refused("[admin]\nlisten = \"nowhere\"\n", &[], "admin.listen");
    refused("[observability]\nlog_filter = \"a=b=c\"\n", &[], "observability.log_filter");
    refused("[watch]\npage_size = 0\n", &[], "watch.page_size");
    refused("[intake.rules]\nminor_age_years = -1\n", &[], "intake.rules.minor_age_years");
}

#[test]
fn every_problem_is_told_at_once() {
    let refused = parse("[app]\na = 1\nb = 2\n[admin]\nc = 3\n", &[]).unwrap_err();
    let keys: Vec<_> = refused.problems().iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["app.a", "app.b", "admin.c"]);
}

#[test]
fn settings_are_checked_against_each_other() {
    let same = "[authenticate]\nlisten = \"127.0.0.1:9000\"\n[admin]\nlisten = \"127.0.0.1:9000\"\n";
    refused(same, &[], "admin.listen");
    refused("[persist]\nmax_page_size = 10\n[watch]\npage_size = 11\n", &[], "watch.page_size");
}

#[test]
fn the_environment_overrides_the_file() {
    let file = "[app]\ndrain_timeout_ms = 1\n";
    let config = parse(
        file,
        &[
            ("CUSTOMS_GATEWAY__APP__DRAIN_TIMEOUT_MS", "77"),
            ("CUSTOMS_GATEWAY__APP__REFLECTION", "true"),
            ("CUSTOMS_GATEWAY__ADMIN__LISTEN", "127.0.0.1:9901"),
            ("CUSTOMS_GATEWAY__PERSIST__PATH", "/var/lib/other.db"),
            ("CUSTOMS_GATEWAY__INTAKE__RULES__MINOR_AGE_YEARS", "17"),
            ("CUSTOMS_GATEWAY__OBSERVABILITY__LOG_FILTER", "debug"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(config.app.drain_timeout_ms, 77);
    assert!(config.app.reflection);
    assert_eq!(config.admin.listen.port(), 9901);
    assert_eq!(config.persist.path.to_str(), Some("/var/lib/other.db"));
    assert_eq!(config.intake.rules.minor_age_years, 17);
    assert_eq!(config.observability.log_filter, "debug");
}

#[test]
fn bad_overrides_are_refused() {
    refused("", &[("CUSTOMS_GATEWAY__APP", "1")], "CUSTOMS_GATEWAY__APP");
    refused("", &[("CUSTOMS_GATEWAY__APP__COLOUR", "red")], "app.colour");
    refused("", &[("CUSTOMS_GATEWAY__APP__REFLECTION", "maybe")], "app.reflection");
}

#[test]
fn one_partners_part_is_no_more_than_all_and_holds_a_message() {
    refused("[app]\ncalls_in_total = 100\n", &[], "app.calls_per_partner");
    refused("[intake]\nuploads_at_once = 2\n", &[], "intake.uploads_at_once_per_partner");
    let large = "[decode]\nmax_message_bytes = 16777216\n";
    refused(large, &[], "intake.queue.incoming_bytes_per_partner");
}

/// A limit of zero is no limit that anything could work under, and never means "without one".
#[test]
fn a_limit_of_zero_is_refused_with_its_path() {
    for (section, keys) in [
        (
            "persist",
            &[
                "max_batch",
                "queue_size",
                "readers",
                "busy_timeout_ms",
                "acquire_timeout_ms",
                "wal_autocheckpoint_pages",
                "wal_limit_pages",
                "cache_kib",
                "max_page_size",
            ][..],
        ),
        ("intake", &["max_changes", "uploads_at_once", "elements_at_once", "calls_per_submission"]),
        ("decode", &["max_unfolded_bytes", "max_document_messages", "max_document_parts", "max_elements"]),
    ] {
        for key in keys {
            refused(&format!("[{section}]\n{key} = 0\n"), &[], &format!("{section}.{key}"));
        }
    }
}
