//! The one state machine of a manifest's life. Each revision of a manifest is in one state; the highest one that was not
//! rejected counts. `docs/LIFE.md` is drawn from here.

/// Where a manifest stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Announced, not yet meant: the next revision means it.
    Draft,
    /// Received and recorded.
    Submitted,
    /// Restated by a later revision.
    Amended,
    /// The load or list is final.
    Closed,
    /// At the border post.
    Arrived,
    /// Released.
    Completed,
    /// Withdrawn by the sender.
    Cancelled,
    /// Never arrived in time.
    Expired,
    /// Recorded, but a finding about the manifest itself blocks it.
    Rejected,
}

/// What can happen to a manifest that is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// A later revision restates it.
    Amend,
    /// It comes to the border post, as the post reports.
    Arrive,
    /// It is released, as the post reports.
    Complete,
    /// The sender withdraws it.
    Cancel,
    /// Its time passed.
    Expire,
}

/// An event that a state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a manifest that is {} cannot {}", .state.as_str(), .event.as_str())]
pub struct NotAllowed {
    /// Where the manifest stands.
    pub state: State,
    /// What was asked.
    pub event: Event,
}

impl State {
    /// Every state, in the contract's order.
    pub const ALL: [State; 9] = [
        State::Draft,
        State::Submitted,
        State::Amended,
        State::Closed,
        State::Arrived,
        State::Completed,
        State::Cancelled,
        State::Expired,
        State::Rejected,
    ];

    /// The state's word in the record, the store and the contract (without its prefix).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Submitted => "SUBMITTED",
            Self::Amended => "AMENDED",
            Self::Closed => "CLOSED",
            Self::Arrived => "ARRIVED",
            Self::Completed => "COMPLETED",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
            Self::Rejected => "REJECTED",
        }
    }

    /// The state that a word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// True when what it announces still holds: it was neither restated nor withdrawn, rejected or left to expire.
    #[must_use]
    pub const fn is_in_force(self) -> bool {
        !matches!(self, Self::Amended | Self::Cancelled | Self::Expired | Self::Rejected)
    }

    /// True when nothing can happen to it any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        Event::ALL
            .into_iter()
            .all(|event| self.after(event).is_ok_and(|after| after == self) || self.after(event).is_err())
    }

    /// The states in which a revision can begin, with what makes it so.
    pub const FIRST: [(State, &'static str); 5] = [
        (State::Draft, "announced as a draft"),
        (State::Submitted, "announced"),
        (State::Closed, "announced as final: who really boarded, what was really loaded"),
        (State::Rejected, "a finding about the manifest itself blocks it"),
        (State::Cancelled, "it was withdrawn before it came"),
    ];

    /// The state after an event.
    ///
    /// # Errors
    /// When the state does not allow the event. Repeating is safe: what happened already may happen again and changes
    /// nothing.
    pub const fn after(self, event: Event) -> Result<State, NotAllowed> {
        use State as S;
        Ok(match (self, event) {
            // A rejected manifest is restated by a revision like any other, and may be withdrawn.
            (
                S::Draft | S::Submitted | S::Closed | S::Rejected | S::Arrived | S::Completed | S::Amended,
                Event::Amend,
            ) => S::Amended,
            (S::Draft | S::Submitted | S::Closed | S::Rejected | S::Cancelled, Event::Cancel) => S::Cancelled,
            (S::Submitted | S::Closed | S::Expired | S::Arrived, Event::Arrive) => S::Arrived,
            (S::Arrived | S::Completed, Event::Complete) => S::Completed,
            (S::Draft | S::Submitted | S::Closed | S::Expired, Event::Expire) => S::Expired,
            (state, event) => return Err(NotAllowed { state, event }),
        })
    }
}

/// What the recording of a revision does to the revisions before and to itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// Where the new revision stands.
    pub state: State,
    /// Places, in the list that was given, of the revisions that are AMENDED by it.
    pub amended: Vec<usize>,
    /// Place of the revision whose arrival and release it takes over.
    pub takes_over: Option<usize>,
}

/// A revision is recorded beside others of the same manifest. `wanted` is where it would stand alone.
///
/// A rejected revision amends nothing, and neither does one that was withdrawn before it came. One that comes after a
/// later one is AMENDED at once, or CANCELLED where that is a withdrawal. What has arrived or was released stays so: the
/// new revision takes over, with its times. What was withdrawn or expired stays what it is, and the new revision begins
/// anew.
#[must_use]
pub fn succession(wanted: State, revision: u32, others: &[(u32, State)]) -> Succession {
    let mut succession = Succession { state: wanted, amended: Vec::new(), takes_over: None };
    if matches!(wanted, State::Rejected | State::Cancelled) {
        return succession;
    }
    let later = others.iter().filter(|(other, state)| *other > revision && *state != State::Rejected);
    if let Some((_, newest)) = later.max_by_key(|(other, _)| *other) {
        succession.state = if *newest == State::Cancelled { State::Cancelled } else { State::Amended };
        return succession;
    }
    for (place, (_, state)) in others.iter().enumerate().filter(|(_, (other, _))| *other < revision) {
        if matches!(state, State::Arrived | State::Completed) {
            succession.state = *state;
            succession.takes_over = Some(place);
        }
        if *state != State::Amended && state.after(Event::Amend).is_ok() {
            succession.amended.push(place);
        }
    }
    succession
}

impl Event {
    /// Every event.
    pub const ALL: [Event; 5] = [Event::Amend, Event::Arrive, Event::Complete, Event::Cancel, Event::Expire];

    /// The event's verb.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Amend => "be amended",
            Self::Arrive => "arrive",
            Self::Complete => "be completed",
            Self::Cancel => "be cancelled",
            Self::Expire => "expire",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_ways() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert_eq!(State::parse("GONE"), None);
        let finals: Vec<_> = State::ALL.into_iter().filter(|state| state.is_final()).collect();
        assert_eq!(finals, [State::Amended, State::Cancelled]);
        assert_eq!(State::Submitted.after(Event::Cancel), Ok(State::Cancelled));
        assert_eq!(State::Cancelled.after(Event::Cancel), Ok(State::Cancelled), "repeating is safe");
        let refused = State::Arrived.after(Event::Cancel).unwrap_err();
        assert_eq!(refused.to_string(), "a manifest that is ARRIVED cannot be cancelled");
    }

    #[test]
    fn a_revision_takes_the_place_of_those_before() {
        use State as S;
        let of = |wanted, revision, others: &[(u32, State)]| {
            let Succession { state, amended, takes_over } = succession(wanted, revision, others);
            (state, amended, takes_over)
        };
        assert_eq!(of(S::Submitted, 0, &[]), (S::Submitted, vec![], None));
        assert_eq!(of(S::Submitted, 1, &[(0, S::Draft)]), (S::Submitted, vec![0], None));
        assert_eq!(of(S::Closed, 2, &[(1, S::Submitted), (0, S::Amended)]), (S::Closed, vec![0], None));
        assert_eq!(of(S::Rejected, 1, &[(0, S::Submitted)]), (S::Rejected, vec![], None));
        assert_eq!(of(S::Submitted, 1, &[(2, S::Submitted)]), (S::Amended, vec![], None), "too late");
        assert_eq!(
            of(S::Submitted, 1, &[(2, S::Rejected), (0, S::Submitted)]),
            (S::Submitted, vec![1], None)
        );
        assert_eq!(of(S::Submitted, 1, &[(0, S::Arrived)]), (S::Arrived, vec![0], Some(0)));
        assert_eq!(of(S::Submitted, 1, &[(0, S::Completed)]), (S::Completed, vec![0], Some(0)));
        assert_eq!(of(S::Submitted, 1, &[(0, S::Cancelled)]), (S::Submitted, vec![], None), "begins anew");
        assert_eq!(
            of(S::Submitted, 0, &[(1, S::Cancelled)]),
            (S::Cancelled, vec![], None),
            "withdrawn early"
        );
        assert_eq!(
            of(S::Submitted, 0, &[(2, S::Submitted), (1, S::Cancelled)]),
            (S::Amended, vec![], None),
            "what counts is the newest"
        );
        assert_eq!(of(S::Cancelled, 1, &[(0, S::Cancelled)]), (S::Cancelled, vec![], None), "it comes late");
    }
}
