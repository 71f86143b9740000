//! May this partner do this, here? Asked for every request, of the registry's snapshot in force.

use manifest::{
    Manifest, ManifestKey,
    declared::{Declared, Load},
};

use super::Failure;
use crate::{
    authenticate::registry::{Partner, Role},
    persist::Scope,
};

/// What a registered partner may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// The role does not include the call.
    #[error("the role does not include this call")]
    Role,
    /// Not this kind of load.
    #[error("this kind of load may not be submitted")]
    Load,
    /// Not for this border post.
    #[error("the partner may not act for this border post")]
    BorderPost,
}

/// The key of a submission that this partner may make.
///
/// A border post that is absent or unknown is not refused: that is a finding, and the manifest is recorded as
/// rejected. So only what was declared and is not the partner's is refused here.
///
/// # Errors
/// [`NotAllowed`], or the key is not in form.
pub(super) fn submission(partner: &Partner, declared: &Declared) -> Result<ManifestKey, Failure> {
    submitter(partner)?;
    let load = declared.load.as_ref().map(|load| matches!(load, Load::Cargo(_)));
    let post = declared.journey.as_ref().map_or("", |journey| journey.border_post_code.trim());
    bounds(partner, load, post)?;
    Ok(declared.key(&partner.id)?)
}

/// The same of a manifest that was only looked at.
///
/// # Errors
/// [`NotAllowed`], or the key is not in form.
pub(super) fn checked(partner: &Partner, manifest: &Manifest) -> Result<ManifestKey, Failure> {
    let load = manifest.load.as_ref().map(|load| matches!(load, manifest::Load::Cargo(_)));
    bounds(partner, load, manifest.journey.border_post_code.as_deref().unwrap_or_default())?;
    let part = manifest.part.as_deref().unwrap_or_default();
    let revision = i64::from(manifest.revision.number());
    Ok(ManifestKey::new(&partner.id, &manifest.manifest_reference, part, revision)?)
}

/// The loads (cargo?) and posts that a partner may submit.
fn bounds(partner: &Partner, cargo: Option<bool>, post: &str) -> Result<(), NotAllowed> {
    match cargo {
        Some(true) if !partner.may_submit_cargo => return Err(NotAllowed::Load),
        Some(false) if !partner.may_submit_passengers => return Err(NotAllowed::Load),
        _ => {}
    }
    if !post.is_empty() && !partner.may_submit_for(&post.to_uppercase()) {
        return Err(NotAllowed::BorderPost);
    }
    Ok(())
}

/// Submitting, checking and withdrawing are for submitters.
///
/// # Errors
/// [`NotAllowed::Role`].
pub(super) fn submitter(partner: &Partner) -> Result<(), NotAllowed> {
    if partner.role == Role::Submitter { Ok(()) } else { Err(NotAllowed::Role) }
}

/// Whose manifests the partner may list. A border post that stands for several lists one after the other; each page
/// says where the next begins.
///
/// # Errors
/// [`NotAllowed::Role`].
pub(super) fn scopes(partner: &Partner) -> Result<Vec<Scope>, NotAllowed> {
    match partner.role {
        Role::Submitter => Ok(vec![Scope::Partner(partner.id.clone())]),
        Role::BorderPost => Ok(partner.border_posts.iter().cloned().map(Scope::BorderPost).collect()),
        Role::Analyst => Ok(vec![Scope::All]),
        Role::Administrator => Err(NotAllowed::Role),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use manifest::declared::{Cargo, Journey, PassengerList};

    use super::*;

    fn partner(role: Role) -> Partner {
        Partner {
            id: "kz-customs".into(),
            role,
            may_submit_cargo: true,
            may_submit_passengers: false,
            border_posts: BTreeSet::from(["UZ-OYBEK".to_owned()]),
            quota_per_minute: 1,
            test: false,
            suspended: false,
            subject_uris: BTreeSet::new(),
        }
    }

    fn declared(post: &str, load: Load) -> Declared {
        Declared {
            manifest_reference: "SYNTHETIC-1".into(),
            journey: Some(Journey { border_post_code: post.into(), ..Journey::default() }),
            load: Some(load),
            ..Declared::default()
        }
    }

    #[track_caller]
    fn refused(partner: &Partner, declared: &Declared) -> NotAllowed {
        match submission(partner, declared) {
            Err(Failure::NotAllowed(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn role_load_and_post_are_asked_in_order() {
        let cargo = || Load::Cargo(Cargo::default());
        let list = || Load::PassengerList(PassengerList::default());
        let submitter = partner(Role::Submitter);
        for role in [Role::BorderPost, Role::Analyst, Role::Administrator] {
            assert_eq!(refused(&partner(role), &declared("UZ-OYBEK", cargo())), NotAllowed::Role);
        }
        assert_eq!(refused(&submitter, &declared("UZ-OYBEK", list())), NotAllowed::Load);
        assert_eq!(refused(&submitter, &declared("UZ-KELES", cargo())), NotAllowed::BorderPost);
        for post in ["UZ-OYBEK", " uz-oybek ", ""] {
            assert!(submission(&submitter, &declared(post, cargo())).is_ok(), "{post:?}");
        }
    }

    #[test]
    fn no_posts_are_none_and_all_posts_are_said() {
        let of = |posts: &[&str]| Partner {
            border_posts: posts.iter().map(|post| (*post).to_owned()).collect(),
            ..partner(Role::Submitter)
        };
        let declared = declared("UZ-KELES", Load::Cargo(Cargo::default()));
        assert_eq!(refused(&of(&[]), &declared), NotAllowed::BorderPost);
        assert!(submission(&of(&["*"]), &declared).is_ok());
    }

    #[test]
    fn a_key_out_of_form_is_refused() {
        let nameless = Declared { manifest_reference: String::new(), ..Declared::default() };
        assert!(matches!(submission(&partner(Role::Submitter), &nameless), Err(Failure::Key(_))));
    }
}
