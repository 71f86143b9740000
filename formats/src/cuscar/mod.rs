//! CUSCAR, customs cargo report: directories D.95B to D.18A and later.

use crate::edifact::{Content, Head, Segment};
use crate::{Cause, Limits, Unreadable};

/// Reads one message.
pub(crate) fn message(
    segments: &[Segment<'_>],
    _head: &Head<'_>,
    _limits: &Limits,
) -> Result<Content, Unreadable> {
    Err(Unreadable {
        place: segments.first().map(Segment::place),
        cause: Cause::NotRead("CUSCAR".to_owned()),
    })
}
