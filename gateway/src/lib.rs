//! Everything that touches the world, in the order in which a manifest travels.
//!
//! | step | module | takes → gives |
//! |---|---|---|
//! | 1 | [`authenticate`] | TCP connection → `Peer` |
//! | 2 | [`decode`] | `Received` → `Declared` |
//! | 3, 4 | the crate `manifest` | `Declared` → `Manifest` → `Validated` |
//! | 5, 6, 7 | the crate `scoring` | `Case` → `Scored` → `PreDecision`s |
//! | 8 | [`persist`] | `Outcome` → `Recorded` |
//! | 9 | [`reply`] | `Recorded` or `Failure` → response or `Status` |
//! | 10 | [`watch`] | feed → border posts |
//!
//! Beside the way: [`border`], what happens at the posts, [`outcomes`], what inspections found, and [`reconcile`],
//! what was received compared with what was sent.
//!
//! Steps are leaves: none calls the next. [`intake`] puts 2 to 9 in order, [`watch`] serves the feed, [`app`]
//! composes everything.

#![recursion_limit = "256"] // layouts of futures over two databases, in optimized builds

pub mod authenticate;
pub mod decode;
pub mod intake;
pub mod persist;
pub mod reply;
pub mod watch;

pub mod border;
pub mod outcomes;
pub mod reconcile;

pub mod access;
pub mod admin;
pub mod app;
pub mod calls;
pub mod clock;
pub mod command;
pub mod config;
pub mod drift;
pub mod judging;
pub mod observability;
pub mod places;
pub mod quota;
pub mod refusals;
pub mod rescore;
pub mod subjects;
