import { type Random, random } from '../../../src/kernel/random.ts';
import type { Answer, Scenario, Step } from '../scenario.ts';
import { type RandomKind, randomKinds } from './kinds.ts';

type Json = Record<string, unknown>;

/** What can be laid over any object's metadata. `{owner}` is the uid of the sequence's first object. */
const metadataParts: readonly Json[] = [
  { labels: { team: 'blue' } },
  { labels: { team: 'red', app: 'web' } },
  { labels: { team: null } },
  { labels: null },
  { labels: { team: 'not a label!' } },
  { labels: { team: 5 } },
  { annotations: { note: 'x' } },
  { annotations: { note: 'y', 'example.com/more': 'z' } },
  { annotations: null },
  { annotations: { 'bad key!': 'x' } },
  { finalizers: ['example.com/hold'] },
  { finalizers: ['example.com/hold', 'example.com/keep'] },
  { finalizers: ['nodomain'] },
  { finalizers: [] },
  { finalizers: null },
  { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: '{owner}' }] },
  {
    ownerReferences: [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: 'owner',
        uid: '{owner}',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  },
  { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: '', uid: '{owner}' }] },
  { ownerReferences: [] },
  { generateName: 'gen-' },
  { creationTimestamp: '2020-01-01T00:00:00Z' },
  { generation: 7 },
  { deletionTimestamp: '2020-01-01T00:00:00Z' },
  { uid: '11111111-2222-3333-4444-555555555555' },
  { resourceVersion: '1' },
  { selfLink: '/x' },
  { name: 'other' },
  { namespace: 'elsewhere' },
  { managedFields: [] },
  { managedFields: [{}] },
];

const managers = ['one', 'two', 'three'];
/** Selected by the watches; every sequence ends with an object of this name, so that a watch is read to its end. */
export const sentinel = 'zz-sentinel';

/** A sequence of requests about one kind, the same for the same seed. It opens watches first and reads them last. */
export function randomSequence(seed: number, kinds: readonly RandomKind[] = randomKinds): Scenario {
  const draw = random(seed).fork('sequence');
  const kind = pick(draw, kinds);
  const collection = `/${kind.apiVersion === 'v1' ? 'api' : 'apis'}/${kind.apiVersion}/namespaces/{ns}/${kind.plural}`;
  const writer = createWriter({ draw, kind, collection });
  const steps = Array.from({ length: 10 + draw.below(15) }, () => writer.step());
  return {
    name: `random ${seed}`,
    ...(kind.definition === undefined ? {} : { definitions: [kind.definition] }),
    steps: [
      owner,
      open('everything', collection, {}),
      open('team blue', collection, { labelSelector: 'team=blue' }),
      ...steps,
      { does: 'list', method: 'GET', path: collection },
      {
        does: 'the last',
        method: 'POST',
        path: collection,
        body: writer.manifest(sentinel, { metadata: { labels: { team: 'blue' } } }),
      },
      readAll('everything'),
      readAll('team blue'),
    ],
  };
}

const owner: Step = {
  does: 'make the owner',
  method: 'POST',
  path: '/api/v1/namespaces/{ns}/configmaps',
  body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner' } },
};

const open = (name: string, path: string, query: Record<string, string>): Step => ({
  does: `watch ${name}`,
  method: 'GET',
  path,
  query: { watch: 'true', ...query },
  opens: name,
});

const readAll = (watch: string): Step => ({
  does: `read ${watch}`,
  method: 'GET',
  path: '',
  reads: { watch, until: sentinel },
});

interface Writer {
  step(): Step;
  manifest(name: string, over?: Json): Json;
}

function createWriter({
  draw,
  kind,
  collection,
}: {
  draw: Random;
  kind: RandomKind;
  collection: string;
}): Writer {
  const names = ['a', 'a', 'a', 'b'];
  const manifest = (name: string, over: Json = {}): Json =>
    merged({ apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name }, ...kind.base }, over);
  const part = (): Json =>
    draw.below(4) === 0 ? { metadata: pick(draw, metadataParts) } : (pick(draw, kind.parts) as Json);
  const parts = (most: number): Json => {
    let all: Json = {};
    for (let left = draw.below(most + 1); left > 0; left -= 1) all = merged(all, part());
    return all;
  };
  const chance = (share: number): boolean => draw.next() < share;
  const options = (): Record<string, string> => ({
    ...(chance(0.06) ? { dryRun: 'All' } : {}),
    ...(chance(0.15) ? { fieldManager: pick(draw, managers) } : {}),
    ...(chance(0.12) ? { fieldValidation: pick(draw, ['Strict', 'Warn', 'Ignore']) } : {}),
  });
  const step = (does: string, method: string, path: string, own: Partial<Step> = {}): Step => ({
    does,
    method,
    path,
    query: options(),
    ...own,
    ...(own.body === undefined ? {} : { body: withOwner(own.body) }),
  });
  const patch = (does: string, path: string, type: string, body: unknown, query = options()): Step =>
    step(does, 'PATCH', path, { body, query, headers: { 'content-type': type } });
  const merge = 'application/merge-patch+json';
  const jsonType = 'application/json-patch+json';
  const strategic = 'application/strategic-merge-patch+json';
  const yaml = 'application/apply-patch+yaml';
  const at = (name: string, door = ''): string => `${collection}/${name}${door}`;
  const force = (): Record<string, string> => (chance(0.4) ? { force: 'true' } : {});

  const identity = (name: string) => ({ apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name } });
  const paths = pointersOf([
    manifest('a'),
    ...kind.parts,
    ...metadataParts.map((metadata) => ({ metadata })),
  ]);

  const operation = (): Json => {
    const [pointer, value] = pick(draw, paths);
    const op = pick(draw, ['add', 'add', 'replace', 'replace', 'remove', 'test', 'copy', 'move']);
    if (op === 'remove') return { op, path: pointer };
    if (op === 'copy' || op === 'move') return { op, from: pick(draw, paths)[0], path: pointer };
    return { op, path: pointer, value: chance(0.1) ? pick(draw, paths)[1] : value };
  };

  const moves: readonly (readonly [number, (name: string) => Step])[] = [
    [3, (name) => step('create', 'POST', collection, { body: manifest(name, parts(3)) })],
    [2, (name) => patch('merge', at(name), merge, parts(2))],
    [2, (name) => patch('merge nothing', at(name), merge, nothing(part()))],
    [3, (name) => patch('json', at(name), jsonType, Array.from({ length: 1 + draw.below(3) }, operation))],
    [2, (name) => patch('strategic', at(name), strategic, directed(draw, parts(2)))],
    [
      5,
      (name) => {
        const over = chance(0.7) ? manifest(name, parts(3)) : merged(identity(name), parts(2));
        return patch('apply', at(name), yaml, over, {
          ...options(),
          fieldManager: pick(draw, managers),
          ...force(),
        });
      },
    ],
    [2, (name) => step('replace', 'PUT', at(name), { body: manifest(name, parts(3)) })],
    [
      3,
      (name) =>
        step('read and replace', 'PUT', at(name), {
          body: changed(kind, name, parts(2), chance(0.2), manifest(name)),
        }),
    ],
    [1, (name) => step('delete', 'DELETE', at(name), deletion(draw, kind, name))],
    [1, (name) => step('get', 'GET', at(name), { query: {} })],
  ];
  const status = kind.status === undefined ? [] : statusMoves();
  const scale = kind.hasScale === true ? scaleMoves() : [];

  function statusMoves(): typeof moves {
    const stateOf = (): Json => ({
      status: pick(draw, kind.status as readonly Json[]),
      ...(chance(0.2) ? part() : {}),
    });
    const door = '/status';
    return [
      [1, (name) => patch('merge status', at(name, door), merge, stateOf())],
      [1, (name) => patch('strategic status', at(name, door), strategic, directed(draw, stateOf()))],
      [
        2,
        (name) =>
          patch('apply status', at(name, door), yaml, merged(identity(name), stateOf()), {
            fieldManager: pick(draw, managers),
            ...force(),
          }),
      ],
      [
        1,
        (name) =>
          step('read and replace status', 'PUT', at(name, door), {
            body: changed(kind, name, stateOf(), chance(0.2), manifest(name)),
          }),
      ],
      [1, (name) => step('replace status', 'PUT', at(name, door), { body: manifest(name, stateOf()) })],
    ];
  }

  function scaleMoves(): typeof moves {
    const door = '/scale';
    const replicas = () => pick(draw, [0, 1, 2, 5, -1, 11, null, 'x', 1.5]);
    const scaleOf = (name: string) => ({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name, ...(chance(0.2) ? { resourceVersion: '1' } : {}) },
      spec: { replicas: replicas() },
    });
    return [
      [1, (name) => step('get scale', 'GET', at(name, door), { query: {} })],
      [1, (name) => step('replace scale', 'PUT', at(name, door), { body: scaleOf(name) })],
      [1, (name) => patch('merge scale', at(name, door), merge, { spec: { replicas: replicas() } })],
      [
        1,
        (name) =>
          patch('json scale', at(name, door), jsonType, [
            { op: 'replace', path: '/spec/replicas', value: replicas() },
          ]),
      ],
      [
        1,
        (name) =>
          patch('apply scale', at(name, door), yaml, scaleOf(name), {
            fieldManager: pick(draw, managers),
            ...force(),
          }),
      ],
    ];
  }

  const all = [...moves, ...status, ...scale].flatMap(([weight, make]) =>
    Array.from({ length: weight }, () => make),
  );
  let isFirst = true;
  return {
    manifest,
    step() {
      if (!isFirst) return pick(draw, all)(pick(draw, names));
      isFirst = false;
      return chance(0.5)
        ? step('create', 'POST', collection, { body: manifest('a', parts(1)) })
        : patch('apply', at('a'), yaml, manifest('a', parts(1)), { fieldManager: 'one' });
    },
  };
}

function pick<T>(draw: Random, from: readonly T[]): T {
  return from[draw.below(from.length)] as T;
}

/** The whole of one, with the other laid over it; lists are replaced. */
export function merged(one: Json, other: Json): Json {
  const result = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const own = result[key];
    result[key] = isObject(own) && isObject(value) ? merged(own, value) : value;
  }
  return result;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same members with null at the end of each way. */
function nothing(part: Json): Json {
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      isObject(value) && Object.keys(value).length > 0 ? nothing(value) : null,
    ]),
  );
}

/** Maps that have no structure, and what is no list of the user's: directives mean nothing there. */
const plain = new Set(['labels', 'annotations', 'selector', 'matchLabels', 'managedFields', 'data', 'rules']);

/** A strategic patch, now and then with one of its directives. */
function directed(draw: Random, part: Json): Json {
  return Object.fromEntries(
    Object.entries(part).flatMap(([key, value]) => {
      if (plain.has(key)) return [[key, value]];
      if (isObject(value)) {
        const inner = directed(draw, value);
        const roll = draw.below(24);
        if (roll === 0) return [[key, { ...inner, $patch: 'replace' }]];
        if (roll === 1) return [[key, { $patch: 'delete' }]];
        if (roll === 2) return [[key, { ...inner, $retainKeys: Object.keys(inner) }]];
        return [[key, inner]];
      }
      if (!Array.isArray(value)) return [[key, value]];
      const items = value.map((item: unknown) => (isObject(item) ? directed(draw, item) : item));
      const roll = draw.below(12);
      if (roll === 0) return [[key, [...items, { $patch: 'replace' }]]];
      if (roll === 1)
        return [[key, items.map((item) => (isObject(item) ? { ...item, $patch: 'delete' } : item))]];
      if (roll === 2 && !items.some(isObject)) return [[`$deleteFromPrimitiveList/${key}`, items]];
      if (roll === 3)
        return [
          [`$setElementOrder/${key}`, items],
          [key, items],
        ];
      return [[key, items]];
    }),
  );
}

/** Every place in these objects, as JSON pointers, with what stands there. */
function pointersOf(objects: readonly Json[]): readonly (readonly [string, unknown])[] {
  const of = (value: unknown, at: string): (readonly [string, unknown])[] => [
    ...(at === '' ? [] : [[at, value] as const]),
    ...(typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) =>
          of(inner, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
        )
      : []),
    ...(Array.isArray(value) ? [[`${at}/-`, value[0]] as const] : []),
  ];
  return objects.flatMap((object) => of(object, ''));
}

type Body = (answers: readonly Answer[]) => unknown;

/** The object as it was last answered, or first, with something laid over it. */
function changed(kind: RandomKind, name: string, over: Json, isOld: boolean, otherwise: Json): Body {
  return (answers) => {
    const known = answers
      .map(({ status, body }) => (status < 300 ? (body as Json | undefined) : undefined))
      .filter(
        (body): body is Json => body?.['kind'] === kind.kind && (body['metadata'] as Json)['name'] === name,
      );
    return merged((isOld ? known[0] : known.at(-1)) ?? otherwise, over);
  };
}

function withOwner(body: unknown): Body {
  return (answers) => {
    const made = typeof body === 'function' ? (body as Body)(answers) : body;
    const first = answers[0]?.body as { metadata?: { uid?: string } } | undefined;
    return JSON.parse(JSON.stringify(made).replaceAll('{owner}', first?.metadata?.uid ?? ''));
  };
}

function deletion(draw: Random, kind: RandomKind, name: string): Partial<Step> {
  const roll = draw.below(8);
  if (roll === 0) return { body: { preconditions: { uid: '11111111-2222-3333-4444-555555555555' } } };
  if (roll === 1) return { body: { preconditions: { resourceVersion: '1' } } };
  if (roll === 2) return { body: { propagationPolicy: 'Odd' } };
  if (roll === 3) return { query: { dryRun: 'All' } };
  if (roll === 4) return { body: { gracePeriodSeconds: 0 } };
  if (roll === 5)
    return {
      body: (answers: readonly Answer[]) => ({
        preconditions: { uid: uidOf(answers, kind, name) },
        propagationPolicy: 'Background',
      }),
    };
  return {};
}

function uidOf(answers: readonly Answer[], kind: RandomKind, name: string): string | undefined {
  const bodies = answers.map(({ body }) => body as { kind?: string; metadata?: Json } | undefined);
  const found = bodies.filter((body) => body?.kind === kind.kind && body.metadata?.['name'] === name).at(-1);
  return found?.metadata?.['uid'] as string | undefined;
}
