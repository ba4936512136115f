{{- define "textonce.selector" -}}
app.kubernetes.io/name: textonce
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "textonce.metadata" -}}
name: {{ .Release.Name }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "textonce.labels" . | nindent 2 }}
{{- end }}

{{- define "textonce.labels" -}}
{{ include "textonce.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- /* The values win over the parts that are enabled, and these over the defaults. */ -}}
{{- define "textonce.settings" -}}
{{- $settings := dict
    "PORT" "3000"
    "MANAGEMENT_SERVER_PORT" "9090"
    "TEXTONCE_INTAKES" "http,jms"
    "LOGGING_STRUCTURED_FORMAT_CONSOLE" "ecs" }}
{{- if .Values.inbox.enabled }}
{{- $settings = merge (dict "TEXTONCE_INTAKES" "http,jms,file" "TEXTONCE_INBOX" "/textonce/inbox") $settings }}
{{- end }}
{{- if .Values.routes.enabled }}
{{- $settings = merge (dict "TEXTONCE_ROUTES" "/textonce/my-routes") $settings }}
{{- end }}
{{- range $name, $value := merge (deepCopy .Values.settings) $settings }}
{{ $name }}: {{ toString $value | quote }}
{{- end }}
{{- end }}
