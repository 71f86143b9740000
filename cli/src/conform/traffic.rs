//! The manifests that are played: two of the contract's own examples, moved to now. People and companies are invented.

use std::time::{SystemTime, UNIX_EPOCH};

use prost_types::Timestamp;
use proto::v1::{Manifest, SubmitManifestRequest, manifest::Load as Loaded};

use crate::{Error, submission_from_json};

const COACH: &str = include_str!("../../../fixtures/coach-clean/submission.json");
const LORRY: &str = include_str!("../../../fixtures/lorry-general-cargo/submission.json");

/// How far off the arrival is.
const AHEAD_SECONDS: i64 = 6 * 3_600;

/// What is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Load {
    /// A coach and its passengers.
    Passengers,
    /// A lorry and its goods.
    Cargo,
}

impl Load {
    /// The word for people and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passengers => "passengers",
            Self::Cargo => "cargo",
        }
    }
}

/// Makes the manifests of one playing.
#[derive(Debug, Clone)]
pub(super) struct Traffic {
    pub(super) now: Timestamp,
    pub(super) prefix: String,
    border_post: String,
    template: SubmitManifestRequest,
}

impl Traffic {
    /// # Errors
    /// When the examples are not of this program's contract.
    pub(super) fn new(load: Load, border_post: &str) -> Result<Self, Error> {
        let text = if load == Load::Cargo { LORRY } else { COACH };
        let template = submission_from_json(text, "en").map_err(Error::Config)?;
        let now = Timestamp { nanos: 0, ..now() };
        // Its own for each playing, or the second one would meet the first one's manifests.
        let prefix = format!("CONFORM-{:X}-{:08X}", now.seconds, rand::random::<u32>());
        Ok(Self { now, prefix, border_post: border_post.to_owned(), template })
    }

    /// A manifest that nothing is wrong with.
    pub(super) fn good(&self, case: &str) -> SubmitManifestRequest {
        self.with(case, |_| {})
    }

    /// One that is changed.
    pub(super) fn with(&self, case: &str, change: impl FnOnce(&mut Manifest)) -> SubmitManifestRequest {
        let mut request = self.template.clone();
        request.request_id = format!("conformance-{case}");
        let manifest = request.manifest.get_or_insert_default();
        manifest.manifest_reference = format!("{}-{case}", self.prefix);
        manifest.test = true;
        self.move_to(manifest, AHEAD_SECONDS);
        change(manifest);
        request
    }

    /// One that arrives so many seconds from now.
    pub(super) fn arriving(&self, case: &str, seconds: i64) -> SubmitManifestRequest {
        self.with(case, |manifest| self.move_to(manifest, seconds))
    }

    /// Moves every instant, so that the arrival is so many seconds from now.
    fn move_to(&self, manifest: &mut Manifest, seconds: i64) {
        let Some(journey) = &mut manifest.journey else { return };
        let arrival = journey.arrival_time.map_or(0, |instant| instant.seconds);
        let by = self.now.seconds.saturating_add(seconds).saturating_sub(arrival);
        let stops = journey.stops.iter_mut().map(|stop| &mut stop.arrival_time);
        for instant in
            [&mut journey.arrival_time, &mut journey.departure_time].into_iter().chain(stops).flatten()
        {
            instant.seconds = instant.seconds.saturating_add(by);
        }
        journey.border_post_code.clone_from(&self.border_post);
        // It is issued before it is sent, however late that is.
        manifest.issue_time = Some(Timestamp { seconds: self.now.seconds.saturating_sub(60), nanos: 0 });
    }
}

/// Makes one subject's declaration contradict itself: a document that ended long ago, or a mass that does not add up.
pub(super) fn spoil(manifest: &mut Manifest) {
    match &mut manifest.load {
        Some(Loaded::PassengerList(list)) => {
            let documents = list.passengers.iter_mut().take(1).flat_map(|each| &mut each.travel_documents);
            for document in documents {
                document.expiry_date = Some(proto::v1::CivilDate { year: 2001, month: 1, day: 31 });
                document.mrz_lines.clear();
            }
        }
        Some(Loaded::Cargo(cargo)) => {
            for consignment in cargo.consignments.iter_mut().take(1) {
                consignment.gross_mass_mg = Some(1_000_000);
            }
        }
        None => {}
    }
}

#[expect(clippy::disallowed_methods, reason = "a program of its own: what it plays is about now")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp { seconds: i64::try_from(since.as_secs()).unwrap_or(0), nanos: 0 }
}
