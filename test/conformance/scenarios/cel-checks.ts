import { definitionOf } from '../definitions.ts';
import { create } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

const text = { type: 'string', maxLength: 10 };
const whole = { type: 'integer' };
const free = { type: 'string' };
const list = (items: object, maxItems?: number) => ({ type: 'array', items, ...(maxItems && { maxItems }) });
const map = (additionalProperties: object, maxProperties?: number) => ({
  type: 'object',
  additionalProperties,
  ...(maxProperties && { maxProperties }),
});
const object = (properties: object, own: object = {}) => ({ type: 'object', properties, ...own });
const ruled = (schema: object, ...rules: (string | object)[]) => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});

/** Rules whose types do not fit, and those that only look as if theirs did not. */
const typed: Readonly<Record<string, object>> = {
  'a member that is not there': object({ a: ruled(object({ b: text }), 'self.c == "x"') }),
  'a member of a member': object({ a: ruled(object({ b: object({ c: text }) }), 'self.b.d == "x"') }),
  'a member of a text': object({ a: ruled(text, 'self.b == "x"') }),
  'has of what is not there': object({ a: ruled(object({ b: text }), 'has(self.c)') }),
  'a text and a number': object({ a: ruled(text, 'self == 1') }),
  'a text less than a number': object({ a: ruled(text, 'self < 1') }),
  'a number plus a text': object({ a: ruled(whole, "self + 'a' == 'a'") }),
  'two faults on two lines': object({
    a: ruled(object({ b: text }), { rule: "self.c == 'x' &&\n  self.d == 'y'", message: 'm' }),
  }),
  'a number that is no boolean': object({ a: ruled(whole, 'self && true') }),
  'a negated number': object({ a: ruled(whole, '!self') }),
  'no boolean at all': object({ a: ruled(whole, 'self + 1') }),
  'a text alone': object({ a: ruled(text, 'self') }),
  'whole and fraction': object({ a: ruled(whole, 'self == 1.5') }),
  'whole less than fraction': object({ a: ruled(whole, 'self < 1.5') }),
  'whole plus fraction': object({ a: ruled(whole, 'self + 1.5 > 2.0') }),
  'a wrong argument': object({ a: ruled(text, 'self.startsWith(1)') }),
  'too many arguments': object({ a: ruled(text, "self.startsWith('a', 'b')") }),
  'a function that is not there': object({ a: ruled(text, "self.beginsWith('a')") }),
  'a global function that is not there': object({ a: ruled(text, 'begins(self)') }),
  'the size of a number': object({ a: ruled(whole, 'size(self) == 1') }),
  'an index by text': object({ a: ruled(list(text, 3), "self['a'] == 'x'") }),
  'an index of a map': object({ a: ruled(map(text, 3), "self['a'] == 'x'") }),
  'an item of another type': object({ a: ruled(list(text, 3), 'self[0] == 1') }),
  'in a list of others': object({ a: ruled(whole, "self in ['a']") }),
  'in a text': object({ a: ruled(text, "'a' in self") }),
  'a mixed list': object({ a: ruled(whole, "self in [1, 'a']") }),
  'all of a text': object({ a: ruled(text, "self.all(c, c == 'a')") }),
  'all without a test': object({ a: ruled(list(text, 3), 'self.all(x, x)') }),
  'an item of a member': object({ a: ruled(list(object({ b: whole }), 3), 'self.all(x, x.c > 1)') }),
  'a chosen type': object({ a: ruled(whole, "(self > 1 ? 'a' : 1) == 'a'") }),
  'null and a number': object({ a: ruled(whole, 'self == null') }),
  'null and an object': object({ a: ruled(object({ b: text }), 'self == null') }),
  'a port is anything': object({
    a: ruled({ 'x-kubernetes-int-or-string': true }, 'self == 1 || self == "a"'),
  }),
  'an optional is no value': object({ a: ruled(object({ b: whole }), 'self.?b == 1') }),
  'an optional with a fallback': object({ a: ruled(object({ b: whole }), 'self.?b.orValue(1) == 1') }),
  'optional old self': object({ a: ruled(whole, { rule: 'oldSelf == self', optionalOldSelf: true }) }),
  'optional old self with a fallback': object({
    a: ruled(whole, { rule: 'oldSelf.orValue(1) == self', optionalOldSelf: true }),
  }),
  'optional old self that is not used': object({
    a: ruled(whole, { rule: 'self > 1', optionalOldSelf: true }),
  }),
  'members that are kept unknown': object({
    a: ruled({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, 'self.b == 1'),
  }),
  'a time and a text': object({ a: ruled({ type: 'string', format: 'date-time' }, "self > '2020'") }),
  'a time and a duration': object({
    a: ruled(
      { type: 'string', format: 'date-time' },
      "self + duration('1h') > timestamp('2020-01-01T00:00:00Z')",
    ),
  }),
  'a message that is no text': object({ a: ruled(whole, { rule: 'self > 1', messageExpression: 'self' }) }),
  'a message of what is not there': object({
    a: ruled(object({ b: whole }), { rule: 'self.b > 1', messageExpression: 'self.c' }),
  }),
  'a message of two lines': object({ a: ruled(whole, { rule: 'self > 1', message: 'a\nb' }) }),
  'a path to a member': object({ a: ruled(object({ b: whole }), { rule: 'self.b > 1', fieldPath: '.b' }) }),
  'a path to nothing': object({ a: ruled(object({ b: whole }), { rule: 'self.b > 1', fieldPath: '.c' }) }),
  'a path of spaces': object({ a: ruled(object({ b: whole }), { rule: 'self.b > 1', fieldPath: ' ' }) }),
  'an address compared with a text': object({ a: ruled(text, "ip(self) == '10.0.0.1'") }),
  'a quantity less than a text': object({ a: ruled(text, "quantity(self).isLessThan('1')") }),
  'a member named like a word of the language': object({
    a: ruled(list(object({ namespace: text }), 3), "self.all(x, has(x.namespace) && x.namespace == 'a')"),
  }),
  'a function of sets': object({ a: ruled(list(text, 3), "sets.contains(self, 'a')") }),
};

/** Rules that cost too much, and the same with bounds. */
const priced: Readonly<Record<string, object>> = {
  'all of any number': object({ a: ruled(list(free), 'self.all(x, x == "a")') }),
  'each with each': object({ a: ruled(list(free), 'self.all(x, self.all(y, x == y))') }),
  'each with each, bounded': object({ a: ruled(list(text, 10), 'self.all(x, self.all(y, x == y))') }),
  'each with each of three, a little bounded': object({
    a: ruled(list(whole, 300), 'self.all(x, self.all(y, self.all(z, x + y != z)))'),
  }),
  'exists once in each': object({ a: ruled(list(whole, 2500), 'self.all(x, self.exists_one(y, x == y))') }),
  'filtered, mapped and asked': object({
    a: ruled(
      list(text, 1200),
      "self.filter(x, x != 'a').map(y, y + 'b').all(z, self.exists(x, x + 'b' == z))",
    ),
  }),
  'a pattern over any text': object({ a: ruled(free, "self.matches('^[a-z]+[0-9]+([a-z]+)*$')") }),
  'a pattern over each of many texts': object({ a: ruled(list(free), "self.all(x, x.matches('^a$'))") }),
  'a text contains a text': object({ a: ruled(object({ b: free, c: free }), 'self.b.contains(self.c)') }),
  'within a list without bounds': object({ a: list(ruled(free, "self.startsWith('abc')")) }),
  'within a list of texts, matched': object({ a: list(ruled(text, "self.matches('^a$')")) }),
  'within maps in maps': object({ a: map(map(ruled(free, "self.contains('a')"))) }),
  'within bounded maps': object({ a: map(map(ruled(text, "self.contains('a')"), 10), 10) }),
  'within objects that need much': object({
    a: list(ruled(object({ b: whole, c: text }, { required: ['b', 'c'] }), 'self.b > 1 && self.c == "a"')),
  }),
  'in a list of any number': object({
    a: ruled(object({ b: list(free), c: list(free) }), 'self.b.all(x, x in self.c)'),
  }),
  'a split text': object({ a: ruled(free, "self.split('.').all(x, x.split('-').size() < 3)") }),
  'joined and replaced': object({
    a: ruled(list(text, 900), "self.all(x, self.join(',').replace('a', 'bb') != x)"),
  }),
  'a sum of sums': object({ a: ruled(list(list(whole)), 'self.all(x, x.sum() > 1)') }),
  'keys of a map': object({
    a: ruled(map(free), "self.all(k, k.startsWith('a') && self[k].startsWith('b'))"),
  }),
  'sets of any number': object({
    a: ruled(object({ b: list(free), c: list(free) }), 'sets.contains(self.b, self.c)'),
  }),
  'lists that are equal': object({ a: ruled(object({ b: list(free), c: list(free) }), 'self.b == self.c') }),
  'a dear message': object({
    a: ruled(list(free), {
      rule: 'self.size() > 1',
      messageExpression: "self.filter(x, x.contains(self[0])).join(',')",
    }),
  }),
  'many rules together': object(
    Object.fromEntries(
      Array.from({ length: 14 }, (_, index) => [
        `a${index}`,
        ruled(list(text, 1200 + 10 * index), "self.all(x, self.exists(y, x + 'a' == y))"),
      ]),
    ),
  ),
  'a port without bounds': object({
    a: list(
      ruled(
        { 'x-kubernetes-int-or-string': true },
        "type(self) == int ? self < 9 : self.matches('^[0-9]+%$')",
      ),
    ),
  }),
  'an enumeration is bounded': object({
    a: ruled(list({ ...free, enum: ['ab', 'abc'] }, 900), "self.all(x, self.exists(y, x + 'a' == y))"),
  }),
  'has twice': object({
    a: ruled(list(object({ b: free, c: free }), 50), 'self.all(x, has(x.b) == has(x.c))'),
  }),
  'two variables': object({
    a: ruled(list(text, 900), 'self.all(i, x, self.exists(j, y, i != j && x == y))'),
  }),
};

/** Rules at the root, which see a little of the metadata. */
const rooted: Readonly<Record<string, string>> = {
  'labels are not seen': "self.metadata.labels['a'] == 'b'",
  'a name is seen': "self.metadata.name.startsWith('a') && self.kind == 'Check'",
};

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const accepted = { looksAt: () => 'accepted' };

const tried = (schemas: Readonly<Record<string, object>>) =>
  Object.entries(schemas).map(([does, schema]) => ({
    ...create(does, definitions, definitionOf('Check', schema), { dryRun: 'All' }),
    ...accepted,
  }));

const triedAtRoot = Object.entries(rooted).map(([does, rule]) => {
  const root = { 'x-kubernetes-validations': [{ rule }] };
  const body = definitionOf('Check', object({ a: whole }), { root });
  return { ...create(does, definitions, body, { dryRun: 'All' }), ...accepted };
});

export const celChecksScenarios: readonly Scenario[] = [
  { name: 'types of rules', steps: [...tried(typed), ...triedAtRoot] },
  { name: 'prices of rules', steps: tried(priced) },
];
