import { definitionOf, made, vendor } from '../definitions.ts';
import { apply, apps, asTable, create, get, patch, podSpec } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

const text = { type: 'string', maxLength: 50 };
const objectOf = (properties: object, own: object = {}) => ({ type: 'object', properties, ...own });
const ruled = (rule: string, own: object = text) => ({ ...own, 'x-kubernetes-validations': [{ rule }] });
const mapOf = (items: object, ...keys: string[]) => ({
  type: 'array',
  maxItems: 10,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  items,
});

/** What drawn objects have come across. */
const spec = objectOf({
  name: text,
  link: ruled("url(self).getScheme() in ['', 'http', 'oci']"),
  host: ruled("url(self).getHost() in ['V1.2.3:80', '[::1]:8', 'x:', '']"),
  port: ruled("url(self).getPort() in ['80', '8', '']"),
  path: ruled("url(self).getEscapedPath() in ['/a%20b', '/', '']"),
  wait: ruled("duration(self) >= duration('1ms')"),
  label: ruled('size(self) == 0 || format.dns1123Label().validate(self) == null'),
  labelled: ruled('format.dns1123Label().validate(self) != null'),
  either: ruled(
    "self.mode == 'on' ? size(self.left) > 0 || size(self.right) > 0 : true",
    objectOf({ mode: text, left: text, right: text }),
  ),
  both: ruled('size(self.left) > 0 && size(self.right) > 0', objectOf({ left: text, right: text })),
  twice: { type: 'string', allOf: [{ enum: ['a', 'b'] }, { enum: ['a', 'b'] }] },
  pairs: mapOf(objectOf({ name: text, size: { type: 'integer' } }, { required: ['name'] }), 'name'),
  groups: {
    type: 'object',
    additionalProperties: mapOf(objectOf({ name: text }, { required: ['name'] }), 'name'),
  },
  texts: { type: 'object', additionalProperties: { type: 'string' }, minProperties: 1 },
  filled: { type: 'string', default: 'q' },
  free: { 'x-kubernetes-preserve-unknown-fields': true },
  replicas: { type: 'integer' },
});
const status = objectOf({
  conditions: mapOf(objectOf({ type: text, status: text }, { required: ['type'] }), 'type'),
  count: { type: 'integer' },
});
const odds = definitionOf('Odd', spec, {
  version: {
    subresources: {
      status: {},
      scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.count' },
    },
  },
  root: { properties: { spec, status } },
});

const odd = (name = '') => vendor('odds', name);
const withStatus = (name: string, spec: object, status: unknown) => ({ ...made('Odd', name, spec), status });

const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: podSpec },
  },
});

/** Two versions that only a webhook which is not there could convert. */
const webhooked = (kind: string, clientConfig: object) => {
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } };
  const definition = definitionOf(
    kind,
    {},
    {
      versions: [
        { name: 'v1', served: true, storage: true, schema },
        { name: 'v1beta1', served: true, storage: false, schema },
      ],
    },
  ) as { spec: object };
  const webhook = { conversionReviewVersions: ['v1'], clientConfig };
  return { ...definition, spec: { ...definition.spec, conversion: { strategy: 'Webhook', webhook } } };
};

/** One object after the other; each shows what is said of one value. */
const tried = (member: string, values: readonly unknown[]) =>
  values.map((value, index) =>
    create(
      `${member} ${JSON.stringify(value)}`,
      odd(),
      made('Odd', `${member}-${index}`, { [member]: value }),
    ),
  );

export const oddValuesScenarios: readonly Scenario[] = [
  {
    name: 'URLs and durations as Go reads them',
    definitions: [odds],
    steps: [
      ...tried('link', [
        'http://v1.2.3',
        'Gateway',
        '',
        '/path',
        'oci://x:y',
        'http://a b',
        'http://x/%zz',
        ':x',
        'HTTP://x',
        'mailto:a',
        'http://[::1',
        '*',
      ]),
      ...tried('host', [
        'http://u@V1.2.3:80/a',
        'http://[::1]:8/',
        'http://x:',
        '/a',
        'http://y',
        'mailto:a',
      ]),
      ...tried('port', ['http://x:80', 'http://[::1]:8/', 'http://x:', 'http://x:81']),
      ...tried('path', ['http://x/a%20b?c#d', 'http://x/', 'http://x', '/a b', 'mailto:a']),
      ...tried('wait', ['0', '1ms', 's', '.5s', '1d', '', '+1h', '-1h', '1.5', '1μs', 'Secret']),
    ],
  },
  {
    name: 'rules that fail in odd ways',
    definitions: [odds],
    steps: [
      ...tried('label', ['', 'web', 'W_']),
      ...tried('labelled', ['web', 'W_']),
      ...tried('either', [{ mode: 'on' }, { mode: 'on', right: 'x' }, { mode: 'on', left: '' }, {}]),
      ...tried('both', [{}, { left: '' }, { right: '' }, { left: 'x' }]),
      ...tried('twice', ['a', 'c']),
    ],
  },
  {
    name: 'items of a list that are no objects',
    definitions: [odds],
    steps: [
      ...tried('pairs', [[1], [null], [['x']], [{ name: 'a' }, 'b'], [{ name: 'a' }, { name: 'a' }]]),
      ...tried('groups', [{ one: [{ name: 'a' }, { name: 'a' }] }, { one: [true] }]),
      create('held', odd(), made('Odd', 'held', { pairs: [{ name: 'a' }] })),
      patch('merge', odd('held'), { spec: { pairs: [{ name: 'b' }, { name: 'b' }] } }, 'name it twice'),
      { ...patch('merge', `${odd('held')}/status`, { status: { conditions: [[]] } }), does: 'an odd status' },
      {
        ...patch('merge', `${odd('held')}/status`, {
          status: { conditions: [{ type: 'A' }, { type: 'A' }] },
        }),
        does: 'a status twice',
      },
    ],
  },
  {
    name: 'owners where a dropped status cannot be read',
    definitions: [odds],
    steps: [
      create('a status of another type', odd(), withStatus('a', { name: 'x' }, 'Ready')),
      create('a condition without its key', odd(), withStatus('b', { name: 'x' }, { conditions: [{}] })),
      create('one that can be read', odd(), withStatus('c', { name: 'x' }, { conditions: [{ type: 'A' }] })),
      patch('merge', odd('c'), { spec: { name: 'y' }, status: { count: 'many' } }, 'with a wrong status'),
      apply('one', odd('c'), made('Odd', 'c', { label: 'web' })),
      apply('one', odd('c'), withStatus('c', { label: '' }, { count: 1 })),
      apply('two', odd('c'), withStatus('c', { name: 'y' }, { count: 1 })),
      apply('two', odd('c'), made('Odd', 'c', { name: 'y' })),
      apply('three', odd('c'), made('Odd', 'c', { name: 'y' })),
      get('as a table', odd('c'), {}, asTable),
      {
        ...patch('merge', `${odd('c')}/status`, { spec: { name: 5 }, status: { count: 2 } }),
        does: 'by the status',
      },
    ],
  },
  {
    name: 'what an apply cannot leave out',
    definitions: [odds],
    steps: [
      ...[
        { name: null },
        { filled: null },
        { texts: { a: null } },
        { pairs: [{ name: 'a', size: null }] },
        { either: null },
        { pairs: [{ name: { y: ['z', 1] } }] },
        { pairs: [{ size: 1 }] },
      ].map((spec, index) => ({
        ...apply('one', odd(`n${index}`), made('Odd', `n${index}`, spec)),
        does: `apply ${JSON.stringify(spec)}`,
      })),
    ],
  },
  {
    name: 'the order of an applied list',
    definitions: [odds],
    steps: [
      create('abcd', odd(), made('Odd', 'a', { pairs: ['a', 'b', 'c', 'd'].map((name) => ({ name })) })),
      ...[['x', 'c', 'a'], ['d', 'y', 'b', 'z'], ['e', 'f'], ['z', 'f', 'a', 'c', 'e'], ['q']].map(
        (names, index) => ({
          ...apply(`m${index}`, odd('a'), made('Odd', 'a', { pairs: names.map((name) => ({ name })) })),
          does: `apply ${names.join('')}`,
        }),
      ),
    ],
  },
  {
    name: 'a value of any type changes its type',
    definitions: [odds],
    steps: [
      create('a map', odd(), made('Odd', 'a', { free: { a: 1, b: { c: ['x'] } } })),
      ...[
        { n: null },
        'text',
        { n: 1 },
        [1, { a: 1 }],
        { a: { b: 1 } },
        { a: [1] },
        { a: 1 },
        null,
        true,
      ].map((free) => ({
        ...patch('json', odd('a'), [{ op: 'replace', path: '/spec', value: { free } }]),
        does: `to ${JSON.stringify(free)}`,
      })),
    ],
  },
  {
    name: 'a scale that stays as it is',
    definitions: [odds],
    steps: [
      create('three', odd(), made('Odd', 'a', { replicas: 3 })),
      { ...patch('merge', `${odd('a')}/scale`, { spec: { replicas: 3 } }), does: 'to three' },
      get('owners', odd('a')),
      { ...patch('merge', `${odd('a')}/scale`, { spec: { replicas: 4 } }), does: 'to four' },
      get('owners again', odd('a')),
      { ...patch('merge', `${odd('a')}/scale`, { spec: { replicas: 0 } }), does: 'to none' },
      { ...patch('merge', `${odd('a')}/scale`, { spec: { replicas: 0 } }), does: 'to none again' },
      get('owners of none', odd('a')),
      create('none', odd(), made('Odd', 'b', {})),
      { ...patch('merge', `${odd('b')}/scale`, { spec: { replicas: 0 } }), does: 'unset to none' },
      get('owners of unset', odd('b')),
      { ...patch('merge', `${odd('b')}/scale`, { spec: { replicas: 2 } }), does: 'unset to two' },
      { ...patch('merge', `${odd('b')}/status`, { status: { count: 2 } }), does: 'the status' },
      { ...patch('merge', `${odd('b')}/scale`, { spec: { replicas: 2 } }), does: 'two again' },
      get('owners of two', odd('b')),
    ],
  },
  {
    name: 'a scale of a deployment that stays as it is',
    steps: [
      create('three', apps('deployments'), deployment('a', 3)),
      { ...patch('merge', apps('deployments', 'a/scale'), { spec: { replicas: 3 } }), does: 'to three' },
      get('owners', apps('deployments', 'a')),
      { ...patch('merge', apps('deployments', 'a/scale'), { spec: { replicas: 4 } }), does: 'to four' },
      get('owners again', apps('deployments', 'a')),
      create('two', apps('deployments'), deployment('b', 2)),
      { ...patch('merge', apps('deployments', 'b/scale'), { spec: { replicas: 4 } }), does: 'two to four' },
      { ...patch('merge', apps('deployments', 'b/scale'), { spec: { replicas: 4 } }), does: 'four again' },
      get('owners of four', apps('deployments', 'b')),
      { ...patch('merge', apps('deployments', 'b/scale'), { spec: { replicas: 0 } }), does: 'to none' },
      get('owners of none', apps('deployments', 'b')),
      { ...patch('merge', apps('deployments', 'b/scale'), { spec: { replicas: 1 } }), does: 'to one' },
      get('owners of one', apps('deployments', 'b')),
    ],
  },
  {
    name: 'definitions that lack something',
    steps: [
      ...[
        {},
        { group: 'vendor.dev' },
        { group: 'vendor.dev', names: { kind: 'Lack', plural: 'lacks' }, scope: 'Cluster', versions: [] },
        { group: 'vendor.dev', names: { kind: 'Lack', plural: 'lacks' }, scope: 'Cluster', versions: null },
        { group: 'vendor.dev', names: {}, scope: 'Cluster', versions: [{}] },
        {
          ...{ group: 'vendor.dev', names: { kind: 'Lack', plural: 'lacks' }, scope: 'Cluster' },
          versions: [{ name: 'v1', served: true, storage: true }],
        },
        {
          ...{ group: 'vendor.dev', names: { kind: 'Lack', plural: 'lacks' }, scope: 'Cluster' },
          versions: [{ name: 'v1', served: true, storage: true, schema: {} }],
        },
        { conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'] } } },
      ].map((spec) =>
        create(`a definition of ${JSON.stringify(spec)}`, definitionsPath, {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: 'lacks.vendor.dev' },
          spec,
        }),
      ),
      create('a definition without a spec', definitionsPath, {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'lacks.vendor.dev' },
      }),
      create('a definition with a version', definitionsPath, {
        ...definitionOf('Lack', {}),
        metadata: { name: 'lacks.vendor.dev', resourceVersion: '5' },
      }),
      create('a definition of an old version', definitionsPath, {
        ...definitionOf('Lack', {}),
        apiVersion: 'apiextensions.k8s.io/v1beta1',
      }),
    ],
  },
  {
    name: 'columns of odd paths',
    definitions: [
      definitionOf(
        'Pathed',
        { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        {
          version: {
            additionalPrinterColumns: [
              '.spec.list[].name',
              '.spec.list[*].name',
              '.spec.list[0,1].name',
              '.spec.list[1:].name',
              '.spec.list[-1:].name',
              '.spec.list[5].name',
              ".spec.map['a\\.b/c']",
              '.spec.map.a\\.b/c',
              '.spec..name',
              '.spec.list[?(@.size>1)].name',
              '.spec.list[?(@.name=="b")]',
              '.spec.list',
              '.spec.list[].missing',
            ].map((jsonPath, index) => ({ name: `column ${index}`, type: 'string', jsonPath })),
          },
        },
      ),
    ],
    steps: [
      create(
        'full',
        vendor('patheds'),
        made('Pathed', 'a', {
          list: [
            { name: 'a', size: 1 },
            { name: 'b', size: 2 },
          ],
          map: { 'a.b/c': 'x' },
        }),
      ),
      create('empty', vendor('patheds'), made('Pathed', 'b', { list: [] })),
      get('the table', vendor('patheds'), {}, asTable),
    ],
  },
  {
    name: 'windows that repeat',
    definitions: [
      definitionOf('Window', {
        type: 'object',
        properties: {
          windows: {
            type: 'array',
            maxItems: 50,
            items: objectOf({ schedule: { type: 'string' }, duration: { type: 'string' } }),
            'x-kubernetes-validations': [
              {
                message: "'schedule' must be set with 'duration'",
                rule: 'self.all(x, has(x.schedule) == has(x.duration))',
              },
            ],
          },
        },
      }),
    ],
    steps: [
      create(
        'both',
        vendor('windows'),
        made('Window', 'a', { windows: [{ schedule: '@daily', duration: '1h' }, {}] }),
      ),
      create('one of them', vendor('windows'), made('Window', 'b', { windows: [{ schedule: '@daily' }] })),
    ],
  },
  {
    name: 'webhooks without a path',
    definitions: [webhooked('Served', { service: { namespace: 'nowhere', name: 'converter' } })],
    steps: [
      create(
        'in the version that is not stored',
        vendor('serveds', '', 'v1beta1'),
        made('Served', 'a', {}, {}, 'v1beta1'),
      ),
    ],
  },
];
