import {
  apps,
  bodyOf,
  configMap,
  core,
  create,
  get,
  patch,
  pod,
  put,
  remove,
  versionOf,
  workload,
} from '../requests.ts';
import type { Answer, Scenario } from '../scenario.ts';

const options = (own: object) => ({ kind: 'DeleteOptions', apiVersion: 'v1', ...own });
const uidOf = (answers: readonly Answer[], index: number) =>
  (bodyOf(answers, index) as { metadata: { uid: string } }).metadata.uid;
const inApps = (name: string) => apps('replicasets', name);

export const deletionScenarios: readonly Scenario[] = [
  {
    name: 'deletes with conditions',
    steps: [
      create('create', core('configmaps'), configMap('a')),
      remove('an old version', core('configmaps', 'a'), options({ preconditions: { resourceVersion: '1' } })),
      remove('another identity', core('configmaps', 'a'), options({ preconditions: { uid: 'x' } })),
      { ...remove('a dry run', core('configmaps', 'a')), query: { dryRun: 'All' } },
      remove('a dry run in the body', core('configmaps', 'a'), options({ dryRun: ['All'] })),
      remove('a dry run of another sort', core('configmaps', 'a'), options({ dryRun: ['Some'] })),
      remove('a wrong policy', core('configmaps', 'a'), options({ propagationPolicy: 'Sideways' })),
      remove(
        'a policy and its older form',
        core('configmaps', 'a'),
        options({ propagationPolicy: 'Orphan', orphanDependents: true }),
      ),
      remove('a negative grace', core('configmaps', 'a'), options({ gracePeriodSeconds: -1 })),
      remove('another kind of options', core('configmaps', 'a'), { kind: 'Pod', apiVersion: 'v1' }),
      remove('options that are a list', core('configmaps', 'a'), []),
      {
        ...remove('with both identities', core('configmaps', 'a')),
        body: (answers: readonly Answer[]) =>
          options({ preconditions: { uid: uidOf(answers, 0), resourceVersion: versionOf(answers, 0) } }),
      },
      get('gone', core('configmaps', 'a')),
    ],
  },
  {
    name: 'policies',
    steps: [
      create('background', apps('replicasets'), { ...workload('ReplicaSet'), metadata: { name: 'b' } }),
      remove('delete it', inApps('b'), options({ propagationPolicy: 'Background' })),
      create('by default', apps('replicasets'), { ...workload('ReplicaSet'), metadata: { name: 'd' } }),
      remove('delete it by default', inApps('d')),
      create('by query', apps('replicasets'), { ...workload('ReplicaSet'), metadata: { name: 'q' } }),
      { ...remove('delete it by query', inApps('q')), query: { propagationPolicy: 'Background' } },
      create('with a hold', apps('replicasets'), {
        ...workload('ReplicaSet'),
        metadata: { name: 'h', finalizers: ['conformance.dev/hold'] },
      }),
      remove('delete what is held', inApps('h'), options({ propagationPolicy: 'Background' })),
      remove('delete it again, in the foreground', inApps('h'), options({ propagationPolicy: 'Background' })),
      patch(
        'json',
        inApps('h'),
        [{ op: 'add', path: '/metadata/finalizers/-', value: 'conformance.dev/more' }],
        'add a hold to what ends',
      ),
      patch('merge', inApps('h'), { spec: { replicas: 7 } }, 'change what ends'),
      put('put what ends without its hold', inApps('h'), (answers: readonly Answer[]) => {
        const { metadata, ...rest } = bodyOf(answers, 10) as { metadata: object };
        return { ...rest, metadata: { ...metadata, finalizers: [] } };
      }),
      get('it is gone', inApps('h')),
    ],
  },
  {
    name: 'deletes of many',
    steps: [
      ...['a', 'b', 'c'].map((name) =>
        create(
          `create ${name}`,
          core('configmaps'),
          configMap(name, {}, { labels: { app: name === 'c' ? 'y' : 'x' } }),
        ),
      ),
      { ...remove('by a wrong label', core('configmaps')), query: { labelSelector: '=' } },
      { ...remove('as a dry run', core('configmaps')), query: { labelSelector: 'app=x', dryRun: 'All' } },
      { ...remove('by name', core('configmaps')), query: { fieldSelector: 'metadata.name=a' } },
      { ...remove('by label', core('configmaps')), query: { labelSelector: 'app=x' } },
      create('held', core('configmaps'), configMap('h', {}, { finalizers: ['conformance.dev/hold'] })),
      remove('all of them', core('configmaps')),
      { ...get('what is left', core('configmaps')) },
      patch('merge', core('configmaps', 'h'), { metadata: { finalizers: null } }, 'let it go'),
      remove('nothing', core('configmaps')),
      { ...remove('with a match alone', core('configmaps')), query: { resourceVersionMatch: 'Exact' } },
    ],
  },
  {
    name: 'names that are made up',
    steps: [
      create('a prefix', core('configmaps'), { ...configMap(''), metadata: { generateName: 'generated-' } }),
      create(
        'a prefix and a name',
        core('configmaps'),
        configMap('named', {}, { generateName: 'generated-' }),
      ),
      create('a prefix that is no name', core('configmaps'), {
        ...configMap(''),
        metadata: { generateName: 'Generated-' },
      }),
      create('neither', core('configmaps'), { ...configMap(''), metadata: {} }),
      create(
        'a prefix as a dry run',
        core('configmaps'),
        { ...configMap(''), metadata: { generateName: 'generated-' } },
        { dryRun: 'All' },
      ),
      create('a pod', core('pods'), { ...pod('x'), metadata: { generateName: 'generated-' } }),
    ],
  },
  {
    name: 'dry runs',
    steps: [
      create('create', core('configmaps'), configMap('a'), { dryRun: 'All' }),
      create('create for real', core('configmaps'), configMap('a')),
      put('put', core('configmaps', 'a'), configMap('a', { a: '2' }), { dryRun: 'All' }),
      { ...patch('merge', core('configmaps', 'a'), { data: { b: '1' } }, 'patch'), query: { dryRun: 'All' } },
      {
        ...patch('merge', core('configmaps', 'a'), { data: { b: '1' } }, 'patch with a wrong dry run'),
        query: { dryRun: 'Some' },
      },
      create('create what is there', core('configmaps'), configMap('a'), { dryRun: 'All' }),
      create('a deployment', apps('deployments'), workload('Deployment'), { dryRun: 'All' }),
      create('a wrong deployment', apps('deployments'), workload('Deployment', { replicas: -1 }), {
        dryRun: 'All',
      }),
      get('nothing has happened', core('configmaps', 'a')),
    ],
  },
  {
    name: 'a namespace',
    steps: [
      create('create', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: '{ns}-x', labels: { a: 'b' } },
      }),
      get('read', '/api/v1/namespaces/{ns}-x'),
      patch('merge', '/api/v1/namespaces/{ns}-x', { metadata: { annotations: { a: 'b' } } }),
      patch(
        'merge',
        '/api/v1/namespaces/{ns}-x',
        { metadata: { labels: { 'kubernetes.io/metadata.name': 'other' } } },
        'another name in its label',
      ),
      create(
        'something in it',
        '/api/v1/namespaces/{ns}-x/configmaps',
        configMap('a', {}, { finalizers: ['conformance.dev/hold'] }),
      ),
      remove('a dry run', '/api/v1/namespaces/{ns}-x', options({ dryRun: ['All'] })),
      remove('delete', '/api/v1/namespaces/{ns}-x'),
      create('create in what ends', '/api/v1/namespaces/{ns}-x/configmaps', configMap('b')),
      create('create it again', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: '{ns}-x' },
      }),
      create('a name with a dot', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'a.b' },
      }),
      remove('a built-in one', '/api/v1/namespaces/default', options({ dryRun: ['All'] })),
      get('one that is not there', '/api/v1/namespaces/{ns}-y'),
    ].map((step) => ({ ...step, looksAt: (body: unknown) => withoutEnd(body) })),
  },
];

/** How far a namespace has ended is another matter: a real one waits for a controller. */
function withoutEnd(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (key, value: unknown) =>
    key === 'conditions' || key === 'f:conditions' ? undefined : value,
  );
}
