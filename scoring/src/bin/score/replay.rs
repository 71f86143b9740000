//! `score replay`.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use scoring::kept::{ExportEnd, Kept, KeptFile};
use scoring::record::{RecordError, replay};
use scoring::{Decided, Policy, Scorer};
use serde::Deserialize;

use crate::policy;

/// Longest line that is read: a manifest of many thousand goods items stays below it.
const LONGEST_LINE_BYTES: u64 = 64 << 20;

/// Lines of trouble that are told; the count at the end has all.
const TOLD: usize = 20;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Folders of bundles that judged, where the file does not hold them; the one that is compiled in is always known.
    #[arg(long)]
    bundle: Vec<PathBuf>,
    /// Policy files under which they judged, where the file does not hold them; the one that is compiled in is always known.
    #[arg(long)]
    policy: Vec<PathBuf>,
    /// What `gateway export` wrote: what judged, then one stored decision a line. "-" reads standard input.
    file: PathBuf,
}

/// A line of the file.
#[derive(Deserialize)]
#[serde(untagged)] // a kept file has no manifest, a decision nothing kept, and neither has an end
enum Line {
    Kept(KeptFile),
    End {
        end: ExportEnd,
    },
    Decision {
        manifest: String,
        /// The stored record, byte for byte.
        record: String,
    },
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut judges = Judges::new(&self.bundle, &self.policy)?;
        let file: Box<dyn Read> = match self.file.to_str() {
            Some("-") => Box::new(std::io::stdin().lock()),
            _ => Box::new(File::open(&self.file).with_context(|| self.file.display().to_string())?),
        };
        let mut reader = BufReader::new(file);
        let (mut same, mut unjudged, mut by_rules, mut bad): (BTreeMap<String, u64>, u64, u64, u64) =
            Default::default();
        let mut found = ExportEnd { kept_files: 0, decisions: 0 };
        let (mut told_end, mut named) = (None, HashSet::new());
        for number in 1_u64.. {
            let mut text = String::new();
            let read = reader.by_ref().take(LONGEST_LINE_BYTES).read_line(&mut text)?;
            if read == 0 {
                ensure!(number > 1, "the file is empty: nothing was proven");
                break;
            }
            ensure!(told_end.is_none(), "line {number}: it stands after the end of the export");
            let (manifest, record) =
                match serde_json::from_str(&text).with_context(|| format!("line {number}"))? {
                    Line::Kept(file) => {
                        judges.kept.add(file);
                        found.kept_files += 1;
                        continue;
                    }
                    Line::End { end } => {
                        told_end = Some(end);
                        continue;
                    }
                    Line::Decision { manifest, record } => (manifest, record),
                };
            found.decisions += 1;
            ensure!(named.insert(manifest.clone()), "line {number}: {manifest} stands there twice");
            match judges.replay(record.as_bytes()) {
                Ok(decided) if decided.evidence.rules_only => by_rules += 1,
                Ok(decided) => match &decided.evidence.identity {
                    Some(by) => {
                        let name = format!("{} {} {}", by.bundle_name, by.bundle_version, by.bundle_digest);
                        *same.entry(name).or_default() += 1;
                    }
                    None => unjudged += 1,
                },
                Err(error) => {
                    bad += 1;
                    if bad <= TOLD as u64 {
                        eprintln!("line {number}, manifest {manifest}: {}", told(&error));
                    }
                }
            }
        }
        for (bundle, count) in &same {
            println!("{count} the same, byte for byte, by bundle {bundle}");
        }
        println!("{by_rules} the same, byte for byte, by rules alone (nothing was scored in time)");
        println!("{unjudged} the same, byte for byte, without a model (rejected, or too late)");
        if bad > 0 {
            bail!("{bad} could not be made again");
        }
        whole(told_end, found)
    }
}

/// Is it all that was exported? What stands there was made again, but what was cut off was not.
fn whole(told: Option<ExportEnd>, found: ExportEnd) -> anyhow::Result<()> {
    let told = told.context(
        "the export was cut off: its last line does not count what stands before it (gateways of before wrote no such line)",
    )?;
    for (what, told, found) in
        [("kept files", told.kept_files, found.kept_files), ("decisions", told.decisions, found.decisions)]
    {
        ensure!(told == found, "the export is not whole: its end counts {told} {what}, found {found}");
    }
    ensure!(found.decisions > 0, "there are no decisions in the export: nothing was proven");
    Ok(())
}

/// Who can make a record again: whoever is known by files, and whoever the export holds, proven when first asked for.
struct Judges {
    bundles: Vec<Scorer>,
    policies: Vec<Policy>,
    known: Vec<Scorer>,
    kept: Kept,
}

impl Judges {
    fn new(bundles: &[PathBuf], policies: &[PathBuf]) -> anyhow::Result<Self> {
        let mut judges = Self {
            bundles: vec![Scorer::shipped()?],
            policies: vec![Policy::shipped()?],
            known: vec![Scorer::shipped()?],
            kept: Kept::default(),
        };
        for path in policies {
            judges.policies.push(policy(path)?);
        }
        for folder in bundles {
            judges.bundles.push(Scorer::load(folder).with_context(|| folder.display().to_string())?);
        }
        Ok(judges)
    }

    fn replay(&mut self, record: &[u8]) -> anyhow::Result<Decided> {
        match replay(&self.known, record) {
            Err(RecordError::Identity { bundle, policy }) => {
                let scorer = self.scorer(&bundle, &policy)?;
                self.known.push(scorer);
                Ok(replay(&self.known, record)?)
            }
            answer => Ok(answer?),
        }
    }

    /// The bundle of one digest under the policy of another.
    fn scorer(&mut self, bundle: &str, policy: &str) -> anyhow::Result<Scorer> {
        let place = self.bundles.iter().position(|scorer| scorer.identity().bundle_digest == bundle);
        let place = match place {
            Some(place) => place,
            None => {
                let kept = self.kept.bundle(bundle).with_context(|| {
                    format!("judged by bundle {bundle}, which the file does not hold: give its folder with --bundle")
                })?;
                self.bundles.push(kept?);
                self.bundles.len() - 1
            }
        };
        let known = self.policies.iter().find(|known| known.digest == policy).cloned();
        let policy = match known {
            Some(known) => known,
            None => self.kept.policy(policy).with_context(|| {
                format!(
                    "judged under policy {policy}, which the file does not hold: give its file with --policy"
                )
            })??,
        };
        Ok(self.bundles[place].with_policy(policy))
    }
}

/// What went wrong, with its causes.
fn told(error: &anyhow::Error) -> String {
    format!("{error:#}")
}

#[cfg(test)]
mod tests {
    use scoring::{Capacity, Case, CrewMember, History, finish, record};

    use super::*;

    /// What `gateway export` writes of one manifest.
    fn line(number: u32, record: &[u8]) -> String {
        let record = String::from_utf8_lossy(record);
        serde_json::json!({ "manifest": format!("manifests/SYNTHETIC-{number}"), "record": record })
            .to_string()
    }

    #[test]
    fn what_was_exported_is_made_again_and_what_was_touched_is_told() -> anyhow::Result<()> {
        let case = Case::EmptyTruck { crew: vec![CrewMember::Driver] };
        let scored = Scorer::shipped()?.score(&case, Ok(&History::new(None)), &[]);
        let good = record::encode(&finish(scored, &Capacity::default()));
        let touched = String::from_utf8(good.clone())?.replacen("YELLOW", "GREEN", 1);
        assert_ne!(touched.as_bytes(), good);
        let folder = tempfile::tempdir()?;
        let run = |lines: &[String]| {
            let file = folder.path().join("decisions.jsonl");
            let end = serde_json::json!({ "end": { "kept_files": 0, "decisions": lines.len() } });
            std::fs::write(&file, format!("{}\n{end}\n", lines.join("\n")))?;
            Arguments { bundle: Vec::new(), policy: Vec::new(), file }.run()
        };
        run(&[line(1, &good), line(2, &good)])?;
        let error = run(&[line(1, &good), line(2, touched.as_bytes())]).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("1 could not be made again"));
        assert!(run(&["{".to_owned()]).is_err());
        Ok(())
    }
}
