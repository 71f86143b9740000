//! Whether the roles that the repository hands out are neither too small nor too large, by the server's own record of who asked what.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::NAMESPACE;

/// Group, kind of resource and verb, as in `apps/statefulsets: patch`.
type Right = String;

/// Rights that a server of today does not ask for, each for a reason.
const EXCUSED: [&str; 3] = [
    // Helm follows the test's pod, and what belongs to a hook's job, by a watch that begins with what is there; a server that does not know
    // such watches (before 1.34, unless it was told to) is asked for a list first.
    "customs-gateway-installer: pods: list",
    "customs-gateway-installer: batch/jobs: list",
    "customs-gateway-installer: networking.k8s.io/networkpolicies: list",
];

/// Compares what roles allow with what their holders asked. `holders`: a role's name and the accounts it is bound to.
/// Gives how many rights there are. `whole` when everything was tried that the rights are for.
pub(super) fn check(roles: &[Value], holders: &[(&str, &[&str])], audit: &str, whole: bool) -> Result<usize> {
    let asked = asked(audit)?;
    let nothing = BTreeSet::new();
    let (mut count, mut unused) = (0, Vec::new());
    for role in roles {
        let name = role["metadata"]["name"].as_str().unwrap_or_default();
        let (_, accounts) = holders
            .iter()
            .find(|(known, _)| *known == name)
            .with_context(|| format!("role {name} is bound to nobody here"))?;
        for right in allowed(role) {
            count += 1;
            let needed =
                accounts.iter().any(|account| asked.get(*account).unwrap_or(&nothing).contains(&right));
            let right = format!("{name}: {right}");
            if !needed && !EXCUSED.contains(&right.as_str()) {
                unused.push(right);
            }
        }
    }
    if whole {
        ensure!(
            unused.is_empty(),
            "helm/installer/role.yaml allows what was never needed:\n  {}",
            unused.join("\n  ")
        );
    }
    Ok(count)
}

/// Every single right of a role.
fn allowed(role: &Value) -> BTreeSet<Right> {
    let words = |rule: &Value, key: &str| -> Vec<String> {
        let words = rule[key].as_array().into_iter().flatten();
        words.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut rights = BTreeSet::new();
    for rule in role["rules"].as_array().into_iter().flatten() {
        for group in words(rule, "apiGroups") {
            for resource in words(rule, "resources") {
                rights.extend(words(rule, "verbs").iter().map(|verb| right(&group, &resource, verb)));
            }
        }
    }
    rights
}

/// By account of the namespace: what it asked.
///
/// # Errors
/// When it was refused something: then a right is missing, even where a program goes on without.
fn asked(audit: &str) -> Result<BTreeMap<String, BTreeSet<Right>>> {
    let mut asked: BTreeMap<String, BTreeSet<Right>> = BTreeMap::new();
    let mut refused = BTreeSet::new();
    for line in audit.lines() {
        let event: Value = serde_json::from_str(line).context("a line of the audit log is no JSON")?;
        let user = event["user"]["username"].as_str().unwrap_or_default();
        let Some(account) = user.strip_prefix(&format!("system:serviceaccount:{NAMESPACE}:")) else {
            continue;
        };
        let object = &event["objectRef"];
        if object["namespace"].as_str() != Some(NAMESPACE) {
            continue;
        }
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut resource = word(&object["resource"]);
        if let Some(part) = object["subresource"].as_str() {
            resource = format!("{resource}/{part}");
        }
        let right = |verb: &str| right(&word(&object["apiGroup"]), &resource, verb);
        let verb = word(&event["verb"]);
        let code = &event["responseStatus"]["code"];
        if *code == 403 {
            let message = word(&event["responseStatus"]["message"]);
            refused.insert(format!("{account}: {}: {message}", right(&verb)));
        }
        let asked = asked.entry(account.to_owned()).or_default();
        // An object that is applied and not yet there is created, for which the server asks for that right, too.
        if verb == "patch" && *code == 201 {
            asked.insert(right("create"));
        }
        asked.insert(right(&verb));
    }
    let refused: Vec<_> = refused.into_iter().collect();
    ensure!(refused.is_empty(), "the server refused an installer:\n  {}", refused.join("\n  "));
    Ok(asked)
}

fn right(group: &str, resource: &str, verb: &str) -> Right {
    let dot = if group.is_empty() { "" } else { "/" };
    format!("{group}{dot}{resource}: {verb}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    fn event(verb: &str, code: u16) -> String {
        json!({"verb": verb, "user": {"username": "system:serviceaccount:customs:installer"},
            "objectRef": {"resource": "statefulsets", "apiGroup": "apps", "namespace": "customs"},
            "responseStatus": {"code": code}})
        .to_string()
    }

    #[test]
    fn a_right_too_many_and_one_too_few_are_found() {
        let role = json!({"metadata": {"name": "r"}, "rules": [
            {"apiGroups": ["apps"], "resources": ["statefulsets"], "verbs": ["get", "patch", "create"]}]});
        let holders: [(&str, &[&str]); 1] = [("r", &["installer"])];
        let check = |audit: &str, whole| super::check(std::slice::from_ref(&role), &holders, audit, whole);
        let both = [event("get", 200), event("patch", 201)].join("\n");
        assert_eq!(check(&both, true).unwrap(), 3);
        assert!(
            check(&event("get", 200), true).unwrap_err().to_string().contains("apps/statefulsets: patch")
        );
        assert_eq!(check(&event("get", 200), false).unwrap(), 3);
        assert!(
            check(&event("list", 403), false).unwrap_err().to_string().contains("apps/statefulsets: list")
        );
    }
}
