import { bodyOf, configMap, core, create, get, patch, put, remove } from '../requests.ts';
import type { Answer, Scenario } from '../scenario.ts';

export const objectsScenarios: readonly Scenario[] = [
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
];
