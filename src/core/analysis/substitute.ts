import type { Argument, Metric } from '../../api/v1alpha1/analysis.ts';

/** What a secret counts as wherever its value is not needed: validation, scheduling. */
export const secretPlaceholder = 'temp-for-secret';

export interface SecretRef {
  readonly argument: string;
  readonly name: string;
  readonly key: string;
}

/** Values of secret arguments, by argument name. */
export type SecretValues = Readonly<Record<string, string>>;

export type ResolvedMetrics = { readonly metrics: readonly Metric[] } | { readonly error: string };

/** The secrets that a list of arguments refers to. */
export function secretRefs(args: readonly Argument[] = []): readonly SecretRef[] {
  return args.flatMap(({ name: argument, valueFrom }) => {
    const ref = valueFrom?.secretKeyRef;
    return ref === undefined ? [] : [{ argument, name: ref.name, key: ref.key }];
  });
}

/**
 * The metrics with every `{{args.NAME}}` filled in, in any of their texts. A secret wins over a literal value of the same
 * argument. Without `secrets`, the placeholder stands for each.
 */
export function resolveMetrics(
  metrics: readonly Metric[],
  args: readonly Argument[] = [],
  secrets?: SecretValues,
): ResolvedMetrics {
  const values = new Map<string, string>();
  for (const { name, value, valueFrom } of args) {
    const filled = valueFrom?.secretKeyRef === undefined ? value : (secrets?.[name] ?? secretPlaceholder);
    if (filled === undefined || filled === null) return { error: `argument "${name}" was not supplied` };
    values.set(name, filled);
  }
  const resolved: Metric[] = [];
  for (const metric of metrics) {
    const text = fillIn(JSON.stringify(metric), values);
    if ('error' in text) return text;
    resolved.push(JSON.parse(text.text) as Metric);
  }
  return { metrics: resolved };
}

/** Replaces each tag by a known argument, as the text of a JSON string. */
function fillIn(json: string, values: ReadonlyMap<string, string>): { text: string } | { error: string } {
  return fillTags(json, (tag) => {
    const name = /^args\.(.*)$/s.exec(tag)?.[1];
    const value = name === undefined ? undefined : values.get(name);
    return value === undefined ? undefined : JSON.stringify(value).slice(1, -1);
  });
}

/**
 * Replaces each tag between `{{` and the next `}}` by what `meaningOf` makes of its trimmed text. What has no value is
 * refused, the last one named. What is put in is not looked at again.
 */
export function fillTags(
  template: string,
  meaningOf: (tag: string) => string | undefined,
): { readonly text: string } | { readonly error: string } {
  let text = '';
  let rest = template;
  let unresolved: string | undefined;
  for (;;) {
    const start = rest.indexOf('{{');
    if (start === -1) break;
    const end = rest.indexOf('}}', start + 2);
    if (end === -1)
      return { error: `no end "}}" for the tag that starts at ${rest.slice(start, start + 40)}` };
    const tag = rest.slice(start + 2, end);
    const value = meaningOf(tag.trim());
    if (value === undefined) unresolved = tag;
    text += rest.slice(0, start) + (value ?? '');
    rest = rest.slice(end + 2);
  }
  return unresolved === undefined ? { text: text + rest } : { error: `failed to resolve {{${unresolved}}}` };
}
