//! The `score` program on files, from outside.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const HEADER: &str = "Date,Office ID,Importer ID,HS6 Code,Country of Departure,Country of Origin,Tax Rate,Tax Type,\
Net Mass,Item Price,Fraud,Critical Fraud";

/// Invented rows: every fifth is irregular, every fiftieth critically so, and most masses recur.
fn rows(days: std::ops::Range<i64>) -> Vec<String> {
    let first: jiff::civil::Date = "2020-01-01".parse().unwrap();
    days.flat_map(|day| (0..6).map(move |n| (day, day * 6 + n)))
        .map(|(day, n)| {
            let date = first.checked_add(jiff::Span::new().days(day)).unwrap();
            let (kind, mass) = (n % 23, 100 + n % 23 * 7);
            let (fraud, critical) = match (kind % 5 == 0, kind == 10) {
                (_, true) => (1, 2),
                (true, _) => (1, 1),
                _ => (0, 0),
            };
            format!(
                "{date},30,I{},5205{kind:02},TR,TR,8.0,A,{mass},{}.5,{fraud},{critical}",
                n % 9,
                mass * 900
            )
        })
        .collect()
}

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.write("past.csv", &format!("{HEADER}\n{}\n", rows(0..60).join("\n")));
        files.write("test.csv", &format!("{HEADER}\n{}\n", rows(60..90).join("\n")));
        files
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn score(&self, arguments: &[&str]) -> (bool, String, String) {
        let out = Command::new(env!("CARGO_BIN_EXE_score"))
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (out.status.success(), text(out.stdout), text(out.stderr))
    }

    fn evaluate(&self, test: &str, more: &[&str]) -> Value {
        let mut arguments = vec!["evaluate", "--history", "past.csv", "--test", test, "--json"];
        arguments.extend(more);
        let (good, out, error) = self.score(&arguments);
        assert!(good, "{error}");
        serde_json::from_str(&out).unwrap()
    }
}

#[test]
fn evaluate_prints_the_documented_keys_with_bounds() {
    let files = Files::new();
    let report = files.evaluate("test.csv", &[]);
    for head in ["fraud", "critical"] {
        for name in ["accuracy", "macro_f1", "roc_auc", "average_precision", "calibration_error"]
            .map(str::to_owned)
            .into_iter()
            .chain([1, 2, 5, 10, 15, 21].map(|share| format!("precision_at_{share}")))
            .chain([1, 2, 5, 10, 15, 21].map(|share| format!("recall_at_{share}")))
        {
            let figure = report[format!("{head}.all.{name}")].as_f64().unwrap();
            let bounds = report[format!("{head}.all.{name}_ci")].as_array().unwrap();
            let (low, high) = (bounds[0].as_f64().unwrap(), bounds[1].as_f64().unwrap());
            assert!((0.0..=1.0).contains(&figure) && low <= high, "{head} {name}: {figure} in {low}..{high}");
        }
    }
    assert_eq!(report["fraud.all.rows"], 180);
    assert_eq!(report["fraud.novel.rows"], 0);
    assert_eq!(report["fraud.unique.rows"], 23);
    assert!(report["fraud.all.roc_auc"].as_f64().unwrap() > 0.95, "copies are not recognised");
    assert_eq!(report, files.evaluate("test.csv", &[]), "two runs differ");
    let daily = files.evaluate("test.csv", &["--update", "daily"]);
    assert_eq!(daily["update"], "daily");
    assert_ne!(daily["fraud.all.calibration_error"], report["fraud.all.calibration_error"]);
}

#[test]
fn neither_the_order_of_columns_nor_line_ends_matter() {
    let files = Files::new();
    let text = std::fs::read_to_string(files.0.path().join("test.csv")).unwrap();
    let turned: Vec<String> = text
        .lines()
        .map(|line| {
            let mut fields: Vec<&str> = line.split(',').rev().collect();
            fields.push("more");
            fields.join(",")
        })
        .collect();
    files.write("turned.csv", &format!("\u{feff}{}\r\n", turned.join("\r\n")));
    assert_eq!(files.evaluate("turned.csv", &[]), files.evaluate("test.csv", &[]));
}

#[test]
fn a_bad_row_is_named_by_file_line_and_column() {
    let files = Files::new();
    files.write(
        "bad.csv",
        &format!("{HEADER}\n{}\n2020-02-30,30,I1,520524,TR,TR,8,A,1,1,0,0\n", rows(0..1)[0]),
    );
    let (good, _, error) = files.score(&["evaluate", "--history", "past.csv", "--test", "bad.csv"]);
    assert!(!good);
    for part in ["bad.csv", "line 3", "\"Date\"", "2020-02-30"] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
    let (good, _, error) = files.score(&["evaluate", "--history", "nowhere.csv", "--test", "test.csv"]);
    assert!(!good && error.contains("nowhere.csv"), "{error}");
}

#[test]
fn batch_takes_both_forms_and_says_the_same() {
    let files = Files::new();
    files.write(
        "one.csv",
        "Date,HS6 Code,Country of Departure,Country of Origin,Net Mass\n2020-03-05,520510,TR,TR,170\n",
    );
    files.write(
        "one.jsonl",
        "{\"date\":\"2020-03-05\",\"hs_code\":\"520510\",\"departure_country\":\"TR\",\
         \"origin_country\":\"TR\",\"mass_mg\":170000000}\n",
    );
    let of = |file: &str, language: &str| {
        let (good, out, error) =
            files.score(&["batch", "--history", "past.csv", "--language", language, file]);
        assert!(good, "{error}");
        serde_json::from_str::<Value>(&out).unwrap()
    };
    assert_eq!(of("one.csv", "en"), of("one.jsonl", "en"));
    assert_ne!(of("one.csv", "en")["reasons"], of("one.csv", "uz")["reasons"]);
    files.write("bad.jsonl", "{\"date\":\"2020-03-05\"}\n{\"date\":\"soon\"}\n");
    let (good, _, error) = files.score(&["batch", "bad.jsonl"]);
    assert!(!good && error.contains("bad.jsonl, line 2") && error.contains("YYYY-MM-DD"), "{error}");
}

#[test]
fn vectors_that_features_prints_are_what_infer_answers() {
    let files = Files::new();
    let (good, out, error) = files.score(&["features", "--history", "past.csv", "test.csv"]);
    assert!(good, "{error}");
    let bare: Vec<&str> = out.lines().map(|line| line.splitn(4, ',').nth(3).unwrap()).collect();
    let path = files.write("vectors.csv", &bare.join("\n"));
    let (good, answers, error) = files.score(&["infer", Path::new(&path).to_str().unwrap()]);
    assert!(good, "{error}");
    assert_eq!(answers.lines().count(), 181);
}
