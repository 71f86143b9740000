//! CUSCAR, customs cargo report: directories D.95B to D.18A and later, with the variants that customs administrations
//! and shipping lines write.
//!
//! A report has a header with the conveyance and its equipment, and consignments (CNI, each RFF of a transport document
//! with goods of its own) with goods items (GID). As with PAXLST, segments are read by tag and by what they stand
//! behind, so that the differences between directories and a forgotten group do not matter.

mod consignment;
mod header;
mod item;
mod mass;
mod transport;

#[cfg(test)]
mod tests;

use manifest::declared::{Cargo, Declared, FormNote, Load, PathKey};
use manifest::finding::{About, FindingCode, Severity};

use crate::edifact::{Content, Head, Keep, Segment, tags};
use crate::paxlst::People;
use crate::{Limits, Naming, Unreadable};
use consignment::Consignments;
use header::Header;

/// What the segments that follow belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Under {
    Header,
    /// NAD of the header.
    Party,
    Crew,
    CrewDocument,
    Transport,
    Equipment,
    Consignment,
    /// TDT of a consignment: its way before and after this conveyance.
    OtherTransport,
    Item,
}

/// Where the goods stand in the contract.
const CARGO: PathKey = PathKey::ROOT.field("cargo");

/// Reads one message.
pub(crate) fn message(
    segments: &[Segment<'_>],
    head: &Head<'_>,
    limits: &Limits,
) -> Result<Content, Unreadable> {
    let mut keep = Keep::new(limits);
    let mut header = Header::new(head.received);
    let mut crew = People::new(head.received);
    let mut goods = Consignments::default();
    let mut under = Under::Header;
    if let Some(first) = segments.first() {
        keep.source.mark(PathKey::ROOT, first.mark(0, 0));
    }
    // Totals behind all goods are those of the report, as other messages have them.
    let is_end = |segment: &Segment<'_>| matches!(segment.tag(), "CNT" | "AUT" | "UNS" | "UNT");
    let end = segments.iter().rposition(|segment| !is_end(segment)).unwrap_or_default();
    for (at, segment) in segments.iter().enumerate() {
        let tag = segment.tag();
        if tag == "DTM" {
            keep.date_form(segment);
        }
        let in_goods = matches!(under, Under::Consignment | Under::OtherTransport | Under::Item);
        match (tag, under) {
            ("UNH" | "UNT" | "UNS", _) => {}
            ("BGM", _) => header.bgm(segment, &mut keep),
            // What follows would be put to whatever stands before it.
            (unknown, _) if !tags::is_known(unknown) => {
                let (about, path) = if in_goods { goods.last() } else { (About::Conveyance, "cargo".into()) };
                keep.notes.push(tags::unknown(segment, about, path));
                keep.not_read(segment, "");
            }
            ("CNI", _) => {
                under = Under::Consignment;
                goods.begin(segment, &mut keep)?;
            }
            ("GID", _) => {
                under = Under::Item;
                goods.item(segment, &mut keep)?;
            }
            ("RFF", _) if in_goods && goods.reference_begins_another(segment) => {
                under = Under::Consignment;
                goods.begin_house(&mut keep, segment)?;
                goods.rff(segment, &mut keep);
            }
            ("CNT", Under::Item) if at > end && header.lacks_total(segment) => header.cnt(segment, &mut keep),
            ("TDT", _) if in_goods => {
                under = Under::OtherTransport;
                keep.not_read(segment, &segment.get(1, 1));
            }
            // A customs number behind the transport is the goods' own.
            ("RFF", Under::OtherTransport) if matches!(segment.get(1, 1).as_ref(), "ABT" | "AAE" | "MRN") => {
                goods.rff(segment, &mut keep);
            }
            (_, Under::OtherTransport) if matches!(tag, "LOC" | "DTM" | "RFF" | "TSR" | "MEA") => {
                keep.not_read(segment, &segment.get(1, 1));
            }
            ("NAD" | "EQD" | "FTX" | "QTY" | "CNT" | "GIS" | "DOC", Under::OtherTransport)
                if segment.get(1, 1) != "FM" =>
            {
                under = Under::Consignment;
                goods.detail(segment, head, &mut keep);
            }
            // A driver behind the goods is no party of theirs.
            ("NAD", _)
                if in_goods && segment.get(1, 1) == "FM" && crew.begin(segment, true, &mut keep)? =>
            {
                under = Under::Crew;
            }
            (_, Under::Consignment | Under::OtherTransport | Under::Item) if tag != "EQD" => {
                goods.detail(segment, head, &mut keep);
            }
            ("TDT", _) => {
                under = Under::Transport;
                header.tdt(segment);
            }
            ("EQD", _) => {
                under = if in_goods { Under::Consignment } else { Under::Equipment };
                header.eqd(segment, &mut keep);
            }
            ("NAD", Under::Equipment) => keep.not_read(segment, &segment.get(1, 1)),
            ("NAD", _) if crew.begin(segment, true, &mut keep)? => under = Under::Crew,
            ("NAD", _) => {
                under = Under::Party;
                header.party(segment, &mut keep);
            }
            ("CNT", _) => header.cnt(segment, &mut keep),
            ("DOC", Under::Crew | Under::CrewDocument) => {
                under = Under::CrewDocument;
                crew.doc(segment, &mut keep);
            }
            ("DTM" | "LOC", Under::CrewDocument) => crew.document_detail(segment, &mut keep),
            ("ATT" | "NAT" | "DTM" | "EMP" | "RFF", Under::Crew | Under::CrewDocument) => {
                crew.detail(segment, &mut keep)
            }
            ("SEL" | "RFF" | "MEA" | "LOC" | "DIM" | "TSR", Under::Equipment) => {
                header.equipment(segment, &mut keep)
            }
            ("LOC", _) => header.loc(segment, under == Under::Transport, &mut keep),
            ("DTM", _) => header.dtm(segment, head, &mut keep),
            ("RFF", _) => header.rff(segment, &mut keep),
            ("GIS", _) => header.gis(segment, &mut keep),
            _ => keep.not_read(segment, &segment.get(1, 1)),
        }
    }
    Ok(declare(header, crew, goods, head, keep))
}

/// Puts the parts together.
fn declare(
    header: Header<'_>,
    crew: People,
    goods: Consignments,
    head: &Head<'_>,
    mut keep: Keep<'_>,
) -> Content {
    let intent = header.intent();
    let (conveyance, journey, transport_carrier) = header.transport(&mut keep);
    let (_, crew_members) = crew.declare(&conveyance.mode_code, None, &journey.stops, &mut keep);
    let consignments = goods.finish(&mut keep);
    let naming = header.naming(consignments.len());
    if !matches!(naming, Naming::Everything | Naming::Perhaps) {
        // Goods that are taken off a list are told from those that stay by an officer, not by us.
        let severity = if naming == Naming::Leaving { Severity::Blocking } else { Severity::Note };
        let note = FormNote::new(FindingCode::ListPartial, severity);
        keep.notes.extend(header.purpose.clone().map(|place| note.place(place)));
    }
    let cargo = Cargo {
        consignments,
        total_gross_mass: header.total_mass.clone(),
        total_package_count: header.total_packages.clone(),
        declared_consignment_count: header.total_consignments.clone(),
        customs_regime: header.regime.clone(),
        tir_carnet: header.tir_carnet.clone(),
        containers: header.containers,
        seals: header.seals,
        declared_seal_count: None,
        departure_office_code: String::new(),
        destination_office_code: String::new(),
    };
    let reference = [header.own_reference.as_str(), &header.manifest_number, head.given.unwrap_or_default()];
    let offered = [head.common_reference.as_str(), &head.transport_reference];
    let reference =
        reference.into_iter().chain(offered).find(|text| !text.trim().is_empty()).unwrap_or_default();
    let declared = Declared {
        manifest_reference: reference.to_owned(),
        part: String::new(),
        revision: header.revision,
        conveyance: Some(conveyance),
        journey: Some(journey),
        load: Some(Load::Cargo(cargo)),
        crew_members,
        closed: false,
        draft: false,
        test: head.test,
        issue_time: header.issue_time,
        carrier: header.carrier.or(transport_carrier),
        source: keep.source,
        notes: keep.notes,
    };
    Content {
        intent,
        naming,
        half: None,
        declared,
        document_code: header.document_code,
        declared_count: None,
        counts_crew: false,
        declared_crew: None,
    }
}
