//! Interchanges in e-mails: quoted lines, quoted-printable and base64 are taken off before anything is looked for.

use std::borrow::Cow;

use memchr::memmem;

/// How far the header lines of an e-mail reach at the most.
const HEADER_BYTES: usize = 16 * 1024;

/// The text as its sender wrote it; the same text when it is no e-mail that hides anything.
pub(super) fn unwrapped(text: Cow<'_, str>) -> Cow<'_, str> {
    let head = text.get(..text.floor_char_boundary(HEADER_BYTES)).unwrap_or_default();
    let text = match encoding(head) {
        Some(Transfer::QuotedPrintable) => Cow::Owned(from_quoted_printable(&text)),
        Some(Transfer::Base64) => match from_base64(&text) {
            Some(decoded) => Cow::Owned(decoded),
            None => text,
        },
        None => text,
    };
    if is_quoted(&text) { Cow::Owned(without_quotes(&text)) } else { text }
}

enum Transfer {
    QuotedPrintable,
    Base64,
}

fn encoding(head: &str) -> Option<Transfer> {
    let at = memmem::find(head.as_bytes(), b"ransfer-")?;
    let line = head.get(at..)?.lines().next()?.to_ascii_lowercase();
    let value = line.strip_prefix("ransfer-encoding:")?.trim();
    match value {
        "quoted-printable" => Some(Transfer::QuotedPrintable),
        "base64" => Some(Transfer::Base64),
        _ => None,
    }
}

/// RFC 2045 6.7: `=` and two digits are a byte, `=` at the end of a line joins it with the next.
fn from_quoted_printable(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let (taken, left) = match (first, behind) {
            (b'=', [b'\r', b'\n', left @ ..] | [b'\n', left @ ..]) => (None, left),
            (b'=', [high, low, left @ ..]) if digit(*high).is_some() && digit(*low).is_some() => {
                let byte = digit(*high).unwrap_or(0) << 4 | digit(*low).unwrap_or(0);
                (Some(byte), left)
            }
            _ => (Some(*first), behind),
        };
        bytes.extend(taken);
        rest = left;
    }
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The first run of lines of base64 behind the header's empty line.
fn from_base64(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut begun = false;
    for line in text.lines().skip_while(|line| !line.trim().is_empty()) {
        let line = line.trim();
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        if line.is_empty() || !line.bytes().all(is_base64) {
            if begun {
                break;
            }
            continue;
        }
        begun = true;
        for byte in line.bytes() {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => continue,
            };
            held = held << 6 & 0xffff | u32::from(value);
            bits += 6;
            if bits >= 8 {
                bits -= 8;
                bytes.push(u8::try_from(held >> bits & 0xff).unwrap_or(0));
            }
        }
    }
    begun.then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// Does the interchange begin on a line that is quoted?
fn is_quoted(text: &str) -> bool {
    memmem::find_iter(text.as_bytes(), b"UN").take(64).any(|at| {
        let (before, rest) = text.split_at_checked(at).unwrap_or_default();
        if !rest.starts_with("UNA") && !rest.starts_with("UNB") {
            return false; // before anything is looked for backwards: an interchange without breaks is one long line
        }
        let line_begin = before.trim_end_matches([' ', '>']);
        let marks = before.get(line_begin.len()..).unwrap_or_default().trim();
        (line_begin.is_empty() || line_begin.ends_with(['\n', '\r'])) && (1..=8).contains(&marks.len())
    })
}

fn without_quotes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        plain.push_str(line.trim_start_matches(['>', ' ']));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "UNA:+.? '\r\nUNB+UNOA:4+A=B+C+261122:1000+R'\r\n";

    #[test]
    fn what_an_e_mail_hides_is_found() {
        let quoted = format!("Hello,\r\n\r\n> {}", PLAIN.replace("\r\nU", "\r\n> U"));
        assert!(unwrapped(Cow::Borrowed(&quoted)).ends_with(PLAIN));
        let printable = PLAIN.replace('=', "=3D").replace("+C", "=\r\n+C");
        let printable = format!("Content-Transfer-Encoding: quoted-printable\r\n\r\n{printable}");
        assert!(unwrapped(Cow::Borrowed(&printable)).ends_with(PLAIN));
        let base64 = "Subject: x\nContent-Transfer-Encoding: BASE64\n\nVU5BOisuPyAnDQpVTkIrVU5PQTo0K0E9QitDKzI2MTEyMjoxMDAw\nK1InDQo=\n--\n";
        assert_eq!(unwrapped(Cow::Borrowed(base64)), PLAIN);
        for other in [PLAIN, "", "> no interchange", "Content-Transfer-Encoding: 7bit\n\nUNB"] {
            assert!(matches!(unwrapped(Cow::Borrowed(other)), Cow::Borrowed(text) if text == other));
        }
    }
}
