import { podSpec } from '../requests.ts';
import { autoscalerParts, deploymentParts, ingressParts, podParts, serviceParts } from './builtin-parts.ts';
import { gadgetDefinition, gizmoDefinition } from './definitions.ts';

type Json = Readonly<Record<string, unknown>>;

/** A kind that random sequences write to. */
export interface RandomKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  /** What makes the smallest object that is accepted, beside its name. */
  readonly base: Json;
  /** What may be laid over it: most of it legal, some of it not. */
  readonly parts: readonly Json[];
  /** The same for its status, where it has a door of its own. */
  readonly status?: readonly Json[];
  readonly hasScale?: boolean;
  readonly definition?: object;
  /** Whether strategic merge patches are known for it. */
  readonly isBuiltin: boolean;
}

const builtin = (apiVersion: string, kind: string, plural: string) => ({
  apiVersion,
  kind,
  plural,
  isBuiltin: true,
});

const condition = (type: string, status: string, reason = 'Because') => ({
  type,
  status,
  reason,
  message: 'so it is',
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

export const randomKinds: readonly RandomKind[] = [
  {
    ...builtin('v1', 'ConfigMap', 'configmaps'),
    base: { data: { a: '1' } },
    parts: [
      { data: { a: '2' } },
      { data: { b: 'x', c: 'y' } },
      { data: { 'a.b-c_d': '' } },
      { data: { a: null } },
      { data: null },
      { data: {} },
      { binaryData: { blob: 'AAEC' } },
      { binaryData: { a: 'AAEC' } },
      { binaryData: { blob: 'not base64!' } },
      { immutable: true },
      { immutable: false },
      { data: { 'no spaces': 'x' } },
      { data: { a: 5 } },
      { data: ['a'] },
      { unknown: true },
    ],
  },
  {
    ...builtin('apps/v1', 'Deployment', 'deployments'),
    base: {
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: podSpec },
      },
    },
    parts: deploymentParts,
    status: [
      { replicas: 3, updatedReplicas: 2 },
      { observedGeneration: 4 },
      { conditions: [{ ...condition('Available', 'True'), lastUpdateTime: '2026-01-01T00:00:00Z' }] },
      { conditions: [{ ...condition('Progressing', 'False'), lastUpdateTime: '2026-01-01T00:00:00Z' }] },
      { readyReplicas: 3 },
      { replicas: 'three' },
      { collisionCount: null },
    ],
    hasScale: true,
  },
  {
    ...builtin('v1', 'Service', 'services'),
    base: { spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } },
    parts: serviceParts,
    status: [
      { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
      { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }] } },
      { conditions: [condition('Ready', 'True')] },
      { conditions: [condition('Other', 'Unknown')] },
      { loadBalancer: {} },
    ],
  },
  {
    ...builtin('v1', 'Pod', 'pods'),
    base: { spec: podSpec },
    parts: podParts,
    status: [
      { phase: 'Running', podIP: '10.0.0.5', podIPs: [{ ip: '10.0.0.5' }] },
      { conditions: [{ type: 'Ready', status: 'True' }] },
      { conditions: [{ type: 'ContainersReady', status: 'False', reason: 'No' }] },
      { containerStatuses: [{ name: 'web', ready: true, restartCount: 1, image: 'a', imageID: 'b' }] },
      { phase: 'Failed', reason: 'Evicted' },
      { message: 'hello' },
    ],
  },
  {
    ...builtin('networking.k8s.io/v1', 'Ingress', 'ingresses'),
    base: { spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } } },
    parts: ingressParts,
    status: [
      { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
      { loadBalancer: { ingress: [{ hostname: 'lb.example.com', ports: [{ port: 80, protocol: 'TCP' }] }] } },
      { loadBalancer: {} },
    ],
  },
  {
    ...builtin('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
    base: {
      spec: { maxReplicas: 5, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    },
    parts: autoscalerParts,
    status: [
      { currentReplicas: 2, desiredReplicas: 3 },
      { currentReplicas: 2, desiredReplicas: 2, conditions: [condition('AbleToScale', 'True')] },
      { desiredReplicas: 1, currentMetrics: null },
    ],
  },
  {
    ...builtin('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
    base: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
    parts: [
      { rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] }] },
      { rules: [] },
      { rules: null },
      { rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['a'], verbs: ['*'] }] },
      { rules: [{ apiGroups: [''], resources: ['pods'], verbs: [] }] },
      { rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }] },
      { rules: [{ resources: ['pods'], verbs: ['get'] }] },
      { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'], unknown: 1 }] },
    ],
  },
  {
    ...builtin('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
    base: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' } },
    parts: [
      { subjects: [{ kind: 'User', name: 'ann', apiGroup: 'rbac.authorization.k8s.io' }] },
      { subjects: [{ kind: 'User', name: 'ann' }] },
      { subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }] },
      { subjects: [{ kind: 'ServiceAccount', name: 'robot' }] },
      { subjects: [{ kind: 'Group', name: '' }] },
      { subjects: [{ kind: 'Robot', name: 'x' }] },
      { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' } },
      { roleRef: { kind: 'ClusterRole', name: 'view' } },
    ],
  },
  {
    ...builtin('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
    base: { spec: { podSelector: {} } },
    parts: [
      { spec: { podSelector: { matchLabels: { app: 'web' } } } },
      { spec: { podSelector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } } },
      { spec: { policyTypes: ['Ingress', 'Egress'] } },
      { spec: { ingress: [{ from: [{ podSelector: { matchLabels: { app: 'a' } } }] }] } },
      { spec: { ingress: [{ ports: [{ port: 80 }, { port: 'web', protocol: 'UDP' }] }] } },
      { spec: { egress: [{ to: [{ ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.0/28'] } }] }] } },
      { spec: { egress: [{}] } },
      { spec: { egress: null } },
    ],
  },
  {
    ...builtin('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
    base: { spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } } },
    parts: [
      { spec: { minAvailable: '50%' } },
      { spec: { minAvailable: null, maxUnavailable: 1 } },
      { spec: { selector: { matchLabels: { app: 'api' } } } },
      { spec: { selector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['x', 'y'] }] } } },
      { spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } },
      { spec: { selector: {} } },
      { spec: { minAvailable: 1 } },
    ],
    status: [
      { currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0, expectedPods: 1 },
      { conditions: [condition('DisruptionAllowed', 'True')] },
      { observedGeneration: 2 },
      { disruptedPods: { p: '2026-01-01T00:00:00Z' } },
    ],
  },
  {
    apiVersion: 'random.dev/v1',
    kind: 'Gadget',
    plural: 'gadgets',
    isBuiltin: false,
    definition: gadgetDefinition,
    base: { spec: { size: 'small' } },
    parts: [
      { spec: { size: 'large' } },
      { spec: { size: 'huge' } },
      { spec: { replicas: 3 } },
      { spec: { replicas: 99 } },
      { spec: { replicas: null } },
      { spec: { port: 80 } },
      { spec: { port: 'web' } },
      { spec: { port: true } },
      { spec: { owner: null } },
      { spec: { owner: 'ann' } },
      { spec: { tags: ['a', 'b'] } },
      { spec: { tags: ['b', 'c'] } },
      { spec: { tags: ['a', 'a'] } },
      { spec: { tags: [] } },
      { spec: { parts: [{ name: 'a' }] } },
      { spec: { parts: [{ name: 'b', weight: 2 }, { name: 'a' }] } },
      { spec: { parts: [{ name: 'a', weight: 7, more: { x: 'y' } }] } },
      { spec: { parts: [{ name: 'a' }, { name: 'a' }] } },
      { spec: { parts: [{ weight: 2 }] } },
      { spec: { parts: null } },
      { spec: { args: ['x'] } },
      { spec: { args: ['y', 'x', 'x'] } },
      { spec: { free: { any: [1, { thing: true }], more: { deep: 1.5 } } } },
      { spec: { free: { any: 'other' } } },
      { spec: { free: null } },
      {
        spec: {
          embedded: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: '1' } },
        },
      },
      { spec: { embedded: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { labels: { a: 'b' } } } } },
      { spec: { embedded: { kind: 'ConfigMap' } } },
      { spec: { labels: { a: 'x' } } },
      { spec: { labels: { b: 'y', a: null } } },
      { spec: { whole: { a: 1, b: 2 } } },
      { spec: { whole: { b: 3 } } },
      { spec: { nested: {} } },
      { spec: { nested: { level: 5 } } },
      { spec: { nested: { inner: {} } } },
      { spec: { nested: null } },
      { spec: { ratio: 0.5 } },
      { spec: { ratio: 2 } },
      { spec: { unknown: 'x' } },
      { spec: 'text' },
    ],
    status: [
      { replicas: 2 },
      { selector: 'app=web' },
      { phase: 'Ready' },
      { phase: 5 },
      { conditions: [condition('Ready', 'True')] },
      { conditions: [condition('Synced', 'False')] },
      { unknown: 1 },
    ],
    hasScale: true,
  },
  {
    apiVersion: 'random.dev/v1',
    kind: 'Gizmo',
    plural: 'gizmos',
    isBuiltin: false,
    definition: gizmoDefinition,
    base: { spec: {} },
    parts: [
      { spec: { ports: [{ port: 80 }] } },
      { spec: { ports: [{ port: 80, protocol: 'UDP', name: 'dns' }] } },
      {
        spec: {
          ports: [
            { port: 80, protocol: 'TCP' },
            { port: 81, name: 'b' },
          ],
        },
      },
      { spec: { ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] } },
      { spec: { fixed: 'one' } },
      { spec: { fixed: 'two' } },
      { spec: { range: { from: 1, to: 2 } } },
      { spec: { range: { from: 3 } } },
      { spec: { range: { to: 0 } } },
      { spec: { items: [{ a: 1 }, { a: 2, b: 'x' }] } },
      { spec: { items: [{ b: 'y' }] } },
      { spec: { matrix: [['a'], ['b', 'c']] } },
      { spec: { matrix: [] } },
      { spec: { map: { one: { weight: 1 }, two: {} } } },
      { spec: { map: { one: { weight: 2 } } } },
      { spec: { map: { one: null } } },
      { spec: { open: { x: 1, known: 2 } } },
      { spec: { open: { known: 'text' } } },
      { spec: { numbers: [1, 2] } },
      { spec: { numbers: [2, 3] } },
      { spec: { when: '2026-01-01T00:00:00Z', kind: 'b' } },
      { spec: { when: 'yesterday' } },
      { spec: { unknown: [] } },
      { status: { seen: 1 } },
      { status: { seen: 2, note: 'x' } },
      { top: 'x' },
      { spec: null },
    ],
  },
];
