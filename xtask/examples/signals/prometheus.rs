//! A real Prometheus that scrapes the gateway every second, with the chart's alerts; and what the dashboard asks of it.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use xtask::tree::workspace_root;

use super::PATIENCE;

const ALERTS: &str = "helm/customs-gateway/alerts/alerts.yaml";
const DASHBOARD: &str = "helm/customs-gateway/dashboards/customs-gateway.json";

/// A running server; ended when dropped.
pub(crate) struct Prometheus {
    child: Child,
    address: String,
}

impl Prometheus {
    pub(crate) fn start(program: &Path, folder: &Path, admin: &str) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let config = folder.join("prometheus.yml");
        let alerts = workspace_root().join(ALERTS);
        let text = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [{alerts:?}]\nscrape_configs:\n\
             \x20 - job_name: customs-gateway\n    static_configs:\n\
             \x20     - targets: [\"{admin}\"]\n        labels: {{namespace: customs, pod: customs-gateway-0}}\n"
        );
        fs::write(&config, text)?;
        let log = fs::File::create(folder.join("prometheus.log"))?;
        let child = Command::new(program)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("series").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("starting Prometheus")?;
        let mut prometheus = Self { child, address };
        let began = Instant::now();
        while prometheus.series("customs_gateway_ready == 1").ok() != Some(1) {
            let ended = prometheus.child.try_wait()?;
            if ended.is_some() || began.elapsed() > PATIENCE {
                bail!("Prometheus does not scrape:\n{}", fs::read_to_string(folder.join("prometheus.log"))?);
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(prometheus)
    }

    /// How many series an expression gives now.
    pub(crate) fn series(&self, expression: &str) -> Result<usize> {
        let found = self.ask(&format!("/api/v1/query?query={}", encoded(expression)))?;
        found["result"].as_array().map(Vec::len).context("an answer without a result")
    }

    /// The values of a label.
    pub(crate) fn values_of(&self, metric: &str, label: &str) -> Result<Vec<String>> {
        let found = self.ask(&format!("/api/v1/label/{label}/values?match[]={}", encoded(metric)))?;
        Ok(serde_json::from_value(found)?)
    }

    /// Names of all alerts, every one evaluated and without an error.
    pub(crate) fn alerts(&self) -> Result<Vec<String>> {
        let found = self.ask("/api/v1/rules?type=alert")?;
        let groups = found["groups"].as_array().cloned().unwrap_or_default();
        let rules = groups.iter().flat_map(|group| group["rules"].as_array().cloned().unwrap_or_default());
        let mut names = Vec::new();
        for rule in rules {
            ensure!(rule["health"] == "ok", "{}: {}", rule["name"], rule["lastError"]);
            names.push(rule["name"].as_str().unwrap_or_default().to_owned());
        }
        let written = fs::read_to_string(workspace_root().join(ALERTS))?.matches("- alert: ").count();
        ensure!(names.len() == written, "{} of {written} alerts are loaded", names.len());
        Ok(names)
    }

    /// Names of alerts that fire, or wait for their time to do so; sorted.
    pub(crate) fn speaking(&self) -> Result<Vec<String>> {
        let found = self.ask("/api/v1/alerts")?;
        let alerts = found["alerts"].as_array().context("an answer without alerts")?;
        let mut names: Vec<_> = alerts
            .iter()
            .filter_map(|alert| alert["labels"]["alertname"].as_str())
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn ask(&self, path: &str) -> Result<Value> {
        let answer: Value = serde_json::from_str(&get(&self.address, path)?)?;
        ensure!(answer["status"] == "success", "{path}: {answer}");
        ensure!(answer["warnings"].is_null(), "{path}: {}", answer["warnings"]);
        Ok(answer["data"].clone())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Titles and expressions of the dashboard, for every namespace.
pub(crate) fn dashboard() -> Result<Vec<(String, String)>> {
    let dashboard: Value = serde_json::from_str(&fs::read_to_string(workspace_root().join(DASHBOARD))?)?;
    let mut found = Vec::new();
    for panel in dashboard["panels"].as_array().context("the dashboard has no panels")? {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let expression = target["expr"].as_str().context("a target without an expression")?;
            let title = panel["title"].as_str().unwrap_or_default().to_owned();
            found.push((title, expression.replace("$namespace", ".*")));
        }
    }
    Ok(found)
}

/// Whether promtool has nothing to say about an exposition; gives its lines.
pub(crate) fn clean(promtool: &Path, exposition: &str) -> Result<usize> {
    let mut child = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("starting promtool")?;
    child.stdin.take().context("no standard input")?.write_all(exposition.as_bytes())?;
    let output = child.wait_with_output()?;
    let told =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success() && told.trim().is_empty(), "promtool says of /metrics:\n{told}");
    Ok(exposition.lines().count())
}

/// The body of an answer with status 200. HTTP/1.0, so that it comes in one piece.
pub(crate) fn get(address: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    let status = head.lines().next().unwrap_or_default();
    ensure!(status.contains(" 200"), "{path}: {status}: {body}");
    Ok(body.to_owned())
}

/// Percent-encoding of a query's value (RFC 3986).
fn encoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}
