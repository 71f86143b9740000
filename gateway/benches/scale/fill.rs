//! Fills a store in bulk, past the gateway: a year of manifests, evenly, the newest just now.

use std::{collections::BTreeSet, time::Instant};

use anyhow::{Context as _, Result};
use gateway::{
    config,
    decode::{self, Format, Limits, Received},
    persist::{HistoryRow, Secrets, Store, packed::pack},
    subjects,
};
use jiff::{Timestamp, civil::date};
use manifest::{CodeLists, RuleSettings};
use prost::Message as _;
use scoring::{Capacity, Counter, CounterKey, Scored, Scorer, Withheld, finish, record};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqliteConnection,
    sqlite::SqliteConnectOptions,
};

use crate::space::Place;

/// A year, in microseconds.
pub(crate) const YEAR_US: i64 = 365 * 86_400 * 1_000_000;
/// Rows that one statement writes.
const AT_ONCE: u64 = 250_000;
/// Manifests for each row of counters, track records and conduct.
const MANIFESTS_A_COUNTER: u64 = 5;
const MANIFESTS_AN_ENTREPRENEUR: u64 = 30;
/// Distinct messages of the payload whose history exists.
const KNOWN_MESSAGES: u64 = 2_000;
/// Keys of one imported outcome.
const KEYS_AT_ONCE: usize = 500;

/// What differs between the databases: how a number becomes bytes, and where a series of numbers comes from.
struct Dialect {
    series: fn(u64, u64) -> String,
    /// Twelve and twenty hexadecimal digits of two numbers, as bytes: ids in the order of time.
    id: &'static str,
    /// So many bytes.
    bytes: fn(usize) -> String,
    padded: &'static str,
    ignore: &'static str,
    /// A hash.
    spread: &'static str,
}

const SQLITE: Dialect = Dialect {
    series: |first, last| {
        format!(
            "(with recursive n(i) as (select {first} union all select i + 1 from n where i < {last}) select i from n)"
        )
    },
    id: "unhex(printf('%012x%020x', at / 1000, i))",
    bytes: |count| format!("randomblob({count})"),
    padded: "printf('%09d', i)",
    ignore: "or ignore",
    spread: "random()",
};

const POSTGRES: Dialect = Dialect {
    series: |first, last| format!("(select i from generate_series({first}::bigint, {last}::bigint) as i)"),
    id: "decode(lpad(to_hex(at / 1000), 12, '0') || lpad(to_hex(i), 20, '0'), 'hex')",
    bytes: |count| format!("substr(decode(repeat(md5(i::text), {}), 'hex'), 1, {count})", count.div_ceil(16)),
    padded: "lpad(i::text, 9, '0')",
    ignore: "",
    spread: "(i::numeric * 7046029254386353131 % 9223372036854775783)::bigint",
};

/// A connection past the gateway.
enum Beside {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Beside {
    async fn run(&mut self, text: String) -> Result<()> {
        let text = sqlx::raw_sql(AssertSqlSafe(text));
        match self {
            Beside::Sqlite(connection) => text.execute(connection).await.map(|_| ()),
            Beside::Postgres(connection) => text.execute(connection).await.map(|_| ()),
        }
        .context("the store cannot be filled")
    }
}

/// Fills; the gateway has made the schema and does not run. Returns the seconds that it took.
pub(crate) async fn fill(place: &Place, manifests: u64, newest: Timestamp) -> Result<f64> {
    let begin = Instant::now();
    history_of_payload(place, newest).await?;
    let (mut beside, dialect) = if let Some(url) = &place.url {
        (Beside::Postgres(PgConnection::connect(url).await?), POSTGRES)
    } else {
        let options = SqliteConnectOptions::new()
            .filename(&place.file)
            .foreign_keys(false)
            .synchronous(sqlx::sqlite::SqliteSynchronous::Off)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Off)
            .pragma("cache_size", "-524288");
        (Beside::Sqlite(options.connect().await?), SQLITE)
    };
    let oldest = newest.as_microsecond() - YEAR_US;
    if matches!(beside, Beside::Postgres(_)) {
        // Past the store's lock nothing is checked: rows of one connection that refer to each other.
        beside.run("set synchronous_commit = off; set session_replication_role = replica".into()).await?;
        beside.run(format!("select make_body_months({oldest}, {})", newest.as_microsecond())).await?;
    }
    let step = YEAR_US / i64::try_from(manifests.max(1))?;
    let mut first = 1;
    while first <= manifests {
        let last = (first + AT_ONCE - 1).min(manifests);
        let rows =
            format!("(select i, {oldest} + i * {step} as at from {} x) n", (dialect.series)(first, last));
        for text in rows_of_manifests(&dialect, place.url.is_none(), &rows) {
            beside.run(text).await?;
        }
        first = last + 1;
        if (last / AT_ONCE).is_multiple_of(4) {
            eprintln!("scale: {last} manifests after {:.0} s", begin.elapsed().as_secs_f64());
        }
    }
    for text in rows_of_history(&dialect, manifests) {
        beside.run(text).await?;
    }
    // What the gateway does beside the calls was done for all of them when they came.
    beside.run(format!("update store_state set expiry_position = {manifests}")).await?;
    beside.run(format!("update conduct_position set position = {manifests}")).await?;
    match &mut beside {
        Beside::Sqlite(_) => beside.run("analyze; pragma journal_mode = wal".into()).await?,
        Beside::Postgres(_) => beside.run("vacuum (analyze)".into()).await?,
    }
    if let Beside::Postgres(_) = &beside {
        beside.run("checkpoint".into()).await?;
    }
    Ok(begin.elapsed().as_secs_f64())
}

/// What was decided about them, as it is stored: small, and readable for whoever looks back at decisions.
fn decisions() -> Vec<u8> {
    let scored = Scored::withheld(Withheld::ManifestRejected, None, &[]);
    pack(&record::encode(&finish(scored, &Capacity::default())))
}

/// The rows of some manifests, a statement a table. Bodies of 0.5 KB in all: received 250, record 120, receipt 60, decisions.
fn rows_of_manifests(dialect: &Dialect, sqlite: bool, rows: &str) -> Vec<String> {
    let Dialect { id, bytes, padded, .. } = dialect;
    let partner = "'history-' || (i % 8)";
    let post = "case i % 3 when 0 then 'UZ-GISHTKUPRIK' when 1 then 'UZ-YALLAMA' else 'UZ-DUSTLIK' end";
    let empty = if sqlite { "x''" } else { "''::bytea" };
    let received = if sqlite { format!(", {}", bytes(250)) } else { String::new() };
    let mut texts = vec![format!(
        "insert into manifests (row, id, partner_id, manifest_reference, part, revision, state, test, border_post_code, journey_key,
            conveyance_registration, arrival_time_us, receive_time_us, verdict, content_digest, format, receipt, decisions,
            findings, received_salt_sealed, record, arrive_time_us, release_time_us{})
        select i, {id}, {partner}, 'H' || (i % 8) || '-' || {padded}, '', 0, 'COMPLETED', 0, {post}, '3:KZ:H' || i || ':',
            'H' || i, at + 7200000000, at, case i % 10 when 0 then 'RED' when 1 then 'YELLOW' else 'GREEN' end, {}, \
            'customs.prearrival.v1.SubmitManifestRequest', {}, {}, {empty}, {}, {}, at + 7200000000, at + 9000000000{received}
        from {rows}",
        if sqlite { ", received_sealed" } else { "" },
        bytes(33),
        bytes(60),
        hexadecimal(&decisions(), sqlite),
        bytes(44),
        bytes(120),
    )];
    if !sqlite {
        texts.push(format!(
            "insert into bodies (manifest_row, receive_time_us, received_sealed) select i, at, {} from {rows}",
            bytes(250)
        ));
    }
    texts.push(format!(
        "insert into manifest_keys (manifest_row, receive_time_us, wrapping_key_id, wrapped_key)
        select i, at, 'k1', {} from {rows}",
        bytes(60)
    ));
    texts.push(format!(
        "insert into feed (position, manifest_row, event, state, partner_id, border_post_code, test, journey_key)
        select i, i, 'RECORDED', 'SUBMITTED', {partner}, {post}, 0, '3:KZ:H' || i || ':' from {rows}"
    ));
    texts.push(format!(
        "insert into audit (event, event_time_us, partner_id, manifest_id, count)
        select 'SUBMITTED', at, {partner}, {id}, 1 from {rows}"
    ));
    texts
}

/// A value as it stands in a text.
fn hexadecimal(bytes: &[u8], sqlite: bool) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    if sqlite { format!("x'{digits}'") } else { format!("'\\x{digits}'::bytea") }
}

/// Counters, track records and conduct of entrepreneurs, under hashes that are spread as real ones are.
fn rows_of_history(dialect: &Dialect, manifests: u64) -> Vec<String> {
    let spread = dialect.spread;
    let counters = (dialect.series)(1, (manifests / MANIFESTS_A_COUNTER).max(1));
    let entrepreneurs = (dialect.series)(1, (manifests / MANIFESTS_AN_ENTREPRENEUR).max(1));
    let (ignore, bytes) = (dialect.ignore, (dialect.bytes)(16));
    let conflict = if ignore.is_empty() { "on conflict do nothing" } else { "" };
    vec![
        format!(
            "insert {ignore} into history_counters (hash, kind, n, fraud, critical)
            select {spread}, i % 9, 20, 2, 1 from {counters} x {conflict}"
        ),
        format!(
            "insert {ignore} into track_records (hash, kind, irregular, regular, outcomes, last_seconds)
            select {spread}, i % 4, 1.5, 20.5, 22, 1790000000 from {entrepreneurs} x {conflict}"
        ),
        format!(
            "insert {ignore} into conduct (hash, kind, first_seen_us, last_seen_us, manifests, late, amended, chapters, origins)
            select {spread}, i % 4, 1790000000000000, 1790000000000000, 30, 1, 1, {bytes}, 'KZ RU' from {entrepreneurs} x {conflict}"
        ),
    ]
}

/// Imports counters under the keys that the payload asks for, so that it finds what it looks up.
async fn history_of_payload(place: &Place, now: Timestamp) -> Result<()> {
    let config = config::Config::load(&place.site.config, &Default::default())
        .map_err(|error| anyhow::anyhow!("{error:?}"))?
        .persist;
    let store = Store::open(&config, &Secrets::load(&config)?).await?;
    let (limits, rules, lists) =
        (Limits::from(decode::Config::default()), RuleSettings::default(), CodeLists::built_in());
    let scorer = Scorer::shipped().map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut keys: BTreeSet<CounterKey> = BTreeSet::new();
    for n in 0..KNOWN_MESSAGES {
        let bytes = testkit::many::cargo(crate::payload::RUN, n, now).encode_to_vec().into();
        let received = Received { bytes, format: Format::SubmitManifestV1 };
        let declared = decode::submission(&received, &limits)?.declared;
        let (manifest, mut findings) = manifest::normalize(declared, &lists, &rules);
        if let Ok(validated) = manifest::validate(manifest, now, &rules, &mut findings) {
            keys.extend(scorer.history_keys(&subjects::of(&validated)));
        }
    }
    let keys: Vec<CounterKey> = keys.into_iter().collect();
    let counter = Counter { n: 20, fraud: 2, critical: 1, ..Counter::default() };
    let rows = keys.chunks(KEYS_AT_ONCE).enumerate().map(|(place, some)| HistoryRow {
        source_id: format!("SYNTHETIC-{place}"),
        date: date(2026, 1, 1),
        updates: some.iter().map(|key| (*key, counter)).collect(),
    });
    for row in rows {
        store.import_history(vec![row], now).await?;
    }
    store.close().await;
    Ok(())
}
