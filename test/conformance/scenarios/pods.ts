import { core, create, get, patch, pod, podSpec, remove } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

/** All but the token itself, which is another one each time. */
const withoutToken = {
  looksAt(body: unknown): unknown {
    const { status, ...rest } = body as { status: { token: string } };
    return { ...rest, status: { ...status, token: typeof status.token } };
  },
};

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
  {
    name: 'doors of a pod',
    steps: [
      create('a pod with requests', core('pods'), pod('a', sized({ cpu: '100m' }))),
      patch(
        'strategic',
        core('pods', 'a/ephemeralcontainers'),
        withEphemeral({ name: 'debugger', image: 'busybox' }),
      ),
      get('its ephemeral containers', core('pods', 'a/ephemeralcontainers')),
      patch(
        'strategic',
        core('pods', 'a/ephemeralcontainers'),
        withEphemeral({ name: 'other', image: 'busybox', targetContainerName: 'web' }),
        'another one',
      ),
      patch(
        'merge',
        core('pods', 'a/ephemeralcontainers'),
        { metadata: { labels: { b: 'c' } } },
        'labels there',
      ),
      patch('strategic', core('pods', 'a/resize'), { spec: sized({ cpu: '200m' }) }, 'resize'),
      patch(
        'strategic',
        core('pods', 'a/resize'),
        { spec: sized({ cpu: '200m' }, { cpu: '200m', memory: '1Gi' }) },
        'grow',
      ),
      create('a guaranteed pod', core('pods'), pod('b', sized({}, { cpu: '1', memory: '1Gi' }))),
      patch(
        'strategic',
        core('pods', 'b/resize'),
        { spec: sized({ cpu: '500m' }) },
        'a resize to another class',
      ),
      get('no pod', core('pods', 'nobody/resize')),
    ],
  },
  {
    name: 'tokens of service accounts',
    steps: [
      create('an account', core('serviceaccounts'), {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'bot' },
      }),
      { ...create('a token', core('serviceaccounts', 'bot/token'), token({})), ...withoutToken },
      {
        ...create(
          'a longer one for others',
          core('serviceaccounts', 'bot/token'),
          token({ audiences: ['vault'], expirationSeconds: 7200 }),
        ),
        ...withoutToken,
      },
      create('too short', core('serviceaccounts', 'bot/token'), token({ expirationSeconds: 60 })),
      create('too long', core('serviceaccounts', 'bot/token'), token({ expirationSeconds: 5_000_000_000 })),
      create('of nobody', core('serviceaccounts', 'nobody/token'), token({})),
      get('reading one', core('serviceaccounts', 'bot/token')),
    ],
  },
];

function sized(requests: object, limits?: object): object {
  return {
    containers: [{ name: 'web', image: 'nginx:1.25', resources: { requests, ...(limits && { limits }) } }],
  };
}

function withEphemeral(container: object): object {
  return { spec: { ephemeralContainers: [container] } };
}

function token(spec: object): object {
  return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
}
