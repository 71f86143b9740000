//! The sentences, three of each. An officer never reads the name or the position of a feature.

use super::reasons::{Language, Reason, ReasonCode};
use crate::features::Fact;
use crate::history::CounterKind;

type Three = [&'static str; 3];

pub(super) fn sentence(reason: &Reason, language: Language) -> String {
    let pick = |three: Three| three[language as usize];
    let none_before = reason.parameters.get(1).is_some_and(|n| n == "0");
    // A clean record that is less so than others' raises the score; "0 of 60" beside an arrow upwards would be nonsense.
    let clean_and_raises =
        reason.parameters.first().is_some_and(|n| n == "0") && reason.contribution.is_some_and(|c| c > 0.0);
    match reason.code {
        ReasonCode::Earlier(kind) | ReasonCode::EarlierCritical(kind) if none_before => {
            fill(pick(UNKNOWN), &[pick(with(kind)).to_owned()])
        }
        ReasonCode::Earlier(kind) if clean_and_raises => {
            fill_earlier(pick(CLEAN), pick(with(kind)), &reason.parameters)
        }
        ReasonCode::EarlierCritical(kind) if clean_and_raises => {
            fill_earlier(pick(CLEAN_CRITICAL), pick(with(kind)), &reason.parameters)
        }
        ReasonCode::Earlier(kind) => fill_earlier(pick(EARLIER), pick(with(kind)), &reason.parameters),
        ReasonCode::EarlierCritical(kind) => {
            fill_earlier(pick(EARLIER_CRITICAL), pick(with(kind)), &reason.parameters)
        }
        ReasonCode::NotDeclared(kind) => fill(pick(NOT_DECLARED), &[pick(parts(kind)).to_owned()]),
        ReasonCode::NoPrecedent if reason.parameters.first().is_some_and(|p| p == super::NOT_DECLARED) => {
            pick(NO_PRECEDENT_TO_ASK).to_owned()
        }
        ReasonCode::WouldChange => {
            let (corridor, facts) = reason.parameters.split_first().map_or(("", &[][..]), |(c, f)| (c, f));
            let facts: Vec<&str> = facts.iter().map(|word| pick(fact(word))).collect();
            fill(pick(plain(ReasonCode::WouldChange)), &[corridor.to_owned(), facts.join(", ")])
        }
        code => fill(pick(plain(code)), &reason.parameters),
    }
}

/// A fact to check, as the middle of a sentence.
fn fact(word: &str) -> Three {
    match Fact::parse(word) {
        Some(Fact::Mass) => ["mass", "масса", "massa"],
        Some(Fact::Value) => ["value per kilogram", "стоимость килограмма", "bir kilogramm qiymati"],
        Some(Fact::Route) => {
            ["departure and origin", "отправление и происхождение", "joʻnatish va kelib chiqish"]
        }
        Some(Fact::Commodity) => ["HS code", "код ТН ВЭД", "TIF TN kodi"],
        None => ["declaration", "декларация", "deklaratsiya"],
    }
}

const EARLIER: Three = [
    "{0} of {1} earlier consignments with {2} were found irregular",
    "из {1} прежних партий с такими признаками ({2}) нарушения выявлены в {0}",
    "{2} boʻlgan oldingi {1} ta partiyadan {0} tasida qoidabuzarlik aniqlangan",
];
const EARLIER_CRITICAL: Three = [
    "{0} of {1} earlier consignments with {2} were found critically irregular",
    "из {1} прежних партий с такими признаками ({2}) тяжкие нарушения выявлены в {0}",
    "{2} boʻlgan oldingi {1} ta partiyadan {0} tasida ogʻir qoidabuzarlik aniqlangan",
];
const CLEAN: Three = [
    "none of {1} earlier consignments with {2} was found irregular, which reassures less than the usual record",
    "из {1} прежних партий с такими признаками ({2}) нарушений нет ни в одной, но это успокаивает меньше обычного",
    "{2} boʻlgan oldingi {1} ta partiyaning birortasida qoidabuzarlik aniqlanmagan, ammo bu odatdagidan kam ishontiradi",
];
const CLEAN_CRITICAL: Three = [
    "none of {1} earlier consignments with {2} was found critically irregular, which reassures less than the usual record",
    "из {1} прежних партий с такими признаками ({2}) тяжких нарушений нет ни в одной, но это успокаивает меньше обычного",
    "{2} boʻlgan oldingi {1} ta partiyaning birortasida ogʻir qoidabuzarlik aniqlanmagan, ammo bu odatdagidan kam \
     ishontiradi",
];
const UNKNOWN: Three = [
    "no earlier consignment with {0} is known",
    "прежних партий с такими признаками ({0}) нет",
    "{0} boʻlgan oldingi partiyalar yoʻq",
];

const NOT_DECLARED: Three = ["not declared: {0}", "не заявлено: {0}", "eʼlon qilinmagan: {0}"];
const NO_PRECEDENT_TO_ASK: Three = [
    "HS code, route or mass is not declared, so no precedent can be looked for: the score says little",
    "код ТН ВЭД, маршрут или масса не заявлены, прецедент искать не по чему: оценка мало о чём говорит",
    "TIF TN kodi, yoʻnalish yoki massa eʼlon qilinmagan, oʻxshashini qidirib boʻlmaydi: baho kam narsani bildiradi",
];

/// What a counter's key is made of, as a list of which something is missing.
fn parts(kind: CounterKind) -> Three {
    match kind {
        CounterKind::Base => ["goods", "товары", "tovarlar"],
        CounterKind::Signature => {
            ["HS code, route or mass", "код ТН ВЭД, маршрут или масса", "TIF TN kodi, yoʻnalish yoki massa"]
        }
        CounterKind::Hs6Mass | CounterKind::Hs6MassBand | CounterKind::Hs4MassBand => {
            ["HS code or mass", "код ТН ВЭД или масса", "TIF TN kodi yoki massa"]
        }
        CounterKind::Hs6Route | CounterKind::Hs4Route | CounterKind::Hs2Route => {
            ["HS code or route", "код ТН ВЭД или маршрут", "TIF TN kodi yoki yoʻnalish"]
        }
        CounterKind::Route => {
            ["departure or origin", "отправление или происхождение", "joʻnatish yoki kelib chiqish"]
        }
        CounterKind::Hs6Origin | CounterKind::Hs2Origin => {
            ["HS code or origin", "код ТН ВЭД или происхождение", "TIF TN kodi yoki kelib chiqish"]
        }
        CounterKind::Hs6UnitValue => [
            "HS code, mass, or value in a known currency",
            "код ТН ВЭД, масса или стоимость в известной валюте",
            "TIF TN kodi, massa yoki maʼlum valyutadagi qiymat",
        ],
        CounterKind::Hs6 | CounterKind::Hs4 | CounterKind::Hs2 => ["HS code", "код ТН ВЭД", "TIF TN kodi"],
        CounterKind::Mass => ["mass", "масса", "massa"],
        CounterKind::Origin => ["country of origin", "страна происхождения", "kelib chiqish mamlakati"],
        CounterKind::Importer => ["importer", "импортёр", "importyor"],
        CounterKind::Declarant => ["declarant", "декларант", "deklarant"],
        CounterKind::Exporter => ["exporter", "экспортёр", "eksportyor"],
        CounterKind::Office => ["border post", "пост", "post"],
    }
}

/// The key of a counter, after "with", in brackets, and before "boʻlgan".
fn with(kind: CounterKind) -> Three {
    match kind {
        CounterKind::Base => ["any goods", "любые товары", "har qanday tovari"],
        CounterKind::Signature => [
            "this HS code, route and mass",
            "тот же код ТН ВЭД, маршрут и масса",
            "TIF TN kodi, yoʻnalishi va massasi shunday",
        ],
        CounterKind::Hs6Mass => {
            ["this HS code and mass", "тот же код ТН ВЭД и масса", "TIF TN kodi va massasi shunday"]
        }
        CounterKind::Hs6MassBand => [
            "this HS code and about this mass",
            "тот же код ТН ВЭД и близкая масса",
            "TIF TN kodi shunday va massasi yaqin",
        ],
        CounterKind::Hs4MassBand => [
            "this HS heading and about this mass",
            "та же товарная позиция и близкая масса",
            "tovar pozitsiyasi shunday va massasi yaqin",
        ],
        CounterKind::Hs6Route => {
            ["this HS code and route", "тот же код ТН ВЭД и маршрут", "TIF TN kodi va yoʻnalishi shunday"]
        }
        CounterKind::Hs4Route => [
            "this HS heading and route",
            "та же товарная позиция и маршрут",
            "tovar pozitsiyasi va yoʻnalishi shunday",
        ],
        CounterKind::Hs6Origin => [
            "this HS code and origin",
            "тот же код ТН ВЭД и происхождение",
            "TIF TN kodi va kelib chiqishi shunday",
        ],
        CounterKind::Hs6UnitValue => [
            "this HS code and value per kilogram",
            "тот же код ТН ВЭД и стоимость килограмма",
            "TIF TN kodi va kilogramm qiymati shunday",
        ],
        CounterKind::Hs6 => ["this HS code", "тот же код ТН ВЭД", "TIF TN kodi shunday"],
        CounterKind::Hs4 => ["this HS heading", "та же товарная позиция", "tovar pozitsiyasi shunday"],
        CounterKind::Hs2 => ["this HS chapter", "та же товарная группа", "tovar guruhi shunday"],
        CounterKind::Mass => ["exactly this mass", "точно та же масса", "massasi aynan shunday"],
        CounterKind::Origin => ["this origin", "то же происхождение", "kelib chiqishi shunday"],
        CounterKind::Importer => ["this importer", "тот же импортёр", "importyori shu"],
        CounterKind::Declarant => ["this declarant", "тот же декларант", "deklaranti shu"],
        CounterKind::Exporter => ["this exporter", "тот же экспортёр", "eksportyori shu"],
        CounterKind::Route => ["this route", "тот же маршрут", "yoʻnalishi shunday"],
        CounterKind::Hs2Route => [
            "this HS chapter and route",
            "та же товарная группа и маршрут",
            "tovar guruhi va yoʻnalishi shunday",
        ],
        CounterKind::Hs2Origin => [
            "this HS chapter and origin",
            "та же товарная группа и происхождение",
            "tovar guruhi va kelib chiqishi shunday",
        ],
        CounterKind::Office => ["this border post", "тот же пост", "posti shu"],
    }
}

fn plain(code: ReasonCode) -> Three {
    match code {
        // These are handled by their own sentences; here only so that no code is forgotten.
        ReasonCode::Earlier(_) | ReasonCode::EarlierCritical(_) | ReasonCode::NotDeclared(_) => ["", "", ""],
        ReasonCode::Commodity => ["the kind of goods", "вид товара", "tovar turi"],
        ReasonCode::Mass => ["the mass, {0} kg", "масса {0} кг", "massasi {0} kg"],
        ReasonCode::Value => ["the declared value", "заявленная стоимость", "eʼlon qilingan qiymat"],
        ReasonCode::UnitValue => ["the value per kilogram", "стоимость килограмма", "bir kilogramm qiymati"],
        ReasonCode::UnitValueUnusual => [
            "the value per kilogram lies {0} standard deviations from what is usual for this HS code",
            "стоимость килограмма отличается от обычной для этого кода ТН ВЭД на {0} стандартных отклонений",
            "bir kilogramm qiymati shu TIF TN kodi uchun odatdagidan {0} standart chetlanishga farq qiladi",
        ],
        ReasonCode::MassUnusual => [
            "the mass lies {0} standard deviations from what is usual for this HS code",
            "масса отличается от обычной для этого кода ТН ВЭД на {0} стандартных отклонений",
            "massasi shu TIF TN kodi uchun odatdagidan {0} standart chetlanishga farq qiladi",
        ],
        ReasonCode::Transit => [
            "whether country of departure and of origin agree",
            "совпадение страны отправления и происхождения",
            "joʻnatish va kelib chiqish mamlakatining mosligi",
        ],
        ReasonCode::RoundMass => ["how round the mass is", "округлённость массы", "massaning yaxlitligi"],
        ReasonCode::NoPrecedent => [
            "no consignment with this HS code, route and mass was inspected before: the score says little",
            "партии с таким кодом ТН ВЭД, маршрутом и массой ещё не проверялись: оценка мало о чём говорит",
            "bunday TIF TN kodi, yoʻnalish va massali partiya hali tekshirilmagan: baho kam narsani bildiradi",
        ],
        ReasonCode::TrustedImporter => [
            "only {0} of {1} earlier consignments of the importer were irregular, so green is possible",
            "из {1} прежних партий импортёра нарушения были лишь в {0}, поэтому возможен зелёный коридор",
            "importyorning oldingi {1} ta partiyasidan faqat {0} tasida qoidabuzarlik boʻlgan, yashil yoʻlak mumkin",
        ],
        ReasonCode::ImporterRecord => [
            "{0} of {1} earlier consignments of the importer were irregular: at least {2}",
            "из {1} прежних партий импортёра нарушения были в {0}: не ниже {2}",
            "importyorning oldingi {1} ta partiyasidan {0} tasida qoidabuzarlik boʻlgan: kamida {2}",
        ],
        ReasonCode::FraudScore => [
            "probability of an irregularity {0}, {2} from {1}",
            "вероятность нарушения {0}, {2} начиная с {1}",
            "qoidabuzarlik ehtimoli {0}, {2} chegarasi {1}",
        ],
        ReasonCode::CriticalScore => [
            "probability of a critical irregularity {0}, {2} from {1}",
            "вероятность тяжкого нарушения {0}, {2} начиная с {1}",
            "ogʻir qoidabuzarlik ehtimoli {0}, {2} chegarasi {1}",
        ],
        ReasonCode::Finding => {
            ["finding {0}: at least {1}", "замечание {0}: не ниже {1}", "kamchilik {0}: kamida {1}"]
        }
        ReasonCode::FindingBlocks => [
            "finding {0} blocks: no pre-decision",
            "замечание {0} блокирует: предварительного решения нет",
            "kamchilik {0} toʻsib qoʻyadi: dastlabki qaror yoʻq",
        ],
        ReasonCode::EmptyConveyance => [
            "declared empty: at least {0}, that the compartments are looked into",
            "заявлено порожним: не ниже {0}, чтобы осмотреть отсеки",
            "boʻsh deb eʼlon qilingan: kamida {0}, boʻlmalari koʻrikdan oʻtkaziladi",
        ],
        ReasonCode::BudgetReaches => [
            "probability {0} is within the post's inspection budget, which reaches from {1}: {2}",
            "вероятность {0} входит в ресурс досмотра поста, он действует от {1}: {2}",
            "ehtimollik {0} postning koʻrik zaxirasiga kiradi, u {1} dan boshlanadi: {2}",
        ],
        ReasonCode::BudgetSpent => [
            "probability {0} is beyond the post's inspection budget (from {1}): {2}",
            "вероятность {0} не входит в ресурс досмотра поста (от {1}): {2}",
            "ehtimollik {0} postning koʻrik zaxirasidan tashqarida ({1} dan): {2}",
        ],
        ReasonCode::DrawnAtRandom => [
            "drawn for a random check",
            "выбрано для случайной проверки",
            "tasodifiy tekshiruv uchun tanlangan",
        ],
        ReasonCode::RulesOnly => [
            "decided by rules alone, as nothing was scored in time ({0}); it is judged again",
            "решено только по правилам, так как вовремя ничего не оценено ({0}); будет оценено снова",
            "faqat qoidalar boʻyicha qaror, chunki vaqtida baholanmadi ({0}); qayta baholanadi",
        ],
        ReasonCode::WouldChange => [
            "to check first: {1}; if typical, the score alone would ask for {0}",
            "проверить в первую очередь: {1}; при обычных данных сама по себе оценка требовала бы {0}",
            "avval tekshiring: {1}; odatdagidek boʻlsa, bahoning oʻzi {0} ni talab qilar edi",
        ],
        ReasonCode::TravellersSetAside => [
            "travellers set aside: {0} for full control, {1} without pre-decision",
            "отобраны лица: {0} на полный контроль, {1} без предварительного решения",
            "ajratilgan shaxslar: {0} tasi toʻliq nazoratga, {1} tasi dastlabki qarorsiz",
        ],
    }
}

fn fill_earlier(template: &str, key: &str, parameters: &[String]) -> String {
    fill(template, parameters).replace("{2}", key)
}

fn fill(template: &str, parameters: &[String]) -> String {
    let mut text = template.to_owned();
    for (place, parameter) in parameters.iter().enumerate() {
        text = text.replace(&format!("{{{place}}}"), parameter);
    }
    text
}
