//! The stories: manifests that the demo sends, that `fixtures/` keeps and that tests expect an answer for.

mod cargo;
mod coach;
mod goods;

pub use goods::{BAD_RECORD, CHEMICALS, FRUIT, GRAIN, Goods, HOUSEHOLD, PIANOS};

use jiff::Timestamp;
use proto::v1::{Manifest, SubmitManifestRequest};

/// One story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Story {
    /// A lorry with general cargo that has been seen, clean, many times.
    GeneralCargo,
    /// A lorry under a TIR carnet.
    Tir,
    /// A lorry with dangerous goods.
    DangerousGoods,
    /// A lorry whose header mass is less than the sum of its goods items.
    SumsWrong,
    /// A lorry for an importer whose earlier consignments of the same goods were mostly irregular.
    BadRecord,
    /// A lorry with goods that nobody has seen on this road.
    NoPrecedent,
    /// A goods train.
    Rail,
    /// A coach in good order.
    CoachClean,
    /// A coach on which one passport is expired.
    ExpiredDocument,
    /// A coach on which one machine readable zone has a wrong check digit.
    WrongCheckDigit,
    /// A coach with two drivers.
    TwoDrivers,
    /// A coach with a minor who travels alone.
    MinorAlone,
    /// A coach of fifty, one row of which is broken.
    OneBrokenRow,
}

/// Which of the demo's partners announces a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sender {
    /// The customs administration to the north.
    KzCustoms,
    /// The customs administration to the south-east.
    TjCustoms,
    /// The bus operator.
    SilkCoach,
}

impl Sender {
    /// Every sender.
    pub const ALL: [Self; 3] = [Self::KzCustoms, Self::TjCustoms, Self::SilkCoach];

    /// The partner's id in the registry.
    #[must_use]
    pub const fn partner_id(self) -> &'static str {
        match self {
            Self::KzCustoms => "kz-customs",
            Self::TjCustoms => "tj-customs",
            Self::SilkCoach => "silk-coach",
        }
    }
}

impl Story {
    /// Every story, in the order in which the demo tells them.
    pub const ALL: [Self; 13] = [
        Self::GeneralCargo,
        Self::Tir,
        Self::DangerousGoods,
        Self::SumsWrong,
        Self::BadRecord,
        Self::NoPrecedent,
        Self::Rail,
        Self::CoachClean,
        Self::ExpiredDocument,
        Self::WrongCheckDigit,
        Self::TwoDrivers,
        Self::MinorAlone,
        Self::OneBrokenRow,
    ];

    /// The name of its folder in `fixtures/`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GeneralCargo => "lorry-general-cargo",
            Self::Tir => "lorry-tir-carnet",
            Self::DangerousGoods => "lorry-dangerous-goods",
            Self::SumsWrong => "lorry-mass-does-not-add-up",
            Self::BadRecord => "lorry-importer-with-bad-record",
            Self::NoPrecedent => "lorry-never-seen-combination",
            Self::Rail => "rail-grain-train",
            Self::CoachClean => "coach-clean",
            Self::ExpiredDocument => "coach-expired-document",
            Self::WrongCheckDigit => "coach-wrong-mrz-check-digit",
            Self::TwoDrivers => "coach-two-drivers",
            Self::MinorAlone => "coach-minor-alone",
            Self::OneBrokenRow => "coach-one-broken-row-of-fifty",
        }
    }

    /// Who announces it.
    #[must_use]
    pub const fn sender(self) -> Sender {
        match self {
            Self::Tir => Sender::TjCustoms,
            Self::GeneralCargo
            | Self::DangerousGoods
            | Self::SumsWrong
            | Self::BadRecord
            | Self::NoPrecedent
            | Self::Rail => Sender::KzCustoms,
            Self::CoachClean
            | Self::ExpiredDocument
            | Self::WrongCheckDigit
            | Self::TwoDrivers
            | Self::MinorAlone
            | Self::OneBrokenRow => Sender::SilkCoach,
        }
    }

    /// The manifest, announced at an instant for an arrival some hours later.
    #[must_use]
    pub fn manifest(self, now: Timestamp) -> Manifest {
        match self {
            Self::GeneralCargo => cargo::general(now),
            Self::Tir => cargo::tir(now),
            Self::DangerousGoods => cargo::dangerous(now),
            Self::SumsWrong => cargo::sums_wrong(now),
            Self::BadRecord => cargo::bad_record(now),
            Self::NoPrecedent => cargo::no_precedent(now),
            Self::Rail => cargo::rail(now),
            Self::CoachClean => coach::clean(now),
            Self::ExpiredDocument => coach::expired_document(now),
            Self::WrongCheckDigit => coach::wrong_check_digit(now),
            Self::TwoDrivers => coach::two_drivers(now),
            Self::MinorAlone => coach::minor_alone(now),
            Self::OneBrokenRow => coach::one_broken_row(now),
        }
    }

    /// The submission of the manifest, with the synthetic marker as its request id.
    #[must_use]
    pub fn submission(self, now: Timestamp) -> SubmitManifestRequest {
        SubmitManifestRequest {
            manifest: Some(self.manifest(now)),
            request_id: format!("SYNTHETIC-{}", self.name()),
            language_code: "en".into(),
        }
    }
}

/// The instant at which the stories of `fixtures/` are told.
///
/// # Panics
/// Never: the text is a constant.
#[must_use]
pub fn fixture_now() -> Timestamp {
    Timestamp::constant(1_795_406_400, 0) // 2026-11-23T04:00:00Z
}

#[cfg(test)]
mod tests;
