import { apply, apps, asTable, configMap, core, create, get, patch, podSpec, remove } from '../requests.ts';
import type { Answer, Scenario, Step } from '../scenario.ts';

const deployment = (name: string, pod: object = {}, metadata: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, ...metadata },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { ...podSpec, ...pod } },
  },
});
const spread = (own: object) => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', ...own },
  ],
});
const lists = (does: string, query: Record<string, string>, headers: Record<string, string> = {}): Step => ({
  ...get(does, core('configmaps'), query, headers),
});
/** The token that the last list ended with. */
const tokenOf = (answers: readonly Answer[]): string => {
  const { metadata } = (answers.at(-1)?.body ?? {}) as { metadata?: { continue?: string } };
  return metadata?.continue ?? '';
};
const oldVersion = { resourceVersion: '1' };
const metadataOnly = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' };

export const oddRequestsScenarios: readonly Scenario[] = [
  {
    name: 'strategic patches with odd orders',
    steps: [
      create('a deployment', apps('deployments'), deployment('a')),
      ...[
        { spec: { template: { spec: { $patch: 'bogus' } } } },
        { spec: { template: { spec: { containers: [{ name: 'web', $patch: 'bogus' }] } } } },
        { spec: { template: { spec: { containers: [{ $patch: 'delete' }] } } } },
        { spec: { template: { spec: { containers: [{ image: 'x' }] } } } },
        { spec: { template: { spec: { containers: 'web' } } } },
        { spec: { template: { spec: { containers: 5 } } } },
        { spec: { template: { spec: { containers: {} } } } },
        { spec: { template: [1] } },
        { metadata: { labels: 'x' } },
        { spec: { replicas: 'x' } },
        { spec: { replicas: 1.5 } },
        { spec: { paused: {} } },
        { spec: { template: { spec: { nodeName: 5 } } } },
        { metadata: { labels: { a: 5 } } },
        { spec: { strategy: { rollingUpdate: { maxSurge: true } } } },
        { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
        { spec: { strategy: { $retainKeys: ['type'], rollingUpdate: { maxSurge: 1 } } } },
        { spec: { strategy: { $retainKeys: 'type' } } },
        { metadata: { '$deleteFromPrimitiveList/finalizers': 'x' } },
        { metadata: { finalizers: ['a/b', 'c/d'] } },
        { metadata: { '$deleteFromPrimitiveList/finalizers': ['a/b'] } },
        {
          spec: {
            template: { spec: { '$setElementOrder/containers': [{ name: 'other' }, { name: 'web' }] } },
          },
        },
        {
          spec: {
            template: {
              spec: {
                '$setElementOrder/containers': [{ name: 'side' }, { name: 'web' }],
                containers: [{ name: 'side', image: 'side:1' }],
              },
            },
          },
        },
        {
          spec: {
            template: { spec: { containers: [{ $patch: 'replace' }, { name: 'new', image: 'new:1' }] } },
          },
        },
        { $patch: 'delete' },
      ].map((body) => patch('strategic', apps('deployments', 'a'), body, JSON.stringify(body))),
    ],
  },
  {
    name: 'an apply after kubectl apply as it was',
    steps: [
      {
        ...create(
          'by the client',
          core('services'),
          {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: {
              name: 'a',
              annotations: {
                'kubectl.kubernetes.io/last-applied-configuration':
                  '{"apiVersion":"v1","kind":"Service","metadata":{"annotations":{},"name":"a","namespace":"{ns}"},"spec":{"externalIPs":["1.1.1.1"],"ports":[{"port":80}],"selector":{"a":"b"}}}\n',
              },
            },
            spec: { selector: { a: 'b' }, ports: [{ port: 80 }], externalIPs: ['1.1.1.1'] },
          },
          { fieldManager: 'kubectl-client-side-apply' },
        ),
      },
      apply('kubectl', core('services', 'a'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'a' },
        spec: { selector: { a: 'c' }, ports: [{ port: 80 }], externalIPs: ['1.1.1.2', '1.1.1.1'] },
      }),
      apply('kubectl', core('services', 'a'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'a' },
        spec: { selector: { a: 'b' }, ports: [{ port: 81 }], externalIPs: ['1.1.1.1'] },
      }),
      apply('other', core('services', 'a'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'a' },
        spec: { selector: { a: 'c' }, ports: [{ port: 80 }], externalIPs: ['1.1.1.2'] },
      }),
    ],
  },
  {
    name: 'warnings at side doors',
    steps: [
      create(
        'duplicate ports',
        apps('deployments'),
        deployment('a', { nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }),
      ),
      { ...patch('merge', apps('deployments', 'a/scale'), { spec: { replicas: 2 } }), does: 'scale it' },
      { ...patch('merge', apps('deployments', 'a/status'), { status: { replicas: 2 } }), does: 'its status' },
      patch('merge', apps('deployments', 'a'), { spec: { paused: true } }, 'pause it'),
      create('spread without a selector', apps('deployments'), deployment('b', spread({}))),
      create(
        'spread with an empty selector',
        apps('deployments'),
        deployment('c', spread({ labelSelector: {} })),
      ),
      create(
        'spread wrongly',
        apps('deployments'),
        deployment('d', spread({ maxSkew: 0, whenUnsatisfiable: 'x' })),
      ),
      get('an old kind that is not there', '/api/v1/namespaces/{ns}/endpoints/nobody'),
      get('the status of an old kind', '/api/v1/componentstatuses/nobody/status'),
      create('a pod with an ephemeral container', core('pods'), {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'e' },
        spec: { ...podSpec, ephemeralContainers: [{ name: 'debug', image: 'busybox' }] },
      }),
      create('a pod', core('pods'), {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p' },
        spec: podSpec,
      }),
      patch(
        'strategic',
        core('pods', 'p'),
        { spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] } },
        'replace its containers',
      ),
    ],
  },
  {
    name: 'lists asked for in odd ways',
    steps: [
      ...['a', 'b', 'c', 'd'].map((name, index) =>
        create(name, core('configmaps'), configMap(name, {}, { labels: { odd: String(index % 2) } })),
      ),
      lists('a match without a version', { resourceVersionMatch: 'Exact' }),
      lists('an unknown match', { resourceVersionMatch: 'Newest', resourceVersion: '1' }),
      lists('exactly nothing', { resourceVersionMatch: 'Exact', resourceVersion: '0' }),
      lists('not older than nothing', { resourceVersionMatch: 'NotOlderThan', resourceVersion: '0' }),
      lists('not older than the first', { resourceVersionMatch: 'NotOlderThan', ...oldVersion }),
      lists('a version that is none', { resourceVersion: 'x' }),
      lists('a negative version', { resourceVersion: '-1' }),
      lists('a negative limit', { limit: '-1' }),
      lists('a limit that is none', { limit: 'x' }),
      lists('two', { limit: '2' }),
      lists('two of a label', { limit: '1', labelSelector: 'odd=1' }),
      {
        ...lists('the next of the label', {}),
        querySince: (answers) => ({
          limit: '1',
          labelSelector: 'odd=1',
          continue: tokenOf(answers),
        }),
      },
      lists('two by a field', { limit: '2', fieldSelector: 'metadata.name!=a' }),
      {
        ...lists('on with a version', {}),
        querySince: (answers) => ({
          resourceVersion: '5',
          continue: tokenOf(answers),
        }),
      },
      lists('at a version with a match and a token', {
        resourceVersionMatch: 'Exact',
        continue: 'x',
        ...oldVersion,
      }),
      lists('metadata of two', { limit: '2' }, metadataOnly),
      lists('a table with objects', { includeObject: 'Object', limit: '1' }, asTable),
      lists('a table without objects', { includeObject: 'None', limit: '1' }, asTable),
      lists('a table with something', { includeObject: 'Some', limit: '1' }, asTable),
      lists(
        'a table of an old version',
        { limit: '1' },
        { accept: 'application/json;as=Table;v=v1beta1;g=meta.k8s.io' },
      ),
      lists('a table of another group', { limit: '1' }, { accept: 'application/json;as=Table;v=v1;g=other' }),
      lists(
        'a form that is not known',
        { limit: '1' },
        { accept: 'application/json;as=Chair;v=v1;g=meta.k8s.io' },
      ),
      lists('only HTML', { limit: '1' }, { accept: 'text/html' }),
      lists('anything', { limit: '1' }, { accept: '*/*' }),
      lists('a timeout that is none', { timeoutSeconds: 'x' }),
      lists('by a field of a pod', { fieldSelector: 'spec.nodeName=a' }),
      lists('by a field in a set', { fieldSelector: 'metadata.name in (a)' }),
      get('pods by several fields', core('pods'), {
        fieldSelector:
          'spec.nodeName=a,status.phase!=Running,spec.restartPolicy=Always,metadata.namespace={ns}',
      }),
      get('pods by a field that is none', core('pods'), { fieldSelector: 'spec.containers=a' }),
      get('secrets by type', core('secrets'), { fieldSelector: 'type=Opaque' }),
      get('events by their object', core('events'), { fieldSelector: 'involvedObject.name=a,type=Warning' }),
      get('jobs by success', '/apis/batch/v1/namespaces/{ns}/jobs', { fieldSelector: 'status.successful=1' }),
      get('replica sets by count', apps('replicasets'), { fieldSelector: 'status.replicas=0' }),
      get('services by address', core('services'), {
        fieldSelector: 'spec.clusterIP=None,spec.type=ClusterIP',
      }),
      get('nodes by a mark', '/api/v1/nodes', { fieldSelector: 'spec.unschedulable=true' }),
      get('namespaces by phase', '/api/v1/namespaces', {
        fieldSelector: 'status.phase=Terminating,metadata.name=x',
      }),
      remove('delete with an odd policy', core('configmaps', 'a'), { propagationPolicy: 'Later' }),
      remove('delete with both', core('configmaps', 'a'), {
        propagationPolicy: 'Orphan',
        orphanDependents: true,
      }),
      { ...remove('delete half', core('configmaps')), query: { labelSelector: 'odd=1' } },
      { ...remove('delete by field', core('configmaps')), query: { fieldSelector: 'metadata.name=a' } },
      { ...remove('delete dry', core('configmaps')), query: { dryRun: 'All' } },
      {
        ...remove('delete in the background', core('configmaps'), { propagationPolicy: 'Background' }),
        query: { labelSelector: 'odd=0' },
      },
      lists('what is left', {}),
    ],
  },
];
