//! What the pod of `helm test` runs, as processes: no pod runs at the API server of `cargo xtask kube`.

use std::process::Command;

use serde_json::Value;

use super::{object, rendered};
use crate::harness::{Gateway, eventually};

/// The words of a container's command.
fn words(container: &Value) -> Vec<String> {
    serde_json::from_value(container["command"].clone()).unwrap()
}

/// The address that the pod asks is the service of the operators' port, of each rendering.
#[test]
fn helm_test_asks_the_service_of_the_operators_port() {
    for (case, objects) in rendered() {
        let pod = object(&objects, "Pod", "-test").unwrap_or_else(|| panic!("{case}: no test"));
        let service = object(&objects, "Service", "-admin").unwrap();
        let (name, port) = (&service["metadata"]["name"], &service["spec"]["ports"][0]);
        assert_eq!(port["targetPort"], "admin", "{case}");
        let asked = words(&pod["spec"]["containers"][1]).pop().unwrap();
        assert_eq!(asked, format!("http://{}:{}/readyz", name.as_str().unwrap(), port["port"]), "{case}");
        let own = &pod["spec"]["volumes"][0]["configMap"]["name"];
        let is_it = |each: &Value| {
            each["kind"] == "ConfigMap"
                && each["metadata"]["name"] == *own
                && !each["data"]["gateway.toml"].is_null()
        };
        assert!(objects.iter().any(is_it), "{case}: the gateway's own configuration");
    }
}

/// The first container reads the rendered configuration; the second says whether a gateway is ready.
#[tokio::test(flavor = "multi_thread")]
async fn what_helm_test_runs_fails_when_the_gateway_is_not_ready() {
    let (_, objects) = rendered().into_iter().find(|(case, _)| case == "database").unwrap();
    let containers = &object(&objects, "Pod", "-test").unwrap()["spec"]["containers"];
    let mut gateway = Gateway::start(&[("app.drain_notice_ms", "60000")]).await;

    let file = gateway.folder.path().join("rendered.toml");
    let own = objects.iter().find(|each| !each["data"]["gateway.toml"].is_null()).unwrap();
    let text = own["data"]["gateway.toml"].as_str().unwrap();
    let check = words(&containers[0]);
    assert_eq!(check[0], "gateway");
    let reads = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_gateway"));
        command.args(&check[1..check.len() - 1]).arg(&file).output().unwrap().status.success()
    };
    assert!(reads(text));
    assert!(!reads(&format!("{text}\n[nothing]\n")), "a configuration that is not its own");

    let ask = words(&containers[1]);
    let (_, path) = ask.last().unwrap().strip_prefix("http://").unwrap().split_once('/').unwrap();
    let here = format!("http://{}/{path}", gateway.admin);
    let says = async |gateway: &Gateway| {
        let mut command = tokio::process::Command::new(&ask[0]);
        match command.args(&ask[1..ask.len() - 1]).arg(&here).output().await {
            Ok(said) => said.status.success(),
            // A machine without it: then by what it would have been told.
            Err(error) => {
                eprintln!("{} cannot be started ({error}); its question is asked without it", ask[0]);
                gateway.http(&format!("/{path}")).await.0 == 200
            }
        }
    };
    eventually("ready", async || says(&gateway).await).await;
    gateway.begin_to_stop();
    eventually("not ready", async || !says(&gateway).await).await;
}
