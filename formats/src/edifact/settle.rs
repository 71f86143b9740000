//! What holds between the messages of a document: parts of one list, and their one total.

use std::collections::{BTreeMap, BTreeSet};

use manifest::declared::{FormNote, Load};
use manifest::finding::{About, FindingCode, Severity};

use super::parts::{crew_of, passengers_of, share, waits_for_crew};
use crate::{Half, Message};

/// A message with what is needed to settle it among its neighbours.
pub(super) struct Settling {
    pub(super) message: Message,
    pub(super) document_code: String,
    pub(super) declared_count: Option<u64>,
    /// That total counts the crew beside the passengers.
    pub(super) counts_crew: bool,
    /// Crew that a list of passengers declares beside them.
    pub(super) declared_crew: Option<u64>,
    /// UNH S010: number among the parts of one list, and whether the last part is meant.
    pub(super) sequence: String,
    pub(super) last: bool,
}

/// What holds between the messages of a document: the parts of one list have one control total, and each is the part
/// that its sender numbered. Messages that merely share a reference are told apart further on, where it is known what
/// came under the reference before.
pub(super) fn settle(messages: &mut [Settling]) {
    let mut lists: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    let mut numbers: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for (index, one) in messages.iter().enumerate() {
        let Ok(declared) = &one.message.content else { continue };
        if let Some(number) = one.part() {
            let reference = declared.manifest_reference.clone();
            let code = one.document_code.clone();
            *numbers.entry((reference, code, number.to_owned())).or_default() += 1;
        }
        let list = (declared.manifest_reference.clone(), one.document_code.clone());
        lists.entry(list).or_default().push(index);
    }
    for parts in lists.values() {
        let is_numbered = |index: &usize| messages.get(*index).is_some_and(|one| !one.sequence.is_empty());
        let (numbered, others): (Vec<usize>, Vec<usize>) = parts.iter().copied().partition(is_numbered);
        one_total(messages, &numbered);
        share(messages, &numbered);
        if !is_whole(messages, &numbered) {
            waits_for_crew(messages, &numbered);
        }
        // Without numbers two lists under one reference may be two lists: one total for both is believed when it is
        // the sum.
        if others.len() > 1 && shares_its_total(messages, &others) {
            one_total(messages, &others);
            share(messages, &others);
        }
    }
    for one in messages {
        let part = one.part().map(ToOwned::to_owned);
        if let (Some(number), Ok(declared)) = (part, &mut one.message.content)
            // Two lists under one reference that number their parts alike: the numbers tell nothing apart.
            && numbers.get(&(declared.manifest_reference.clone(), one.document_code.clone(), number.clone()))
                == Some(&1)
            // The crew belongs to the whole list, whatever parts it came in.
            && one.message.half != Some(Half::Crew)
        {
            declared.part = number;
        }
    }
}

impl Settling {
    /// The first and only part of a list is the list.
    pub(super) fn is_the_list(&self) -> bool {
        self.last && self.sequence.trim_start_matches('0') == "1"
    }

    /// Number of the part, as UNH S010 says it.
    fn part(&self) -> Option<&str> {
        let number = self.sequence.trim_start_matches('0');
        (!number.is_empty() && !self.is_the_list()).then_some(number)
    }
}

/// Does each of these messages say the same total, which is that of all of them?
fn shares_its_total(messages: &[Settling], parts: &[usize]) -> bool {
    let of_all = Listed::of(messages, parts);
    let said = || parts.iter().filter_map(|index| messages.get(*index));
    let first = said().next().and_then(|one| one.declared_count);
    first.is_some() && said().all(|one| one.declared_count == first && Some(of_all.by(one)) == first)
}

/// How many stand in all of these messages.
struct Listed {
    passengers: u64,
    crew: u64,
}

impl Listed {
    fn of(messages: &[Settling], parts: &[usize]) -> Self {
        let passengers: usize =
            parts.iter().filter_map(|index| messages.get(*index)).map(passengers_of).sum();
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Self { passengers: count(passengers), crew: count(crew_of(messages, parts)) }
    }

    /// As many as this message's total counts.
    fn by(&self, one: &Settling) -> u64 {
        if one.counts_crew { self.passengers.saturating_add(self.crew) } else { self.passengers }
    }
}

/// Totals compared with the persons of all parts: each says how many the whole list has. The parts' own notes about them
/// no longer matter.
fn one_total(messages: &mut [Settling], parts: &[usize]) {
    let listed = Listed::of(messages, parts);
    let is_whole = is_whole(messages, parts);
    // Parts that are still to come, or came before, may hold the rest.
    let disagrees = |declared: u64, listed: u64| listed > declared || (is_whole && listed != declared);
    for index in parts {
        let Some(one) = messages.get_mut(*index) else { continue };
        if one.is_the_list() {
            continue;
        }
        let by_total = listed.by(one);
        let is_crew_list = one.message.half == Some(Half::Crew);
        let (count, crew) = (one.declared_count, one.declared_crew);
        let Ok(declared) = &mut one.message.content else { continue };
        let mut compare = |total: Option<u64>, listed: u64, path: &str| {
            let Some(total) = total else { return };
            declared
                .notes
                .retain(|note| note.code != FindingCode::CountMismatch || note.path.as_str() != path);
            if disagrees(total, listed) {
                let note = FormNote::new(FindingCode::CountMismatch, Severity::Warning)
                    .at(About::Conveyance, path)
                    .original(total.to_string())
                    .parameter("declared", total)
                    .parameter("listed", listed);
                declared.notes.push(note);
            }
        };
        compare(crew, listed.crew, "crew_members");
        if is_crew_list {
            compare(count, by_total, "crew_members");
            continue;
        }
        compare(count, by_total, "passenger_list.declared_passenger_count");
        if let (Some(_), Some(Load::PassengerList(list))) = (count, &mut declared.load) {
            list.counts_all_parts = true;
        }
    }
}

/// Is the whole list here? Without numbers nothing says otherwise; with them, the last part is here and all before it.
fn is_whole(messages: &[Settling], parts: &[usize]) -> bool {
    let here = || parts.iter().filter_map(|index| messages.get(*index));
    let number = |one: &Settling| one.sequence.parse::<usize>().ok();
    let last = here().filter(|one| one.last).filter_map(number).max();
    let numbers: BTreeSet<usize> = here().filter_map(number).filter(|number| *number > 0).collect();
    here().all(|one| one.sequence.is_empty()) || last.is_some_and(|last| numbers.len() == last)
}
