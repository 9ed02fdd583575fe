import {
  apply,
  apps,
  configMap,
  core,
  create,
  get,
  patch,
  pod,
  podSpec,
  put,
  read,
  remove,
  watch,
  widget,
  widgets,
  workload,
} from '../requests.ts';
import type { Scenario, Step } from '../scenario.ts';
import { widgetDefinition } from '../widget-definition.ts';

const rbac = (plural: string, name: string) =>
  `/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/${plural}/${name}`;
const role = (name: string, own: object = {}) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name, ...own },
});
const budgets = (name = '') =>
  `/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets${name === '' ? '' : `/${name}`}`;
const budget = (name: string, spec?: object, own: object = {}) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, ...own },
  ...(spec === undefined ? {} : { spec }),
});
const service = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});
const autoscalers = (name = '') =>
  `/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers${name === '' ? '' : `/${name}`}`;
const autoscaler = (name: string, spec: object = {}) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name },
  spec: {
    maxReplicas: 5,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    ...spec,
  },
});
const metrics = (...list: object[]) => autoscaler('b', { metrics: list });
const scale = (name: string, replicas: number) => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name },
  spec: { replicas },
});
const withQuery = (step: Step, query: Record<string, string>): Step => ({ ...step, query });
const sent = (step: Step, does: string): Step => ({ ...step, does });
const otherUid = '11111111-2222-3333-4444-555555555555';

/** What random sequences (test/real/random-sequences.test.ts) once found to be answered otherwise than by the real server. */
export const foundScenarios: readonly Scenario[] = [
  {
    name: 'found: a PUT of what is not there',
    steps: [
      put('a role', rbac('roles', 'a'), role('a')),
      create('a role by a POST', rbac('roles', '').slice(0, -1), role('d')),
      put('a role with a version', rbac('roles', 'b'), role('b', { resourceVersion: '5' })),
      put('a role with an identity', rbac('roles', 'c'), role('c', { uid: otherUid })),
      put('a service', core('services', 'a'), service('a')),
      put('a service that is wrong', core('services', 'b'), service('b', { ports: [] })),
      put('a config map', core('configmaps', 'a'), configMap('a')),
      put('a config map that is wrong', core('configmaps', 'a'), configMap('a', { a: 5 })),
      put('a budget', budgets('a'), budget('a', { minAvailable: 1 })),
      put('without a name', core('configmaps', 'a'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
      create('a budget', budgets(), budget('a', { minAvailable: 1 })),
      put('a budget without a version', budgets('a'), budget('a', { minAvailable: 2 })),
    ],
  },
  {
    name: 'found: a deletion that says one thing in its query and another in its body',
    steps: [
      create('create', core('configmaps'), configMap('a')),
      withQuery(remove('delete', core('configmaps', 'a'), { propagationPolicy: 'Background' }), {
        dryRun: 'All',
      }),
      get('gone', core('configmaps', 'a')),
    ],
  },
  {
    name: 'found: who owns a number of replicas that was 0',
    steps: [
      create('create', apps('deployments'), workload('Deployment')),
      put('scale to 3', apps('deployments', 'web/scale'), scale('web', 3)),
      get('owned by who scaled', apps('deployments', 'web')),
      put('scale to 0', apps('deployments', 'web/scale'), scale('web', 0)),
      get('owned by nobody', apps('deployments', 'web')),
      put('scale to 2', apps('deployments', 'web/scale'), scale('web', 2)),
      get('still by nobody', apps('deployments', 'web')),
      apply('one', apps('deployments', 'web/scale'), scale('web', 4)),
    ],
  },
  {
    name: 'found: an apply that gives something up',
    definitions: [widgetDefinition],
    steps: [
      apply('one', widgets('a'), widget('a', { free: { x: 1 } }, { labels: { team: 'blue' } })),
      apply('one', widgets('a'), widget('a')),
      apply('one', widgets('a'), widget('a', {}, { uid: otherUid })),
      apply('one', budgets('a'), budget('a')),
      apply('two', `${widgets('none')}/status`, widget('other')),
      sent(patch('strategic', widgets('none'), {}), 'a patch that the kind does not know'),
      apply('one', core('configmaps', 'a'), { ...configMap('a'), binaryData: { blob: 'not base64!' } }),
      create('a config map', core('configmaps'), configMap('a')),
      patch('strategic', core('configmaps', 'a'), { binaryData: { blob: 'not base64!' } }, 'no base64'),
      sent(create('', core('configmaps'), configMap('b', {}, { selfLink: '/x' })), 'a link to itself'),
      sent(create('', budgets(), budget('b', {}, { managedFields: [{}] })), 'owners that say nothing'),
    ],
  },
  {
    name: 'found: nulls',
    definitions: [widgetDefinition],
    steps: [
      create('a config map', core('configmaps'), configMap('a')),
      put('under the key of a map', core('configmaps', 'a'), configMap('a', { a: null })),
      patch('json', core('configmaps', 'a'), [
        { op: 'replace', path: '/metadata/labels', value: { a: null } },
      ]),
      patch(
        'json',
        core('configmaps', 'a'),
        [{ op: 'copy', from: '/binaryData', path: '/data/b' }],
        'a copy',
      ),
      patch(
        'json',
        core('configmaps', 'a'),
        [{ op: 'move', from: '/binaryData', path: '/data/c' }],
        'a move',
      ),
      patch('json', core('configmaps', 'a'), [{ op: 'replace', path: '/metadata', value: {} }], 'no name'),
      create('a widget', widgets(), widget('a', {}, { labels: { team: null } })),
      apply('one', `${autoscalers('a')}/status`, {
        ...autoscaler('a'),
        status: { desiredReplicas: 1, currentMetrics: null },
      }),
    ],
  },
  {
    name: 'found: autoscalers',
    steps: [
      create('create', autoscalers(), autoscaler('a')),
      patch('merge', `${autoscalers('a')}/status`, { status: { currentReplicas: 2 } }, 'a status'),
      create('no replicas', autoscalers(), autoscaler('b', { minReplicas: 0 })),
      create('a maximum of nothing', autoscalers(), autoscaler('b', { maxReplicas: 0 })),
      create('a minimum above', autoscalers(), autoscaler('b', { minReplicas: 9 })),
      create(
        'a target without a kind',
        autoscalers(),
        autoscaler('b', { scaleTargetRef: { kind: '', name: 'x' } }),
      ),
      create('a metric without a source', autoscalers(), metrics({ type: 'Resource' })),
      create('a metric without a type', autoscalers(), metrics({})),
      create('a metric of an odd type', autoscalers(), metrics({ type: 'Odd' })),
      create(
        'two sources',
        autoscalers(),
        metrics({
          type: 'Pods',
          pods: { metric: { name: 'a' }, target: { type: 'AverageValue', averageValue: '1' } },
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 5 } },
        }),
      ),
      create(
        'a target of nothing',
        autoscalers(),
        metrics({ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }),
      ),
      create(
        'a target of 0',
        autoscalers(),
        metrics({
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Odd', averageUtilization: 0, averageValue: '0' } },
        }),
      ),
      create(
        'an external metric',
        autoscalers(),
        metrics({ type: 'External', external: { metric: { name: '' }, target: { type: 'Value' } } }),
      ),
      create(
        'a container without a name',
        autoscalers(),
        metrics({ type: 'ContainerResource', containerResource: { target: { type: 'Value' } } }),
      ),
      create(
        'pods without a metric',
        autoscalers(),
        metrics({ type: 'Pods', pods: { target: { type: 'Value', value: '-1' } } }),
      ),
      create(
        'an object without a reference',
        autoscalers(),
        metrics({ type: 'Object', object: { target: { type: 'Value' } } }),
      ),
      create(
        'an odd speed',
        autoscalers(),
        autoscaler('b', {
          behavior: {
            scaleUp: { stabilizationWindowSeconds: 9999, selectPolicy: 'Odd' },
            scaleDown: { policies: [{ type: 'Odd', value: 0, periodSeconds: 9999 }] },
          },
        }),
      ),
    ],
  },
  {
    name: 'found: services',
    steps: [
      create(
        'a policy that needs the outside',
        core('services'),
        service('b', { externalTrafficPolicy: 'Local' }),
      ),
      create(
        'sources without a balancer',
        core('services'),
        service('b', { loadBalancerSourceRanges: ['192.0.2.0/24'] }),
      ),
      create('an address of its own', core('services'), service('a', { externalIPs: ['192.0.2.7'] })),
      patch('merge', core('services', 'a'), { spec: { sessionAffinity: 'ClientIP' } }, 'sticky'),
      patch('merge', core('services', 'a'), { spec: { sessionAffinity: 'None' } }, 'sticky no more'),
      patch(
        'merge',
        core('services', 'a/status'),
        { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } },
        'a balancer that there is none',
      ),
      put('a status of nothing', core('services', 'a/status'), { ...service('a'), status: {} }),
    ],
  },
  {
    name: 'found: pods',
    steps: [
      create('create', core('pods'), pod('a')),
      patch(
        'merge',
        core('pods', 'a'),
        { spec: { terminationGracePeriodSeconds: 1 } },
        'replace its containers',
      ),
      patch(
        'json',
        core('pods', 'a'),
        [{ op: 'add', path: '/spec/containers/-', value: { name: 'b', image: 'b' } }],
        'one more',
      ),
      patch(
        'merge',
        core('pods', 'a'),
        { metadata: { deletionTimestamp: '2020-01-01T00:00:00Z' } },
        'an end',
      ),
      put('a status without a class', core('pods', 'a/status'), {
        ...pod('a'),
        status: { phase: 'Running' },
      }),
      create(
        'a toleration',
        core('pods'),
        pod('b', { ...podSpec, tolerations: [{ key: 'k', operator: 'Exists' }] }),
      ),
      watch('pods', core('pods')),
      read('pods', 2),
      remove('delete', core('pods', 'a')),
      read('pods', 2),
    ],
  },
  {
    name: 'found: a service that changes its type',
    steps: [
      create('of the outside', core('services'), service('a', { type: 'NodePort' })),
      patch('merge', core('services', 'a'), { spec: { type: 'ClusterIP' } }, 'of the inside'),
      create('a balancer', core('services'), service('b', { type: 'LoadBalancer' })),
      patch('merge', core('services', 'b'), { spec: { type: 'ClusterIP' } }, 'none any more'),
    ],
  },
  {
    name: 'found: patches that go wrong elsewhere',
    definitions: [widgetDefinition],
    steps: [
      create('create', core('configmaps'), configMap('a')),
      sent(patch('merge', core('configmaps', 'a'), { metadata: { managedFields: [] } }), 'owners reset'),
      patch('json', core('configmaps', 'a'), [{ op: 'add', path: '/data/b' }], 'no value'),
      patch('json', core('configmaps', 'a'), [{ op: 'remove', path: '/metadata' }], 'no metadata'),
      sent(
        create('', core('configmaps'), configMap('a', {}, { generateName: 'a-' })),
        'a name, and a prefix',
      ),
      apply('one', widgets('none'), widget('none', {}, { uid: otherUid })),
      create('a widget', widgets(), widget('a')),
      patch('merge', `${widgets('a')}/scale`, { spec: { replicas: 'x' } }, 'the wrong type'),
      put('another identity', widgets('a'), widget('a', {}, { uid: otherUid })),
      apply('one', widgets('a'), widget('a', {}, { managedFields: [] })),
    ],
  },
];
