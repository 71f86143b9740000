//! `gateway bundle` and `gateway report challenger`: which model judges, and what another would have said.

use std::path::{Path, PathBuf};

use scoring::{Scorer, kept::KeptFile};
use serde_json::json;

use super::{Configured, DataRefused, block_on, load};
use crate::{
    clock::Clock,
    config::Config,
    judging,
    persist::{ComparedRow, Secrets, Store},
};
use clap::Subcommand;

/// The commands of `gateway bundle`.
#[derive(Debug, Subcommand)]
pub(super) enum BundleCommand {
    /// Takes a bundle into use, once its digests, golden rows and explanations are proven. A running gateway takes it up by
    /// itself, without a restart.
    Promote {
        /// The bundle's folder; it stays where it is.
        folder: PathBuf,
        #[command(flatten)]
        configured: Configured,
    },
    /// Goes back to the bundle before the newest.
    Rollback(Configured),
}

/// Runs one of them.
pub(super) fn run(command: BundleCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        BundleCommand::Promote { folder, configured } => {
            block_on(promote(&folder, &load(&configured)?, clock))?
        }
        BundleCommand::Rollback(configured) => block_on(rollback(&load(&configured)?, clock))?,
    }
}

/// Takes a bundle into use once it is proven whole, golden rows and all. A running gateway takes it up by itself.
async fn promote(folder: &Path, config: &Config, clock: &Clock) -> anyhow::Result<()> {
    let refused = |problem: String| DataRefused(vec![format!("{}: {problem}", folder.display())]);
    let folder = folder.canonicalize().map_err(|error| refused(error.to_string()))?;
    let scorer = Scorer::load(&folder).map_err(|error| refused(error.to_string()))?;
    let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
    let before = store.bundles().await?;
    let mut kept = store.judge_files().await?;
    let mut taken = Vec::new();
    if before.is_empty() {
        // So that there is something to go back to.
        let effective = judging::load(config, None)?;
        taken.push((String::new(), effective.identity().bundle_digest.clone()));
        kept.extend(KeptFile::of(&effective));
    }
    judging::no_namesake(&kept, &scorer).map_err(|error| refused(error.to_string()))?;
    taken.push((folder.display().to_string(), scorer.identity().bundle_digest.clone()));
    store.take_bundles(taken, clock.now()).await?;
    store.close().await;
    println!("promoted {}", told(&scorer));
    Ok(())
}

/// Goes back to the bundle before the one in use; done again, one further back.
async fn rollback(config: &Config, clock: &Clock) -> anyhow::Result<()> {
    let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
    let bundles = store.bundles().await?;
    let Some(before) = bundles.get(1) else {
        let problem = match bundles.is_empty() {
            true => "nothing was promoted yet, so there is nothing to go back to",
            false => "the bundle in use is the first that was, so there is nothing to go back to",
        };
        return Err(DataRefused(vec![problem.into()]).into());
    };
    // Proven again: files may have changed since.
    let scorer = judging::load(config, Some(before)).map_err(|error| DataRefused(vec![error.to_string()]))?;
    store.take_bundles(vec![(before.folder.clone(), before.digest.clone())], clock.now()).await?;
    store.close().await;
    println!("back to {}", told(&scorer));
    Ok(())
}

/// Which bundle, and what it says of its own probabilities.
fn told(scorer: &Scorer) -> String {
    let identity = scorer.identity();
    let (name, version, digest) = (&identity.bundle_name, &identity.bundle_version, &identity.bundle_digest);
    let calibration = scorer.bundle().calibration.as_ref().map_or_else(String::new, |calibration| {
        format!(
            "\ncalibration error: fraud {:.4}, critical {:.4}; {}",
            calibration.fraud.error, calibration.critical.error, calibration.measured_on
        )
    });
    format!("{name} {version} {digest}{calibration}")
}

/// What the challenger would have said, beside what was said and what was found.
pub(super) async fn report(as_json: bool, config: &Config) -> anyhow::Result<()> {
    let folder = &config.scoring.challenger_folder;
    if folder.as_os_str().is_empty() {
        return Err(DataRefused(vec!["scoring.challenger_folder is not set".into()]).into());
    }
    let scorer = Scorer::load(folder).map_err(|error| DataRefused(vec![error.to_string()]))?;
    let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
    let rows = store.compared(&scorer.identity().bundle_digest).await?;
    store.close().await;
    println!("{}", if as_json { told_as_json(&scorer, &rows) } else { table(&scorer, &rows) });
    Ok(())
}

fn told_as_json(challenger: &Scorer, rows: &[ComparedRow]) -> String {
    let cells: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "effective": row.effective_verdict, "challenger": row.verdict, "manifests": row.manifests,
                "probability_moved": row.moved, "examined": row.examined, "irregular": row.irregular,
            })
        })
        .collect();
    let calibration = challenger.bundle().calibration.as_ref();
    json!({
        "challenger": challenger.identity().bundle_digest,
        "calibration_error": calibration.map(|of| json!({ "fraud": of.fraud.error, "critical": of.critical.error })),
        "cells": cells,
    })
    .to_string()
}

fn table(challenger: &Scorer, rows: &[ComparedRow]) -> String {
    let all: i64 = rows.iter().map(|row| row.manifests).sum();
    let same: i64 =
        rows.iter().filter(|row| row.effective_verdict == row.verdict).map(|row| row.manifests).sum();
    let mut text = format!(
        "challenger {}\n{all} manifests, {same} with the same verdict. What was examined was chosen by the effective\n\
         bundle, so what was found favours it; random checks do not.\n\n{:<10}{:<12}{:>10}{:>8}{:>10}{:>10}\n",
        told(challenger),
        "effective",
        "challenger",
        "manifests",
        "moved",
        "examined",
        "irregular"
    );
    for row in rows {
        let moved = row.moved.map_or_else(|| "-".to_owned(), |moved| format!("{moved:.3}"));
        text += &format!(
            "{:<10}{:<12}{:>10}{moved:>8}{:>10}{:>10}\n",
            row.effective_verdict, row.verdict, row.manifests, row.examined, row.irregular
        );
    }
    text
}
