//! Resource names: `manifests/{uuid}`, `manifests/{uuid}/preDecisions/{n}` and `manifests/{uuid}/outcomes/{n}`.

use uuid::Uuid;

/// The id in `manifests/{uuid}`.
pub(crate) fn manifest(name: &str) -> Option<Uuid> {
    let id = name.strip_prefix("manifests/")?;
    // Only the hyphenated form: one manifest has one name.
    (id.len() == uuid::fmt::Hyphenated::LENGTH).then(|| Uuid::try_parse(id).ok()).flatten()
}

/// Id and number in `manifests/{uuid}/preDecisions/{n}`.
pub(crate) fn pre_decision(name: &str) -> Option<(Uuid, usize)> {
    let (parent, number) = name.split_once("/preDecisions/")?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = digits && (number == "0" || !number.starts_with('0'));
    Some((manifest(parent)?, canonical.then(|| number.parse().ok()).flatten()?))
}

/// Id and number in `manifests/{uuid}/outcomes/{n}`; they are numbered from 1.
pub(crate) fn outcome(name: &str) -> Option<(Uuid, i64)> {
    let (parent, number) = name.split_once("/outcomes/")?;
    let canonical = !number.starts_with(['0', '+', '-']);
    Some((manifest(parent)?, canonical.then(|| number.parse().ok()).flatten()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "019346c8-7b2a-7000-8000-000000000001";

    #[test]
    fn names_are_read_in_one_form_only() {
        let id = Uuid::try_parse(ID).unwrap();
        assert_eq!(manifest(&format!("manifests/{ID}")), Some(id));
        assert_eq!(pre_decision(&format!("manifests/{ID}/preDecisions/12")), Some((id, 12)));
        assert_eq!(outcome(&format!("manifests/{ID}/outcomes/12")), Some((id, 12)));
        assert_eq!(outcome(&format!("manifests/{ID}/outcomes/0")), None);
        for bad in [
            "",
            "manifests/",
            "manifests/x",
            ID,
            &format!("manifests/{}", id.simple()),
            &format!("manifests/{ID}/"),
        ] {
            assert_eq!(manifest(bad), None, "{bad}");
        }
        for number in ["", "-1", "+1", "01", "x", "99999999999999999999999"] {
            assert_eq!(pre_decision(&format!("manifests/{ID}/preDecisions/{number}")), None, "{number}");
            assert_eq!(outcome(&format!("manifests/{ID}/outcomes/{number}")), None, "{number}");
        }
    }
}
