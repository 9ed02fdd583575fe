import type { KubeObject } from '../../api/meta.ts';
import { formatInstant } from '../../kernel/instant.ts';
import { isObject, type MutableJson, objectAt, valueAt } from '../json.ts';
import type { Strategy } from '../resource.ts';
import { unreadableRules } from '../schema/cel.ts';
import { isKnownFormat } from '../schema/formats.ts';
import { childrenOf, type Schema } from '../schema/schema.ts';
import { conversionWarnings } from './conversion.ts';
import type { CrdSpec } from './types.ts';
import { validateDefinition } from './validate.ts';

/** Definitions are accepted as soon as they are valid: their status says so in the write that stores them. */
export const crdStrategy: Strategy = {
  defaults(object, previous, { now }) {
    const spec = objectAt(object, 'spec');
    const names = objectAt(spec, 'names');
    if (typeof names.kind === 'string' && names.kind !== '') {
      names.singular ??= names.kind.toLowerCase();
      names.listKind ??= `${names.kind}List`;
    }
    spec.conversion ??= { strategy: 'None' };
    defaultWebhook(spec.conversion);
    if (spec.preserveUnknownFields === false) delete spec.preserveUnknownFields;
    object.status = statusOf(object, previous, formatInstant(now));
  },
  validate: validateDefinition,
  warnings(object, previous) {
    const spec = object.spec as CrdSpec;
    const { versions } = spec;
    const unread = versions.reduce(
      (sum, { schema }) => sum + unreadableRules(schema?.openAPIV3Schema ?? {}),
      0,
    );
    const before = new Set(previous === undefined ? [] : unrecognizedFormats(previous.spec as CrdSpec));
    return [
      ...unrecognizedFormats(spec)
        .filter((format) => !before.has(format))
        .map((format) => `unrecognized format ${JSON.stringify(format)}`),
      ...(unread === 0
        ? []
        : [`the sandbox does not evaluate ${unread} of the x-kubernetes-validations rules`]),
      ...conversionWarnings(spec),
    ];
  },
};

function defaultWebhook(conversion: unknown): void {
  const service = valueAt(conversion, ['webhook', 'clientConfig', 'service']);
  if (isObject(service)) service.port ??= 443;
}

/** Formats of texts that mean nothing to the server, each once. */
const unrecognizedFormats = ({ versions }: CrdSpec): readonly string[] => [
  ...new Set(versions.flatMap(({ schema }) => formatsIn(schema?.openAPIV3Schema))),
];

function formatsIn(schema: Schema | undefined): readonly string[] {
  if (schema === undefined) return [];
  const { type, format = '' } = schema;
  const own = type === 'string' && format !== '' && !isKnownFormat(format) ? [format] : [];
  return [...own, ...childrenOf(schema).flatMap(formatsIn)];
}

/** Keeps the conditions' times while nothing changes. */
function statusOf(object: KubeObject, previous: KubeObject | undefined, now: string): unknown {
  const spec = object.spec as CrdSpec;
  const old = (previous?.status ?? {}) as MutableJson;
  const storage = spec.versions?.find((version) => version.storage)?.name;
  const stored = new Set([
    ...((old.storedVersions as string[] | undefined) ?? []),
    ...(storage === undefined ? [] : [storage]),
  ]);
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    lastTransitionTime: now,
    reason,
    message,
  });
  return {
    conditions: old.conditions ?? [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    acceptedNames: spec.names,
    storedVersions: [...stored],
  };
}
