//! Under which names a partner's manifest is found beside its reference: the MRN that an administration gave it, the
//! references of a journey's two lists, the journey, and messages that were put into what stood there.

use manifest::{ManifestKey, State, declared::Declared};

use super::{Failure, document::Meant, halves, pipeline::Pipeline, standing::changes};
use crate::{
    authenticate::registry::Partner,
    decode::document::{Half, Naming},
    persist::{ContentDigest, Link, RevisionRow},
};

/// So many manifests of one name are looked at.
pub(super) const MOST_LINKS: u32 = 16;

/// A movement by the number that an administration gave it.
pub(super) fn mrn(number: &str) -> String {
    format!("mrn/{number}")
}

/// A list of a journey by its own reference.
pub(super) fn list(half: Half, reference: &str) -> String {
    match half {
        Half::Passengers => format!("list/{reference}"),
        Half::Crew => format!("crew/{reference}"),
    }
}

/// A message by its own words.
pub(super) fn said(digest: &ContentDigest) -> String {
    digest.as_bytes().iter().fold("said/".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

/// To a manifest as a whole.
pub(super) fn to(said: String, manifest_reference: &str) -> Link {
    Link { said, manifest_reference: manifest_reference.to_owned(), part: String::new(), revision: 0 }
}

/// How a message and what it is about call themselves.
pub(super) struct Said {
    /// See [`Pipeline::own_words`].
    pub(super) words: Option<ContentDigest>,
    pub(super) own_reference: String,
    /// See [`crate::decode::document::Message::other_number`].
    pub(super) other_number: String,
    /// The own references of crew lists of the same document that were put into it.
    pub(super) crews: Vec<String>,
}

impl Said {
    /// The names under which what is recorded is found again.
    pub(super) fn links(&self, declared: &Declared, key: &ManifestKey, meant: Meant) -> Vec<Link> {
        let target = key.manifest_reference.as_str();
        let mut links = Vec::new();
        if !self.other_number.is_empty() {
            links.push(to(mrn(&self.other_number), target));
        }
        let names_crew = meant.half == Some(Half::Crew);
        let own = (names_crew && self.crews.is_empty()).then_some(&self.own_reference);
        for own in self.crews.iter().chain(own) {
            links.push(to(list(Half::Crew, own), target));
            if own != target {
                links.push(to(list(Half::Crew, target), target));
            }
        }
        if meant.half == Some(Half::Passengers) && self.own_reference != target {
            links.push(to(list(Half::Passengers, &self.own_reference), target));
        }
        if meant.half.is_some() {
            links.extend(halves::trips(declared).into_iter().map(|trip| to(trip, target)));
        }
        // What was put to what is known does not show in what is recorded.
        if let Some(words) = &self.words {
            let mut link = to(said(words), target);
            (link.part, link.revision) = (key.part.clone(), key.revision.number());
            links.push(link);
        }
        links
    }
}

impl Pipeline {
    /// What a message says in its own words, before anything of what is known is put to them. `transport`: its references,
    /// without which, and the time of its issue, nobody tells a change that is sent again from one that is meant again.
    pub(super) fn own_words(&self, declared: &Declared, meant: Meant, transport: &[&str]) -> ContentDigest {
        self.digests.content_of(|out| {
            declared.canonical(out);
            out(format!("{meant:?}").as_bytes());
            if meant.naming != Naming::Everything || changes(meant.intent) {
                out(format!("{:?}", declared.issue_time).as_bytes());
                transport.iter().for_each(|reference| out(format!("{reference:?}").as_bytes()));
            }
        })
    }

    /// The manifest that a message with these words became, when it was put into what stood there.
    pub(super) async fn said_before(
        &self,
        partner: &Partner,
        words: Option<&ContentDigest>,
        rows: &[RevisionRow],
    ) -> Result<Option<Link>, Failure> {
        let Some(words) = words.filter(|_| !rows.is_empty()) else { return Ok(None) };
        let links = self.store.links_of(&partner.id, &said(words), 1).await?;
        Ok(links.into_iter().find(|link| {
            // What was rejected for want of the list that it changes is looked at again.
            let is_it = |row: &&RevisionRow| row.part == link.part && row.revision.number() == link.revision;
            rows.iter().find(is_it).is_some_and(|row| row.state != State::Rejected)
        }))
    }

    /// Was a crew list filed for the manifest?
    pub(super) async fn has_crew_list(&self, partner: &Partner, reference: &str) -> Result<bool, Failure> {
        Ok(!self.store.links_of(&partner.id, &list(Half::Crew, reference), 1).await?.is_empty())
    }

    /// The reference under which something of the same name goes.
    pub(super) async fn linked(&self, partner: &Partner, said: &str) -> Result<Option<String>, Failure> {
        let links = self.store.links_of(&partner.id, said, 1).await?;
        Ok(links.into_iter().next().map(|link| link.manifest_reference))
    }

    /// The references of manifests that may be of the same journey.
    pub(super) async fn of_the_trip(
        &self,
        partner: &Partner,
        declared: &Declared,
    ) -> Result<Vec<String>, Failure> {
        let mut references: Vec<String> = Vec::new();
        for trip in halves::trips(declared) {
            for link in self.store.links_of(&partner.id, &trip, MOST_LINKS).await? {
                if !references.contains(&link.manifest_reference) {
                    references.push(link.manifest_reference);
                }
            }
        }
        Ok(references)
    }
}
