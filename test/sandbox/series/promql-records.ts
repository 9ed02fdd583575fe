import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HttpCase, keyOfHttp } from './prometheus-http-cases.ts';
import type { Answer } from './promql-answer.ts';
import type { PromqlCase } from './promql-cases.ts';

/** What a real Prometheus answered, by case: written by `RECORD=1 npm run test:real -- promql`. */
export interface Records {
  readonly queries: Readonly<Record<string, Answer>>;
  readonly requests: Readonly<Record<string, HttpAnswer>>;
}

export interface HttpAnswer {
  readonly status: number;
  /** Parsed when it is JSON. */
  readonly body: unknown;
}

const file = join(__dirname, 'promql-recorded.jsonl');

export function keyOfQuery({ query, at, until }: PromqlCase): string {
  return `${query} at ${at}${until === undefined ? '' : ` to ${until}`}`;
}

export function readRecords(): Records {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as [string, string, Answer & HttpAnswer]);
  const of = (wanted: string) =>
    Object.fromEntries(entries.flatMap(([kind, key, answer]) => (kind === wanted ? [[key, answer]] : [])));
  return { queries: of('query'), requests: of('request') };
}

/** One line a case, so that a difference reads well. */
export function writeRecords({ queries, requests }: Records): void {
  const lines = [
    ...Object.entries(queries).map(([key, answer]) => JSON.stringify(['query', key, answer])),
    ...Object.entries(requests).map(([key, answer]) => JSON.stringify(['request', key, answer])),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** The answers of one server to all requests, with the texts of JSON parsed. */
export async function answersOf(
  cases: readonly HttpCase[],
  ask: (entry: HttpCase) => Promise<HttpAnswer> | HttpAnswer,
): Promise<Record<string, HttpAnswer>> {
  const answers: Record<string, HttpAnswer> = {};
  for (const entry of cases) answers[keyOfHttp(entry)] = await ask(entry);
  return answers;
}
