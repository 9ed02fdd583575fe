import { definitionOf, made, vendor } from '../definitions.ts';
import { apply, create, get, patch } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

const text = { type: 'string' };
const objectOf = (properties: object, own: object = {}) => ({ type: 'object', properties, ...own });

/** Texts that some format takes and others do not. */
const texts = [
  ...[
    '',
    ' ',
    'a',
    'a b',
    '/',
    '/a b',
    '*',
    'http://a/b',
    'http://a b',
    'foo:bar',
    'http://',
    'HTTP://X:99999/',
  ],
  ...[
    'a@b',
    'Name <a@b.c>',
    '"q q"@b.c',
    'a..b@c',
    'a@b.',
    'a.b',
    'a.b1',
    'A-b',
    '-a',
    'a-',
    'münchen.de',
    'a_b.com',
  ],
  ...[
    '1.2.3.4',
    '01.02.3.4',
    '1.2.3.256',
    '::1',
    '::ffff:1.2.3.4',
    'fe80::1%eth0',
    '10.0.0.0/8',
    '10.0.0.1/33',
    '::/0',
  ],
  ...['00:11:22:33:44:55', '0011.2233.4455', '00:11-22:33:44:55', '00:11:22:33:44:55:66:77'],
  ...['0b3b3f5e-7a3b-4c2e-8f5e-1f2e3d4c5b6a', '0B3B3F5E-7A3B-3C2E-0F5E-1F2E3D4C5B6A'],
  ...['0321751043', '978-0321751041', '080442957X', '4111 1111 1111 1111', '4111111111111112', '123-45-6789'],
  ...['#FFF', '#FFFF', 'rgb(255,0, 10)', 'rgb(256,0,0)', 'aGk=', 'aGk', 'a-_=', '2020-01-01', '2020-02-30'],
  ...['5s', '1 day', 'P1D', '1.5h', '1x', '0', '3weeks', '1 fortnight'],
  ...['2020-01-01T00:00:00Z', '2020-01-01t00:00:00.5+02:00', '2020-01-01T24:00:00Z', '2020-01-01T00:00:00'],
  ...['507f1f77bcf86cd799439011', 'K8S'],
];
const others = [5, true, null, 1.5, {}, []];

const formats = [
  ...[
    'bsonobjectid',
    'uri',
    'email',
    'hostname',
    'ipv4',
    'ipv6',
    'cidr',
    'mac',
    'uuid',
    'uuid3',
    'uuid4',
    'uuid5',
  ],
  ...['isbn', 'isbn10', 'isbn13', 'creditcard', 'ssn', 'hexcolor', 'rgbcolor', 'byte', 'password', 'date'],
  ...['duration', 'datetime', 'date-time', 'k8s-short-name', 'k8s-long-name', 'int32', 'ip'],
];

const formatted = definitionOf(
  'Format',
  objectOf(
    Object.fromEntries(
      formats.map((format) => [format, { type: 'array', items: { ...text, format } }] as const),
    ),
  ),
);

const choices = definitionOf(
  'Choice',
  objectOf({
    address: {
      ...objectOf({ type: text, value: text }),
      oneOf: [
        {
          properties: { type: { enum: ['IP'] }, value: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] } },
        },
        { properties: { type: { not: { enum: ['IP'] } } }, required: ['value'] },
      ],
    },
    analysis: {
      ...objectOf({
        interval: text,
        iterations: { type: 'number' },
        steps: { type: 'array', items: { type: 'number' } },
      }),
      oneOf: [
        { required: ['interval', 'iterations'] },
        { required: ['interval', 'steps'] },
        { properties: { interval: { pattern: '^[0-9]+s$' } }, required: ['other'] },
      ],
    },
    both: { ...objectOf({ a: { type: 'integer' } }), allOf: [{ required: ['b'] }, { required: ['c'] }] },
  }),
);

const typed = definitionOf('Typed', {
  ...objectOf({
    name: text,
    when: { ...text, format: 'date-time' },
    count: { type: 'integer' },
    share: { type: 'number' },
    on: { type: 'boolean' },
    port: { 'x-kubernetes-int-or-string': true },
    plain: { type: 'array', items: objectOf({ a: text, list: { type: 'array', items: text } }) },
    keyed: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name', 'kind'],
      items: objectOf(
        { name: text, kind: { ...text, default: 'x' }, size: { type: 'integer' } },
        { required: ['name'] },
      ),
    },
    names: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
    sets: {
      type: 'array',
      'x-kubernetes-list-type': 'set',
      items: objectOf({ a: text }, { 'x-kubernetes-map-type': 'atomic' }),
    },
    free: objectOf({ known: objectOf({ a: text }) }, { 'x-kubernetes-preserve-unknown-fields': true }),
    labels: { type: 'object', additionalProperties: text },
    raw: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      'x-kubernetes-embedded-resource': true,
    },
  }),
});

const wrongs: Readonly<Record<string, object>> = {
  'a number for a text': { name: 5 },
  'a fraction for a text': { name: 1.5 },
  'an object for a text': { name: { b: 'x', a: [1, null, true] } },
  'a list for a text': { name: ['a', 2] },
  'a number for a time': { when: 5 },
  'an object for a time': { when: { a: 1 } },
  'a text for a number': { count: 'x' },
  'a list for a number': { share: [1] },
  'a truth for a number': { count: true },
  'a text for a truth': { on: 'yes' },
  'a map for a port': { port: { a: 1 } },
  'a text for a list': { plain: 'x' },
  'a map for a list': { keyed: { name: 'x', b: [1, { c: null }] } },
  'a text for a map': { labels: 'x' },
  'a list for a map': { free: ['x', { a: 1 }] },
  'a wrong item': { plain: [{ a: 'x' }, { a: 1 }] },
  'a wrong list in an item': { plain: [{ list: 'x' }] },
  'a wrong member of a keyed item': { keyed: [{ name: 'a', size: 'big' }] },
  'an unknown member of a keyed item': { keyed: [{ name: 'a', sise: 1 }] },
  'the same item twice': { keyed: [{ name: 'a' }, { name: 'a', kind: 'x' }] },
  'a keyed item that is none': { keyed: ['a'] },
  'a keyed item that is null': { keyed: [null] },
  'the same name twice': { names: ['a', 'a'] },
  'a map among names': { names: [{ a: 1 }] },
  'a null among names': { names: ['a', null] },
  'a map in a set': { sets: [{ a: 'x' }] },
  'an unknown member': { nothing: 1 },
  'an unknown member where they may be': { free: { other: 1, known: { b: 1 } } },
  'a wrong label': { labels: { a: 1 } },
  'metadata inside that are wrong': { raw: { apiVersion: 'v1', kind: 'X', metadata: { labels: { a: 1 } } } },
};

const patched = {
  spec: {
    free: { a: null, list: [null, { b: null, c: 1 }] },
    plain: [{ a: null, list: ['x'] }],
    keyed: null,
  },
};

export const typedValuesScenarios: readonly Scenario[] = [
  {
    name: 'formats',
    definitions: [formatted],
    steps: formats.map((format) =>
      create(`${format}`, vendor('formats'), made('Format', format, { [format]: [...texts, ...others] })),
    ),
  },
  {
    name: 'alternatives',
    definitions: [choices],
    steps: [
      { address: { type: 'IP', value: 'x' } },
      { address: { type: 'Other' } },
      { address: { type: 'IP', value: 5 } },
      { address: { type: 1 } },
      { analysis: {} },
      { analysis: { interval: '5s' } },
      { analysis: { interval: '5s', iterations: 1, steps: [1] } },
      { analysis: { interval: 'x', steps: 'x' } },
      { both: {} },
      { both: { b: 1, a: 1 } },
    ].map((spec, index) =>
      create(JSON.stringify(spec), vendor('choices'), made('Choice', `c${index}`, spec)),
    ),
  },
  {
    name: 'what cannot be applied',
    definitions: [typed],
    steps: Object.entries(wrongs).map(([does, spec], index) => ({
      ...apply('tool', vendor('typeds', `t${index}`), made('Typed', `t${index}`, spec)),
      does,
    })),
  },
  {
    name: 'nulls in a merge patch',
    definitions: [typed],
    steps: [
      create('create', vendor('typeds'), made('Typed', 'a', { keyed: [{ name: 'x' }], labels: { a: 'x' } })),
      patch('merge', vendor('typeds', 'a'), patched),
      patch('merge', vendor('typeds', 'a'), patched, 'the same again'),
      patch('merge', vendor('typeds', 'a'), { spec: { free: [{ a: null }] } }, 'a list for an object'),
      patch('merge', vendor('typeds', 'a'), { spec: { plain: { a: { b: null } } } }, 'an object for a list'),
      get('look', vendor('typeds', 'a')),
    ],
  },
  {
    name: 'lists whose items have no name',
    definitions: [typed],
    steps: [
      create('a set of maps', vendor('typeds'), made('Typed', 'a', { name: 'x', sets: [{ a: 'x' }] })),
      patch('merge', vendor('typeds', 'a'), { spec: { name: 'y' } }),
      patch('merge', vendor('typeds', 'a'), { spec: { sets: null } }, 'without the set'),
      patch('merge', vendor('typeds', 'a'), { spec: { count: 1 } }, 'one member more'),
      apply('tool', vendor('typeds', 'a'), made('Typed', 'a', { on: true })),
    ],
  },
  {
    name: 'warnings beside a refusal',
    definitions: [typed],
    steps: [
      create('create', vendor('typeds'), made('Typed', 'a', { nothing: 1, count: 'x' }), {
        fieldValidation: 'Warn',
      }),
      create('create well', vendor('typeds'), made('Typed', 'a', { count: 1 })),
      {
        ...patch('merge', vendor('typeds', 'a'), { spec: { nothing: 1, count: 'x' } }),
        query: { fieldValidation: 'Warn' },
      },
    ],
  },
];
