//! Trouble that goes on, told without filling the log: when it begins, ever more seldom while it lasts, and when it ends.

/// The failures in a row of one thing that is tried again and again.
#[derive(Debug, Default)]
pub(super) struct Trouble(u64);

/// What is to be told of a try.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told<E> {
    /// Nothing new.
    Nothing,
    /// It failed, so many times in a row by now.
    Failed(E, u64),
    /// It succeeded after so many failures.
    Recovered(u64),
}

impl Trouble {
    /// Notes how a try went. Told are the first failure in a row, the second, the fourth, the eighth and so on, and the
    /// first success after any.
    pub(super) fn note<E>(&mut self, tried: Result<(), E>) -> Told<E> {
        match tried {
            Ok(()) => match std::mem::take(&mut self.0) {
                0 => Told::Nothing,
                failures => Told::Recovered(failures),
            },
            Err(error) => {
                self.0 = self.0.saturating_add(1);
                if self.0.is_power_of_two() { Told::Failed(error, self.0) } else { Told::Nothing }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_trouble_is_a_dozen_lines_and_its_end_is_told() {
        let mut trouble = Trouble::default();
        assert_eq!(trouble.note::<&str>(Ok(())), Told::Nothing);
        let told: Vec<_> = (0..3_600).map(|_| trouble.note(Err("full"))).collect();
        assert_eq!(
            told[..4],
            [Told::Failed("full", 1), Told::Failed("full", 2), Told::Nothing, Told::Failed("full", 4)]
        );
        assert_eq!(told.iter().filter(|told| **told != Told::Nothing).count(), 12);
        assert_eq!(trouble.note::<&str>(Ok(())), Told::Recovered(3_600));
        assert_eq!(trouble.note::<&str>(Ok(())), Told::Nothing);
        assert_eq!(trouble.note(Err("again")), Told::Failed("again", 1));
    }
}
