import { apps, configMap, core, create, patch, workload } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

export const patchesScenarios: readonly Scenario[] = [
  {
    name: 'patches',
    steps: [
      create('create', core('configmaps'), configMap('a', { a: '1', b: '2' })),
      patch('merge', core('configmaps', 'a'), { data: { a: null, c: '3' } }),
      patch('strategic', core('configmaps', 'a'), { data: { c: null, d: '4' } }),
      patch('json', core('configmaps', 'a'), [
        { op: 'test', path: '/data/b', value: '2' },
        { op: 'replace', path: '/data/b', value: '5' },
      ]),
      patch(
        'json',
        core('configmaps', 'a'),
        [{ op: 'test', path: '/data/b', value: '9' }],
        'a test that fails',
      ),
      patch(
        'json',
        core('configmaps', 'a'),
        [{ op: 'remove', path: '/data/zzz' }],
        'remove what is not there',
      ),
      patch('json', core('configmaps', 'a'), { op: 'remove' }, 'no list of operations'),
      patch('json', core('configmaps', 'a'), [{ op: 'explode', path: '/data' }], 'an unknown operation'),
      patch('merge', core('configmaps', 'a'), { metadata: { name: 'b' } }, 'rename'),
      patch('merge', core('configmaps', 'a'), { metadata: { namespace: 'default' } }, 'move'),
      patch(
        'merge',
        core('configmaps', 'a'),
        { metadata: { resourceVersion: '1' }, data: { x: 'y' } },
        'an old version',
      ),
      patch('merge', core('configmaps', 'a'), { data: 'text' }, 'the wrong type'),
      patch('merge', core('configmaps', 'a'), { data: { b: '5' } }, 'nothing new'),
      patch('merge', core('configmaps', 'none'), { data: {} }, 'what is not there'),
      {
        ...patch('merge', core('configmaps', 'a'), { data: {} }, 'an unknown media type'),
        headers: { 'content-type': 'application/json' },
      },
      {
        ...patch('merge', core('configmaps', 'a'), { data: {} }, 'force without apply'),
        query: { force: 'true' },
      },
    ],
  },
  {
    name: 'strategic merge patches of a deployment',
    steps: [
      create('create', apps('deployments'), workload('Deployment')),
      patch(
        'strategic',
        apps('deployments', 'web'),
        { spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'A', value: '1' }] }] } } } },
        'add a variable',
      ),
      patch(
        'strategic',
        apps('deployments', 'web'),
        { spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'B', value: '2' }] }] } } } },
        'add another',
      ),
      patch(
        'strategic',
        apps('deployments', 'web'),
        { spec: { template: { spec: { containers: [{ name: 'side', image: 'side:1' }] } } } },
        'add a container',
      ),
      patch(
        'strategic',
        apps('deployments', 'web'),
        {
          spec: {
            template: {
              spec: {
                '$setElementOrder/containers': [{ name: 'web' }, { name: 'side' }],
                containers: [{ name: 'web', image: 'nginx:2' }],
              },
            },
          },
        },
        'order them',
      ),
      patch(
        'strategic',
        apps('deployments', 'web'),
        { spec: { template: { spec: { containers: [{ name: 'side', $patch: 'delete' }] } } } },
        'delete a container',
      ),
      patch(
        'strategic',
        apps('deployments', 'web'),
        { spec: { template: { spec: { containers: [{ name: 'web', ports: [{ containerPort: 81 }] }] } } } },
        'add a port',
      ),
      patch(
        'strategic',
        apps('deployments', 'web'),
        { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
        'retain keys',
      ),
      patch(
        'strategic',
        apps('deployments', 'web'),
        { spec: { template: { spec: { containers: [{ image: 'x' }] } } } },
        'an item without its key',
      ),
      patch(
        'strategic',
        apps('deployments', 'web'),
        { spec: { template: { metadata: { labels: { $patch: 'replace', app: 'web' } } } } },
        'replace a map',
      ),
      patch(
        'strategic',
        apps('deployments', 'web'),
        { metadata: { finalizers: ['a.dev/b'] } },
        'add to a list of texts',
      ),
      patch(
        'strategic',
        apps('deployments', 'web'),
        { metadata: { '$deleteFromPrimitiveList/finalizers': ['a.dev/b'] } },
        'delete from a list of texts',
      ),
    ],
  },
];
