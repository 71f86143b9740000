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
  - {name: customs-gateway-data, mountPath: /var/lib/customs-gateway}
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
