import { core, create, get, patch, remove } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

export const othersScenarios: readonly Scenario[] = [
  {
    name: 'other built-in kinds',
    steps: [
      create('a job', '/apis/batch/v1/namespaces/{ns}/jobs', {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'j' },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'x', image: 'x:1' }] } } },
      }),
      create('a job that restarts always', '/apis/batch/v1/namespaces/{ns}/jobs', {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'k' },
        spec: { template: { spec: { containers: [{ name: 'x', image: 'x:1' }] } } },
      }),
      patch(
        'merge',
        '/apis/batch/v1/namespaces/{ns}/jobs/j',
        { spec: { template: { spec: { containers: [{ name: 'x', image: 'x:2' }] } } } },
        'change the template of a job',
      ),
      remove('delete a job', '/apis/batch/v1/namespaces/{ns}/jobs/j'),
      create('an ingress', '/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses', {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'i' },
        spec: {
          ingressClassName: 'alb',
          rules: [
            {
              host: 'x.dev',
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: 'Prefix',
                    backend: { service: { name: 's', port: { name: 'use-annotation' } } },
                  },
                ],
              },
            },
          ],
        },
      }),
      create('an ingress without a path type', '/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses', {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'i2' },
        spec: {
          rules: [
            { http: { paths: [{ path: '/', backend: { service: { name: 's', port: { number: 80 } } } }] } },
          ],
        },
      }),
      create('an ingress without rules', '/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses', {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'i2' },
        spec: {},
      }),
      get(
        'ingresses as a table',
        '/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses',
        {},
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      ),
      create('a secret', core('secrets'), {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
        stringData: { a: 'text' },
        data: { b: 'dGV4dA==' },
      }),
      patch('merge', core('secrets', 's'), { type: 'kubernetes.io/tls' }, 'another type of secret'),
      create('a secret that is no base64', core('secrets'), {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 't' },
        data: { b: '***' },
      }),
      create('a lease', '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases', {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'l' },
        spec: {
          holderIdentity: 'me',
          leaseDurationSeconds: 15,
          renewTime: '2026-01-01T00:00:00.000000Z',
          leaseTransitions: 0,
        },
      }),
      create('an autoscaler', '/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers', {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'h' },
        spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 5 },
      }),
      create('an autoscaler of nothing', '/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers', {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'h2' },
        spec: { scaleTargetRef: {}, maxReplicas: 0 },
      }),
      create('a budget', '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets', {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'b' },
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'x' } } },
      }),
      create('a budget with two limits', '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets', {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'b2' },
        spec: { minAvailable: 1, maxUnavailable: 1 },
      }),
      create('an event', core('events'), {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'e' },
        involvedObject: { kind: 'Pod', name: 'x', namespace: '{ns}' },
        reason: 'Tested',
        message: 'text',
        type: 'Normal',
        count: 1,
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:00Z',
        source: { component: 'test' },
      }),
      create('an endpoint slice', '/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices', {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'es', labels: { 'kubernetes.io/service-name': 's' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['10.1.1.1'], conditions: { ready: true } }],
        ports: [{ port: 80 }],
      }),
      create('a role', '/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles', {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'system:reader' },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      }),
      create('a service account', core('serviceaccounts'), {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'sa' },
      }),
      create('a review', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
      }),
      create('a definition without a schema', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'x.conformance.dev' },
        spec: {
          group: 'conformance.dev',
          scope: 'Namespaced',
          names: { plural: 'x', kind: 'X' },
          versions: [{ name: 'v1', served: true, storage: true }],
        },
      }),
      create('a definition with another name', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'y.conformance.dev' },
        spec: {
          group: 'conformance.dev',
          scope: 'Namespaced',
          names: { plural: 'x', kind: 'X' },
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
          ],
        },
      }),
      create('a namespace', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: '{ns}' },
      }),
      create('a namespace with a bad name', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'Bad.Name' },
      }),
    ],
  },
];
