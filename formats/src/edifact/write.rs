//! Writing EDIFACT: values escaped by the service characters, segments counted. For answers in kind.

use super::start::Separators;

/// Writes one interchange, segment by segment.
#[derive(Debug)]
pub struct Writer {
    separators: Separators,
    text: String,
    segments: usize,
}

impl Writer {
    /// An interchange with these service characters; UNA is written first when they are not the standard's.
    #[must_use]
    pub fn new(separators: Separators) -> Self {
        let mut text = String::new();
        if separators != Separators::default() {
            let s = separators;
            text.push_str("UNA");
            for byte in [s.component, s.element, s.decimal, s.release, s.repetition, s.terminator] {
                text.push(if byte == 0 { ' ' } else { char::from(byte) });
            }
        }
        Self { separators, text, segments: 0 }
    }

    /// Writes a segment: each element is a list of components. Empty ones at the end are left out.
    pub fn segment(&mut self, tag: &str, elements: &[&[&str]]) {
        self.text.push_str(tag);
        let used = elements.iter().rposition(|element| element.iter().any(|value| !value.is_empty()));
        for element in elements.iter().take(used.map_or(0, |last| last.saturating_add(1))) {
            self.text.push(char::from(self.separators.element));
            let used = element.iter().rposition(|value| !value.is_empty());
            for (index, value) in
                element.iter().take(used.map_or(0, |last| last.saturating_add(1))).enumerate()
            {
                if index > 0 {
                    self.text.push(char::from(self.separators.component));
                }
                self.value(value);
            }
        }
        self.text.push(char::from(self.separators.terminator));
        self.segments = self.segments.saturating_add(1);
    }

    /// Segments written so far: UNT counts from UNH to itself.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.segments
    }

    /// The interchange.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }

    /// A value with its service characters released. Line breaks and controls become blanks: a value has none.
    fn value(&mut self, value: &str) {
        let s = self.separators;
        let service = [s.component, s.element, s.release, s.repetition, s.terminator];
        for c in value.chars() {
            let byte = u8::try_from(c).ok().filter(u8::is_ascii);
            match byte {
                Some(byte) if byte != 0 && service.contains(&byte) => {
                    if s.release == 0 {
                        // Without a release character the service characters cannot be written.
                        self.text.push(' ');
                    } else {
                        self.text.push(char::from(s.release));
                        self.text.push(c);
                    }
                }
                Some(byte) if byte.is_ascii_control() => self.text.push(' '),
                _ => self.text.push(c),
            }
        }
    }
}
