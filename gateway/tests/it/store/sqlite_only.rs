//! What holds for the embedded store: its files, its schema, and tampering with them.

use std::{fs, os::unix::fs::PermissionsExt as _};

use gateway::persist::{Config, Error, Persons, Sealed, Secrets, Store};
use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{
    Fresh,
    samples::{NAME, at, key, outcome},
};

/// A connection past the store.
async fn open(config: &Config) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(&config.path);
    SqliteConnection::connect_with(&options).await.unwrap()
}

async fn run(config: &Config, sql: &'static str) {
    let mut connection = open(config).await;
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// Does a text stand anywhere in the store's folder, log and all?
fn in_files(fresh: &Fresh, text: &[u8]) -> bool {
    fs::read_dir(fresh.folder.path()).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        path.is_file() && fs::read(&path).unwrap().windows(text.len()).any(|window| window == text)
    })
}

#[tokio::test]
async fn no_name_stands_in_the_open() {
    let fresh = Fresh::sqlite().await;
    let id = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap().id;
    fresh.store.cancel(id, "kz-customs", NAME, at(1)).await.unwrap();
    assert!(in_files(&fresh, b"record of A-1"), "the search itself works");
    assert!(!in_files(&fresh, NAME.as_bytes()));
    fresh.store.close().await;
    assert!(!in_files(&fresh, NAME.as_bytes()));
}

#[tokio::test]
async fn a_destroyed_key_is_gone_from_the_files() {
    let fresh = Fresh::sqlite().await;
    for number in 0..20 {
        fresh.store.record(outcome(&fresh.secrets, "kz-customs", &format!("A-{number}"))).await.unwrap();
    }
    let mut connection = open(&fresh.config).await;
    let rows = sqlx::query("select wrapped_key from manifest_keys").fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let keys: Vec<Vec<u8>> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(keys.len(), 20);
    assert!(keys.iter().all(|key| in_files(&fresh, key)), "the search itself works");
    assert_eq!(fresh.store.purge_before(at(1), at(2)).await.unwrap().keys, 20);
    assert!(!keys.iter().any(|key| in_files(&fresh, key)));
}

#[tokio::test]
async fn tampering_shows() {
    for (tamper, what) in [
        (
            "update manifests set persons_sealed = zeroblob(60) where manifest_reference = 'A-1'",
            "overwritten",
        ),
        (
            "update manifests set persons_sealed = originals_sealed where manifest_reference = 'A-1'",
            "moved to another column",
        ),
        (
            "update manifests set persons_sealed = (select persons_sealed from manifests
             where manifest_reference = 'A-2') where manifest_reference = 'A-1'",
            "moved from another manifest",
        ),
        (
            "update manifest_keys set wrapped_key = (select wrapped_key from manifest_keys
             where manifest_row = 2) where manifest_row = 1",
            "another manifest's key",
        ),
        ("update manifest_keys set wrapping_key_id = 'k2'", "unknown wrapping key"),
        ("update manifests set persons_sealed = x'00'", "cut short"),
    ] {
        let fresh = Fresh::sqlite().await;
        let id = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap().id;
        fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-2")).await.unwrap();
        fresh.store.manifest(id, Persons::With).await.unwrap();
        run(&fresh.config, tamper).await;
        let error = fresh.store.manifest(id, Persons::With).await.unwrap_err();
        assert!(matches!(error, Error::Corrupt(_)), "{what}: {error}");
        assert!(!error.to_string().contains(NAME));
        // What is not sealed stays readable.
        assert!(fresh.store.manifest(id, Persons::Without).await.unwrap().is_some(), "{what}");
    }
}

#[tokio::test]
async fn other_wrapping_keys_open_nothing() {
    let fresh = Fresh::with_secret_files().await;
    let id = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap().id;
    fs::write(&fresh.config.wrapping_keys_file, format!("other {}\n", "5a".repeat(32))).unwrap();
    let stranger = Store::open(&fresh.config, &Secrets::load(&fresh.config).unwrap()).await.unwrap();
    assert!(matches!(stranger.manifest(id, Persons::With).await, Err(Error::Corrupt(_))));
    assert!(matches!(stranger.outcome_of(&key("kz-customs", "A-1")).await, Err(Error::Corrupt(_))));
    // A damaged neighbour in the batch does not take others with it.
    let (one, two) = tokio::join!(
        stranger.record(outcome(&fresh.secrets, "kz-customs", "A-1")),
        stranger.record(outcome(&fresh.secrets, "kz-customs", "A-2")),
    );
    assert!(matches!(one, Err(Error::Corrupt(_))));
    assert!(!two.unwrap().repeated);
}

#[tokio::test]
async fn a_wrapping_key_is_replaced() {
    let fresh = Fresh::with_secret_files().await;
    let file = &fresh.config.wrapping_keys_file;
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    let old = fs::read_to_string(file).unwrap();
    let (secrets, store) = (&fresh.secrets, &fresh.store);
    let id = store.record(outcome(secrets, "kz-customs", "A-1")).await.unwrap().id;

    // The new key goes in front of the old one.
    let new = format!("# second key\nk2 {}\n", "5a".repeat(32));
    fs::write(file, format!("{new}{old}")).unwrap();
    let both = Store::open(&fresh.config, &Secrets::load(&fresh.config).unwrap()).await.unwrap();
    both.record(outcome(secrets, "kz-customs", "A-2")).await.unwrap();
    assert_eq!(both.rewrap().await.unwrap(), 1);
    assert_eq!(both.rewrap().await.unwrap(), 0);

    // And then the old one goes.
    fs::write(file, new).unwrap();
    let newest = Store::open(&fresh.config, &Secrets::load(&fresh.config).unwrap()).await.unwrap();
    let manifest = newest.manifest(id, Persons::With).await.unwrap().unwrap();
    assert!(matches!(manifest.sealed, Sealed::Open { .. }));
}

#[test]
fn secret_files_are_made_once_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        wrapping_keys_file: folder.path().join("deep/er/keys"),
        digest_secret_file: folder.path().join("deep/secret"),
        ..Config::default()
    };
    assert!(matches!(Secrets::load(&config), Err(Error::Secret { .. })), "absent");
    let made = Secrets::create_if_absent(&config, false).unwrap();
    assert_eq!(made, [config.wrapping_keys_file.clone(), config.digest_secret_file.clone()]);
    let first = Secrets::load(&config).unwrap().digests().content(b"words");
    assert!(Secrets::create_if_absent(&config, true).unwrap().is_empty());
    assert!(Secrets::load(&config).unwrap().digests().content(b"words") == first, "never overwritten");
    assert_eq!(format!("{:?}", Secrets::load(&config).unwrap()), "Secrets(..)");
    assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 2, "no drafts stay behind");

    let file = &config.digest_secret_file;
    fs::write(file, "\n").unwrap();
    assert_eq!(problem_of(&config), "is empty");
    for bad in ["zz", &"ab".repeat(31), &"ab".repeat(33), &"g0".repeat(32)] {
        fs::write(file, bad).unwrap();
        assert_eq!(problem_of(&config), "is not 64 hexadecimal digits");
    }
    fs::write(file, "ab".repeat(32)).unwrap();
    Secrets::load(&config).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(Secrets::load(&config), Err(Error::Secret { .. })), "readable by everybody");
    fs::set_permissions(file, fs::Permissions::from_mode(0o640)).unwrap();
    let keys = &config.wrapping_keys_file;
    for (bad, problem) in [
        ("k1", "line 1: is not `<key id> <64 hexadecimal digits>`"),
        (
            &format!("k1 {0}\n\nk1 {0}", "ab".repeat(32)),
            "line 3: the key id stands in an earlier line already",
        ),
        (&format!("# old\nk1 {}", "ab".repeat(31)), "line 2: the key is not 64 hexadecimal digits"),
        ("# nothing", "holds no key"),
    ] {
        fs::write(keys, bad).unwrap();
        assert_eq!(problem_of(&config), problem);
    }
}

fn problem_of(config: &Config) -> String {
    match Secrets::load(config) {
        Err(Error::Secret { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_store_with_manifests_keeps_its_secrets() {
    let fresh = Fresh::with_secret_files().await;
    let config = &fresh.config;
    assert!(!Store::holds_manifests(config).await.unwrap());
    fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    assert!(Store::holds_manifests(config).await.unwrap());

    for file in [&config.wrapping_keys_file, &config.digest_secret_file] {
        let text = fs::read_to_string(file).unwrap();
        fs::remove_file(file).unwrap();
        let Err(Error::Secret { path, problem }) = Secrets::create_if_absent(config, true) else { panic!() };
        assert!(path == file.display().to_string() && problem.contains("holds manifests"), "{problem}");
        assert!(!file.exists());
        fs::write(file, text).unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    }

    // Made anew by hand all the same.
    fs::write(&config.digest_secret_file, "ab".repeat(32)).unwrap();
    let error = Store::open(config, &Secrets::load(config).unwrap()).await.unwrap_err();
    assert!(matches!(&error, Error::Secret { path, .. } if path.ends_with("digest-secret")), "{error}");
    fresh.another().await.close().await;
}

#[tokio::test]
async fn an_empty_store_takes_the_secret_that_comes() {
    let fresh = Fresh::sqlite().await;
    let secrets = Secrets::random().unwrap();
    let store = Store::open(&fresh.config, &secrets).await.unwrap();
    store.record(outcome(&secrets, "kz-customs", "A-1")).await.unwrap();
    let error = Store::open(&fresh.config, &fresh.secrets).await.unwrap_err();
    assert!(matches!(error, Error::Secret { .. }), "{error}");
}

#[tokio::test]
async fn nothing_is_receipted_into_a_file_that_is_gone() {
    let fresh = Fresh::sqlite().await;
    let sent = |reference| fresh.store.record(outcome(&fresh.secrets, "kz-customs", reference));
    sent("A-1").await.unwrap();

    // Removed: SQLite would go on writing into a file that nobody can open any more.
    let aside = fresh.config.path.with_extension("aside");
    fs::rename(&fresh.config.path, &aside).unwrap();
    assert!(matches!(sent("A-2").await, Err(Error::Unavailable(_))));
    assert!(matches!(fresh.store.ready().await, Err(Error::Unavailable(_))));

    // Replaced, as by who restores a backup under the running gateway.
    fs::copy(&aside, &fresh.config.path).unwrap();
    assert!(matches!(sent("A-2").await, Err(Error::Unavailable(_))));
    assert!(matches!(fresh.store.ready().await, Err(Error::Unavailable(_))));

    // The very file again.
    fs::rename(&aside, &fresh.config.path).unwrap();
    fresh.store.ready().await.unwrap();
    assert!(!sent("A-2").await.unwrap().repeated);
}

#[tokio::test]
async fn only_the_known_schema_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { path: folder.path().join("new/store.db"), ..Config::default() };
    let secrets = Secrets::random().unwrap();
    // Absent: `serve` must not make an empty store where an operator mistyped a path.
    assert!(matches!(Store::open(&config, &secrets).await, Err(Error::Unavailable(_))));
    assert!(!config.path.exists());
    let newest = Store::migrate(&config).await.unwrap();
    assert_eq!(Store::migrate(&config).await.unwrap(), newest, "again is no change");
    Store::open(&config, &secrets).await.unwrap().close().await;

    run(&config, "insert into schema_migrations (number, name) values (9999, 'from the future')").await;
    let unknown = Error::SchemaUnknown { found: 9999, known: newest };
    assert_eq!(Store::open(&config, &secrets).await.unwrap_err(), unknown);
    assert_eq!(Store::migrate(&config).await.unwrap_err(), unknown);
    run(&config, "delete from schema_migrations").await;
    let older = Error::SchemaUnknown { found: 0, known: newest };
    assert_eq!(Store::open(&config, &secrets).await.unwrap_err(), older);
    run(&config, "drop table schema_migrations").await;
    assert_eq!(Store::open(&config, &secrets).await.unwrap_err(), older);
}

#[tokio::test]
async fn commits_are_durable_and_deletions_overwrite() {
    let fresh = Fresh::sqlite().await;
    let mut connection = open(&fresh.config).await;
    let mode: String = sqlx::query("pragma journal_mode").fetch_one(&mut connection).await.unwrap().get(0);
    assert_eq!(mode, "wal");
    // Two programs at once bring the schema up once.
    let (one, two) = tokio::join!(Store::migrate(&fresh.config), Store::migrate(&fresh.config));
    assert_eq!(one.unwrap(), two.unwrap());
}
