import {
  asTable,
  configMap,
  core,
  create,
  get,
  patch,
  put,
  read,
  remove,
  versionOf,
  watch,
  widget,
  widgets,
} from '../requests.ts';
import type { Scenario } from '../scenario.ts';
import { widgetDefinition } from '../widget-definition.ts';

const labelled = (name: string, app: string) => configMap(name, {}, { labels: { app } });

export const watchesScenarios: readonly Scenario[] = [
  {
    name: 'a watch from the beginning',
    steps: [
      create('one', core('configmaps'), configMap('a')),
      create('two', core('configmaps'), configMap('b')),
      watch('everything', core('configmaps')),
      read('everything', 2),
      patch('merge', core('configmaps', 'a'), { data: { b: '2' } }),
      patch('merge', core('configmaps', 'a'), { data: { b: '2' } }, 'nothing new'),
      remove('delete', core('configmaps', 'b')),
      create('three', core('configmaps'), configMap('c')),
      read('everything', 3),
    ],
  },
  {
    name: 'a watch since a version',
    steps: [
      create('one', core('configmaps'), configMap('a')),
      get('list', core('configmaps')),
      patch('merge', core('configmaps', 'a'), { data: { b: '2' } }),
      create('two', core('configmaps'), configMap('b')),
      {
        ...watch('since', core('configmaps')),
        querySince: (answers) => ({ resourceVersion: versionOf(answers, 1) }),
      },
      read('since', 2),
      put('replace', core('configmaps', 'b'), configMap('b', { z: '26' })),
      read('since', 1),
    ],
  },
  {
    name: 'a watch with a selector',
    steps: [
      create('in', core('configmaps'), labelled('a', 'x')),
      create('out', core('configmaps'), labelled('b', 'y')),
      watch('x', core('configmaps'), { labelSelector: 'app=x' }),
      read('x', 1),
      patch('merge', core('configmaps', 'b'), { metadata: { labels: { app: 'x' } } }, 'comes in'),
      patch('merge', core('configmaps', 'a'), { metadata: { labels: { app: 'y' } } }, 'goes out'),
      patch('merge', core('configmaps', 'a'), { data: { out: 'side' } }, 'changes outside'),
      remove('delete outside', core('configmaps', 'a')),
      patch('merge', core('configmaps', 'b'), { data: { in: 'side' } }, 'changes inside'),
      remove('delete inside', core('configmaps', 'b')),
      read('x', 4),
    ],
  },
  {
    name: 'a watch of one object',
    steps: [
      create('one', core('configmaps'), configMap('a')),
      create('two', core('configmaps'), configMap('b')),
      get('a path with a name is no watch', core('configmaps', 'a'), { watch: 'true' }),
      watch('by field', core('configmaps'), { fieldSelector: 'metadata.name=a' }),
      get('the old spelling', '/api/v1/watch/namespaces/{ns}/configmaps/none', {
        timeoutSeconds: '1',
        resourceVersion: 'x',
      }),
      patch('merge', core('configmaps', 'b'), { data: { b: '2' } }, 'the other'),
      patch('merge', core('configmaps', 'a'), { data: { b: '2' } }, 'this one'),
      read('by field', 2),
    ],
  },
  {
    name: 'a watch that lists first',
    definitions: [widgetDefinition],
    steps: [
      create('one', widgets(), widget('a')),
      create('two', widgets(), widget('b', { size: 'large' }, { labels: { app: 'x' } })),
      watch('list', widgets(), {
        sendInitialEvents: 'true',
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: 'true',
      }),
      read('list', 3),
      patch('merge', widgets('a'), { spec: { replicas: 2 } }),
      read('list', 1),
      watch('some', widgets(), {
        sendInitialEvents: 'true',
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: 'true',
        labelSelector: 'app=x',
      }),
      read('some', 2),
      watch('none', widgets(), {
        sendInitialEvents: 'false',
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: 'true',
      }),
      { ...patch('merge', widgets('b/status'), { status: { phase: 'Ready' } }, 'the status') },
      read('none', 1),
      read('list', 1),
    ],
  },
  {
    name: 'a watch in other forms',
    definitions: [widgetDefinition],
    steps: [
      create('one', core('configmaps'), configMap('a')),
      watch('table', core('configmaps'), {}, asTable),
      watch(
        'metadata',
        core('configmaps'),
        {},
        { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' },
      ),
      read('table', 1),
      read('metadata', 1),
      patch('merge', core('configmaps', 'a'), { data: { b: '2' } }),
      remove('delete', core('configmaps', 'a')),
      read('table', 2),
      read('metadata', 2),
      create('a widget', widgets(), widget('w')),
      watch(
        'widgets',
        widgets(),
        { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' },
        asTable,
      ),
      read('widgets', 2),
    ],
  },
  {
    name: 'watches that are refused',
    steps: [
      watch('a word for a version', core('configmaps'), { resourceVersion: 'x' }),
      watch('initial events without a match', core('configmaps'), { sendInitialEvents: 'true' }),
      watch('initial events exactly', core('configmaps'), {
        sendInitialEvents: 'true',
        resourceVersionMatch: 'Exact',
      }),
      watch('a match without initial events', core('configmaps'), { resourceVersionMatch: 'NotOlderThan' }),
      watch('an unknown field', core('configmaps'), { fieldSelector: 'spec.x=y' }),
      watch('a broken selector', core('configmaps'), { labelSelector: '=' }),
      get('initial events of a list', core('configmaps'), { sendInitialEvents: 'true' }),
      get('initial events of a list, with a match', core('configmaps'), {
        sendInitialEvents: 'true',
        resourceVersionMatch: 'NotOlderThan',
      }),
      watch('nowhere', '/apis/nowhere.dev/v1/things'),
      watch('a form the server lacks', core('configmaps'), {}, { accept: 'text/html' }),
    ],
  },
  {
    name: 'a watch sees an object end',
    steps: [
      create('held', core('configmaps'), configMap('a', {}, { finalizers: ['conformance.dev/hold'] })),
      watch('end', core('configmaps')),
      remove('delete', core('configmaps', 'a')),
      patch('merge', core('configmaps', 'a'), { metadata: { finalizers: null } }, 'let go'),
      read('end', 3),
    ],
  },
];
