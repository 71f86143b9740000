//! The store's conformance suite: written once against `Store`, mounted once for each backend. What holds for one
//! backend only (files, tampering, schema) stands in a module named after it.

// Clippy knows #[test] functions, not the functions that they call.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod audit;
mod away;
mod dump;
mod feed;
mod held;
mod history;
mod journeys;
mod kill;
mod life;
mod list;
mod months;
mod policy;
mod postgres_only;
mod provisional;
mod purge;
mod quota;
mod record;
mod registry;
pub(crate) mod samples;
mod several;
mod sqlite_only;
mod tls;

use gateway::persist::{Config, Secrets, Store};
use testkit::postgres::Database;

use crate::database::Beside;

/// A store of its own for one test; folder and database go when this goes.
pub(crate) struct Fresh {
    pub(crate) store: Store,
    pub(crate) config: Config,
    pub(crate) secrets: Secrets,
    folder: tempfile::TempDir,
    database: Option<Database>,
}

impl Fresh {
    async fn sqlite() -> Self {
        Self::on(None).await
    }

    async fn postgres() -> Self {
        Self::on(Some(testkit::postgres::database().unwrap())).await
    }

    async fn on(database: Option<Database>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            url: database.as_ref().map_or_else(String::new, |database| database.url.clone()),
            path: folder.path().join("store.db"),
            wrapping_keys_file: folder.path().join("secrets/wrapping-keys"),
            digest_secret_file: folder.path().join("secrets/digest-secret"),
            ..Config::default()
        };
        let secrets = Secrets::random().unwrap();
        Store::migrate(&config).await.unwrap();
        let store = Store::open(&config, &secrets).await.unwrap();
        Self { store, config, secrets, folder, database }
    }

    /// With secrets that lie in their files.
    async fn with_secret_files() -> Self {
        let Self { store, config, folder, database, .. } = Self::sqlite().await;
        store.close().await;
        Secrets::create_if_absent(&config, false).unwrap();
        let secrets = Secrets::load(&config).unwrap();
        let store = Store::open(&config, &secrets).await.unwrap();
        Self { store, config, secrets, folder, database }
    }

    /// The same store as another process would see it, or this one after a restart.
    async fn another(&self) -> Store {
        Store::open(&self.config, &self.secrets).await.unwrap()
    }

    /// The lock of whoever writes, as another process would hold it.
    async fn lock(&self) -> Beside {
        Beside::with_lock(&self.config).await
    }
}

/// Makes a test of each case, on a backend.
macro_rules! cases {
    ($backend:ident: $($group:ident { $($case:ident)+ })+) => {
        mod $backend { $(
            mod $group { $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::super::$group::$case(super::super::Fresh::$backend().await).await;
                }
            )+ }
        )+ }
    };
}

/// Mounts every case of the suite on a backend.
macro_rules! mount {
    ($backend:ident) => {
        cases! {
            $backend:
            record {
                what_is_recorded_reads_back
                the_same_words_get_the_same_receipt
                other_words_under_the_same_key_conflict
                identical_submissions_that_race_have_one_winner
                different_submissions_that_race_have_one_winner_and_conflicts
                one_that_cannot_be_stored_fails_alone
                a_text_that_one_store_cannot_keep_neither_does
                one_whose_decision_panics_fails_alone
                a_caller_who_goes_away_leaves_all_or_nothing
                closing_writes_what_waits
                a_full_queue_waits
                readiness_is_a_write
                parts_and_revisions_are_other_manifests
            }
            feed {
                rows_come_in_order_and_in_scope
                test_traffic_stays_with_its_submitter
                nobody_misses_a_row_under_concurrent_writers
                nobody_misses_what_a_slow_transaction_wrote
                a_commit_wakes_watchers
                a_page_has_a_limit
            }
            life {
                withdrawing_twice_is_withdrawing_once
                others_cannot_withdraw
                a_final_state_is_a_conflict
                arrival_and_release_keep_their_first_times
                only_what_never_arrived_expires
                a_revision_amends_the_one_before
                a_document_is_kept_once_and_goes_with_its_key
            }
            provisional {
                what_was_decided_later_is_told_once
                a_claim_is_one_gateways_and_ends
                what_has_arrived_is_not_decided_later
            }
            purge {
                what_lay_under_the_key_is_gone_and_the_rest_stays
                a_repeat_after_the_purge_gets_the_same_receipt
                only_older_manifests_are_purged
                one_manifest_is_purged_alone
                keys_are_wrapped_anew
            }
            list {
                pages_are_newest_first
                filters_hold
                a_reference_is_found_in_every_scope
            }
            held {
                it_is_held_until_it_is_settled_though_its_asker_is_gone
                what_stands_otherwise_by_then_is_looked_at_again
                what_comes_in_the_same_commit_stands_there_too
                what_its_holder_wrote_himself_does_not_stand_in_his_way
                its_other_names_are_recorded_with_it
            }
            quota {
                a_minute_is_handed_out_once
                who_is_gone_takes_nothing
            }
            registry {
                a_change_changes_what_differs
                the_version_moves_only_with_changes
                one_of_many_changes_at_once_is_made
                border_posts_are_kept
            }
            history {
                what_was_never_counted_is_absent
                an_outcome_counts_once
                counters_merge
                many_keys_are_read_at_once
                what_is_remembered_is_what_stands_there
            }
            audit {
                events_read_back_in_order
                recording_and_purging_are_audited
                audit_shares_commits_with_submissions
                events_are_found_by_what_is_asked
            }
        }
    };
}

mount!(sqlite);
mount!(postgres);
