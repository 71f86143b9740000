//! Whatever comes as a table or as a voyage is read or refused with a reason, within the limits; what was read can be
//! normalized, validated and looked up in the source.

use std::io::{Cursor, Write as _};

use formats::{Format, Given, read, recognise};
use manifest::declared::Load;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::common::{self, limits};

/// Text with separators.
pub(crate) fn csv(bytes: &[u8]) {
    check(bytes, Format::PassengerCsv);
}

/// A voyage manifest.
pub(crate) fn voyage(bytes: &[u8]) {
    check(bytes, Format::VoyageJson);
}

/// A workbook: as it is, or as its parts with a zero byte between them, so that a change is not lost in an archive's sums.
pub(crate) fn xlsx(bytes: &[u8]) {
    if bytes.starts_with(b"PK") {
        check(bytes, Format::PassengerXlsx);
    } else {
        check(&workbook(bytes), Format::PassengerXlsx);
    }
}

/// Sheet, shared texts, styles, the workbook's own part, a second sheet: what is not given is usual.
fn workbook(bytes: &[u8]) -> Vec<u8> {
    const BOOK: &[u8] =
        br#"<workbook><sheets><sheet name="A" r:id="1"/><sheet name="Crew" r:id="2"/></sheets></workbook>"#;
    const RELATIONS: &[u8] = br#"<Relationships><Relationship Id="1" Type="/worksheet" Target="a.xml"/><Relationship Id="2" Type="/worksheet" Target="b.xml"/></Relationships>"#;
    let mut given = bytes.split(|byte| *byte == 0);
    let mut part = |usual: &'static [u8]| {
        given.next().filter(|part| !part.is_empty()).map_or(usual, |part| part).to_vec()
    };
    let parts = [
        ("xl/a.xml", part(b"<worksheet/>")),
        ("xl/sharedStrings.xml", part(b"<sst/>")),
        ("xl/styles.xml", part(b"<styleSheet/>")),
        ("xl/workbook.xml", part(BOOK)),
        ("xl/b.xml", part(b"<worksheet/>")),
        ("xl/_rels/workbook.xml.rels", part(RELATIONS)),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in parts {
        if zip.start_file(name, stored).is_err() || zip.write_all(&bytes).is_err() {
            return Vec::new();
        }
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}

fn check(bytes: &[u8], format: Format) {
    let given = Given { reference: None, received_time: common::now() };
    // What is recognised as the format is read alike without its name.
    let recognised = recognise(bytes);
    let Ok(document) = read(bytes, Some(format), &given, &limits()) else { return };
    assert!(recognised.is_none_or(|other| other != format) || read(bytes, None, &given, &limits()).is_ok());
    assert!(!document.messages.is_empty() && document.messages.len() <= limits().max_messages);
    for message in document.messages {
        let Ok(mut declared) = message.content else { continue };
        let Some(Load::PassengerList(list)) = &declared.load else { panic!("a list") };
        assert!(list.passengers.len() + declared.crew_members.len() <= limits().max_persons + 20);
        if !list.passengers.is_empty() {
            let place = declared.source.place_of(&"passenger_list.passengers[0].name".into());
            assert!(place.is_some_and(|place| !place.to_string().is_empty()), "a person has a place");
        }
        common::understood(declared);
    }
}
