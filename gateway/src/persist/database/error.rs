//! What becomes of the databases' errors.

use sqlx::postgres::PgDatabaseError;

use crate::persist::Error;

/// Messages of SQLite and sqlx name tables, columns and files, never values. PostgreSQL's may quote a value, so of those
/// only the code and what is named go on.
impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolClosed => Error::Closed,
            sqlx::Error::ColumnDecode { index, .. } => {
                Error::Corrupt(format!("column {index} has another type"))
            }
            sqlx::Error::ColumnNotFound(_) | sqlx::Error::Decode(_) | sqlx::Error::Encode(_) => {
                Error::Corrupt(error.to_string())
            }
            _ if is_about_one_row(&error) => Error::Corrupt(told(&error)),
            _ => Error::Unavailable(told(&error)),
        }
    }
}

/// Classes of PostgreSQL's errors that are about connections, rights, the schema and the server, and quote no value.
const SERVER: [&str; 8] = ["08", "28", "3D", "42", "53", "55", "57", "58"];

fn told(error: &sqlx::Error) -> String {
    match postgres(error) {
        Some(told) => {
            let about_the_server = SERVER.iter().any(|class| told.code().starts_with(class));
            let named = told.constraint().or(told.column()).or(told.table());
            let more = if about_the_server { told.message() } else { named.unwrap_or_default() };
            format!("PostgreSQL says {} {more}", told.code()).trim_end().to_owned()
        }
        None => error.to_string(),
    }
}

/// Was something locked for longer than this connection waits (`lock_not_available`)?
pub(in crate::persist) fn is_locked(error: &Error) -> bool {
    matches!(error, Error::Unavailable(told) if told.starts_with("PostgreSQL says 55P03"))
}

fn postgres(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error().and_then(|error| error.try_downcast_ref())
}

/// Does the error lie in what was to be stored, so that other rows may well be stored? PostgreSQL's classes 22 (data),
/// 23 (constraints) and 54 (limits of the program); SQLite's primary result codes TOOBIG, CONSTRAINT and MISMATCH.
fn is_about_one_row(error: &sqlx::Error) -> bool {
    if let Some(told) = postgres(error) {
        return ["22", "23", "54"].iter().any(|class| told.code().starts_with(class));
    }
    let code = error.as_database_error().and_then(|e| e.code()).and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 18..=20))
}
