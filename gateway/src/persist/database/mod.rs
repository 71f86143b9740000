//! The two databases, as far as they differ: how a connection is made, how a transaction begins, how arguments are given
//! and rows are read. Everything above speaks of a [`Connection`], a [`Query`] and a [`Row`], once for both
//! (`docs/decisions/0090`).

mod checkpoint;
mod connection;
mod error;
mod many_rows;
mod patience;
pub(super) mod postgres;
mod query;
#[cfg(test)]
mod query_tests;
mod readers;
mod row;
pub(super) mod sqlite;
mod value;

pub(super) use self::{
    checkpoint::Checkpoints,
    connection::{Connection, Pool},
    error::is_locked,
    many_rows::{LARGEST, ManyRows, Rows, expand_all, many_rows, pieces},
    patience::{Silence, is_silent, silent},
    query::{On, Query, Sql, query, sql},
    readers::TRUSTED,
    row::Row,
};
use self::{connection::Handle, value::Value};
