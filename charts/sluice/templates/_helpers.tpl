{{- define "sluice.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* Of all objects: the release's name, with the chart's where that does not say it. */ -}}
{{- define "sluice.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "sluice.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "sluice.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* Of objects that no namespace has: two releases in two namespaces may have one name. */ -}}
{{- define "sluice.clusterName" -}}
{{- $name := include "sluice.fullname" . }}
{{- if eq $name .Release.Namespace }}{{ $name }}{{ else }}{{ printf "%s-%s" $name .Release.Namespace }}{{ end }}
{{- end }}

{{- define "sluice.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "sluice.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name is needed when serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* With the role of IRSA. What cannot be meant is refused: a role that nobody gets would show only when AWS is asked. */ -}}
{{- define "sluice.serviceAccountAnnotations" -}}
{{- $annotations := .Values.serviceAccount.annotations }}
{{- if eq .Values.aws.identity "irsa" }}
{{- $role := required "aws.identity=irsa needs aws.roleArn, the role that the ServiceAccount is annotated with" .Values.aws.roleArn }}
{{- $annotations = merge (dict "eks.amazonaws.com/role-arn" $role) $annotations }}
{{- end }}
{{- toYaml $annotations }}
{{- end }}

{{- define "sluice.checkAws" -}}
{{- with .Values }}
{{- if and .aws.roleArn (not .aws.identity) }}
{{- fail "aws.roleArn needs aws.identity: irsa (an annotation gives the role) or podIdentity (an association does)" }}
{{- end }}
{{- if and (eq .aws.identity "irsa") (not .serviceAccount.create) }}
{{- fail (printf "aws.identity=irsa annotates the ServiceAccount, which this chart does not make (serviceAccount.create=false): annotate %s with eks.amazonaws.com/role-arn where it is made, and leave aws.identity out" .serviceAccount.name) }}
{{- end }}
{{- if and (eq .aws.identity "podIdentity") (index .serviceAccount.annotations "eks.amazonaws.com/role-arn") }}
{{- fail "aws.identity=podIdentity and the annotation eks.amazonaws.com/role-arn of IRSA exclude each other: the annotation would win; take it out of serviceAccount.annotations" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "sluice.selectorLabels" -}}
app.kubernetes.io/name: {{ include "sluice.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: controller
{{- end }}

{{- define "sluice.commonLabels" -}}
app.kubernetes.io/name: {{ include "sluice.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: sluice
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "sluice.labels" -}}
{{ include "sluice.commonLabels" . }}
app.kubernetes.io/component: controller
{{- end }}

{{- define "sluice.image" -}}
{{- with .Values.controller.image }}
{{- $repository := ternary .repository (printf "%s/%s" .registry .repository) (empty .registry) }}
{{- if .digest }}
{{- printf "%s@%s" $repository .digest }}
{{- else }}
{{- printf "%s:%s" $repository (default $.Chart.AppVersion .tag) }}
{{- end }}
{{- end }}
{{- end }}

{{- /* The subject of the bindings. */ -}}
{{- define "sluice.subjects" -}}
- kind: ServiceAccount
  name: {{ include "sluice.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}

{{- /* Metadata of an object that is found by its labels, wherever `values` want it. Takes root, name and values. */ -}}
{{- define "sluice.foundBy" -}}
name: {{ .name }}
namespace: {{ default .root.Release.Namespace .values.namespace }}
labels:
  {{- merge dict .values.additionalLabels (include "sluice.commonLabels" .root | fromYaml) | toYaml | nindent 2 }}
{{- with .values.additionalAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
