//! What a partner may see of what is stored: one rule for every service.

use crate::{
    authenticate::registry::{Partner, Role},
    persist::ManifestSummary,
};

/// May a partner see this manifest and its pre-decisions? What it may not see does not exist for it.
#[must_use]
pub fn may_see(partner: &Partner, manifest: &ManifestSummary) -> bool {
    let bound_for_it =
        || manifest.border_post_code.as_ref().is_some_and(|code| partner.border_posts.contains(code));
    match partner.role {
        Role::Submitter => manifest.key.partner_id == partner.id,
        Role::BorderPost => !manifest.test && bound_for_it(),
        Role::Analyst => !manifest.test,
        Role::Administrator => false,
    }
}
