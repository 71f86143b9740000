//! Why a document or one of its messages is not read.

use manifest::declared::SourcePlace;
use manifest::finding_text::{FindingText, Language};
use manifest::phrase::phrase;

/// Not read, with the place. Names segments, elements and counts, never a value: what stood there may be a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct Unreadable {
    /// Where, as far as it is known.
    pub place: Option<SourcePlace>,
    /// Why.
    pub cause: Cause,
}

/// Why something is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// No reader knows it.
    #[error("the format is not recognised: {seen} from byte {offset}; tried {}", tried())]
    NotRecognised {
        /// What stands there, in general words: never the words that stood there.
        seen: &'static str,
        /// Bytes before the first one that says something.
        offset: usize,
    },
    /// It is a well-formed message of a kind that is not a manifest, or that is not read.
    #[error("a message of type {0} is not read here")]
    NotRead(String),
    /// It ends in the middle.
    #[error("it ends before {0}")]
    Truncated(&'static str),
    /// It is not what it claims to be.
    #[error("{0}")]
    Malformed(String),
    /// DTDs and external entities are refused.
    #[error("document type definitions are refused")]
    DocumentType,
    /// More than is read.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What there is too much of, in the plural.
        what: &'static str,
        /// How many are read.
        limit: usize,
    },
    /// It can be read, and says more than is read of the contract's own messages.
    #[error("{0}")]
    Beyond(Beyond),
}

/// More than is read of a message of the contract, in its own terms.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Beyond {
    /// Bytes of the whole, in the contract's binary form.
    #[error("the message has {found} bytes, {limit} are read")]
    Bytes {
        /// Bytes that are read.
        limit: usize,
        /// Bytes that it has.
        found: usize,
    },
    /// Elements of a list.
    #[error("{path} has more than {limit} elements")]
    List {
        /// Which list, in the contract's form.
        path: String,
        /// Elements that are read.
        limit: usize,
        /// The setting that says so.
        setting: &'static str,
    },
    /// Bytes of a text.
    #[error("{path} has {found} bytes, {limit} are read")]
    Text {
        /// Which text, in the contract's form.
        path: String,
        /// Bytes that are read.
        limit: usize,
        /// Bytes that it has.
        found: usize,
    },
}

/// The formats that were tried, in their own names.
fn tried() -> String {
    crate::Format::ALL.map(crate::Format::as_str).join(", ")
}

impl Cause {
    /// Why, and what to do about it, in a language. Never what stood in the document.
    #[must_use]
    pub fn in_words(&self, language: Language) -> FindingText {
        let (text, remedy) = match language {
            Language::English => (self.to_string(), self.remedy_en()),
            Language::Russian => (self.text_ru(), self.remedy_ru()),
            Language::Uzbek => (self.text_uz(), self.remedy_uz()),
        };
        FindingText { text, remedy: remedy.to_owned() }
    }

    const fn remedy_en(&self) -> &'static str {
        match self {
            Self::NotRecognised { .. } => {
                "Send PAXLST, CUSCAR, NCTS or ICS XML, CSV, .xlsx, voyage JSON or the contract's JSON, or name the format."
            }
            Self::NotRead(_) => {
                "Send the message that announces the load; see the list of messages that are read."
            }
            Self::Truncated(_) => "Send the document again, whole.",
            Self::Malformed(_) => "Correct the document at the place named and send it again.",
            Self::DocumentType => "Leave the DOCTYPE out.",
            Self::TooMany { .. } | Self::Beyond(_) => "Split the document into parts.",
        }
    }

    fn text_ru(&self) -> String {
        let said = |english: &str| phrase(english, Language::Russian);
        match self {
            Self::NotRecognised { seen, offset } => {
                format!("формат не распознан: {}, с байта {offset}; проверены {}", said(seen), tried())
            }
            Self::NotRead(kind) => format!("сообщения вида {} здесь не читаются", said(kind)),
            Self::Truncated(before) => format!("документ обрывается; не хватает: {}", said(before)),
            Self::Malformed(what) => said(what),
            Self::DocumentType => "определения типа документа (DTD) не принимаются".to_owned(),
            Self::TooMany { what, limit } => format!("больше предела в {limit}: {}", said(what)),
            Self::Beyond(Beyond::Bytes { limit, found }) => {
                format!("в сообщении {found} байтов, читаются {limit}")
            }
            Self::Beyond(Beyond::List { path, limit, .. }) => format!("в {path} больше {limit} элементов"),
            Self::Beyond(Beyond::Text { path, limit, found }) => {
                format!("в {path} {found} байтов, читаются {limit}")
            }
        }
    }

    const fn remedy_ru(&self) -> &'static str {
        match self {
            Self::NotRecognised { .. } => {
                "Пришлите PAXLST, CUSCAR, XML NCTS или ICS, CSV, .xlsx, JSON рейса или JSON контракта, либо назовите формат."
            }
            Self::NotRead(_) => {
                "Пришлите сообщение, которое объявляет груз или пассажиров; см. перечень читаемых сообщений."
            }
            Self::Truncated(_) => "Пришлите документ ещё раз целиком.",
            Self::Malformed(_) => "Исправьте документ в указанном месте и пришлите снова.",
            Self::DocumentType => "Уберите DOCTYPE.",
            Self::TooMany { .. } | Self::Beyond(_) => "Разделите документ на части.",
        }
    }

    fn text_uz(&self) -> String {
        let said = |english: &str| phrase(english, Language::Uzbek);
        match self {
            Self::NotRecognised { seen, offset } => {
                format!("format aniqlanmadi: {}, {offset}-baytdan; sinab koʻrildi: {}", said(seen), tried())
            }
            Self::NotRead(kind) => format!("{} turidagi xabarlar bu yerda oʻqilmaydi", said(kind)),
            Self::Truncated(before) => format!("hujjat uzilib qolgan; yetishmaydi: {}", said(before)),
            Self::Malformed(what) => said(what),
            Self::DocumentType => "hujjat turi taʼriflari (DTD) qabul qilinmaydi".to_owned(),
            Self::TooMany { what, limit } => format!("{limit} chegarasidan koʻp: {}", said(what)),
            Self::Beyond(Beyond::Bytes { limit, found }) => {
                format!("xabarda {found} bayt bor, {limit} tasi oʻqiladi")
            }
            Self::Beyond(Beyond::List { path, limit, .. }) => {
                format!("{path} da {limit} tadan koʻp element bor")
            }
            Self::Beyond(Beyond::Text { path, limit, found }) => {
                format!("{path} da {found} bayt bor, {limit} tasi oʻqiladi")
            }
        }
    }

    const fn remedy_uz(&self) -> &'static str {
        match self {
            Self::NotRecognised { .. } => {
                "PAXLST, CUSCAR, NCTS yoki ICS XML, CSV, .xlsx, reys JSON yoki shartnoma JSON yuboring yoki formatni ayting."
            }
            Self::NotRead(_) => {
                "Yuk yoki yoʻlovchilarni eʼlon qiladigan xabarni yuboring; oʻqiladigan xabarlar roʻyxatiga qarang."
            }
            Self::Truncated(_) => "Hujjatni qayta, toʻliq yuboring.",
            Self::Malformed(_) => "Hujjatni koʻrsatilgan joyda tuzating va qayta yuboring.",
            Self::DocumentType => "DOCTYPE ni olib tashlang.",
            Self::TooMany { .. } | Self::Beyond(_) => "Hujjatni qismlarga boʻling.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_is_told_in_three_languages() {
        let path = || String::from("manifest.cargo");
        let causes = [
            Cause::NotRecognised { seen: "no bytes", offset: 0 },
            Cause::NotRead(String::from("CC029C")),
            Cause::NotRead(String::from("JSON without a voyage")),
            Cause::Truncated("the first message"),
            Cause::Malformed(String::from("not JSON: a number without digits")),
            Cause::DocumentType,
            Cause::TooMany { what: "persons", limit: 7 },
            Cause::Beyond(Beyond::Bytes { limit: 7, found: 9 }),
            Cause::Beyond(Beyond::List { path: path(), limit: 7, setting: "max_x" }),
            Cause::Beyond(Beyond::Text { path: path(), limit: 7, found: 9 }),
        ];
        for cause in causes {
            let told = [Language::English, Language::Russian, Language::Uzbek].map(|it| cause.in_words(it));
            let texts: std::collections::BTreeSet<_> = told.iter().map(|told| told.text.as_str()).collect();
            let remedies: std::collections::BTreeSet<_> =
                told.iter().map(|told| told.remedy.as_str()).collect();
            assert_eq!((texts.len(), remedies.len()), (3, 3), "{told:?}");
            assert!(told[1].text.chars().any(|c| ('а'..='я').contains(&c)), "{told:?}");
        }
    }
}
