//! The one state machine of a manifest's life. All states are known from the first day, though few events are wired yet.

/// Where a manifest stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Announced, not yet meant.
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

/// What can happen to a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// The sender means it.
    Submit,
    /// A finding about the manifest itself blocks it.
    Reject,
    /// A later revision restates it.
    Amend,
    /// The load or list becomes final.
    Close,
    /// It comes to the border post.
    Arrive,
    /// It is released.
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

    /// True when nothing can happen to it any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        Event::ALL.into_iter().all(|event| self.after(event).is_err())
    }

    /// The state after an event.
    ///
    /// # Errors
    /// When the state does not allow the event. Cancelling twice is allowed: repeating is safe.
    pub const fn after(self, event: Event) -> Result<State, NotAllowed> {
        use State as S;
        Ok(match (self, event) {
            (S::Draft, Event::Submit) => S::Submitted,
            (S::Draft, Event::Reject) => S::Rejected,
            // A rejected manifest is restated by a revision like any other, and may be withdrawn.
            (S::Draft | S::Submitted | S::Closed | S::Rejected, Event::Amend) => S::Amended,
            (S::Draft | S::Submitted | S::Closed | S::Rejected | S::Cancelled, Event::Cancel) => S::Cancelled,
            (S::Submitted, Event::Close) => S::Closed,
            (S::Submitted | S::Closed, Event::Arrive) => S::Arrived,
            (S::Arrived, Event::Complete) => S::Completed,
            (S::Draft | S::Submitted | S::Closed, Event::Expire) => S::Expired,
            (state, event) => return Err(NotAllowed { state, event }),
        })
    }
}

impl Event {
    /// Every event.
    pub const ALL: [Event; 8] = [
        Event::Submit,
        Event::Reject,
        Event::Amend,
        Event::Close,
        Event::Arrive,
        Event::Complete,
        Event::Cancel,
        Event::Expire,
    ];

    /// The event's verb.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "be submitted",
            Self::Reject => "be rejected",
            Self::Amend => "be amended",
            Self::Close => "be closed",
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
        assert_eq!(finals, [State::Amended, State::Completed, State::Expired]);
        assert_eq!(State::Submitted.after(Event::Cancel), Ok(State::Cancelled));
        assert_eq!(State::Cancelled.after(Event::Cancel), Ok(State::Cancelled), "repeating is safe");
        let refused = State::Arrived.after(Event::Cancel).unwrap_err();
        assert_eq!(refused.to_string(), "a manifest that is ARRIVED cannot be cancelled");
    }
}
