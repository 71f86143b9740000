//! How much a message holds, measured on the wire before anything is allocated for it.
//!
//! Two bytes of an empty element can cost five hundred in memory, so bytes alone bound nothing. The walk follows the
//! contract's shapes, which nest a handful of levels deep and never in themselves: its depth is the contract's, not
//! the sender's.

use super::{
    Limits, Refusal,
    shape::{Bound, Field, Holds, SHAPES},
};

/// What was counted on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// Elements of all lists.
    pub elements: usize,
    /// Goods items of all consignments.
    pub goods_items: usize,
}

impl Extent {
    /// Measures a message of the contract.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`], [`Refusal::TooMany`] or [`Refusal::TextTooLong`] above the limits,
    /// [`Refusal::Undecodable`] where the bytes are not protobuf, or a text holds U+0000 (`docs/decisions/0100`).
    pub fn of(bytes: &[u8], message: &str, limits: &Limits) -> Result<Self, Refusal> {
        let limit = limits.message_bytes();
        if bytes.len() > limit {
            return Err(Refusal::TooLarge { limit, found: bytes.len() });
        }
        let shape = SHAPES
            .place_of(message)
            .ok_or_else(|| undecodable(&Here::Root, None, "not a message of the contract"))?;
        // Almost no message holds such a byte, and then no text is looked through.
        let mut walk = Walk { limits, extent: Self::default(), has_zeros: bytes.contains(&0) };
        walk.message(shape, Part { bytes, offset: 0 }, &Here::Root)?;
        Ok(walk.extent)
    }

    /// Where a message that was measured and cannot be read is damaged: the place that [`Extent::of`] passed over, if
    /// it is one that the wire alone tells.
    pub fn damage(bytes: &[u8], message: &str, limits: &Limits) -> Option<Refusal> {
        let mut walk = Walk { limits, extent: Self::default(), has_zeros: false };
        walk.message_in_parts(SHAPES.place_of(message)?, &[Part { bytes, offset: 0 }], &Here::Root).err()
    }
}

/// Where the walk stands; formatted only when something is refused.
enum Here<'a> {
    Root,
    Field { above: &'a Here<'a>, name: &'a str },
    Item { above: &'a Here<'a>, name: &'a str, index: usize },
}

impl Here<'_> {
    fn path(&self) -> String {
        let (above, own) = match self {
            Here::Root => return String::new(),
            Here::Field { above, name } => (above.path(), (*name).to_owned()),
            Here::Item { above, name, index } => (above.path(), format!("{name}[{index}]")),
        };
        if above.is_empty() { own } else { format!("{above}.{own}") }
    }
}

/// A stretch of the message, with where it begins.
#[derive(Clone, Copy)]
struct Part<'a> {
    bytes: &'a [u8],
    offset: usize,
}

struct Walk<'l> {
    limits: &'l Limits,
    extent: Extent,
    /// Is there a zero byte anywhere in the message? Numbers and coordinates may hold one, texts may not.
    has_zeros: bool,
}

/// Fields whose numbers are below this are counted in place.
const IN_PLACE: usize = 32;

impl Walk<'_> {
    /// One message as everybody writes it: in one part, each singular field once. When one comes a second time, the walk
    /// over this message begins again and gathers parts; so every byte is walked once for each level above it at most.
    fn message(&mut self, shape: usize, part: Part<'_>, here: &Here<'_>) -> Result<(), Refusal> {
        if !self.has_zeros && part.bytes.len() <= self.limits.text_bytes() && SHAPES.is_plain(shape) {
            // Nothing to count, and no text in it can be too long or hold what no text may. Whether it can be read is for the decoder to say.
            return Ok(());
        }
        let before = self.extent;
        let fields = SHAPES.fields(shape);
        let mut counts = [0; IN_PLACE];
        let mut wire = Wire { part, at: 0 };
        while let Some((number, value)) = wire.next(here)? {
            let place = usize::try_from(number).unwrap_or(usize::MAX);
            let Some(Some(field)) = fields.get(place) else { continue };
            let Some(count) = counts.get_mut(place) else {
                self.extent = before;
                return self.message_in_parts(shape, &[part], here);
            };
            let index = *count;
            if field.list {
                *count += 1;
                self.count(index, field, here)?;
            }
            let Some(inner_part) = value else { continue };
            match field.holds {
                Holds::Message(inner) if field.list => {
                    self.message(inner, inner_part, &Here::Item { above: here, name: &field.name, index })?;
                }
                Holds::Message(_) if index > 0 => {
                    self.extent = before;
                    return self.message_in_parts(shape, &[part], here);
                }
                Holds::Message(inner) => {
                    *count += 1;
                    self.message(inner, inner_part, &Here::Field { above: here, name: &field.name })?;
                }
                Holds::Text | Holds::Bytes => self.text(inner_part, field, index, here)?,
                Holds::Number => {}
            }
        }
        Ok(())
    }

    /// One message that may lie in several parts: an encoder may write a singular message field more than once, and its
    /// lists then add up.
    fn message_in_parts(&mut self, shape: usize, parts: &[Part<'_>], here: &Here<'_>) -> Result<(), Refusal> {
        let mut counts: Vec<(u64, usize)> = Vec::new();
        let mut singular: Vec<(u64, &Field, Vec<Part<'_>>)> = Vec::new();
        for part in parts {
            let mut wire = Wire { part: *part, at: 0 };
            while let Some((number, value)) = wire.next(here)? {
                let Some(field) = SHAPES.field(shape, number) else { continue };
                let index = if field.list { next_place(&mut counts, number) } else { 0 };
                if field.list {
                    self.count(index, field, here)?;
                }
                let Some(part) = value else { continue };
                match field.holds {
                    Holds::Message(inner) if field.list => {
                        let here = Here::Item { above: here, name: &field.name, index };
                        self.message_in_parts(inner, &[part], &here)?;
                    }
                    Holds::Message(_) => match singular.iter_mut().find(|(at, ..)| *at == number) {
                        Some((.., parts)) => parts.push(part),
                        None => singular.push((number, field, vec![part])),
                    },
                    Holds::Text | Holds::Bytes => self.text(part, field, index, here)?,
                    Holds::Number => {}
                }
            }
        }
        for (_, field, parts) in &singular {
            if let Holds::Message(inner) = field.holds {
                self.message_in_parts(inner, parts, &Here::Field { above: here, name: &field.name })?;
            }
        }
        Ok(())
    }

    /// Counts one more element of a list, at its place.
    fn count(&mut self, place: usize, field: &Field, here: &Here<'_>) -> Result<(), Refusal> {
        self.extent.elements += 1;
        self.extent.goods_items += usize::from(field.bound == Bound::GoodsItems);
        let (limit, setting) = self.limits.of_list(field.bound);
        for (count, limit, setting) in [
            (place + 1, limit, setting),
            (self.extent.goods_items, self.limits.goods_items(), "max_goods_items"),
            (self.extent.elements, self.limits.elements(), "max_elements"),
        ] {
            if count > limit {
                let path = Here::Field { above: here, name: &field.name }.path();
                return Err(Refusal::TooMany { path, limit, setting });
            }
        }
        Ok(())
    }

    fn text(&self, part: Part<'_>, field: &Field, index: usize, here: &Here<'_>) -> Result<(), Refusal> {
        let (limit, found) = (self.limits.text_bytes(), part.bytes.len());
        let zero = || part.bytes.iter().position(|byte| *byte == 0);
        let zero = if self.has_zeros && field.holds == Holds::Text { zero() } else { None };
        if found <= limit && zero.is_none() {
            return Ok(());
        }
        let name = &field.name;
        let here = if field.list {
            Here::Item { above: here, name, index }
        } else {
            Here::Field { above: here, name }
        };
        Err(match zero {
            Some(at) if found <= limit => undecodable(&here, Some(part.offset + at), "a text holds U+0000"),
            _ => Refusal::TextTooLong { path: here.path(), limit, found },
        })
    }
}

/// The place of one more element of the list with this number.
fn next_place(counts: &mut Vec<(u64, usize)>, number: u64) -> usize {
    match counts.iter_mut().find(|(at, _)| *at == number) {
        Some((_, count)) => {
            *count += 1;
            *count - 1
        }
        None => {
            counts.push((number, 1));
            0
        }
    }
}

/// Reads keys and lengths of protobuf's wire form, and skips the rest.
pub(super) struct Wire<'a> {
    part: Part<'a>,
    at: usize,
}

impl<'a> Wire<'a> {
    /// Over a whole message.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { part: Part { bytes, offset: 0 }, at: 0 }
    }

    /// The next field as number and wire value, for readers outside the walk.
    pub(super) fn field(&mut self) -> Result<Option<(u64, Value)>, Refusal> {
        if self.at >= self.part.bytes.len() {
            return Ok(None);
        }
        let key = self.varint(&Here::Root)?;
        let value = match key & 7 {
            0 => Value::Number(self.varint(&Here::Root)?),
            2 => {
                let part = self.length_delimited(&Here::Root)?;
                Value::Bytes { start: part.offset, end: part.offset + part.bytes.len() }
            }
            kind => {
                self.skip(kind, &Here::Root)?;
                Value::Other
            }
        };
        Ok(Some((key >> 3, value)))
    }

    /// The next field: its number, and its bytes when it has a length.
    fn next(&mut self, here: &Here<'_>) -> Result<Option<(u64, Option<Part<'a>>)>, Refusal> {
        if self.at >= self.part.bytes.len() {
            return Ok(None);
        }
        let key = self.varint(here)?;
        let value = match key & 7 {
            2 => Some(self.length_delimited(here)?),
            kind => {
                self.skip(kind, here)?;
                None
            }
        };
        Ok(Some((key >> 3, value)))
    }

    fn length_delimited(&mut self, here: &Here<'_>) -> Result<Part<'a>, Refusal> {
        let length = self.varint(here)?;
        let start = self.at;
        let offset = self.part.offset + start;
        let bytes = self.take(length, here)?;
        Ok(Part { bytes, offset })
    }

    fn skip(&mut self, kind: u64, here: &Here<'_>) -> Result<(), Refusal> {
        match kind {
            0 => self.varint(here).map(drop),
            1 => self.take(8, here).map(drop),
            5 => self.take(4, here).map(drop),
            // Groups are of proto2; nobody who speaks this contract writes one, and they nest without end.
            _ => Err(self.undecodable(here, "a field of a kind that the contract never uses")),
        }
    }

    fn take(&mut self, length: u64, here: &Here<'_>) -> Result<&'a [u8], Refusal> {
        let end = usize::try_from(length).ok().and_then(|length| self.at.checked_add(length));
        match end.and_then(|end| self.part.bytes.get(self.at..end)) {
            Some(bytes) => {
                self.at += bytes.len();
                Ok(bytes)
            }
            None => Err(self.undecodable(here, "a field is longer than what is left")),
        }
    }

    fn varint(&mut self, here: &Here<'_>) -> Result<u64, Refusal> {
        // Nearly all keys and lengths are of one byte.
        if let Some(&byte) = self.part.bytes.get(self.at)
            && byte < 0x80
        {
            self.at += 1;
            return Ok(u64::from(byte));
        }
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let Some(byte) = self.part.bytes.get(self.at) else {
                return Err(self.undecodable(here, "the message ends within a number"));
            };
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.undecodable(here, "a number has too many bytes"))
    }

    fn undecodable(&self, here: &Here<'_>, problem: &str) -> Refusal {
        undecodable(here, Some(self.part.offset + self.at), problem)
    }
}

/// A field's value on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// A varint.
    Number(u64),
    /// Bytes, by where they stand in the message.
    Bytes {
        /// First byte.
        start: usize,
        /// One past the last.
        end: usize,
    },
    /// A fixed-width number.
    Other,
}

fn undecodable(here: &Here<'_>, offset: Option<usize>, problem: &str) -> Refusal {
    Refusal::Undecodable { path: here.path(), offset, problem: problem.to_owned() }
}

#[cfg(test)]
mod tests;
