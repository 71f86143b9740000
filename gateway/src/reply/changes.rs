//! What a revision says otherwise than the one before: kinds and paths, never what stood there.
//!
//! Compared are the manifests as they are told, so that the paths are the contract's. Elements of a list that are the same
//! in both are not told, wherever they stand; what is left is paired in order.

use std::{collections::HashMap, sync::LazyLock};

use manifest::Manifest;
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, ReflectMessage as _, Value};
use proto::v1::{self, ChangeKind};

use super::manifest::{Life, manifest as told_manifest};

static MANIFEST: LazyLock<Option<MessageDescriptor>> = LazyLock::new(|| {
    DescriptorPool::decode(proto::FILE_DESCRIPTOR_SET)
        .ok()?
        .get_message_by_name("customs.prearrival.v1.Manifest")
});

/// Fields of a manifest that every revision has of its own.
const OWN: [&str; 5] = ["manifest_reference", "part", "revision", "issue_time", "test"];

/// What the later manifest says otherwise, `limit` at the most.
#[must_use]
pub fn changes(before: &Manifest, after: &Manifest, limit: usize) -> Vec<v1::Change> {
    let mut walk = Walk { found: Vec::new(), limit };
    if let (Some(before), Some(after)) = (dynamic(before), dynamic(after)) {
        walk.message("", &before, &after);
    }
    walk.found
}

/// The stored form: a list of kinds and paths.
#[must_use]
pub fn encode_changes(changes: &[v1::Change]) -> Vec<u8> {
    let pairs: Vec<(i32, &str)> =
        changes.iter().map(|change| (change.kind, change.field_path.as_str())).collect();
    // Numbers and texts in memory have no way to fail.
    serde_json::to_vec(&pairs).unwrap_or_default()
}

/// Read back; what cannot be read is told as nothing, for it is no part of the decision.
#[must_use]
pub fn told_changes(bytes: Option<&[u8]>) -> Vec<v1::Change> {
    let pairs: Vec<(i32, String)> =
        bytes.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    pairs
        .into_iter()
        .map(|(kind, path)| v1::Change { kind, subject: subject(&path), field_path: path })
        .collect()
}

fn dynamic(manifest: &Manifest) -> Option<DynamicMessage> {
    let told = told_manifest(manifest, &Life::default());
    DynamicMessage::decode(MANIFEST.clone()?, told.encode_to_vec().as_slice()).ok()
}

/// The part of the manifest that a path is in, as pre-decisions name it.
fn subject(path: &str) -> String {
    let number = |rest: &str| rest.split(']').next().and_then(|digits| digits.parse::<usize>().ok());
    for (prefix, name) in [
        ("cargo.consignments[", "consignments"),
        ("passenger_list.passengers[", "passengers"),
        ("crew_members[", "crewMembers"),
    ] {
        if let Some(place) = path.strip_prefix(prefix).and_then(number) {
            return format!("{name}/{}", place + 1);
        }
    }
    "conveyance".to_owned()
}

struct Walk {
    found: Vec<v1::Change>,
    limit: usize,
}

impl Walk {
    fn note(&mut self, kind: ChangeKind, path: String) {
        if self.found.len() < self.limit {
            self.found.push(v1::Change { kind: kind.into(), subject: subject(&path), field_path: path });
        }
    }

    fn message(&mut self, path: &str, before: &DynamicMessage, after: &DynamicMessage) {
        for field in after.descriptor().fields() {
            if path.is_empty() && OWN.contains(&field.name()) {
                continue;
            }
            let here =
                if path.is_empty() { field.name().to_owned() } else { format!("{path}.{}", field.name()) };
            match (before.has_field(&field), after.has_field(&field)) {
                (false, false) => {}
                (true, false) => self.note(ChangeKind::Removed, here),
                (false, true) => self.note(ChangeKind::Added, here),
                (true, true) => self.value(here, &before.get_field(&field), &after.get_field(&field)),
            }
        }
    }

    fn value(&mut self, path: String, before: &Value, after: &Value) {
        if before == after {
            return;
        }
        match (before, after) {
            (Value::List(before), Value::List(after)) => self.list(&path, before, after),
            (Value::Message(before), Value::Message(after))
                if !after.descriptor().full_name().starts_with("google.") =>
            {
                self.message(&path, before, after);
            }
            _ => self.note(ChangeKind::Changed, path),
        }
    }

    fn list(&mut self, path: &str, before: &[Value], after: &[Value]) {
        // What is in both, by its bytes; a place in one is used up by one place in the other.
        let mut there: HashMap<Vec<u8>, usize> = HashMap::new();
        for value in after {
            *there.entry(bytes(value)).or_default() += 1;
        }
        let mut left = Vec::new();
        let mut used: HashMap<Vec<u8>, usize> = HashMap::new();
        for (place, value) in before.iter().enumerate() {
            let key = bytes(value);
            match there.get_mut(&key) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    *used.entry(key).or_default() += 1;
                }
                _ => left.push((place, value)),
            }
        }
        let mut left = left.into_iter();
        for (place, value) in after.iter().enumerate() {
            if let Some(count) = used.get_mut(&bytes(value))
                && *count > 0
            {
                *count -= 1;
                continue;
            }
            let here = format!("{path}[{place}]");
            match left.next() {
                Some((_, earlier)) => self.value(here, earlier, value),
                None => self.note(ChangeKind::Added, here),
            }
        }
        for (place, _) in left {
            self.note(ChangeKind::Removed, format!("{path}[{place}]"));
        }
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::Message(message) => message.encode_to_vec(),
        other => format!("{other:?}").into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use manifest::{
        Load,
        consignment::{Cargo, Consignment},
    };

    use super::*;

    fn with(references: &[&str]) -> Manifest {
        let consignments = references
            .iter()
            .map(|reference| Consignment {
                consignment_reference: Some((*reference).to_owned()),
                ..Consignment::default()
            })
            .collect();
        Manifest {
            load: Some(Load::Cargo(Cargo { consignments, ..Cargo::default() })),
            ..Manifest::default()
        }
    }

    fn found(before: &Manifest, after: &Manifest) -> Vec<(ChangeKind, String, String)> {
        let changes = told_changes(Some(&encode_changes(&changes(before, after, 10))));
        changes.into_iter().map(|one| (one.kind(), one.field_path, one.subject)).collect()
    }

    #[test]
    fn places_are_told_and_what_only_moved_is_not() {
        let (a, b) = (with(&["A", "B", "C"]), with(&["C", "A", "B"]));
        assert_eq!(found(&a, &b), []);
        assert_eq!(
            found(&a, &with(&["A", "C"])),
            [(ChangeKind::Removed, "cargo.consignments[1]".into(), "consignments/2".into())]
        );
        assert_eq!(
            found(&a, &with(&["A", "X", "C", "D"])),
            [
                (
                    ChangeKind::Changed,
                    "cargo.consignments[1].consignment_reference".into(),
                    "consignments/2".into()
                ),
                (ChangeKind::Added, "cargo.consignments[3]".into(), "consignments/4".into()),
            ]
        );
        let mut other = with(&["A", "B", "C"]);
        other.conveyance.registration = Some("01A123BC".into());
        other.manifest_reference = "of its own".into();
        assert_eq!(
            found(&a, &other),
            [(ChangeKind::Added, "conveyance.registration".into(), "conveyance".into())]
        );
        assert_eq!(changes(&a, &with(&[]), 2).len(), 1, "the list is gone");
        assert_eq!(changes(&with(&["A", "B"]), &with(&["X", "Y"]), 1).len(), 1, "a limit is kept");
    }
}
