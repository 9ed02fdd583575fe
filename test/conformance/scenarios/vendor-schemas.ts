import { definitionOf, made, vendor } from '../definitions.ts';
import { apply, asTable, create, get, patch, put, remove } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

const text = { type: 'string' };
const whole = { type: 'integer' };
const free = { 'x-kubernetes-preserve-unknown-fields': true };
const objectOf = (properties: object, own: object = {}) => ({ type: 'object', properties, ...own });

const shapes = definitionOf(
  'Shape',
  objectOf({
    anything: free,
    freeObject: {
      type: 'object',
      ...free,
      properties: { known: { type: 'object', properties: { a: text } } },
    },
    freeList: { type: 'array', items: { type: 'object', ...free } },
    raw: { type: 'object', ...free, 'x-kubernetes-embedded-resource': true },
    typedRaw: objectOf({ spec: objectOf({ a: text }) }, { 'x-kubernetes-embedded-resource': true }),
    port: { 'x-kubernetes-int-or-string': true },
    limitedPort: {
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      pattern: '^[0-9]+%?$',
      maximum: 100,
    },
    quantities: { type: 'object', additionalProperties: { 'x-kubernetes-int-or-string': true } },
    nested: {
      type: 'object',
      additionalProperties: objectOf({ size: { ...whole, default: 3 }, name: text }, { required: ['name'] }),
    },
    lists: { type: 'object', additionalProperties: { type: 'array', items: { type: 'number' } } },
    any: { type: 'object', additionalProperties: true },
    matrix: { type: 'array', items: { type: 'array', items: { ...whole, minimum: 0 } } },
    pairs: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
      items: objectOf(
        { port: whole, protocol: { ...text, default: 'TCP' }, note: text },
        { required: ['port'] },
      ),
    },
    objects: {
      type: 'array',
      'x-kubernetes-list-type': 'set',
      items: { type: 'string', enum: ['a', 'b', 'c'] },
    },
    numbers: { type: 'array', 'x-kubernetes-list-type': 'set', items: whole },
    atom: objectOf({ a: text, b: text }, { 'x-kubernetes-map-type': 'atomic' }),
    atoms: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: text },
    maybe: {
      ...objectOf({ a: { ...text, nullable: true, default: 'x' }, b: { ...text, default: 'y' } }),
      nullable: true,
    },
    maybeList: { type: 'array', nullable: true, items: { ...text, nullable: true } },
    either: {
      ...objectOf({ left: text, right: whole, mode: text }),
      oneOf: [
        { required: ['left'], properties: { mode: { enum: ['L'] } } },
        { required: ['right'], properties: { mode: { enum: ['R'] } } },
      ],
    },
    all: {
      ...objectOf({ a: whole }),
      allOf: [{ properties: { a: { minimum: 1 } } }, { properties: { a: { maximum: 9 } } }],
    },
    notBoth: { ...objectOf({ a: text, b: text }), not: { required: ['a', 'b'] } },
    defaults: objectOf(
      {
        deep: objectOf(
          { on: { type: 'boolean', default: true }, list: { type: 'array', items: text, default: ['x'] } },
          { default: {} },
        ),
        mode: { ...text, enum: ['a', 'b'], default: 'a' },
      },
      { default: { mode: 'b' } },
    ),
    formats: objectOf({
      date: { ...text, format: 'date' },
      time: { ...text, format: 'date-time' },
      duration: { ...text, format: 'duration' },
      ip: { ...text, format: 'ipv4' },
      six: { ...text, format: 'ipv6' },
      cidr: { ...text, format: 'cidr' },
      uri: { ...text, format: 'uri' },
      email: { ...text, format: 'email' },
      uuid: { ...text, format: 'uuid' },
      byte: { ...text, format: 'byte' },
      host: { ...text, format: 'hostname' },
      mac: { ...text, format: 'mac' },
      unknown: { ...text, format: 'poem' },
      int32: { ...whole, format: 'int32' },
      int64: { ...whole, format: 'int64' },
      float: { type: 'number', format: 'float' },
    }),
    limits: objectOf({
      few: { type: 'object', additionalProperties: text, minProperties: 1, maxProperties: 2 },
      some: { type: 'array', items: text, minItems: 1, maxItems: 2 },
      word: { ...text, minLength: 2, maxLength: 4, pattern: '^[a-zé]*$' },
      unicode: { ...text, maxLength: 3 },
      step: { type: 'number', multipleOf: 0.1 },
      above: { ...whole, minimum: 1, exclusiveMinimum: true },
      below: { ...whole, maximum: 9, exclusiveMaximum: true },
      yes: { type: 'boolean', enum: [true] },
      one: { ...whole, enum: [1, 2] },
      thing: { type: 'object', ...free, enum: [{ a: 1 }] },
    }),
  }),
  {
    version: { subresources: { status: {} } },
    names: { shortNames: ['shp'], categories: ['all', 'vendor'] },
  },
);

const good: Readonly<Record<string, object>> = {
  anything: { anything: [1, { a: null }, 'x'] },
  'anything that is null': { anything: null },
  'a free object': { freeObject: { known: { a: 'x', b: 'gone' }, other: { c: null } } },
  'a free list': { freeList: [{ a: 1 }, {}] },
  'an embedded object': {
    raw: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', labels: { a: 'b' } }, spec: { any: 1 } },
  },
  'an embedded object with a schema': {
    typedRaw: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { a: 'x', gone: 1 }, gone: 2 },
  },
  'a number for a port': { port: 80 },
  'a text for a port': { port: 'http' },
  quantities: { quantities: { cpu: 1, memory: '1Gi' } },
  'defaults inside of a map': { nested: { a: { name: 'x' }, b: { name: 'y', size: 1, gone: true } } },
  'lists inside of a map': { lists: { a: [1, 2.5], b: [] } },
  'a map of anything': { any: { a: 1, b: { c: [] } } },
  'a matrix': { matrix: [[1, 2], [], [3]] },
  'a default in a key': { pairs: [{ port: 80 }, { port: 80, protocol: 'UDP' }] },
  'a null where it may be': { maybe: null, maybeList: null },
  'a null with a default': { maybe: { a: null, b: null } },
  'nulls in a list': { maybeList: ['a', null] },
  'nulls elsewhere': { atom: null, formats: { date: null }, matrix: null },
  'one of two': { either: { left: 'x', mode: 'L' } },
  'all of two': { all: { a: 5 } },
  'no defaults given': {},
  'some defaults given': { defaults: { deep: { on: false } } },
  formats: {
    formats: {
      date: '2026-01-31',
      time: '2026-01-31T01:02:03.5+02:00',
      duration: '1h2m',
      ip: '1.2.3.4',
      six: '::1',
      cidr: '10.0.0.0/8',
      uri: 'https://x.dev/a?b',
      email: 'a@x.dev',
      uuid: '123e4567-e89b-42d3-a456-426614174000',
      byte: 'dGV4dA==',
      host: 'x.dev',
      mac: '00:11:22:33:44:55',
      unknown: 'whatever',
      int32: 5,
      int64: 5,
      float: 1.5,
    },
  },
  limits: {
    limits: {
      few: { a: 'x' },
      some: ['a'],
      word: 'né',
      unicode: 'äöü',
      step: 0.3,
      above: 2,
      below: 8,
      yes: true,
      one: 2,
      thing: { a: 1 },
    },
  },
};

const bad: Readonly<Record<string, object>> = {
  'a list for anything typed': { freeObject: [] },
  'a text among free objects': { freeList: ['x'] },
  'an embedded object without a kind': { raw: { apiVersion: 'v1', metadata: { name: 'x' } } },
  'an embedded object with bad metadata': {
    raw: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { 'a b': 1 } } },
  },
  'an embedded object with a bad name': { raw: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'A_B' } } },
  'a fraction for a port': { port: 1.5 },
  'an object for a port': { port: {} },
  'a limited port too large': { limitedPort: 101 },
  'a limited port that does not match': { limitedPort: 'x' },
  'a truth among quantities': { quantities: { cpu: true } },
  'a member of a map without its name': { nested: { a: {} } },
  'a text in a map of lists': { lists: { a: ['x'] } },
  'a number below in a matrix': { matrix: [[1], [-1]] },
  'a list for a row': { matrix: [1] },
  'the same pair twice': { pairs: [{ port: 80 }, { port: 80, protocol: 'TCP' }] },
  'a pair without its port': { pairs: [{ protocol: 'TCP' }] },
  'a number twice': { numbers: [1, 2, 1, 1] },
  'an unknown item in a set': { objects: ['a', 'z'] },
  'a null in a set': { objects: ['a', null] },
  'one of two, with the mode of the other': { either: { left: 'x', mode: 'R' } },
  'neither of two': { either: { mode: 'L' } },
  'all of two, one of them broken': { all: { a: 10 } },
  'both of what must not be both': { notBoth: { a: 'x', b: 'y' } },
  'an unknown mode': { defaults: { mode: 'z' } },
  'no date': { formats: { date: '2026-02-30' } },
  'no time': { formats: { time: '2026-01-01' } },
  'no duration': { formats: { duration: 'soon' } },
  'no address': { formats: { ip: '1.2.3' } },
  'no long address': { formats: { six: '1.2.3.4' } },
  'no network': { formats: { cidr: '10.0.0.0' } },
  'no uri': { formats: { uri: 'not a uri' } },
  'no mail': { formats: { email: 'x' } },
  'no uuid': { formats: { uuid: 'x' } },
  'no bytes': { formats: { byte: '***' } },
  'no host': { formats: { host: 'a_b' } },
  'no mac': { formats: { mac: 'x' } },
  'a number beyond 32 bits': { formats: { int32: 3000000000 } },
  'too few members': { limits: { few: {} } },
  'too many members': { limits: { few: { a: 'x', b: 'y', c: 'z' } } },
  'too few items': { limits: { some: [] } },
  'too many items': { limits: { some: ['a', 'b', 'c'] } },
  'a word too short': { limits: { word: 'a' } },
  'a word too long': { limits: { word: 'abcde' } },
  'letters counted, not bytes': { limits: { unicode: 'äöüß' } },
  'no multiple': { limits: { step: 0.35 } },
  'the excluded minimum': { limits: { above: 1 } },
  'the excluded maximum': { limits: { below: 9 } },
  'no where only yes may be': { limits: { yes: false } },
  'a number not listed': { limits: { one: 3 } },
  'an object not listed': { limits: { thing: { a: 2 } } },
  'a list for the spec': [],
};

const versions = definitionOf(
  'Aged',
  {},
  {
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: objectOf({ spec: objectOf({ a: text, b: { ...text, default: 'b' } }) }) },
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.spec.a' }],
      },
      {
        name: 'v1beta1',
        served: true,
        storage: false,
        deprecated: true,
        schema: { openAPIV3Schema: objectOf({ spec: objectOf({ a: text, b: text, old: text }) }) },
      },
      {
        name: 'v1alpha1',
        served: true,
        storage: false,
        deprecated: true,
        deprecationWarning: 'vendor.dev/v1alpha1 Aged goes soon; "use" v1',
        schema: { openAPIV3Schema: { type: 'object', ...free } },
      },
      { name: 'v0', served: false, storage: false, schema: { openAPIV3Schema: { type: 'object' } } },
    ],
  },
);

const selectable = definitionOf(
  'Picked',
  objectOf({ color: text, size: whole, on: { type: 'boolean' }, inner: objectOf({ name: text }) }),
  {
    version: {
      selectableFields: [
        { jsonPath: '.spec.color' },
        { jsonPath: '.spec.size' },
        { jsonPath: '.spec.on' },
        { jsonPath: '.spec.inner.name' },
      ],
    },
  },
);

const printed = definitionOf(
  'Printed',
  objectOf({
    a: text,
    n: whole,
    f: { type: 'number' },
    on: { type: 'boolean' },
    at: { ...text, format: 'date-time' },
    list: { type: 'array', items: objectOf({ name: text, ok: { type: 'boolean' } }) },
    map: { type: 'object', additionalProperties: text },
  }),
  {
    version: {
      additionalPrinterColumns: [
        { name: 'A', type: 'string', jsonPath: '.spec.a', description: 'the a' },
        { name: 'N', type: 'integer', format: 'int32', jsonPath: '.spec.n' },
        { name: 'F', type: 'number', jsonPath: '.spec.f' },
        { name: 'On', type: 'boolean', jsonPath: '.spec.on' },
        { name: 'At', type: 'date', jsonPath: '.spec.at' },
        { name: 'First', type: 'string', jsonPath: '.spec.list[0].name' },
        { name: 'Names', type: 'string', jsonPath: '.spec.list[*].name' },
        { name: 'Ok', type: 'string', jsonPath: '.spec.list[?(@.ok==true)].name' },
        { name: 'Of', type: 'string', jsonPath: ".spec.list[?(@.name=='y')].ok" },
        { name: 'Map', type: 'string', jsonPath: '.spec.map' },
        { name: 'Dotted', type: 'string', jsonPath: '.spec.map.a\\.b/c' },
        { name: 'Label', type: 'string', jsonPath: '.metadata.labels.app' },
        { name: 'Wide', type: 'string', priority: 1, jsonPath: '.status.phase' },
        { name: 'Wrong', type: 'integer', jsonPath: '.spec.a' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
    },
  },
);

const scaled = definitionOf('Scaled', objectOf({ pods: objectOf({ count: whole }) }), {
  version: {
    subresources: {
      status: {},
      scale: {
        specReplicasPath: '.spec.pods.count',
        statusReplicasPath: '.status.pods.ready',
        labelSelectorPath: '.status.selector',
      },
    },
    schema: {
      openAPIV3Schema: objectOf({
        spec: objectOf({ pods: objectOf({ count: whole }) }),
        status: objectOf({ pods: objectOf({ ready: whole }), selector: text }),
      }),
    },
  },
});

export const vendorSchemasScenarios: readonly Scenario[] = [
  {
    name: 'what unusual schemas keep',
    definitions: [shapes],
    steps: Object.entries(good).map(([does, spec], index) =>
      create(does, vendor('shapes'), made('Shape', `s${index}`, spec)),
    ),
  },
  {
    name: 'what unusual schemas refuse',
    definitions: [shapes],
    steps: Object.entries(bad).map(([does, spec]) =>
      create(does, vendor('shapes'), made('Shape', 's', spec)),
    ),
  },
  {
    name: 'applying to unusual schemas',
    definitions: [shapes],
    steps: [
      apply(
        'one',
        vendor('shapes', 's'),
        made('Shape', 's', {
          pairs: [
            { port: 80, note: 'a' },
            { port: 80, protocol: 'UDP' },
          ],
          numbers: [1, 2],
          atom: { a: '1' },
          atoms: ['a'],
          nested: { x: { name: 'x' } },
        }),
      ),
      apply(
        'two',
        vendor('shapes', 's'),
        made('Shape', 's', {
          pairs: [{ port: 80, protocol: 'TCP', note: 'b' }],
          numbers: [2, 3],
          nested: { y: { name: 'y' } },
        }),
      ),
      apply(
        'two',
        vendor('shapes', 's'),
        made('Shape', 's', {
          pairs: [{ port: 80, protocol: 'TCP', note: 'b' }],
          numbers: [2, 3],
          nested: { y: { name: 'y' } },
        }),
        { force: 'true' },
      ),
      apply('two', vendor('shapes', 's'), made('Shape', 's', { atom: { b: '2' } })),
      apply('two', vendor('shapes', 's'), made('Shape', 's', { atoms: ['b'] })),
      apply(
        'one',
        vendor('shapes', 's'),
        made('Shape', 's', {
          pairs: [{ port: 443 }],
          anything: { a: { b: 1 } },
          freeObject: { known: { a: 'x' }, other: { c: 1 } },
          raw: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { a: 1 } },
          matrix: [[1]],
          maybe: null,
        }),
      ),
      apply(
        'two',
        vendor('shapes', 's'),
        made('Shape', 's', { anything: { a: { c: 2 } }, freeObject: { other: { d: 1 } } }),
      ),
      apply('two', vendor('shapes', 's'), made('Shape', 's', { pairs: [{ port: 1 }, { port: 1 }] })),
      apply('two', vendor('shapes', 's'), made('Shape', 's', { pairs: 'text' })),
      apply('two', vendor('shapes', 's'), made('Shape', 's', { nested: { z: { other: 1 } } })),
      patch(
        'json',
        vendor('shapes', 's'),
        [
          { op: 'add', path: '/spec/numbers/-', value: 9 },
          { op: 'copy', from: '/spec/anything', path: '/spec/any' },
        ],
        'json patch of both',
      ),
      patch('merge', vendor('shapes', 's'), { spec: { atom: null, anything: { a: null } } }),
      put('replace', vendor('shapes', 's'), (answers: readonly { body: unknown }[]) => ({
        ...(answers[10]?.body as object),
        spec: { numbers: [5] },
      })),
      apply('one', vendor('shapes', 's'), {
        apiVersion: 'vendor.dev/v1',
        kind: 'Shape',
        metadata: { name: 's' },
      }),
      apply('', vendor('shapes', 's'), made('Shape', 's', {}), { fieldManager: 'dry', dryRun: 'All' }),
      get('read', vendor('shapes', 's')),
    ],
  },
  {
    name: 'several versions',
    definitions: [versions],
    steps: [
      create('create the newest', vendor('ageds'), made('Aged', 'a', { a: 'x' })),
      create(
        'create an old one',
        vendor('ageds', '', 'v1beta1'),
        made('Aged', 'b', { a: 'x', old: 'y' }, {}, 'v1beta1'),
      ),
      create(
        'create the oldest',
        vendor('ageds', '', 'v1alpha1'),
        made('Aged', 'c', { any: 1 }, {}, 'v1alpha1'),
      ),
      create('create one that is not served', vendor('ageds', '', 'v0'), made('Aged', 'd', {}, {}, 'v0')),
      create('create another version than the path', vendor('ageds'), made('Aged', 'd', {}, {}, 'v1beta1')),
      create('create another kind than the path', vendor('ageds'), {
        ...made('Aged', 'd', {}),
        kind: 'Young',
      }),
      get('read the old one as new', vendor('ageds', 'b')),
      get('read the new one as old', vendor('ageds', 'a', 'v1beta1')),
      get('list as old', vendor('ageds', '', 'v1beta1')),
      get('the oldest as a table', vendor('ageds', '', 'v1alpha1'), {}, asTable),
      patch('merge', vendor('ageds', 'a', 'v1beta1'), { spec: { a: 'z' } }),
      apply('one', vendor('ageds', 'a', 'v1beta1'), made('Aged', 'a', { a: 'q' }, {}, 'v1beta1')),
      apply('one', vendor('ageds', 'a'), made('Aged', 'a', { a: 'n' })),
      get('read it', vendor('ageds', 'a', 'v1alpha1')),
      create(
        'refused in the old version',
        vendor('ageds', '', 'v1beta1'),
        made('Aged', 'e', { a: 1 }, {}, 'v1beta1'),
      ),
      remove('delete through the old version', vendor('ageds', 'b', 'v1beta1')),
    ],
  },
  {
    name: 'fields to select by',
    definitions: [selectable],
    steps: [
      create(
        'red',
        vendor('pickeds'),
        made('Picked', 'a', { color: 'red', size: 1, on: true, inner: { name: 'x' } }),
      ),
      create('blue', vendor('pickeds'), made('Picked', 'b', { color: 'blue', size: 2, on: false })),
      create('none', vendor('pickeds'), made('Picked', 'c', {})),
      get('by a text', vendor('pickeds'), { fieldSelector: 'spec.color=red' }),
      get('by a number', vendor('pickeds'), { fieldSelector: 'spec.size=2' }),
      get('by a truth', vendor('pickeds'), { fieldSelector: 'spec.on=true' }),
      get('by a path', vendor('pickeds'), { fieldSelector: 'spec.inner.name!=x' }),
      get('by nothing', vendor('pickeds'), { fieldSelector: 'spec.color=' }),
      get('by another field', vendor('pickeds'), { fieldSelector: 'spec.other=1' }),
      get('by two', vendor('pickeds'), { fieldSelector: 'spec.color=red,metadata.name=a' }),
      { ...remove('delete by a field', vendor('pickeds')), query: { fieldSelector: 'spec.color=blue' } },
    ],
  },
  {
    name: 'columns',
    definitions: [printed],
    steps: [
      create(
        'full',
        vendor('printeds'),
        made(
          'Printed',
          'a',
          {
            a: 'x',
            n: 5,
            f: 1.5,
            on: true,
            at: '2020-01-01T00:00:00Z',
            list: [
              { name: 'x', ok: true },
              { name: 'y', ok: false },
              { name: 'z', ok: true },
            ],
            map: { k: 'v', 'a.b/c': 'd' },
          },
          { labels: { app: 'web' } },
        ),
      ),
      create('empty', vendor('printeds'), made('Printed', 'b', {})),
      { ...get('the table', vendor('printeds'), {}, asTable), looksAt: withoutYears },
      { ...get('one of them', vendor('printeds', 'b'), {}, asTable), looksAt: withoutYears },
    ],
  },
  {
    name: 'a scale of its own',
    definitions: [scaled],
    steps: [
      create('create', vendor('scaleds'), made('Scaled', 'a', { pods: { count: 2 } })),
      get('read', vendor('scaleds', 'a/scale')),
      patch('merge', vendor('scaleds', 'a/scale'), { spec: { replicas: 3 } }),
      patch('json', vendor('scaleds', 'a/scale'), [{ op: 'replace', path: '/spec/replicas', value: 4 }]),
      patch(
        'merge',
        vendor('scaleds', 'a/status'),
        { status: { pods: { ready: 1 }, selector: 'app=x' } },
        'the status',
      ),
      put('put', vendor('scaleds', 'a/scale'), {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'a', namespace: '{ns}' },
        spec: { replicas: 5 },
      }),
      put('put another name', vendor('scaleds', 'a/scale'), {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'b', namespace: '{ns}' },
        spec: { replicas: 5 },
      }),
      put('put another kind', vendor('scaleds', 'a/scale'), made('Scaled', 'a', {})),
      create('create without a number', vendor('scaleds'), made('Scaled', 'b', {})),
      get('read nothing', vendor('scaleds', 'b/scale')),
      patch('merge', vendor('scaleds', 'b/scale'), { spec: { replicas: 1 } }, 'give it a number'),
      get('read the object', vendor('scaleds', 'a')),
    ],
  },
];

/** Ages in years would be another every year. */
function withoutYears(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body).replace(/"\d+y\d*d?"/g, '"<years>"'));
}
