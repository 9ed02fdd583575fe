import { difference, type Fields, includes } from './fields.ts';
import { arrange, type ManagerEntry, type Writer } from './managers.ts';

/** A write of the number of replicas through the door `scale`. */
export interface ScaleWrite {
  /** Where the kind keeps the number. */
  readonly path: readonly string[];
  /** Undefined when nobody has said how many yet. */
  readonly before: number | undefined;
  readonly after: number;
}

/**
 * The entries after a write of the scale. A Scale is an object of its own, whose only owned field is its replicas: whoever owns
 * the number in the parent owns it there, a zero is not written and nobody's, and who owns the field of a Scale afterwards gets an
 * entry of its own in the parent, without a time. While nobody owns it, nobody comes to own it.
 * Source: apimachinery 0.34, managedfields/scalehandler.go and internal/skipnonapplied.go.
 */
export function recordScale(
  entries: readonly ManagerEntry[],
  { path, before, after }: ScaleWrite,
  writer: Writer,
): readonly ManagerEntry[] {
  const fields = fieldsAt(path);
  const owners = entries.filter(({ fieldsV1 }) => includes(fieldsV1, fields));
  if (owners.length === 0) return entries;
  const isChanged = after !== before;
  const kept = entries.flatMap((entry) => {
    if (!owners.includes(entry) || (!isChanged && entry.operation === 'Apply')) return [entry];
    const fieldsV1 = difference(entry.fieldsV1, fields);
    return fieldsV1 === undefined ? [] : [{ ...entry, fieldsV1 }];
  });
  const { manager, apiVersion } = writer;
  const own: ManagerEntry = {
    ...{ manager, operation: 'Update', apiVersion, fieldsType: 'FieldsV1', fieldsV1: fields },
    subresource: 'scale',
  };
  const moved = owners
    .filter(({ operation }) => operation === 'Update')
    .map(({ time: _time, ...entry }) => ({ ...entry, apiVersion, fieldsV1: fields }));
  return arrange([...kept, ...(isChanged ? (after === 0 ? [] : [own]) : moved)], undefined);
}

const fieldsAt = ([name, ...rest]: readonly string[]): Fields =>
  name === undefined ? {} : { [`f:${name}`]: fieldsAt(rest) };
