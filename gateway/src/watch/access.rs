//! Who may follow, and see, what.

use crate::{
    authenticate::registry::{Partner, Role},
    persist::Scope,
    reply::{Audience, Notice, Reason},
};

/// What a partner may follow, given the border post that it asked for (empty: none).
///
/// # Errors
/// What the partner is to be told.
pub(super) fn scope(partner: &Partner, border_post_code: &str) -> Result<Scope, Notice> {
    let post = || border_post_code.to_owned();
    match partner.role {
        Role::Submitter if border_post_code.is_empty() => Ok(Scope::Partner(partner.id.clone())),
        Role::Submitter => Err(Notice::new(Reason::BorderPostNotAllowed)),
        Role::BorderPost if border_post_code.is_empty() => {
            Err(Notice::new(Reason::RequestInvalid).at("border_post_code", "is required for a border post"))
        }
        Role::BorderPost if partner.border_posts.contains(border_post_code) => Ok(Scope::BorderPost(post())),
        Role::BorderPost => Err(Notice::new(Reason::BorderPostNotAllowed)),
        Role::Analyst if border_post_code.is_empty() => Ok(Scope::All),
        Role::Analyst => Ok(Scope::BorderPost(post())),
        Role::Administrator => Err(Notice::new(Reason::RoleNotAllowed)),
    }
}

/// As whom a partner reads: only customs' own see the officers' part.
pub(super) fn audience(partner: &Partner) -> Audience {
    match partner.role {
        Role::BorderPost | Role::Analyst => Audience::Officer,
        Role::Submitter | Role::Administrator => Audience::Submitter,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn partner(role: Role) -> Partner {
        Partner {
            id: "synthetic".into(),
            role,
            may_submit_cargo: false,
            may_submit_passengers: false,
            border_posts: BTreeSet::from(["UZ-OWN".to_owned()]),
            quota_per_minute: 1,
            test: false,
            suspended: false,
            subject_uris: BTreeSet::new(),
        }
    }

    #[test]
    fn a_role_follows_what_is_its_own() {
        let post = |code: &str| Ok(Scope::BorderPost(code.to_owned()));
        for (role, asked, expected) in [
            (Role::Submitter, "", Ok(Scope::Partner("synthetic".into()))),
            (Role::Submitter, "UZ-OWN", Err(Reason::BorderPostNotAllowed)),
            (Role::BorderPost, "UZ-OWN", post("UZ-OWN")),
            (Role::BorderPost, "UZ-OTHER", Err(Reason::BorderPostNotAllowed)),
            (Role::BorderPost, "", Err(Reason::RequestInvalid)),
            (Role::Analyst, "", Ok(Scope::All)),
            (Role::Analyst, "UZ-OTHER", post("UZ-OTHER")),
            (Role::Administrator, "", Err(Reason::RoleNotAllowed)),
        ] {
            let found = scope(&partner(role), asked).map_err(|notice| notice.reason);
            assert_eq!(found, expected, "{role:?} {asked:?}");
        }
    }

    #[test]
    fn the_officers_part_is_for_customs_own() {
        assert_eq!(audience(&partner(Role::Submitter)), Audience::Submitter);
        assert_eq!(audience(&partner(Role::Administrator)), Audience::Submitter);
        assert_eq!(audience(&partner(Role::BorderPost)), Audience::Officer);
        assert_eq!(audience(&partner(Role::Analyst)), Audience::Officer);
    }
}
