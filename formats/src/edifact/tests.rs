//! What the wild does to an interchange, one test each. People and companies are invented.

use manifest::declared::Load;
use manifest::finding::FindingCode;

use crate::{Cause, Document, Format, Given, Intent, Limits, Unreadable, recognise};

use super::write::Writer;
use super::{Separators, Tokens};

fn given() -> Given<'static> {
    Given { reference: None, received_time: "2026-11-22T14:00:00Z".parse().unwrap() }
}

fn read(bytes: &[u8]) -> Result<Document, Unreadable> {
    crate::read(bytes, None, &given(), &Limits::default())
}

/// One message of `persons` travellers with its service segments in order.
fn message(reference: &str, persons: usize) -> String {
    let people: String = (1..=persons)
        .map(|n| format!("NAD+FL+++SYNTHETIC:ANNA{n}'DTM+329:19900101:102'NAT+2+UZB'DOC+P+AB{n:07}'"))
        .collect();
    let count = 7 + persons * 4;
    format!(
        "UNH+{reference}+PAXLST:D:05B:UN:IATA'BGM+745+R{reference}+9'TDT+20+HY601'LOC+125+IST'LOC+87+TAS'{people}CNT+42:{persons}'UNT+{count}+{reference}'"
    )
}

fn interchange(messages: &[String]) -> String {
    let body = messages.concat();
    format!("UNB+UNOA:4+SENDER+RECEIVER+261122:1000+REF1'{body}UNZ+{}+REF1'", messages.len())
}

fn plain() -> String {
    interchange(&[message("1", 2)])
}

/// Persons of each message that could be read.
fn persons(document: &Document) -> Vec<usize> {
    let count = |message: &crate::Message| match &message.content {
        Ok(declared) => match &declared.load {
            Some(Load::PassengerList(list)) => list.passengers.len(),
            _ => 0,
        },
        Err(_) => 999,
    };
    document.messages.iter().map(count).collect()
}

/// Codes of the notes about the document and its messages.
fn codes(document: &Document) -> Vec<FindingCode> {
    let own = document.notes.iter();
    let messages = document.messages.iter().filter_map(|message| message.content.as_ref().ok());
    own.chain(messages.flat_map(|declared| &declared.notes)).map(|note| note.code).collect()
}

fn family_name(document: &Document) -> String {
    let Ok(declared) = &document.messages[0].content else { panic!() };
    let Some(Load::PassengerList(list)) = &declared.load else { panic!() };
    list.passengers[0].name.clone().unwrap().family_name
}

/// Reads as two travellers with just these notes.
#[track_caller]
fn reads(bytes: &[u8], expected: &[FindingCode]) -> Document {
    assert_eq!(recognise(bytes), Some(Format::Paxlst));
    let document = read(bytes).unwrap();
    assert_eq!(persons(&document), [2]);
    assert_eq!(codes(&document), expected);
    document
}

use FindingCode as C;

#[test]
fn the_plain_form() {
    let document = reads(plain().as_bytes(), &[]);
    assert_eq!((document.envelope.sender.as_str(), document.envelope.reference.as_str()), ("SENDER", "REF1"));
    assert!(!document.envelope.test);
    let tests = |tail: &str| {
        read(plain().replace("REF1'UNH", &format!("REF1{tail}'UNH")).as_bytes()).unwrap().envelope.test
    };
    assert!(tests("++++++1") && !tests("++++++0") && !tests("++++1"));
    let message = &document.messages[0];
    assert_eq!((message.kind.as_str(), message.intent), ("PAXLST:D:05B:UN:IATA", Intent::Announce));
    assert_eq!(message.place.as_ref().unwrap().to_string(), "segment 2 (UNH)");
}

#[test]
fn any_una() {
    for (una, from, to) in [
        ("UNA:+.? '", "", ""),
        ("UNA:+,? '", "", ""),
        ("UNA:+.?*'\r\n", "", ""),
        ("UNA:-.? '", "+", "-"),
        ("UNA:+.? ~", "'", "~"),
        ("UNA:+.? \n", "'", "\n"),
        ("UNA\u{1f}\u{1d}.  \u{1c}", ":+'", "\u{1f}\u{1d}\u{1c}"),
        // A program that trims blanks leaves five characters.
        ("UNA:+.?'", "", ""),
    ] {
        let mut text = plain();
        for (from, to) in from.chars().zip(to.chars()) {
            text = text.replace(from, &to.to_string());
        }
        reads(format!("{una}{text}").as_bytes(), &[]);
    }
}

#[test]
fn no_una_but_unusual_terminators() {
    for terminator in ["\"", "~", "\n", "\r\n", "\u{1c}"] {
        let text = plain().replace('\'', terminator);
        let document = reads(text.as_bytes(), &[C::FormRepaired]);
        assert_eq!(document.envelope.reference, "REF1", "{terminator:?}");
    }
    reads(plain().replace('\'', "\"\r\n").as_bytes(), &[C::FormRepaired]);
    // UNA says one thing, the text does another.
    reads(format!("UNA:+.? '{}", plain().replace('\'', "\"")).as_bytes(), &[C::FormRepaired]);
}

#[test]
fn a_syntax_without_version() {
    reads(plain().replace("UNOA:4", "UNOA").as_bytes(), &[]);
    reads(plain().replace("UNOA:4", "IATA:1").as_bytes(), &[]);
}

#[test]
fn release_characters() {
    let text = plain().replacen("SYNTHETIC", "O??N?'E?+I?:L", 1);
    assert_eq!(family_name(&reads(text.as_bytes(), &[])), "O?N'E+I:L");
}

#[test]
fn repetitions_of_syntax_four() {
    let text = format!("UNA:+.?*'{}", plain().replacen("UZB'", "UZB*KAZ'", 1));
    let document = reads(text.as_bytes(), &[]);
    let Ok(declared) = &document.messages[0].content else { panic!() };
    let Some(Load::PassengerList(list)) = &declared.load else { panic!() };
    assert_eq!(list.passengers[0].nationality_code, "UZB");
    // Without a repetition character an asterisk is a letter as others are.
    let text = plain().replace("SENDER", "A*BE");
    assert_eq!(reads(text.as_bytes(), &[]).envelope.sender, "A*BE");
}

#[test]
fn character_sets() {
    let text = |repertoire: char, name: &str| {
        plain().replace("UNOA", &format!("UNO{repertoire}")).replacen("SYNTHETIC", name, 1)
    };
    for (repertoire, encoding, name) in [
        ('C', encoding_rs::WINDOWS_1252, "MÜLLER"),
        ('D', encoding_rs::ISO_8859_2, "ŁUKASZ"),
        ('E', encoding_rs::ISO_8859_5, "ЎРОЛОВ"),
        ('F', encoding_rs::ISO_8859_7, "ΩΜΕΓΑ"),
        ('G', encoding_rs::ISO_8859_3, "ĦAL"),
        ('H', encoding_rs::ISO_8859_4, "ŠĪ"),
        ('I', encoding_rs::ISO_8859_6, "كريم"),
        ('J', encoding_rs::ISO_8859_8, "שלום"),
        ('K', encoding_rs::WINDOWS_1254, "ŞİRİN"),
        ('W', encoding_rs::UTF_8, "ҚОДИРОВ"),
        ('Y', encoding_rs::UTF_8, "ҚОДИРОВ"),
        ('X', encoding_rs::ISO_2022_JP, "カリモフ"),
    ] {
        let text = text(repertoire, name);
        let bytes = encoding.encode(&text).0;
        assert_eq!(family_name(&reads(&bytes, &[])), name, "{repertoire}");
    }
    // Undeclared UTF-8, and the windows-1251 that the region writes under UNOA and UNOB.
    let undeclared = text('A', "ҚОДИРОВ");
    assert_eq!(family_name(&reads(undeclared.as_bytes(), &[C::CharacterSet])), "ҚОДИРОВ");
    let text = text('B', "КАРИМОВ");
    let bytes = encoding_rs::WINDOWS_1251.encode(&text).0;
    assert_eq!(family_name(&reads(&bytes, &[C::CharacterSet])), "КАРИМОВ");
    let bytes = plain().replacen("SYNTHETIC", "M\u{1}LLER", 1).replace('\u{1}', "\u{fc}");
    let bytes: Vec<u8> = bytes.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    assert_eq!(family_name(&reads(&bytes, &[C::CharacterSet])), "MüLLER");
}

#[test]
fn byte_order_marks_and_utf16() {
    let text = plain().replacen("SYNTHETIC", "ҚОДИРОВ", 1).replace("UNOA", "UNOY");
    let with_mark = format!("\u{feff}{text}");
    assert_eq!(family_name(&reads(with_mark.as_bytes(), &[])), "ҚОДИРОВ");
    for text in [&text, &with_mark] {
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(family_name(&reads(&little, &[])), "ҚОДИРОВ");
        assert_eq!(family_name(&reads(&big, &[])), "ҚОДИРОВ");
        // Half a character at the end.
        assert_eq!(family_name(&read(little.strip_suffix(b"\0").unwrap()).unwrap()), "ҚОДИРОВ");
    }
}

#[test]
fn type_b_and_email_wrappers() {
    let una = format!("UNA:+.? '{}", plain());
    for head in [
        "QU TASHYXS\r\n.ISTAPHY 221000\r\n",
        "\u{1}QU TASHYXS\r\n.ISTAPHY 221000\r\n\u{2}",
        "CICA  .DIRTADV 033118",
        "FROM: FUNANI UNASSIGNED UNB UNH\r\nTO: BGM DESK\r\n\r\n",
        " \r\n\t",
    ] {
        reads(format!("{head}{una}").as_bytes(), &[]);
        reads(format!("{head}{}", plain()).as_bytes(), &[]);
    }
    for (tail, expected) in [
        ("\r\n\u{3}", vec![]),
        ("\r\n\u{3}\r\n____\r\nConfidential; don't read: UNB", vec![C::TrailingText]),
        ("13Nov09", vec![C::TrailingText]),
    ] {
        reads(format!("{una}{tail}").as_bytes(), &expected);
    }
}

#[test]
fn a_quote_before_una() {
    reads(format!("'UNA:+.? '\n{}", plain()).as_bytes(), &[C::FormRepaired]);
}

#[test]
fn hard_wraps() {
    for width in [8, 32, 64, 69, 80] {
        for end in ["\r\n", "\n"] {
            let text = format!("UNA:+.? '{}", plain());
            let wrapped: Vec<&str> =
                text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
            reads(wrapped.join(end).as_bytes(), &[]);
            // Without UNA the first line must hold UNB's tag and syntax identifier.
            let text = plain();
            let wrapped: Vec<&str> = text
                .as_bytes()
                .chunks(width.max(16))
                .map(|line| std::str::from_utf8(line).unwrap())
                .collect();
            reads(wrapped.join(end).as_bytes(), &[]);
        }
    }
}

#[test]
fn free_text_in_lines_keeps_its_words_apart() {
    let lines = plain().replace('\'', "'\r\n");
    let text = lines.replacen("CNT+42", "FTX+BAG+++TAG 1\r\nTAG 2'CNT+42", 1).replace("UNT+15", "UNT+16");
    let unbroken = super::tokens::without_breaks(&text, Separators::default());
    assert!(unbroken.contains("TAG 1 TAG 2"));
    reads(text.as_bytes(), &[]);
}

#[test]
fn one_segment_a_line_and_blanks_before_tags() {
    reads(plain().replace('\'', "'\r\n").as_bytes(), &[]);
    reads(format!(" {}", plain().replace('\'', "'\n ")).as_bytes(), &[]);
    reads(plain().replace('\'', "' ").as_bytes(), &[]);
    reads(plain().replace('\'', "''").as_bytes(), &[]);
}

#[test]
fn a_header_whose_terminator_was_lost() {
    let text = plain().replace("REF1'UNH", "REF1\nUNH");
    reads(format!("UNA:+.? '\n{text}").as_bytes(), &[]);
}

#[test]
fn missing_envelopes() {
    let bare = message("1", 2);
    reads(bare.as_bytes(), &[C::EnvelopeIncomplete, C::EnvelopeIncomplete]);
    let unz = plain().replace("UNZ+1+REF1'", "");
    reads(unz.as_bytes(), &[C::EnvelopeIncomplete]);
    let unt = plain().replace("UNT+15+1'", "");
    reads(unt.as_bytes(), &[C::EnvelopeIncomplete]);
    let une = plain().replace("UNH", "UNG+PAXLST+A+B+261122:1000+G1+UN+D:05B'UNH");
    reads(une.as_bytes(), &[C::EnvelopeIncomplete]);
    let from = bare.find("BGM").unwrap();
    let to = bare.find("UNT").unwrap();
    reads(&bare.as_bytes()[from..to], &[C::EnvelopeIncomplete; 4]);
    let last = plain();
    reads(last.strip_suffix('\'').unwrap().as_bytes(), &[C::FormRepaired]);
}

#[test]
fn counts_and_references_that_disagree() {
    reads(plain().replace("UNT+15+1", "UNT+99+1").as_bytes(), &[C::CountMismatch]);
    reads(plain().replace("UNT+15+1", "UNT+15+2").as_bytes(), &[C::ReferenceDisagrees]);
    reads(plain().replace("UNT+15+1", "UNT").as_bytes(), &[C::CountMismatch, C::ReferenceDisagrees]);
    reads(plain().replace("UNZ+1+REF1", "UNZ+2+REF1").as_bytes(), &[C::CountMismatch]);
    reads(plain().replace("UNZ+1+REF1", "UNZ+1+REF2").as_bytes(), &[C::ReferenceDisagrees]);
    let grouped =
        plain().replace("UNH", "UNG+PAXLST+A+B+261122:1000+G1+UN+D:05B'UNH").replace("UNZ", "UNE+1+G1'UNZ");
    reads(grouped.as_bytes(), &[]);
    reads(grouped.replace("UNE+1+G1", "UNE+7+G2").as_bytes(), &[C::CountMismatch, C::ReferenceDisagrees]);
    // The control total is compared when the manifest is validated.
    let document = read(plain().replace("CNT+42:2", "CNT+42:47").as_bytes()).unwrap();
    let Ok(declared) = &document.messages[0].content else { panic!() };
    let Some(Load::PassengerList(list)) = &declared.load else { panic!() };
    assert_eq!(list.declared_passenger_count, Some(47.into()));
}

#[test]
fn several_messages_groups_and_interchanges() {
    let two = interchange(&[message("1", 1), message("2", 3)]);
    let document = read(two.as_bytes()).unwrap();
    assert_eq!((persons(&document), codes(&document)), (vec![1, 3], vec![]));
    let groups = format!(
        "UNB+UNOA:4+A+B+261122:1000+R'UNG+PAXLST+A+B+261122:1000+G1+UN+D:05B'{}UNE+1+G1'UNG+PAXLST+A+B+261122:1000+G2+UN+D:05B'{}UNE+1+G2'UNZ+2+R'",
        message("1", 1),
        message("2", 2)
    );
    let document = read(groups.as_bytes()).unwrap();
    assert_eq!((persons(&document), codes(&document)), (vec![1, 2], vec![]));
    // The second interchange has service characters of its own.
    let other = plain().replace('+', "-").replace("REF1", "REF2").replace("R1", "R9");
    let both = format!("{}\r\nUNA:-.? '\r\n{other}", plain());
    let document = read(both.as_bytes()).unwrap();
    assert_eq!((persons(&document), codes(&document)), (vec![2, 2], vec![]));
    let second = document.messages[1].place.as_ref().unwrap().to_string();
    assert_eq!(second, "segment 19 (UNH)");
    // Only the second one's lines are broken.
    let broken = both.replace("261122:1000-REF2", "261122:10\r\n00-REF2");
    let document = read(broken.as_bytes()).unwrap();
    assert_eq!((persons(&document), codes(&document)), (vec![2, 2], vec![]));
    // The first one never ended.
    let cut = format!("{}{}", plain().replace("UNZ+1+REF1'", ""), plain().replace("R1+9", "R2+9"));
    let document = read(cut.as_bytes()).unwrap();
    assert_eq!((persons(&document), codes(&document)), (vec![2, 2], vec![C::EnvelopeIncomplete]));
}

#[test]
fn references_of_messages() {
    let parts = |text: &str| -> Vec<(String, String)> {
        let document = read(text.as_bytes()).unwrap();
        let declared = document.messages.into_iter().map(|message| message.content.unwrap());
        declared.map(|declared| (declared.manifest_reference, declared.part)).collect()
    };
    let pair = |reference: &str, part: &str| (reference.to_owned(), part.to_owned());
    let two = interchange(&[message("1", 1), message("2", 1)]);
    assert_eq!(parts(&two), [pair("R1", ""), pair("R2", "")]);
    assert_eq!(parts(&two.replace("R2+9", "R1+9")), [pair("R1", ""), pair("R1", "")]);
    // Without a reference of its own a message takes UNH 0068, and crew are told from passengers.
    let common = two.replace("+R1+9", "").replace("745+R2+9", "250").replace(":IATA'", ":IATA+HY601/261122'");
    assert_eq!(parts(&common), [pair("HY601/261122", ""), pair("HY601/261122/CREW", "")]);
    let given = Given { reference: Some("MINE"), ..given() };
    let document = crate::read(common.as_bytes(), None, &given, &Limits::default()).unwrap();
    let parts: Vec<_> = document.messages.into_iter().map(|message| message.content.unwrap()).collect();
    assert_eq!((parts[0].manifest_reference.as_str(), parts[0].part.as_str()), ("MINE", ""));
    assert_eq!((parts[1].manifest_reference.as_str(), parts[1].part.as_str()), ("MINE", ""));
}

#[test]
fn the_total_of_a_list_in_parts_is_over_all_of_them() {
    let part = |number: usize, last: &str, total: usize| {
        let text = message(&number.to_string(), number)
            .replace(&format!("CNT+42:{number}"), &format!("CNT+42:{total}"));
        text.replace(&format!("+R{number}+9"), "")
            .replace(":IATA'", &format!(":IATA+HY601/261122+0{number}{last}'"))
    };
    let whole = interchange(&[part(1, ":C", 6), part(2, "", 6), part(3, ":F", 6)]);
    let document = read(whole.as_bytes()).unwrap();
    assert_eq!((persons(&document), codes(&document)), (vec![1, 2, 3], vec![]));
    let parts: Vec<_> =
        document.messages.iter().map(|message| message.content.as_ref().unwrap().part.clone()).collect();
    assert_eq!(parts, ["1", "2", "3"]);
    let short = interchange(&[part(1, ":C", 6), part(3, ":F", 6)]);
    assert_eq!(codes(&read(short.as_bytes()).unwrap()), [C::CountMismatch, C::CountMismatch]);
    // One part alone keeps its number, and the total of all of them.
    let alone = read(interchange(&[part(2, "", 6)]).as_bytes()).unwrap();
    let Ok(declared) = &alone.messages[0].content else { panic!() };
    assert_eq!(declared.part, "2");
}

#[test]
fn a_truncated_document_is_refused_with_its_position() {
    let two = interchange(&[message("1", 1), message("2", 3)]);
    let second = two.find("UNH+2").unwrap();
    for (end, bytes) in two.bytes().enumerate().map(|(at, _)| (at, &two.as_bytes()[..at])) {
        // Nothing is taken for whole that was cut inside of its second message.
        let Ok(document) = read(bytes) else { continue };
        let broken = document.messages.iter().filter(|message| message.content.is_err()).count();
        if end > second + 30 && end < two.find("UNT+19+2").unwrap() {
            assert_eq!((document.messages.len(), broken), (2, 1), "{end}");
            let unreadable = document.messages[1].content.as_ref().unwrap_err();
            assert!(matches!(unreadable.cause, Cause::Truncated(_)));
            assert!(unreadable.place.is_some());
        }
    }
    // Recognised or not, with the same place.
    let head = read(b"UNA:+.? 'UNB+UNOA:4+A+B+261122:1000+R'UNG+PAXLST+A").unwrap_err();
    assert_eq!(
        (head.cause, head.place.unwrap().to_string()),
        (Cause::Truncated("the first message"), "segment 2 (UNG)".to_owned())
    );
    let head =
        crate::read(b"UNB+UNOA:4+A+B+261122:1000+R'", Some(Format::Paxlst), &given(), &Limits::default());
    let head = head.unwrap_err();
    assert_eq!(
        (head.cause, head.place.unwrap().to_string()),
        (Cause::Truncated("the first message"), "segment 1 (UNB)".to_owned())
    );
}

#[test]
fn other_messages_are_refused_by_name() {
    for (kind, named) in [
        ("CUSDEC:D:99B:UN", "CUSDEC"),
        ("PNRGOV:11:1:IA", "PNRGOV"),
        ("PAXLST:001:000:NZ", "PAXLST:001:000:NZ"),
        ("CONTRL:4:1:UN", "CONTRL"),
    ] {
        let text = plain().replace("PAXLST:D:05B:UN:IATA", kind);
        let unreadable = read(text.as_bytes()).unwrap_err();
        assert_eq!(unreadable.cause, Cause::NotRead(named.to_owned()));
        assert_eq!(unreadable.place.unwrap().to_string(), "segment 2 (UNH), element 2, component 1");
    }
    // Beside one that is read, it is one message's trouble.
    let mixed = interchange(&[message("1", 2), message("2", 1).replace("PAXLST", "PNRGOV")]);
    assert_eq!(persons(&read(mixed.as_bytes()).unwrap()), [2, 999]);
    let named =
        crate::read(plain().as_bytes(), Some(Format::Cuscar), &given(), &Limits::default()).unwrap_err();
    assert_eq!(named.to_string(), "the messages are of type PAXLST, not CUSCAR");
    let empty = plain().replace("BGM+745+R1+9'", "");
    assert!(read(empty.as_bytes()).unwrap().messages[0].content.is_err());
}

#[test]
fn what_is_no_edifact_is_not_recognised() {
    for bytes in [
        &b""[..],
        b"UN",
        b"UNA",
        b"UNA:+.? '",
        b"UNAUNAUNAUNA",
        b"UNH+",
        b"BGM+",
        b"\xff\xfe",
        b"\xff\xfeU\0N\0A\0",
        b"<?xml version='1.0'?><a>UNB and BGM+7</a>",
        b"surname,given name\r\nBGM,UNH\r\n",
    ] {
        let format = recognise(bytes);
        assert!(!matches!(format, Some(Format::Paxlst | Format::Cuscar)), "{bytes:?}");
        assert!(crate::read(bytes, Some(Format::Paxlst), &given(), &Limits::default()).is_err());
    }
}

#[test]
fn limits_hold() {
    let many = interchange(&[message("1", 1), message("2", 1), message("3", 1)]);
    let refused =
        |limits: Limits| crate::read(many.as_bytes(), None, &given(), &limits).unwrap_err().to_string();
    assert_eq!(refused(Limits { max_messages: 2, ..Limits::default() }), "more than 2 messages");
    assert_eq!(refused(Limits { max_parts: 20, ..Limits::default() }), "more than 20 segments");
    assert_eq!(refused(Limits { max_document_bytes: 100, ..Limits::default() }), "more than 100 bytes");
    let long = plain().replacen("SYNTHETIC", &"Ў".repeat(2000), 1).replace("UNOA", "UNOW");
    let document = reads(long.as_bytes(), &[C::TextTooLong]);
    assert_eq!(family_name(&document).chars().count(), 1024);
}

#[test]
fn what_is_written_is_read_back() {
    for una in ["", "UNA:-.? ~", "UNA\u{1f}\u{1d},  \u{1c}"] {
        let separators =
            super::start::find(&format!("{una}{}", ""), 0).map_or_else(Separators::default, |s| s.separators);
        let separators = match una.as_bytes() {
            [_, _, _, component, element, decimal, release, _, terminator] => Separators {
                component: *component,
                element: *element,
                decimal: *decimal,
                release: if *release == b' ' { 0 } else { *release },
                repetition: 0,
                terminator: *terminator,
            },
            _ => separators,
        };
        let mut writer = Writer::new(separators);
        writer.segment("UNB", &[&["UNOW", "4"], &["A+B:C'D?E~-"], &["", "", "x", ""], &[""]]);
        writer.segment("UNH", &[&["1"], &["CONTRL", "4", "1", "UN"]]);
        writer.segment("UNZ", &[]);
        assert_eq!(writer.segments(), 3);
        let text = writer.finish();
        let start = super::start::find(&text, 0).unwrap();
        assert_eq!(start.separators, separators);
        let tokens = Tokens::cut(&text, start.at, start.separators, 10).unwrap().unwrap();
        let unb = tokens.segment(0).unwrap();
        if separators.release != 0 {
            assert_eq!(unb.get(2, 1), "A+B:C'D?E~-");
        }
        assert_eq!((unb.get(3, 3).as_ref(), unb.get(3, 4).as_ref(), unb.get(4, 1).as_ref()), ("x", "", ""));
        assert_eq!(tokens.len(), 3);
    }
}

proptest::proptest! {
    /// No bytes panic, and a document that was read has messages.
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        if let Ok(document) = read(&bytes) {
            proptest::prop_assert!(!document.messages.is_empty());
        }
    }

    /// Nor does any damage to a good document.
    #[test]
    fn any_damage_is_answered(at in 0_usize..400, with in "[\\x00-\\x7f]{0,6}", cut in 0_usize..9) {
        let mut text = plain();
        let at = at.min(text.len());
        let end = at.saturating_add(cut).min(text.len());
        text.replace_range(at..end, &with);
        if let Ok(document) = read(text.as_bytes()) {
            proptest::prop_assert!(!document.messages.is_empty());
        }
    }

    /// Any value survives the service characters.
    #[test]
    fn any_value_survives(value in "\\PC{1,40}") {
        let mut writer = Writer::new(Separators::default());
        writer.segment("UNB", &[&["UNOW", "4"], &["A"]]);
        writer.segment("UNH", &[&["1"], &["PAXLST"]]);
        writer.segment("FTX", &[&[value.as_str(), "z"]]);
        let text = writer.finish();
        let start = super::start::find(&text, 0).unwrap();
        let tokens = Tokens::cut(&text, start.at, start.separators, 10).unwrap().unwrap();
        let ftx = tokens.segment(2).unwrap();
        proptest::prop_assert_eq!(ftx.get(1, 1).into_owned(), value.trim());
        proptest::prop_assert_eq!(ftx.get(1, 2).into_owned(), "z");
    }
}
