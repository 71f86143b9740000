//! The `score` program on files, from outside.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

pub(crate) const HEADER: &str = "Date,Office ID,Importer ID,HS6 Code,Country of Departure,Country of Origin,Tax Rate,Tax Type,\
Net Mass,Item Price,Fraud,Critical Fraud";

/// Invented rows: every fifth is irregular, every fiftieth critically so, and most masses recur.
pub(crate) fn rows(days: std::ops::Range<i64>) -> Vec<String> {
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

/// A folder with a history and what follows it.
pub(crate) struct Files(pub(crate) tempfile::TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.write("past.csv", &format!("{HEADER}\n{}\n", rows(0..60).join("\n")));
        files.write("test.csv", &format!("{HEADER}\n{}\n", rows(60..90).join("\n")));
        files
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn score(&self, arguments: &[&str]) -> (bool, String, String) {
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

/// Planted: the judged file stands among the history. Nobody is judged by what is not past.
#[test]
fn outcomes_that_are_not_past_are_not_known() {
    let files = Files::new();
    let honest = files.evaluate("test.csv", &[]);
    let mut planted = files.evaluate("test.csv", &["--history", "test.csv"]);
    // Under a history of its own every earlier day is past, as with a daily update.
    let daily = files.evaluate("test.csv", &["--update", "daily"]);
    assert_eq!(planted["history_rows_left_out"], 6, "the last day's");
    for key in ["history_rows_left_out", "update"] {
        planted[key] = daily[key].clone();
    }
    assert_eq!(planted, daily);
    assert_eq!(honest["history_rows_left_out"], 0);
    files.write("later.csv", &format!("{HEADER}\n{}\n", rows(90..120).join("\n")));
    let mut later = files.evaluate("test.csv", &["--history", "later.csv"]);
    assert_eq!(later["history_rows_left_out"], 180);
    later["history_rows_left_out"] = 0.into();
    assert_eq!(later, honest);
}

#[test]
fn files_that_say_nothing_are_told() {
    let files = Files::new();
    files.write("empty.csv", "");
    files.write("heading.csv", &format!("{HEADER}\n"));
    files.write(
        "quoted.csv",
        &format!("{}\n\"2020-03-05\",30,\"I,1\",520510,TR,TR,8.0,A,170,\"\",0,0\n", HEADER),
    );
    files.write("short.csv", &format!("{HEADER}\n2020-03-05,30,I1,520510,TR\n"));
    std::fs::write(
        files.0.path().join("latin.csv"),
        b"Date,HS6 Code,Fraud,Critical Fraud\n2020-03-05,\xff,0,0\n",
    )
    .unwrap();
    for (file, expected) in [
        ("empty.csv", "empty.csv: the file is empty"),
        ("heading.csv", "heading.csv: the file has no rows"),
        ("short.csv", "short.csv: line 2: 5 fields, the header has 12"),
        ("latin.csv", "latin.csv: line 2: not UTF-8"),
    ] {
        let (good, _, error) = files.score(&["evaluate", "--history", "past.csv", "--test", file]);
        assert!(!good && error.contains(expected), "{file}: {error}");
    }
    assert_eq!(files.evaluate("quoted.csv", &[])["fraud.all.rows"], 1);
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
fn lines_are_counted_alike_whatever_ends_them() {
    let files = Files::new();
    for end in ["\n", "\r\n"] {
        let good = &rows(0..1)[0];
        let first = [HEADER, "2020-02-30,30,I1,520524,TR,TR,8,A,1,1,0,0", good].join(end);
        files.write("first.csv", &first);
        files.write("third.csv", &[HEADER, good, good, "2020-03-05,30"].join(end));
        for (file, line) in [("first.csv", "line 2,"), ("third.csv", "line 4:")] {
            let (good, _, error) = files.score(&["evaluate", "--history", "past.csv", "--test", file]);
            assert!(!good && error.contains(line), "{end:?} {error}");
        }
    }
}

#[test]
fn blank_lines_are_counted_and_say_nothing() {
    let files = Files::new();
    let good = &rows(0..1)[0];
    let bad = "2020-02-30,30,I1,520524,TR,TR,8,A,1,1,0,0";
    // Two lines within a field, which is no blank line but is counted too.
    let long = "2020-01-02,30,\"I\n\n1\",520524,TR,TR,8,A,1,1,0,0";
    for end in ["\n", "\r\n"] {
        for (lines, named) in [
            (&[HEADER, "", "", good, "", bad, ""][..], "line 6,"),
            (&["", HEADER, bad], "line 3,"),
            (&[HEADER, long, "", bad, "", ""], "line 6,"),
            (&[HEADER, "", "", "2020-03-05,30"], "line 4:"),
            (&[HEADER, good, "", "2020-03-05,30", "", good], "line 4:"),
        ] {
            files.write("blank.csv", &lines.join(end));
            let (passed, _, error) =
                files.score(&["evaluate", "--history", "past.csv", "--test", "blank.csv"]);
            assert!(!passed && error.contains(named), "{lines:?} {end:?} {error}");
        }
    }
    files.write("blank.csv", &[HEADER, "", good, "", "", good, ""].join("\n"));
    assert_eq!(files.evaluate("blank.csv", &[])["fraud.all.rows"], 2);
}

/// Planted: a history that overlaps the rows, and one that lies after them. Nobody is judged by what is not past.
#[test]
fn no_command_looks_into_the_future() {
    let files = Files::new();
    files.write("later.csv", &format!("{HEADER}\n{}\n", rows(90..120).join("\n")));
    for command in ["features", "batch"] {
        let (_, honest, quiet) = files.score(&[command, "--history", "past.csv", "test.csv"]);
        assert!(!honest.is_empty() && quiet.is_empty(), "{quiet}");
        let (_, planted, told) =
            files.score(&[command, "--history", "past.csv", "--history", "later.csv", "test.csv"]);
        assert_eq!(planted, honest, "{command}");
        assert!(told.contains("history_rows_left_out 180"), "{told}");
        let (good, _, told) = files.score(&[command, "--history", "test.csv", "test.csv"]);
        assert!(good && told.contains("history_rows_left_out 6"), "the last day's: {told}");
    }
    // Under a history of its own a file is what it is day by day.
    let (_, alone, _) = files.score(&["features", "test.csv"]);
    let (_, own, _) = files.score(&["features", "--history", "test.csv", "test.csv"]);
    assert_eq!(alone, own);
    let simulate = |history: &[&str]| {
        let files_of = history.iter().flat_map(|file| ["--history", file]);
        let arguments: Vec<&str> =
            ["simulate", "--data", "test.csv", "--json"].into_iter().chain(files_of).collect();
        files.score(&arguments)
    };
    let (good, honest, _) = simulate(&["past.csv"]);
    let (_, planted, told) = simulate(&["past.csv", "test.csv", "later.csv"]);
    assert!(good && honest == planted && told.contains("history_rows_left_out 360"), "{told}");
}

#[test]
fn a_line_of_nonsense_is_refused_in_either_form() {
    let files = Files::new();
    for (field, expected) in [
        ("\"hs_code\":\"abc\"", "hs_code"),
        ("\"hs_code\":\"5205100000\"", "hs_code"),
        ("\"mass_mg\":-5", "mass_mg"),
        ("\"origin_country\":\"Belgium\"", "origin_country"),
        ("\"departure_country\":\"zz\"", "departure_country"),
        ("\"value\":{\"currency\":\"XXX\",\"units\":5}", "value.currency"),
        ("\"value\":{\"currency\":\"USD\",\"units\":-5}", "value"),
        ("\"mode\":77", "mode"),
    ] {
        files.write(
            "bad.jsonl",
            &format!("{{\"date\":\"2020-03-05\"}}\n{{\"date\":\"2020-03-05\",{field}}}\n"),
        );
        let (good, out, error) = files.score(&["batch", "bad.jsonl"]);
        assert!(!good && out.is_empty(), "{field}");
        assert!(error.contains("bad.jsonl, line 2") && error.contains(expected), "{field}: {error}");
    }
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
    // The same vectors of rows whose outcomes nobody knows.
    let table = std::fs::read_to_string(files.0.path().join("test.csv")).unwrap();
    let without: Vec<&str> = table.lines().map(|line| line.rsplitn(3, ',').nth(2).unwrap()).collect();
    files.write("unlabelled.csv", &without.join("\n"));
    let (good, unlabelled, error) =
        files.score(&["features", "--history", "past.csv", "--unlabelled", "unlabelled.csv"]);
    assert!(good, "{error}");
    let vectors = |out: &str| -> Vec<String> {
        out.lines().skip(1).map(|line| line.splitn(4, ',').nth(3).unwrap().to_owned()).collect()
    };
    assert_eq!(vectors(&unlabelled), vectors(&out));
    assert!(!files.score(&["features", "unlabelled.csv"]).0);
}

#[test]
fn simulate_lives_under_a_budget_and_says_how_it_was_kept() {
    let files = Files::new();
    files.write("live.csv", &format!("{HEADER}\n{}\n", rows(60..200).join("\n")));
    let arguments = [
        "simulate",
        "--history",
        "past.csv",
        "--data",
        "live.csv",
        "--budget",
        "0.5",
        "--seeds",
        "2",
        "--json",
    ];
    let (good, out, error) = files.score(&arguments);
    assert!(good, "{error}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["all"]["arrivals"], 840.0);
    assert!(report["months"].as_object().unwrap().len() >= 4);
    let weeks = report["whole_weeks"].as_u64().unwrap();
    assert_eq!(report["over_seeds"]["whole_weeks"].as_u64(), Some(2 * weeks));
    // The first hundred scores are decided by the policy; then 21 controls a week are kept to the nearest one or two.
    for (week, sum) in report["weeks"].as_object().unwrap().iter().skip(4) {
        assert!(sum["off"].as_f64().unwrap().abs() < 0.1, "{week}: {sum}");
    }
    assert_eq!(files.score(&arguments).1, out, "two runs differ");
}
