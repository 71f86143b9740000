{{/* Names, labels and places that more than one template needs. */}}

{{- define "customs-gateway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{/* At most 52 characters: a StatefulSet adds ten of its own to the names of its pods' labels. */}}
{{- define "customs-gateway.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "customs-gateway.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "customs-gateway.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* What selects the gateway's own pods; it can never change for an installed release. */}}
{{- define "customs-gateway.selector" -}}
app.kubernetes.io/name: {{ include "customs-gateway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: gateway
{{- end }}

{{- define "customs-gateway.labels" -}}
{{ include "customs-gateway.selector" . }}
{{ include "customs-gateway.common" . }}
{{- end }}

{{- define "customs-gateway.migrateLabels" -}}
app.kubernetes.io/name: {{ include "customs-gateway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: migrate
{{ include "customs-gateway.common" . }}
{{- end }}

{{- define "customs-gateway.common" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "customs-gateway.serviceAccountName" -}}
{{- default (ternary (include "customs-gateway.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name }}
{{- end }}

{{- define "customs-gateway.tlsSecret" -}}
{{- default (printf "%s-tls" (include "customs-gateway.fullname" .)) .Values.tls.secretName }}
{{- end }}

{{- define "customs-gateway.storeSecret" -}}
{{- default (printf "%s-store" (include "customs-gateway.fullname" .)) .Values.storeSecrets.secretName }}
{{- end }}

{{/* An image with its digest, where there is one. Takes (dict "image" … "tag" the default tag). */}}
{{- define "customs-gateway.image" -}}
{{- $tag := default .tag .image.tag -}}
{{ .image.repository }}:{{ $tag }}{{ with .image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* The port of a listener's address. */}}
{{- define "customs-gateway.grpcPort" -}}
{{ regexFind "[0-9]+$" .Values.config.authenticate.listen }}
{{- end }}

{{- define "customs-gateway.adminPort" -}}
{{ regexFind "[0-9]+$" .Values.config.admin.listen }}
{{- end }}

{{/* Pod Security "restricted", for every pod of the chart. */}}
{{- define "customs-gateway.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ int64 .Values.runAs.user }}
runAsGroup: {{ int64 .Values.runAs.group }}
fsGroup: {{ int64 .Values.runAs.group }}
# Without it every start would walk the whole volume.
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "customs-gateway.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}
