import { apply, apps, configMap, core, create, get, patch, widget, widgets, workload } from '../requests.ts';
import type { Scenario } from '../scenario.ts';
import { widgetDefinition } from '../widget-definition.ts';

export const applyScenarios: readonly Scenario[] = [
  {
    name: 'server-side apply',
    definitions: [widgetDefinition],
    steps: [
      apply('one', core('configmaps', 'a'), configMap('a', { a: '1', b: '2' })),
      apply('one', core('configmaps', 'a'), configMap('a', { a: '1', b: '2' })),
      apply('two', core('configmaps', 'a'), configMap('a', { a: '9' })),
      apply('two', core('configmaps', 'a'), configMap('a', { a: '9', c: '3' }), { force: 'true' }),
      apply('one', core('configmaps', 'a'), configMap('a', { b: '2' })),
      apply('two', core('configmaps', 'a'), configMap('a', {})),
      patch('merge', core('configmaps', 'a'), { data: { b: '7' } }),
      apply('one', core('configmaps', 'a'), configMap('a', { b: '2' })),
      { ...apply('', core('configmaps', 'a'), configMap('a')), query: {} },
      apply('one', core('configmaps', 'a'), configMap('b')),
      apply('one', core('configmaps', 'a'), configMap('a', {}, { managedFields: [{ manager: 'x' }] })),
      apply('one', apps('deployments', 'web'), workload('Deployment')),
      apply('two', apps('deployments', 'web'), {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: { replicas: 5 },
      }),
      apply(
        'two',
        apps('deployments', 'web'),
        { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 5 } },
        { force: 'true' },
      ),
      apply('two', apps('deployments', 'web'), {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: { template: { spec: { containers: [{ name: 'side', image: 'side:1' }] } } },
      }),
      apply('two', apps('deployments', 'web'), {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
      }),
      apply('one', apps('deployments', 'web'), {
        ...workload('Deployment'),
        spec: { ...workload('Deployment').spec, replicas: undefined },
      }),
      apply('one', `${apps('deployments', 'web')}/status`, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        status: { replicas: 1 },
      }),
      apply(
        'one',
        widgets('w'),
        widget('w', { parts: [{ name: 'a' }, { name: 'b', weight: 2 }], tags: ['x'] }),
      ),
      apply('two', widgets('w'), widget('w', { parts: [{ name: 'c' }], tags: ['y'] })),
      apply('one', widgets('w'), widget('w', { parts: [{ name: 'b', weight: 2 }] })),
      apply('one', widgets('w'), widget('w', { unknown: 1 })),
      apply('one', widgets('none/status'), {
        apiVersion: 'conformance.dev/v1',
        kind: 'Widget',
        metadata: { name: 'none' },
        status: {},
      }),
    ],
  },
  {
    name: 'who owns which fields',
    definitions: [widgetDefinition],
    steps: [
      create('create', apps('deployments'), workload('Deployment'), { fieldManager: 'maker' }),
      {
        ...patch('merge', apps('deployments', 'web'), { spec: { replicas: 3 } }),
        query: { fieldManager: 'scaler' },
      },
      {
        ...patch('merge', `${apps('deployments', 'web')}/status`, {
          status: { replicas: 3, conditions: [{ type: 'Available', status: 'True' }] },
        }),
        query: { fieldManager: 'controller' },
      },
      {
        ...patch('merge', `${apps('deployments', 'web')}/scale`, { spec: { replicas: 4 } }),
        query: { fieldManager: 'scaler' },
      },
      get('read', apps('deployments', 'web')),
      {
        ...patch('merge', apps('deployments', 'web'), { metadata: { labels: { a: 'b' } } }),
        query: { fieldManager: 'maker' },
      },
      {
        ...patch('merge', apps('deployments', 'web'), { metadata: { labels: { a: null } } }),
        query: { fieldManager: 'scaler' },
      },
      patch(
        'json',
        apps('deployments', 'web'),
        [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }],
        'forget the owners',
      ),
      create('create a widget', widgets(), widget('w', { parts: [{ name: 'a' }] }), {
        fieldManager: 'maker',
      }),
      {
        ...patch('merge', widgets('w/status'), { status: { phase: 'Ready' } }),
        query: { fieldManager: 'controller' },
      },
      { ...patch('merge', widgets('w'), { spec: { replicas: 3 } }), query: { fieldManager: 'scaler' } },
    ],
  },
];
