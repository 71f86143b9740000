//! Findings in Uzbek, Latin script: what is the matter, what to do.

use crate::finding::FindingCode;

/// Text and remedy of a code, with `{parameter}` where its parameters go.
pub(crate) const fn words(code: FindingCode) -> (&'static str, &'static str) {
    use FindingCode as C;
    match code {
        C::RequiredFieldMissing => ("Majburiy {field} maydoni toʻldirilmagan.", "Maydonni toʻldiring."),
        C::CodeUnknown => ("Qiymat roʻyxatda yoʻq: {list}.", "Shu roʻyxatdagi koddan foydalaning."),
        C::ValueMalformed => {
            ("Qiymat talab qilingan shaklda emas: {form}.", "Qiymatni shunday yozing: {form}.")
        }
        C::TooManyElements => (
            "Roʻyxatda {found} ta element bor; {limit} tasi oʻqiladi, qolgani koʻrilmadi.",
            "Manifestni qismlarga boʻling.",
        ),
        C::TextTooLong => ("Matn {limit} belgidan uzun va qisqartirildi.", "Matnni qisqartiring."),
        C::FindingsCut => (
            "{limit} tadan koʻp kamchilik topildi; bu obyekt boʻyicha hammasi saqlanmadi.",
            "Sanab oʻtilganlarni tuzating va yangi tahrirni yuboring.",
        ),
        C::SumOverflows => {
            ("Qismlarni qoʻshib boʻlmaydi: sonlar juda katta.", "Qismlarning sonlarini tekshiring.")
        }
        C::NumberImplausible => ("Son manfiy, nolga teng yoki ishonarsiz.", "Sonni tekshiring."),
        C::GrossMassBelowSum => (
            "Eʼlon qilingan brutto massa {declared_mg} qismlar yigʻindisidan {sum_mg} kam.",
            "Umumiy massani yoki tovarlar massasini tuzating.",
        ),
        C::NetMassAboveGross => {
            ("Netto massa {net_mg} brutto massadan {gross_mg} katta.", "Netto yoki brutto massani tuzating.")
        }
        C::CountMismatch => {
            ("Eʼlon qilingani {declared}, sanab oʻtilgani {listed}.", "Sonni yoki roʻyxatni tuzating.")
        }
        C::ItemNumbersNotSequential => (
            "Tovarlar 1 dan boshlab ketma-ket raqamlanmagan; bu yerda {expected} raqami kutiladi.",
            "Tovarlarni 1, 2, 3 va hokazo raqamlang.",
        ),
        C::DescriptionVague => (
            "Tavsif tovar haqida hech narsa demaydi.",
            "Tovar nima ekanini, nimadan yoki nima uchunligini oddiy soʻzlar bilan yozing.",
        ),
        C::DangerousGoodsIncomplete => (
            "Xavfli yuk haqidagi maʼlumot toʻliq emas yoki notoʻgʻri: {field}.",
            "BMT raqami va sinfini xavfli yuk hujjatidagidek koʻrsating.",
        ),
        C::ContainerCheckDigitWrong => (
            "Konteyner raqamining nazorat raqami notoʻgʻri.",
            "Raqamni konteyner eshigidagi raqam bilan solishtiring.",
        ),
        C::MrnCheckDigitWrong => (
            "MRN raqamining nazorat raqami notoʻgʻri.",
            "Raqamni eksport yoki tranzit deklaratsiyasi bilan solishtiring.",
        ),
        C::TirCarnetMalformed => (
            "TIR kitobchasining raqami yoʻq yoki shakli notoʻgʻri.",
            "Raqamni kitobchadan koʻchiring: ikki harf va sakkiz yoki toʻqqiz raqam.",
        ),
        C::SealsDisagree => (
            "Plombalar eʼlon qilingan songa mos emas yoki plombaning raqami yoʻq.",
            "Har bir plombani raqami bilan koʻrsating.",
        ),
        C::PartyUnidentified => (
            "Ishtirokchining nomi ham, identifikatori ham koʻrsatilmagan.",
            "Roʻyxatdan oʻtish raqamini yoki roʻyxatdagi nomini koʻrsating.",
        ),
        C::MrzMalformed => (
            "Mashinada oʻqiladigan zonaning oʻlchami yoki belgilari notoʻgʻri.",
            "Zonani qayta oʻqing yoki yubormang.",
        ),
        C::MrzCheckDigitWrong => (
            "Mashinada oʻqiladigan zonadagi nazorat raqami notoʻgʻri: {field}.",
            "Zonani qayta oʻqing yoki yubormang.",
        ),
        C::MrzDisagrees => (
            "Mashinada oʻqiladigan zona va kiritilgan maydon farq qiladi: {field}.",
            "Maydonni tuzating yoki zonani qayta oʻqing.",
        ),
        C::DocumentExpired => (
            "Sayohat hujjatining muddati yetib kelish kuni {arrival_date} gacha tugaydi.",
            "Amaldagi hujjatni koʻrsating yoki amal qilish muddatini tuzating.",
        ),
        C::DocumentMissing => {
            ("Yoʻlovchining sayohat hujjati yoʻq.", "Chegarada koʻrsatiladigan hujjatni kiriting.")
        }
        C::DocumentRepeated => (
            "Xuddi shu sayohat hujjati boshqa yoʻlovchida ham bor: {other}.",
            "Har bir yoʻlovchiga oʻz hujjatini koʻrsating.",
        ),
        C::MinorAlone => (
            "{age} yoshdan kichik yoʻlovchi uchun roʻyxatda javobgar katta yoshli shaxs yoʻq.",
            "Hamrohning roʻyxatdagi raqamini koʻrsating.",
        ),
        C::DriverMissing => {
            ("Avtobus ekipaji roʻyxatida haydovchi yoʻq.", "Barcha haydovchilarni koʻrsating.")
        }
        C::BirthDateImplausible => (
            "Tugʻilgan sana yetib kelishdan keyin yoki ishonarsiz darajada uzoq oʻtmishda.",
            "Tugʻilgan sanani tuzating.",
        ),
        C::FiledLate => (
            "Manifest yetib kelishdan {minutes_before} daqiqa oldin berilgan; {deadline_minutes} daqiqa talab qilinadi.",
            "Keyingi safar ertaroq bering; bu manifest boʻyicha qaror baribir qabul qilinadi.",
        ),
        C::ArrivalTimeImplausible => (
            "Kutilgan yetib kelish vaqti oʻtmishda yoki juda uzoq kelajakda (chegara: {limit}).",
            "Chegara postiga yetib kelish vaqtini UTC farqi bilan tuzating.",
        ),
        C::ModeNotDecided => (
            "{mode} transport turi uchun dastlabki qaror qabul qilinmaydi.",
            "Hech narsa qilish shart emas: manifestni inspektor koʻrib chiqadi.",
        ),
        C::RegimeDisagrees => (
            "Rejim transport vositasi boʻsh deydi, lekin tovarlar sanab oʻtilgan.",
            "Rejimni yoki roʻyxatni tuzating.",
        ),
        C::ReferenceRepeated => {
            ("Manifestdagi boshqa partiyaning raqami ham shunday.", "Har bir partiyaga oʻz raqamini bering.")
        }
        C::TirCarnetExpired => (
            "TIR kitobchasining muddati yetib kelish kuni {arrival_date} gacha tugaydi.",
            "Kitobchaning oxirgi amal qilish kunini tekshiring.",
        ),
        C::ContainerNotListed => (
            "Tovar uchun konteynerlar roʻyxatida yoʻq konteyner koʻrsatilgan.",
            "Konteynerni roʻyxatga kiriting yoki raqamini tuzating.",
        ),
        C::BorderPostMode => (
            "Maʼlum boʻlishicha, {mode} transport turi {border_post} postidan oʻtmaydi.",
            "Chegara posti va transport turini tekshiring.",
        ),
        C::StopsDisagree => (
            "Bekatlar tartibda emas yoki {stop}-bekat ular orasida yoʻq.",
            "Bekatlarni yurish tartibida raqamlang va mavjudlarini koʻrsating.",
        ),
        C::CodeRetired => (
            "Kod {since}-yilda roʻyxatdan chiqarilgan, hozir amalda emas: {list}.",
            "Amaldagisini koʻrsating: {instead}.",
        ),
        C::ReferenceDisagrees => (
            "Bir xil boʻlishi kerak boʻlgan raqamlar farq qiladi: {field}.",
            "Ikkala joyda ham bir xil raqamni yozing.",
        ),
        C::TrailingText => (
            "Xabar oxiridan keyingi matn oʻqilmadi: {found} ta belgi.",
            "Ortiqcha matnsiz bitta toʻliq xabar yoki hujjat yuboring.",
        ),
        C::EnvelopeIncomplete => (
            "Xabar konvertining bir qismi yoʻq: {field}.",
            "Xabarni toʻliq konvert bilan yuboring; u baribir oʻqildi.",
        ),
        C::ElementNotRead => (
            "Manba hujjatning bir qismiga manifestda joy yoʻq, u oʻqilmadi: {field}.",
            "Bojxona uchun ahamiyatsiz boʻlsa, hech narsa qilish shart emas.",
        ),
        C::CharacterSet => (
            "Belgilar eʼlon qilingan belgilar toʻplamiga kirmaydi: {declared}.",
            "Ishlatilgan toʻplamni eʼlon qiling yoki eʼlon qilinganida yozing.",
        ),
        C::FormRepaired => {
            ("Shakl standartga mos emas edi va tuzatildi: {form}.", "Faylni yaratadigan dasturni tuzating.")
        }
        C::ListPartial => (
            "Xabarda faqat oʻzgarganlar koʻrsatilgan; qolganlari eʼlon qilinganidek qoladi.",
            "Avval roʻyxatni toʻliq eʼlon qiling yoki uni toʻliq yuboring (BGM vazifasi 9 yoki 5).",
        ),
        C::RowUnreadable => (
            "{row}-qatorni bir kishi sifatida oʻqib boʻlmadi; qolganlari oʻqildi.",
            "Qatorni tuzating, har qatorda bir kishi, va yangi tahrirni yuboring.",
        ),
        C::HeadingUnknown => (
            "{column}-ustun sarlavhasi nomaʼlum; ustun oʻqilmadi.",
            "Hujjatlardagi sarlavhadan foydalaning yoki ustun ahamiyatsiz boʻlsa, qoldiring.",
        ),
        C::DateAmbiguous => (
            "Sana yoki vaqtni turlicha oʻqish mumkin; {form} deb oʻqildi.",
            "Sanani yil, oy, kun tartibida yozing: 2026-11-22.",
        ),
        C::NameScriptsMixed => (
            "Ismda turli alifbolarning oʻxshash harflari aralashgan.",
            "Ismni sayohat hujjatidagidek bitta alifboda yozing.",
        ),
        C::NameNotTransliterated => (
            "Ismning lotin harflaridagi shakli yoʻq.",
            "Ismni sayohat hujjatining mashinada oʻqiladigan zonasidagidek yozing.",
        ),
    }
}
