//! What holds between the messages of a document: parts of one list, and their one total.

use std::collections::{BTreeMap, BTreeSet};

use manifest::declared::{FormNote, Load};
use manifest::finding::{About, FindingCode, Severity};

use crate::{Half, Message};

/// A message with what is needed to settle it among its neighbours.
pub(super) struct Settling {
    pub(super) message: Message,
    pub(super) document_code: String,
    pub(super) declared_count: Option<u64>,
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
        // Without numbers two lists under one reference may be two lists: one total for both is believed when it is
        // the sum.
        if others.len() > 1 && shares_its_total(messages, &others) {
            one_total(messages, &others);
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
    fn is_the_list(&self) -> bool {
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
    let said = || parts.iter().filter_map(|index| messages.get(*index)).map(|one| one.declared_count);
    let first = said().next().flatten();
    first.is_some()
        && said().all(|total| total == first)
        && u64::try_from(listed(messages, parts)).ok() == first
}

/// How many persons stand in all of these messages.
fn listed(messages: &[Settling], parts: &[usize]) -> usize {
    let persons = |one: &Settling| match &one.message.content {
        Ok(declared) => {
            let passengers = match &declared.load {
                Some(Load::PassengerList(list)) => list.passengers.len(),
                _ => 0,
            };
            passengers.saturating_add(declared.crew_members.len())
        }
        Err(_) => 0,
    };
    parts.iter().filter_map(|index| messages.get(*index)).map(persons).sum()
}

/// The control total of a list in several messages counts the persons of all of them. What a message says stays what it
/// says, whatever came with it: only what is made of it is another matter.
fn one_total(messages: &mut [Settling], parts: &[usize]) {
    let listed = listed(messages, parts);
    let is_whole = is_whole(messages, parts);
    for index in parts {
        let Some(one) = messages.get_mut(*index) else { continue };
        if one.is_the_list() {
            continue;
        }
        let Some(declared_count) = one.declared_count else { continue };
        let Ok(declared) = &mut one.message.content else { continue };
        let Some(Load::PassengerList(list)) = &mut declared.load else { continue };
        list.counts_all_parts = true;
        declared.notes.retain(|note| {
            note.code != FindingCode::CountMismatch
                || note.path.as_str() != "passenger_list.declared_passenger_count"
        });
        let (listed, total) = (u64::try_from(listed).unwrap_or(u64::MAX), declared_count);
        // Parts that are still to come, or came before, may hold the rest.
        if listed > total || (is_whole && listed != total) {
            let note = FormNote::new(FindingCode::CountMismatch, Severity::Warning)
                .at(About::Conveyance, "passenger_list.declared_passenger_count")
                .original(declared_count.to_string())
                .parameter("declared", declared_count)
                .parameter("listed", listed);
            declared.notes.push(note);
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
