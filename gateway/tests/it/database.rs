//! The stores of these tests from beside: SQLite files, or with `CORRIDOR_TEST_STORE=postgres` databases of a throwaway
//! PostgreSQL. `cargo xtask test` runs all of it on one and then on the other.

use std::{collections::BTreeMap, time::Duration};

use gateway::persist::Config;
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection, sqlite::SqliteConnectOptions,
};
use testkit::postgres::Database;

use crate::harness::Gateway;

/// Are these tests run on PostgreSQL?
pub(crate) fn on_postgres() -> bool {
    match std::env::var("CORRIDOR_TEST_STORE") {
        Ok(name) if name == "postgres" => true,
        Ok(name) => panic!("CORRIDOR_TEST_STORE={name} is no store"),
        Err(_) => false,
    }
}

/// A database for one test, where these tests are run on PostgreSQL.
pub(crate) fn fresh() -> Option<Database> {
    on_postgres().then(|| testkit::postgres::database().unwrap())
}

/// A connection past the gateway.
pub(crate) enum Beside {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Beside {
    pub(crate) async fn open(config: &Config) -> Self {
        if config.is_postgres() {
            return Self::Postgres(PgConnection::connect(&config.url).await.unwrap());
        }
        // The gateway that it stands beside may write without a pause.
        let options =
            SqliteConnectOptions::new().filename(&config.path).busy_timeout(Duration::from_secs(60));
        Self::Sqlite(SqliteConnection::connect_with(&options).await.unwrap())
    }

    /// With the lock of whoever writes, as another process would hold it; released when dropped.
    pub(crate) async fn with_lock(config: &Config) -> Self {
        let mut beside = Self::open(config).await;
        match &mut beside {
            Self::Sqlite(connection) => {
                sqlx::raw_sql("begin immediate").execute(connection).await.unwrap();
            }
            Self::Postgres(connection) => {
                let text = "begin; select pg_advisory_xact_lock(7164767848126082930)";
                sqlx::raw_sql(text).execute(connection).await.unwrap();
            }
        }
        beside
    }

    /// Runs statements: these on SQLite, those on PostgreSQL.
    pub(crate) async fn run(&mut self, sqlite: &'static str, postgres: &'static str) {
        match self {
            Self::Sqlite(connection) => drop(sqlx::raw_sql(sqlite).execute(connection).await.unwrap()),
            Self::Postgres(connection) => drop(sqlx::raw_sql(postgres).execute(connection).await.unwrap()),
        }
    }

    /// The whole numbers in the first row of an answer; PostgreSQL's sums are to be cast.
    pub(crate) async fn numbers(&mut self, text: &str) -> Vec<i64> {
        let query = AssertSqlSafe(text.to_owned());
        match self {
            Self::Sqlite(connection) => {
                let row = sqlx::query(query).fetch_one(connection).await.unwrap();
                (0..row.len()).map(|column| row.get(column)).collect()
            }
            Self::Postgres(connection) => {
                let row = sqlx::query(query).fetch_one(connection).await.unwrap();
                (0..row.len()).map(|column| row.get(column)).collect()
            }
        }
    }

    /// Tables with their columns.
    pub(crate) async fn columns(&mut self) -> Vec<(String, String)> {
        match self {
            Self::Sqlite(connection) => {
                let query = "select t.name, c.name from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table'";
                let rows = sqlx::query(query).fetch_all(connection).await.unwrap();
                rows.iter().map(|row| (row.get(0), row.get(1))).collect()
            }
            Self::Postgres(connection) => {
                let query = "select c.table_name::text, c.column_name::text from information_schema.columns c
                    where c.table_schema = 'public'";
                let rows = sqlx::query(query).fetch_all(connection).await.unwrap();
                rows.iter().map(|row| (row.get(0), row.get(1))).collect()
            }
        }
    }

    /// What stands in a column, as bytes.
    pub(crate) async fn values(&mut self, table: &str, column: &str) -> Vec<Vec<u8>> {
        match self {
            Self::Sqlite(connection) => {
                let query = format!("select cast({column} as blob) from {table} where {column} is not null");
                let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(connection).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
            Self::Postgres(connection) => {
                let kind =
                    "select data_type::text from information_schema.columns where table_schema = 'public'
                    and table_name = $1 and column_name = $2";
                let kind: String = sqlx::query(kind)
                    .bind(table)
                    .bind(column)
                    .fetch_one(&mut *connection)
                    .await
                    .unwrap()
                    .get(0);
                let value = if kind == "bytea" {
                    column.to_owned()
                } else {
                    format!("convert_to({column}::text, 'UTF8')")
                };
                let query = format!("select {value} from {table} where {column} is not null");
                let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(connection).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
        }
    }
}

impl Gateway {
    /// A connection to the store past the gateway.
    pub(crate) async fn beside(&self) -> Beside {
        Beside::open(&self.persist()).await
    }

    /// The store's write lock, as another process would hold it; released when dropped.
    pub(crate) async fn lock_store(&self) -> Beside {
        Beside::with_lock(&self.persist()).await
    }

    fn persist(&self) -> Config {
        let file = self.folder.path().join("gateway.toml");
        gateway::config::Config::load(&file, &BTreeMap::new()).unwrap().persist
    }
}
