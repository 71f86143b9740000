//! Reads the paths that a Rust file names, with a small tokenizer instead of a parser: enough to say who imports whom.
//!
//! Comments, texts and `#[cfg(test)]` items do not count.

/// One path as written, for instance `["crate", "decode", "Received"]`, and the line where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RustPath {
    /// Its segments.
    pub segments: Vec<String>,
    /// Line, from 1.
    pub line: usize,
}

/// Every path of two or more segments in the text, and every `use name;`. Groups are unfolded.
#[must_use]
pub fn paths(text: &str) -> Vec<RustPath> {
    let tokens = without_tests(tokens(text));
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let starts_use = tokens[at].text == "use";
        if starts_use {
            at += 1;
        }
        if starts_use || starts_path(&tokens, at) {
            at = read_tree(&tokens, at, &[], starts_use, &mut found).max(at + 1);
        } else {
            at += 1;
        }
    }
    found
}

/// A word, a `::`, or one character.
#[derive(Debug, Clone)]
struct Token {
    text: String,
    line: usize,
}

impl Token {
    fn is_word(&self) -> bool {
        self.text.starts_with(|first: char| first.is_alphabetic() || first == '_')
    }
}

fn starts_path(tokens: &[Token], at: usize) -> bool {
    tokens[at].is_word()
        && text_at(tokens, at + 1) == "::"
        && (at == 0 || !matches!(tokens[at - 1].text.as_str(), "." | "::"))
}

fn text_at(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.text.as_str())
}

/// Reads one path or one group of them from `at`; gives the place behind it.
fn read_tree(
    tokens: &[Token],
    mut at: usize,
    prefix: &[String],
    single: bool,
    found: &mut Vec<RustPath>,
) -> usize {
    let mut segments = prefix.to_vec();
    let line = tokens.get(at).map_or(0, |token| token.line);
    if text_at(tokens, at) == "::" {
        at += 1; // a leading `::` names a crate
    }
    while at < tokens.len() {
        if text_at(tokens, at) == "{" && (single || !segments.is_empty()) {
            at += 1;
            while at < tokens.len() && text_at(tokens, at) != "}" {
                let next = read_tree(tokens, at, &segments, true, found);
                at = if text_at(tokens, next) == "," { next + 1 } else { next.max(at + 1) };
            }
            return at + 1;
        }
        if !tokens[at].is_word() {
            break;
        }
        segments.push(tokens[at].text.clone());
        at += 1;
        if text_at(tokens, at) != "::" {
            break;
        }
        at += 1;
    }
    if segments.len() > 1 || (single && !segments.is_empty()) {
        found.push(RustPath { segments, line });
    }
    if text_at(tokens, at) == "as" { at + 2 } else { at }
}

/// Leaves out the item behind each `#[cfg(test)]`.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    const ATTRIBUTE: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if (0..ATTRIBUTE.len()).all(|offset| text_at(&tokens, at + offset) == ATTRIBUTE[offset]) {
            at = end_of_item(&tokens, at + ATTRIBUTE.len());
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// The place behind the item that begins at `at`: its `;` outside brackets, or its closing brace.
fn end_of_item(tokens: &[Token], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            "{" | "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 && text_at(tokens, at + 1) != ";" {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

fn tokens(text: &str) -> Vec<Token> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(&here) = characters.get(at) {
        let next = characters.get(at + 1).copied().unwrap_or('\0');
        let end = match here {
            '/' if next == '/' => until(&characters, at, |rest| rest[0] == '\n'),
            '/' if next == '*' => end_of_block_comment(&characters, at),
            '"' => end_of_text(&characters, at),
            'r' | 'b' | 'c' if is_raw_text(&characters, at) => end_of_raw_text(&characters, at),
            '\'' if is_character(&characters, at) => end_of_character(&characters, at),
            _ if here.is_alphanumeric() || here == '_' => {
                let end = until(&characters, at, |rest| !(rest[0].is_alphanumeric() || rest[0] == '_'));
                tokens.push(Token { text: characters[at..end].iter().collect(), line });
                end
            }
            ':' if next == ':' => {
                tokens.push(Token { text: "::".to_owned(), line });
                at + 2
            }
            _ => {
                if !here.is_whitespace() {
                    tokens.push(Token { text: here.to_string(), line });
                }
                at + 1
            }
        };
        line += characters[at..end].iter().filter(|&&character| character == '\n').count();
        at = end;
    }
    tokens
}

fn until(characters: &[char], from: usize, stop: impl Fn(&[char]) -> bool) -> usize {
    (from + 1..characters.len()).find(|&at| stop(&characters[at..])).unwrap_or(characters.len())
}

fn end_of_block_comment(characters: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0_usize);
    while at < characters.len() {
        match (characters[at], characters.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

fn end_of_text(characters: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < characters.len() {
        match characters[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    characters.len()
}

fn is_raw_text(characters: &[char], at: usize) -> bool {
    let mut rest = characters[at..].iter().skip_while(|&&letter| matches!(letter, 'b' | 'c'));
    if rest.next() != Some(&'r') {
        return false;
    }
    // Part of a longer word, as in `for"`, is no prefix.
    let inside_word = at > 0 && (characters[at - 1].is_alphanumeric() || characters[at - 1] == '_');
    !inside_word && rest.find(|&&letter| letter != '#') == Some(&'"')
}

fn end_of_raw_text(characters: &[char], from: usize) -> usize {
    let hashes = characters[from..]
        .iter()
        .take_while(|&&letter| letter != '"')
        .filter(|&&letter| letter == '#')
        .count();
    let open = until(characters, from, |rest| rest[0] == '"');
    let close = until(characters, open, |rest| {
        rest[0] == '"' && rest[1..].iter().take(hashes).filter(|&&letter| letter == '#').count() == hashes
    });
    (close + 1 + hashes).min(characters.len())
}

/// A character literal, not a lifetime.
fn is_character(characters: &[char], at: usize) -> bool {
    characters.get(at + 1) == Some(&'\\') || characters.get(at + 2) == Some(&'\'')
}

fn end_of_character(characters: &[char], from: usize) -> usize {
    let content = if characters.get(from + 1) == Some(&'\\') { from + 2 } else { from + 1 };
    (until(characters, content, |rest| rest[0] == '\'') + 1).min(characters.len())
}

#[cfg(test)]
mod tests {
    use super::paths;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = paths(text).into_iter().map(|path| path.segments.join("::")).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn groups_are_unfolded() {
        check("use crate::{decode::Received, reply};", &["crate::decode::Received", "crate::reply"]);
        check(
            "use {std::fs, serde::{self, de::Error as _}};",
            &["std::fs", "serde::self", "serde::de::Error"],
        );
        check("use jiff;", &["jiff"]);
    }

    #[test]
    fn expressions_count() {
        check("fn f() { tokio::spawn(x.y::<u8>()); }", &["tokio::spawn"]);
        check("fn f(s: tonic::Status) -> Vec<a::B> {}", &["tonic::Status", "a::B"]);
        check("match x { Kind::A { field } => {} }", &["Kind::A"]);
    }

    #[test]
    fn comments_texts_and_tests_do_not_count() {
        check(
            "// tokio::x\n/* a::b /* c::d */ */ let s = \"e::f\"; let r = r#\"g::\"h\"#; let c = '\"'; i::j();",
            &["i::j"],
        );
        check("#[cfg(test)] mod tests { use tokio::x; } use a::b;", &["a::b"]);
        check("#[cfg(test)] mod tests; use a::b;", &["a::b"]);
        check("fn f<'a>(x: &'a str) -> c::D {}", &["c::D"]);
    }

    #[test]
    fn lines_are_counted() {
        let found = paths("// one\n\"two\nthree\";\nuse a::b;");
        assert_eq!(found[0].line, 4);
    }
}
