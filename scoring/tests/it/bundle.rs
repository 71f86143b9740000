//! A bundle that is not whole is refused, with the precise reason.

use std::fs;
use std::path::Path;

use scoring::model::{BundleError, HeadCalibration, MAX_CALIBRATION_ERROR};
use scoring::*;

fn shipped() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/models/customs-1"))
}

/// A copy of the bundle with one file changed; `seal` makes the digest right again, as a forger would.
fn changed(file: &str, change: impl Fn(Vec<u8>) -> Vec<u8>, seal: bool) -> LoadError {
    let dir = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(shipped()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
    }
    let before = fs::read(dir.path().join(file)).unwrap();
    let after = change(before.clone());
    assert_ne!(before, after, "nothing was changed");
    if seal {
        let manifest = dir.path().join("bundle.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        fs::write(manifest, text.replace(&sha256(&before), &sha256(&after))).unwrap();
    }
    fs::write(dir.path().join(file), after).unwrap();
    Scorer::load(dir.path()).unwrap_err()
}

fn sha256(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text(change: impl Fn(String) -> String) -> impl Fn(Vec<u8>) -> Vec<u8> {
    move |bytes| change(String::from_utf8(bytes).unwrap()).into_bytes()
}

#[test]
fn the_folder_and_the_compiled_in_bundle_are_the_same() {
    assert_eq!(Scorer::load(shipped()).unwrap().identity(), Scorer::shipped().unwrap().identity());
}

#[test]
fn an_altered_file_is_refused_by_its_digest() {
    for file in ["model.onnx", "trees.json", "golden.jsonl", "card.md"] {
        let flip = |mut bytes: Vec<u8>| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            bytes
        };
        match changed(file, flip, false) {
            LoadError::Bundle(BundleError::Digest { file: named, .. }) => assert_eq!(named, file),
            other => panic!("{file}: {other}"),
        }
    }
}

#[test]
fn another_list_of_features_is_refused() {
    let fingerprint = scoring::features::fingerprint();
    let error = changed("bundle.toml", text(|toml| toml.replace(&fingerprint, &"0".repeat(64))), false);
    assert!(matches!(error, LoadError::Bundle(BundleError::Fingerprint { .. })), "{error}");
}

#[test]
fn a_forged_explanation_is_refused_by_the_golden_rows() {
    let error = changed("trees.json", text(|json| json.replacen("\"covers\":[", "\"covers\":[9", 1)), true);
    assert!(matches!(error, LoadError::Bundle(BundleError::Golden { .. })), "{error}");
}

#[test]
fn a_forged_graph_is_refused_by_the_golden_rows() {
    let forge = |mut bytes: Vec<u8>| {
        // What some leaves add: floats among the weights.
        let name = b"target_weights";
        let at = bytes.windows(name.len()).rposition(|window| window == name).unwrap();
        for byte in &mut bytes[at + 400..at + 500] {
            *byte ^= 0x10;
        }
        bytes
    };
    let error = changed("model.onnx", forge, true);
    assert!(
        matches!(error, LoadError::Bundle(BundleError::Golden { .. } | BundleError::Graph(_))),
        "{error}"
    );
}

#[test]
fn the_shipped_bundle_says_how_near_its_probabilities_come() {
    let shipped = Scorer::shipped().unwrap();
    let calibration = shipped.bundle().calibration.as_ref().unwrap();
    assert_eq!((calibration.fraud.rows(), calibration.critical.rows()), (8134, 8134));
    let found = |head: &HeadCalibration| -> f64 {
        head.bins.iter().map(|bin| f64::from(bin.rows) * bin.observed).sum()
    };
    // As many as the data set's first quarter of 2021 has.
    assert!((found(&calibration.fraud) - 1704.0).abs() < 1e-2, "{}", found(&calibration.fraud));
    assert!((found(&calibration.critical) - 78.0).abs() < 1e-2, "{}", found(&calibration.critical));
}

#[test]
fn a_bundle_without_a_calibration_that_holds_is_refused() {
    let without = |toml: String| {
        let (before, rest) = toml.split_once("[calibration]").unwrap();
        let (_, after) = rest.split_once("[training]").unwrap();
        format!("{before}[training]{after}")
    };
    let refused = |change: &dyn Fn(String) -> String, expected: &str| {
        let error = changed("bundle.toml", text(change), false);
        assert!(matches!(error, LoadError::Bundle(BundleError::Calibration(_))), "{error}");
        assert!(error.to_string().contains(expected), "{error} is not about {expected}");
    };
    refused(&without, "there is none");
    for (from, to, expected) in [
        ("error = 0.01009253", "error = 0.01009553", "fraud: the error is 0.01009553, its bins make 0.01009"),
        ("error = 0.01009253", "error = nan", "fraud: the error is NaN"),
        ("rows = 5270", "rows = 0", "fraud: the bin from 0 holds no rows"),
        ("rows = 1241", "rows = 1741", "fraud: the error is 0.01009253, its bins make"),
        ("observed = 0.43750000", "observed = 1.43750000", "holds no shares"),
        ("observed = 0.43750000", "observed = nan", "holds no shares"),
        ("predicted = 0.16047940", "predicted = 0.26047940", "fraud: the bin from 0.1 holds no shares"),
        ("from = 0.1", "from = 0.15", "no bin may begin at 0.15"),
        ("from = 0.1", "from = 0.0", "no bin may begin at 0 "),
    ] {
        refused(&|toml| toml.replacen(from, to, 1), expected);
    }
    // Consistent, and farther off than is served.
    let table = |error: f64| {
        let bin = "{ from = 0.0, rows = 8134, predicted = 0.01, observed = OBSERVED }";
        let bin = bin.replace("OBSERVED", &format!("{}", 0.01 + error));
        move |toml: String| {
            let (before, rest) = toml.split_once("[calibration.critical]").unwrap();
            let (_, after) = rest.split_once("[training]").unwrap();
            format!("{before}[calibration.critical]\nerror = {error}\nbins = [{bin}]\n\n[training]{after}")
        }
    };
    let limit = MAX_CALIBRATION_ERROR;
    refused(&table(limit + 0.001), "at most 0.05 is served");
    refused(&|toml| table(limit)(toml).replace("rows = 8134,", "rows = 8133,"), "critical on 8133");
    // No bins at all make no error.
    refused(
        &|toml| {
            let (before, rest) = toml.split_once("[calibration.critical]").unwrap();
            let (_, after) = rest.split_once("[training]").unwrap();
            format!("{before}[calibration.critical]\nerror = 0.0\nbins = []\n\n[training]{after}")
        },
        "critical: the error is 0, its bins make NaN",
    );
    // A map that this build would not apply.
    let error = changed("bundle.toml", text(|toml| toml.replace("map = \"none\"", "map = \"platt\"")), false);
    assert!(
        matches!(error, LoadError::Bundle(BundleError::Malformed { file: "bundle.toml", .. })),
        "{error}"
    );
    // Decisions of bundles that did not tell it yet are made again all the same.
    let files = |name: &str| {
        let bytes = fs::read(shipped().join(name)).ok()?;
        Some(if name == "bundle.toml" {
            without(String::from_utf8(bytes).unwrap()).into_bytes()
        } else {
            bytes
        })
    };
    assert!(Scorer::of_files(files).unwrap().bundle().calibration.is_none());
}

#[test]
fn a_missing_file_and_nonsense_are_refused() {
    let error = Scorer::load(Path::new("/nonexistent")).unwrap_err();
    assert!(error.to_string().starts_with("bundle file bundle.toml cannot be read"), "{error}");
    let error = changed("model.onnx", |_| b"not a graph".to_vec(), true);
    assert!(matches!(error, LoadError::Bundle(BundleError::Graph(_))), "{error}");
    let error = changed("golden.jsonl", |_| Vec::new(), true);
    assert!(
        matches!(error, LoadError::Bundle(BundleError::Malformed { file: "golden.jsonl", .. })),
        "{error}"
    );
}

#[test]
fn thresholds_are_probabilities_and_golden_rows_are_enough() {
    for (from, to) in [
        ("fraud = 0.52", "fraud = 0.0"),
        ("fraud = 0.52", "fraud = 1.0"),
        ("fraud = 0.52", "fraud = nan"),
        ("fraud = 0.52", "fraud = 5.2"),
        ("critical = 0.35", "critical = -0.35"),
        ("critical = 0.35", "critical = inf"),
    ] {
        let error = changed("bundle.toml", text(|toml| toml.replacen(from, to, 1)), false);
        let expected = "bundle file bundle.toml is malformed: thresholds: ";
        assert!(error.to_string().starts_with(expected), "{to}: {error}");
    }
    let few = |text: String| text.lines().take(15).fold(String::new(), |all, row| all + row + "\n");
    let error = changed("golden.jsonl", text(few), true);
    assert!(error.to_string().contains("golden.jsonl is malformed: 15 rows, at least 16"), "{error}");
    // The same row again proves nothing more.
    let same = |text: String| {
        text.lines().take(1).fold(String::new(), |all, row| all + &(row.to_owned() + "\n").repeat(20))
    };
    let error = changed("golden.jsonl", text(same), true);
    assert!(error.to_string().contains("golden.jsonl is malformed: 1 rows"), "{error}");
}

#[test]
fn a_policy_with_a_misspelt_or_impossible_setting_is_refused() {
    let shipped = include_str!("../../policy.toml");
    for (from, to, expected) in [
        ("yellow = 0.15", "yelow = 0.15", "policy setting fraud.yelow is not known"),
        ("yellow = 0.15", "yellow = 1.5", "policy setting fraud.yellow: expected a number from 0 to 1"),
        ("yellow = 0.15", "yellow = 0.95", "policy setting fraud.yellow: expected a number not above red"),
        ("USD = 1180", "USD = -3", "policy setting rates.USD: expected a positive number"),
        (
            "outcomes = 5",
            "outcomes = 0",
            "policy setting importer_record.outcomes: expected a count of 1 or more",
        ),
    ] {
        assert_eq!(Policy::parse(&shipped.replacen(from, to, 1)).unwrap_err().to_string(), expected);
    }
    let other = Policy::parse(&shipped.replacen("red = 0.60", "red = 0.70", 1)).unwrap();
    assert_ne!(other.digest, Policy::shipped().unwrap().digest);
}
