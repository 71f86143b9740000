// The chart's custom resources against the schemas of those who define them. Fails when a file holds a kind of theirs that is not
// known here, and when no file holds any.
import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { Certificate } from "@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate";
import { PrometheusRule } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule";
import { ServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";

const known = { Certificate, PrometheusRule, ServiceMonitor };
const builtIn = /^(v1$|apps\/|autoscaling\/|batch\/|policy\/|networking\.k8s\.io\/)/;
let seen = 0;

for (const file of process.argv.slice(2)) {
  for (const document of parseAllDocuments(readFileSync(file, "utf8"), { version: "1.1" })) {
    const object = document.toJS();
    if (!object || builtIn.test(object.apiVersion)) continue;
    const Kind = known[object.kind];
    if (!Kind) throw new Error(`${file}: nothing here knows ${object.apiVersion} ${object.kind}`);
    try {
      new Kind(object).validate();
    } catch (error) {
      throw new Error(`${file}: ${object.kind} ${object.metadata.name}: ${error.message}`);
    }
    seen += 1;
  }
}
if (seen === 0) throw new Error("no custom resource was seen");
console.log(`${seen} custom resources`);
