import { core, create, get, patch, pod, podSpec, remove } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

export const podsScenarios: readonly Scenario[] = [
  {
    name: 'pods',
    steps: [
      create('create', core('pods'), pod('a')),
      create('no containers', core('pods'), pod('b', { containers: [] })),
      create('no image', core('pods'), pod('b', { containers: [{ name: 'x' }] })),
      create('a bad container name', core('pods'), pod('b', { containers: [{ name: 'X_Y', image: 'x' }] })),
      create(
        'a name twice',
        core('pods'),
        pod('b', {
          containers: [
            { name: 'x', image: 'x' },
            { name: 'x', image: 'x' },
          ],
        }),
      ),
      create(
        'a port out of range',
        core('pods'),
        pod('b', { containers: [{ name: 'x', image: 'x', ports: [{ containerPort: 70000 }] }] }),
      ),
      create('an unknown restart policy', core('pods'), pod('b', { ...podSpec, restartPolicy: 'Sometimes' })),
      create(
        'a mount of nothing',
        core('pods'),
        pod('b', { containers: [{ name: 'x', image: 'x', volumeMounts: [{ name: 'v', mountPath: '/v' }] }] }),
      ),
      create('unknown members, strictly', core('pods'), pod('b', { ...podSpec, replicas: 3 }), {
        fieldValidation: 'Strict',
      }),
      create('unknown members, with a warning', core('pods'), pod('b', { ...podSpec, replicas: 3 })),
      create('the wrong type', core('pods'), pod('c', { containers: 'none' })),
      create(
        'a deep wrong type',
        core('pods'),
        pod('c', { containers: [{ name: 'x', image: 'x', ports: [{ containerPort: '80' }] }] }),
      ),
      create(
        'with everything defaulted',
        core('pods'),
        pod('d', {
          volumes: [{ name: 'v' }, { name: 'c', configMap: { name: 'c' } }],
          serviceAccountName: 'builder',
          containers: [
            {
              name: 'x',
              image: 'registry.dev/x',
              env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
              readinessProbe: { httpGet: { port: 80 } },
              resources: { limits: { cpu: '1', memory: '1Gi' } },
              volumeMounts: [{ name: 'v', mountPath: '/v' }],
            },
          ],
        }),
      ),
      patch(
        'merge',
        core('pods', 'a'),
        { spec: { containers: [{ name: 'web', image: 'nginx:2' }] } },
        'replace its containers',
      ),
      patch(
        'strategic',
        core('pods', 'a'),
        { spec: { containers: [{ name: 'web', image: 'nginx:2' }] } },
        'another image',
      ),
      patch(
        'merge',
        core('pods', 'a'),
        { status: { phase: 'Running' } },
        'the status through the front door',
      ),
      patch(
        'merge',
        core('pods', 'a/status'),
        {
          metadata: { labels: { x: 'y' } },
          spec: { nodeName: 'n' },
          status: { phase: 'Running', podIP: '10.1.1.1', conditions: [{ type: 'Ready', status: 'True' }] },
        },
        'the status',
      ),
      create('bind', core('pods', 'a/binding'), {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: 'a' },
        target: { kind: 'Node', name: 'node-1' },
      }),
      create('bind again', core('pods', 'a/binding'), {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: 'a' },
        target: { kind: 'Node', name: 'node-2' },
      }),
      get('read', core('pods', 'a')),
      remove('delete what runs', core('pods', 'a')),
      get('read it ending', core('pods', 'a')),
      remove('delete at once', core('pods', 'a'), {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        gracePeriodSeconds: 0,
      }),
      get('read it gone', core('pods', 'a')),
      remove('delete what never ran', core('pods', 'b')),
      get(
        'a table',
        core('pods'),
        {},
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
      ),
      create('evict', core('pods', 'd/eviction'), {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'd' },
      }),
      create('evict again', core('pods', 'd/eviction'), {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'd' },
      }),
    ],
  },
];
