import type { Answer, Scenario, Step } from './scenario.ts';

const core = (plural: string, name = '') =>
  `/api/v1/namespaces/{ns}/${plural}${name === '' ? '' : `/${name}`}`;
const apps = (plural: string, name = '') =>
  `/apis/apps/v1/namespaces/{ns}/${plural}${name === '' ? '' : `/${name}`}`;
const widgets = (name = '') =>
  `/apis/conformance.dev/v1/namespaces/{ns}/widgets${name === '' ? '' : `/${name}`}`;

const create = (does: string, path: string, body: unknown, query?: Record<string, string>): Step => ({
  does,
  method: 'POST',
  path,
  body,
  ...(query === undefined ? {} : { query }),
});
const get = (
  does: string,
  path: string,
  query?: Record<string, string>,
  headers?: Record<string, string>,
): Step => ({
  does,
  method: 'GET',
  path,
  ...(query === undefined ? {} : { query }),
  ...(headers === undefined ? {} : { headers }),
});
const put = (does: string, path: string, body: Step['body'], query?: Record<string, string>): Step => ({
  does,
  method: 'PUT',
  path,
  body,
  ...(query === undefined ? {} : { query }),
});
const remove = (does: string, path: string, body?: unknown): Step => ({
  does,
  method: 'DELETE',
  path,
  ...(body === undefined ? {} : { body }),
});
const patch = (
  kind: 'merge' | 'json' | 'strategic',
  path: string,
  body: unknown,
  does = `${kind} patch`,
): Step => ({
  does,
  method: 'PATCH',
  path,
  body,
  headers: {
    'content-type':
      kind === 'strategic' ? 'application/strategic-merge-patch+json' : `application/${kind}-patch+json`,
  },
});
const apply = (manager: string, path: string, body: unknown, query: Record<string, string> = {}): Step => ({
  does: `${manager} applies`,
  method: 'PATCH',
  path,
  body,
  query: { fieldManager: manager, ...query },
  headers: { 'content-type': 'application/apply-patch+yaml' },
});

const configMap = (name: string, data: object = { a: '1' }, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

const podSpec = { containers: [{ name: 'web', image: 'nginx:1.25', ports: [{ containerPort: 80 }] }] };
const pod = (name: string, spec: object = podSpec) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec,
});
const workload = (kind: string, spec: object = {}, labels: object = { app: 'web' }) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels }, spec: podSpec },
    ...spec,
  },
});
const widget = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'conformance.dev/v1',
  kind: 'Widget',
  metadata: { name, ...metadata },
  spec: { size: 'small', ...spec },
});
const bodyOf = (answers: readonly Answer[], index: number) => answers[index]?.body as Record<string, unknown>;

/** The definition that the custom resource scenarios use; installed before them. */
export const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.conformance.dev' },
  spec: {
    group: 'conformance.dev',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        additionalPrinterColumns: [
          { name: 'Size', type: 'string', jsonPath: '.spec.size' },
          { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
          { name: 'Parts', type: 'string', jsonPath: '.spec.parts[*].name', priority: 1 },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              apiVersion: { type: 'string' },
              kind: { type: 'string' },
              metadata: { type: 'object' },
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'string', enum: ['small', 'large'] },
                  replicas: { type: 'integer', default: 1, minimum: 0, maximum: 10, format: 'int32' },
                  ratio: { type: 'number', exclusiveMinimum: true, minimum: 0, multipleOf: 0.5 },
                  flag: { type: 'boolean' },
                  port: { 'x-kubernetes-int-or-string': true },
                  code: { type: 'string', pattern: '^[a-z]+$', maxLength: 5, minLength: 2 },
                  at: { type: 'string', format: 'date-time' },
                  owner: { type: 'string', nullable: true },
                  fixed: {
                    type: 'string',
                    'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed is immutable' }],
                  },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  labels: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 2 },
                  tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
                  args: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string' } },
                  choice: {
                    type: 'object',
                    oneOf: [{ required: ['left'] }, { required: ['right'] }],
                    properties: { left: { type: 'string' }, right: { type: 'string' } },
                  },
                  any: {
                    type: 'object',
                    anyOf: [{ required: ['left'] }, { required: ['right'] }],
                    properties: { left: { type: 'string' }, right: { type: 'string' } },
                  },
                  never: {
                    type: 'object',
                    not: { required: ['bad'] },
                    properties: { bad: { type: 'string' } },
                  },
                  range: {
                    type: 'object',
                    properties: { from: { type: 'integer' }, to: { type: 'integer' } },
                    'x-kubernetes-validations': [{ rule: 'self.from <= self.to' }],
                  },
                  embedded: {
                    type: 'object',
                    'x-kubernetes-embedded-resource': true,
                    'x-kubernetes-preserve-unknown-fields': true,
                  },
                  parts: {
                    type: 'array',
                    maxItems: 3,
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: { name: { type: 'string' }, weight: { type: 'integer', default: 5 } },
                    },
                  },
                },
              },
              status: {
                type: 'object',
                properties: {
                  replicas: { type: 'integer' },
                  phase: { type: 'string' },
                  selector: { type: 'string' },
                },
              },
            },
          },
        },
      },
    ],
  },
};

const invalidSpecs: Readonly<Record<string, object>> = {
  'a missing member': { size: undefined },
  'a value not listed': { size: 'huge' },
  'a text for a number': { replicas: 'two' },
  'a number too large': { replicas: 11 },
  'a number too small': { replicas: -1 },
  'a fraction for a whole number': { replicas: 1.5 },
  'an exclusive minimum': { ratio: -0.5 },
  'no multiple': { ratio: 0.7 },
  'a text for a truth': { flag: 'yes' },
  'a truth for int-or-string': { port: true },
  'a text that does not match': { code: 'ABC' },
  'a text too long': { code: 'abcdefgh' },
  'a text too short': { code: 'a' },
  'no date': { at: 'yesterday' },
  'null where null may not be': { code: null },
  'a list for an object': { free: [] },
  'an object for a text': { size: {} },
  'a number among labels': { labels: { a: 1 } },
  'too many members': { labels: { a: '1', b: '2', c: '3' } },
  'an item twice in a set': { tags: ['a', 'b', 'a'] },
  'too few items': { args: [] },
  'too many items': { args: ['1', '2', '3'] },
  'none of one-of': { choice: {} },
  'two of one-of': { choice: { left: 'a', right: 'b' } },
  'none of any-of': { any: {} },
  'what must not be': { never: { bad: 'x' } },
  'a broken rule': { range: { from: 2, to: 1 } },
  'an embedded object without a kind': { embedded: { metadata: { name: 'x' } } },
  'a key twice in a map list': { parts: [{ name: 'a' }, { name: 'a' }] },
  'an item without its key': { parts: [{ weight: 1 }] },
  'several things at once': { size: 'huge', replicas: 'two', code: 'A' },
};

export const scenarios: readonly Scenario[] = [
  {
    name: 'objects come and go',
    steps: [
      create('create', core('configmaps'), configMap('a')),
      create('create again', core('configmaps'), configMap('a')),
      get('read', core('configmaps', 'a')),
      get('read what is not there', core('configmaps', 'b')),
      put('replace', core('configmaps', 'a'), configMap('a', { a: '2' })),
      put('replace what is not there', core('configmaps', 'b'), configMap('b')),
      put('replace under another name', core('configmaps', 'a'), configMap('c')),
      put('replace with an old version', core('configmaps', 'a'), (answers: readonly Answer[]) =>
        bodyOf(answers, 0),
      ),
      put(
        'replace another identity',
        core('configmaps', 'a'),
        configMap('a', {}, { uid: '11111111-1111-1111-1111-111111111111' }),
      ),
      create('create in another namespace', core('configmaps'), configMap('d', {}, { namespace: 'default' })),
      create('create in no namespace', '/api/v1/namespaces/nowhere/configmaps', configMap('d')),
      create('create the wrong kind', core('configmaps'), { ...configMap('e'), kind: 'Secret' }),
      create('create the wrong version', core('configmaps'), { ...configMap('e'), apiVersion: 'v2' }),
      create('create with a version', core('configmaps'), configMap('e', {}, { resourceVersion: '1' })),
      create('create without a name', core('configmaps'), configMap('', {}, { name: undefined })),
      create('create with a bad name', core('configmaps'), configMap('Bad_Name')),
      create(
        'create with bad labels',
        core('configmaps'),
        configMap('e', {}, { labels: { 'a b': 'c', d: 'e f' } }),
      ),
      create(
        'create with bad annotations',
        core('configmaps'),
        configMap('e', {}, { annotations: { 'a b': 'c' } }),
      ),
      create(
        'create with a bad owner',
        core('configmaps'),
        configMap('e', {}, { ownerReferences: [{ kind: 'Pod', name: 'x' }] }),
      ),
      create(
        'create with a bad finalizer',
        core('configmaps'),
        configMap('e', {}, { finalizers: ['not/a/name'] }),
      ),
      create(
        'create with a bare finalizer',
        core('configmaps'),
        configMap('e2', {}, { finalizers: ['bare'] }),
      ),
      create('generate a name', core('configmaps'), {
        ...configMap(''),
        metadata: { generateName: 'generated-' },
      }),
      create('dry run', core('configmaps'), configMap('dry'), { dryRun: 'All' }),
      get('read the dry run', core('configmaps', 'dry')),
      create('dry run of the wrong sort', core('configmaps'), configMap('dry'), { dryRun: 'Some' }),
      remove('delete with another identity', core('configmaps', 'a'), {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        preconditions: { uid: 'x' },
      }),
      remove('delete', core('configmaps', 'a')),
      remove('delete again', core('configmaps', 'a')),
      get('an unknown resource', core('gadgets')),
      get('an unknown group', '/apis/nowhere.dev/v1/gadgets'),
      { does: 'post to an object', method: 'POST', path: core('configmaps', 'a'), body: configMap('a') },
    ],
  },
  {
    name: 'finalizers hold an object',
    steps: [
      create('create', core('configmaps'), configMap('a', {}, { finalizers: ['conformance.dev/hold'] })),
      remove('delete', core('configmaps', 'a')),
      remove('delete again', core('configmaps', 'a')),
      patch(
        'merge',
        core('configmaps', 'a'),
        { metadata: { finalizers: ['conformance.dev/hold', 'conformance.dev/more'] } },
        'add a finalizer',
      ),
      patch('merge', core('configmaps', 'a'), { data: { b: '2' } }, 'change it meanwhile'),
      patch('merge', core('configmaps', 'a'), { metadata: { finalizers: null } }, 'let it go'),
      get('read', core('configmaps', 'a')),
      create('create another', core('configmaps'), configMap('b')),
      remove('delete in the foreground', core('configmaps', 'b'), {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: 'Foreground',
      }),
      remove('delete with a wrong policy', core('configmaps', 'b'), {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: 'Sideways',
      }),
    ],
  },
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
  {
    name: 'server-side apply',
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
  {
    name: 'custom resources',
    steps: [
      create(
        'create with defaults',
        widgets(),
        widget('w', { parts: [{ name: 'a' }], free: { any: [1] }, owner: null }),
      ),
      create('create with a status', widgets(), { ...widget('s'), status: { phase: 'Ready' } }),
      create('create without a spec', widgets(), {
        apiVersion: 'conformance.dev/v1',
        kind: 'Widget',
        metadata: { name: 'n' },
      }),
      create(
        'unknown members, strictly',
        widgets(),
        widget('u', { unknown: 1, parts: [{ name: 'a', other: 2 }] }),
        { fieldValidation: 'Strict' },
      ),
      create('unknown members, with a warning', widgets(), widget('u', { unknown: 1 }), {
        fieldValidation: 'Warn',
      }),
      create('unknown members, ignored', widgets(), widget('u2', { unknown: 1 }), {
        fieldValidation: 'Ignore',
      }),
      create('an unknown validation', widgets(), widget('u3'), { fieldValidation: 'Maybe' }),
      create('unknown metadata', widgets(), widget('m', {}, { unknown: 1 }), { fieldValidation: 'Strict' }),
      create('labels of the wrong type', widgets(), widget('m', {}, { labels: 'text' })),
      create('no time', widgets(), widget('t', {}, { creationTimestamp: null })),
      put('replace without a version', widgets('w'), widget('w')),
      put('replace', widgets('w'), (answers: readonly Answer[]) => ({
        ...bodyOf(answers, 0),
        spec: { size: 'large' },
        status: { phase: 'X' },
      })),
      patch(
        'merge',
        widgets('w/status'),
        {
          spec: { size: 'small' },
          metadata: { labels: { a: 'b' } },
          status: { phase: 'Ready', replicas: 1, selector: 'a=b' },
        },
        'write the status',
      ),
      patch('merge', widgets('w/status'), { status: { replicas: 'one' } }, 'write a wrong status'),
      get('read the scale', widgets('w/scale')),
      patch('merge', widgets('w/scale'), { spec: { replicas: 4 } }, 'scale'),
      patch('merge', widgets('w/scale'), { spec: { replicas: 40 } }, 'scale too far'),
      patch('merge', widgets('w/scale'), { spec: { replicas: -4 } }, 'scale below nothing'),
      put('replace the scale', widgets('w/scale'), {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'w' },
        spec: { replicas: 2 },
      }),
      get('read', widgets('w')),
      patch('strategic', widgets('w'), { spec: {} }),
      create('fixed', widgets(), widget('f', { fixed: 'a' })),
      patch('merge', widgets('f'), { spec: { fixed: 'b' } }, 'change what is fixed'),
      patch('merge', widgets('f'), { spec: { size: null } }, 'remove what is required'),
      patch('merge', widgets('f'), { metadata: { annotations: { a: 'b' } } }, 'annotate'),
      remove('delete', widgets('f')),
      get('another door', widgets('w/nothing')),
    ],
  },
  {
    name: 'what a schema refuses',
    steps: Object.entries(invalidSpecs).map(([does, spec]) => create(does, widgets(), widget('w', spec))),
  },
  {
    name: 'lists',
    steps: [
      create('one', core('configmaps'), configMap('a', {}, { labels: { app: 'x', tier: 'one' } })),
      create('two', core('configmaps'), configMap('b', {}, { labels: { app: 'x', tier: 'two' } })),
      create('three', core('configmaps'), configMap('c', {}, { labels: { app: 'y' } })),
      get('all', core('configmaps')),
      get('by label', core('configmaps'), { labelSelector: 'app=x,tier!=two' }),
      get('by set', core('configmaps'), { labelSelector: 'tier in (one, two)' }),
      get('by its absence', core('configmaps'), { labelSelector: '!tier' }),
      get('by nonsense', core('configmaps'), { labelSelector: 'a in b' }),
      get('by name', core('configmaps'), { fieldSelector: 'metadata.name=b' }),
      get('by not the name', core('configmaps'), { fieldSelector: 'metadata.name!=b' }),
      get('by an unknown field', core('configmaps'), { fieldSelector: 'data.a=b' }),
      get('the first two', core('configmaps'), { limit: '2' }),
      get('at an unknown version', core('configmaps'), { resourceVersion: 'x' }),
      get('a match without a version', core('configmaps'), { resourceVersionMatch: 'Exact' }),
      get('an unknown match', core('configmaps'), { resourceVersion: '1', resourceVersionMatch: 'Roughly' }),
      get('exactly nothing', core('configmaps'), { resourceVersion: '0', resourceVersionMatch: 'Exact' }),
      get('a wrong token', core('configmaps'), { limit: '1', continue: 'x' }),
      get(
        'as a table',
        core('configmaps'),
        {},
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
      ),
      get(
        'as metadata',
        core('configmaps'),
        {},
        { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json' },
      ),
      { ...remove('delete by label', core('configmaps')), query: { labelSelector: 'app=x' } },
      get('what is left', core('configmaps')),
      get('pods by phase', core('pods'), { fieldSelector: 'status.phase=Running,spec.nodeName!=x' }),
      get('events by object', core('events'), {
        fieldSelector: 'involvedObject.kind=Pod,involvedObject.name=x,type!=Warning',
      }),
      get('custom ones by an unknown field', widgets(), { fieldSelector: 'spec.size=small' }),
      create('a widget', widgets(), widget('w', { parts: [{ name: 'a' }, { name: 'b' }] })),
      get(
        'custom ones as a table',
        widgets(),
        {},
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
      ),
    ],
  },
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
    name: 'deployments and replica sets',
    steps: [
      create('create', apps('deployments'), workload('Deployment')),
      create(
        'a selector that does not match',
        apps('deployments'),
        workload('Deployment', {}, { app: 'other' }),
      ),
      create('no selector', apps('deployments'), workload('Deployment', { selector: undefined })),
      create('an empty selector', apps('deployments'), workload('Deployment', { selector: {} })),
      create('a negative number', apps('deployments'), workload('Deployment', { replicas: -1 })),
      create('no template', apps('deployments'), workload('Deployment', { template: undefined })),
      create(
        'recreate with a rolling update',
        apps('deployments'),
        workload('Deployment', { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
      ),
      create(
        'an unknown strategy',
        apps('deployments'),
        workload('Deployment', { strategy: { type: 'Jump' } }),
      ),
      create('text for replicas', apps('deployments'), workload('Deployment', { replicas: '2' })),
      patch(
        'merge',
        apps('deployments', 'web'),
        {
          spec: { selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } } } },
        },
        'change the selector',
      ),
      patch('merge', apps('deployments', 'web'), { spec: { paused: true } }, 'pause'),
      patch(
        'merge',
        `${apps('deployments', 'web')}/status`,
        { status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1 } },
        'write the status',
      ),
      get('read the scale', `${apps('deployments', 'web')}/scale`),
      put('write the scale', `${apps('deployments', 'web')}/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'web' },
        spec: { replicas: 7 },
      }),
      put('write a wrong scale', `${apps('deployments', 'web')}/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'web' },
        spec: { replicas: -7 },
      }),
      get('read', apps('deployments', 'web')),
      create('a replica set', apps('replicasets'), workload('ReplicaSet')),
      create('a replica set without replicas', apps('replicasets'), {
        ...workload('ReplicaSet', { replicas: undefined }),
        metadata: { name: 'plain' },
      }),
      patch(
        'merge',
        `${apps('replicasets', 'web')}/status`,
        { status: { replicas: 2, readyReplicas: 1 } },
        'its status',
      ),
      patch(
        'merge',
        `${apps('replicasets', 'web')}/status`,
        { status: { replicas: 1, readyReplicas: 5 } },
        'an impossible status',
      ),
      patch('merge', apps('replicasets', 'web'), { metadata: { annotations: { a: 'b' } } }, 'annotate'),
      get(
        'deployments as a table',
        apps('deployments'),
        {},
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      ),
      get(
        'replica sets as a table',
        apps('replicasets'),
        {},
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      ),
      remove('delete', apps('deployments', 'web')),
      remove('delete and orphan', apps('replicasets', 'web'), {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: 'Orphan',
      }),
    ],
  },
  {
    name: 'services',
    steps: [
      create('create', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'a' },
        spec: { selector: { app: 'a' }, ports: [{ port: 80 }] },
      }),
      create('a node port', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'n' },
        spec: {
          type: 'NodePort',
          selector: { app: 'a' },
          ports: [{ port: 80, targetPort: 'http' }],
        },
      }),
      create('headless', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'h' },
        spec: { clusterIP: 'None', selector: { app: 'a' }, ports: [{ port: 80 }] },
      }),
      create('external', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'e' },
        spec: { type: 'ExternalName', externalName: 'x.dev' },
      }),
      create('no ports', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'b' },
        spec: {},
      }),
      create('ports without names', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'b' },
        spec: { ports: [{ port: 80 }, { port: 81 }] },
      }),
      create('a port twice', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'b' },
        spec: {
          ports: [
            { name: 'a', port: 80 },
            { name: 'b', port: 80 },
          ],
        },
      }),
      create('a port out of range', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'b' },
        spec: { ports: [{ port: 0 }] },
      }),
      create('an unknown type', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'b' },
        spec: { type: 'Magic', ports: [{ port: 80 }] },
      }),
      create('a bad name', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: '1.b' },
        spec: { ports: [{ port: 80 }] },
      }),
      patch('merge', core('services', 'a'), { spec: { selector: { app: 'b' } } }, 'another selector'),
      patch(
        'json',
        core('services', 'a'),
        [{ op: 'add', path: '/spec/selector/hash', value: 'x' }],
        'add to the selector',
      ),
      patch('merge', core('services', 'a'), { spec: { clusterIP: '10.0.0.99' } }, 'another address'),
      put('replace without an address', core('services', 'a'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'a' },
        spec: { selector: { app: 'c' }, ports: [{ port: 80 }] },
      }),
      get('as a table', core('services'), {}, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
    ],
  },
  {
    name: 'other built-in kinds',
    steps: [
      create('a job', '/apis/batch/v1/namespaces/{ns}/jobs', {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'j' },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'x', image: 'x:1' }] } } },
      }),
      create('a job that restarts always', '/apis/batch/v1/namespaces/{ns}/jobs', {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'k' },
        spec: { template: { spec: { containers: [{ name: 'x', image: 'x:1' }] } } },
      }),
      patch(
        'merge',
        '/apis/batch/v1/namespaces/{ns}/jobs/j',
        { spec: { template: { spec: { containers: [{ name: 'x', image: 'x:2' }] } } } },
        'change the template of a job',
      ),
      remove('delete a job', '/apis/batch/v1/namespaces/{ns}/jobs/j'),
      create('an ingress', '/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses', {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'i' },
        spec: {
          ingressClassName: 'alb',
          rules: [
            {
              host: 'x.dev',
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: 'Prefix',
                    backend: { service: { name: 's', port: { name: 'use-annotation' } } },
                  },
                ],
              },
            },
          ],
        },
      }),
      create('an ingress without a path type', '/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses', {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'i2' },
        spec: {
          rules: [
            { http: { paths: [{ path: '/', backend: { service: { name: 's', port: { number: 80 } } } }] } },
          ],
        },
      }),
      create('an ingress without rules', '/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses', {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'i2' },
        spec: {},
      }),
      get(
        'ingresses as a table',
        '/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses',
        {},
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      ),
      create('a secret', core('secrets'), {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
        stringData: { a: 'text' },
        data: { b: 'dGV4dA==' },
      }),
      patch('merge', core('secrets', 's'), { type: 'kubernetes.io/tls' }, 'another type of secret'),
      create('a secret that is no base64', core('secrets'), {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 't' },
        data: { b: '***' },
      }),
      create('a lease', '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases', {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'l' },
        spec: {
          holderIdentity: 'me',
          leaseDurationSeconds: 15,
          renewTime: '2026-01-01T00:00:00.000000Z',
          leaseTransitions: 0,
        },
      }),
      create('an autoscaler', '/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers', {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'h' },
        spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 5 },
      }),
      create('an autoscaler of nothing', '/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers', {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'h2' },
        spec: { scaleTargetRef: {}, maxReplicas: 0 },
      }),
      create('a budget', '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets', {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'b' },
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'x' } } },
      }),
      create('a budget with two limits', '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets', {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'b2' },
        spec: { minAvailable: 1, maxUnavailable: 1 },
      }),
      create('an event', core('events'), {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'e' },
        involvedObject: { kind: 'Pod', name: 'x', namespace: '{ns}' },
        reason: 'Tested',
        message: 'text',
        type: 'Normal',
        count: 1,
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:00Z',
        source: { component: 'test' },
      }),
      create('an endpoint slice', '/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices', {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'es', labels: { 'kubernetes.io/service-name': 's' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['10.1.1.1'], conditions: { ready: true } }],
        ports: [{ port: 80 }],
      }),
      create('a role', '/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles', {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'system:reader' },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      }),
      create('a service account', core('serviceaccounts'), {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'sa' },
      }),
      create('a review', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
      }),
      create('a definition without a schema', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'x.conformance.dev' },
        spec: {
          group: 'conformance.dev',
          scope: 'Namespaced',
          names: { plural: 'x', kind: 'X' },
          versions: [{ name: 'v1', served: true, storage: true }],
        },
      }),
      create('a definition with another name', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'y.conformance.dev' },
        spec: {
          group: 'conformance.dev',
          scope: 'Namespaced',
          names: { plural: 'x', kind: 'X' },
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
          ],
        },
      }),
      create('a namespace', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: '{ns}' },
      }),
      create('a namespace with a bad name', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'Bad.Name' },
      }),
    ],
  },
];
