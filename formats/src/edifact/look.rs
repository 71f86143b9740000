//! A look at the beginning of a document: is it EDIFACT, and of which type is its first message?

use std::borrow::Cow;

use manifest::declared::SourcePlace;

use super::segment::Segment;
use super::start::{Start, find, find_first};
use super::text;
use super::tokens::{Tokens, without_breaks};
use crate::{Cause, Format, Unreadable};

/// How far a document is looked through for its beginning when its format is asked for.
const LOOK_BYTES: usize = 16 * 1024;

/// Which of the formats an EDIFACT document is in, by the type of its first message; the refusal of one whose first
/// message is of a type that is not read, or that ends before its first message. `None` when it is not EDIFACT.
pub(crate) fn look(bytes: &[u8]) -> Option<Result<Format, Unreadable>> {
    let (place, kind) = kind_of_first(bytes)?;
    Some(match kind.as_deref() {
        Some("PAXLST") => Ok(Format::Paxlst),
        Some("CUSCAR") => Ok(Format::Cuscar),
        Some(other) => Err(Unreadable { place: Some(place), cause: Cause::NotRead(other.to_owned()) }),
        None => Err(Unreadable { place: Some(place), cause: Cause::Truncated("the first message") }),
    })
}

/// Type of the first message, with its place; the last segment's place and no type where there is only an envelope. A bare
/// message without UNH is a passenger list or a cargo report by the code of its BGM.
fn kind_of_first(bytes: &[u8]) -> Option<(SourcePlace, Option<String>)> {
    // Two bytes a character in UTF-16; a character that is cut at the end does no harm.
    let head = bytes.get(..bytes.len().min(2 * LOOK_BYTES)).unwrap_or_default();
    let text = text::decode_start(head);
    let mut whole = text.text;
    let (start, unbroken) = find_first(&whole);
    if let Some(unbroken) = unbroken {
        whole = Cow::Owned(unbroken);
    }
    let Start { at: mut from, mut separators, .. } = start?;
    for _ in 0..3 {
        let tokens = match Tokens::cut(&whole, from, separators, LOOK_BYTES).ok()? {
            Some(tokens) => tokens,
            None => {
                whole = Cow::Owned(without_breaks(whole.get(from..)?, separators));
                from = 0;
                continue;
            }
        };
        for index in 0..tokens.len() {
            let segment = tokens.segment(index)?;
            let kind = match segment.tag() {
                "UNH" => segment.get(2, 1).into_owned(),
                "BGM" => bare_kind(&segment).to_owned(),
                _ => continue,
            };
            return Some((segment.place_of(2, 1), Some(kind_name(&kind))));
        }
        // UNB with nothing behind it yet.
        let Some(next) = find(&whole, tokens.end().max(from.saturating_add(1))) else {
            // A document that is cut; of one that goes on beyond what is looked at nothing is known.
            let last = tokens.len().checked_sub(1).and_then(|last| tokens.segment(last))?;
            return (bytes.len() <= LOOK_BYTES).then(|| (last.place(), None));
        };
        (from, separators) = (next.at, next.separators);
    }
    None
}

/// A type as it may be repeated: what does not look like one is not.
pub(super) fn kind_name(kind: &str) -> String {
    let named = !kind.is_empty() && kind.len() <= 6 && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if named { kind.to_owned() } else { "EDIFACT".to_owned() }
}

/// BGM without UNH: list codes of persons are a PAXLST's, any other document is taken for a cargo report.
pub(super) fn bare_kind(bgm: &Segment<'_>) -> &'static str {
    if matches!(bgm.get(1, 1).as_ref(), "745" | "250" | "266" | "336") { "PAXLST" } else { "CUSCAR" }
}
