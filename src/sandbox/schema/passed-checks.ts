import { isObject } from '../json.ts';
import { isKnownFormat } from './formats.ts';
import { memberSchema, type Schema } from './schema.ts';
import { typeFault } from './type-fault.ts';

/** Whether a value is as a schema says. */
export type Fits = (value: unknown, schema: Schema) => boolean;

/**
 * How many checks of a schema a value went through, counted as the API server's validator counts them (kube-openapi,
 * `MatchCount`): where no alternative fits, it tells what is wrong with the one that has most.
 */
export function passedChecks(value: unknown, schema: Schema, fits: Fits): number {
  const isType = typeFault(value, schema) === undefined ? 1 : 0;
  if (value === null || value === undefined) return isType;
  const format = schema.format !== undefined && isKnownFormat(schema.format);
  const hasType = (schema.type ?? '') !== '' || format || isPort(schema);
  const type = hasType ? 1 + isType : 0;
  return 3 + type + ofAlternatives(value, schema, fits) + 1 + ofKind(value, schema, fits);
}

const isPort = (schema: Schema): boolean => schema['x-kubernetes-int-or-string'] === true;

function ofKind(value: unknown, schema: Schema, fits: Fits): number {
  if (typeof value === 'string') return schema.format !== undefined && isKnownFormat(schema.format) ? 2 : 1;
  if (typeof value === 'number') return 2;
  if (Array.isArray(value)) {
    const { items } = schema;
    return 2 + (items === undefined ? 0 : sum(value.map((item) => passedChecks(item, items, fits))));
  }
  if (!isObject(value)) return 0;
  const counts = Object.entries(value).map(([name, member]) => {
    const inner = memberSchema(schema, name);
    return inner === undefined ? 0 : passedChecks(member, inner, fits);
  });
  return 1 + sum(counts);
}

/** What counts is the alternative that fits first, or the one that is told of, and all of `allOf`. */
function ofAlternatives(value: unknown, schema: Schema, fits: Fits): number {
  const { anyOf = [], oneOf = [], allOf = [] } = schema;
  const ofFirst = (alternatives: readonly Schema[]): number => {
    const fitting = alternatives.find((alternative) => fits(value, alternative));
    if (fitting !== undefined) return passedChecks(value, fitting, fits);
    return Math.max(0, ...alternatives.map((alternative) => passedChecks(value, alternative, fits)));
  };
  return ofFirst(anyOf) + ofFirst(oneOf) + sum(allOf.map((part) => passedChecks(value, part, fits)));
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
