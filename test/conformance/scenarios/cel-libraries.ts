import { definitionOf, made, vendor } from '../definitions.ts';
import { create } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

const text = { type: 'string', maxLength: 36 };
const list = { type: 'array', maxItems: 3, items: text };
const numbers = { type: 'array', maxItems: 3, items: { type: 'integer' } };
const map = { type: 'object', maxProperties: 3, additionalProperties: text };

/** By the name of the member that carries the rule: its schema, the rule, a value that is fine and one that is not. */
const rules: Readonly<Record<string, readonly [schema: object, rule: string, good: unknown, bad: unknown]>> =
  {
    pattern: [text, "self.matches('^(?i)[a-z]+$')", 'ABC', 'a1'],
    label: [text, '!format.dns1123Label().validate(self).hasValue()', 'web', 'Web_1'],
    subdomain: [text, '!format.dns1123Subdomain().validate(self).hasValue()', 'web.dev', 'web..dev'],
    service: [text, '!format.dns1035Label().validate(self).hasValue()', 'web', '1web'],
    qualified: [text, '!format.qualifiedName().validate(self).hasValue()', 'web.dev/A_b', '/x'],
    labelValue: [text, '!format.labelValue().validate(self).hasValue()', '', '-x'],
    begun: [text, '!format.dns1123LabelPrefix().validate(self).hasValue()', 'web-', 'Web-'],
    uuid: [
      text,
      "!format.named('uuid').value().validate(self).hasValue()",
      '123e4567-e89b-42d3-a456-426614174000',
      'x',
    ],
    date: [text, '!format.date().validate(self).hasValue()', '2026-01-31', '2026-02-30'],
    nothing: [text, '!format.named(self).hasValue()', 'poem', 'uri'],
    semver: [text, 'isSemver(self)', '1.2.3-rc.1+x', 'v1.2'],
    loose: [text, 'isSemver(self, true)', 'v01.2', 'x'],
    older: [text, "semver(self).isLessThan(semver('1.10.0'))", '1.9.9', '1.10.0'],
    before: [text, "semver(self).compareTo(semver('1.0.0-rc.2')) < 0", '1.0.0-rc.1', '1.0.0-rc.10'],
    major: [text, 'semver(self, true).major() >= 2 && semver(self, true).minor() == 1', 'v2.1', 'v1.1'],
    rising: [numbers, 'self.all(i, v, i == 0 || self[i - 1] <= v)', [1, 2, 2], [2, 1]],
    equalKey: [map, 'self.exists(k, v, k == v)', { a: 'a' }, { a: 'b' }],
    onlyOne: [map, "self.existsOne(k, v, v == 'x')", { a: 'x', b: 'y' }, { a: 'x', b: 'x' }],
    even: [list, "self.transformList(i, v, i % 2 == 0, v) == ['a', 'a']", ['a', 'b', 'a'], ['a', 'b']],
    values: [map, "self.transformMap(k, v, k + v) == {'a': 'ax'}", { a: 'x' }, { b: 'x' }],
    turned: [map, "self.transformMapEntry(k, v, {v: k}) == {'x': 'a'}", { a: 'x' }, { a: 'y' }],
    canonical: [text, 'ip.isCanonical(self)', '::1', '0:0::1'],
    network: [text, 'cidr(self).masked() == cidr(self)', '10.1.0.0/16', '10.1.2.3/16'],
    query: [text, "url(self).getQuery()['a'] == ['b', 'c']", 'http://x/?a=b&a=c', 'http://x/?a=b'],
    quantity: [text, "quantity(self).add(1).isGreaterThan(quantity('1k'))", '1k', '999'],
    printed: [text, "'%s=%d|%.1f|%x'.format([self, 5, 1.26, 255]) == 'a=5|1.3|ff'", 'a', 'b'],
    quoted: [text, 'strings.quote(self) == \'"a"\'', 'a', 'b'],
    number: [text, 'int(self) > 1', '2', 'x'],
  };

const libraries = definitionOf(
  'Library',
  {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(rules).map(([name, [schema, rule]]) => [
        name,
        { ...schema, 'x-kubernetes-validations': [{ rule }] },
      ]),
    ),
  },
  { names: { plural: 'libraries' } },
);

export const celLibrariesScenarios: readonly Scenario[] = [
  {
    name: 'the libraries of rules',
    definitions: [libraries],
    steps: Object.entries(rules).flatMap(([name, [, , good, bad]]) => [
      create(
        `${name}: fine`,
        vendor('libraries'),
        made('Library', `${name.toLowerCase()}-a`, { [name]: good }),
      ),
      create(
        `${name}: not so`,
        vendor('libraries'),
        made('Library', `${name.toLowerCase()}-b`, { [name]: bad }),
      ),
    ]),
  },
];
