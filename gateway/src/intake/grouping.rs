//! The messages of a document in the order in which they are taken up.

use std::collections::HashMap;

use super::{document::Numbered, halves};
use crate::{
    decode::document::{Document, Message, Naming},
    persist::ContentDigest,
    reply::Heading,
};

/// The messages by reference, each group in the document's order. What was noted about the envelope goes to the first
/// message that can carry it, and the two lists of one journey are put together. `words`: what a message says by itself.
pub(super) fn grouped(
    document: Document,
    words: impl Fn(&Message) -> Option<ContentDigest>,
) -> Vec<Vec<Numbered>> {
    let Document { mut messages, notes, .. } = document;
    if let Some(first) = messages.iter_mut().find_map(|message| message.content.as_mut().ok()) {
        first.notes.splice(0..0, notes);
    }
    let words: Vec<_> = messages.iter().map(words).collect();
    let (mut joined, mut taken) = halves::join(&mut messages);
    let places = places(&messages, &joined);
    let mut groups: Vec<Vec<Numbered>> = Vec::new();
    let mut group_of: HashMap<String, usize> = HashMap::new();
    for (at, message) in messages.into_iter().enumerate() {
        let into = joined.remove(&at);
        let shared = places.get(&into.as_ref().map_or(at, |joined| joined.into)).copied();
        let declared = message.content.as_ref().ok();
        let reference = declared.map(|declared| declared.manifest_reference.clone()).unwrap_or_default();
        let heading = Heading {
            number: at.saturating_add(1),
            kind: message.kind.clone(),
            transport_reference: message.transport_reference.clone(),
            intent: declared.map(|_| message.intent),
            place: message.place.clone(),
            key: declared.map_or_else(Default::default, |declared| {
                (declared.manifest_reference.clone(), declared.part.clone(), declared.revision)
            }),
        };
        let crew = into.map(|joined| joined.crew);
        let mut crews = taken.remove(&at).unwrap_or_default();
        crews.extend(crew.iter().map(|crew| crew.manifest_reference.clone()));
        let words = words.get(at).copied().flatten();
        let numbered = Numbered { heading, shared, crew, crews, words, message };
        match group_of.get(&reference).filter(|_| !reference.is_empty()).and_then(|at| groups.get_mut(*at)) {
            Some(group) => group.push(numbered),
            None => {
                group_of.insert(reference, groups.len());
                groups.push(vec![numbered]);
            }
        }
    }
    groups
}

/// The places of messages that share a reference and want the same, where there are several, from 1.
fn places(messages: &[Message], joined: &HashMap<usize, halves::Joined>) -> HashMap<usize, u32> {
    let wants = |message: &Message| {
        let declared = message.content.as_ref().ok()?;
        let named = !declared.manifest_reference.is_empty() && declared.part.is_empty();
        // What changes a list is no part of it.
        let named = named && message.naming == Naming::Everything;
        named.then(|| (declared.manifest_reference.clone(), message.intent, message.half, declared.revision))
    };
    let each = || messages.iter().enumerate().filter(|(at, _)| !joined.contains_key(at));
    let mut sharing: HashMap<_, Vec<usize>> = HashMap::new();
    for (at, key) in each().filter_map(|(at, message)| Some((at, wants(message)?))) {
        sharing.entry(key).or_default().push(at);
    }
    let several = sharing.into_values().filter(|places| places.len() > 1);
    several.flat_map(|places| places.into_iter().zip(1..)).collect()
}
