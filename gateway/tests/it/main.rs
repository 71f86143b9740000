//! The gateway as its partners, border posts and operators meet it: the real app on a port of its own, real mutual
//! TLS, a throwaway store.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod database;
mod harness;
mod raw;

mod bundles;
mod capacity;
mod chart;
mod corpus;
mod store;

mod identity;
mod reload;

mod changes;
mod documents;
mod journeys;
mod journeys_apart;
mod life;
mod manifests;
mod messages;
mod submit_cargo;
mod submit_coach;
mod submit_repeat;
mod submit_stream;
mod validate;
mod withdrawals;

mod abuse;
mod administer;
mod conform;
mod fairness;
mod measures;
mod outcomes;
mod reconcile;
mod watch;

mod degraded;
mod drain;
mod edges;
mod grpc_web;
mod kill;
mod limits;
mod line;
mod operators;
mod otlp;
mod overload;
mod privacy;
mod restore;
mod restored;
mod spans;
mod torture;
mod uploads;
