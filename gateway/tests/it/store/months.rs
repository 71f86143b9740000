//! Bodies by month on PostgreSQL: what older programs wrote, months that are missing, and months that go.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use gateway::persist::{Config, Persons, Purged, Sealed, Secrets, Store};
use jiff::{Timestamp, civil::date, tz::TimeZone};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{
    Fresh,
    samples::{key, outcome},
};

/// Takes the schema and what it holds back to the version before bodies had a table of their own.
const BACK: &str = "
    update manifests m set received_sealed = b.received_sealed, persons_sealed = b.persons_sealed
        from bodies b where b.manifest_row = m.row;
    drop table bodies;
    drop function make_body_months;
    drop function drop_body_months;
    alter table manifests alter column received_sealed set not null;
    drop trigger history_changed on history_counters;
    drop function count_history_change;
    alter table store_state drop column history_version;
    delete from schema_migrations where number >= 45;";

/// What a manifest is, as far as anybody can read it.
type Read = (Vec<u8>, Vec<u8>, Option<Vec<u8>>, Vec<u8>, Vec<u8>);

async fn open(config: &Config) -> PgConnection {
    PgConnection::connect(&config.url).await.unwrap()
}

async fn run(config: &Config, text: &str) {
    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut open(config).await).await.unwrap();
}

async fn count(config: &Config, of: &str) -> i64 {
    let text = AssertSqlSafe(format!("select count(*) from {of}"));
    sqlx::query(text).fetch_one(&mut open(config).await).await.unwrap().get(0)
}

/// Columns with their types and what may be absent, of every table that older programs know.
async fn shape(config: &Config) -> Vec<String> {
    let text = "select concat_ws(' ', table_name, column_name, data_type, is_nullable) from information_schema.columns
        where table_schema = 'public' order by 1";
    let rows = sqlx::query(text).fetch_all(&mut open(config).await).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn noon(year: i16, month: i8, day: i8) -> Timestamp {
    date(year, month, day).at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp()
}

async fn record(store: &Store, secrets: &Secrets, reference: &str, received: Timestamp) -> Uuid {
    let mut one = outcome(secrets, "kz-customs", reference);
    one.receive_time = received;
    store.record(one).await.unwrap().id
}

async fn read(store: &Store, id: Uuid) -> Read {
    let manifest = store.manifest(id, Persons::With).await.unwrap().unwrap();
    let Sealed::Open { persons, .. } = manifest.sealed else { panic!("its key lives") };
    let received = store.received(id).await.unwrap().unwrap().bytes;
    let decisions = store.pre_decisions(id).await.unwrap().unwrap().decisions;
    (manifest.record, manifest.receipt, persons, received, decisions)
}

async fn read_all(store: &Store, ids: &[Uuid]) -> BTreeMap<Uuid, Read> {
    let mut all = BTreeMap::new();
    for id in ids {
        all.insert(*id, read(store, *id).await);
    }
    all
}

/// The migrations before this one, as they were released.
async fn previous() -> (testkit::postgres::Database, Config) {
    let database = testkit::postgres::database().unwrap();
    let config = Config { url: database.url.clone(), ..Config::default() };
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let number: i64 = file.file_name().unwrap().to_str().unwrap()[..4].parse().unwrap();
        if number < 45 {
            run(&config, &std::fs::read_to_string(file).unwrap()).await;
        }
    }
    run(&config, "create table schema_migrations (number bigint not null, name text not null)").await;
    (database, config)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filled_store_of_the_version_before_reads_the_same_and_is_moved_beside_a_gateway() {
    let fresh = Fresh::postgres().await;
    let Fresh { store, config, secrets, .. } = &fresh;
    let mut ids = Vec::new();
    for number in 0..450 {
        let received = noon(2026, 1 + (number / 100) as i8, 5);
        ids.push(record(store, secrets, &format!("A-{number}"), received).await);
    }
    let destroyed = record(store, secrets, "DESTROYED", noon(2026, 5, 5)).await;
    assert!(store.purge(destroyed, noon(2026, 5, 6)).await.unwrap());
    let before = read_all(store, &ids).await;
    run(config, BACK).await;
    let (_database, older) = previous().await;
    let without_versions = |shape: Vec<String>| {
        shape.into_iter().filter(|line| !line.starts_with("schema_")).collect::<Vec<_>>()
    };
    assert_eq!(without_versions(shape(config).await), without_versions(shape(&older).await));

    // Expand: everything that stood there reads the same, and what comes is written where this program writes it.
    Store::migrate(config).await.unwrap();
    let store = fresh.another().await;
    assert_eq!(read_all(&store, &ids).await, before);
    let new = record(&store, secrets, "NEW", noon(2026, 6, 5)).await;
    assert_eq!(count(config, "bodies").await, 1);
    // A gateway of the version before still writes its way meanwhile.
    run(
        config,
        "update manifests m set received_sealed = b.received_sealed, persons_sealed = b.persons_sealed
        from bodies b where b.manifest_row = m.row",
    )
    .await;
    run(config, "delete from bodies").await;
    ids.push(new);
    let before = read_all(&store, &ids).await;

    // Move, while a gateway serves.
    let serving = tokio::spawn({
        let (store, secrets) = (store.clone(), secrets.clone());
        async move {
            let mut served = Vec::new();
            for number in 0..100 {
                served.push(record(&store, &secrets, &format!("B-{number}"), noon(2026, 6, 6)).await);
            }
            served
        }
    });
    let moved = Store::finish_migration(config, noon(2026, 6, 6)).await.unwrap();
    let served = serving.await.unwrap();
    assert_eq!(moved, 452, "the destroyed one is emptied with the others");
    assert_eq!(read_all(&store, &ids).await, before);
    read_all(&store, &served).await;
    assert_eq!(
        count(config, "manifests where received_sealed is not null or persons_sealed is not null").await,
        0
    );
    assert_eq!(count(config, "bodies").await, 451 + 100, "what nobody can read is not moved");
    assert_eq!(count(config, "bodies_2026_02").await, 100);
    assert_eq!(Store::finish_migration(config, noon(2026, 6, 6)).await.unwrap(), 0);
    // A repeat gets what it got.
    let again = store.record(outcome(secrets, "kz-customs", "A-7")).await.unwrap();
    assert!(again.repeated && again.id == ids[7]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_month_refuses_nobody_and_is_filled_when_it_is_made() {
    let fresh = Fresh::postgres().await;
    let Fresh { store, config, secrets, .. } = &fresh;
    let ids = [
        record(store, secrets, "JANUARY", noon(2026, 1, 31)).await,
        record(store, secrets, "FEBRUARY", noon(2026, 2, 1)).await,
    ];
    assert_eq!(count(config, "bodies_rest").await, 2);
    let before = read_all(store, &ids).await;
    assert_eq!(store.make_months(noon(2026, 1, 31)).await.unwrap(), Some(4), "January to April");
    assert_eq!(store.make_months(noon(2026, 1, 31)).await.unwrap(), Some(0));
    assert_eq!(count(config, "bodies_rest").await, 0);
    assert_eq!((count(config, "bodies_2026_01").await, count(config, "bodies_2026_02").await), (1, 1));
    assert_eq!(read_all(store, &ids).await, before);
    // Months are as the table that they belong to: packed values are not tried to be packed again.
    let external = "pg_attribute where attrelid = 'bodies_2026_01'::regclass and attname like '%sealed' and attstorage = 'e'";
    assert_eq!(count(config, external).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_drops_whole_months_and_no_day_more() {
    let fresh = Fresh::postgres().await;
    let Fresh { store, config, secrets, .. } = &fresh;
    store.make_months(noon(2026, 1, 1)).await.unwrap();
    let old = record(store, secrets, "JANUARY", noon(2026, 1, 31)).await;
    let middle = record(store, secrets, "EARLY", noon(2026, 2, 3)).await;
    let new = record(store, secrets, "LATE", noon(2026, 2, 20)).await;
    let rest = record(store, secrets, "REST", noon(2025, 6, 1)).await;
    let before = read(store, new).await;
    assert_eq!(store.purge_before(noon(2026, 2, 10), noon(2026, 3, 1)).await.unwrap().keys, 3);
    assert_eq!(count(config, "pg_class where relname = 'bodies_2026_01'").await, 0);
    assert_eq!((count(config, "bodies_2026_02").await, count(config, "bodies_rest").await), (2, 0));
    for id in [old, middle, rest] {
        assert_eq!(store.received(id).await.unwrap(), None);
        assert!(matches!(
            store.manifest(id, Persons::With).await.unwrap().unwrap().sealed,
            Sealed::Destroyed
        ));
    }
    assert_eq!(read(store, new).await, before);
    // The month that was dropped is made again where somebody's clock is behind.
    record(store, secrets, "BEHIND", noon(2026, 1, 31)).await;
    assert_eq!(store.make_months(noon(2026, 1, 31)).await.unwrap(), Some(2), "January and April");
    assert_eq!(store.purge_before(noon(2026, 3, 1), noon(2026, 3, 1)).await.unwrap().keys, 2);
    assert_eq!(count(config, "bodies").await, 0);
    assert!(store.outcome_of(&key("kz-customs", "LATE")).await.unwrap().is_some());
}

/// As `pg_dump` reads, for hours.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_reads_for_long_delays_months_and_nobody_else() {
    let fresh = Fresh::postgres().await;
    let Fresh { store, config, secrets, .. } = &fresh;
    store.make_months(noon(2026, 1, 1)).await.unwrap();
    record(store, secrets, "JANUARY", noon(2026, 1, 31)).await;
    let mut reader = open(config).await;
    let reads = "begin isolation level repeatable read; select count(*) from bodies";
    sqlx::raw_sql(reads).execute(&mut reader).await.unwrap();

    let serving = tokio::spawn({
        let (store, secrets) = (fresh.another().await, secrets.clone());
        async move {
            let (mut longest, mut number) = (Duration::ZERO, 0);
            while number < 40 || longest.is_zero() {
                let began = Instant::now();
                record(&store, &secrets, &format!("B-{number}"), noon(2026, 2, 20)).await;
                longest = longest.max(began.elapsed());
                number += 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            longest
        }
    });
    assert_eq!(store.make_months(noon(2026, 3, 31)).await.unwrap(), None, "later");
    let purged = store.purge_before(noon(2026, 2, 10), noon(2026, 3, 1)).await.unwrap();
    assert_eq!(purged, Purged { keys: 1, months_are_read: true });
    let longest = serving.await.unwrap();
    assert!(longest < Duration::from_secs(2), "a submission waited {longest:?}");
    assert_eq!(count(config, "bodies_2026_01").await, 1);

    sqlx::raw_sql("rollback").execute(&mut reader).await.unwrap();
    assert_eq!(store.make_months(noon(2026, 3, 31)).await.unwrap(), Some(3), "April to June");
    let purged = store.purge_before(noon(2026, 2, 10), noon(2026, 3, 1)).await.unwrap();
    assert_eq!(purged, Purged { keys: 0, months_are_read: false });
    assert_eq!(count(config, "pg_class where relname = 'bodies_2026_01'").await, 0);
}

/// Where no months are made everything lies in the rest: a purge takes it away in steps, between which others write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rest_is_emptied_in_steps() {
    let fresh = Fresh::postgres().await;
    let Fresh { store, config, secrets, .. } = &fresh;
    record(store, secrets, "OLD", noon(2026, 1, 31)).await;
    record(store, secrets, "NEW", noon(2026, 2, 20)).await;
    let old = format!(
        "insert into bodies select 100 + n, {}, '\\x00', null from generate_series(1, 1500) n;
        create function few() returns trigger language plpgsql as $$ begin
            if (select count(*) from gone) > 200 then raise 'too many at once'; end if; return null;
        end $$;
        create trigger few after delete on bodies_rest referencing old table as gone
            for each statement execute function few()",
        noon(2026, 1, 31).as_microsecond()
    );
    run(config, &old).await;
    let purged = store.purge_before(noon(2026, 2, 10), noon(2026, 3, 1)).await.unwrap();
    assert_eq!(purged, Purged { keys: 1, months_are_read: false });
    assert_eq!(count(config, "bodies_rest").await, 1, "the new one");
}

/// Months come and go under the lock of whoever writes: nobody is refused for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn months_come_and_go_beside_submissions_of_two_gateways() {
    let fresh = Fresh::postgres().await;
    let mut writers = JoinSet::new();
    for gateway in 0..2 {
        let (store, secrets) = (fresh.another().await, fresh.secrets.clone());
        writers.spawn(async move {
            let mut ids = Vec::new();
            for number in 0..120 {
                let received = noon(2026, 1 + (number % 12) as i8, 20);
                ids.push(record(&store, &secrets, &format!("R-{gateway}-{number}"), received).await);
                let _ = store.received(ids[ids.len() - 1]).await.unwrap();
            }
            ids
        });
    }
    let mut destroyed = 0;
    for month in 1..=8 {
        let third = fresh.another().await;
        third.make_months(noon(2026, month, 10)).await.unwrap();
        destroyed += third.purge_before(noon(2026, month, 10), noon(2026, 12, 30)).await.unwrap().keys;
    }
    let ids: Vec<Uuid> = writers.join_all().await.into_iter().flatten().collect();
    destroyed += fresh.store.purge_before(noon(2026, 9, 1), noon(2026, 12, 30)).await.unwrap().keys;
    assert_eq!(destroyed, 2 * 10 * 8);
    let mut readable = 0;
    for id in &ids {
        readable += u64::from(fresh.store.received(*id).await.unwrap().is_some());
    }
    assert_eq!(readable + destroyed, 240);
}
