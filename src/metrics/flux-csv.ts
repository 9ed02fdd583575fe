import { SluiceError } from '../kernel/errors.ts';
import type { HttpResponse } from '../ports/http.ts';
import { excerpt } from './answer.ts';

/** Whole numbers are bigint, since conditions tell them from floats. Instants and durations stay texts. */
export type FluxValue = number | bigint | boolean | string | null;

/**
 * `_value` of every record of an annotated CSV, over all tables in their order.
 * Format: https://docs.influxdata.com/influxdb/v2/reference/syntax/annotated-csv/
 */
export function readFluxValues(answer: HttpResponse): readonly FluxValue[] {
  const values: FluxValue[] = [];
  let types: readonly string[] = [];
  let defaults: readonly string[] = [];
  let columns: readonly string[] | undefined;
  for (const row of rowsOf(answer.body)) {
    const [mark = ''] = row;
    if (row.length === 1 && mark === '') {
      columns = undefined; // an empty line ends a table
    } else if (mark.startsWith('#')) {
      if (mark === '#datatype') types = row;
      if (mark === '#default') defaults = row;
      columns = undefined;
    } else if (columns === undefined) {
      columns = row;
    } else {
      refuseError(columns, row);
      const at = columns.indexOf('_value');
      if (at === -1 || types.length === 0) throw noTable(answer);
      values.push(readValue(row[at] || (defaults[at] ?? ''), types[at] ?? 'string'));
    }
  }
  return values;
}

/** An error in the middle of an answer comes as a table of its own. */
function refuseError(columns: readonly string[], row: readonly string[]): void {
  const at = columns.indexOf('error');
  if (at === -1) return;
  throw new SluiceError('METRIC_QUERY_REJECTED', `influxdb: ${excerpt(row[at] ?? '')}`);
}

function noTable({ headers }: HttpResponse): SluiceError {
  const seen = headers['content-type'] ?? 'none';
  const problem = `influxdb: the answer is no table with a column _value (content type ${excerpt(seen)})`;
  return new SluiceError('METRIC_ANSWER_INVALID', problem);
}

function readValue(text: string, type: string): FluxValue {
  if (text === '' && type !== 'string') return null;
  switch (type) {
    case 'double':
      return floatOf(text);
    case 'long':
    case 'unsignedLong':
      if (!/^-?\d+$/.test(text)) throw noNumber(text);
      return BigInt(text);
    case 'boolean':
      return text === 'true';
    default:
      return text;
  }
}

function floatOf(text: string): number {
  if (/^[+-]?Inf$/.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(text);
  if (Number.isNaN(value) && text !== 'NaN') throw noNumber(text);
  return value;
}

function noNumber(text: string): SluiceError {
  return new SluiceError('METRIC_ANSWER_INVALID', `influxdb: ${JSON.stringify(excerpt(text))} is no number`);
}

/** RFC 4180: fields in quotes may hold commas, line ends and doubled quotes. */
function* rowsOf(text: string): Generator<readonly string[]> {
  let row: string[] = [];
  const pattern = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/gy;
  for (;;) {
    const found = pattern.exec(text);
    if (found === null) return;
    const [all, field = '', end = ''] = found;
    row.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end === ',') continue;
    if (all !== '' || row.length > 1) yield row;
    row = [];
    if (end === '') return;
  }
}
