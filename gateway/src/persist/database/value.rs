//! A value that is bound to a statement. Each has a type of its own even where it is absent: PostgreSQL asks for one.

use std::borrow::Cow;

use sqlx::{Arguments as _, postgres::PgArguments, sqlite::SqliteArguments};

use crate::persist::Error;

/// What both databases can be given. Truth values are 0 and 1, instants are microseconds.
#[derive(Debug, Clone)]
pub(in crate::persist) enum Value<'q> {
    /// A whole number.
    Integer(Option<i64>),
    /// A number.
    Real(Option<f64>),
    /// Text.
    Text(Option<Cow<'q, str>>),
    /// Bytes.
    Bytes(Option<Cow<'q, [u8]>>),
    /// Whole numbers to be looked up: a JSON array for SQLite, an array for PostgreSQL.
    Integers(Vec<i64>),
    /// Texts to be looked up: likewise.
    Texts(Vec<String>),
}

impl<'q> Value<'q> {
    /// As the next argument of a statement for SQLite.
    pub(super) fn bind_sqlite(self, to: &mut SqliteArguments) -> Result<(), Error> {
        if let Self::Text(Some(text)) = &self
            && text.contains('\0')
        {
            // PostgreSQL cannot keep it; what one store refuses, the other does not take.
            return Err(Error::Corrupt("a text holds U+0000".into()));
        }
        match self {
            Self::Integer(value) => to.add(value),
            Self::Real(value) => to.add(value),
            Self::Text(value) => to.add(value),
            Self::Bytes(value) => to.add(value),
            Self::Integers(list) => to.add(json(&list)?),
            Self::Texts(list) => to.add(json(&list)?),
        }
        .map_err(|error| sqlx::Error::Encode(error).into())
    }

    /// As the next argument of a statement for PostgreSQL.
    pub(super) fn bind_postgres(self, to: &mut PgArguments) -> Result<(), Error> {
        match self {
            Self::Integer(value) => to.add(value),
            Self::Real(value) => to.add(value),
            Self::Text(value) => to.add(value),
            Self::Bytes(value) => to.add(value.as_deref()),
            Self::Integers(list) => to.add(list),
            Self::Texts(list) => to.add(list),
        }
        .map_err(|error| sqlx::Error::Encode(error).into())
    }
}

fn json(list: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(list).map_err(|error| Error::Corrupt(error.to_string()))
}

/// From a type and from its `Option`.
macro_rules! values {
    ($($type:ty => $variant:ident($value:ident) $make:expr;)+) => { $(
        impl<'q> From<$type> for Value<'q> {
            fn from($value: $type) -> Self {
                Self::$variant(Some($make))
            }
        }

        impl<'q> From<Option<$type>> for Value<'q> {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(|$value| $make))
            }
        }
    )+ };
}

values! {
    i64 => Integer(value) value;
    u32 => Integer(value) i64::from(value);
    u8 => Integer(value) i64::from(value);
    bool => Integer(value) i64::from(value);
    f64 => Real(value) value;
    f32 => Real(value) f64::from(value);
    &'q str => Text(value) Cow::Borrowed(value);
    &'q String => Text(value) Cow::Borrowed(value.as_str());
    String => Text(value) Cow::Owned(value);
    &'q [u8] => Bytes(value) Cow::Borrowed(value);
    &'q Vec<u8> => Bytes(value) Cow::Borrowed(value.as_slice());
    Vec<u8> => Bytes(value) Cow::Owned(value);
}

impl From<Vec<i64>> for Value<'_> {
    fn from(list: Vec<i64>) -> Self {
        Self::Integers(list)
    }
}

impl From<Vec<String>> for Value<'_> {
    fn from(list: Vec<String>) -> Self {
        Self::Texts(list)
    }
}
