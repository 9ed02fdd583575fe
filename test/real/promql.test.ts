import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';
import { httpCases } from '../sandbox/series/prometheus-http-cases.ts';
import {
  type Answer,
  alignedWith,
  answerOf,
  ourAnswer,
  ourHttpAnswer,
  type PrometheusBody,
  requestOf,
} from '../sandbox/series/promql-answer.ts';
import { type PromqlCase, promqlCases } from '../sandbox/series/promql-cases.ts';
import {
  answersOf,
  type HttpAnswer,
  keyOfQuery,
  readRecords,
  writeRecords,
} from '../sandbox/series/promql-records.ts';
import { openMetrics } from '../sandbox/series/promql-samples.ts';
import { randomQuery } from '../sandbox/series/random-promql.ts';
import { eventually, freePorts, pathFolders, program, type Running, start } from './support/processes.ts';

/** How many queries are drawn; PROMQL_SEEDS=FROM-TO draws others. */
const [firstSeed = 1, lastSeed = 1500] = (process.env['PROMQL_SEEDS'] ?? '')
  .split('-')
  .filter(Boolean)
  .map(Number);

describe('PromQL against a real Prometheus over the same samples', () => {
  let server: Running;
  let url: string;
  const dir = mkdtempSync(join(tmpdir(), 'sluice-promql-'));
  const queries: Record<string, Answer> = {};
  let requests: Record<string, HttpAnswer>;

  beforeAll(async () => {
    [url, server] = await startWithSamples(dir);
    for (const entry of promqlCases) queries[keyOfQuery(entry)] = await askQuery(url, entry);
    requests = await answersOf(httpCases, ({ method, url: path, body }) =>
      ask(`${url}${encodeURI(path).replaceAll('%25', '%')}`, method, body),
    );
    // `RECORD=1 npm run test:real -- promql` refreshes what `npm test` compares with.
    if (process.env['RECORD'] !== undefined) writeRecords({ queries, requests });
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  test('every query has the same answer', () => {
    const ours = promqlCases.map((entry) => {
      const key = keyOfQuery(entry);
      return [key, alignedWith(queries[key] as Answer, ourAnswer(entry))];
    });
    expect(Object.fromEntries(ours)).toEqual(queries);
  });

  test('every query that is drawn at random has the same answer', async () => {
    const differences: string[] = [];
    for (let seed = firstSeed; seed <= lastSeed; seed += 1) {
      const entry = randomQuery(seed);
      const real = await askQuery(url, entry);
      const ours = alignedWith(real, ourAnswer(entry));
      if (JSON.stringify(ours) !== JSON.stringify(real)) differences.push(`${seed}: ${keyOfQuery(entry)}`);
    }
    expect(differences).toEqual([]);
  });

  test('every request has the same status and body', async () => {
    expect(await answersOf(httpCases, ourHttpAnswer)).toEqual(requests);
  });

  test('the recorded answers are still its answers', () => {
    expect(readRecords()).toEqual({ queries, requests });
  });
});

async function startWithSamples(dir: string): Promise<[string, Running]> {
  const help = "install Debian's package `prometheus`";
  const data = join(dir, 'data');
  writeFileSync(join(dir, 'samples'), openMetrics());
  writeFileSync(join(dir, 'prometheus.yml'), '{}\n');
  execFileSync(
    program('promtool', help, pathFolders()),
    ['tsdb', 'create-blocks-from', 'openmetrics', join(dir, 'samples'), data],
    { stdio: 'ignore' },
  );
  const [port] = (await freePorts(1)) as [number];
  const server = start(
    program('prometheus', help, pathFolders()),
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    join(dir, 'log'),
  );
  const url = `http://127.0.0.1:${port}`;
  await eventually('Prometheus to be ready', async () => {
    const reason = server.failure();
    if (reason !== undefined) throw new Error(reason);
    return (await fetch(`${url}/-/ready`)).ok;
  });
  return [url, server];
}

async function askQuery(url: string, entry: PromqlCase): Promise<Answer> {
  const { path, form } = requestOf(entry);
  const { body } = await ask(`${url}${path}`, 'POST', String(form));
  return answerOf(entry.query, body as PrometheusBody);
}

async function ask(url: string, method: string, form?: string): Promise<HttpAnswer> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(url, { method, ...(form === undefined ? {} : { body: form, headers }) });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}
