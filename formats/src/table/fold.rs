//! Words as they are compared: so that case, ё, apostrophes, punctuation and the keyboard at hand do not matter.

/// A text in lower case, ё as е, the letters that a Russian keyboard lacks as those that people press instead (қ к, ғ г,
/// ҳ х, ў у), without apostrophes, every run of other signs as one blank.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        // Most of a stranger's table is ASCII, and what it means is known without tables of letters.
        match c {
            '\'' | '`' => {}
            c if c.is_ascii_alphanumeric() => folded.push(c.to_ascii_lowercase()),
            c if c.is_ascii() => part(&mut folded),
            c => c.to_lowercase().for_each(|c| letter(c, &mut folded)),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// One letter in lower case.
fn letter(c: char, folded: &mut String) {
    match c {
        '’' | '‘' | 'ʻ' | 'ʼ' | '´' | '′' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{feff}' => {}
        // Combining marks: from a decomposed й, ё, ў and from İ.
        '\u{306}' => combined(folded),
        '\u{300}'..='\u{36f}' => {}
        'ё' => folded.push('е'),
        'қ' => folded.push('к'),
        'ғ' => folded.push('г'),
        'ҳ' => folded.push('х'),
        'ў' => folded.push('у'),
        '№' => {
            part(folded);
            folded.push('№');
            folded.push(' ');
        }
        c if c.is_alphanumeric() => folded.push(c),
        _ => part(folded),
    }
}

/// A breve over the last letter: и becomes й, у stays as ў does.
fn combined(folded: &mut String) {
    if folded.ends_with('и') {
        folded.pop();
        folded.push('й');
    }
}

fn part(folded: &mut String) {
    if !folded.is_empty() && !folded.ends_with(' ') {
        folded.push(' ');
    }
}

/// Are two words the same but for `most` letters put in, left out or changed? Compares at most 64 letters.
pub(super) fn nearly(a: &str, b: &str, most: usize) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(65).collect(), b.chars().take(65).collect());
    if a.len() > 64 || b.len() > 64 || a.len().abs_diff(b.len()) > most {
        return false;
    }
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(above.len());
        row.push(i + 1);
        for (right, pair) in b.iter().zip(above.windows(2)) {
            let [diagonal, over] = pair else { continue };
            let before = row.last().copied().unwrap_or(0) + 1;
            row.push((diagonal + usize::from(left != right)).min(before).min(over + 1));
        }
        above = row;
    }
    above.last().is_some_and(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_is_gone() {
        for (text, folded) in [
            ("Tug‘ilgan  Sana:", "tugilgan sana"),
            ("Туғилган сана", "тугилган сана"),
            ("№ п/п", "№ п п"),
            ("Гос.№", "гос №"),
            ("Пассажирё\u{a0}(ФИО)\n*", "пассажире фио"),
            ("Фамили\u{438}\u{306}", "фамилий"),
            ("", ""),
            ("  --  ", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn slips_of_the_finger() {
        assert!(nearly("фамилия", "фамлия", 1) && nearly("surname", "surnane", 1) && nearly("", "", 0));
        assert!(!nearly("surname", "given", 1) && !nearly("серия", "серии но", 2));
    }
}
