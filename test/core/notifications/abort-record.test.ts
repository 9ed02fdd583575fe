import { readFileSync } from 'node:fs';
import type { AnalysisRun } from '../../../src/api/v1alpha1/analysis.ts';
import { type AbortRecord, abortRecordOf } from '../../../src/core/notifications/abort-record.ts';
import { rollout } from '../../support/builders.ts';

const shop = rollout({
  status: { abort: true, abortedAt: '2026-01-05T12:00:00Z', currentPodHash: 'bbb', stableRS: 'aaa' },
  canary: { steps: [{ setWeight: 5 }] },
});

/** A failed run with so many metrics, each with eight measurements of long values. */
const run = (name: string, metrics: number, text: string) =>
  ({
    metadata: { name },
    spec: {
      metrics: Array.from({ length: metrics }, (_, index) => ({
        ...{ name: `m${index}`, provider: {}, successCondition: `result < 1 || result == "${text}"` },
      })),
    },
    status: {
      ...{ phase: 'Failed', message: text, startedAt: '2026-01-05T11:00:00Z' },
      metricResults: Array.from({ length: metrics }, (_, index) => ({
        ...{ name: `m${index}`, phase: 'Failed', failed: 8, message: text },
        measurements: Array.from({ length: 8 }, (_each, at) => ({ phase: 'Failed', value: `${at} ${text}` })),
      })),
    },
  }) as unknown as AnalysisRun;

const recordOf = (runs: readonly AnalysisRun[]) => abortRecordOf(shop, runs, undefined) as AbortRecord;
const long = 'ü'.repeat(10_000);

test.each([
  ['one small run: all of it', [run('a', 1, 'x')], { runs: 1, measurements: 5, left: undefined }],
  ['one run with long texts', [run('a', 5, long)], { runs: 1, measurements: 5, left: undefined }],
  [
    'three runs of twenty metrics: less of each',
    [1, 2, 3].map((id) => run(`${id}`, 20, long)),
    { runs: 3, measurements: 1, left: undefined },
  ],
  [
    'forty runs: the first of them',
    Array.from({ length: 40 }, (_, id) => run(`${id}`, 20, long)),
    { runs: 9, measurements: 0, left: 31 },
  ],
])('the record fits into an annotation: %s', (_, runs, expected) => {
  const record = recordOf(runs);
  expect({
    runs: record.evidence.length,
    measurements: record.evidence[0]?.metrics[0]?.measurements.length,
    left: record.evidenceLeftOut,
  }).toEqual(expected);
  expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThan(110_000);
  expect(record.verdict).toBe('analysis');
  expect(unlike(schema, record, '')).toEqual([]);
});

test('of few measurements all are told', () => {
  const few = run('a', 1, 'x');
  const [result] = few.status?.metricResults ?? [];
  (result as { measurements: unknown[] }).measurements.splice(3);
  expect(recordOf([few]).evidence[0]?.metrics[0]?.measurements.map(({ value }) => value)).toEqual([
    '0 x',
    '1 x',
    '2 x',
  ]);
});

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const schema = JSON.parse(readFileSync('docs/abort-record.schema.json', 'utf8')) as Schema;

/** Where the value is not as the schema has it, or has a member that the schema does not tell of. */
function unlike(given: Schema, value: unknown, path: string): readonly string[] {
  const of =
    given.$ref === undefined ? given : (schema.$defs?.[given.$ref.replace('#/$defs/', '')] as Schema);
  if (of.enum !== undefined && !of.enum.includes(value)) return [`${path} is ${value}`];
  if (Array.isArray(value))
    return value.flatMap((each, at) => unlike(of.items as Schema, each, `${path}[${at}]`));
  if (typeof value !== 'object' || value === null) {
    const kind = typeof value === 'number' ? 'integer' : typeof value;
    return of.type === undefined || [of.type].flat().includes(kind) ? [] : [`${path} is a ${kind}`];
  }
  const missing = (of.required ?? []).filter((name) => !Object.hasOwn(value, name));
  return [
    ...missing.map((name) => `${path}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, each]) => {
      const member = of.properties?.[name];
      if (member === undefined) return [`${path}.${name} is not in the schema`];
      return each === undefined ? [] : unlike(member, each, `${path}.${name}`);
    }),
  ];
}
