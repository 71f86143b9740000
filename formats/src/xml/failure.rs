//! Where reading a document stopped, and why.

use quick_xml::errors::{Error, SyntaxError};

use super::tree::Position;
use crate::Cause;

/// The end of what could be read.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// Why.
    pub(crate) cause: Cause,
    /// The innermost element that was open.
    pub(crate) inside: Option<u32>,
    /// Where.
    pub(crate) line: Position,
}

/// What the tokenizer stumbled over. `rest`: the text from the mark-up on.
pub(super) fn cause_of(error: &Error, rest: &str) -> Cause {
    match error {
        Error::Syntax(SyntaxError::UnclosedDoctype) => Cause::DocumentType,
        Error::Syntax(SyntaxError::UnclosedComment) => Cause::Truncated("the end of a comment"),
        Error::Syntax(SyntaxError::UnclosedCData) => Cause::Truncated("the end of a CDATA section"),
        Error::Syntax(SyntaxError::InvalidBangMarkup) if !is_start_of_mark_up(rest) => {
            malformed("mark-up that begins with <! and is neither a comment nor CDATA")
        }
        Error::Syntax(_) => Cause::Truncated("the end of a tag"),
        Error::IllFormed(_) => malformed("tags that do not match"),
        _ => malformed("not well-formed XML"),
    }
}

/// A cause in our own words; never the partner's.
pub(super) fn malformed(what: &str) -> Cause {
    Cause::Malformed(what.to_owned())
}

/// True when a comment or a CDATA section was cut before it could be told.
fn is_start_of_mark_up(rest: &str) -> bool {
    ["<!--", "<![CDATA["].iter().any(|whole| whole.starts_with(rest))
}
