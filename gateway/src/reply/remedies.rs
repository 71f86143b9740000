//! What to do about each refusal, in the three languages: the suggested fix that travels as `remedy`. In general and the same for
//! everybody; a reader's refusal has a remedy of its own, and `docs/reasons/` says more.

use super::Language;
use super::reason::Reason;

/// The languages with the names that a remedy has in `ErrorInfo`.
pub(super) const NAMES: [(Language, &str); 3] =
    [(Language::English, "remedy"), (Language::Russian, "remedy_ru"), (Language::Uzbek, "remedy_uz")];

impl Reason {
    /// What to do about it, in a language.
    #[must_use]
    pub const fn remedy(self, language: Language) -> &'static str {
        let (english, russian, uzbek) = words(self);
        match language {
            Language::English => english,
            Language::Russian => russian,
            Language::Uzbek => uzbek,
        }
    }
}

const fn words(reason: Reason) -> (&'static str, &'static str, &'static str) {
    match reason {
        Reason::NotRegistered => (
            "compare the URI in the certificate with the one agreed at registration",
            "сравните URI в сертификате с тем, что согласован при регистрации",
            "sertifikatdagi URI ni roʻyxatga olishda kelishilgani bilan solishtiring",
        ),
        Reason::VouchedByAnother => (
            "use the certificate that your own administration's authority issued",
            "используйте сертификат, выданный удостоверяющим центром вашей администрации",
            "oʻz idorangizning sertifikat markazi bergan sertifikatdan foydalaning",
        ),
        Reason::PartnerSuspended => (
            "keep what you meant to send and ask the gateway's operators: the same can be sent after the suspension",
            "сохраните то, что хотели отправить, и обратитесь к операторам шлюза: после приостановки можно отправить то же самое",
            "yubormoqchi boʻlganingizni saqlang va shlyuz operatorlariga murojaat qiling: toʻxtatish tugagach, oʻshani yuborish mumkin",
        ),
        Reason::CertificateRevoked => (
            "get a new certificate from your authority and connect anew with it",
            "получите новый сертификат в своём удостоверяющем центре и подключитесь с ним заново",
            "oʻz sertifikat markazingizdan yangi sertifikat oling va u bilan qayta ulaning",
        ),
        Reason::CertificateExpired => (
            "renew the certificate and connect anew",
            "обновите сертификат и подключитесь заново",
            "sertifikatni yangilang va qayta ulaning",
        ),
        Reason::RoleNotAllowed => (
            "use the credentials of the role that the call is for",
            "используйте учётные данные той роли, для которой предназначен вызов",
            "chaqiruv moʻljallangan rolning hisob maʼlumotlaridan foydalaning",
        ),
        Reason::LoadNotAllowed => (
            "send the manifest under the partner that is registered for this kind of load",
            "отправьте манифест от имени партнёра, который зарегистрирован для такого груза или пассажиров",
            "manifestni shu turdagi yuk yoki yoʻlovchilar uchun roʻyxatga olingan hamkor nomidan yuboring",
        ),
        Reason::BorderPostNotAllowed => (
            "check the border post of the journey; ask the gateway's operators to have a post added",
            "проверьте пограничный пост рейса; чтобы добавить пост, обратитесь к операторам шлюза",
            "reysning chegara postini tekshiring; post qoʻshish uchun shlyuz operatorlariga murojaat qiling",
        ),
        Reason::QuotaExceeded => (
            "wait as long as `retry_after` says, then send the same again",
            "подождите столько, сколько указано в `retry_after`, и отправьте то же самое ещё раз",
            "`retry_after` da aytilgancha kuting, soʻng oʻshani qayta yuboring",
        ),
        Reason::MessageUndecodable => (
            "correct the program that encodes the message, and whatever rewrites it on the way",
            "исправьте программу, которая кодирует сообщение, и всё, что меняет его по дороге",
            "xabarni kodlaydigan dasturni va uni yoʻlda oʻzgartiradigan hamma narsani tuzating",
        ),
        Reason::RequestInvalid => (
            "correct the named fields and send it again",
            "исправьте названные поля и отправьте снова",
            "koʻrsatilgan maydonlarni tuzating va qayta yuboring",
        ),
        Reason::DocumentNotRecognised => (
            "check that the right file was sent, whole and neither packed nor encrypted, or name its format",
            "проверьте, что отправлен нужный файл, целиком, не в архиве и не зашифрованный, либо назовите его формат",
            "kerakli fayl toʻliq, arxivlanmagan va shifrlanmagan holda yuborilganini tekshiring yoki formatini ayting",
        ),
        Reason::DocumentUnreadable => (
            "correct the document at the named place and send it again, whole",
            "исправьте документ в указанном месте и отправьте его снова целиком",
            "hujjatni koʻrsatilgan joyda tuzating va uni qayta, toʻliq yuboring",
        ),
        Reason::MessageTooLarge => (
            "send several manifests as several messages; upload a large document in chunks",
            "отправьте несколько манифестов отдельными сообщениями; большой документ загрузите частями",
            "bir nechta manifestni alohida xabarlar bilan yuboring; katta hujjatni qismlab yuklang",
        ),
        Reason::RevisionConflict => (
            "to change what was said, send it with the next `revision`; a different manifest needs a reference of its own",
            "чтобы изменить сказанное, отправьте со следующей `revision`; другому манифесту нужна своя ссылка",
            "aytilganni oʻzgartirish uchun keyingi `revision` bilan yuboring; boshqa manifestga oʻz raqami kerak",
        ),
        Reason::ManifestNotFound => (
            "check the manifest's name, as the receipt has it, and whose credentials are used",
            "проверьте имя манифеста, как оно указано в квитанции, и чьи учётные данные используются",
            "manifest nomini kvitansiyadagidek va kimning hisob maʼlumotlari ishlatilayotganini tekshiring",
        ),
        Reason::PreDecisionNotFound => (
            "list the manifest's pre-decisions: number 0 is the conveyance",
            "запросите список предварительных решений манифеста: номер 0 — транспортное средство",
            "manifestning dastlabki qarorlari roʻyxatini soʻrang: 0-raqam transport vositasi",
        ),
        Reason::OutcomeNotFound => (
            "list the manifest's outcomes: they name the reports there are",
            "запросите список результатов по манифесту: в нём названы имеющиеся отчёты",
            "manifest natijalari roʻyxatini soʻrang: unda mavjud hisobotlar koʻrsatilgan",
        ),
        Reason::OutcomeConflict => (
            "to change what was reported, send it with the same reference and the next `revision`",
            "чтобы изменить сообщённое, отправьте с той же ссылкой и следующей `revision`",
            "bildirilganni oʻzgartirish uchun oʻsha raqam va keyingi `revision` bilan yuboring",
        ),
        Reason::StateConflict => (
            "read the manifest's state first: what has moved on needs another step",
            "сначала запросите состояние манифеста: тому, что ушло дальше, нужен другой шаг",
            "avval manifest holatini soʻrang: oldinga oʻtib ketganiga boshqa qadam kerak",
        ),
        Reason::ResumeTokenInvalid => (
            "begin without a token and skip what was processed already, by its name",
            "начните без токена и пропустите по имени то, что уже обработано",
            "tokensiz boshlang va qayta ishlanganini nomi boʻyicha oʻtkazib yuboring",
        ),
        Reason::StoreUnavailable => (
            "send the same again after the time in `retry_after`: repeats are safe",
            "отправьте то же самое через время, указанное в `retry_after`: повторять безопасно",
            "`retry_after` dagi vaqtdan keyin oʻshani qayta yuboring: takrorlash xavfsiz",
        ),
        Reason::Overloaded => (
            "send the same again after the time in `retry_after`, with growing pauses",
            "отправьте то же самое через время, указанное в `retry_after`, увеличивая паузы",
            "`retry_after` dagi vaqtdan keyin, tanaffuslarni uzaytirib, oʻshani qayta yuboring",
        ),
        Reason::ShuttingDown => (
            "connect anew and send the same again after the time in `retry_after`",
            "подключитесь заново и отправьте то же самое через время, указанное в `retry_after`",
            "qayta ulaning va `retry_after` dagi vaqtdan keyin oʻshani yuboring",
        ),
        Reason::DeadlineExceeded => (
            "repeat the same call and give it some seconds: repeats are safe",
            "повторите тот же вызов и дайте ему несколько секунд: повторять безопасно",
            "oʻsha chaqiruvni takrorlang va unga bir necha soniya bering: takrorlash xavfsiz",
        ),
        Reason::Unimplemented => (
            "compare names of service and method with the contract; send without compression",
            "сравните имена сервиса и метода с контрактом; отправляйте без сжатия",
            "xizmat va usul nomlarini shartnoma bilan solishtiring; siqmasdan yuboring",
        ),
        Reason::Internal => (
            "send the same once more after a minute; when it fails again, call the operators and quote the fault id",
            "отправьте то же самое ещё раз через минуту; при повторной ошибке позвоните операторам и назовите fault id",
            "bir daqiqadan keyin oʻshani yana yuboring; yana xato boʻlsa, operatorlarga qoʻngʻiroq qilib, fault id ni ayting",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tonic_types::StatusExt as _;

    use super::super::Notice;
    use super::*;

    /// In a status and in a stream's refusal alike: nobody is refused without being told what to do, in any language.
    #[test]
    fn every_refusal_has_a_remedy_in_three_languages() {
        for reason in Reason::ALL {
            let status = Notice::new(*reason).into_status();
            let details = status.get_error_details();
            let in_status = &details.error_info().unwrap().metadata;
            let refusal = Notice::new(*reason).into_refusal();
            let mut told = BTreeSet::new();
            for (language, name) in NAMES {
                let words = reason.remedy(language);
                assert_eq!(in_status.get(name).map(String::as_str), Some(words), "{reason:?}");
                assert_eq!(refusal.metadata.get(name).map(String::as_str), Some(words), "{reason:?}");
                told.insert(words);
            }
            assert_eq!(told.len(), 3, "{told:?}");
            let is_cyrillic = |text: &str| text.chars().any(|c| ('а'..='я').contains(&c));
            assert!(is_cyrillic(reason.remedy(Language::Russian)), "{reason:?}");
            assert!(!is_cyrillic(reason.remedy(Language::Uzbek)), "{reason:?}");
        }
    }
}
