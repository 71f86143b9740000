//! What is given to `score` twice, empty, cut off or out of range: told, never passed over.

use scoring::kept::KeptFile;
use scoring::{Capacity, finish, record};
use serde_json::json;

use crate::files::{Files, HEADER, rows};
use crate::support::*;

#[test]
fn a_history_that_is_given_twice_is_refused() {
    let files = Files::new();
    std::os::unix::fs::symlink(files.0.path().join("past.csv"), files.0.path().join("link.csv")).unwrap();
    for again in ["past.csv", "./past.csv", "link.csv"] {
        for line in [
            &["evaluate", "--history", "past.csv", "--history", again, "--test", "test.csv"][..],
            &["batch", "--history", "past.csv", "--history", again, "test.csv"],
            &["features", "--history", "past.csv", "--history", again, "test.csv"],
            &["simulate", "--history", "past.csv", "--history", again, "--data", "test.csv"],
            &["simulate", "--history", "past.csv", "--data", "test.csv", "--data", "./test.csv"],
        ] {
            let (good, out, error) = files.score(line);
            assert!(!good && out.is_empty() && error.contains("twice"), "{line:?}: {error}");
        }
    }
}

#[test]
fn a_file_that_is_judged_by_itself_is_told() {
    let files = Files::new();
    let (good, _, told) = files.score(&["evaluate", "--history", "test.csv", "--test", "./test.csv"]);
    assert!(good && told.contains("test.csv is both history and judged"), "{told}");
    let (good, _, quiet) = files.score(&["evaluate", "--history", "past.csv", "--test", "test.csv"]);
    assert!(good && quiet.is_empty(), "{quiet}");
}

#[test]
fn a_file_without_rows_is_told() {
    let files = Files::new();
    files.write("heading.csv", &format!("{HEADER}\n"));
    for line in [
        &["evaluate", "--history", "past.csv", "--test", "heading.csv"][..],
        &["batch", "--history", "past.csv", "heading.csv"],
        &["features", "--history", "past.csv", "heading.csv"],
        &["simulate", "--history", "past.csv", "--data", "heading.csv"],
    ] {
        let (good, _, error) = files.score(line);
        assert!(!good && error.contains("heading.csv: the file has no rows"), "{line:?}: {error}");
        assert!(!error.contains("left_out"), "{line:?}: {error}");
    }
    for line in [
        &["evaluate", "--history", "heading.csv", "--test", "test.csv"][..],
        &["batch", "--history", "heading.csv", "test.csv"],
    ] {
        let (good, _, told) = files.score(line);
        assert!(good && told.contains("heading.csv: the file has no rows"), "{line:?}: {told}");
    }
}

#[test]
fn simulate_refuses_a_share_that_is_none() {
    let files = Files::new();
    let run = |name: &str, share: &str| {
        files.score(&["simulate", "--history", "past.csv", "--data", "test.csv", &format!("{name}={share}")])
    };
    for share in ["0", "-0.1", "1.5", "nan", "inf", "15"] {
        let (good, out, error) = run("--budget", share);
        assert!(!good && out.is_empty() && error.contains("above 0, at most 1"), "{share}: {error}");
    }
    for share in ["-0.1", "1.1", "nan"] {
        let (good, out, error) = run("--floor", share);
        assert!(!good && out.is_empty() && error.contains("from 0 to 1"), "{share}: {error}");
    }
    assert!(run("--budget", "1").0 && run("--floor", "1").0);
}

#[test]
fn a_country_that_no_list_knows_is_taken_in_either_form() {
    let files = Files::new();
    files.write(
        "one.csv",
        "Date,HS6 Code,Country of Departure,Country of Origin,Net Mass\n2020-03-05,520510,ZZ,TR,170\n",
    );
    files.write(
        "one.jsonl",
        "{\"date\":\"2020-03-05\",\"hs_code\":\"520510\",\"departure_country\":\"ZZ\",\
         \"origin_country\":\"TR\",\"mass_mg\":170000000}\n",
    );
    let of = |file: &str| {
        let (good, out, error) = files.score(&["batch", "--history", "past.csv", file]);
        assert!(good, "{error}");
        out
    };
    assert_eq!(of("one.csv"), of("one.jsonl"));
}

#[test]
fn a_registration_is_read_as_the_gateway_keeps_it() {
    let files = Files::new();
    let draw = |registration: &str| {
        let seed = "07".repeat(32);
        let line = ["verify-draw", "--seed", &seed, "--border-post", "UZ-OYBEK", "--day", "2026-11-23"];
        let (good, out, error) = files.score(&[&line[..], &["--registration", registration]].concat());
        assert!(good, "{error}");
        out
    };
    let kept = draw("777ABC02");
    // Groups, small letters, and the Cyrillic letters of a local keyboard.
    for written in ["777 abc 02", "777-ABC-02", " 777ABC02 ", "777АВС02"] {
        assert_eq!(draw(written), kept, "{written:?}");
    }
    assert_ne!(draw("777ABC03"), kept);
}

#[test]
fn a_cut_that_is_no_share_is_refused() {
    let files = Files::new();
    let seed = "07".repeat(32);
    let run = |cut: &str| {
        let line = ["verify-draw", "--seed", &seed, "--border-post", "UZ-OYBEK", "--day", "2026-11-23"];
        files.score(&[&line[..], &["--registration", "777ABC02", &format!("--cut={cut}")]].concat())
    };
    for cut in ["nan", "2", "-0.1", "inf"] {
        let (good, out, error) = run(cut);
        assert!(!good && out.is_empty() && error.contains("from 0 to 1"), "{cut}: {out}{error}");
    }
    assert!(run("0").1.ends_with(", not drawn\n") && run("1").1.ends_with(", drawn\n"));
}

#[test]
fn the_model_answers_what_features_prints() {
    let files = Files::new();
    let (good, vectors, error) = files.score(&["features", "--history", "past.csv", "test.csv"]);
    assert!(good, "{error}");
    files.write("labelled.csv", &vectors);
    let bare: String =
        vectors.lines().map(|line| line.splitn(4, ',').nth(3).unwrap().to_owned() + "\n").collect();
    files.write("bare.csv", &bare);
    let of = |file: &str| {
        let (good, out, error) = files.score(&["infer", file]);
        assert!(good, "{error}");
        out
    };
    let answers = of("labelled.csv");
    assert_eq!(answers.lines().count(), vectors.lines().count());
    assert_eq!(answers, of("bare.csv"));
    files.write("other.csv", &vectors.replacen("critical,", "other,", 1));
    assert!(files.score(&["infer", "other.csv"]).2.contains("not the catalog's list"));
}

#[test]
fn an_export_that_is_cut_off_is_found_out() {
    let files = Files::new();
    let decided =
        finish(scorer().score(&cargo(vec![vec![yarn()]]), Ok(&history(&[])), &[]), &Capacity::default());
    let record = String::from_utf8(record::encode(&decided)).unwrap();
    let decision = |number: u32| {
        let name = format!("manifests/SYNTHETIC-{number}");
        json!({ "manifest": name, "test": false, "record": record }).to_string()
    };
    let kept: Vec<String> =
        KeptFile::of(scorer()).iter().map(|file| serde_json::to_string(file).unwrap()).collect();
    let end = |files: usize, decisions: usize| {
        json!({ "end": { "kept_files": files, "decisions": decisions } }).to_string()
    };
    let run = |lines: &[String]| {
        files.write("export.jsonl", &lines.iter().fold(String::new(), |all, line| all + line + "\n"));
        files.score(&["replay", "export.jsonl"])
    };
    let whole = [kept.clone(), vec![decision(1), decision(2), end(kept.len(), 2)]].concat();
    let (good, out, error) = run(&whole);
    assert!(good && out.contains("2 the same"), "{out}{error}");
    let cut = whole.len();
    for (lines, expected) in [
        (Vec::new(), "empty"),
        (vec![String::new()], "line 1"),
        (whole[..cut - 1].to_vec(), "cut off"),
        (whole[..cut - 2].to_vec(), "cut off"),
        (whole[..kept.len()].to_vec(), "cut off"),
        ([&whole[..cut - 2], &whole[cut - 1..]].concat(), "2 decisions, found 1"),
        (whole[1..].to_vec(), "files, found"),
        ([&whole[..], &whole[cut - 2..cut - 1]].concat(), "after the end"),
        ([&kept[..], &[end(kept.len(), 0)]].concat(), "no decisions"),
        // One decision in place of another: the count is right.
        ([&kept[..], &[decision(1), decision(1), end(kept.len(), 2)]].concat(), "twice"),
    ] {
        let (good, out, error) = run(&lines);
        assert!(!good && error.contains(expected), "{expected}: {out}{error}");
    }
    // Broken off within a line.
    let text = whole.join("\n");
    files.write("export.jsonl", &text[..text.len() - 3]);
    let (good, _, error) = files.score(&["replay", "export.jsonl"]);
    assert!(!good && error.contains(&format!("line {cut}")), "{error}");
}

#[test]
fn labels_that_contradict_each_other_are_refused() {
    let files = Files::new();
    let row = rows(0..1)[0].clone();
    let (row, _) = row.rsplit_once(",0,0").or(row.rsplit_once(",1,1")).or(row.rsplit_once(",1,2")).unwrap();
    for (labels, good) in
        [("0,0", true), ("1,1", true), ("1,2", true), ("0,2", false), ("0,1", false), ("1,0", false)]
    {
        files.write("labels.csv", &format!("{HEADER}\n{row},{labels}\n"));
        let (passed, _, error) = files.score(&["features", "labels.csv"]);
        assert_eq!(passed, good, "{labels}: {error}");
        assert!(good || error.contains("line 2"), "{error}");
    }
}
