//! What is cut, is something else, exceeds a limit or is damaged; and what is written, read back.

use super::*;

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
    assert_eq!(named.to_string(), "the messages are of another type than the one named: PAXLST");
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
        let separators = super::super::start::find(&format!("{una}{}", ""), 0)
            .map_or_else(Separators::default, |s| s.separators);
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
        let start = super::super::start::find(&text, 0).unwrap();
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
        let start = super::super::start::find(&text, 0).unwrap();
        let tokens = Tokens::cut(&text, start.at, start.separators, 10).unwrap().unwrap();
        let ftx = tokens.segment(2).unwrap();
        proptest::prop_assert_eq!(ftx.get(1, 1).into_owned(), value.trim());
        proptest::prop_assert_eq!(ftx.get(1, 2).into_owned(), "z");
    }
}
