{{/* The database that several gateways share, where one is named. */}}

{{/* Not empty where there is one. */}}
{{- define "customs-gateway.database" -}}
{{ .Values.database.url }}{{ .Values.database.secret.name }}
{{- end }}

{{- define "customs-gateway.replicas" -}}
{{ ternary 3 .Values.replicas (eq (toString .Values.replicas) "auto") | int64 }}
{{- end }}

{{/* The section [persist] of the configuration that says where it is. */}}
{{- define "customs-gateway.databasePlaces" -}}
{{- $place := "/etc/customs-gateway/database" }}
{{- with .Values.database }}
{{- if .secret.name }}
url_file: {{ $place }}/address/{{ .secret.key }}
{{- else }}
url: {{ .url }}
{{- end }}
{{- if .password.name }}
password_file: {{ $place }}/password/{{ .password.key }}
{{- end }}
{{- if or .ca.secret .ca.configMap }}
ca_file: {{ $place }}/ca/ca.crt
{{- end }}
{{- end }}
{{- end }}

{{- define "customs-gateway.databaseMounts" -}}
{{- with .Values.database }}
{{- if .secret.name }}
- {name: database-address, mountPath: /etc/customs-gateway/database/address, readOnly: true}
{{- end }}
{{- if .password.name }}
- {name: database-password, mountPath: /etc/customs-gateway/database/password, readOnly: true}
{{- end }}
{{- if or .ca.secret .ca.configMap }}
- {name: database-ca, mountPath: /etc/customs-gateway/database/ca, readOnly: true}
{{- end }}
{{- end }}
{{- end }}

{{- define "customs-gateway.databaseVolumes" -}}
{{- with .Values.database }}
{{- range $name, $from := dict "address" .secret "password" .password }}
{{- if $from.name }}
- name: database-{{ $name }}
  secret:
    secretName: {{ $from.name }}
    defaultMode: 0440
    # That key alone: such a Secret holds more.
    items:
      - {key: {{ $from.key }}, path: {{ $from.key }}}
{{- end }}
{{- end }}
{{- if or .ca.secret .ca.configMap }}
- name: database-ca
  projected:
    sources:
      {{- include "customs-gateway.source" (dict "from" .ca "key" "ca.crt" "path" "ca.crt" "optional" false) | nindent 6 }}
{{- end }}
{{- end }}
{{- end }}

{{/* Whom a pod that speaks to the database may call: it, and the servers of names. */}}
{{- define "customs-gateway.databaseEgress" -}}
{{- $port := regexFind "^[0-9]+" (trimPrefix ":" (regexFind ":[0-9]+" (regexReplaceAll "^[a-z]+://([^@/]*@)?" .Values.database.url ""))) }}
- ports:
    - port: {{ default .Values.networkPolicy.databasePort $port | int64 }}
      protocol: TCP
  {{- with .Values.networkPolicy.databaseTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "customs-gateway.dnsEgress" -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
  {{- with .Values.networkPolicy.dnsTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* A release keeps its kind of store: the other kind begins empty, and what is in this one would be out of sight without a
     word. Takes (dict "root" "kind" of the workload that the other store has). */}}
{{- define "customs-gateway.sameStore" -}}
{{- $root := .root }}
{{- if and (not $root.Values.database.otherStoreIsEmptied) (lookup "apps/v1" .kind $root.Release.Namespace (include "customs-gateway.fullname" $root)) }}
{{- fail (printf "this release keeps its store %s, and the new values name another, which begins empty; see \"From the volume to a database\" in docs/OPERATIONS.md, then set database.otherStoreIsEmptied" (ternary "on a volume" "in a database" (eq .kind "StatefulSet"))) }}
{{- end }}
{{- end }}
