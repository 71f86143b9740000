//! What a reader gives back.

use jiff::Timestamp;
use manifest::declared::{Declared, FormNote, SourcePlace};

use crate::{Format, Unreadable};

/// What is known beside the bytes.
#[derive(Debug, Clone)]
pub struct Given<'a> {
    /// The reference that the sender gave for the document; used where a message has none of its own.
    pub reference: Option<&'a str>,
    /// When the document was received: two-digit years are resolved by it. Readers have no clock.
    pub received_time: Timestamp,
}

/// A document that was read: an interchange, a workbook, one XML message.
#[derive(Debug, Clone)]
pub struct Document {
    /// What it is.
    pub format: Format,
    /// What its envelope says.
    pub envelope: Envelope,
    /// Its messages, in order. Not empty.
    pub messages: Vec<Message>,
    /// What was noted about the envelope (references and counts that disagree, text after the end); belongs to
    /// the first message's answer.
    pub notes: Vec<FormNote>,
}

/// The envelope of a document; empty texts for what it does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// Who sent it, in the format's own words (UNB sender, MesSenMES3).
    pub sender: String,
    /// Whom it was sent to.
    pub recipient: String,
    /// The sender's reference of the interchange (UNB 0020).
    pub reference: String,
    /// The envelope says that it is a test (UNB 0035).
    pub test: bool,
}

/// One message of a document.
#[derive(Debug, Clone)]
pub struct Message {
    /// Type as the message names itself, for instance `PAXLST:D:05B:UN:IATA` or `CC015C`.
    pub kind: String,
    /// The transport's reference of the message (UNH 0062, messageIdentification); not the document's own reference,
    /// which is in `declared.manifest_reference` (BGM 1004, LRN, MRN).
    pub transport_reference: String,
    /// What it wants.
    pub intent: Intent,
    /// How much of the load it names.
    pub naming: Naming,
    /// Which of the two lists of a journey it is, where the format files passengers and crew apart.
    pub half: Option<Half>,
    /// The movement's other number, where the message says both (LRN in the manifest's reference, MRN here); else empty.
    pub other_number: String,
    /// Who answers for the message; answers in kind repeat it.
    pub answerable: Answerable,
    /// Where it begins.
    pub place: Option<SourcePlace>,
    /// What it declares, or why it cannot be read.
    pub content: Result<Declared, Unreadable>,
}

/// Who answers for a message, by the numbers that the message gives: holder of the transit procedure or principal, trader at
/// destination, person lodging. Never who carries the goods and never who represents somebody; empty where it is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answerable {
    /// Identification number.
    pub identifier: String,
    /// Number of the holder of a TIR carnet.
    pub tir_holder: String,
}

/// What a message wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Intent {
    /// Announces a manifest (CC015, CC315, PAXLST and CUSCAR without a function or with 9 original).
    Announce,
    /// Changes an earlier one, as far as [`Naming`] says (CC013, CC313, BGM functions 2 to 5, PAXLST BGM `CP`, `XR`, `RP`).
    Amend,
    /// Withdraws an earlier one (CC014, BGM function 1).
    Cancel,
    /// Says that the list is final (PAXLST BGM 266 with `CL`, `CLNB`, `CLOB`).
    Close,
    /// Says that the goods have arrived (CC007).
    Arrive,
}

/// One of the two lists that are filed for a journey: carriers send passengers and crew in messages of their own. What a
/// list of the one says nothing about, the list of the other says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Half {
    /// The passengers (PAXLST BGM 745 and whatever is no crew list); it may name crew as well.
    Passengers,
    /// The crew and nobody else (PAXLST BGM 250).
    Crew,
}

/// How much of its load a message names. What amends an announced list and names less than everything says nothing about
/// the rest, and must never take it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Naming {
    /// Everything: what it leaves out is not on board.
    #[default]
    Everything,
    /// Those that are new or restated (PAXLST `CP`, BGM function 2); the others stay as they were announced.
    Changed,
    /// The same, perhaps: BGM function 4, with which some senders restate the whole list.
    Perhaps,
    /// Persons who do not travel (PAXLST `RP`, `XR`, `CLNB`, BGM function 3); the others stay as they were announced.
    Leaving,
    /// Nobody and nothing: it is about the journey or the list as a whole (`CL`, `CF`, BGM functions 20 and 36).
    Nothing,
}
