import { RE2JS } from 're2js';

/** The labels of one series; the metric's name is the label `__name__`. */
export type Labels = Readonly<Record<string, string>>;

export const metricNameLabel = '__name__';

/** One `name op "value"` of a selector. An absent label counts as the empty text, as in Prometheus. */
export interface Matcher {
  readonly name: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
  readonly matches: (value: string) => boolean;
}

export function matcher(name: string, op: Matcher['op'], value: string): Matcher {
  if (op === '=') return { name, op, value, matches: (found) => found === value };
  if (op === '!=') return { name, op, value, matches: (found) => found !== value };
  const pattern = anchoredPattern(value);
  const wanted = op === '=~';
  const known = new Map<string, boolean>();
  const matches = (found: string) => {
    const answer = known.get(found) ?? pattern.matcher(found).find() === wanted;
    if (known.size < rememberedValues) known.set(found, answer);
    return answer;
  };
  return { name, op, value, matches };
}

/** A label has few values, and a query asks for each at every step. */
const rememberedValues = 1000;

/** RE2, as Prometheus writes it, anchored at both ends. Throws what is wrong with it in the words of Go's `regexp`. */
export function anchoredPattern(text: string): RE2JS {
  return RE2JS.compile(`^(?:${text})$`);
}

export function matchesAll(labels: Labels, matchers: readonly Matcher[]): boolean {
  return matchers.every(({ name, matches }) => matches(labels[name] ?? ''));
}

/** Equal for equal label sets, whatever the order they were written in; in the order that Prometheus gives its series. */
export function signatureOf(labels: Labels): string {
  let text = '';
  for (const name of Object.keys(labels).sort()) text += `${name}\0${labels[name]}\0`;
  return text;
}

export function withoutLabels(labels: Labels, names: readonly string[]): Labels {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(labels)) if (!names.includes(name)) kept[name] = value;
  return kept;
}

export function onlyLabels(labels: Labels, names: readonly string[]): Labels {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = labels[name];
    if (value !== undefined && value !== '') kept[name] = value;
  }
  return kept;
}

/** As Prometheus prints a label set in its messages: `{__name__="up", job="x"}`. */
export function formatLabels(labels: Labels): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((label) => `${label}=${JSON.stringify(labels[label])}`);
  return `{${pairs.join(', ')}}`;
}
