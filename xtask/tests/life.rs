//! docs/LIFE.md is drawn from the state machine itself, so it cannot say anything else.
//!
//! `FIXTURES_ACCEPT=1` (what `cargo xtask fixtures --accept` sets) writes it anew.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use std::fmt::Write as _;

use manifest::{
    State,
    life::{Event, succession},
};
use xtask::tree::workspace_root;

const HEAD: &str = "# The life of a manifest

Each revision of a manifest is in one state; the highest one that was not rejected counts. Every transition is written in one
transaction with a row of the feed, which watchers are told of, and a row of the audit. What happens twice changes nothing:
repeating is safe. Whatever a state does not allow is refused with `STATE_CONFLICT`, which names the state.

This page is drawn from `manifest/src/life.rs` by `cargo xtask fixtures --accept`.

";

const TAIL: &str = "
- A **draft** (`draft`) is checked and recorded, and nothing is decided. The next revision without `draft` means it.
- An **amendment** is the next `revision`. It is scored again, says what changed (`changes`: kinds and paths, never a value) and
  reaches watchers; the one before becomes AMENDED in the same transaction. In documents whose format knows no revision numbers
  the gateway gives them.
- A revision that is **closed** (`closed`, or a message that says so) is final: who really boarded, what was really loaded.
- **Arrival and release** are what the border post reports (`ReportArrival`, `ReportRelease`, `corridor arrived`, `corridor
  released`). The sender sees both, in its own watch and in `GetManifest`. A partner's message that says that the goods have arrived
  (CC007) is kept as `announced_arrival_time` and told to watchers; it makes nothing ARRIVED.
- A manifest that never arrives **expires** `border.expire_after_hours` after its expected arrival. Should it come after all,
  the post's report still makes it ARRIVED.
- Filing **late** is a finding (`FILED_LATE`), and the manifest is scored all the same.
- A message that withdraws what was **not announced yet** (`CC014C`, EDIFACT function 1) is kept as revision 1, CANCELLED. The
  announcement that comes after it is recorded and CANCELLED too: nothing of it is in force, and its receipt says so. By an MRN
  under which nothing was announced nothing is withdrawn (`MANIFEST_NOT_FOUND`), and nothing amended.
- What was **withdrawn stays withdrawn**. A withdrawal without a part covers every part of the list, also those that come later.
  What amends, closes or completes it afterwards may have been sent before: it is recorded and CANCELLED. The same words are the
  same manifest, and are told that it is CANCELLED. It begins anew only where that is plain: another announcement under the
  reference with other words, or, in the contract's own form, a higher revision that its sender numbered.
- **Passengers and crew** of one journey, filed as two lists, are one manifest: the second is the next revision. Each is amended
  by itself. Withdrawing the list of passengers withdraws the manifest; withdrawing the crew list takes the crew off, and the
  manifest is decided anew without drivers.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("```mermaid\nstateDiagram-v2\n");
    for (state, what) in State::FIRST {
        writeln!(page, "    [*] --> {}: {what}", state.as_str()).unwrap();
    }
    for state in State::ALL {
        for event in Event::ALL {
            match state.after(event) {
                Ok(after) if after != state => {
                    writeln!(page, "    {} --> {}: {}", state.as_str(), after.as_str(), name(event)).unwrap();
                }
                _ => {}
            }
        }
    }
    page.push_str("```\n\n| a revision is recorded | beside an earlier one that is | it is | the earlier one is |\n|---|---|---|---|\n");
    for wanted in [State::Submitted, State::Rejected, State::Cancelled] {
        for earlier in State::ALL {
            let found = succession(wanted, 1, &[(0, earlier)]);
            let after = if found.amended.is_empty() { earlier } else { State::Amended };
            writeln!(
                page,
                "| {} | {} | {} | {} |",
                wanted.as_str(),
                earlier.as_str(),
                found.state.as_str(),
                after.as_str()
            )
            .unwrap();
        }
    }
    for later in [State::Submitted, State::Cancelled] {
        let late = succession(State::Submitted, 1, &[(2, later)]);
        let (state, later) = (late.state.as_str(), later.as_str());
        writeln!(page, "| SUBMITTED | {later}, and of a higher revision | {state} | {later} |").unwrap();
    }
    page.push_str(TAIL);
    page
}

fn name(event: Event) -> &'static str {
    match event {
        Event::Amend => "a later revision",
        Event::Arrive => "the post reports its arrival",
        Event::Complete => "the post reports its release",
        Event::Cancel => "its sender withdraws it",
        Event::Expire => "it never arrived",
    }
}

#[test]
fn the_page_of_a_manifests_life_tells_the_machines_story() {
    let path = workspace_root().join("docs/LIFE.md");
    if std::env::var_os("FIXTURES_ACCEPT").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page(), "docs/LIFE.md is behind; `cargo xtask fixtures --accept` writes it");
}
