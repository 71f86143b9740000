//! What a partner is told: coarse codes and what to correct. Never a score, a contribution or which rule fired.

use manifest::finding::FindingCode;

use super::mark::RULES_ONLY;
use super::reasons::Language;

/// A reason that may leave customs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublicReason {
    /// Full control after risk assessment.
    RiskAssessment,
    /// Documents are checked.
    DocumentaryCheck,
    /// A finding asks for it; correcting the manifest helps.
    Finding(FindingCode),
    /// No pre-decision is given; an officer decides.
    NoDecision,
    /// Nothing asks for more than a document check. Said where a green part has no other reason; not stored, because
    /// it follows from the corridor.
    NothingFound,
    /// The driver, or too many travellers, have no pre-decision of their own: the conveyance has none either.
    TravellersWithheld,
    /// Rules alone decided, because nothing was scored in time; a later pre-decision may follow.
    RulesOnly,
}

impl PublicReason {
    /// The reason's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            PublicReason::RiskAssessment => "RISK_ASSESSMENT",
            PublicReason::DocumentaryCheck => "DOCUMENTARY_CHECK",
            PublicReason::Finding(_) => "FINDING",
            PublicReason::NoDecision => "NO_DECISION",
            PublicReason::NothingFound => "NOTHING_FOUND",
            PublicReason::TravellersWithheld => "TRAVELLERS_WITHHELD",
            PublicReason::RulesOnly => RULES_ONLY,
        }
    }

    /// The finding's code, for [`PublicReason::Finding`].
    #[must_use]
    pub const fn finding(self) -> Option<FindingCode> {
        match self {
            PublicReason::Finding(code) => Some(code),
            _ => None,
        }
    }
}

/// A public reason as a sentence.
#[must_use]
pub fn public_text(reason: PublicReason, language: Language) -> String {
    use Language::{English, Russian, Uzbek};
    let text = match (reason, language) {
        (PublicReason::RiskAssessment, English) => "Selected for full control.",
        (PublicReason::RiskAssessment, Russian) => "Выбрано для полного контроля.",
        (PublicReason::RiskAssessment, Uzbek) => "Toʻliq nazorat uchun tanlangan.",
        (PublicReason::DocumentaryCheck, English) => "Documents will be checked.",
        (PublicReason::DocumentaryCheck, Russian) => "Будут проверены документы.",
        (PublicReason::DocumentaryCheck, Uzbek) => "Hujjatlar tekshiriladi.",
        (PublicReason::NoDecision, English) => "No pre-decision; an officer decides on arrival.",
        (PublicReason::NoDecision, Russian) => "Предварительного решения нет; решает инспектор по прибытии.",
        (PublicReason::NoDecision, Uzbek) => "Dastlabki qaror yoʻq; kelganda inspektor qaror qiladi.",
        (PublicReason::NothingFound, English) => "Document check only.",
        (PublicReason::NothingFound, Russian) => "Только проверка документов.",
        (PublicReason::NothingFound, Uzbek) => "Faqat hujjatlar tekshiriladi.",
        (PublicReason::TravellersWithheld, English) => {
            "The driver, or too many travellers, have no pre-decision; correct what is found about them and send the list again."
        }
        (PublicReason::TravellersWithheld, Russian) => {
            "По водителю или по слишком многим людям нет предварительного решения; исправьте найденное о них и пришлите список снова."
        }
        (PublicReason::TravellersWithheld, Uzbek) => {
            "Haydovchi yoki juda koʻp odam boʻyicha dastlabki qaror yoʻq; ular haqida topilganini tuzating va roʻyxatni qayta yuboring."
        }
        (PublicReason::RulesOnly, English) => {
            "Provisional: decided by rules alone; a later pre-decision may follow."
        }
        (PublicReason::RulesOnly, Russian) => {
            "Предварительно: решено только по правилам; возможно более позднее решение."
        }
        (PublicReason::RulesOnly, Uzbek) => {
            "Vaqtinchalik: faqat qoidalar boʻyicha qaror; keyinroq boshqa qaror chiqishi mumkin."
        }
        (PublicReason::Finding(code), English) => return format!("To correct: {}.", code.as_str()),
        (PublicReason::Finding(code), Russian) => return format!("Исправьте: {}.", code.as_str()),
        (PublicReason::Finding(code), Uzbek) => return format!("Tuzating: {}.", code.as_str()),
    };
    text.to_owned()
}
