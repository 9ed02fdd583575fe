import { parse } from 'yaml';
import { apps, configMap, core, create, get, patch, put, remove, workload } from '../requests.ts';
import type { Scenario, Step } from '../scenario.ts';

const raw = (does: string, contentType: string, body: string, query?: Record<string, string>): Step => ({
  does,
  method: 'POST',
  path: core('configmaps'),
  headers: { 'content-type': contentType },
  body,
  ...(query === undefined ? {} : { query }),
});
const accepting = (does: string, accept: string, path = core('configmaps')): Step =>
  get(does, path, undefined, { accept });
const ask = (does: string, method: string, path: string, body?: unknown): Step => ({
  does,
  method,
  path,
  ...(body === undefined ? {} : { body }),
});

const yamlText = `apiVersion: v1
kind: ConfigMap
metadata:
  name: from-yaml
data:
  a: "1"
`;

/** Requests that no well-behaved client sends, and forms that only some clients ask for. */
export const httpScenarios: readonly Scenario[] = [
  {
    name: 'bodies',
    steps: [
      raw('yaml', 'application/yaml', yamlText),
      raw('no json', 'application/json', '{'),
      raw('nothing', 'application/json', ''),
      raw('a list', 'application/json', '[]'),
      raw('a text', 'application/json', '"text"'),
      raw('no kind', 'application/json', '{"metadata":{"name":"x"}}'),
      raw('no kind but a version', 'application/json', '{"apiVersion":"v1","metadata":{"name":"nokind"}}'),
      raw('an unknown media type', 'text/plain', '{}'),
      raw(
        'metadata of the wrong type',
        'application/json',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":"x"}',
      ),
      raw(
        'data of the wrong type',
        'application/json',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":1}}',
      ),
      raw(
        'data that is a list',
        'application/json',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":["a"]}',
      ),
      raw(
        'an unknown member',
        'application/json',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"unknown-member"},"extra":1}',
      ),
      raw(
        'an unknown member, strictly',
        'application/json',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"extra":1}',
        { fieldValidation: 'Strict' },
      ),
      raw(
        'an unknown member, ignored',
        'application/json',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"ignored"},"extra":1}',
        { fieldValidation: 'Ignore' },
      ),
      raw(
        'a member twice',
        'application/json',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"twice"},"data":{"a":"1","a":"2"}}',
      ),
      raw(
        'a member twice, strictly',
        'application/json',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"1","a":"2"}}',
        { fieldValidation: 'Strict' },
      ),
      raw(
        'another case',
        'application/json',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"case"},"Data":{"a":"1"}}',
      ),
      create('a number for a name', core('configmaps'), { ...configMap('x'), metadata: { name: 1 } }),
      create('nested unknown members', apps('deployments'), {
        ...workload('Deployment'),
        spec: { ...workload('Deployment').spec, tempalte: {}, strategy: { typ: 'x' } },
      }),
      create(
        'nested unknown members, strictly',
        apps('deployments'),
        {
          ...workload('Deployment'),
          metadata: { name: 'strict' },
          spec: { ...workload('Deployment').spec, tempalte: {}, strategy: { typ: 'x' } },
        },
        { fieldValidation: 'Strict' },
      ),
      create('labels of the wrong type', core('configmaps'), configMap('x', {}, { labels: { a: 1 } })),
      create(
        'annotations that are null',
        core('configmaps'),
        configMap('nulls', {}, { annotations: null, labels: null }),
      ),
      create('null data', core('configmaps'), { ...configMap('nulldata'), data: null }),
    ],
  },
  {
    name: 'methods and paths',
    steps: [
      create('create', core('configmaps'), configMap('a')),
      ask('patch a collection', 'PATCH', core('configmaps'), {}),
      ask('put a collection', 'PUT', core('configmaps'), configMap('a')),
      ask('post across namespaces', 'POST', '/api/v1/configmaps', configMap('z')),
      ask('delete across namespaces', 'DELETE', '/api/v1/configmaps'),
      ask('delete all namespaces', 'DELETE', '/api/v1/namespaces'),
      ask('an unknown method', 'LINK', core('configmaps')),
      get('an unknown version', '/api/v2/configmaps'),
      get('an unknown version of a group', '/apis/apps/v9/deployments'),
      get('an unknown resource of a group', '/apis/apps/v1/gizmos'),
      get('an unknown door', core('configmaps', 'a/status')),
      get('an unknown door of a deployment', apps('deployments', 'a/nothing')),
      get('too deep', core('configmaps', 'a/b/c')),
      get('a resource of the cluster in a namespace', '/api/v1/namespaces/{ns}/nodes'),
      get('a path beside everything', '/nowhere'),
      get('an object without its namespace', '/api/v1/configmaps/a'),
      get('the old spelling of a namespace', '/api/v1/namespaces/{ns}', undefined),
      get('a name with capitals', core('configmaps', 'A')),
      ask('delete what never was', 'DELETE', core('configmaps', 'never')),
      ask('post to the status', 'POST', apps('deployments', 'a/status'), {}),
      ask('delete the status', 'DELETE', apps('deployments', 'a/status')),
      ask('delete the scale', 'DELETE', apps('deployments', 'a/scale')),
      get('the scale of nothing', apps('deployments', 'a/scale')),
      get('the log of nothing', core('pods', 'a/log')),
      create('evict nothing', core('pods', 'a/eviction'), {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'a' },
      }),
      create('an eviction of another name', core('pods', 'a/eviction'), {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'b' },
      }),
      create('post a list', core('configmaps'), { apiVersion: 'v1', kind: 'ConfigMapList', items: [] }),
      put('put without a body', core('configmaps', 'a'), undefined),
      patch('merge', core('configmaps', 'a'), undefined, 'patch without a body'),
      patch('json', core('configmaps', 'a'), undefined, 'a json patch without a body'),
      patch('strategic', core('configmaps', 'a'), '{', 'a patch that is no json'),
      patch('merge', core('configmaps', 'a'), '[]', 'a merge patch that is a list'),
      patch('merge', core('configmaps', 'a'), 'null', 'a merge patch that is null'),
      { ...patch('merge', core('configmaps', 'a'), {}, 'no media type'), headers: { 'content-type': '' } },
      {
        ...patch('merge', core('configmaps', 'a'), {}, 'an unknown manager'),
        query: { fieldManager: 'x'.repeat(129) },
      },
      create('a manager that cannot be printed', core('configmaps'), configMap('m'), {
        fieldManager: 'a\u0007b',
      }),
    ],
  },
  {
    name: 'forms of an answer',
    steps: [
      create('create', core('configmaps'), configMap('a')),
      accepting('nothing the server has', 'text/html'),
      {
        ...accepting('yaml', 'application/yaml', core('configmaps', 'a')),
        looksAt: (body) => parse(String(body)),
      },
      accepting('anything', '*/*', core('configmaps', 'a')),
      accepting('any application', 'application/*', core('configmaps', 'a')),
      accepting('the first that fits', 'text/html, application/json', core('configmaps', 'a')),
      accepting('a table of one', 'application/json;as=Table;v=v1;g=meta.k8s.io', core('configmaps', 'a')),
      accepting('a table of an unknown version', 'application/json;as=Table;v=v9;g=meta.k8s.io'),
      accepting('a table of an older version', 'application/json;as=Table;v=v1beta1;g=meta.k8s.io'),
      accepting(
        'metadata of one',
        'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
        core('configmaps', 'a'),
      ),
      accepting('metadata of many', 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'),
      accepting('metadata of one, of a list', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'),
      accepting(
        'a list of metadata, of one',
        'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
        core('configmaps', 'a'),
      ),
      accepting('something unknown', 'application/json;as=Poem;v=v1;g=meta.k8s.io'),
      {
        ...create('create, told as a table', core('configmaps'), configMap('t')),
        headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      },
      {
        ...patch('merge', core('configmaps', 't'), { data: { b: '2' } }, 'patch, told as metadata'),
        headers: {
          'content-type': 'application/merge-patch+json',
          accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
        },
      },
      {
        ...remove('delete, told as a table', core('configmaps', 't')),
        headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      },
      get(
        'a table with objects',
        core('configmaps'),
        { includeObject: 'Object' },
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      ),
      get(
        'a table with metadata',
        core('configmaps'),
        { includeObject: 'Metadata' },
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      ),
      get(
        'a table with nothing',
        core('configmaps'),
        { includeObject: 'None' },
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      ),
      get(
        'a table with poems',
        core('configmaps'),
        { includeObject: 'Poem' },
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      ),
      get('pretty', core('configmaps', 'a'), { pretty: 'true' }),
    ],
  },
];
