//! The formats that are read.

/// A format that a document can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// UN/EDIFACT PAXLST, directories 95B and later: passengers and crew.
    Paxlst,
    /// UN/EDIFACT CUSCAR, directories 95B and later: cargo report.
    Cuscar,
    /// EU transit (NCTS phase 4 and 5): CC015B/C, CC013C, CC014C, CC007C and relatives.
    Ncts,
    /// EU entry summary declaration (ICS): CC315A, CC313A.
    Ens,
    /// Passenger list as text with separators.
    PassengerCsv,
    /// Passenger list as an Office Open XML workbook.
    PassengerXlsx,
    /// Voyage manifest as JSON, as carriers file it with other administrations.
    VoyageJson,
    /// Canonical protobuf JSON of the project's own contract; read by the gateway, which knows the contract.
    ManifestJson,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 8] = [
        Format::Paxlst,
        Format::Cuscar,
        Format::Ncts,
        Format::Ens,
        Format::PassengerCsv,
        Format::PassengerXlsx,
        Format::VoyageJson,
        Format::ManifestJson,
    ];

    /// The format's name in the contract, the store and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Paxlst => "PAXLST",
            Format::Cuscar => "CUSCAR",
            Format::Ncts => "NCTS_XML",
            Format::Ens => "ENS_XML",
            Format::PassengerCsv => "PASSENGER_CSV",
            Format::PassengerXlsx => "PASSENGER_XLSX",
            Format::VoyageJson => "VOYAGE_JSON",
            Format::ManifestJson => "MANIFEST_JSON",
        }
    }

    /// The format that a name names, in any case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str().eq_ignore_ascii_case(name))
    }
}
