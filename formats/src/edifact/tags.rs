//! Which segments there are: a tag that is none of them was damaged on its way, and what it began is not known.

use manifest::declared::{FormNote, SegmentTag, SourcePlace};
use manifest::finding::{About, FieldPath, FindingCode, Severity};

use super::segment::Segment;

/// Tags of the directories of both messages, D.95B to D.18A, and of the messages beside them (CUSDEC, CUSREP, IFTMIN)
/// from which senders borrow segments. In order.
const TAGS: [&str; 70] = [
    "ADR", "AGR", "APR", "ATT", "AUT", "BGM", "CNI", "CNT", "COM", "CPI", "CST", "CTA", "CUX", "DGS", "DIM",
    "DMS", "DOC", "DTM", "EMP", "EQA", "EQD", "EQN", "ERC", "ERP", "FII", "FTX", "GDS", "GEI", "GID", "GIN",
    "GIR", "GIS", "GOR", "HAN", "ICD", "IDE", "IMD", "LOC", "MEA", "MOA", "NAD", "NAT", "PAC", "PCD", "PCI",
    "PDI", "PIA", "PNA", "PRI", "PTY", "QTY", "QVR", "RCS", "RFF", "RNG", "SEL", "SEQ", "SGP", "STS", "TAX",
    "TCC", "TDT", "TMD", "TMP", "TOD", "TPL", "TSR", "UNH", "UNS", "UNT",
];

/// Is there a segment of this tag?
pub(crate) fn is_known(tag: &str) -> bool {
    TAGS.binary_search(&tag).is_ok()
}

/// A segment that nobody knows: what stands behind it may be another's, so whom it would be put to is withheld.
pub(crate) fn unknown(segment: &Segment<'_>, about: About, path: impl Into<FieldPath>) -> FormNote {
    FormNote::new(FindingCode::ValueMalformed, Severity::Blocking)
        .at(about, path)
        .original(SegmentTag::new(segment.tag().as_bytes()).as_str())
        .parameter("form", "tag of a segment of the message")
        .place(segment.place())
}

/// A second, different word about what can only be said once: the segment that begins the next one is damaged or lost,
/// and these are two.
pub(crate) fn said_twice(
    segment: &Segment<'_>,
    place: SourcePlace,
    about: About,
    path: impl Into<FieldPath>,
    form: &'static str,
) -> FormNote {
    // Where the segment as a whole says it: its words, else its code or number.
    let whole = [(4, 1), (2, 1), (3, 1), (1, 2), (1, 1)];
    let of_it = match place {
        SourcePlace::Segment { element: element @ 1.., component, .. } => {
            (usize::try_from(element).unwrap_or_default(), usize::try_from(component).unwrap_or_default())
        }
        _ => whole.into_iter().find(|(e, c)| !segment.is_blank(*e, *c)).unwrap_or((1, 1)),
    };
    FormNote::new(FindingCode::ValueMalformed, Severity::Blocking)
        .at(about, path)
        .original(segment.get(of_it.0, of_it.1).into_owned())
        .parameter("form", form)
        .place(place)
}

#[cfg(test)]
mod tests {
    #[test]
    fn tags_are_in_order() {
        assert!(super::TAGS.is_sorted());
        assert!(super::is_known("GID") && !super::is_known("GIX") && !super::is_known("gid"));
    }
}
