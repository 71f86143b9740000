//! The chart's `config` is the gateway's configuration, in values, schema and every rendering.

use std::collections::{BTreeMap, BTreeSet};

use gateway::{
    authenticate::{prove, read_folder},
    config::Config,
};
use serde_json::Value;
use testkit::identities::Authority;

use super::{object, path, rendered, text, yaml};

const VALUES: &str = "helm/customs-gateway/values.yaml";
const SCHEMA: &str = "helm/customs-gateway/values.schema.json";

/// Where the chart mounts files it says so itself; nobody else may. The database has a block of its own, because the kind of
/// workload follows from it.
const PLACES: [&str; 9] = [
    "authenticate.certificate_file",
    "authenticate.key_file",
    "persist.url",
    "persist.url_file",
    "persist.ca_file",
    "persist.password_file",
    "persist.path",
    "persist.wrapping_keys_file",
    "persist.digest_secret_file",
];

fn parse(toml: &str) -> Config {
    Config::parse(toml, &BTreeMap::new()).unwrap_or_else(|refused| panic!("{refused}\n{toml}"))
}

#[test]
fn the_values_are_a_configuration_of_this_program() {
    let config = parse(&toml::to_string(&yaml(VALUES)["config"]).unwrap());
    assert!(!config.admin.listen.ip().is_loopback(), "the kubelet could not ask");
    assert_ne!(config.app.drain_notice_ms, 0, "endpoints need a moment to be taken away");
}

/// As the template does it: the values, and the places.
#[test]
fn every_rendered_configuration_is_read_by_this_program() {
    let mut values: toml::Table = toml::from_str(&toml::to_string(&yaml(VALUES)["config"]).unwrap()).unwrap();
    let nowhere = std::path::PathBuf::new();
    for (case, objects) in rendered() {
        let configuration = objects
            .iter()
            .find(|object| !object["data"]["gateway.toml"].is_null())
            .unwrap_or_else(|| panic!("{case}: no configuration"));
        let config = parse(configuration["data"]["gateway.toml"].as_str().unwrap());
        let kind = if config.persist.is_postgres() { "Deployment" } else { "StatefulSet" };
        let pod = &object(&objects, kind, "").unwrap()["spec"]["template"]["spec"];
        let gateway = &pod["containers"][0];
        let mounts: Vec<_> = gateway["volumeMounts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["mountPath"].as_str().unwrap())
            .collect();
        for place in [
            &config.authenticate.certificate_file,
            &config.authenticate.key_file,
            &config.persist.url_file,
            &config.persist.password_file,
            &config.persist.ca_file,
            if config.persist.is_postgres() { &nowhere } else { &config.persist.path },
            &config.persist.wrapping_keys_file,
            &config.persist.digest_secret_file,
        ] {
            assert!(
                place.as_os_str().is_empty() || mounts.iter().any(|mount| place.starts_with(mount)),
                "{case}: {} is mounted nowhere",
                place.display()
            );
        }
        assert_eq!(gateway["ports"][0]["containerPort"], config.authenticate.listen.port(), "{case}");
        assert_eq!(gateway["ports"][1]["containerPort"], config.admin.listen.port(), "{case}");
        let grace = pod["terminationGracePeriodSeconds"].as_u64().unwrap() * 1_000;
        assert!(
            grace > config.app.drain_notice_ms + config.app.drain_timeout_ms,
            "{case}: killed while draining"
        );
        if case == "defaults" {
            let mut expected = Config::default();
            expected.persist.wrapping_keys_file = "/etc/customs-gateway/store/wrapping-keys".into();
            expected.persist.digest_secret_file = "/etc/customs-gateway/store/digest-secret".into();
            let expected: toml::Table = toml::from_str(&expected.to_toml().unwrap()).unwrap();
            lay_over(&mut values, &expected);
            assert_eq!(config, parse(&toml::to_string(&values).unwrap()), "nothing more and nothing less");
        }
    }
}

/// What is absent above is taken from below.
fn lay_over(above: &mut toml::Table, below: &toml::Table) {
    for (key, value) in below {
        match (above.get_mut(key), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(under)) => lay_over(inner, under),
            (Some(_), _) => {}
            (None, _) => {
                above.insert(key.clone(), value.clone());
            }
        }
    }
}

/// With a database: several gateways, none with a volume, and a job that brings the schema up with the same configuration, the same
/// places and without the store's keys.
#[test]
fn what_shares_a_database_migrates_first() {
    let mut seen = 0;
    for (case, objects) in rendered() {
        let Some(serving) = object(&objects, "Deployment", "") else {
            let replicas = &object(&objects, "StatefulSet", "").unwrap()["spec"]["replicas"];
            assert_eq!(*replicas, 1, "{case}: an embedded store is one process's");
            assert!(
                object(&objects, "Job", "").is_none()
                    && object(&objects, "HorizontalPodAutoscaler", "").is_none()
            );
            continue;
        };
        seen += 1;
        assert!(object(&objects, "StatefulSet", "").is_none(), "{case}");
        let spec = &serving["spec"];
        let least = match object(&objects, "HorizontalPodAutoscaler", "") {
            Some(scaler) => {
                assert!(spec["replicas"].is_null(), "{case}: two would decide");
                &scaler["spec"]["minReplicas"]
            }
            None => &spec["replicas"],
        };
        assert!(least.as_u64().unwrap() > 1, "{case}");
        assert_eq!(spec["strategy"]["rollingUpdate"]["maxUnavailable"], 0, "{case}");
        let pod = &spec["template"]["spec"];
        assert_eq!(pod["topologySpreadConstraints"].as_array().unwrap().len(), 2, "{case}");
        let job = object(&objects, "Job", "-migrate").unwrap_or_else(|| panic!("{case}: no job"));
        assert_eq!(job["metadata"]["annotations"]["helm.sh/hook"], "pre-install,pre-upgrade");
        let migrating = &job["spec"]["template"]["spec"];
        let hook = object(&objects, "ConfigMap", "-migrate").unwrap();
        let own = objects.iter().find(|each| {
            !each["data"]["gateway.toml"].is_null() && each["metadata"]["annotations"].is_null()
        });
        assert_eq!(hook["data"], own.unwrap()["data"], "{case}");
        let names = |pod: &Value| -> BTreeSet<String> {
            let volumes = pod["volumes"].as_array().unwrap().iter();
            volumes.map(|volume| volume["name"].as_str().unwrap().to_owned()).collect()
        };
        let expected =
            names(pod).into_iter().filter(|name| name == "config" || name.starts_with("database-"));
        assert_eq!(names(migrating), expected.collect(), "{case}");
        for volume in pod["volumes"].as_array().unwrap() {
            assert!(volume["persistentVolumeClaim"].is_null(), "{case}");
        }
    }
    assert!(seen > 2, "the matrix has no database");
}

#[tokio::test]
async fn every_rendered_registry_proves() {
    let authority = Authority::new("Chart root (synthetic)", crate::harness::now()).unwrap();
    let mut seen = 0;
    for (case, objects) in rendered() {
        let Some(registry) = object(&objects, "ConfigMap", "-registry") else { continue };
        let folder = tempfile::tempdir().unwrap();
        for (file, content) in registry["data"].as_object().unwrap() {
            let partner = folder.path().join(file.strip_suffix(".toml").unwrap());
            std::fs::create_dir(&partner).unwrap();
            std::fs::write(partner.join("partner.toml"), content.as_str().unwrap()).unwrap();
            std::fs::write(partner.join("anchors.pem"), authority.certificate_pem()).unwrap();
        }
        let entries = read_folder(folder.path()).unwrap_or_else(|problems| panic!("{case}: {problems:?}"));
        seen += entries.len();
        prove(entries).unwrap_or_else(|problems| panic!("{case}: {problems:?}"));
    }
    assert!(seen > 1, "no case has partners");
}

/// The part of the schema about `config` is made from the reference configuration. `CHART_ACCEPT=1` writes it.
#[test]
fn the_schema_knows_every_key_of_the_program_and_no_other() {
    let schema = text(SCHEMA);
    let (before, _) =
        schema.split_once("    \"config\": {\"type\": \"object\"").expect("the last definition is `config`");
    let expected = format!("{before}    \"config\": {}\n  }}\n}}\n", definition());
    if std::env::var_os("CHART_ACCEPT").is_some() {
        std::fs::write(path(SCHEMA), expected).unwrap();
    } else {
        assert!(
            schema == expected,
            "{SCHEMA} is older than gateway/config/reference.toml; CHART_ACCEPT=1 writes it"
        );
    }
    serde_json::from_str::<Value>(&text(SCHEMA)).expect("the schema is JSON");
}

/// What reference.toml says, as JSON schema: sections are closed objects, comments are descriptions.
fn definition() -> String {
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    let mut comment: Vec<&str> = Vec::new();
    let reference = text("gateway/config/reference.toml");
    for line in reference.lines() {
        if let Some(words) = line.strip_prefix("# ") {
            comment.push(words);
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            sections.push((name.to_owned(), Vec::new()));
        } else if let Some((key, value)) = line.split_once(" = ") {
            let (name, keys) = sections.last_mut().unwrap();
            if !PLACES.contains(&format!("{name}.{key}").as_str()) {
                keys.push(format!(
                    "\"{key}\": {{{}, \"description\": {}}}",
                    kind(key, value),
                    quoted(&comment.join(" "))
                ));
            }
        }
        comment.clear();
    }
    let (inner, outer): (Vec<_>, Vec<_>) = sections.into_iter().partition(|(name, _)| name.contains('.'));
    let closed = |keys: Vec<String>, indent: usize| {
        let pad = " ".repeat(indent);
        let keys = keys.join(&format!(",\n{pad}  "));
        format!(
            "{{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {{\n{pad}  {keys}\n{pad}}}}}"
        )
    };
    let outer = outer.into_iter().map(|(name, mut keys)| {
        for (path, within) in inner.iter().filter(|(path, _)| path.starts_with(&format!("{name}."))) {
            keys.push(format!("\"{}\": {}", &path[name.len() + 1..], closed(within.clone(), 8)));
        }
        format!("\"{name}\": {}", closed(keys, 6))
    });
    closed(outer.collect(), 4)
}

/// Rows of `intake.rules.deadlines`: the only tables within a list.
const DEADLINES: &str = r#""type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["id", "from", "minutes", "source"], "properties": {"id": {"type": "string"}, "mode": {"type": "string"}, "regime": {"type": "string"}, "partner": {"type": "string"}, "from": {"type": "string"}, "to": {"type": "string"}, "minutes": {"type": "integer", "minimum": 0}, "source": {"type": "string"}}}"#;

fn kind(key: &str, value: &str) -> &'static str {
    match value.parse::<toml::Value>().unwrap() {
        toml::Value::Integer(_) => "\"type\": \"integer\", \"minimum\": 0",
        toml::Value::Boolean(_) => "\"type\": \"boolean\"",
        toml::Value::String(_) if key == "listen" => "\"type\": \"string\", \"pattern\": \":[0-9]+$\"",
        toml::Value::String(_) => "\"type\": \"string\"",
        toml::Value::Array(rows) if rows.is_empty() && key == "deadlines" => DEADLINES,
        other => panic!("{key}: the schema has no words for {other} yet"),
    }
}

fn quoted(words: &str) -> String {
    Value::from(words).to_string()
}

#[test]
fn the_schema_is_closed_and_names_every_value() {
    let schema: Value = serde_json::from_str(&text(SCHEMA)).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let mut named = keys(&schema["properties"]);
    assert!(named.remove("global"), "helm adds it where this chart is part of another");
    assert_eq!(named, keys(&yaml(VALUES)));
    let mut open = Vec::new();
    closed(&schema, "", &mut open);
    assert!(open.is_empty(), "open objects: {open:?}");
}

/// An object says which keys it takes, or that it is a map of texts.
fn closed(schema: &Value, at: &str, open: &mut Vec<String>) {
    if schema["type"] == "object" {
        let more = &schema["additionalProperties"];
        if *more != Value::Bool(false) && more["type"] != "string" {
            open.push(at.to_owned());
        }
    }
    match schema {
        Value::Object(keys) => {
            keys.iter().for_each(|(key, value)| closed(value, &format!("{at}/{key}"), open))
        }
        Value::Array(values) => values.iter().for_each(|value| closed(value, at, open)),
        _ => {}
    }
}

#[test]
fn every_value_is_explained() {
    let values = text(VALUES);
    let lines: Vec<&str> = values.lines().collect();
    let is_comment = |line: Option<&&str>| line.is_some_and(|line| line.trim_start().starts_with('#'));
    for (index, line) in lines.iter().enumerate() {
        let is_key =
            line.contains(':') && !line.trim_start().starts_with(['#', '-']) && !line.contains("kubernetes");
        // A map is explained above itself or through what it holds.
        let explained = is_comment(lines.get(index.wrapping_sub(1)))
            || (line.ends_with(':') && lines.get(index + 1).is_some_and(|next| next.starts_with("  ")))
            || line.contains("grafana_dashboard");
        assert!(!is_key || explained, "{VALUES}:{}: no comment above: {line}", index + 1);
    }
}
