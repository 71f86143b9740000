//! Where an interchange begins in a text, and by which characters it separates.

use memchr::memmem;

/// The service characters of an interchange; 0 for one that is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Separators {
    /// Between components of an element.
    pub component: u8,
    /// Between elements of a segment.
    pub element: u8,
    /// Decimal mark.
    pub decimal: u8,
    /// Takes the next character out of service.
    pub release: u8,
    /// Between repetitions of an element (syntax version 4).
    pub repetition: u8,
    /// Ends a segment.
    pub terminator: u8,
}

impl Default for Separators {
    /// Those of ISO 9735 when no UNA says otherwise.
    fn default() -> Self {
        Self {
            component: b':',
            element: b'+',
            decimal: b'.',
            release: b'?',
            repetition: 0,
            terminator: b'\'',
        }
    }
}

impl Separators {
    /// Those of a UNA's six characters; a blank stands for "not used". `None` when they could separate nothing.
    fn of_una(service: &str) -> Option<Self> {
        let [component, element, decimal, release, repetition, terminator] = *service.as_bytes() else {
            return None;
        };
        let or_none = |byte: u8| if byte == b' ' { 0 } else { byte };
        let separators = Self {
            component,
            element,
            decimal,
            release: or_none(release),
            repetition: or_none(repetition),
            terminator,
        };
        separators.is_usable().then_some(separators)
    }

    fn is_usable(&self) -> bool {
        let separates = |byte: u8| byte.is_ascii() && !byte.is_ascii_alphanumeric() && byte != 0;
        separates(self.component)
            && separates(self.element)
            && separates(self.terminator)
            && self.component != self.element
            && self.element != self.terminator
            && self.component != self.terminator
            && self.element != b' '
            && self.component != b' '
    }

    /// Resolves clashes by dropping what is not essential: a release or repetition character that already separates.
    fn settled(mut self) -> Self {
        let essential = [self.component, self.element, self.terminator];
        if essential.contains(&self.release)
            || !self.release.is_ascii()
            || self.release.is_ascii_alphanumeric()
        {
            self.release = 0;
        }
        let taken = essential.contains(&self.repetition) || self.repetition == self.release;
        if taken || !self.repetition.is_ascii() || self.repetition.is_ascii_alphanumeric() {
            self.repetition = 0;
        }
        self
    }
}

/// Where an interchange begins.
#[derive(Clone, Copy)]
pub(super) struct Start {
    /// Offset of its first segment, behind UNA.
    pub(super) at: usize,
    /// Offset of UNA, or of the first segment.
    pub(super) outer: usize,
    pub(super) separators: Separators,
    /// No UNA was there and the characters are not the standard's, or UNA contradicts the text.
    pub(super) guessed: bool,
}

/// Segments that an interchange, a group, a message or a bare message begins with.
const FIRST: [&str; 4] = ["UNB", "UNG", "UNH", "BGM"];

/// The first interchange at or behind `from`. The letters of a tag inside a header or a value begin nothing: a tag is
/// followed by a separator and by what its segment must hold.
pub(super) fn find(text: &str, from: usize) -> Option<Start> {
    let una = with_una(text, from);
    let bare = FIRST.iter().find_map(|tag| {
        let start = bare(text, from, tag)?;
        // A message before the first UNB has lost its own, but a BGM is only believed when nothing else is there.
        Some(start)
    });
    match (una, bare) {
        (Some(una), Some(bare)) if bare.outer < una.outer => Some(bare),
        (Some(una), _) => Some(una),
        (None, bare) => bare,
    }
}

/// The first interchange of a text, and the text without line breaks when its first lines are broken inside of UNA or
/// UNB, so that only what follows them would be found.
pub(super) fn find_first(text: &str) -> (Option<Start>, Option<String>) {
    let start = find(text, 0);
    if start.is_some_and(|start| text.get(start.at..).is_some_and(|rest| rest.starts_with("UNB"))) {
        return (start, None);
    }
    // Most texts that are looked at are no interchange: a copy without breaks is made of those only that name one.
    let named = |word: &str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    if start.is_none() && !["UNO", "PAXLST", "CUSCAR"].into_iter().any(named) {
        return (None, None);
    }
    let whole = super::tokens::without_breaks(text, Separators::default());
    let again =
        find(&whole, 0).filter(|start| whole.get(start.at..).is_some_and(|rest| rest.starts_with("UNB")));
    if again.is_some() { (again, Some(whole)) } else { (start, None) }
}

fn with_una(text: &str, from: usize) -> Option<Start> {
    let bytes = text.as_bytes();
    memmem::find_iter(bytes.get(from..)?, b"UNA").find_map(|found| {
        let outer = from.checked_add(found)?;
        let service_at = outer.checked_add(3)?;
        // Six characters; a program that trims blanks leaves five.
        [6_usize, 5].into_iter().find_map(|length| {
            let end = service_at.checked_add(length)?;
            let service = text.get(service_at..end)?;
            let at = skip_blanks(bytes, end);
            let tag = text.get(at..at.checked_add(3)?)?;
            if !FIRST.contains(&tag) {
                return None;
            }
            let service = match length {
                6 => service.to_owned(),
                _ => format!("{} {}", service.get(..4)?, service.get(4..)?),
            };
            let said = Separators::of_una(&service);
            let next = *bytes.get(at.checked_add(3)?)?;
            match said {
                Some(separators) if separators.element == next && ends_a_segment(text, at, separators) => {
                    Some(Start { at, outer, separators: separators.settled(), guessed: false })
                }
                _ => {
                    let separators = by_structure(text, at, tag).or(said)?;
                    Some(Start { at, outer, separators: separators.settled(), guessed: true })
                }
            }
        })
    })
}

/// False when the next header segment shows that another character ends segments.
fn ends_a_segment(text: &str, at: usize, said: Separators) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    by_structure(text, at, rest.get(..3).unwrap_or_default()).is_none_or(|seen| {
        seen.terminator == said.terminator
            || seen.terminator == b'\n'
            || rest.bytes().take(512).any(|byte| byte == said.terminator)
    })
}

fn bare(text: &str, from: usize, tag: &str) -> Option<Start> {
    let bytes = text.as_bytes();
    memmem::find_iter(bytes.get(from..)?, tag.as_bytes()).find_map(|found| {
        let at = from.checked_add(found)?;
        let separators = by_structure(text, at, tag)?.settled();
        let standard = Separators { repetition: separators.repetition, ..Separators::default() };
        Some(Start { at, outer: at, separators, guessed: separators != standard })
    })
}

/// The separators that a first segment shows: the character behind its tag, the one inside its first composite, and the
/// one before the next header segment. `None` when the segment is not what its tag says.
fn by_structure(text: &str, at: usize, tag: &str) -> Option<Separators> {
    let rest = text.get(at..)?.as_bytes();
    let element = *rest.get(3)?;
    // Blanks separate nothing; the information separators of level B (1C to 1F) do.
    let blank = element == b' ' || element < 0x1c;
    if blank || element.is_ascii_alphanumeric() || !element.is_ascii() {
        return None;
    }
    let body = rest.get(4..)?;
    let standard = Separators { element, ..Separators::default() };
    let component = match tag {
        // UNB+UNOA:4+sender: the syntax identifier and its version.
        "UNB" => {
            let id = body.get(..4)?;
            let after = *body.get(4)?;
            let version = body.get(5).copied().unwrap_or(b'0');
            let fits = id.iter().all(u8::is_ascii_uppercase) && !after.is_ascii_alphanumeric();
            // Without a version the sender follows at once.
            if !fits || !(version.is_ascii_digit() || after == element) {
                return None;
            }
            if after == element { standard.component } else { after }
        }
        // UNH+reference+PAXLST:D:05B:UN: the message type.
        "UNH" => {
            let second = body.iter().take(40).position(|byte| *byte == element)?.checked_add(1)?;
            let kind = body.get(second..second.checked_add(6)?)?;
            if !kind.iter().all(u8::is_ascii_uppercase) {
                return None;
            }
            let after = body.get(second.checked_add(6)?).copied().unwrap_or(b':');
            if after == element || after.is_ascii_alphanumeric() { standard.component } else { after }
        }
        // UNG+PAXLST+sender.
        "UNG" if body.get(..6)?.iter().all(u8::is_ascii_uppercase) && *body.get(6)? == element => {
            standard.component
        }
        // BGM+745: a document code of digits.
        "BGM" if body.first()?.is_ascii_digit() && before_is_no_word(text, at) => {
            let after = body.iter().take(5).find(|byte| !byte.is_ascii_alphanumeric());
            after.copied().filter(|byte| *byte == b':' || *byte == 0x1f).unwrap_or(standard.component)
        }
        _ => return None,
    };
    let next: &[&[u8]] = match tag {
        "UNB" => &[b"UNG", b"UNH"],
        "UNG" => &[b"UNH"],
        "UNH" => &[b"BGM"],
        _ => &[b"RFF", b"DTM", b"NAD", b"TDT", b"LOC", b"CNI", b"GIS", b"QTY"],
    };
    let head = body.get(..body.len().min(4096))?;
    let seen = next.iter().filter_map(|tag| {
        let ends = memmem::find_iter(head, tag).find(|found| {
            let behind = found.checked_add(3).and_then(|behind| head.get(behind));
            behind == Some(&element)
        })?;
        let before = head.get(..ends)?;
        let last = before.iter().rposition(|byte| !matches!(byte, b' ' | b'\r' | b'\n' | b'\t'))?;
        let byte = *before.get(last)?;
        let wrapped = before.get(last..)?.contains(&b'\n');
        let punctuation =
            byte.is_ascii() && !byte.is_ascii_alphanumeric() && byte != element && byte != component;
        if punctuation { Some((ends, byte)) } else { wrapped.then_some((ends, b'\n')) }
    });
    let seen = seen.min();
    if tag == "BGM" && seen.is_none() {
        return None;
    }
    let terminator = seen.map_or(standard.terminator, |(_, byte)| byte);
    // A missing terminator before a header segment on its own line says nothing when the usual one is in use.
    let usual = head.contains(&standard.terminator);
    let terminator = if terminator == b'\n' && usual { standard.terminator } else { terminator };
    let separators = Separators { component, terminator, ..standard };
    separators.is_usable().then_some(separators)
}

/// `BGM` begins nothing inside a word.
fn before_is_no_word(text: &str, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| text.as_bytes().get(before));
    before.is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

/// Offset of the first byte at or behind `at` that is neither blank nor control.
pub(super) fn skip_blanks(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let blanks = rest.iter().position(|byte| *byte > b' ' && *byte != 0x7f).unwrap_or(rest.len());
    at.saturating_add(blanks)
}
