//! The names of a document's elements, without reading it: what kind of document it is.

use super::decode;

/// How much is looked at: a wrapper's header may be long.
pub(super) const LOOKED_AT: usize = 64 * 1024;

/// The local names of the tags near the beginning, in order, as far as a document looks like XML or JSON at all.
pub(crate) fn names<T>(bytes: &[u8], mut known: impl FnMut(&str) -> Option<T>) -> Option<T> {
    let decoded = decode(bytes.get(..bytes.len().min(LOOKED_AT))?);
    let text = decoded.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    match text.bytes().next()? {
        b'<' => text.split('<').skip(1).find_map(|tag| known(local_name(tag))),
        // In JSON a name is a text before a colon.
        b'{' => text.split('"').skip(1).step_by(2).find_map(|name| known(without_prefix(name))),
        _ => None,
    }
}

/// The local name in what stands behind a `<`; empty for anything but a start tag.
fn local_name(tag: &str) -> &str {
    let end = tag.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
    without_prefix(tag.get(..end.unwrap_or(tag.len())).unwrap_or_default())
}

fn without_prefix(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}
