//! Backups of PostgreSQL: what a dump holds, and what a gateway makes of it.

use std::sync::{Arc, Mutex};

use testkit::{many, postgres};
use tokio::task::JoinSet;

use super::several::{KZ, gateways, without_quota};
use crate::harness::{Site, eventually, now};

/// A dump of the database, taken while gateways work, is a backup: restored as docs/OPERATIONS.md tells, it has all that was
/// acknowledged before it was begun, byte for byte, and takes what came after it anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_under_load_restores() {
    let database = postgres::database().unwrap();
    let url = database.url.clone();
    let site = Site::prepare_on(Some(postgres::database().unwrap()), &[], without_quota).await;
    let settings = site.folder.path().join("gateway.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let own = site.database.as_ref().unwrap();
    let [(mut a, at_a), (mut b, at_b)] = gateways(&site);
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let mut submitters = JoinSet::new();
    for (run, address) in [at_a, at_b, at_a, at_b].into_iter().enumerate() {
        let (mut client, acknowledged) = (site.manifests(address, KZ), Arc::clone(&acknowledged));
        submitters.spawn(async move {
            for number in 0.. {
                let request = many::cargo(run as u64, number, now());
                let Ok(answer) = client.submit_manifest(request.clone()).await else { return };
                acknowledged.lock().unwrap().push((request, answer.into_inner()));
            }
        });
    }
    let count = || acknowledged.lock().unwrap().len();
    eventually("some are acknowledged", async || count() > 60).await;
    let before = count();
    let file = site.folder.path().join("dump");
    own.dump(&file).unwrap();
    let after = count();
    eventually("more are acknowledged", async || count() > after + 20).await;
    a.kill();
    b.kill();
    while submitters.join_next().await.is_some() {}

    database.restore(&file).unwrap();
    std::fs::write(&settings, text.replace(&own.url, &url)).unwrap();
    let [(_c, at_c)] = gateways(&site);
    let mut client = site.manifests(at_c, KZ);
    let (mut anew, sent) = (0, std::mem::take(&mut *acknowledged.lock().unwrap()));
    for (place, (request, first)) in sent.into_iter().enumerate() {
        let again = client.submit_manifest(request).await.unwrap().into_inner();
        assert!(again.repeated_submission || place >= before, "{place} of {before} is lost");
        if again.repeated_submission {
            assert_eq!((again.receipt, again.pre_decisions), (first.receipt, first.pre_decisions));
        } else {
            anew += 1;
        }
    }
    assert!(anew > 0, "everything was in the dump: it was taken too late to tell anything");
}
