{{/* The pod of a gateway: the template of both workloads, the one with a volume and the one with a database. */}}

{{- define "customs-gateway.pod" -}}
{{- $fullname := include "customs-gateway.fullname" . }}
{{- $image := include "customs-gateway.image" (dict "image" .Values.image "tag" .Chart.AppVersion) }}
{{- $grace := add (div (add (int64 .Values.config.app.drain_notice_ms) (int64 .Values.config.app.drain_timeout_ms) 999) 1000) 10 }}
{{- $database := include "customs-gateway.database" . }}
{{- if or (hasPrefix "127." .Values.config.admin.listen) (hasPrefix "[::1]" .Values.config.admin.listen) }}
{{- fail "config.admin.listen: on loopback the kubelet cannot ask whether the gateway is ready; the network policy guards this port" }}
{{- end }}
{{- if eq (include "customs-gateway.grpcPort" .) (include "customs-gateway.adminPort" .) }}
{{- fail "config.admin.listen: its port is that of config.authenticate.listen; the two must differ" }}
{{- end }}
metadata:
  labels:
    {{- include "customs-gateway.labels" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    kubectl.kubernetes.io/default-container: gateway
    # Another configuration is another pod.
    checksum/config: {{ include "customs-gateway.config" . | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "customs-gateway.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  # What draining may take (config.app), and ten seconds to close the store.
  terminationGracePeriodSeconds: {{ $grace }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $database }}
  # Away from each other, so that neither a node nor a zone takes all of them. Never a reason not to run: a zone that is lost
  # is lost with its nodes.
  topologySpreadConstraints:
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - topologyKey: {{ . }}
      maxSkew: 1
      whenUnsatisfiable: {{ $.Values.spread.whenUnsatisfiable }}
      labelSelector:
        matchLabels:
          {{- include "customs-gateway.selector" $ | nindent 10 }}
      # Of each version by itself: during an upgrade the old ones leave gaps.
      matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
  securityContext:
    {{- include "customs-gateway.podSecurity" . | nindent 4 }}
  {{- $imports := and .Values.partners .Values.importPartnersAtStart }}
  {{- if or (not $database) $imports }}
  initContainers:
    {{- if not $database }}
    # The volume can be opened here only, so the schema is brought up here and not by a job.
    - name: migrate
      image: {{ $image }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: [gateway, migrate, --config, /etc/customs-gateway/config/gateway.toml]
      {{- include "customs-gateway.container" . | nindent 6 }}
    {{- end }}
    {{- if $imports }}
    - name: import-partners
      image: {{ $image }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: [gateway, partner, import, /etc/customs-gateway/registry, --config, /etc/customs-gateway/config/gateway.toml]
      {{- include "customs-gateway.container" . | nindent 6 }}
    {{- end }}
  {{- end }}
  containers:
    - name: gateway
      image: {{ $image }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: [gateway, serve, --config, /etc/customs-gateway/config/gateway.toml]
      ports:
        - name: grpc
          containerPort: {{ include "customs-gateway.grpcPort" . }}
          protocol: TCP
        - name: admin
          containerPort: {{ include "customs-gateway.adminPort" . }}
          protocol: TCP
      # A minute for the proof of registry and model at the start.
      startupProbe:
        httpGet: {path: /livez, port: admin}
        periodSeconds: 2
        failureThreshold: 30
      # Only whether the process answers: a store that is away is no reason to kill calls in flight.
      livenessProbe:
        httpGet: {path: /livez, port: admin}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      # Whether it can authenticate, decide and persist.
      readinessProbe:
        httpGet: {path: /readyz, port: admin}
        periodSeconds: 5
        timeoutSeconds: 2
        failureThreshold: 1
      {{- include "customs-gateway.container" . | nindent 6 }}
        - {name: tls, mountPath: /etc/customs-gateway/tls, readOnly: true}
  volumes:
    - name: config
      configMap:
        name: {{ $fullname }}
    - name: tls
      secret:
        secretName: {{ include "customs-gateway.tlsSecret" . }}
        # The gateway refuses a key that everybody may read.
        defaultMode: 0440
    {{- if not .Values.storeSecrets.onVolume }}
    - name: store-secrets
      secret:
        secretName: {{ include "customs-gateway.storeSecret" . }}
        defaultMode: 0440
        items:
          - {key: wrapping-keys, path: wrapping-keys}
          - {key: digest-secret, path: digest-secret}
    {{- end }}
    {{- if .Values.partners }}
    - name: registry
      projected:
        sources:
          - configMap:
              name: {{ $fullname }}-registry
              items:
                {{- range $id, $_ := .Values.partners }}
                - {key: {{ $id }}.toml, path: {{ $id }}/partner.toml}
                {{- end }}
          # Without its roots an import is refused, so a partner that has none yet need not hold up the pod. Without its
          # lists an import would take it for one that revokes nothing: there the pod waits.
          {{- range $id, $partner := .Values.partners }}
          {{- include "customs-gateway.source" (dict "from" $partner.anchors "key" "trust-bundle.pem" "path" (printf "%s/anchors.pem" $id) "optional" true) | nindent 10 }}
          {{- with $partner.crl }}
          {{- include "customs-gateway.source" (dict "from" . "key" "crl.pem" "path" (printf "%s/crl.pem" $id) "optional" false) | nindent 10 }}
          {{- end }}
          {{- end }}
    {{- end }}
    {{- with include "customs-gateway.databaseVolumes" . | trim }}
    {{- . | nindent 4 }}
    {{- end }}
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
{{- end }}

{{/* What all containers of the gateway's pod share: they are one program with one set of files. The key of the certificate
     is for the serving one alone. */}}
{{- define "customs-gateway.container" -}}
securityContext:
  {{- include "customs-gateway.containerSecurity" . | nindent 2 }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
volumeMounts:
  - {name: config, mountPath: /etc/customs-gateway/config, readOnly: true}
  {{- if not .Values.storeSecrets.onVolume }}
  - {name: store-secrets, mountPath: /etc/customs-gateway/store, readOnly: true}
  {{- end }}
  {{- if .Values.partners }}
  - {name: registry, mountPath: /etc/customs-gateway/registry, readOnly: true}
  {{- end }}
  {{- with include "customs-gateway.databaseMounts" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- if not (include "customs-gateway.database" .) }}
  - {name: customs-gateway-data, mountPath: /var/lib/customs-gateway}
  {{- end }}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{/* One file of a projected volume, from a ConfigMap or a Secret. Takes (dict "from" … "key" its default "path" … "optional" …). */}}
{{- define "customs-gateway.source" -}}
{{- $kind := ternary "secret" "configMap" (hasKey .from "secret") -}}
{{- $from := get .from $kind -}}
- {{ $kind }}:
    name: {{ $from.name }}
    optional: {{ .optional }}
    items:
      - {key: {{ default .key $from.key }}, path: {{ .path }}}
{{- end }}
