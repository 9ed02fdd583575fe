import type { Recorded, RecordedCase } from './exchange.ts';

const scope = (name: string) => ({ scope: name, region: 'eu west', step: 60 });
const provider = {
  address: 'http://kayenta:8090/',
  application: 'shop & co',
  canaryConfigName: 'errors',
  metricsAccountName: 'prom',
  configurationAccountName: 'configs',
  storageAccountName: 'store',
  threshold: { pass: 90, marginal: 75 },
  scopes: [{ name: 'default', controlScope: scope('stable'), experimentScope: scope('canary') }],
};
const configs = {
  request: {
    method: 'GET',
    url: 'http://kayenta:8090/canaryConfig?application=shop+%26+co&configurationAccountName=store',
  },
  body: [
    { id: 'no', name: 'latency', updatedTimestamp: 1 },
    { id: 'c/1', name: 'errors', updatedTimestamp: 2 },
  ],
};
const sides = (start: string, end: string) => {
  const side = (of: string) => ({ scope: of, location: 'eu west', step: 60, start, end });
  return { default: { controlScope: side('stable'), experimentScope: side('canary') } };
};
const begun = (start: string, end = '2026-01-01T09:30:00Z') => ({
  request: {
    method: 'POST',
    url: 'http://kayenta:8090/canary/c%2F1?application=shop+%26+co&metricsAccountName=prom&configurationAccountName=configs&storageAccountName=store',
    headers: { 'content-type': 'application/json' },
    body: { scopes: sides(start, end), thresholds: { pass: 90, marginal: 75 } },
  },
  body: { canaryExecutionId: 'e1' },
});
const looked = (body: object) => ({ request: { method: 'GET', url: 'http://kayenta:8090/canary/e1' }, body });
const scored = (score: unknown) => looked({ complete: true, result: { judgeResult: { score: { score } } } });
const running = { phase: 'Running', resumeAt: Date.UTC(2026, 0, 1, 9, 30, 15) };
const started = { ...running, metadata: { canaryExecutionId: 'e1' } };

const ended = (title: string, score: number, phase: string): RecordedCase => ({
  title,
  provider,
  interval: '10m',
  wire: [configs, begun('2026-01-01T09:20:00Z'), looked({ complete: false }), scored(score)],
  progress: [started, running, { phase, text: String(Math.trunc(score)) }],
});
const failing = (
  title: string,
  wire: RecordedCase['wire'],
  error: string,
  more: object = {},
): RecordedCase => ({
  title,
  provider: { ...provider, ...more },
  interval: '10m',
  wire,
  error,
});

export const kayentaCases: Recorded = {
  kind: 'kayenta',
  source: 'https://github.com/spinnaker/kayenta (Swagger: /canaryConfig, /canary)',
  cases: [
    ended('a score that passes', 90, 'Successful'),
    ended('a score between the limits, cut to a whole number', 89.9, 'Inconclusive'),
    ended('a score below', 74, 'Failed'),
    {
      title: 'a look back to the start of the run',
      provider: { ...provider, lookback: true },
      wire: [configs, begun('2026-01-01T09:00:00Z'), scored(100)],
      progress: [started, { phase: 'Successful' }],
    },
    failing('no such configuration', [configs], 'Canary config not found', { canaryConfigName: 'other' }),
    failing(
      'configurations that are not to be had',
      [{ ...configs, status: 503 }],
      'Invalid Response: HTTP 503',
    ),
    failing(
      'an execution that is refused',
      [configs, { ...begun('2026-01-01T09:20:00Z'), status: 400, body: {} }],
      'Invalid Response',
    ),
    failing(
      'no answer to whether it is complete',
      [configs, begun('2026-01-01T09:20:00Z'), looked({})],
      'Missing Complete Status',
    ),
    failing(
      'no score',
      [configs, begun('2026-01-01T09:20:00Z'), looked({ complete: true })],
      'Missing Score',
    ),
    failing(
      'a score that is no number',
      [configs, begun('2026-01-01T09:20:00Z'), scored('90')],
      'Missing Score',
    ),
    failing(
      'a start for one side only',
      [],
      'controlScope.start and experimentScope.start must both be set or be empty',
      {
        scopes: [
          {
            name: 'default',
            controlScope: { ...scope('stable'), start: '2026-01-01T00:00:00Z' },
            experimentScope: scope('canary'),
          },
        ],
      },
    ),
    {
      title: 'no interval to look back over',
      provider,
      wire: [],
      error: 'Invalid duration "": time: invalid duration ""',
    },
  ],
};
