//! The envelope: which segments of an interchange belong to which message, and what its service segments say.

use super::segment::Segment;
use super::tokens::Tokens;

/// An interchange: indexes of its service segments and its messages in order.
#[derive(Debug, Default)]
pub(super) struct Interchange {
    /// UNB.
    pub(super) header: Option<usize>,
    /// UNZ.
    pub(super) trailer: Option<usize>,
    /// UNG with its UNE and the messages between them.
    pub(super) groups: Vec<Group>,
    pub(super) messages: Vec<Span>,
    /// Segments that stand outside of every message and are no service segments.
    pub(super) strays: Vec<usize>,
}

/// A functional group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub(super) header: Option<usize>,
    pub(super) trailer: Option<usize>,
    pub(super) messages: usize,
}

/// The segments of a message: from UNH (or its first segment) up to and with UNT.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) first: usize,
    /// Index behind the last.
    pub(super) behind: usize,
    /// It begins with UNH.
    pub(super) has_header: bool,
    /// It ends with UNT.
    pub(super) has_trailer: bool,
    /// The text ends inside of it.
    pub(super) truncated: bool,
}

impl Span {
    /// Its segments.
    pub(super) fn segments<'t>(self, tokens: &'t Tokens<'t>) -> impl Iterator<Item = Segment<'t>> {
        (self.first..self.behind).filter_map(|index| tokens.segment(index))
    }
}

/// Finds the messages. `max_messages` more than are read are counted, so that the caller can refuse.
pub(super) fn envelope(tokens: &Tokens<'_>, max_messages: usize) -> Interchange {
    let mut found = Interchange::default();
    let mut open: Option<Span> = None;
    for index in 0..tokens.len() {
        if found.messages.len() > max_messages {
            break;
        }
        let Some(segment) = tokens.segment(index) else { break };
        let last = index.checked_add(1) == Some(tokens.len());
        let behind = index.saturating_add(1);
        let cut = last && tokens.unfinished();
        match segment.tag() {
            "UNB" => {
                close(&mut found, &mut open, index, false);
                found.header.get_or_insert(index);
            }
            "UNG" => {
                close(&mut found, &mut open, index, false);
                found.groups.push(Group { header: Some(index), trailer: None, messages: 0 });
            }
            "UNH" => {
                close(&mut found, &mut open, index, false);
                open = Some(span(index, true));
            }
            "UNT" => match open.as_mut() {
                Some(span) => {
                    span.has_trailer = true;
                    close(&mut found, &mut open, behind, false);
                }
                None => found.strays.push(index),
            },
            "UNE" => {
                close(&mut found, &mut open, index, false);
                match found.groups.last_mut().filter(|group| group.trailer.is_none()) {
                    Some(group) => group.trailer = Some(index),
                    None => found.groups.push(Group { header: None, trailer: Some(index), messages: 0 }),
                }
            }
            "UNZ" => {
                close(&mut found, &mut open, index, false);
                found.trailer = Some(index);
            }
            _ if open.is_some() => {}
            "BGM" => open = Some(span(index, false)),
            _ => found.strays.push(index),
        }
        if last && open.is_some() {
            // With UNH there must be UNT; without, nobody can tell that more was meant, unless a segment is cut.
            let truncated = cut || open.is_some_and(|span| span.has_header);
            close(&mut found, &mut open, behind, truncated);
        }
    }
    found
}

fn span(first: usize, has_header: bool) -> Span {
    Span { first, behind: first, has_header, has_trailer: false, truncated: false }
}

fn close(found: &mut Interchange, open: &mut Option<Span>, behind: usize, truncated: bool) {
    if let Some(span) = open.take() {
        found.messages.push(Span { behind, truncated, ..span });
        if let Some(group) = found.groups.last_mut().filter(|group| group.trailer.is_none()) {
            group.messages = group.messages.saturating_add(1);
        }
    }
}
