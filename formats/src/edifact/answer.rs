//! Answers to EDIFACT documents: CONTRL says which messages could be read, CUSRES says of each that could what came of
//! it. What stands where is in `docs/formats/edifact.md`.

use manifest::declared::SourcePlace;

use super::{Separators, write::Writer};
use crate::{Answer, AnswerFinding, AnswerHead, AnswerInKind, Envelope};

/// Longest free text of a CUSRES, characters (C108 4440).
const TEXT_LIMIT: usize = 512;

/// CONTRL always; CUSRES when a message could be read.
pub(crate) fn answers(envelope: &Envelope, messages: &[(AnswerHead, Answer)]) -> Vec<AnswerInKind> {
    let Some((_, first)) = messages.first() else { return Vec::new() };
    let mut answers = vec![control(envelope, messages, first)];
    let read: Vec<_> = messages.iter().filter(|(_, answer)| unread(answer).is_none()).collect();
    if !read.is_empty() {
        answers.push(response(envelope, &read, first));
    }
    answers
}

/// Why a message could not be read, by the finding that says so.
fn unread(answer: &Answer) -> Option<&AnswerFinding> {
    answer.findings.iter().find(|finding| {
        !answer.accepted && matches!(finding.code.as_str(), "TRUNCATED" | "NOT_READ" | "MALFORMED")
    })
}

/// Action codes of UCI and UCM (0083).
const REJECTED: &str = "4";
const ACKNOWLEDGED: &str = "7";
const RECEIVED: &str = "8";

fn control(envelope: &Envelope, messages: &[(AnswerHead, Answer)], first: &Answer) -> AnswerInKind {
    let refused = messages.iter().filter(|(_, answer)| unread(answer).is_some()).count();
    let action = match refused {
        0 => ACKNOWLEDGED,
        all if all == messages.len() => REJECTED,
        _ => RECEIVED,
    };
    let (sender, recipient) = (parts(&envelope.sender), parts(&envelope.recipient));
    interchange("CONTRL", envelope, first, false, 1, |writer, reference| {
        let begin = writer.segments();
        writer.segment("UNH", &[&[reference], &["CONTRL", "D", "3", "UN"]]);
        writer.segment("UCI", &[&[&envelope.reference], &sender, &recipient, &[action]]);
        for (head, answer) in messages {
            let kind: Vec<&str> = head.kind.split(':').collect();
            let refusal = unread(answer);
            let action = if refusal.is_some() { REJECTED } else { ACKNOWLEDGED };
            let code = refusal.map_or("", |finding| error_code(&finding.code));
            writer.segment("UCM", &[&[&head.transport_reference], &kind, &[action], &[code]]);
            if let Some(SourcePlace::Segment { number, element, component, .. }) =
                refusal.and_then(|finding| finding.place.as_ref())
            {
                writer.segment("UCS", &[&[&number.to_string()], &[code]]);
                if *element > 0 {
                    let (element, component) = (element.to_string(), component.to_string());
                    let at = [element.as_str(), if component == "0" { "" } else { component.as_str() }];
                    writer.segment("UCD", &[&[code], &at]);
                }
            }
        }
        trailer(writer, begin, reference);
    })
}

/// Syntax error codes (0085): something is missing, no agreement about the message, unspecified.
fn error_code(code: &str) -> &'static str {
    match code {
        "TRUNCATED" => "13",
        "NOT_READ" => "17",
        _ => "18",
    }
}

fn response(envelope: &Envelope, messages: &[&(AnswerHead, Answer)], first: &Answer) -> AnswerInKind {
    let plain = messages.iter().all(|(_, answer)| answer.findings.iter().all(|one| one.text.is_ascii()));
    let count = messages.len();
    interchange("CUSRES", envelope, first, !plain, count, |writer, _| {
        for (number, (head, answer)) in (1..).zip(messages) {
            let (begin, number) = (writer.segments(), number.to_string());
            writer.segment("UNH", &[&[&number], &["CUSRES", "D", "05B", "UN"]]);
            // 962: response to a list that was sent; 44 accepted without reserves, 27 not accepted.
            let function = if answer.accepted { "44" } else { "27" };
            writer.segment("BGM", &[&["962"], &[&answer.answer_reference], &[function]]);
            let time = answer.receive_time.strftime("%Y%m%d%H%M").to_string();
            writer.segment("DTM", &[&["9", &time, "203"]]);
            writer.segment("RFF", &[&["ACW", &head.reference]]);
            writer.segment("RFF", &[&["AGO", &head.transport_reference]]);
            for finding in &answer.findings {
                let item = match &finding.place {
                    Some(SourcePlace::Segment { number, .. }) => number.to_string(),
                    _ => String::new(),
                };
                writer.segment("ERP", &[&["2", &item]]);
                writer.segment("ERC", &[&[if finding.is_blocking { "1" } else { "2" }]]);
                let place = finding.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
                let text: String =
                    format!("{}{place}: {}", finding.code, finding.text).chars().take(TEXT_LIMIT).collect();
                writer.segment("FTX", &[&["AAO"], &[], &[], &[&text]]);
            }
            trailer(writer, begin, &number);
        }
    })
}

/// An interchange from us to whoever sent the document: sender and recipient have changed places.
fn interchange(
    kind: &str,
    envelope: &Envelope,
    first: &Answer,
    wide: bool,
    messages: usize,
    write: impl FnOnce(&mut Writer, &str),
) -> AnswerInKind {
    let mut writer = Writer::new(Separators::default());
    let reference = control_reference(kind, first);
    // Texts beyond ASCII need the character set of version 4, whose dates have the century.
    let (syntax, date): ([&str; 2], _) =
        if wide { (["UNOY", "4"], "%Y%m%d") } else { (["UNOC", "3"], "%y%m%d") };
    let date = first.receive_time.strftime(date).to_string();
    let time = first.receive_time.strftime("%H%M").to_string();
    writer.segment(
        "UNB",
        &[
            &syntax,
            &parts(&envelope.recipient),
            &parts(&envelope.sender),
            &[&date, &time],
            &[&reference],
            &[],
            &[],
            &[],
            &[],
            &[],
            &[if envelope.test { "1" } else { "" }],
        ],
    );
    write(&mut writer, "1");
    writer.segment("UNZ", &[&[&messages.to_string()], &[&reference]]);
    AnswerInKind { kind: kind.to_owned(), content: writer.finish().into_bytes() }
}

/// A reference that no other interchange of ours has, in no more than the fourteen characters of UNB 0020: the last letter of
/// the answer's kind, and the microsecond of its making to the base of 36.
fn control_reference(kind: &str, first: &Answer) -> String {
    let mut rest = u64::try_from(first.receive_time.as_microsecond()).unwrap_or_default();
    let mut digits = Vec::new();
    while rest > 0 {
        let digit = u32::try_from(rest % 36).ok().and_then(|digit| char::from_digit(digit, 36));
        digits.extend(digit.map(|digit| digit.to_ascii_uppercase()));
        rest /= 36;
    }
    kind.chars().next_back().into_iter().chain(digits.into_iter().rev()).collect()
}

fn trailer(writer: &mut Writer, begin: usize, reference: &str) {
    // UNT counts itself.
    let segments = writer.segments().saturating_sub(begin).saturating_add(1).to_string();
    writer.segment("UNT", &[&[&segments], &[reference]]);
}

/// A party of an envelope in its components.
fn parts(party: &str) -> Vec<&str> {
    party.split(':').collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::Intent;

    fn head(kind: &str, transport: &str, reference: &str) -> AnswerHead {
        AnswerHead {
            kind: kind.to_owned(),
            transport_reference: transport.to_owned(),
            intent: Intent::Announce,
            reference: reference.to_owned(),
            office_code: String::new(),
            party_identifier: String::new(),
            holder_identifier: String::new(),
        }
    }

    fn answer(accepted: bool, findings: Vec<AnswerFinding>) -> Answer {
        Answer {
            accepted,
            answer_reference: "01a20561dcbd7521a3c3781c16437a6e".to_owned(),
            mrn: String::new(),
            receive_time: "2026-11-22T12:34:56Z".parse::<Timestamp>().unwrap(),
            findings,
        }
    }

    fn finding(code: &str, place: (u32, u32, u32), text: &str) -> AnswerFinding {
        let (number, element, component) = place;
        AnswerFinding {
            code: code.to_owned(),
            is_blocking: true,
            place: Some(SourcePlace::Segment { number, tag: "DTM".into(), element, component }),
            path: String::new(),
            text: text.to_owned(),
        }
    }

    fn texts(messages: &[(AnswerHead, Answer)]) -> Vec<(String, String)> {
        let envelope = Envelope {
            sender: "COACH:ZZ".to_owned(),
            recipient: "NTAUZ".to_owned(),
            reference: "IC+7".to_owned(),
            test: true,
        };
        let made = answers(&envelope, messages);
        made.into_iter().map(|one| (one.kind, String::from_utf8(one.content).unwrap())).collect()
    }

    #[test]
    fn what_was_read_is_answered_by_both_and_what_was_not_by_its_place() {
        let messages = [
            (head("PAXLST:D:05B:UN:IATA", "M1", "LIST-1"), answer(true, vec![])),
            (
                head("PAXLST:D:05B:UN", "M2", ""),
                answer(false, vec![finding("TRUNCATED", (43, 1, 2), "it ends before UNT")]),
            ),
        ];
        let made = texts(&messages);
        assert_eq!(made[0].0, "CONTRL");
        assert_eq!(
            made[0].1,
            "UNB+UNOC:3+NTAUZ+COACH:ZZ+261122:1234+LHOECTCW3Y8++++++1'UNH+1+CONTRL:D:3:UN'\
             UCI+IC?+7+COACH:ZZ+NTAUZ+8'UCM+M1+PAXLST:D:05B:UN:IATA+7'UCM+M2+PAXLST:D:05B:UN+4+13'\
             UCS+43+13'UCD+13+1:2'UNT+7+1'UNZ+1+LHOECTCW3Y8'"
        );
        assert_eq!(made[1].0, "CUSRES");
        assert!(made[1].1.contains("BGM+962+01a20561dcbd7521a3c3781c16437a6e+44'DTM+9:202611221234:203'"));
        assert!(made[1].1.contains("RFF+ACW:LIST-1'RFF+AGO:M1'UNT+6+1'UNZ+1+"), "{}", made[1].1);
        assert!(!made[1].1.contains("M2"), "what was not read has no customs response");
    }

    #[test]
    fn findings_are_told_in_their_language_and_escaped() {
        let russian = finding("DOCUMENT_EXPIRED", (12, 0, 0), "Срок + действия' истёк");
        let made = texts(&[(head("PAXLST:D:05B:UN", "M1", "L"), answer(false, vec![russian]))]);
        let text = &made[1].1;
        assert!(text.starts_with("UNB+UNOY:4+NTAUZ+COACH:ZZ+20261122:1234+"), "{text}");
        assert!(text.contains("+27'"));
        assert!(text.contains(
            "ERP+2:12'ERC+1'FTX+AAO+++DOCUMENT_EXPIRED (segment 12 (DTM))?: Срок ?+ действия?' истёк'"
        ));
        let nothing_read = texts(&[(
            head("INVOIC:D:96A:UN", "M1", ""),
            answer(false, vec![finding("NOT_READ", (2, 0, 0), "no")]),
        )]);
        assert_eq!(nothing_read.len(), 1, "a CONTRL alone");
        assert!(nothing_read[0].1.contains("UCI+IC?+7+COACH:ZZ+NTAUZ+4'"));
        assert!(answers(&Envelope::default(), &[]).is_empty());
    }
}
