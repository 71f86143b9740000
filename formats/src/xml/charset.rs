//! Bytes into text: by byte order mark, by the zero bytes of UTF-16, by the declaration, else UTF-8.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252};

/// The declaration stands in the first bytes or nowhere.
const DECLARATION_BYTES: usize = 256;

/// A document's text.
pub(crate) struct Text<'a> {
    /// The text, without a byte order mark.
    pub(crate) text: Cow<'a, str>,
    /// The character set that was promised and not kept, if so.
    pub(crate) broken_promise: Option<String>,
}

/// Decodes a document. Never fails: what is not of the character set is replaced, and said.
pub(crate) fn decode(bytes: &[u8]) -> Text<'_> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return with(encoding, bytes.get(mark..).unwrap_or_default(), encoding.name());
    }
    match bytes {
        [b'<' | b'{', 0, ..] => return with(UTF_16LE, bytes, UTF_16LE.name()),
        [0, b'<' | b'{', ..] => return with(UTF_16BE, bytes, UTF_16BE.name()),
        _ => {}
    }
    let Some(declared) = declared(bytes) else { return utf_8(bytes, "UTF-8") };
    match Encoding::for_label(declared.as_bytes()) {
        // A declaration of UTF-16 that can be read byte by byte is not in UTF-16.
        Some(encoding) if encoding == UTF_8 || !encoding.is_ascii_compatible() => utf_8(bytes, &declared),
        Some(encoding) => with(encoding, bytes, &declared),
        None => Text { broken_promise: Some(declared), ..utf_8(bytes, "") },
    }
}

fn with<'a>(encoding: &'static Encoding, bytes: &'a [u8], name: &str) -> Text<'a> {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    Text { text, broken_promise: had_errors.then(|| name.to_owned()) }
}

/// UTF-8, or what a program wrote that only says so. A cut last character is no reason to doubt the others.
fn utf_8<'a>(bytes: &'a [u8], name: &str) -> Text<'a> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Text { text: Cow::Borrowed(text), broken_promise: None },
        Err(error) if error.error_len().is_none() => {
            Text { text: String::from_utf8_lossy(bytes), broken_promise: Some(name.to_owned()) }
        }
        Err(_) => {
            let guess = if is_cyrillic(bytes) { WINDOWS_1251 } else { WINDOWS_1252 };
            let (text, _) = guess.decode_without_bom_handling(bytes);
            Text { text, broken_promise: Some(name.to_owned()) }
        }
    }
}

/// Cyrillic words are runs of high bytes; the accents of Western languages stand alone.
fn is_cyrillic(bytes: &[u8]) -> bool {
    let is_high = |byte: &u8| *byte >= 0xC0;
    let high = bytes.iter().filter(|byte| is_high(byte)).count();
    let paired = bytes.windows(2).filter(|pair| pair.iter().all(is_high)).count();
    paired.saturating_mul(2) >= high
}

/// The encoding that an XML declaration names, at most 40 characters of it.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..bytes.len().min(DECLARATION_BYTES))?;
    let head = String::from_utf8_lossy(head);
    let start = head.trim_start().strip_prefix("<?xml")?;
    let (declaration, _) = start.split_once("?>")?;
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (label, _) = rest.get(1..)?.split_once(quote)?;
    let is_label = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    Some(label.trim().chars().filter(is_label).take(40).collect())
}
