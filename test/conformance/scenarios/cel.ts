import { definitionOf, made, vendor } from '../definitions.ts';
import { apply, create, get, patch, put, remove } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

const text = { type: 'string', maxLength: 40 };
const whole = { type: 'integer' };
const list = (items: object, own: object = {}) => ({ type: 'array', maxItems: 8, items, ...own });
const map = (member: object) => ({ type: 'object', maxProperties: 8, additionalProperties: member });
const objectOf = (properties: object, own: object = {}) => ({ type: 'object', properties, ...own });
const ruled = (schema: object, ...rules: (string | object)[]) => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});

/** One field for each rule, with a value that holds and one that does not. */
const rules: Readonly<Record<string, readonly [schema: object, holds: unknown, fails: unknown]>> = {
  comparison: [ruled(whole, 'self > 3 && self <= 10 || self == 0'), 5, 2],
  arithmetic: [ruled(whole, 'self * 2 - 1 == 9 && self % 5 == 0'), 5, 6],
  division: [ruled(whole, '10 / self > 2'), 3, 0],
  doubles: [ruled({ type: 'number' }, 'self * 2.0 > 1.0'), 1, 0.25],
  texts: [
    ruled(text, "self.startsWith('a') && self.endsWith('z') && self.contains('m') && self.size() > 3"),
    'amiz',
    'amz',
  ],
  regex: [ruled(text, "self.matches('^[a-z]+-[0-9]+$')"), 'web-1', 'web'],
  cases: [ruled(text, "self.lowerAscii() == 'ab' && self.upperAscii() == 'AB'"), 'aB', 'c'],
  cut: [
    ruled(
      text,
      "self.substring(1, 3) == 'bc' && self.indexOf('c') == 2 && self.charAt(0) == 'a' && self.lastIndexOf('b') == 1",
    ),
    'abcd',
    'xbcd',
  ],
  split: [ruled({ ...text, maxLength: 8 }, "self.split('.').size() == 3"), 'a.b.c', 'a.b'],
  joined: [ruled(list({ ...text, maxLength: 4 }), "self.join('-') == 'a-b'"), ['a', 'b'], ['b']],
  filtered: [ruled(list(whole), 'self.filter(x, x > 1).map(x, x * 2).size() == 2'), [1, 2, 3], [1]],
  sums: [
    ruled(list(whole), 'self.sum() == 6 && self.max() == 3 && self.min() == 1 && self.isSorted()'),
    [1, 2, 3],
    [3, 2, 1],
  ],
  indexes: [
    ruled(list(text), "self.indexOf('b') == 1 && self.lastIndexOf('b') == 2"),
    ['a', 'b', 'b'],
    ['b'],
  ],
  inList: [ruled(text, "self in ['a', 'b']"), 'a', 'c'],
  keys: [
    ruled(map(text), "self.all(k, k.startsWith('x')) && 'xa' in self"),
    { xa: '1' },
    { xa: '1', b: '2' },
  ],
  chosen: [ruled(text, "(self == 'a' ? 1 : 2) == 1"), 'a', 'b'],
  port: [
    ruled({ 'x-kubernetes-int-or-string': true }, "type(self) == int ? self < 100 : self == 'http'"),
    80,
    'https',
  ],
  duration: [
    ruled({ ...text, format: 'duration' }, "self <= duration('1h') && self.getSeconds() > 10"),
    '30m',
    '2h',
  ],
  time: [
    ruled(
      { ...text, format: 'date-time' },
      "self > timestamp('2020-01-01T00:00:00Z') && self.getFullYear() == 2021",
    ),
    '2021-05-01T00:00:00Z',
    '2022-05-01T00:00:00Z',
  ],
  address: [
    ruled(text, 'isIP(self) && ip(self).family() == 4 && !ip(self).isLoopback()'),
    '10.0.0.1',
    '127.0.0.1',
  ],
  network: [
    ruled(text, "isCIDR(self) && cidr(self).containsIP('10.1.2.3') && cidr(self).prefixLength() < 16"),
    '10.0.0.0/8',
    '10.1.2.0/24',
  ],
  quantity: [
    ruled(
      text,
      "isQuantity(self) && quantity(self).isLessThan(quantity('1Gi')) && quantity(self).compareTo(quantity('1Mi')) == 1",
    ),
    '500Mi',
    '2Gi',
  ],
  url: [
    ruled(
      text,
      "isURL(self) && url(self).getScheme() == 'https' && url(self).getHostname() == 'x.dev' && url(self).getPort() == '8443'",
    ),
    'https://x.dev:8443/a',
    'http://x.dev',
  ],
  sets: [
    ruled(list(text), "sets.contains(self, ['a']) && !sets.intersects(self, ['z'])"),
    ['a', 'b'],
    ['a', 'z'],
  ],
  equality: [
    ruled(objectOf({ a: list(whole), b: list(whole) }), 'self.a == self.b'),
    { a: [1], b: [1] },
    { a: [1], b: [2] },
  ],
  concatenated: [
    ruled(
      objectOf({ a: list(text), b: list(text) }),
      "(self.a + self.b).size() == 2 && self.a[0] + 'x' == 'ax'",
    ),
    { a: ['a'], b: ['b'] },
    { a: ['a'], b: [] },
  ],
  optional: [
    ruled(objectOf({ a: objectOf({ b: whole }) }), 'self.?a.?b.orValue(7) == 7'),
    {},
    { a: { b: 1 } },
  ],
  optionalItems: [
    ruled(objectOf({ a: whole, b: whole }), '[?self.?a, ?self.?b, 3].size() == 3'),
    { a: 1, b: 2 },
    { b: 2 },
  ],
  optionalEntries: [
    ruled(objectOf({ a: whole, b: whole }), "{?'x': self.?a, 'y': 1}.size() == (has(self.b) ? 1 : 2)"),
    { b: 2 },
    { a: 1, b: 2 },
  ],
  escaped: [
    ruled(objectOf({ 'x-y': whole, namespace: text }), "self.x__dash__y > 1 && self.__namespace__ == 'n'"),
    { 'x-y': 2, namespace: 'n' },
    { 'x-y': 1, namespace: 'n' },
  ],
  keyword: [
    ruled(objectOf({ namespace: text }), "self.namespace == 'n'"),
    { namespace: 'n' },
    { namespace: 'm' },
  ],
  unset: [ruled(objectOf({ a: whole, b: whole }), 'self.a > self.b'), { a: 2, b: 1 }, { a: 1 }],
  unsetWithMessage: [
    ruled(objectOf({ a: whole, b: whole }), { rule: 'self.a > self.b', message: 'a above b' }),
    { a: 2, b: 1 },
    { a: 1 },
  ],
  brokenMessage: [
    ruled(objectOf({ a: text, b: text }), {
      rule: "self.a == 'x'",
      message: 'a is x',
      messageExpression: 'self.b',
    }),
    { a: 'x' },
    { a: 'y' },
  ],
  unicode: [ruled(text, 'self.size() == 2'), 'äö', 'ä'],
  hasDeep: [
    ruled(
      list(objectOf({ a: objectOf({ b: text }) })),
      'self.all(x, has(x.a) && has(x.a.b)) && has(self[0].a.b)',
    ),
    [{ a: { b: 'x' } }],
    [{ a: {} }],
  ],
  nullable: [ruled({ ...text, nullable: true }, "self == 'x'"), null, 'y'],
  casts: [ruled(text, 'int(self) > 5 && string(int(self)) == self && double(self) > 5.5'), '6', '4'],
  message: [ruled(whole, { rule: 'self > 0', message: 'must be more than nothing' }), 1, 0],
  longMessage: [
    ruled(text, { rule: "self == 'a'", messageExpression: "'was ' + self + ', must be a'" }),
    'a',
    'b',
  ],
  reason: [ruled(whole, { rule: 'self > 0', message: 'no', reason: 'FieldValueForbidden' }), 1, 0],
  required: [
    ruled(objectOf({ a: text, b: text }), {
      rule: 'has(self.a)',
      message: 'a is needed',
      reason: 'FieldValueRequired',
      fieldPath: '.a',
    }),
    { a: 'x' },
    { b: 'x' },
  ],
  duplicate: [ruled(text, { rule: "self == 'x'", reason: 'FieldValueDuplicate' }), 'x', 'y'],
  itemRule: [list(ruled(whole, 'self > 0')), [1], [1, 0]],
  memberRule: [map(ruled(whole, 'self > 0')), { a: 1 }, { a: 0 }],
  multiline: [ruled(whole, { rule: 'self > 0 &&\n  self < 9\n', message: 'between 0 and 9' }), 1, 10],
};

const checked = definitionOf(
  'Checked',
  objectOf(Object.fromEntries(Object.entries(rules).map(([name, [schema]]) => [name, schema]))),
);

const changing = definitionOf(
  'Changing',
  objectOf({
    fixed: ruled(text, { rule: 'self == oldSelf', message: 'fixed is fixed' }),
    growing: ruled(whole, 'self >= oldSelf'),
    once: ruled(text, {
      rule: '!oldSelf.hasValue() || self == oldSelf.value()',
      optionalOldSelf: true,
      message: 'set once',
    }),
    created: ruled(text, { rule: "oldSelf.hasValue() || self == 'first'", optionalOldSelf: true }),
    parts: list(objectOf({ name: text, size: ruled(whole, 'self >= oldSelf') }, { required: ['name'] }), {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    }),
    kept: ruled(objectOf({ a: text, b: text }), '!has(oldSelf.a) || has(self.a)'),
    listed: ruled(list(text, { 'x-kubernetes-list-type': 'set' }), 'oldSelf.all(x, x in self)'),
  }),
  {
    version: { subresources: { status: {} } },
    root: {
      type: 'object',
      properties: {
        spec: ruled(
          objectOf({
            fixed: ruled(text, { rule: 'self == oldSelf', message: 'fixed is fixed' }),
            growing: ruled(whole, 'self >= oldSelf'),
            once: ruled(text, {
              rule: '!oldSelf.hasValue() || self == oldSelf.value()',
              optionalOldSelf: true,
              message: 'set once',
            }),
            created: ruled(text, { rule: "oldSelf.hasValue() || self == 'first'", optionalOldSelf: true }),
            parts: list(
              objectOf({ name: text, size: ruled(whole, 'self >= oldSelf') }, { required: ['name'] }),
              { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
            ),
            kept: ruled(objectOf({ a: text, b: text }), '!has(oldSelf.a) || has(self.a)'),
            listed: ruled(list(text, { 'x-kubernetes-list-type': 'set' }), 'oldSelf.all(x, x in self)'),
          }),
          '!has(oldSelf.fixed) || has(self.fixed)',
        ),
        status: ruled(objectOf({ count: ruled(whole, 'self >= 0') }), 'self.count < 100'),
      },
      'x-kubernetes-validations': [
        { rule: "self.metadata.name.startsWith('c')", message: 'name must start with c' },
        { rule: '!has(self.status) || self.status.count != 13', message: 'not 13' },
      ],
    },
  },
);

/** What a schema grew stricter about, objects may keep while nobody changes it. */
const ratcheted = (maximum: number) =>
  definitionOf(
    'Ratcheted',
    objectOf({
      size: { ...whole, maximum },
      name: text,
      items: list(objectOf({ n: { ...whole, maximum } })),
    }),
  );

export const celScenarios: readonly Scenario[] = [
  {
    name: 'rules that hold',
    definitions: [checked],
    steps: Object.entries(rules).map(([name, [, holds]]) =>
      create(name, vendor('checkeds'), made('Checked', name.toLowerCase(), { [name]: holds })),
    ),
  },
  {
    name: 'rules that are broken',
    definitions: [checked],
    steps: Object.entries(rules).map(([name, [, , fails]]) =>
      create(name, vendor('checkeds'), made('Checked', name.toLowerCase(), { [name]: fails })),
    ),
  },
  {
    name: 'rules about changes',
    definitions: [changing],
    steps: [
      create(
        'create',
        vendor('changings'),
        made('Changing', 'c', {
          fixed: 'a',
          growing: 5,
          created: 'first',
          parts: [{ name: 'x', size: 3 }],
          kept: { a: '1' },
          listed: ['a'],
        }),
      ),
      create('created otherwise', vendor('changings'), made('Changing', 'c2', { created: 'second' })),
      create('a name that must not be', vendor('changings'), made('Changing', 'd', {})),
      patch('merge', vendor('changings', 'c'), { spec: { fixed: 'b' } }, 'change what is fixed'),
      patch('merge', vendor('changings', 'c'), { spec: { growing: 4 } }, 'shrink'),
      patch('merge', vendor('changings', 'c'), { spec: { growing: 6, created: 'third' } }, 'grow'),
      patch('merge', vendor('changings', 'c'), { spec: { once: 'x' } }, 'set once'),
      patch('merge', vendor('changings', 'c'), { spec: { once: 'y' } }, 'set twice'),
      patch(
        'merge',
        vendor('changings', 'c'),
        {
          spec: {
            parts: [
              { name: 'y', size: 1 },
              { name: 'x', size: 2 },
            ],
          },
        },
        'shrink a part',
      ),
      patch(
        'merge',
        vendor('changings', 'c'),
        {
          spec: {
            parts: [
              { name: 'y', size: 1 },
              { name: 'x', size: 4 },
            ],
          },
        },
        'add a part',
      ),
      patch(
        'merge',
        vendor('changings', 'c'),
        { spec: { kept: { a: null, b: '2' } } },
        'remove what is kept',
      ),
      patch('merge', vendor('changings', 'c'), { spec: { listed: ['b'] } }, 'remove from a set'),
      patch('merge', vendor('changings', 'c'), { spec: { fixed: null } }, 'remove what is fixed'),
      patch('merge', vendor('changings', 'c/status'), { status: { count: 5 } }, 'the status'),
      patch('merge', vendor('changings', 'c/status'), { status: { count: -5 } }, 'a wrong status'),
      patch('merge', vendor('changings', 'c/status'), { status: { count: 500 } }, 'a status too large'),
      patch(
        'merge',
        vendor('changings', 'c/status'),
        { status: { count: 13 } },
        'a status that the root forbids',
      ),
      apply('one', vendor('changings', 'c'), made('Changing', 'c', { growing: 1 }), { force: 'true' }),
      get('read', vendor('changings', 'c')),
    ],
  },
  {
    name: 'a schema that grew stricter',
    definitions: [ratcheted(10)],
    steps: [
      create(
        'create',
        vendor('ratcheteds'),
        made('Ratcheted', 'a', { size: 9, items: [{ n: 9 }, { n: 2 }] }),
      ),
      {
        ...put(
          'make the schema stricter',
          '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ratcheteds.vendor.dev',
          undefined,
        ),
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { spec: (ratcheted(5) as { spec: object }).spec },
        looksAt: () => 'a definition',
      },
      {
        ...create('create another', vendor('ratcheteds'), made('Ratcheted', 'b', { size: 9 }), {
          dryRun: 'All',
        }),
        until: 422,
      },
      patch('merge', vendor('ratcheteds', 'a'), { spec: { name: 'x' } }, 'change another member'),
      patch('merge', vendor('ratcheteds', 'a'), { spec: { size: 8 } }, 'change it to another wrong value'),
      patch(
        'merge',
        vendor('ratcheteds', 'a'),
        { spec: { items: [{ n: 9 }, { n: 3 }] } },
        'change an item of a plain list',
      ),
      patch('merge', vendor('ratcheteds', 'a'), { metadata: { labels: { a: 'b' } } }, 'label it'),
      patch('merge', vendor('ratcheteds', 'a'), { spec: { size: 4 } }, 'change it to a right value'),
      patch('merge', vendor('ratcheteds', 'a'), { spec: { size: 9 } }, 'and back'),
      get('read', vendor('ratcheteds', 'a')),
      {
        ...remove(
          'forget the definition',
          '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ratcheteds.vendor.dev',
        ),
        looksAt: () => 'a definition',
      },
    ],
  },
];
