//! What holds for the shared store: several gateways on it, and what they do when it goes.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use gateway::persist::{CapacityFile, CapacityRow, Config, Error, Finished, Scope, Secrets, Store};
use scoring::Counter;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use testkit::postgres::Server;
use tokio::task::JoinSet;

use super::{
    Fresh,
    samples::{at, key, outcome},
};

/// A connection past the store.
async fn open(config: &Config) -> PgConnection {
    PgConnection::connect(&config.url).await.unwrap()
}

async fn run(connection: &mut PgConnection, text: &str) {
    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(connection).await.unwrap();
}

/// The server that the database is on, reached through another database.
async fn server(config: &Config) -> (PgConnection, String) {
    let (address, options) = config.url.split_once('?').unwrap();
    let (address, name) = address.rsplit_once('/').unwrap();
    (PgConnection::connect(&format!("{address}/postgres?{options}")).await.unwrap(), name.to_owned())
}

/// Takes the database away as a server does that stops: every connection ends and none is made.
async fn take_away(config: &Config) {
    let (mut server, name) = server(config).await;
    run(&mut server, &format!("alter database {name} allow_connections false")).await;
    let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
    sqlx::query(end).bind(name).execute(&mut server).await.unwrap();
}

async fn give_back(config: &Config) {
    let (mut server, name) = server(config).await;
    run(&mut server, &format!("alter database {name} allow_connections true")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_is_away_nothing_is_receipted_and_afterwards_everything_goes_on() {
    let fresh = Fresh::postgres().await;
    let sent = |reference: &str| fresh.store.record(outcome(&fresh.secrets, "kz-customs", reference));
    let first = sent("A-1").await.unwrap();
    take_away(&fresh.config).await;
    for attempt in 0..20 {
        let began = Instant::now();
        let refused = sent(&format!("B-{attempt}")).await;
        assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
        assert!(matches!(fresh.store.ready().await, Err(Error::Unavailable(_))));
        assert!(matches!(fresh.store.history_for(&[]).await, Err(Error::Unavailable(_))));
        assert!(fresh.store.outcome_of(&key("kz-customs", "A-1")).await.is_err());
        assert!(began.elapsed() < Duration::from_secs(5), "at once");
    }
    give_back(&fresh.config).await;
    // At the first try: whoever asks after the server is back is served.
    fresh.store.ready().await.unwrap();
    fresh.store.history_for(&[]).await.unwrap();
    assert!(fresh.store.outcome_of(&key("kz-customs", "B-1")).await.unwrap().is_none());
    assert_eq!(sent("A-1").await.unwrap().id, first.id);
    assert!(!sent("B-1").await.unwrap().repeated);
    // And is told of others' rows again.
    let mut wake = fresh.store.feed_wake();
    let other = fresh.another().await;
    other.record(outcome(&fresh.secrets, "kz-customs", "C-1")).await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), wake.changed()).await.unwrap().unwrap();
}

/// One that neither answers nor refuses: once it was waited for in vain, everybody is told at once, and whoever waits in the
/// queue with them, until it answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stands_still_is_away_at_once() {
    let server = Server::start().unwrap();
    let fresh = Fresh::on(Some(server.database().unwrap())).await;
    let quick = Config {
        answer_timeout_ms: 600,
        busy_timeout_ms: 400,
        acquire_timeout_ms: 900,
        ..fresh.config.clone()
    };
    let store = Store::open(&quick, &fresh.secrets).await.unwrap();
    let one = |reference: String| outcome(&fresh.secrets, "kz-customs", &reference);
    let first = store.record(one("A-1".into())).await.unwrap();
    let frozen = server.freeze();
    let began = Instant::now();
    let mut all = JoinSet::new();
    for number in 0..20 {
        let (recording, one) = (store.clone(), one(format!("B-{number}")));
        all.spawn(async move {
            tokio::time::sleep(Duration::from_millis(number * 100)).await;
            let begun = Instant::now();
            (recording.record(one).await.map(drop), begun.elapsed())
        });
        let asking = store.clone();
        all.spawn(async move {
            tokio::time::sleep(Duration::from_millis(number * 100)).await;
            let begun = Instant::now();
            (asking.ready().await, begun.elapsed())
        });
    }
    let reads = store.outcome_of(&key("kz-customs", "A-1")).await;
    assert!(matches!(reads, Err(Error::Unavailable(_))), "{reads:?}");
    assert!(began.elapsed() < Duration::from_secs(4), "a read waits {:?}", began.elapsed());
    for (refused, waited) in all.join_all().await {
        assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
        assert!(waited < Duration::from_secs(4), "{waited:?}");
    }
    // Attempts go on meanwhile: nobody is made to wait for one.
    let began = Instant::now();
    for attempt in 0..20 {
        assert!(store.record(one(format!("C-{attempt}"))).await.is_err());
        assert!(store.ready().await.is_err() && store.history_for(&[]).await.is_err());
        assert!(store.outcome_of(&key("kz-customs", "A-1")).await.is_err());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    drop(frozen);
    let began = Instant::now();
    while store.ready().await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(10), "it is not found again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(store.outcome_of(&key("kz-customs", "A-1")).await.unwrap().unwrap().id, first.id);
    store.history_for(&[]).await.unwrap();
    // What was refused may have been stored all the same; the repeat settles it.
    for number in 0..20 {
        store.record(one(format!("B-{number}"))).await.unwrap();
    }
    let stored = store.feed_after(&Scope::All, Default::default(), 100).await.unwrap();
    assert_eq!(stored.len(), 21);
}

/// Whoever migrates waits for his turn, however long the others take.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_waits_for_its_turn() {
    let database = testkit::postgres::database().unwrap();
    let config = Config { url: database.url.clone(), busy_timeout_ms: 100, ..Config::default() };
    let locked = crate::database::Beside::with_lock(&config).await;
    let migration = tokio::spawn({
        let config = config.clone();
        async move { Store::migrate(&config).await }
    });
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    drop(locked);
    assert!(migration.await.unwrap().unwrap() > 0);
}

/// Ends every connection again and again while gateways write: what was acknowledged is there, and once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_lose_and_double_nothing() {
    let fresh = Fresh::postgres().await;
    let mut writers = JoinSet::new();
    for gateway in 0..2 {
        let (store, secrets) = (fresh.another().await, fresh.secrets.clone());
        for submitter in 0..4 {
            let (store, secrets) = (store.clone(), secrets.clone());
            writers.spawn(async move {
                let mut acknowledged = Vec::new();
                for number in 0..60 {
                    let reference = format!("R-{gateway}-{submitter}-{number}");
                    // Whoever is not answered sends the same again.
                    loop {
                        match store.record(outcome(&secrets, "kz-customs", &reference)).await {
                            Ok(recorded) => break acknowledged.push((reference, recorded.id)),
                            Err(Error::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(5)).await,
                            Err(other) => panic!("{other}"),
                        }
                    }
                }
                acknowledged
            });
        }
    }
    let (mut server, name) = server(&fresh.config).await;
    let cut = async {
        let end = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = $1";
        loop {
            let row = sqlx::query(end).bind(&name).fetch_one(&mut server).await.unwrap();
            assert!(row.get::<i64, _>(0) >= 0);
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    };
    let acknowledged: Vec<_> = tokio::select! {
        all = writers.join_all() => all.into_iter().flatten().collect(),
        () = cut => unreachable!(),
    };
    assert_eq!(acknowledged.len(), 2 * 4 * 60);
    // The last cut may be under way at the server still, and would hit whoever comes now.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let store = fresh.another().await;
    for (reference, id) in &acknowledged {
        assert_eq!(store.outcome_of(&key("kz-customs", reference)).await.unwrap().unwrap().id, *id);
    }
    let rows = store.feed_after(&Scope::All, Default::default(), 1_000).await.unwrap();
    assert_eq!(rows.len(), acknowledged.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_gateways_are_told_at_once() {
    let fresh = Fresh::postgres().await;
    // So long that nobody looks by himself within this test.
    let config = Config { feed_poll_ms: 60_000, ..fresh.config.clone() };
    let watching = Store::open(&config, &fresh.secrets).await.unwrap();
    let mut wake = watching.feed_wake();
    let mut open = open(&fresh.config).await;
    let listening =
        "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen%'";
    while sqlx::query(listening).fetch_one(&mut open).await.unwrap().get::<i64, _>(0) < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), wake.changed()).await.unwrap().unwrap();
    let told = *wake.borrow_and_update();
    assert_eq!(told, watching.feed_end().await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_telling_that_was_lost_is_made_up_for() {
    let fresh = Fresh::postgres().await;
    run(&mut open(&fresh.config).await, "alter table feed disable trigger feed_grew").await;
    let watching = fresh.another().await;
    let mut wake = watching.feed_wake();
    fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), wake.changed()).await.unwrap().unwrap();
}

/// Gateways race for the same keys: one wins each, and all answer with its receipt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeats_at_other_gateways_get_the_same_receipt() {
    let fresh = Fresh::postgres().await;
    let gateways = [fresh.store.clone(), fresh.another().await, fresh.another().await];
    let mut race = JoinSet::new();
    for number in 0..40 {
        for store in &gateways {
            let (store, one) = (store.clone(), outcome(&fresh.secrets, "kz-customs", &format!("A-{number}")));
            race.spawn(async move { (number, store.record(one).await.unwrap()) });
        }
    }
    let answers = race.join_all().await;
    for number in 0..40 {
        let same: Vec<_> = answers.iter().filter(|(of, _)| *of == number).map(|(_, answer)| answer).collect();
        assert_eq!(same.iter().filter(|answer| !answer.repeated).count(), 1);
        assert!(same.iter().all(|answer| answer.id == same[0].id && answer.receipt == same[0].receipt));
    }
}

/// A shift's minutes are given away once, whichever gateway gives them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn capacity_and_counters_are_agreed() {
    let fresh = Fresh::postgres().await;
    let gateways = [fresh.store.clone(), fresh.another().await];
    let day = manifest::border_post::local_date(at(7200));
    let shift = CapacityRow {
        border_post_code: "UZ-GISHTKUPRIK".into(),
        day,
        shift: "day".into(),
        begin: at(-86_400),
        end: at(86_400),
        minutes: 1_000.0,
        minutes_per_control: 10.0,
        expected_arrivals: None,
    };
    let file = CapacityFile { rows: vec![shift], floor_share: 0.2, file_digest: String::new() };
    fresh.store.import_capacity(file, at(0)).await.unwrap();
    let mut all = JoinSet::new();
    for number in 0..60 {
        let store = gateways[number % 2].clone();
        let mut one = outcome(&fresh.secrets, "kz-customs", &format!("A-{number}"));
        one.finish = Box::new(|capacity, _| {
            assert!(capacity.budget.is_some());
            Finished { verdict: "RED".into(), fraud_probability: Some(0.5), ..Finished::default() }
        });
        all.spawn(async move { store.record(one).await.unwrap() });
    }
    all.join_all().await;
    let row = sqlx::query("select arrivals, minutes from capacity_use")
        .fetch_one(&mut open(&fresh.config).await)
        .await
        .unwrap();
    assert_eq!((row.get::<i64, _>(0), row.get::<f64, _>(1)), (60, 600.0));

    // Counters grow by what each gateway counts; a source counts once, whoever counts it.
    let key = scoring::CounterKey::BASE;
    let mut imports = JoinSet::new();
    for number in 0..20 {
        let store = gateways[number % 2].clone();
        let row = gateway::persist::HistoryRow {
            source_id: format!("SYNTHETIC-{}", number / 2),
            date: day,
            updates: vec![(key, Counter { n: 1, ..Counter::default() })],
        };
        imports.spawn(async move { store.import_history(vec![row], at(0)).await.unwrap().counted });
    }
    assert_eq!(imports.join_all().await.into_iter().sum::<u64>(), 10);
    let row = sqlx::query("select n from history_counters").fetch_one(&mut open(&fresh.config).await).await;
    assert_eq!(row.unwrap().get::<i64, _>(0), 10);
}

/// Whoever stops in the middle of a write, machine and all, keeps the others from writing for a while and no longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_stands_still_is_not_waited_for_for_ever() {
    let fresh = Fresh::postgres().await;
    let short = Config { idle_transaction_timeout_ms: 300, ..fresh.config.clone() };
    let still = Store::open(&short, &fresh.secrets).await.unwrap();
    let mut one = outcome(&fresh.secrets, "kz-customs", "STILL");
    let released = Arc::new(std::sync::Barrier::new(2));
    let waits = Arc::clone(&released);
    let finish = one.finish;
    one.finish = Box::new(move |capacity, state| {
        waits.wait(); // the transaction is open, and its lock taken
        std::thread::sleep(Duration::from_millis(900));
        finish(capacity, state)
    });
    let stopped = tokio::spawn(async move { still.record(one).await });
    tokio::task::spawn_blocking(move || released.wait()).await.unwrap();
    let began = Instant::now();
    fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    assert!(began.elapsed() < Duration::from_millis(850), "waited {:?}", began.elapsed());
    assert!(matches!(stopped.await.unwrap(), Err(Error::Unavailable(_))), "its transaction is gone");
    assert!(fresh.store.outcome_of(&key("kz-customs", "STILL")).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_known_schema_and_the_own_secret_are_opened() {
    let database = testkit::postgres::database().unwrap();
    let config = Config { url: database.url.clone(), ..Config::default() };
    let secrets = Secrets::random().unwrap();
    let newer = |result: Result<Store, Error>| matches!(result, Err(Error::SchemaUnknown { .. }));
    assert!(newer(Store::open(&config, &secrets).await), "nobody migrated");
    assert!(!Store::holds_manifests(&config).await.unwrap());
    // Several programs at once bring the schema up once.
    let mut all = JoinSet::new();
    for _ in 0..4 {
        let config = config.clone();
        all.spawn(async move { Store::migrate(&config).await.unwrap() });
    }
    let newest = all.join_all().await;
    assert!(newest.iter().all(|number| *number == newest[0]));
    let store = Store::open(&config, &secrets).await.unwrap();
    store.record(outcome(&secrets, "kz-customs", "A-1")).await.unwrap();
    assert!(Store::holds_manifests(&config).await.unwrap());
    let other = Store::open(&config, &Secrets::random().unwrap()).await;
    assert!(matches!(other, Err(Error::Secret { .. })), "another digest secret");
    run(&mut open(&config).await, "insert into schema_migrations values (9999, 'from the future')").await;
    assert!(newer(Store::open(&config, &secrets).await));
    assert!(Store::migrate(&config).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_says_names_no_values() {
    let fresh = Fresh::postgres().await;
    let mut one = outcome(&fresh.secrets, "kz-customs", "A-1");
    one.finish = Box::new(|_, _| Finished { verdict: super::samples::NAME.into(), ..Finished::default() });
    let Err(Error::Corrupt(told)) = fresh.store.record(one).await else { panic!() };
    assert!(
        told.contains("23514") && told.contains("verdict") && !told.contains(super::samples::NAME),
        "{told}"
    );
}

/// The layout of a Secret that an operator of databases makes: one key holds the address whole.
#[tokio::test(flavor = "multi_thread")]
async fn the_address_may_lie_in_a_file() {
    let fresh = Fresh::postgres().await;
    fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("uri");
    std::fs::write(&file, format!("{}\n", fresh.config.url)).unwrap();
    let config = Config { url: String::new(), url_file: file.clone(), ..fresh.config.clone() };
    assert!(config.is_postgres());
    assert_eq!(Store::migrate(&config).await.unwrap(), Store::migrate(&fresh.config).await.unwrap());
    let store = Store::open(&config, &fresh.secrets).await.unwrap();
    assert_eq!(
        store.feed_after(&Scope::All, gateway::persist::FeedPosition::START, 9).await.unwrap().len(),
        1
    );
    store.close().await;
    // What is wrong with it is told without a word of it.
    std::fs::write(&file, "postgres://customs:a-password@[/customs").unwrap();
    let Err(told) = Store::open(&config, &fresh.secrets).await else { panic!("it opens") };
    assert!(!told.to_string().contains("a-password") && told.to_string().contains("uri"), "{told}");
    std::fs::remove_file(&file).unwrap();
    let Err(told) = Store::open(&config, &fresh.secrets).await else { panic!("it opens") };
    assert!(told.to_string().contains("uri"), "{told}");
    let two = Config { url: "postgres://a/b".into(), ..config };
    assert_eq!(two.problems()[0].0, "persist.url_file");
}
