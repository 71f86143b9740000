//! What stands under a message's reference, and how the message fits to it: as a repeat, as a revision, as a part, or as
//! changes that are put into what was announced.

use manifest::{
    State,
    declared::{Declared, FormNote},
    finding::{About, FindingCode, Severity},
    record,
};

use super::{
    Failure,
    document::Reading,
    partial,
    pipeline::{MOST_REVISIONS, Pipeline},
};
use crate::{
    authenticate::registry::Partner,
    decode::{
        self,
        document::{Format, Intent, Naming},
    },
    persist::{Persons, RevisionRow, Sealed},
    reply,
};

/// Parts of one list that are looked through.
const MOST_PARTS: usize = 16;

impl Pipeline {
    /// What stands under the message's reference. What changes, withdraws or reports an arrival under a number that
    /// nobody announced (an MRN given by another administration, where the LRN was announced) is looked for under
    /// the reference that its sender gave with the document.
    pub(super) async fn earlier(
        &self,
        partner: &Partner,
        reading: &Reading,
        declared: &mut Declared,
        intent: Intent,
    ) -> Result<Vec<RevisionRow>, Failure> {
        if reading.format == Format::ManifestJson || declared.manifest_reference.is_empty() {
            return Ok(Vec::new());
        }
        let store = &self.store;
        let own = store.revisions_of(&partner.id, &declared.manifest_reference, MOST_REVISIONS).await?;
        let given = reading.asked.reference.trim();
        let by_mrn = is_mrn(&declared.manifest_reference);
        // Whoever gives a reference beside the one message with an MRN says what that is about.
        let given_first = by_mrn && !reading.several && !given.is_empty();
        if intent == Intent::Announce || (!own.is_empty() && !given_first) {
            return Ok(own);
        }
        if given == declared.manifest_reference {
            return Ok(own);
        }
        let rows = match given {
            "" => Vec::new(),
            given => store.revisions_of(&partner.id, given, MOST_REVISIONS).await?,
        };
        if rows.is_empty() && (!own.is_empty() || intent != Intent::Amend) {
            return Ok(own); // of nothing there is nothing to record: the refusal says that nothing was found
        }
        // Recorded, it would be a second manifest beside the one that it amends.
        if rows.is_empty() && !reading.asked.dry_run && reading.names_mrn(declared) {
            return Err(UNDER_ANOTHER_REFERENCE);
        }
        let severity = if rows.is_empty() { Severity::Warning } else { Severity::Note };
        if !rows.is_empty() || by_mrn {
            let reference = "manifest_reference";
            let note =
                FormNote::new(FindingCode::ReferenceDisagrees, severity).at(About::Manifest, reference);
            let note = note.original(&declared.manifest_reference).parameter("field", "MRN, LRN");
            declared.notes.push(match declared.source.place_of(&reference.into()) {
                Some(place) => note.place(place),
                None => note,
            });
        }
        if !rows.is_empty() {
            given.clone_into(&mut declared.manifest_reference);
        }
        Ok(rows)
    }

    /// Gives part and revision to a message whose format knows none. True when the same words stand in the store already:
    /// then it goes under their key, whatever batch they came in.
    ///
    /// # Errors
    /// The store's faults.
    pub(super) async fn assign(
        &self,
        reading: &Reading,
        declared: &mut Declared,
        intent: Intent,
        shared: Option<u32>,
        rows: &[RevisionRow],
    ) -> Result<bool, Failure> {
        let (part, revision) = (declared.part.clone(), declared.revision);
        let same = rows.iter().find(|row| {
            if !(part.is_empty() || part == row.part)
                || !(revision == 0 || revision == i64::from(row.revision.number()))
            {
                return false;
            }
            row.part.clone_into(&mut declared.part);
            declared.revision = i64::from(row.revision.number());
            self.digests.content_of(|out| declared.canonical(out)) == row.content_digest
        });
        if let Some(same) = same {
            reading.settled(same.id);
            return Ok(true);
        }
        (declared.part, declared.revision) = (part, revision);
        if declared.part.is_empty() {
            declared.part = match shared {
                Some(place) => self.place(reading, declared, place, rows).await?,
                None if intent != Intent::Announce => the_one_part(rows),
                None => String::new(),
            };
        }
        let of_part = || rows.iter().filter(|row| row.part == declared.part);
        // What was a draft until now is announced, or drafted again, without a number for it.
        let last = of_part().max_by_key(|row| row.revision.number());
        let follows_draft = intent == Intent::Announce && last.is_some_and(|row| row.state == State::Draft);
        if declared.revision == 0 && (follows_draft || matches!(intent, Intent::Amend | Intent::Close)) {
            let newest = of_part().map(|row| row.revision.number());
            // What amends something unheard of leaves room for the first of its kind, which may be late.
            declared.revision = i64::from(newest.max().unwrap_or(0)) + 1;
        }
        Ok(false)
    }

    /// The part of a list that has no number: its place among those that came with it. Where another list of another
    /// batch has that place, it is the part that it says otherwise, and a conflict, if it names anybody of that; and the
    /// next free place if it does not.
    async fn place(
        &self,
        reading: &Reading,
        declared: &Declared,
        place: u32,
        rows: &[RevisionRow],
    ) -> Result<String, Failure> {
        let taken = |place: u32| rows.iter().any(|row| row.part == place.to_string());
        if !taken(place) {
            return Ok(place.to_string());
        }
        let mut seen: Vec<&str> = Vec::new();
        for row in rows.iter().filter(|row| !reading.has_settled(row.id)) {
            if seen.len() >= MOST_PARTS || seen.contains(&row.part.as_str()) {
                continue;
            }
            seen.push(&row.part);
            // Without its persons nobody can say whom it named.
            let said_again = match self.announced(row).await? {
                Some(announced) => partial::shares_load(&announced, declared),
                None => row.part == place.to_string(),
            };
            if said_again {
                return Ok(row.part.clone());
            }
        }
        let free = (1..=u32::MAX).find(|place| !taken(*place));
        Ok(free.unwrap_or(place).to_string())
    }

    /// A list that names only some, put into the announced list that it changes: of several parts, the one that knows the
    /// most of those named.
    pub(super) async fn completed(
        &self,
        mut declared: Declared,
        naming: Naming,
        closes: bool,
        rows: &[RevisionRow],
    ) -> Result<Declared, Failure> {
        let mut seen: Vec<&str> = Vec::new();
        let mut best: Option<(usize, usize, &str, Declared)> = None;
        // The highest revision of each part comes first; what was rejected never stood.
        let standing = rows.iter().filter(|row| row.state != State::Rejected);
        for row in standing.filter(|row| declared.part.is_empty() || declared.part == row.part) {
            if seen.len() >= MOST_PARTS || seen.contains(&row.part.as_str()) {
                continue;
            }
            seen.push(&row.part);
            if matches!(row.state, State::Cancelled | State::Expired) {
                continue;
            }
            let Some(announced) = self.announced(row).await? else { continue };
            let (known, listed) = partial::known(&announced, &declared);
            if best.as_ref().is_none_or(|(most, ..)| known > *most) {
                best = Some((known, listed, &row.part, announced));
            }
        }
        let Some((known, listed, part, announced)) = best else {
            partial::stands_alone(&mut declared, naming);
            return Ok(declared);
        };
        part.clone_into(&mut declared.part);
        // Everybody is named, or everybody who is left: it is the whole list again.
        if naming == Naming::Perhaps && (known == listed || partial::restates(&announced, &declared)) {
            return Ok(declared);
        }
        Ok(partial::merged(announced, declared, naming, closes))
    }

    /// What a recorded manifest declares, persons included; `None` where they were purged.
    async fn announced(&self, row: &RevisionRow) -> Result<Option<Declared>, Failure> {
        let Some(stored) = self.store.manifest(row.id, Persons::With).await? else { return Ok(None) };
        let Sealed::Open { persons: Some(persons), .. } = &stored.sealed else { return Ok(None) };
        let manifest = record::decode(&stored.record, Some(persons))?;
        Ok(Some(decode::declared(reply::manifest(&manifest, &reply::Life::default()))))
    }
}

const UNDER_ANOTHER_REFERENCE: Failure = Failure::Request {
    field: "document_reference",
    problem: "must give the reference under which the amended manifest was announced: nothing was announced under the \
              MRN that the message names",
};

/// The part that everything under a reference has, if it is one.
fn the_one_part(rows: &[RevisionRow]) -> String {
    match rows.split_first() {
        Some((first, rest)) if rest.iter().all(|row| row.part == first.part) => first.part.clone(),
        _ => String::new(),
    }
}

/// The form of a movement reference number: two digits of a year, a country, fourteen letters and digits.
pub(super) fn is_mrn(reference: &str) -> bool {
    let bytes = reference.as_bytes();
    bytes.len() == 18
        && bytes.iter().take(2).all(u8::is_ascii_digit)
        && bytes.iter().skip(2).take(2).all(u8::is_ascii_uppercase)
        && bytes.iter().skip(4).all(u8::is_ascii_alphanumeric)
}
