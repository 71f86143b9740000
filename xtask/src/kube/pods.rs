//! The pods that controllers would make. None runs here, and of a workload's template the server only warns; so each template is put
//! to it as a pod, by the account of the controller that would do so.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::{
    NAMESPACE,
    client::{Client, unwarned},
};

/// Has the server judge every pod, and every claim, of the workloads among objects. Gives how many pods there were.
pub(super) fn judged(administrator: &Client<'_>, objects: &[Value]) -> Result<usize> {
    let mut count = 0;
    for object in objects {
        let Some((controller, made)) = made_of(object) else { continue };
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        let account = format!("--as=system:serviceaccount:kube-system:{controller}");
        let mut command: Command =
            administrator.kubectl(&["create", "--dry-run=server", "--namespace", NAMESPACE, &account]);
        let list = json!({"apiVersion": "v1", "kind": "List", "items": made});
        unwarned(command.args(["-o", "name", "-f", "-"]), &list.to_string())
            .with_context(|| format!("the pod of {} {name}", object["kind"]))?;
        count += 1;
    }
    ensure!(count > 0, "the chart made no workload");
    Ok(count)
}

/// The controller of a workload, and what that makes: a pod, and the claims that it mounts.
fn made_of(object: &Value) -> Option<(&'static str, Vec<Value>)> {
    let spec = &object["spec"];
    let (controller, template) = match object["kind"].as_str()? {
        "StatefulSet" => ("statefulset-controller", &spec["template"]),
        "Deployment" | "ReplicaSet" => ("replicaset-controller", &spec["template"]),
        "DaemonSet" => ("daemon-set-controller", &spec["template"]),
        "Job" => ("job-controller", &spec["template"]),
        "CronJob" => ("cronjob-controller", &spec["jobTemplate"]["spec"]["template"]),
        _ => return None,
    };
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let mut pod = template.clone();
    pod["apiVersion"] = json!("v1");
    pod["kind"] = json!("Pod");
    pod["metadata"]["name"] = json!(format!("{name}-0"));
    let mut made = Vec::new();
    for claim in spec["volumeClaimTemplates"].as_array().into_iter().flatten() {
        let volume = claim["metadata"]["name"].as_str().unwrap_or_default();
        let claimed = format!("{volume}-{name}-0");
        let mut claim = claim.clone();
        claim["apiVersion"] = json!("v1");
        claim["kind"] = json!("PersistentVolumeClaim");
        claim["metadata"]["name"] = json!(claimed);
        let volumes = &mut pod["spec"]["volumes"];
        if !volumes.is_array() {
            *volumes = json!([]);
        }
        if let Some(volumes) = volumes.as_array_mut() {
            volumes.push(json!({"name": volume, "persistentVolumeClaim": {"claimName": claimed}}));
        }
        made.push(claim);
    }
    made.push(pod);
    Some((controller, made))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn a_stateful_sets_pod_mounts_its_claim() {
        let set = json!({"kind": "StatefulSet", "metadata": {"name": "gw"}, "spec": {
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": []}},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {}}],
        }});
        let (controller, made) = super::made_of(&set).unwrap();
        assert_eq!(controller, "statefulset-controller");
        assert_eq!(made[0]["metadata"]["name"], "data-gw-0");
        assert_eq!(made[1]["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"], "data-gw-0");
        assert!(super::made_of(&json!({"kind": "Service"})).is_none());
    }
}
