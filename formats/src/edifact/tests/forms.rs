//! The forms in which an interchange arrives: its service characters, character sets, wrappers and line breaks.

use super::*;

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
    let unbroken = super::super::tokens::without_breaks(&text, Separators::default());
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
