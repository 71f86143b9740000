//! The workbook's shared texts.

use super::xml::{Step, Walk};
use crate::table::encoding;
use crate::{Cause, Limits, Unreadable};

/// All shared texts in order; runs of one text put together, readings aids for East Asian scripts left out.
pub(super) fn read(part: &[u8], limits: &Limits) -> Result<Vec<String>, Unreadable> {
    let text = encoding::decode(part).text;
    let mut walk = Walk::new(&text);
    let mut strings = Vec::new();
    let mut current = String::new();
    let (mut inside, mut aid) = (false, false);
    loop {
        match walk.next()? {
            Step::Open(tag) => match tag.local_name().as_ref() {
                "si" => current.clear(),
                "t" => inside = true,
                "rPh" => aid = true,
                _ => {}
            },
            Step::Text(text) if inside && !aid => current.push_str(&text),
            Step::Text(_) => {}
            Step::Close(name) => match name.as_str() {
                "t" => inside = false,
                "rPh" => aid = false,
                "si" => {
                    if strings.len() >= limits.max_parts {
                        let cause = Cause::TooMany { what: "texts", limit: limits.max_parts };
                        return Err(Unreadable { place: None, cause });
                    }
                    strings.push(unescaped(std::mem::take(&mut current)));
                }
                _ => {}
            },
            Step::End => return Ok(strings),
        }
    }
}

/// `_x000D_` stands for a character that XML cannot hold.
pub(super) fn unescaped(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        plain.push_str(before);
        let digits = from.get(2..6).filter(|_| from.get(6..7) == Some("_"));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32) {
            Some(letter) => {
                plain.push(letter);
                rest = from.get(7..).unwrap_or_default();
            }
            None => {
                plain.push_str("_x");
                rest = from.get(2..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain
}
