//! The pipeline against a real store in a throwaway folder.

mod joined;
mod older;
mod partial;
mod reading;
mod submitting;
mod withholding;

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use jiff::Timestamp;
use manifest::CodeLists;
use prost::Message as _;
use proto::v1;
use scoring::Scorer;
use tempfile::TempDir;
use testkit::stories::fixture_now;
use tokio_util::sync::CancellationToken;

use super::{
    Config, Failure, Intake,
    document::Asked,
    pipeline::Pipeline,
    queue::{Callers, Deadline},
};
use crate::{
    authenticate::registry::{Partner, Registry, Role, Snapshot},
    clock::Clock,
    decode::{self, Format, Received},
    observability::Metrics,
    persist::{self, Recorded, Secrets, Store},
    quota::Quota,
    refusals::Refusals,
    reply::{self, Language},
};

/// Loading checks the whole bundle, for which once is enough.
static SCORER: LazyLock<Arc<Scorer>> = LazyLock::new(|| Arc::new(Scorer::shipped().unwrap()));

/// A pipeline, and the folder in which its store lives.
pub(super) struct House {
    pub(super) pipeline: Pipeline,
    pub(super) store: Store,
    pub(super) folder: TempDir,
}

impl House {
    pub(super) async fn new() -> Self {
        Self::with(Config::default()).await
    }

    pub(super) async fn with(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stored = persist::Config { path: folder.path().join("store.db"), ..persist::Config::default() };
        Store::migrate(&stored).await.unwrap();
        let secrets = Secrets::random().unwrap();
        let store = Store::open(&stored, &secrets).await.unwrap();
        let clock = Clock::Fixed(fixture_now());
        let registry = Registry::new(Snapshot::default(), clock.clone());
        let metrics = Metrics::default();
        let pipeline = Pipeline::new(Intake {
            store: store.clone(),
            digests: secrets.digests(),
            scorer: Arc::clone(&SCORER).into(),
            lists: Arc::new(CodeLists::built_in()),
            quota: Quota::new(&config),
            refusals: Refusals::new(store.clone(), registry.clone(), clock.clone(), metrics.clone(), 1),
            registry,
            clock,
            metrics,
            config,
            decode: decode::Config::default(),
            draining: CancellationToken::new(),
        });
        Self { pipeline, store, folder }
    }

    pub(super) async fn submit(
        &self,
        partner: &Partner,
        request: &v1::SubmitManifestRequest,
    ) -> Result<Recorded, Failure> {
        self.pipeline
            .submit(partner, received(request), in_time())
            .await
            .map(|submission| submission.recorded)
    }
}

pub(super) fn received(request: &v1::SubmitManifestRequest) -> Received {
    Received { bytes: request.encode_to_vec().into(), format: Format::SubmitManifestV1 }
}

/// A partner in a role; submitters may submit everything, everywhere.
pub(super) fn partner(id: &str, role: Role) -> Partner {
    Partner {
        id: id.to_owned(),
        role,
        may_submit_cargo: role == Role::Submitter,
        may_submit_passengers: role == Role::Submitter,
        border_posts: if role == Role::Submitter {
            BTreeSet::from(["*".to_owned()])
        } else {
            BTreeSet::new()
        },
        quota_per_minute: 100,
        test: false,
        suspended: false,
        subject_uris: BTreeSet::new(),
    }
}

/// What is asked of a document when nothing is said.
pub(super) fn asked() -> Asked {
    Asked {
        format: String::new(),
        reference: String::new(),
        request_id: None,
        language_code: String::new(),
        dry_run: false,
        in_kind: false,
    }
}

pub(super) fn submitter() -> Partner {
    partner("kz-customs", Role::Submitter)
}

pub(super) fn lorry() -> v1::SubmitManifestRequest {
    testkit::many::cargo(1, 1, fixture_now())
}

pub(super) fn coach() -> v1::SubmitManifestRequest {
    testkit::many::coach(1, 1, fixture_now())
}

/// The answer to a submitter.
pub(super) fn answer(recorded: &Recorded) -> v1::SubmitManifestResponse {
    let recorded = reply::Recorded {
        id: recorded.id,
        state: recorded.state,
        receipt: &recorded.receipt,
        received_salt: recorded.received_salt.as_ref().map(|salt| salt.0.as_slice()),
        findings: &recorded.findings,
        originals: recorded.originals.as_deref(),
        decisions: reply::Decisions::Stored(&recorded.decisions),
        changes: recorded.changes.as_deref(),
        repeated: recorded.repeated,
    };
    reply::submission(&recorded, Language::English).unwrap().into_message().unwrap()
}

/// Time enough for everything.
pub(super) fn in_time() -> Deadline {
    Callers(None).deadline(std::time::Duration::from_secs(60))
}

pub(super) fn now() -> Timestamp {
    fixture_now()
}
