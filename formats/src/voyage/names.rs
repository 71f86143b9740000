//! The names near the beginning of a JSON text, without reading it: what kind of document it is.

/// Names of members that begin on the first two levels of the start of a document, however it ends.
pub(super) fn first_names(text: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut outer, mut inner) = (Vec::new(), Vec::new());
    let mut depth = 0_usize;
    let mut base = 1;
    let mut rest = text.trim_start();
    if rest.starts_with('[') {
        base = 2;
    }
    while let Some(at) = rest.find(['{', '}', '[', ']', '"']) {
        let (_, from) = rest.split_at_checked(at).unwrap_or(("", ""));
        let mut signs = from.chars();
        match signs.next() {
            Some('{' | '[') => depth = depth.saturating_add(1),
            Some('}' | ']') => depth = depth.saturating_sub(1),
            _ => {
                let inside = signs.as_str();
                let Some(end) = closing(inside) else { break };
                let name = inside.get(..end).unwrap_or_default();
                rest = inside.get(end + 1..).unwrap_or_default();
                if rest.trim_start().starts_with(':') {
                    if depth == base {
                        outer.push(name);
                    } else {
                        inner.push(name);
                    }
                }
                continue;
            }
        }
        rest = signs.as_str();
    }
    (outer, inner)
}

/// Where a text ends: the first quotation mark that is not escaped.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_start() {
        let (outer, inner) = first_names(r#"{"a": "x:{", "b\"": [ {"c": 1} ], "d": {"#);
        assert_eq!((outer, inner), (vec!["a", "b\\\"", "d"], vec!["c"]));
        assert_eq!(first_names(r#" [{"a": 1"#).0, ["a"]);
    }
}
