//! What stands under a message's reference, and how the message fits to it: as a repeat, as a revision, as a part, or as
//! changes that are put into what was announced.

use manifest::{
    State,
    declared::{Declared, FormNote, Load},
    finding::{About, FindingCode, Severity},
    record,
};

use super::{
    Failure,
    document::{Meant, Place, Reading},
    halves, links, partial,
    pipeline::{MOST_REVISIONS, Pipeline},
    traces::Earlier,
};
use crate::{
    authenticate::registry::Partner,
    decode::{
        self,
        document::{Format, Half, Intent, Naming},
    },
    persist::{Persons, RevisionRow, Sealed},
    reply,
};

/// Parts of one list that are looked through.
pub(super) const MOST_PARTS: usize = 16;

impl Pipeline {
    /// What stands under the message's reference, or under the name by which it is known here. What changes, withdraws or
    /// reports an arrival under a number that nobody announced (an MRN given by another administration, where the LRN was
    /// announced) is looked for under the reference that its sender gave with the document, now or before; a list of a
    /// journey, under that of the journey's other list.
    pub(super) async fn earlier(
        &self,
        partner: &Partner,
        reading: &Reading,
        declared: &mut Declared,
        meant: Meant,
    ) -> Result<Vec<RevisionRow>, Failure> {
        let intent = meant.intent;
        if reading.format == Format::ManifestJson || declared.manifest_reference.is_empty() {
            return Ok(Vec::new());
        }
        let own = self.under(partner, &declared.manifest_reference).await?;
        if let (true, Some(half)) = (own.is_empty(), meant.half)
            && let Some(rows) = self.of_the_journey(partner, declared, intent, half).await?
        {
            return Ok(rows);
        }
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
        let mut target = given.to_owned();
        let mut rows = if given.is_empty() { Vec::new() } else { self.under(partner, given).await? };
        let is_told = !rows.is_empty() && by_mrn && !reading.asked.dry_run;
        if is_told {
            let link = links::to(links::mrn(&declared.manifest_reference), given);
            self.store.link(&partner.id, vec![link], reading.now).await?;
        } else if rows.is_empty()
            && own.is_empty()
            && by_mrn
            && let Some(linked) = self.linked(partner, &links::mrn(&declared.manifest_reference)).await?
        {
            rows = self.under(partner, &linked).await?;
            target = linked;
        }
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
            declared.manifest_reference = target;
        }
        Ok(rows)
    }

    async fn under(&self, partner: &Partner, reference: &str) -> Result<Vec<RevisionRow>, Failure> {
        Ok(self.store.revisions_of(&partner.id, reference, MOST_REVISIONS).await?)
    }

    /// What stands under the reference of a journey whose list this is: the list was known by its own reference before, or
    /// another list of the same journey was. What stands counts before what was withdrawn.
    async fn of_the_journey(
        &self,
        partner: &Partner,
        declared: &mut Declared,
        intent: Intent,
        half: Half,
    ) -> Result<Option<Vec<RevisionRow>>, Failure> {
        let own = links::list(half, &declared.manifest_reference);
        let named = self.store.links_of(&partner.id, &own, links::MOST_LINKS).await?;
        let mut found = None;
        for reference in named.into_iter().map(|link| link.manifest_reference) {
            let rows = self.under(partner, &reference).await?;
            let stands = rows.iter().any(|row| row.state.is_in_force());
            if stands || found.is_none() && !rows.is_empty() {
                found = Some((reference, rows));
            }
            if stands {
                break;
            }
        }
        let stands = found.as_ref().is_some_and(|(_, rows)| rows.iter().any(|row| row.state.is_in_force()));
        if !stands && intent != Intent::Cancel {
            for reference in self.of_the_trip(partner, declared).await? {
                let rows = self.under(partner, &reference).await?;
                let Some(row) = rows.iter().find(|row| row.state.is_in_force()) else { continue };
                let Some(announced) = self.announced(row).await? else { continue };
                // What changes a list of passengers is about one that is there.
                let changes = intent != Intent::Announce;
                let lacks = half == Half::Crew || changes || !halves::has_passengers(&announced);
                if lacks && halves::same_trip(&announced, declared) {
                    found = Some((reference, rows));
                    break;
                }
            }
        }
        let Some((reference, rows)) = found else { return Ok(None) };
        declared.manifest_reference = reference;
        Ok(Some(rows))
    }

    /// Gives part and revision to a message whose format knows none. True when the same words stand in the store already:
    /// then it goes under their key, whatever batch they came in. What changes a list back to what it was before is no
    /// repeat of that: the message itself, sent again, is found by [`Pipeline::said_before`].
    ///
    /// # Errors
    /// The store's faults.
    pub(super) async fn assign(
        &self,
        reading: &Reading,
        declared: &mut Declared,
        intent: Intent,
        Place { shared, follows }: Place,
        rows: &[RevisionRow],
    ) -> Result<bool, Failure> {
        let numbered = declared.revision != 0;
        if let Some(same) = self.same_words(declared, rows) {
            if numbered || !restores(same, intent, rows) {
                reading.settled(same.id);
                return Ok(true);
            }
            declared.revision = 0; // the next one of the part that it restores
        }
        if declared.part.is_empty() && !follows {
            declared.part = match shared {
                Some(place) => self.place(reading, declared, place, rows).await?,
                None if intent != Intent::Announce => the_one_part(rows),
                None => String::new(),
            };
        }
        let of_part = || rows.iter().filter(|row| row.part == declared.part);
        // What was a draft until now is announced, or drafted again, without a number for it.
        let last = of_part().max_by_key(|row| row.revision.number());
        let announces = intent == Intent::Announce;
        let follows_draft = announces && last.is_some_and(|row| row.state == State::Draft);
        // Announced anew with other words, after what was announced first was withdrawn.
        let was_withdrawn = last.is_some_and(|row| row.state == State::Cancelled);
        let anew = announces && was_withdrawn && of_part().any(|row| row.revision.number() == 0);
        if declared.revision == 0 && (follows || follows_draft || anew || changes(intent)) {
            let newest = of_part().map(|row| row.revision.number());
            // What amends something unheard of leaves room for the first of its kind, which may be late.
            declared.revision = i64::from(newest.max().unwrap_or(0)) + 1;
        }
        Ok(false)
    }

    /// Do the same words stand here already, so that a message that wants this adds nothing?
    pub(super) fn is_known(&self, declared: &mut Declared, intent: Intent, rows: &[RevisionRow]) -> bool {
        let (part, revision) = (declared.part.clone(), declared.revision);
        let same = self.same_words(declared, rows);
        let known = same.is_some_and(|same| revision != 0 || !restores(same, intent, rows));
        (declared.part, declared.revision) = (part, revision);
        known
    }

    /// The manifest with the same words, whose part and revision the message gets.
    fn same_words<'r>(&self, declared: &mut Declared, rows: &'r [RevisionRow]) -> Option<&'r RevisionRow> {
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
        if same.is_some() {
            return same;
        }
        (declared.part, declared.revision) = (part, revision);
        // Of a part, earlier versions of this program kept no total.
        let Some(Load::PassengerList(list)) = &mut declared.load else { return None };
        let total = list.declared_passenger_count.take_if(|_| list.counts_all_parts)?;
        let same = self.same_words(declared, rows);
        if same.is_none()
            && let Some(Load::PassengerList(list)) = &mut declared.load
        {
            list.declared_passenger_count = Some(total);
        }
        same
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
    /// most of those named. True when it turned out to be the whole list.
    pub(super) async fn completed(
        &self,
        mut declared: Declared,
        naming: Naming,
        closes: bool,
        rows: &[RevisionRow],
    ) -> Result<(Declared, bool), Failure> {
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
            return Ok((declared, naming == Naming::Perhaps));
        };
        part.clone_into(&mut declared.part);
        // Everybody is named, or everybody who is left: it is the whole list again.
        if naming == Naming::Perhaps && (known == listed || partial::restates(&announced, &declared)) {
            return Ok((declared, true));
        }
        Ok((partial::merged(announced, declared, naming, closes), false))
    }

    /// What was noted about a recorded manifest, and under which name its document is found.
    pub(super) async fn noted(&self, row: &RevisionRow) -> Result<Earlier, Failure> {
        let document = reply::manifest_name(row.id);
        let Some(stored) = self.store.manifest(row.id, Persons::With).await? else {
            return Ok(Earlier { document, findings: Vec::new() });
        };
        let originals = match &stored.sealed {
            Sealed::Open { originals, .. } => originals.as_deref(),
            _ => None,
        };
        let findings = record::decode_findings(&stored.findings, originals)?;
        Ok(Earlier { document, findings })
    }

    /// What a recorded manifest declares, persons included; `None` where they were purged.
    pub(super) async fn announced(&self, row: &RevisionRow) -> Result<Option<Declared>, Failure> {
        let Some(stored) = self.store.manifest(row.id, Persons::With).await? else { return Ok(None) };
        let Sealed::Open { persons: Some(persons), .. } = &stored.sealed else { return Ok(None) };
        let manifest = record::decode(&stored.record, Some(persons))?;
        let mut declared = decode::declared(reply::manifest(&manifest, &reply::Life::default()));
        declared.closed = row.state == State::Closed;
        Ok(Some(declared))
    }
}

const UNDER_ANOTHER_REFERENCE: Failure = Failure::Request {
    field: "document_reference",
    problem: "must give the reference under which the amended manifest was announced: nothing was announced under the \
              MRN that the message names",
};

/// Does a message with the words of this revision bring back what was restated since? Only what says that it changes
/// something does: an announcement that comes again is late.
fn restores(same: &RevisionRow, intent: Intent, rows: &[RevisionRow]) -> bool {
    let is_later = |row: &RevisionRow| {
        row.part == same.part && row.revision > same.revision && row.state != State::Rejected
    };
    changes(intent) && rows.iter().any(is_later)
}

/// Does a message that wants this change what stands?
pub(super) fn changes(intent: Intent) -> bool {
    matches!(intent, Intent::Amend | Intent::Close)
}

/// The part that everything under a reference has, if it is one.
pub(super) fn the_one_part<'r>(rows: impl IntoIterator<Item = &'r RevisionRow>) -> String {
    let mut rows = rows.into_iter();
    match rows.next() {
        Some(first) if rows.all(|row| row.part == first.part) => first.part.clone(),
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
