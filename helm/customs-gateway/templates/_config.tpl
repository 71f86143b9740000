{{/* The gateway's configuration: the block `config` with the places of the files that the chart mounts. */}}

{{- define "customs-gateway.config" -}}
{{- $secrets := ternary "/var/lib/customs-gateway/secrets" "/etc/customs-gateway/store" .Values.storeSecrets.onVolume }}
{{- $places := dict
  "authenticate" (dict
    "certificate_file" "/etc/customs-gateway/tls/tls.crt"
    "key_file" "/etc/customs-gateway/tls/tls.key")
  "persist" (dict
    "wrapping_keys_file" (printf "%s/wrapping-keys" $secrets)
    "digest_secret_file" (printf "%s/digest-secret" $secrets)) }}
{{- if include "customs-gateway.database" . }}
{{- $_ := mustMerge $places.persist (include "customs-gateway.databasePlaces" . | fromYaml) }}
{{- else }}
{{- $_ := set $places.persist "path" "/var/lib/customs-gateway/store.db" }}
{{- end }}
{{- $config := mustMergeOverwrite (deepCopy .Values.config) $places }}
{{- range $section, $keys := $config }}
{{- include "customs-gateway.toml.table" (dict "path" $section "keys" $keys) }}
{{- end }}
{{- end }}

{{/* One table of a TOML file, values before the tables within. Takes (dict "path" its name "keys" what it holds).
     Helm's own toToml writes whole numbers as fractions, which the gateway rightly refuses. */}}
{{- define "customs-gateway.toml.table" }}
[{{ .path }}]
{{- include "customs-gateway.toml.values" .keys }}
{{- $path := .path }}
{{- range $key, $value := .keys }}
{{- if kindIs "map" $value }}
{{- include "customs-gateway.toml.table" (dict "path" (printf "%s.%s" $path $key) "keys" $value) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "customs-gateway.toml.values" }}
{{- range $key, $value := . }}
{{- if not (or (kindIs "map" $value) (kindIs "invalid" $value)) }}
{{ $key }} = {{ include "customs-gateway.toml.value" $value }}
{{- end }}
{{- end }}
{{- end }}

{{- define "customs-gateway.toml.value" -}}
{{- if kindIs "string" . }}{{ mustToJson . }}
{{- else if kindIs "bool" . }}{{ . }}
{{- else if kindIs "slice" . }}[{{ range $index, $each := . }}{{ if $index }}, {{ end }}{{ include "customs-gateway.toml.value" $each }}{{ end }}]
{{- else if kindIs "map" . }}{ {{- $comma := "" }}{{ range $key, $each := . }}{{ $comma }} {{ $key }} = {{ include "customs-gateway.toml.value" $each }}{{ $comma = "," }}{{ end }} }
{{- else }}{{ int64 . }}
{{- end }}
{{- end }}
