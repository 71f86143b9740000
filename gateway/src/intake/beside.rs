//! What a message comes to beside what is known: changes put into the list that they change, and the two lists of a
//! journey put together.

use manifest::{
    About, State,
    declared::{Declared, Load},
};

use super::{
    Failure,
    document::Meant,
    halves, partial,
    pipeline::Pipeline,
    standing::{MOST_PARTS, the_one_part},
};
use crate::{
    authenticate::registry::Partner,
    decode::{
        Limits, Refusal,
        document::{Half, Intent, Naming},
    },
    persist::RevisionRow,
};

/// A manifest to be recorded, and whether it is the next revision of what stands there, whatever its message wants.
pub(super) type Content = (Declared, bool);

impl Pipeline {
    /// What a message comes to: one manifest, or one for each part of a list whose crew it names.
    pub(super) async fn put_together(
        &self,
        partner: &Partner,
        declared: Declared,
        meant: Meant,
        shared: Option<u32>,
        rows: &[RevisionRow],
    ) -> Result<Vec<Content>, Failure> {
        if meant.half == Some(Half::Crew) {
            return self.crew(partner, declared, meant, rows).await;
        }
        let (declared, is_whole) = match meant.naming {
            Naming::Everything => (declared, true),
            naming => self.completed(declared, naming, meant.intent == Intent::Close, rows).await?,
        };
        match meant.half {
            Some(_) if is_whole => {
                let content = self.passengers(partner, declared, shared, rows).await?;
                let mut contents = self.other_parts(&content.0, shared, rows).await?;
                contents.push(content); // last: it is what the message is answered with
                Ok(contents)
            }
            _ => Ok(vec![(declared, false)]),
        }
    }

    /// Does anything that stands here list passengers?
    pub(super) async fn lists_passengers(&self, rows: &[RevisionRow]) -> Result<bool, Failure> {
        for row in newest(rows).into_iter().filter(|row| row.state != State::Cancelled) {
            if self.announced(row).await?.as_ref().is_some_and(halves::has_passengers) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A crew list, put into each part of the list of its journey.
    async fn crew(
        &self,
        partner: &Partner,
        mut declared: Declared,
        meant: Meant,
        rows: &[RevisionRow],
    ) -> Result<Vec<Content>, Failure> {
        // Its sender numbers the restatements of its own list; those of the manifest are numbered here.
        (declared.part, declared.revision) = (String::new(), 0);
        let restates = meant.intent == Intent::Amend && meant.naming == Naming::Everything;
        let replaces = restates && self.has_crew_list(partner, &declared.manifest_reference).await?;
        let mut contents = Vec::new();
        for row in newest(rows) {
            let Some(announced) = self.announced(row).await? else { continue };
            if row.state == State::Cancelled && !halves::has_passengers(&announced) {
                continue; // announced anew, if it is
            }
            let named = declared.clone();
            let noted = self.noted(row).await?;
            let mut content = match (meant.intent, meant.naming) {
                (Intent::Cancel, _) | (_, Naming::Leaving) => halves::without_crew(announced, named, &noted),
                _ => halves::with_crew(announced, named, replaces, &noted),
            };
            row.part.clone_into(&mut content.part);
            contents.push((content, true));
        }
        if contents.is_empty() {
            if meant.naming != Naming::Everything {
                partial::stands_alone(&mut declared, meant.naming);
            }
            contents.push((declared, false));
        }
        Ok(contents)
    }

    /// The parts of the list that waited for the crew, which this one names.
    async fn other_parts(
        &self,
        declared: &Declared,
        shared: Option<u32>,
        rows: &[RevisionRow],
    ) -> Result<Vec<Content>, Failure> {
        let mut contents = Vec::new();
        if declared.part.is_empty() || shared.is_some() || declared.crew_members.is_empty() {
            return Ok(contents);
        }
        let others = newest(rows).into_iter().filter(|row| row.part != declared.part);
        for row in others.filter(|row| row.state.is_in_force()) {
            let Some(announced) = self.announced(row).await? else { continue };
            let waits = announced.crew_members.is_empty() && halves::has_passengers(&announced);
            if !waits || row.part.is_empty() || !halves::same_trip(&announced, declared) {
                continue;
            }
            let mut crew = Declared { load: None, revision: 0, part: String::new(), ..declared.clone() };
            crew.notes.retain(|note| matches!(note.about, About::CrewMember(_)));
            let mut content = halves::with_crew(announced, crew, false, &self.noted(row).await?);
            row.part.clone_into(&mut content.part);
            contents.push((content, true));
        }
        Ok(contents)
    }

    /// A list of passengers, beside the crew that is known of its journey.
    async fn passengers(
        &self,
        partner: &Partner,
        mut declared: Declared,
        shared: Option<u32>,
        rows: &[RevisionRow],
    ) -> Result<Content, Failure> {
        let rows = newest(rows);
        let part = match (shared, declared.part.as_str()) {
            (None, "") => the_one_part(rows.iter().copied()),
            (_, part) => part.to_owned(),
        };
        let same = rows.iter().find(|row| shared.is_none() && row.part == part);
        // The crew of a list stands in each of its parts.
        let known = same.into_iter().chain(&rows);
        let mut has_crew_list = None;
        for row in known {
            let Some(announced) = self.announced(row).await? else { continue };
            let is_same = same.is_some_and(|same| same.id == row.id);
            if is_same && !halves::has_passengers(&announced) {
                if row.state == State::Cancelled {
                    return Ok((declared, false)); // what was withdrawn adds nothing
                }
                part.clone_into(&mut declared.part);
                declared.revision = 0;
                let noted = self.noted(row).await?;
                return Ok((halves::with_passengers(announced, declared, true, &noted), true));
            }
            if announced.crew_members.is_empty() {
                continue;
            }
            let has_list = match has_crew_list {
                Some(known) => known,
                None => self.has_crew_list(partner, &declared.manifest_reference).await?,
            };
            has_crew_list = Some(has_list);
            // What was withdrawn is no source of anything but the crew's own list, which nobody withdrew. Another part
            // of the list, as its sender numbers them, is on the same coach.
            let is_part = !part.is_empty() && shared.is_none() && halves::same_trip(&announced, &declared);
            if !has_list && (row.state == State::Cancelled || !is_same && !is_part) {
                continue;
            }
            if has_list {
                declared.revision = 0;
            }
            let noted = self.noted(row).await?;
            return Ok((halves::with_passengers(announced, declared, has_list, &noted), false));
        }
        Ok((declared, false))
    }
}

/// What is put together is bounded like what comes in one message: many small additions make no endless list.
///
/// # Errors
/// [`Refusal::TooMany`] with the setting.
pub(super) fn within(limits: &Limits, declared: &Declared) -> Result<(), Refusal> {
    let limits = limits.of_readers();
    let refused =
        |path: &str, limit: usize, setting| Err(Refusal::TooMany { path: path.to_owned(), limit, setting });
    if declared.crew_members.len() > limits.max_persons {
        return refused("crew_members", limits.max_persons, "max_passengers");
    }
    match &declared.load {
        Some(Load::PassengerList(list)) if list.passengers.len() > limits.max_persons => {
            refused("passenger_list.passengers", limits.max_persons, "max_passengers")
        }
        Some(Load::Cargo(cargo)) if cargo.consignments.len() > limits.max_consignments => {
            refused("cargo.consignments", limits.max_consignments, "max_consignments")
        }
        _ => Ok(()),
    }
}

/// The revision of each part that counts, parts in order.
fn newest(rows: &[RevisionRow]) -> Vec<&RevisionRow> {
    let mut newest: Vec<&RevisionRow> = Vec::new();
    // The highest revision of each part comes first; what was rejected never stood.
    for row in rows.iter().filter(|row| row.state != State::Rejected) {
        if newest.len() < MOST_PARTS && newest.iter().all(|known| known.part != row.part) {
            newest.push(row);
        }
    }
    newest.reverse(); // the store tells the last part first
    newest
}
