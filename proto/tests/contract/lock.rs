//! The released contract as sorted lines, and the rule of its change: a line may be added; a line may vanish only if
//! it is a field whose number and name are now reserved.

use std::collections::BTreeSet;

const FROZEN_BY: &str = "# frozen by: ";
const NOTHING: &str = "nothing yet";

/// The lock file.
pub(crate) struct Lock {
    frozen_by: String,
    facts: BTreeSet<String>,
}

impl Lock {
    /// Reads it; an empty text is a contract that nobody has released.
    pub(crate) fn parse(text: &str) -> Self {
        let frozen_by =
            text.lines().find_map(|line| line.strip_prefix(FROZEN_BY)).unwrap_or(NOTHING).to_owned();
        let facts = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(str::to_owned)
            .collect();
        Self { frozen_by, facts }
    }

    /// Locked facts that vanished without leave. Before the first release everything may.
    pub(crate) fn broken_by(&self, facts: &BTreeSet<String>) -> Vec<String> {
        if self.frozen_by == NOTHING {
            return Vec::new();
        }
        self.facts.difference(facts).filter(|fact| !is_reserved(fact, facts)).cloned().collect()
    }

    /// What `render` would change, as a reader of diffs expects it.
    pub(crate) fn differences(&self, facts: &BTreeSet<String>) -> Vec<String> {
        let gone = self.facts.difference(facts).map(|fact| format!("-{fact}"));
        gone.chain(facts.difference(&self.facts).map(|fact| format!("+{fact}"))).collect()
    }

    /// The file with these facts.
    pub(crate) fn render(&self, facts: &BTreeSet<String>) -> String {
        let lines: String = facts.iter().map(|fact| format!("{fact}\n")).collect();
        format!(
            "# The contract customs.prearrival.v1, one fact a line; made by `cargo xtask contract --accept`.\n\
             # A line may be added. A line may vanish only if it is a field whose number and name are reserved.\n\
             {FROZEN_BY}{}\n{lines}",
            self.frozen_by
        )
    }
}

fn is_reserved(fact: &str, facts: &BTreeSet<String>) -> bool {
    let mut words = fact.split(' ');
    let (Some("field"), Some(message), Some(number), Some(name)) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return false;
    };
    [number, name].iter().all(|word| facts.contains(&format!("reserved {message} {word}")))
}

#[cfg(test)]
mod tests {
    use super::{BTreeSet, Lock};

    const RELEASED: &str = "# frozen by: 1.0.0\n\
        field p.M 1 name single string\n\
        field p.M 2 note single string\n\
        reserved p.M 9\n\
        rpc p.S.Get p.GetRequest -> p.GetResponse\n\
        value p.E 1 E_ONE\n";

    fn check(change: impl Fn(&mut BTreeSet<String>), broken: &[&str]) {
        let lock = Lock::parse(RELEASED);
        let mut facts = lock.facts.clone();
        change(&mut facts);
        assert_eq!(lock.broken_by(&facts), broken);
    }

    #[test]
    fn adding_is_free() {
        check(|facts| facts.extend(["field p.M 3 more repeated string".to_owned()]), &[]);
    }

    #[test]
    fn a_field_goes_only_when_number_and_name_are_reserved() {
        let note = "field p.M 2 note single string";
        check(|facts| facts.retain(|fact| fact != note), &[note]);
        let reserve = |facts: &mut BTreeSet<String>, words: &[&str]| {
            facts.remove(note);
            facts.extend(words.iter().map(|word| format!("reserved p.M {word}")));
        };
        check(|facts| reserve(facts, &["2"]), &[note]);
        check(|facts| reserve(facts, &["2", "note"]), &[]);
    }

    #[test]
    fn nothing_else_goes_or_changes() {
        for line in RELEASED.lines().skip(1) {
            let changed = format!("{line} changed");
            check(
                |facts| {
                    facts.remove(line);
                    facts.insert(changed.clone());
                },
                &[line],
            );
        }
    }

    #[test]
    fn an_unreleased_lock_follows() {
        let lock = Lock::parse("# frozen by: nothing yet\nmessage p.M\n");
        assert!(lock.broken_by(&BTreeSet::new()).is_empty());
        assert_eq!(lock.differences(&BTreeSet::new()), ["-message p.M"]);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let lock = Lock::parse(RELEASED);
        let again = Lock::parse(&lock.render(&lock.facts));
        assert_eq!((again.frozen_by, again.facts), (lock.frozen_by.clone(), lock.facts.clone()));
    }
}
