//! A snapshot of the volume, taken while the gateway works, is a backup: restored as docs/OPERATIONS.md tells, it has everything
//! that was acknowledged before the snapshot, byte for byte, and takes what came after it anew.
//!
//! The instant of the snapshot is made by stopping the process with SIGSTOP while its files are copied, which is what a
//! storage driver's snapshot shows: all files as of one moment, in the middle of whatever was going on.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use gateway::config::Config;
use prost::Message as _;
use proto::v1::{SubmitManifestRequest, SubmitManifestResponse};
use testkit::many;
use tokio::task::JoinSet;

use crate::{
    harness::{LIMIT, Site, now},
    kill::{Serving, sound},
};

type Log = Arc<Mutex<Vec<(SubmitManifestRequest, SubmitManifestResponse)>>>;

const SUBMITTERS: u64 = 4;

fn signal(serving: &Serving, name: &str) {
    assert!(
        Command::new("kill")
            .arg(format!("-{name}"))
            .arg(serving.id().to_string())
            .status()
            .unwrap()
            .success()
    );
}

/// Until so many were acknowledged.
async fn acknowledged(log: &Log, count: usize) {
    let began = Instant::now();
    while log.lock().unwrap().len() < count {
        assert!(began.elapsed() < LIMIT, "too few answers");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Copies the database and its log; the third file is made anew from them.
fn copy(from: &Path, to: &Path) {
    for file in ["store.db", "store.db-wal"] {
        fs::copy(from.join(file), to.join(file)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_under_load_restores() {
    if crate::database::on_postgres() {
        return println!("about SQLite's files only");
    }
    let many_calls = |_: &_, partners: &mut Vec<testkit::identities::RegisteredPartner>| {
        partners.iter_mut().for_each(|partner| partner.quota_per_minute = 1_000_000);
    };
    // A small log, so that the snapshot finds the database itself at work, too.
    let site = Site::prepare(&[("persist.wal_autocheckpoint_pages", "50")], many_calls).await;
    let folder = site.folder.path();
    let mut serving = Serving::start(folder);
    let address = serving.address().unwrap();
    let (log, mut submitters) = (Log::default(), JoinSet::new());
    for run in 0..SUBMITTERS {
        let (mut client, log) = (site.manifests(address, "kz-customs"), Arc::clone(&log));
        submitters.spawn(async move {
            for number in 0.. {
                let request = many::cargo(run, number, now());
                let Ok(answer) = client.submit_manifest(request.clone()).await else { return };
                log.lock().unwrap().push((request, answer.into_inner()));
            }
        });
    }
    acknowledged(&log, 60).await;

    let snapshot = tempfile::tempdir().unwrap();
    signal(&serving, "STOP");
    let stopped =
        || fs::read_to_string(format!("/proc/{}/status", serving.id())).unwrap().contains("State:\tT");
    let began = Instant::now();
    while !stopped() {
        assert!(began.elapsed() < LIMIT, "it does not stop");
        std::thread::sleep(Duration::from_millis(1));
    }
    let before = log.lock().unwrap().len();
    copy(folder, snapshot.path());
    signal(&serving, "CONT");
    acknowledged(&log, before + 60).await;
    serving.kill();
    while submitters.join_next().await.is_some() {}

    for file in ["store.db", "store.db-wal", "store.db-shm"] {
        let _ = fs::remove_file(folder.join(file)); // the log may be gone already
    }
    copy(snapshot.path(), folder);
    sound(&Config::load(&folder.join("gateway.toml"), &std::collections::BTreeMap::new()).unwrap()).await;
    let mut serving = Serving::start(folder);
    let mut client = site.manifests(serving.address().unwrap(), "kz-customs");
    let sent = std::mem::take(&mut *log.lock().unwrap());
    let mut anew = 0;
    for (place, (request, first)) in sent.into_iter().enumerate() {
        let again = client.submit_manifest(request).await.unwrap().into_inner();
        if place < before {
            assert!(
                again.repeated_submission,
                "{place} of {before} was acknowledged before the snapshot and is lost"
            );
        }
        if again.repeated_submission {
            let bytes = |answer: &SubmitManifestResponse| answer.receipt.as_ref().unwrap().encode_to_vec();
            assert_eq!(bytes(&again), bytes(&first), "another receipt for the same words");
        } else {
            anew += 1;
        }
    }
    assert!(anew > 0, "everything was in the snapshot: it was taken too late to tell anything");
    serving.kill();
}
