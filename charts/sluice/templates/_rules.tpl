{{- /* Generated from src/operator/permissions.ts by `npm run generate`. */ -}}
{{- define "sluice.rules" -}}
- apiGroups: [argoproj.io]
  resources: [rollouts]
  verbs: [get, list, watch, patch]
- apiGroups: [argoproj.io]
  resources: [rollouts/status]
  verbs: [patch]
- apiGroups: [argoproj.io]
  resources: [rollouts/finalizers, analysisruns/finalizers, experiments/finalizers]
  verbs: [update]
- apiGroups: [argoproj.io]
  resources: [analysisruns, experiments]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [argoproj.io]
  resources: [analysistemplates]
  verbs: [list, watch]
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [list, watch, patch]
- apiGroups: [""]
  resources: [podtemplates]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [pods]
  verbs: [list, patch]
- apiGroups: [""]
  resources: [pods/eviction]
  verbs: [create]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- if .Values.clusterInstall }}
- apiGroups: [argoproj.io]
  resources: [clusteranalysistemplates]
  verbs: [list, watch]
{{- end }}
{{- if .Values.rbac.jobs }}
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create, delete]
{{- end }}
{{- if .Values.rbac.secrets }}
- apiGroups: [""]
  resources: [secrets]
  verbs: [get]
{{- end }}
{{- if and .Values.providerRBAC.enabled .Values.providerRBAC.providers.ingress }}
- apiGroups: [networking.k8s.io]
  resources: [ingresses]
  verbs: [get, list, watch, create, patch]
{{- end }}
{{- if and .Values.providerRBAC.enabled .Values.providerRBAC.providers.istio }}
- apiGroups: [networking.istio.io]
  resources: [virtualservices, destinationrules]
  verbs: [get, list, watch, patch]
{{- end }}
{{- if and .Values.providerRBAC.enabled .Values.providerRBAC.providers.gatewayAPI }}
- apiGroups: [gateway.networking.k8s.io]
  resources: [httproutes, grpcroutes, tcproutes, tlsroutes]
  verbs: [get, list, watch, patch]
{{- end }}
{{- if and .Values.providerRBAC.enabled .Values.providerRBAC.providers.traefik }}
- apiGroups: [traefik.io, traefik.containo.us]
  resources: [traefikservices]
  verbs: [get, list, watch, patch]
{{- end }}
{{- if and .Values.providerRBAC.enabled .Values.providerRBAC.providers.apisix }}
- apiGroups: [apisix.apache.org]
  resources: [apisixroutes]
  verbs: [get, list, watch, create, patch, delete]
{{- end }}
{{- if and .Values.providerRBAC.enabled .Values.providerRBAC.providers.ambassador }}
- apiGroups: [getambassador.io]
  resources: [mappings]
  verbs: [list, watch, create, patch, delete]
{{- end }}
{{- if and .Values.providerRBAC.enabled .Values.providerRBAC.providers.awsAppMesh }}
- apiGroups: [appmesh.k8s.aws]
  resources: [virtualservices]
  verbs: [list, watch]
- apiGroups: [appmesh.k8s.aws]
  resources: [virtualnodes, virtualrouters]
  verbs: [get, list, watch, patch]
{{- end }}
{{- if and .Values.providerRBAC.enabled .Values.providerRBAC.providers.awsLoadBalancerController }}
- apiGroups: [elbv2.k8s.aws]
  resources: [targetgroupbindings]
  verbs: [list]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list]
{{- end }}
{{- if and .Values.providerRBAC.enabled .Values.providerRBAC.providers.smi }}
- apiGroups: [split.smi-spec.io]
  resources: [trafficsplits]
  verbs: [list, watch, create, patch]
{{- end }}
{{- if .Values.notifications.selfService }}
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [argo-rollouts-notification-configmap]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [secrets]
  resourceNames: [argo-rollouts-notification-secret]
  verbs: [list, watch]
{{- end }}
{{- end }}
{{- define "sluice.ownRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get, list, watch, create, update]
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [argo-rollouts-config]
  verbs: [get]
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [argo-rollouts-notification-configmap]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [secrets]
  resourceNames: [argo-rollouts-notification-secret]
  verbs: [list, watch]
{{- end }}
{{- define "sluice.userRules.admin" -}}
- apiGroups: [argoproj.io]
  resources: [rollouts, experiments, analysisruns, analysistemplates, clusteranalysistemplates, rollouts/scale, rollouts/status]
  verbs: [create, delete, deletecollection, get, list, patch, update, watch]
{{- end }}
{{- define "sluice.userRules.edit" -}}
- apiGroups: [argoproj.io]
  resources: [rollouts, experiments, analysisruns, analysistemplates, clusteranalysistemplates, rollouts/scale, rollouts/status]
  verbs: [create, delete, deletecollection, get, list, patch, update, watch]
{{- end }}
{{- define "sluice.userRules.view" -}}
- apiGroups: [argoproj.io]
  resources: [rollouts, experiments, analysisruns, analysistemplates, clusteranalysistemplates, rollouts/scale, rollouts/status]
  verbs: [get, list, watch]
{{- end }}
