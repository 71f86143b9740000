//! Every code that a finding can have comes from some document: a new code does not compile here until a document is named
//! that has it, and a document that no longer has it fails. Codes that are about a load that no format of partners can
//! spell (an empty conveyance with goods, a carnet's last day) come from a document that is changed after it was read.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use formats::{Given, Limits, read};
use jiff::Timestamp;
use manifest::consignment::CustomsRegime;
use manifest::declared::{DeclaredDate, Load, TirCarnet};
use manifest::finding::{Finding, FindingCode as C};
use manifest::finding_reasons::{without_original, without_path};
use manifest::finding_text::{Language, text_of};
use manifest::findings::Findings;
use manifest::{CodeLists, Declared, RuleSettings, normalize, validate};

const COACH: &str = include_str!("../fixtures/edifact/coach.edi");
const LORRY: &str = include_str!("../fixtures/edifact/lorry.edi");
const CC015C: &str = include_str!("messages/cc015c.xml");
const TABLE: &str = include_str!("../../fixtures/passenger-lists/passengers-en.csv");

/// A document and what it meets.
struct Input {
    /// The document before it was changed.
    unedited: String,
    text: String,
    limits: Limits,
    findings_limit: usize,
    now: &'static str,
    change: fn(&mut Declared),
}

impl Input {
    /// A document with some of its words changed; each must stand in it.
    fn edited(text: &str, edits: &[(&str, &str)]) -> Self {
        let unedited = text.to_owned();
        let mut text = unedited.clone();
        for (from, to) in edits {
            assert!(text.contains(from), "{from} stands in the document");
            text = text.replace(from, to);
        }
        Self {
            unedited,
            text,
            limits: Limits::default(),
            findings_limit: RuleSettings::default().findings_limit,
            now: "2026-11-22T14:00:00Z",
            change: |_| {},
        }
    }

    /// The codes of what is noted about it.
    fn codes(&self) -> Vec<C> {
        let mut codes = Vec::new();
        self.each(|findings| codes.extend(findings.iter().map(|finding| finding.code)));
        codes
    }

    /// What is noted about each of its messages.
    fn each(&self, mut told: impl FnMut(&Findings)) {
        let now: Timestamp = self.now.parse().unwrap();
        let given = Given { reference: None, received_time: now };
        let document = read(self.text.as_bytes(), None, &given, &self.limits).unwrap();
        let settings = RuleSettings { findings_limit: self.findings_limit, ..RuleSettings::default() };
        let lists = CodeLists::built_in();
        for message in document.messages {
            let mut declared = message.content.unwrap();
            declared.notes.extend(document.notes.iter().cloned());
            (self.change)(&mut declared);
            let (manifest, mut findings) = normalize(declared, &lists, &settings);
            let _ = validate(manifest, now, &settings, &mut findings);
            told(&findings);
        }
    }
}

fn coach(from: &str, to: &str) -> Input {
    Input::edited(COACH, &[(from, to)])
}

fn lorry(from: &str, to: &str) -> Input {
    Input::edited(LORRY, &[(from, to)])
}

fn transit(from: &str, to: &str) -> Input {
    Input::edited(CC015C, &[(from, to)])
}

fn table(from: &str, to: &str) -> Input {
    Input::edited(TABLE, &[(from, to)])
}

/// A table whose third person has a readable zone.
fn zone(first: &str, second: &str) -> Input {
    Input::edited(
        TABLE,
        &[
            ("Alighting,Seat", "Alighting,Seat,MRZ 1,MRZ 2"),
            ("Dushanbe,Tashkent,1A", &format!("Dushanbe,Tashkent,1A,{first},{second}")),
        ],
    )
}

/// The second line of a zone of the third person, with its check digits.
fn second_line(birth: &str, check: char) -> String {
    let digit = |text: &str| {
        let value = |c: char| c.to_digit(36).unwrap_or(0);
        let sum: u32 =
            text.chars().zip([7, 3, 1].into_iter().cycle()).map(|(c, weight)| value(c) * weight).sum();
        char::from_digit(sum % 10, 10).unwrap()
    };
    let number = format!("AA0000003{}", digit("AA0000003"));
    let birth = format!("{birth}{}", if check == '?' { digit(birth) } else { check });
    let expiry = format!("320820{}", digit("320820"));
    let optional = "<".repeat(14);
    let whole = format!("{number}{birth}{expiry}{optional}<");
    format!("{number}UZB{birth}F{expiry}{optional}<{}", digit(&whole))
}

/// A document that has the code.
fn input(code: C) -> Input {
    let first_line = "P<UZBNAMUNAYEVA<<NIGORA<<<<<<<<<<<<<<<<<<<<<";
    match code {
        C::RequiredFieldMissing => coach("NAT+2+IRL'\n", ""),
        C::CodeUnknown => coach("NAT+2+IRL", "NAT+2+QQQ"),
        C::CodeRetired => coach("NAT+2+IRL", "NAT+2+SUN"),
        C::ValueMalformed => coach("DTM+329:19850404:102", "DTM+329:19851404:102"),
        C::TooManyElements => {
            let limits = Limits { max_persons: 2, ..Limits::default() };
            Input { limits, ..Input::edited(TABLE, &[]) }
        }
        C::TextTooLong => coach("SYNTHETIC:MARY", &format!("{}:MARY", "SYNTHETIC ".repeat(300))),
        C::FindingsCut => Input { findings_limit: 0, ..input(C::CodeUnknown) },
        C::SumOverflows => lorry("MEA+WT+AAB+KGM:8000.5", "MEA+WT+AAB+KGM:9223372036854"),
        C::NumberImplausible => lorry("MEA+WT+AAB+KGM:8000.5", "MEA+WT+AAB+KGM:-5"),
        C::GrossMassBelowSum => lorry("CNT+7:10000.5:KGM", "CNT+7:9.5:KGM"),
        C::NetMassAboveGross => lorry("AAC+KGM:7900", "AAC+KGM:9900"),
        C::CountMismatch => coach("CNT+42:2", "CNT+42:3"),
        C::ItemNumbersNotSequential => lorry("GID+2+20", "GID+7+20"),
        C::DescriptionVague => lorry("Hand saws of steel", "goods"),
        C::DangerousGoodsIncomplete => lorry("DGS+ADR+3+1993", "DGS+ADR+8+1993"),
        C::ContainerCheckDigitWrong => lorry("CSQU3054383", "CSQU3054384"),
        C::MrnCheckDigitWrong => {
            let good = LORRY.replace("26KZ0000000000001X", "24GB000246J8NY33L7");
            Input::edited(&good, &[("24GB000246J8NY33L7", "24GB000246J8NY33L8")])
        }
        C::TirCarnetMalformed => transit("XN25000050", "25"),
        C::TirCarnetExpired => Input {
            change: |declared| {
                let Some(Load::Cargo(cargo)) = &mut declared.load else { panic!("goods") };
                let expiry_date = Some(DeclaredDate::Civil { year: 2026, month: 11, day: 1 });
                cargo.tir_carnet = Some(TirCarnet { expiry_date, ..cargo.tir_carnet.take().unwrap() });
            },
            ..Input::edited(CC015C, &[])
        },
        C::SealsDisagree => transit("<numberOfSeals>2<", "<numberOfSeals>3<"),
        C::PartyUnidentified => lorry("NAD+CA+100000002++SYNTHETIC Trucks LLP", "NAD+CA+++"),
        C::MrzMalformed => zone("P<UZB", ""),
        C::MrzCheckDigitWrong => zone(first_line, &second_line("900425", 'X')),
        C::MrzDisagrees => zone(first_line, &second_line("910425", '?')),
        C::DocumentExpired => coach("DTM+36:20310404:102", "DTM+36:20200404:102"),
        C::DocumentMissing => coach("DOC+I+AA1234567'\nDTM+36:20310404:102'\nLOC+91+UZB'\n", ""),
        C::DocumentRepeated => {
            Input::edited(COACH, &[("X7654321", "AA1234567"), ("LOC+91+IRL", "LOC+91+UZB")])
        }
        C::MinorAlone => coach("19910505", "20150505"),
        C::DriverMissing => coach("NAD+FM", "NAD+FL"),
        C::BirthDateImplausible => coach("19910505", "18910505"),
        C::FiledLate => Input { now: "2026-11-23T12:00:00Z", ..Input::edited(COACH, &[]) },
        C::ArrivalTimeImplausible => Input { now: "2027-11-23T12:00:00Z", ..Input::edited(COACH, &[]) },
        C::ModeNotDecided => coach("SL-777+3+", "SL-777+1+"),
        C::RegimeDisagrees => Input {
            change: |declared| {
                let Some(Load::Cargo(cargo)) = &mut declared.load else { panic!("goods") };
                cargo.customs_regime = Some(CustomsRegime::Empty.into());
            },
            ..Input::edited(LORRY, &[])
        },
        C::ReferenceRepeated => lorry("CMR-0002", "CMR-0001"),
        C::ContainerNotListed => lorry("SGP+CSQU3054383", "SGP+MSKU6011672"),
        C::BorderPostMode => coach("UZ-GISHTKUPRIK", "UZ-KELES"),
        C::StopsDisagree => coach("LOC+178+KZCIT", "LOC+178+UZTAS"),
        C::ReferenceDisagrees => coach("UNZ+1+IC0001", "UNZ+1+IC0009"),
        C::TrailingText => coach("UNZ+1+IC0001'", "UNZ+1+IC0001'\nGreetings from the sender"),
        C::EnvelopeIncomplete => coach("UNZ+1+IC0001'", ""),
        C::ElementNotRead => coach("CNT+41:3'", "GEI+1'\nCNT+41:3'"),
        C::CharacterSet => coach("UNB+UNOW", "UNB+UNOA"),
        C::FormRepaired => coach("SYNTHETIC:GULNORA", "SYNTHETIC GULNORA"),
        C::ListPartial => coach("BGM+745+SL-777-20261123+9", "BGM+745+SL-777-20261123+2"),
        C::RowUnreadable => {
            table("4,passenger,Example,John,1985-07-04,M,", "4,passenger,Example,John,what,1985-07-04,M,")
        }
        C::HeadingUnknown => table("Alighting,Seat", "Alighting,Size of shoes"),
        C::DateAmbiguous => table("1990-04-25", "03/04/1990"),
        C::NameScriptsMixed => coach("SYNTHETIC:MARY", "SYNTHETIC:М\u{410}RY"),
        C::NameNotTransliterated => coach("O?'SYNTHETIC:MARY", "\u{2014}:MARY"),
    }
}

#[test]
fn every_code_comes_from_some_document() {
    let mut without = Vec::new();
    for code in C::ALL {
        let input = input(*code);
        let before = Input::edited(&input.unedited, &[]).codes();
        let after = input.codes();
        let count = |codes: &[C]| codes.iter().filter(|one| *one == code).count();
        // The change makes it: the same document without the change has it less often.
        if count(&after) <= count(&before) {
            without.push(format!("{}: before {before:?}, after {after:?}", code.as_str()));
        }
    }
    assert_eq!(without, Vec::<String>::new());
}

/// Everything that is noted about an input, as its sender is told.
fn findings(input: &Input) -> Vec<Finding> {
    let mut all = Vec::new();
    input.each(|findings| all.extend(findings.iter().cloned()));
    all
}

#[test]
fn every_finding_points_and_tells() {
    let mut wrong = Vec::new();
    for code in C::ALL {
        for finding in findings(&input(*code)) {
            let named = format!("{} for {}", finding.code.as_str(), code.as_str());
            if finding.path.as_str().is_empty() && without_path(finding.code).is_none() {
                wrong.push(format!("{named}: no path"));
            }
            if finding.original.is_none() && without_original(finding.code).is_none() {
                wrong.push(format!("{named}: no original value"));
            }
            if finding.place.is_none()
                && finding.code != C::FindingsCut
                && finding.code != C::EnvelopeIncomplete
                && finding.code != C::CharacterSet
            {
                wrong.push(format!("{named}: no place in the source"));
            }
            let told: Vec<_> = [Language::English, Language::Russian, Language::Uzbek]
                .map(|language| text_of(&finding, language))
                .into_iter()
                .flat_map(|told| [told.text, told.remedy])
                .collect();
            for (i, text) in told.iter().enumerate() {
                if text.is_empty() || text.contains(['…', '{']) {
                    wrong.push(format!("{named}: {text:?}"));
                }
                if told.iter().skip(i + 1).any(|other| other == text) {
                    wrong.push(format!("{named} says the same in two languages: {text}"));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert_eq!(wrong, Vec::<String>::new());
}
