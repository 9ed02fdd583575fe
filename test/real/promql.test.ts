import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';
import {
  type Answer,
  ourAnswer,
  type PrometheusBody,
  roundedAnswer,
  theirAnswer,
} from '../sandbox/series/promql-answer.ts';
import {
  openMetrics,
  originMs,
  type PromqlCase,
  promqlCases,
  refusedQueries,
} from '../sandbox/series/promql-samples.ts';
import { eventually, freePorts, pathFolders, program, type Running, start } from './support/processes.ts';

const recordedFile = join(__dirname, '../sandbox/series/promql-recorded.json');
const cases: readonly PromqlCase[] = [...promqlCases, ...refusedQueries.map((query) => ({ query, at: 450 }))];

describe('PromQL against a real Prometheus over the same samples', () => {
  let url: string;
  let server: Running;
  const dir = mkdtempSync(join(tmpdir(), 'sluice-promql-'));
  const answers: Record<string, Answer> = {};

  beforeAll(async () => {
    [url, server] = await startWithSamples(dir);
    for (const entry of cases) {
      answers[`${entry.query} at ${entry.at}`] = roundedAnswer(
        theirAnswer(entry.query, await ask(url, entry)),
      );
    }
    // `RECORD=1 npm run test:real -- promql` refreshes what `npm test` compares with.
    if (process.env['RECORD'] !== undefined)
      writeFileSync(recordedFile, `${JSON.stringify(answers, null, 1)}\n`);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  test('every query has the same answer', () => {
    const ours = cases.map((entry) => [`${entry.query} at ${entry.at}`, roundedAnswer(ourAnswer(entry))]);
    expect(Object.fromEntries(ours)).toEqual(answers);
  });

  test('the recorded answers are still its answers', () => {
    expect(JSON.parse(readFileSync(recordedFile, 'utf8'))).toEqual(answers);
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

async function ask(url: string, { query, at, until, step }: PromqlCase): Promise<PrometheusBody> {
  const time = (seconds: number) => String(originMs / 1000 + seconds);
  const isRange = until !== undefined && step !== undefined;
  const form: Record<string, string> = isRange
    ? { query, start: time(at), end: time(until), step: String(step) }
    : { query, time: time(at) };
  const response = await fetch(`${url}/api/v1/${isRange ? 'query_range' : 'query'}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return (await response.json()) as PrometheusBody;
}
