import { definitionOf } from '../definitions.ts';
import { asTable, create, get, patch, put, remove } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const text = { type: 'string' };

interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly names: object; readonly versions: readonly { readonly schema: object }[] };
}

const base = definitionOf('Trial', { type: 'object', properties: { a: text } }) as unknown as Definition;
const [version] = base.spec.versions as [{ readonly schema: object }];
const withSpec = (spec: object, metadata: object = {}) => ({
  ...base,
  metadata: { ...base.metadata, ...metadata },
  spec: { ...base.spec, ...spec },
});
const withNames = (names: object) => withSpec({ names: { ...base.spec.names, ...names } });
const withVersion = (own: object) => withSpec({ versions: [{ ...version, ...own }] });
const withSchema = (openAPIV3Schema: unknown) => withVersion({ schema: { openAPIV3Schema } });
const withMember = (member: unknown) =>
  withSchema({ type: 'object', properties: { spec: { type: 'object', properties: { a: member } } } });

/** Definitions that are refused, each for a reason of its own, and a few that only look as if they would be. */
const doubtful: Readonly<Record<string, object>> = {
  'no group': withSpec({ group: '' }),
  'a group without a dot': withSpec({ group: 'vendor' }, { name: 'trials.vendor' }),
  'a group of Kubernetes itself': withSpec({ group: 'trial.k8s.io' }, { name: 'trials.trial.k8s.io' }),
  'another name': withSpec({}, { name: 'tests.vendor.dev' }),
  'no scope': withSpec({ scope: undefined }),
  'an unknown scope': withSpec({ scope: 'Galaxy' }),
  'no plural': withNames({ plural: '' }),
  'no kind': withNames({ kind: '' }),
  'a plural with capitals': withSpec(
    { names: { ...base.spec.names, plural: 'Trials' } },
    { name: 'Trials.vendor.dev' },
  ),
  'a short name with capitals': withNames({ shortNames: ['TR'] }),
  'a category with capitals': withNames({ categories: ['All'] }),
  'a list of the same kind': withNames({ listKind: 'Trial' }),
  'no versions': withSpec({ versions: [] }),
  'no version that is stored': withVersion({ storage: false }),
  'two versions that are stored': withSpec({ versions: [version, { ...version, name: 'v2' }] }),
  'a version twice': withSpec({ versions: [version, { ...version, storage: false }] }),
  'a version with a bad name': withVersion({ name: 'V_1' }),
  'no schema': withVersion({ schema: undefined }),
  'an empty schema': withVersion({ schema: {} }),
  'a warning without deprecation': withVersion({ deprecationWarning: 'goes' }),
  'an unknown conversion': withSpec({ conversion: { strategy: 'Magic' } }),
  'a conversion that is none': withSpec({
    conversion: { strategy: 'None', webhook: { conversionReviewVersions: ['v1'] } },
  }),
  'a scale without paths': withVersion({ subresources: { scale: {} } }),
  'a scale with wrong paths': withVersion({
    subresources: { scale: { specReplicasPath: '.status.a', statusReplicasPath: 'spec.b' } },
  }),
  'a column without a path': withVersion({ additionalPrinterColumns: [{ name: 'A', type: 'string' }] }),
  'a column of an unknown type': withVersion({
    additionalPrinterColumns: [{ name: 'A', type: 'poem', jsonPath: '.spec.a' }],
  }),
  'a column with a broken path': withVersion({
    additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.spec[' }],
  }),
  'a column without a name': withVersion({
    additionalPrinterColumns: [{ name: '', type: 'string', jsonPath: '.spec.a' }],
  }),
  'fields to select by that are not there': withVersion({ selectableFields: [{ jsonPath: '.spec.zzz' }] }),
  'fields to select by that are objects': withVersion({ selectableFields: [{ jsonPath: '.spec' }] }),
  'fields to select by twice': withVersion({
    selectableFields: [{ jsonPath: '.spec.a' }, { jsonPath: '.spec.a' }],
  }),
  'unknown members kept at the top': withSpec({ preserveUnknownFields: true }),
  'a root that is a list': withSchema({ type: 'array', items: text }),
  'a root without a type': withSchema({ properties: { spec: { type: 'object' } } }),
  'a root that may be null': withSchema({ type: 'object', nullable: true }),
  'metadata with rules': withSchema({
    type: 'object',
    properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
  }),
  'a member without a type': withMember({ description: 'x' }),
  'an unknown type': withMember({ type: 'poem' }),
  'a list without items': withMember({ type: 'array' }),
  'properties and more properties': withMember({
    type: 'object',
    properties: { a: text },
    additionalProperties: text,
  }),
  'no more properties': withMember({ type: 'object', additionalProperties: false }),
  'unique items': withMember({ type: 'array', uniqueItems: true, items: text }),
  'a reference': withMember({ $ref: '#/x' }),
  'a wrong pattern': withMember({ type: 'string', pattern: '[' }),
  'a default of another type': withMember({ type: 'string', default: 5 }),
  'a default that is not listed': withMember({ type: 'string', enum: ['a'], default: 'b' }),
  'a type inside of any-of': withMember({
    type: 'object',
    anyOf: [{ type: 'object', properties: { a: text } }],
  }),
  'a default inside of any-of': withMember({
    type: 'object',
    properties: { a: text },
    anyOf: [{ properties: { a: { default: 'x' } } }],
  }),
  'a member that only any-of knows': withMember({
    type: 'object',
    properties: { a: text },
    anyOf: [{ properties: { b: { minLength: 1 } } }],
  }),
  'a map list without keys': withMember({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    items: { type: 'object', properties: { a: text } },
  }),
  'a map list with a key that is not required': withMember({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a'],
    items: { type: 'object', properties: { a: text } },
  }),
  'a map list with an unknown key': withMember({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['b'],
    items: { type: 'object', required: ['b'], properties: { a: text } },
  }),
  'a map list of texts': withMember({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a'],
    items: text,
  }),
  'a set of objects': withMember({
    type: 'array',
    'x-kubernetes-list-type': 'set',
    items: { type: 'object', properties: { a: text } },
  }),
  'an unknown kind of list': withMember({ type: 'array', 'x-kubernetes-list-type': 'queue', items: text }),
  'an unknown kind of map': withMember({
    type: 'object',
    'x-kubernetes-map-type': 'hash',
    properties: { a: text },
  }),
  'a kind of list for a text': withMember({ type: 'string', 'x-kubernetes-list-type': 'set' }),
  'unknown members not kept': withMember({ type: 'object', 'x-kubernetes-preserve-unknown-fields': false }),
  'an embedded text': withMember({ type: 'string', 'x-kubernetes-embedded-resource': true }),
  'an embedded object without members': withMember({
    type: 'object',
    'x-kubernetes-embedded-resource': true,
  }),
  'a number or text with a type': withMember({ type: 'string', 'x-kubernetes-int-or-string': true }),
  'a rule without a rule': withMember({ type: 'string', 'x-kubernetes-validations': [{ rule: '' }] }),
  'a format that nobody knows': withMember({ type: 'string', format: 'idn-hostname' }),
  'a rule that cannot be parsed': withMember({
    type: 'string',
    maxLength: 5,
    'x-kubernetes-validations': [{ rule: 'self ==' }],
  }),
  'a rule about an unknown name': withMember({
    type: 'string',
    maxLength: 5,
    'x-kubernetes-validations': [{ rule: 'other == 1' }],
  }),
  'a rule with an unknown reason': withMember({
    type: 'string',
    maxLength: 5,
    'x-kubernetes-validations': [{ rule: "self == 'a'", reason: 'Mood' }],
  }),
  'an old value where there is none': withMember({
    type: 'array',
    maxItems: 3,
    items: { type: 'string', maxLength: 5, 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] },
  }),
  'unknown members of the definition': withSpec({ unknown: 1 }),
};

const flow = definitionOf(
  'Flow',
  { type: 'object', properties: { a: text } },
  { names: { shortNames: ['fl'] } },
);
const own = `${definitions}/flows.vendor.dev`;

export const definitionsScenarios: readonly Scenario[] = [
  {
    name: 'definitions, refused and not',
    steps: Object.entries(doubtful).map(([does, body]) => ({
      ...create(does, definitions, body, { dryRun: 'All', fieldValidation: 'Strict' }),
      looksAt: withoutConditions,
    })),
  },
  {
    name: 'a definition changes',
    definitions: [flow],
    steps: [
      { ...get('read', own), looksAt: withoutConditions },
      create('create again', definitions, flow),
      patch('merge', own, { spec: { scope: 'Cluster' } }, 'another scope'),
      patch('merge', own, { spec: { group: 'other.dev' } }, 'another group'),
      patch('merge', own, { spec: { names: { plural: 'floods' } } }, 'another plural'),
      patch('merge', own, { spec: { names: { kind: 'Flood' } } }, 'another kind, as a dry run'),
      patch('strategic', own, { spec: { names: { shortNames: ['flw'] } } }, 'another short name'),
      patch('merge', own, { metadata: { labels: { a: 'b' } } }, 'a label'),
      put('put without a version', own, flow),
      { ...get('as a table', definitions, { fieldSelector: 'metadata.name=flows.vendor.dev' }, asTable) },
      get('the status', `${own}/status`),
      remove('delete', own),
    ].map((step) => ({ ...step, looksAt: step.looksAt ?? withoutConditions })),
  },
];

/** Without conditions, which come when they come; the names accepted come with them. */
function withoutConditions(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (key, value: unknown) =>
    key === 'conditions' ||
    key === 'f:conditions' ||
    key === 'managedFields' ||
    key === 'acceptedNames' ||
    key === 'deletionTimestamp'
      ? undefined
      : value,
  );
}
