import type { MetricAnswer } from '../api/measurement.ts';
import { SluiceError } from '../kernel/errors.ts';
import { formatPlainFloat } from '../kernel/go-number.ts';
import type { HttpResponse } from '../ports/http.ts';
import { excerpt, jsonObjectOf } from './answer.ts';

/** Version 1: the last point of the first series. */
export function readSeries(answer: HttpResponse): MetricAnswer {
  const { series } = parse<{ series?: readonly { pointlist?: readonly unknown[] }[] | null }>(answer);
  const points = series?.[0]?.pointlist ?? [];
  const last = points.at(-1);
  if (last === undefined) {
    const shown = series?.map(({ pointlist }) => ({ Pointlist: pointlist ?? null }));
    return { result: { kind: 'optionalScalar', value: undefined }, text: JSON.stringify(shown ?? null) };
  }
  if (!Array.isArray(last) || last.length !== 2) throw invalid('Datapoint does not have 2 values');
  const value = typeof last[1] === 'number' ? last[1] : 0; // null reads as 0
  return { result: { kind: 'optionalScalar', value }, text: formatPlainFloat(value) };
}

interface Column {
  readonly type?: string;
  readonly values?: readonly unknown[];
}

/** Version 2: the values of the first column of numbers; a list when the query groups. */
export function readScalars(answer: HttpResponse): MetricAnswer {
  const { data = {} } = parse<{
    data?: { errors?: string; attributes?: { columns?: readonly Column[] } };
  }>(answer);
  if (typeof data.errors === 'string' && data.errors !== '') {
    throw new SluiceError(
      'METRIC_QUERY_REJECTED',
      `There were errors in your query: ${excerpt(data.errors)}`,
    );
  }
  const columns = data.attributes?.columns ?? [];
  const column = columns.find(({ type = '' }) => type === 'number' || type === '');
  const groups = columns.filter(({ type }) => type === 'group');
  const rows = (column?.values ?? []).map((value, index) => ({ value, name: groupName(groups, index) }));
  const kept = rows
    .filter(({ value }) => value !== null)
    .map(({ value, name }) => ({ name, value: numberOf(value) }));
  if (kept.length === 0) return { result: { kind: 'optionalScalar', value: undefined }, text: '[]' };
  if (groups.length === 0) {
    const { value } = kept[0] as { value: number };
    return { result: { kind: 'optionalScalar', value }, text: formatPlainFloat(value) };
  }
  const values = kept.map(({ value }) => value);
  return {
    result: { kind: 'vector', value: values },
    text: `[${values.map(formatPlainFloat).join(',')}]`,
    metadata: groupsMetadata(kept),
  };
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  throw invalid(`could not parse numeric value ${JSON.stringify(value)}`);
}

/** The tags of a row, as its group columns hold them. */
function groupName(groups: readonly Column[], index: number): string {
  const tags = groups.flatMap(({ values }) => {
    const label = values?.[index];
    if (Array.isArray(label) && label.every((tag) => typeof tag === 'string')) return label;
    throw invalid(`could not parse group label at index ${index}`);
  });
  return tags.join(',');
}

/** Of more groups than these the lowest and the highest are kept, half of each. */
const mostGroups = 100;

function groupsMetadata(rows: readonly { name: string; value: number }[]): Record<string, string> {
  if (rows.length <= mostGroups) return { groups: JSON.stringify(rows) };
  const byValue = [...rows].sort((a, b) => a.value - b.value);
  const kept = [...byValue.slice(0, mostGroups / 2), ...byValue.slice(-mostGroups / 2)];
  return { groups: JSON.stringify(kept), groups_truncated: 'true' };
}

function parse<T extends object>(answer: HttpResponse): T {
  return jsonObjectOf<T>(answer, 'Could not parse JSON body: ');
}

function invalid(problem: string): SluiceError {
  return new SluiceError('METRIC_ANSWER_INVALID', problem);
}
