//! Every query file is prepared against the schema of each database that it is for, and its parameters are counted: sqlx's
//! SQLite driver binds a missing argument as NULL without a word.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, Executor as _, PgConnection, Row as _, SqlSafeStr as _,
    SqliteConnection, Statement as _,
};
use testkit::postgres::Database;

use super::{LARGEST, sqlite};
use crate::persist::{Config, Store, store::MIGRATIONS};

/// How many arguments each operation binds, statement by statement where SQLite's file has several: PostgreSQL's has one.
const PARAMETERS: &[(&str, &[usize])] = &[
    ("audit_after", &[2]),
    ("audit_between", &[7]),
    ("audit_between_of_event", &[7]),
    ("audit_between_of_partner", &[7]),
    ("audit_bounds", &[2]),
    ("audit_end", &[0]),
    ("audit_insert", &[9]),
    ("authorised_find", &[1]),
    ("authorised_put", &[5]),
    ("bodies_drop", &[1]),
    ("bodies_first", &[0]),
    ("bodies_late", &[2]),
    ("bodies_make", &[2]),
    ("bodies_move", &[2]),
    ("bodies_rest_empty", &[3]),
    ("bodies_rest_span", &[1]),
    ("border_post_remove", &[1]),
    ("border_posts", &[0]),
    ("bundles_add", &[3]),
    ("bundles_taken", &[0]),
    ("calibration", &[0]),
    ("calibration_add", &[7]),
    ("cancel_find", &[2]),
    ("cancel_update", &[3]),
    ("capacity_day", &[2]),
    ("capacity_day_put", &[3]),
    ("capacity_days_after", &[1]),
    ("capacity_expected", &[3]),
    ("capacity_import", &[9]),
    ("capacity_journeys", &[1]),
    ("capacity_journeys_put", &[6]),
    ("capacity_journeys_release", &[2]),
    ("capacity_journeys_remove", &[1]),
    ("capacity_load", &[2]),
    ("capacity_scores_put", &[2]),
    ("capacity_use_add", &[5]),
    ("capacity_version_grow", &[0]),
    ("challenger_position", &[1]),
    ("challenger_position_put", &[2]),
    ("challenger_put", &[7]),
    ("challenger_report", &[1]),
    ("clearance_times", &[4]),
    ("conduct_find", &[1]),
    ("conduct_position", &[0]),
    ("conduct_position_put", &[1]),
    ("conduct_put", &[9]),
    ("digest_check", &[0]),
    ("digest_check_bind", &[1]),
    ("document", &[1]),
    ("document_insert", &[5]),
    ("document_key_insert", &[4]),
    ("draw_commit", &[3]),
    ("draw_reveal", &[3]),
    ("draw_unrevealed", &[1]),
    ("drift_found", &[0]),
    ("drift_found_put", &[1]),
    ("expire_done", &[2]),
    ("expire_due", &[2]),
    ("expire_queue", &[1]),
    ("expire_queued", &[1]),
    ("expire_upto", &[1]),
    ("feed_after_all", &[3]),
    ("feed_after_border_post", &[3]),
    ("feed_after_partner", &[3]),
    ("feed_end", &[0]),
    ("history_for", &[1]),
    ("history_labels", &[1]),
    ("holds_manifests", &[0]),
    ("import_border_posts", &[3]),
    ("import_border_posts_find", &[1]),
    ("import_history_as_of", &[1]),
    ("import_history_counters", &[11]),
    ("import_history_sources", &[2]),
    ("import_partners", &[5]),
    ("import_partners_find", &[1]),
    ("inspection_insert", &[14]),
    ("inspection_manifest", &[1]),
    ("inspection_revisions", &[2]),
    ("inspections_of_manifest", &[1]),
    ("inspections_of_part", &[2]),
    ("journey_leave", &[1]),
    ("journey_take", &[1]),
    ("judge_files", &[0]),
    ("judge_files_put", &[4]),
    ("life_find", &[1]),
    ("limit_locks", &[1]),
    ("link_put", &[6]),
    ("links_of", &[3]),
    ("list_manifests_all", &[5]),
    ("list_manifests_border_post", &[5]),
    ("list_manifests_by_reference", &[7]),
    ("list_manifests_partner", &[5]),
    ("manifest", &[1]),
    ("manifests_end", &[0]),
    ("moved_announced", &[2]),
    ("moved_arrived", &[2]),
    ("moved_changes", &[2]),
    ("moved_feed", &[2]),
    ("moved_released", &[2]),
    ("moved_state", &[2]),
    ("moved_take_over", &[2]),
    ("outcome_of", &[4]),
    ("partner_remove", &[1]),
    ("partners", &[0]),
    ("peer_groups", &[0]),
    ("peer_groups_count", &[3]),
    ("peer_groups_fit", &[2]),
    ("pre_decisions", &[1]),
    ("provisional_backlog", &[0]),
    ("provisional_claim", &[4]),
    ("provisional_decided", &[3]),
    ("provisional_done", &[2]),
    ("provisional_keep", &[1]),
    ("provisional_put", &[2]),
    ("purge", &[1]),
    ("purge_checkpoint", &[0]),
    ("purge_document", &[1]),
    ("purge_document_overwrite", &[1]),
    ("purge_documents_empty", &[1]),
    ("purge_documents_look", &[3]),
    ("purge_documents_some", &[1]),
    ("purge_documents_some_overwrite", &[1]),
    ("purge_empty", &[1]),
    ("purge_look", &[3]),
    ("purge_overwrite", &[1]),
    ("purge_some", &[1]),
    ("purge_some_overwrite", &[1]),
    ("quota_forget", &[1]),
    ("quota_give_back", &[3]),
    ("quota_take", &[4]),
    ("ready", &[0]),
    ("received", &[1]),
    ("reconcile_first", &[2]),
    ("reconcile_page", &[3]),
    ("record_begin", &[0, 0, 5]),
    ("record_insert", &[24, 4, 8, 9]),
    ("registry_version", &[0]),
    ("registry_version_grow", &[0]),
    ("revisions_of", &[3]),
    ("rewrap", &[3]),
    ("rewrap_documents", &[3]),
    ("rewrap_documents_find", &[2]),
    ("rewrap_find", &[2]),
    ("schema_applied", &[2]),
    ("schema_create", &[0]),
    ("schema_exists", &[0]),
    ("schema_has", &[1]),
    ("schema_version", &[0]),
    ("stood_otherwise", &[4]),
    ("track_records", &[1]),
    ("track_records_all", &[1]),
    ("track_records_put", &[6]),
];

/// What SQLite alone needs: it keeps what is deleted in its pages.
const SQLITE_ONLY: &[&str] = &[
    "purge_checkpoint",
    "purge_document_overwrite",
    "purge_documents_some_overwrite",
    "purge_empty",
    "purge_overwrite",
    "purge_some_overwrite",
];

/// What PostgreSQL alone has: partitions.
const POSTGRES_ONLY: &[&str] = &[
    "bodies_drop",
    "bodies_first",
    "bodies_late",
    "bodies_make",
    "bodies_move",
    "bodies_rest_empty",
    "bodies_rest_span",
    "journey_leave",
    "journey_take",
    "limit_locks",
    "manifests_end",
];

fn folder(name: &str) -> BTreeMap<String, String> {
    fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// The texts for one database.
fn queries(database: &str) -> BTreeMap<String, String> {
    let (mut all, own) = (folder("queries/both"), folder(&format!("queries/{database}")));
    let count = all.len() + own.len();
    all.extend(own);
    assert_eq!(all.len(), count, "a query has one text for both databases, or one for each");
    all
}

/// The statements of a file, without comments.
fn statements(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("--")).collect();
    lines.join("\n").split(';').map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

async fn fresh_sqlite() -> (tempfile::TempDir, SqliteConnection) {
    let home = tempfile::tempdir().unwrap();
    let config = Config { path: home.path().join("store.db"), ..Config::default() };
    Store::migrate(&config).await.unwrap();
    let connection = sqlite::writer(&config, false).await.unwrap();
    (home, connection)
}

async fn fresh_postgres() -> (Database, PgConnection) {
    let database = testkit::postgres::database().unwrap();
    let config = Config { url: database.url.clone(), ..Config::default() };
    Store::migrate(&config).await.unwrap();
    let connection = PgConnection::connect(&database.url).await.unwrap();
    (database, connection)
}

#[test]
fn every_query_is_counted_and_has_its_pair() {
    let known: Vec<&str> = PARAMETERS.iter().map(|(name, _)| *name).collect();
    let files = queries("sqlite");
    let of_sqlite: Vec<&str> = known.iter().copied().filter(|name| !POSTGRES_ONLY.contains(name)).collect();
    assert_eq!(files.keys().map(String::as_str).collect::<Vec<_>>(), of_sqlite, "each file is counted here");
    let paired: BTreeSet<&str> = known.into_iter().filter(|name| !SQLITE_ONLY.contains(name)).collect();
    assert_eq!(queries("postgres").keys().map(String::as_str).collect::<BTreeSet<_>>(), paired);
    let own = (folder("queries/sqlite"), folder("queries/postgres"));
    let same: Vec<_> = own.0.iter().filter(|(name, text)| own.1.get(*name) == Some(text)).collect();
    assert!(same.is_empty(), "one text would do for both: {same:?}");
}

#[tokio::test]
async fn sqlite_prepares_every_query() {
    let (_home, mut connection) = fresh_sqlite().await;
    let files = queries("sqlite");
    for (name, expected) in PARAMETERS.iter().filter(|(name, _)| !POSTGRES_ONLY.contains(name)) {
        let statements = statements(&files[*name]);
        assert_eq!(statements.len(), expected.len(), "{name}");
        for (text, expected) in statements.into_iter().zip(*expected) {
            let text = AssertSqlSafe(text).into_sql_str();
            let statement =
                (&mut connection).prepare(text).await.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(statement.parameters().unwrap().right().unwrap(), *expected, "{name}");
            assert!(statement.columns().iter().all(|column| !column.name().is_empty()));
        }
    }
}

#[tokio::test]
async fn postgres_prepares_every_query() {
    let (_database, mut connection) = fresh_postgres().await;
    let files = queries("postgres");
    for (name, expected) in PARAMETERS.iter().filter(|(name, _)| !SQLITE_ONLY.contains(name)) {
        let statements = statements(&files[*name]);
        let [text] = &statements[..] else { panic!("{name} is not one statement") };
        let text = AssertSqlSafe(text.clone()).into_sql_str();
        let statement =
            (&mut connection).prepare(text).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let parameters = statement.parameters().unwrap().left().unwrap().len();
        assert_eq!(parameters, expected.iter().sum::<usize>(), "{name}");
    }
}

/// What grows without end is never walked, only searched: one step of the plan that must be there for each.
#[tokio::test]
async fn sqlite_searches_and_does_not_walk() {
    let (_home, mut connection) = fresh_sqlite().await;
    let files = queries("sqlite");
    let all_of_the_key = "(manifest_reference=? AND partner_id=? AND part=? AND revision=?)";
    for (name, step) in [
        ("audit_between", "audit USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ("audit_between_of_event", "audit USING INDEX audit_by_rare_event (event=? AND "),
        ("audit_between_of_partner", "audit USING INDEX audit_by_partner (partner_id=? AND "),
        ("audit_bounds", "audit USING COVERING INDEX audit_by_time (event_time_us>? AND event_time_us<?)"),
        ("outcome_of", all_of_the_key),
        ("purge_look", "manifest_keys USING INTEGER PRIMARY KEY (rowid>?)"),
        ("purge_documents_look", "document_keys USING INTEGER PRIMARY KEY (rowid>?)"),
        ("purge_some", "manifest_keys USING INTEGER PRIMARY KEY (rowid=?)"),
        ("purge_some_overwrite", "manifest_keys USING INTEGER PRIMARY KEY (rowid=?)"),
        ("purge_empty", "manifests USING INTEGER PRIMARY KEY (rowid=?)"),
        ("record_begin", "(manifest_reference=? AND partner_id=? AND part=?)"),
        ("life_find", "(id=?)"),
        ("clearance_times", "m USING INDEX manifests_released (release_time_us>? AND release_time_us<?)"),
        ("expire_due", "e USING PRIMARY KEY (due_time_us<?)"),
        ("manifest", "(id=?)"),
        ("received", "(id=?)"),
        ("document", "(id=?)"),
        ("revisions_of", "(manifest_reference=? AND partner_id=?)"),
        ("pre_decisions", "(id=?)"),
        ("cancel_find", "(id=?)"),
        ("feed_after_all", "f USING INTEGER PRIMARY KEY (rowid>?)"),
        ("feed_after_partner", "f USING INDEX feed_by_partner (partner_id=? AND rowid>?)"),
        ("feed_after_border_post", "f USING INDEX feed_by_border_post (border_post_code=? AND rowid>?)"),
        ("reconcile_first", "f USING INDEX feed_by_partner (partner_id=? AND rowid>?)"),
        ("reconcile_page", "f USING INDEX feed_by_partner (partner_id=? AND rowid>?)"),
        ("list_manifests_all", "f USING INTEGER PRIMARY KEY (rowid<?)"),
        ("list_manifests_partner", "f USING INDEX feed_by_partner (partner_id=? AND rowid<?)"),
        ("list_manifests_border_post", "f USING INDEX feed_by_border_post (border_post_code=? AND rowid<?)"),
        ("list_manifests_by_reference", "(manifest_reference=?"),
        ("stood_otherwise", "f USING INDEX feed_by_partner (partner_id=? AND rowid>?)"),
        ("links_of", "l USING PRIMARY KEY (partner_id=? AND said=?)"),
        ("history_for", "c USING PRIMARY KEY (hash=?)"),
        ("inspection_manifest", "(id=?)"),
        ("inspection_revisions", "(border_post_code=? AND outcome_reference=?)"),
        ("inspections_of_manifest", "(manifest_row=?)"),
        ("inspections_of_part", "(manifest_row=?)"),
        ("track_records", "r USING PRIMARY KEY (hash=?)"),
    ] {
        let explain = format!("explain query plan {}", statements(&files[name]).last().unwrap());
        let rows = sqlx::query(AssertSqlSafe(explain)).fetch_all(&mut connection).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        assert!(
            plan.iter().any(|found| found.starts_with("SEARCH") && found.contains(step)),
            "{name}: {plan:#?}"
        );
        for large in ["SCAN m", "SCAN f", "SCAN c"] {
            assert!(!plan.iter().any(|found| found.starts_with(large)), "{name}: {plan:#?}");
        }
        let sorts = plan.iter().any(|found| found.contains("TEMP B-TREE"));
        assert!(!sorts || name == "list_manifests_by_reference", "{name}: {plan:#?}");
    }
}

/// As above: with walking made dear, nothing but a missing index makes PostgreSQL walk a table that grows without end.
#[tokio::test]
async fn postgres_searches_and_does_not_walk() {
    /// Asked seldom, and of all rows.
    const WALK: &[&str] = &["challenger_report", "rewrap_documents_find", "rewrap_find", "track_records_all"];
    let (_database, mut connection) = fresh_postgres().await;
    sqlx::raw_sql("set enable_seqscan = off; set plan_cache_mode = force_generic_plan")
        .execute(&mut connection)
        .await
        .unwrap();
    let files = queries("postgres");
    for (name, parameters) in PARAMETERS {
        let Some(text) = files.get(*name).filter(|_| !WALK.contains(name)) else { continue };
        let text = statements(text).remove(0);
        if text.starts_with("create") {
            continue;
        }
        let nulls = vec!["null"; parameters.iter().sum()].join(", ");
        let nulls = if nulls.is_empty() { nulls } else { format!("({nulls})") };
        let run = format!("prepare {name} as {text}");
        sqlx::raw_sql(AssertSqlSafe(run)).execute(&mut connection).await.unwrap();
        let explain = format!("explain execute {name} {nulls}");
        let rows = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(&mut connection).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let large = ["manifests", "manifest_keys", "feed", "audit", "documents", "document_keys", "expiries"]
            .into_iter()
            .chain(["history_counters", "history_sources", "inspections", "track_records", "conduct"])
            .chain(["challenger_decisions", "capacity_journeys", "links", "bodies"]);
        for table in large {
            let walks = |line: &&String| line.contains(&format!("Seq Scan on {table}"));
            assert!(plan.iter().find(walks).is_none(), "{name}: {plan:#?}");
        }
    }
}

/// Asked under the lock of all writers: by what came since a look, however large the feed is and however few the partners.
#[tokio::test]
async fn what_stood_otherwise_is_looked_for_among_what_is_new() {
    let (_database, mut connection) = fresh_postgres().await;
    let fill = "set session_replication_role = replica;
        insert into feed (position, manifest_row, event, state, partner_id, test)
        select i, i, 'RECORDED', 'SUBMITTED', 'partner-' || i % 2, 0 from generate_series(1, 50000) i;
        insert into links (partner_id, said, manifest_reference, part, revision, linked_time_us)
        select 'partner-0', 'trip/' || i / 9, 'R' || i, '', 0, 0 from generate_series(1, 9000) i;
        analyze; set plan_cache_mode = force_generic_plan";
    sqlx::raw_sql(fill).execute(&mut connection).await.unwrap();
    let text = statements(&queries("postgres")["stood_otherwise"]).remove(0);
    sqlx::raw_sql(AssertSqlSafe(format!("prepare asked as {text}"))).execute(&mut connection).await.unwrap();
    let run = "explain execute asked ('partner-0', 49000, '{R1}', '{trip/1,trip/2,trip/3,trip/4,list/R1,crew/R1,mrn/R1}')";
    let rows = sqlx::raw_sql(run).fetch_all(&mut connection).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let walks = |line: &String| {
        ["Seq Scan on feed", "Seq Scan on links", "hashed"].iter().any(|walk| line.contains(walk))
    };
    assert!(!plan.iter().any(walks), "{plan:#?}");
    let by_position = |line: &String| line.contains("Index Cond") && line.contains("\"position\" > ");
    assert!(plan.iter().any(by_position), "{plan:#?}");
}

/// SQLite's limit on parameters (32,766) leaves room for the largest batch.
#[test]
fn the_largest_batch_is_within_sqlites_limit() {
    let most = PARAMETERS.iter().map(|(_, counts)| counts.iter().max().unwrap()).max().unwrap();
    assert!(most * LARGEST <= 32_766);
}

#[test]
fn migrations_are_numbered_paired_and_all_known() {
    let known: Vec<String> =
        MIGRATIONS.iter().map(|(number, name, ..)| format!("{number:04}_{name}")).collect();
    for database in ["sqlite", "postgres"] {
        let files = folder(&format!("migrations/{database}"));
        assert_eq!(files.into_keys().collect::<Vec<_>>(), known, "{database}");
    }
    assert!(MIGRATIONS.is_sorted_by_key(|(number, ..)| *number));
}
