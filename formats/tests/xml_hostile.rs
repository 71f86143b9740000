//! XML that is cut, wrapped, in odd character sets, or meant to hurt.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use formats::{Cause, Document, Given, Intent, Limits, Unreadable, read};
use manifest::FindingCode;
use manifest::declared::SourcePlace;

const CC015C: &str = include_str!("messages/cc015c.xml");
const CC315A: &str = include_str!("messages/cc315a.xml");

fn try_read(bytes: &[u8]) -> Result<Document, Unreadable> {
    let given = Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse().unwrap() };
    read(bytes, None, &given, &Limits::default())
}

/// Why the only message, or the whole document, is not read.
fn refusal(bytes: &[u8]) -> Unreadable {
    match try_read(bytes) {
        Ok(mut document) => document.messages.remove(0).content.unwrap_err(),
        Err(refusal) => refusal,
    }
}

fn reference(bytes: &[u8]) -> String {
    try_read(bytes).unwrap().messages.remove(0).content.unwrap().manifest_reference
}

fn codes(document: &Document) -> Vec<FindingCode> {
    document.notes.iter().map(|note| note.code).collect()
}

#[test]
fn a_cut_message_is_never_whole() {
    for text in [CC015C, CC315A] {
        let bytes = text.trim_end().as_bytes();
        for end in 0..bytes.len() {
            let cut = bytes.get(..end).unwrap();
            match try_read(cut) {
                Ok(document) => {
                    assert!(document.messages.iter().all(|message| message.content.is_err()), "at {end}")
                }
                Err(refusal) => assert_ne!(refusal.cause, Cause::DocumentType),
            }
        }
    }
    let refused = refusal(CC015C.get(..CC015C.find("<HouseConsignment>").unwrap()).unwrap().as_bytes());
    assert!(matches!(refused.cause, Cause::Truncated(_)), "{refused:?}");
    assert_eq!(refused.place.unwrap().to_string(), "/CC015C/Consignment, line 56, column 5");
}

#[test]
fn definitions_and_entities_are_refused() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n\
        <CC015C><TransitOperation><LRN>&b;</LRN></TransitOperation></CC015C>";
    assert_eq!(refusal(bomb.as_bytes()).cause, Cause::DocumentType);
    assert_eq!(refusal(bomb.as_bytes()).place.unwrap().to_string(), "line 2, column 1");
    let external = "<!DOCTYPE CC015C SYSTEM \"file:///etc/passwd\"><CC015C/>";
    assert_eq!(refusal(external.as_bytes()).cause, Cause::DocumentType);
    let unclosed = "<!DOCTYPE CC015C [ <!ENTITY";
    assert_eq!(refusal(unclosed.as_bytes()).cause, Cause::DocumentType);
    for reference in ["&nbsp;", "&#xD800;", "&#0;", "&#x1F;", "&#xFFFF;", "&#99999999999;", "&#;", "&#x;"] {
        let text =
            format!("<CC015C><TransitOperation>\n<LRN>A{reference}B</LRN></TransitOperation></CC015C>");
        let refused = refusal(text.as_bytes());
        assert!(matches!(refused.cause, Cause::Malformed(_)), "{reference}: {refused:?}");
        assert_eq!(
            refused.place.unwrap().to_string(),
            "/CC015C/TransitOperation/LRN, line 2, column 7",
            "{reference}"
        );
    }
    let five = "<CC015C><TransitOperation><LRN>&lt;&gt;&amp;&apos;&quot;&#65;&#x42;</LRN></TransitOperation></CC015C>";
    assert_eq!(self::reference(five.as_bytes()), "<>&'\"AB");
}

#[test]
fn there_is_an_end_to_everything() {
    let deep = format!("<CC015C>{}", "<a>".repeat(100_000));
    assert!(matches!(refusal(deep.as_bytes()).cause, Cause::TooMany { limit: 64, .. }));
    let many = format!("<CC015C>{}</CC015C>", "<a/>".repeat(600_000));
    assert!(matches!(refusal(many.as_bytes()).cause, Cause::TooMany { what: "elements", .. }));
    let long =
        format!("<CC015C><TransitOperation><LRN>{}</LRN></TransitOperation></CC015C>", "x".repeat(100_000));
    assert_eq!(reference(long.as_bytes()).len(), 2048);
    let name = format!("<CC015C><{}/></CC015C>", "n".repeat(100_000));
    assert!(matches!(refusal(name.as_bytes()).cause, Cause::TooMany { .. }));
    let items = format!("<CC315A><HEAHEA/>{}</CC315A>", "<GOOITEGDS/>".repeat(2_001));
    assert!(matches!(refusal(items.as_bytes()).cause, Cause::TooMany { what: "goods items", .. }));
    let houses = format!("<CC015C><Consignment>{}</Consignment></CC015C>", "<HouseConsignment/>".repeat(501));
    assert!(matches!(refusal(houses.as_bytes()).cause, Cause::TooMany { what: "consignments", .. }));
    let messages = format!("<b>{}</b>", "<CC014C/>".repeat(1_001));
    assert!(matches!(refusal(messages.as_bytes()).cause, Cause::TooMany { what: "messages", .. }));
    let json = format!("{{\"CC015C\": {}", "[".repeat(100_000));
    assert!(try_read(json.as_bytes()).is_err() || refusal(json.as_bytes()).place.is_some());
}

#[test]
fn nothing_is_multiplied_by_something_else() {
    let many = |piece: &str, count: usize| piece.repeat(count);
    let documents =
        "<SupportingDocument><type>N380</type><referenceNumber>1</referenceNumber></SupportingDocument>";
    let items: String = (0..500)
        .map(|i| format!("<GOOITEGDS><TRACONCO2><NamCO27>{i}</NamCO27></TRACONCO2></GOOITEGDS>"))
        .collect();
    let houses = many("<HouseConsignment/>", 500);
    let trailer = "<DepartureTransportMeans><typeOfIdentification>31</typeOfIdentification>\
        <identificationNumber>T</identificationNumber></DepartureTransportMeans>";
    let whole = |content: &str| format!("<CC015C><Consignment>{content}</Consignment></CC015C>");
    let cases = [
        ("documents and houses", whole(&format!("{}{houses}", many(documents, 20_000)))),
        ("unknown elements and houses", whole(&format!("{}{houses}", many("<a/>", 300_000)))),
        ("trailers", whole(&many(trailer, 30_000))),
        (
            "names of a party",
            format!("<CC315A>{items}<PERLODSUMDEC>{}</PERLODSUMDEC></CC315A>", many("<x/>", 300_000)),
        ),
        ("names of an item's party", {
            let item = format!(
                "<GOOITEGDS><TRACONCO2>{}</TRACONCO2></GOOITEGDS>",
                many("<NamCO27>x</NamCO27>", 100_000)
            );
            format!("<CC315A><HEAHEA/>{item}</CC315A>")
        }),
    ];
    for (what, text) in cases {
        let started = std::time::Instant::now();
        assert!(try_read(text.as_bytes()).unwrap().messages[0].content.is_ok(), "{what}");
        let took = started.elapsed();
        println!("{what}: {took:?}");
        assert!(took.as_secs() < 10, "{what}: linear, even unoptimized: {took:?}");
    }
}

#[test]
fn characters_that_xml_does_not_have() {
    let nul = "<CC015C><TransitOperation><LRN>A\0B</LRN></TransitOperation></CC015C>";
    assert!(matches!(refusal(nul.as_bytes()).cause, Cause::Malformed(_)));
    let padded = format!("{CC315A}\0\0\0\u{1a}");
    let document = try_read(padded.as_bytes()).unwrap();
    assert_eq!(codes(&document), [FindingCode::TrailingText]);
    let signed = format!("{CC315A}\n-- \nsent from a gate</gate>");
    assert_eq!(codes(&try_read(signed.as_bytes()).unwrap()), [FindingCode::TrailingText]);
}

#[test]
fn character_sets() {
    let text = "<CC315A><HEAHEA><RefNumHEA4>Юк-1</RefNumHEA4></HEAHEA></CC315A>";
    assert_eq!(reference(text.as_bytes()), "Юк-1", "UTF-8 without a declaration");
    assert_eq!(reference(format!("\u{feff}{text}").as_bytes()), "Юк-1", "with a byte order mark");
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(reference(&little), "Юк-1");
    assert_eq!(reference(&big), "Юк-1");
    assert_eq!(reference(&[b"\xff\xfe".as_slice(), little.as_slice()].concat()), "Юк-1");
    assert_eq!(reference(&[b"\xfe\xff".as_slice(), big.as_slice()].concat()), "Юк-1");
    let declared = |label: &str| {
        let head = format!("<?xml version='1.0' encoding='{label}'?><CC315A><HEAHEA><RefNumHEA4>");
        [head.as_bytes(), b"\xde\xea-1", b"</RefNumHEA4></HEAHEA></CC315A>"].concat()
    };
    assert_eq!(reference(&declared("windows-1251")), "Юк-1");
    assert_eq!(reference(&declared("cp1251")), "Юк-1");
    assert_eq!(reference(&declared("ISO-8859-1")), "Þê-1");
    // A promise that is not kept is noted, and the message read as well as can be.
    for label in ["UTF-8", "UTF-16", "no-such-set"] {
        let document = try_read(&declared(label)).unwrap();
        assert_eq!(codes(&document), [FindingCode::CharacterSet], "{label}");
        assert_eq!(document.messages[0].content.as_ref().unwrap().manifest_reference, "Юк-1", "{label}");
    }
}

#[test]
fn wrappers() {
    let body = CC315A.split_once("?>").unwrap().1;
    for uri in ["http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"] {
        let soap = format!(
            "<s:Envelope xmlns:s=\"{uri}\"><s:Header><a/></s:Header><s:Body>{body}</s:Body></s:Envelope>"
        );
        let document = try_read(soap.as_bytes()).unwrap();
        assert!(document.notes.is_empty());
        let place = document.messages[0].place.as_ref().unwrap().to_string();
        assert_eq!(place, "/Envelope/Body/CC315A, line 3, column 1");
    }
    let batch = format!(
        "<batch>{body}<other/>{}<CC014C><TransitOperation><LRN>L</LRN>",
        body.replace("CC315A", "CC313A")
    );
    let document = try_read(batch.as_bytes()).unwrap();
    let kept: Vec<_> =
        document.messages.iter().map(|message| (message.intent, message.content.is_ok())).collect();
    assert_eq!(kept, [(Intent::Announce, true), (Intent::Amend, true), (Intent::Cancel, false)]);
    let open = format!("<batch>{body}");
    assert_eq!(codes(&try_read(open.as_bytes()).unwrap()), [FindingCode::EnvelopeIncomplete]);
    let two = format!("{body}\n{body}");
    assert_eq!(try_read(two.as_bytes()).unwrap().messages.len(), 2);
}

#[test]
fn what_is_not_one_of_ours_is_named() {
    let refused = refusal(b"<?xml version='1.0'?>\n<svg:svg xmlns:svg='x'/>");
    assert_eq!(refused.cause, Cause::NotRead("svg".to_owned()));
    assert_eq!(refused.place, Some(SourcePlace::Xml { xpath: "/svg".to_owned(), line: 2, column: 1 }));
    assert_eq!(refusal(b"<CC029C><x/></CC029C>").cause, Cause::NotRead("CC029C".to_owned()));
    assert_eq!(refusal(b"<CC351A/>").cause, Cause::NotRead("CC351A".to_owned()));
    assert!(matches!(refusal(b"hello").cause, Cause::NotRecognised { .. }));
    assert!(matches!(refusal(b"<CC015C><a></b></CC015C>").cause, Cause::Malformed(_)));
    let bare = "<CC315A><HEAHEA><RefNumHEA4>A & B</RefNumHEA4></HEAHEA></CC315A>";
    let document = try_read(bare.as_bytes()).unwrap();
    assert_eq!(codes(&document), [FindingCode::FormRepaired]);
    assert_eq!(document.messages[0].content.as_ref().unwrap().manifest_reference, "A & B");
}
