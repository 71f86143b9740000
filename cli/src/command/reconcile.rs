//! `corridor reconcile`: a folder of what was sent, against what the gateway received.

use std::collections::{HashMap, VecDeque};
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use prost::Message as _;
use proto::v1::{ReconciledManifest, SubmitManifestRequest};
use serde_json::json;

use super::{Content, Done, File, Sending, Terminal, instant};
use crate::{Client, Error, Reconciled, json::to_json, show};

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Fate {
    /// Received, byte for byte.
    Processed,
    /// Received under its key, in other bytes: another envelope, or other words.
    OtherBytes,
    /// Received under its key; the salt is gone with the manifest's key, so the bytes cannot be compared.
    NotComparable,
    /// Not received in this period.
    Missing,
}

impl Fate {
    const fn word(self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::OtherBytes => "other bytes",
            Self::NotComparable => "not comparable",
            Self::Missing => "MISSING",
        }
    }
}

/// Compares a folder with what was received in a period.
pub(crate) async fn reconcile(
    client: &Client,
    files: Vec<File>,
    (from, to): (&str, &str),
    terminal: &Terminal,
) -> Result<Done, Error> {
    let reconciled = client.reconcile(instant("from", from)?, instant("to", to)?).await?;
    let mut ledger = Ledger::of(&reconciled.manifests);
    let mut counts: HashMap<Fate, usize> = HashMap::new();
    let sent = files.len();
    for File { path, content } in &files {
        let (fate, names) = match content {
            Content::Manifest(request) => {
                ledger.manifest(request, &Sending::default().outgoing(path)?.content)
            }
            Content::Document => ledger.document(&Sending::default().outgoing(path)?.content),
        };
        *counts.entry(fate).or_default() += 1;
        told(path, fate, &names, terminal);
    }
    let unknown = ledger.left();
    for manifest in &unknown {
        let object = || json!({ "kind": "received", "manifest": to_json("ReconciledManifest", *manifest).unwrap_or_default() });
        terminal.answer(object, || format!("NO FILE         {}", show::reconciled(manifest)));
    }
    let count = |fate| counts.get(&fate).copied().unwrap_or(0);
    let (processed, missing) = (sent - count(Fate::Missing), count(Fate::Missing));
    let Reconciled { totals, .. } = &reconciled;
    let object = || {
        json!({
            "kind": "reconciled", "sent": sent, "processed": processed, "missing": missing,
            "other_bytes": count(Fate::OtherBytes), "not_comparable": count(Fate::NotComparable),
            "received_without_file": unknown.len(),
            "totals": to_json("ReconciliationTotals", totals).unwrap_or_default(),
        })
    };
    let lines = || {
        format!(
            "you sent {sent} files, the gateway processed {processed}; {missing} missing, {} in other bytes, {} received without a \
             file\n{}",
            count(Fate::OtherBytes),
            unknown.len(),
            show::totals(totals),
        )
    };
    terminal.answer(object, lines);
    let agree = missing == 0 && count(Fate::OtherBytes) == 0 && unknown.is_empty();
    Ok(if agree { Done::Clean } else { Done::NeedsCorrecting })
}

fn told(path: &Path, fate: Fate, names: &[String], terminal: &Terminal) {
    let file = path.display().to_string();
    let object = || json!({ "kind": "sent", "file": file, "fate": fate.word(), "manifests": names });
    terminal.answer(object, || format!("{:<15} {file}  {}", fate.word(), names.join(" ")));
}

/// What was received, and which of it was found in the folder.
struct Ledger<'a> {
    received: &'a [ReconciledManifest],
    found: Vec<bool>,
    by_key: HashMap<(&'a str, &'a str, i32), usize>,
    /// What came in one document has one salt; oldest first, as files are likely to be.
    documents: VecDeque<Vec<usize>>,
}

impl<'a> Ledger<'a> {
    fn of(received: &'a [ReconciledManifest]) -> Self {
        let mut by_salt: HashMap<(&[u8], &[u8]), usize> = HashMap::new();
        let mut documents: VecDeque<Vec<usize>> = VecDeque::new();
        let mut by_key = HashMap::new();
        for (place, one) in received.iter().enumerate() {
            by_key.insert((one.manifest_reference.as_str(), one.part.as_str(), one.revision), place);
            let group = (one.received_digest_salt.as_slice(), one.received_digest.as_slice());
            match by_salt.get(&group) {
                Some(document) => documents[*document].push(place),
                None => {
                    by_salt.insert(group, documents.len());
                    documents.push_back(vec![place]);
                }
            }
        }
        Self { received, found: vec![false; received.len()], by_key, documents }
    }

    /// One manifest in the contract's own form: by its key, then by its bytes.
    fn manifest(&mut self, request: &SubmitManifestRequest, file: &[u8]) -> (Fate, Vec<String>) {
        let Some(manifest) = &request.manifest else { return (Fate::Missing, Vec::new()) };
        let key = (manifest.manifest_reference.as_str(), manifest.part.as_str(), manifest.revision);
        let Some(place) = self.by_key.get(&key).copied() else { return (Fate::Missing, Vec::new()) };
        self.found[place] = true;
        let one = &self.received[place];
        let fate = if one.received_digest_salt.is_empty() {
            Fate::NotComparable
        } else if covers(one, &request.encode_to_vec()) || covers(one, file) {
            Fate::Processed
        } else {
            Fate::OtherBytes
        };
        (fate, vec![one.name.clone()])
    }

    /// A document: by its bytes, which everything that came in it shares.
    fn document(&mut self, file: &[u8]) -> (Fate, Vec<String>) {
        for _ in 0..self.documents.len() {
            let Some(group) = self.documents.pop_front() else { break };
            let first = &self.received[group[0]];
            if !first.received_digest_salt.is_empty() && covers(first, file) {
                let names = group.iter().map(|place| self.received[*place].name.clone()).collect();
                group.iter().for_each(|place| self.found[*place] = true);
                return (Fate::Processed, names);
            }
            // The next file is looked for from here on.
            self.documents.push_back(group);
        }
        (Fate::Missing, Vec::new())
    }

    fn left(&self) -> Vec<&'a ReconciledManifest> {
        let left = self.received.iter().zip(&self.found).filter(|(_, found)| !**found);
        left.map(|(one, _)| one).collect()
    }
}

/// Is the receipt of this one over these bytes?
fn covers(one: &ReconciledManifest, bytes: &[u8]) -> bool {
    let mut salted = one.received_digest_salt.clone();
    salted.extend_from_slice(bytes);
    digest(&SHA256, &salted).as_ref() == one.received_digest
}

#[cfg(test)]
mod tests {
    use proto::v1::Manifest;

    use super::*;

    fn received(reference: &str, salt: &[u8], bytes: &[u8]) -> ReconciledManifest {
        let salted = [salt, bytes].concat();
        ReconciledManifest {
            name: format!("manifests/{reference}"),
            manifest_reference: reference.into(),
            received_digest_salt: salt.to_vec(),
            received_digest: digest(&SHA256, &salted).as_ref().to_vec(),
            ..ReconciledManifest::default()
        }
    }

    fn request(reference: &str, language: &str) -> SubmitManifestRequest {
        let manifest = Manifest { manifest_reference: reference.into(), ..Manifest::default() };
        SubmitManifestRequest {
            manifest: Some(manifest),
            language_code: language.into(),
            ..SubmitManifestRequest::default()
        }
    }

    #[test]
    fn each_side_is_told_what_the_other_lacks() {
        let all = [
            received("A", b"1", &request("A", "en").encode_to_vec()),
            received("B", b"2", &request("B", "ru").encode_to_vec()),
            received("C-1", b"3", b"document"),
            received("C-2", b"3", b"document"),
            received("E", b"", b"purged"),
            received("F", b"5", b"sent by nobody here"),
        ];
        let mut ledger = Ledger::of(&all);
        assert_eq!(ledger.manifest(&request("A", "en"), b"").0, Fate::Processed);
        assert_eq!(ledger.manifest(&request("B", "en"), b"").0, Fate::OtherBytes);
        assert_eq!(ledger.manifest(&request("D", "en"), b"").0, Fate::Missing);
        assert_eq!(ledger.manifest(&request("E", "en"), b"").0, Fate::NotComparable);
        assert_eq!(ledger.document(b"other document").0, Fate::Missing);
        let (fate, names) = ledger.document(b"document");
        assert_eq!((fate, names), (Fate::Processed, vec!["manifests/C-1".into(), "manifests/C-2".into()]));
        assert_eq!(ledger.document(b"document").0, Fate::Missing, "sent once, received once");
        let left: Vec<_> = ledger.left().iter().map(|one| one.manifest_reference.as_str()).collect();
        assert_eq!(left, ["F"]);
    }
}
