import { createServer, type Server } from 'node:http';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import { type AnalysisRun, isCompleted } from '../../src/api/v1alpha1/analysis.ts';
import { awsCredentials } from '../../src/metrics/aws-credentials.ts';
import { runController } from '../../src/operator/main.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { lifeAnnotations } from '../../src/sandbox/workloads/annotations.ts';
import { type Moto, startMoto } from './support/moto.ts';
import { eventually, freePorts } from './support/processes.ts';
import { type RealPrometheus, startPrometheus } from './support/prometheus.ts';
import { type RealCluster, startRealCluster } from './support/real-cluster.ts';

/** One answer for each source that cannot be had here; what it says is written after its published description. */
const answers: Readonly<Record<string, unknown>> = {
  '/gate': { open: true, who: 'hunter2-token' },
  '/render': [{ target: 'errors', datapoints: [[0.5, 1767259740]] }],
  '/graphql': { data: { apdex: 9900 } },
  '/newrelic': { data: { actor: { account: { nrql: { results: [{ rate: 0.5 }] } } } } },
  '/api/v1/query': { status: 'ok', series: [{ pointlist: [[1767259740000, 0.25]] }] },
  '/canaryConfig': [{ id: 'c1', name: 'errors' }],
  '/canary/c1': { canaryExecutionId: 'e1' },
  '/canary/e1': { complete: true, result: { judgeResult: { score: { score: 95 } } } },
  '/api/v2/query': [
    '#datatype,string,long,double',
    '#group,false,false,false',
    '#default,_result,,',
    ',result,table,_value',
    ',,0,0.5',
    '',
  ].join('\r\n'),
};

async function serveAnswers(): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    const answer = answers[(request.url ?? '').split('?', 1)[0] as string];
    const isJson = typeof answer !== 'string';
    response
      .writeHead(answer === undefined ? 404 : 200, {
        'content-type': isJson ? 'application/json' : 'text/csv',
      })
      .end(isJson ? JSON.stringify(answer) : answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as { port: number }).port}` };
}

describe('AnalysisRuns that belong to nobody, on a real API server', () => {
  let real: RealCluster;
  let prometheus: RealPrometheus;
  let moto: Moto;
  let cluster: Cluster;
  let sources: { server: Server; origin: string };
  let metricsPort: number;
  let operator: Promise<number>;
  const ending = new AbortController();
  const log: string[] = [];

  beforeAll(async () => {
    // one after the other: what has started is stopped, whichever of them is missing
    real = await startRealCluster();
    cluster = real.cluster;
    prometheus = await startPrometheus();
    moto = await startMoto();
    sources = await serveAnswers();
    for (const [name, data] of Object.entries(secretsFor(sources.origin))) await secret(name, data);
    [metricsPort] = (await freePorts(1)) as [number];
    operator = runController(
      [
        '--kubeconfig',
        real.plane.kubeconfig,
        `--metricsPort=${metricsPort}`,
        '--healthzPort=0',
        '--leader-elect=false',
      ],
      {
        environment: {
          POD_NAMESPACE: 'default',
          ARGO_ROLLOUTS_PROMETHEUS_ADDRESS: prometheus.url,
          DD_API_KEY: 'hunter2-api',
          DD_APP_KEY: 'hunter2-app',
          DD_ADDRESS: sources.origin,
        },
        version: 'test',
        out: (text) => log.push(text),
        err: (text) => log.push(text),
        ending: ending.signal,
      },
    );
  });
  afterAll(async () => {
    ending.abort();
    await operator;
    sources?.server.close();
    await Promise.all([real?.stop(), prometheus?.stop(), moto?.stop()]);
  });

  const secretsFor = (origin: string): Record<string, Record<string, string>> => ({
    newrelic: {
      'personal-api-key': 'hunter2-key',
      'account-id': '1',
      'base-url-nerdgraph': `${origin}/newrelic`,
    },
    influxdb: { address: origin, authToken: 'hunter2-influx', org: 'shop' },
    login: { token: 'hunter2-token' },
  });

  async function secret(name: string, data: Record<string, string>) {
    const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
    await cluster.create(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: 'default' },
        ...{ data: Object.fromEntries(encoded) },
      } as KubeObject,
      resources.secrets,
    );
  }

  const refOf = (name: string) => ({ type: resources.analysisRuns, namespace: 'default', name });
  const read = async (name: string) => (await cluster.get(refOf(name))) as AnalysisRun;

  async function begin(name: string, metrics: object[], more: object = {}) {
    const run = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      metadata: { name, namespace: 'default' },
      spec: { metrics, ...more },
    };
    await eventually('the CRDs to serve', async () =>
      cluster.create(run as KubeObject, resources.analysisRuns),
    );
  }

  async function ended(name: string): Promise<NonNullable<AnalysisRun['status']>> {
    await eventually(`run ${name} to end`, async () => isCompleted((await read(name)).status?.phase));
    return (await read(name)).status as NonNullable<AnalysisRun['status']>;
  }

  const measurementOf = (status: AnalysisRun['status']) => status?.metricResults?.[0]?.measurements?.[0];
  const jobMetric = (name: string, exitCode: string | undefined) => ({
    name,
    provider: {
      job: {
        spec: {
          backoffLimit: 0,
          template: {
            metadata: exitCode === undefined ? {} : { annotations: { [lifeAnnotations.exitCode]: exitCode } },
            spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'alpine' }] },
          },
        },
      },
    },
  });

  test('a real Prometheus is asked where the environment says', async () => {
    prometheus.set('shop_errors', 0.25);
    await prometheus.shows('shop_errors', 0.25);
    const provider = { prometheus: { query: 'shop_errors' } };
    await begin('prometheus', [{ name: 'errors', successCondition: 'result[0] < 0.5', provider }]);
    const status = await ended('prometheus');
    expect(status).toMatchObject({
      phase: 'Successful',
      metricResults: [{ metadata: { ResolvedPrometheusQuery: 'shop_errors' } }],
    });
    expect(measurementOf(status)?.value).toBe('[0.25]');
  });

  test('a range of a real Prometheus', async () => {
    const rangeQuery = { start: 'now() - duration("2s")', end: 'now()', step: '1s' };
    const provider = { prometheus: { query: 'vector(3)', rangeQuery } };
    await begin('range', [
      { name: 'm', successCondition: 'len(result) == 3 && all(result, # == 3)', provider },
    ]);
    expect((await ended('range')).phase).toBe('Successful');
  });

  test('a query that a real Prometheus refuses is an error in its words', async () => {
    const provider = { prometheus: { query: 'rate(' } };
    await begin('refused', [{ name: 'm', consecutiveErrorLimit: 0, provider }]);
    const status = await ended('refused');
    expect(status.phase).toBe('Error');
    expect(measurementOf(status)?.message).toMatch(/^bad_data: invalid parameter "query": 1:6: parse error/);
  });

  test.each([
    ['0', 'Successful'],
    ['1', 'Failed'],
  ])('a Job whose pod ends with %s makes the run %s', async (exitCode, phase) => {
    const name = `job-${exitCode}`;
    await begin(name, [jobMetric('smoke', exitCode)]);
    const status = await ended(name);
    expect(status.phase).toBe(phase);
    const { uid } = (await read(name)).metadata;
    expect(measurementOf(status)?.metadata).toEqual({
      'job-name': `${uid}.smoke.1`,
      'job-namespace': 'default',
    });
  });

  const jobsOf = async (name: string) => {
    const { uid } = (await read(name)).metadata;
    const labelSelector = `analysisrun.argoproj.io/uid=${uid}`;
    return (await cluster.list(resources.jobs, { namespace: 'default', labelSelector })).items;
  };

  test('a run that is told to stop takes its Job and its pods with it', async () => {
    await begin('job-stopped', [jobMetric('soak', undefined)]);
    await eventually('the Job', async () => (await jobsOf('job-stopped')).length === 1);
    await cluster.patch(refOf('job-stopped'), { kind: 'merge', body: { spec: { terminate: true } } });
    const status = await ended('job-stopped');
    expect(status.phase).toBe('Inconclusive');
    expect(measurementOf(status)?.message).toBe('Metric Terminated');
    await eventually('the Job to be gone', async () => (await jobsOf('job-stopped')).length === 0);
  });

  test('Jobs go with the measurements that are not kept', async () => {
    const metric = { ...jobMetric('ping', '0'), interval: '1s', count: 4 };
    await begin('job-garbage', [metric], { measurementRetention: [{ metricName: 'ping', limit: 1 }] });
    expect(await ended('job-garbage')).toMatchObject({ metricResults: [{ count: 4 }] });
    await eventually('old Jobs to be gone', async () => {
      const left = await jobsOf('job-garbage');
      return left.length === 1 && left[0]?.metadata.name.endsWith('.ping.4');
    });
  });

  test('CloudWatch is asked through the real SDK, for several runs in one call', async () => {
    const client = new CloudWatchClient({});
    await client.send(
      new PutMetricDataCommand({
        Namespace: 'shop',
        MetricData: [
          { MetricName: 'errors', Value: 3, Timestamp: new Date(Date.now() - 60_000) },
          { MetricName: 'requests', Value: 100, Timestamp: new Date(Date.now() - 60_000) },
        ],
      }),
    );
    const queriesSent = async () => {
      const page = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      const value = (name: string) =>
        Number(new RegExp(`^${name}\\{provider="cloudWatch"[^}]*\\} (\\d+)$`, 'm').exec(page)?.[1] ?? 0);
      return {
        sent: value('sluice_metric_queries_total'),
        spared: value('sluice_metric_query_cache_hits_total'),
      };
    };
    const stat = (id: string) => ({
      id,
      metricStat: { metric: { namespace: 'shop', metricName: id }, period: 60, stat: 'Sum' },
    });
    const metric = (name: string, value: number, metricDataQueries: object[]) => ({
      name,
      successCondition: `len(result) == 1 && result[0].Id == "${name}" && hasPrefix(result[0].Label, "${name}") && sum(result[0].Values) == ${value} && string(result[0].StatusCode) == "Complete"`,
      provider: { cloudWatch: { interval: '10m', metricDataQueries } },
    });
    await begin('cloudwatch', [
      metric('rate', 3, [
        { id: 'rate', expression: 'errors' },
        { ...stat('errors'), returnData: false },
      ]),
      metric('requests', 100, [stat('requests')]),
    ]);
    const status = await ended('cloudwatch');
    expect(status).toMatchObject({ phase: 'Successful' });
    expect(status.metricResults?.map(({ measurements }) => measurements?.[0]?.value)).toEqual([
      '[[3]]',
      '[[100]]',
    ]);
    expect(await queriesSent()).toEqual({ sent: 1, spared: 1 });
    client.destroy();
  });

  test('a role is taken on with the credentials of the surroundings', async () => {
    const read = awsCredentials();
    const roleArn = 'arn:aws:iam::123456789012:role/metrics';
    const taken = await read({ region: 'eu-west-1', roleArn });
    expect(taken.accessKeyId).toMatch(/^ASIA/);
    expect(taken.sessionToken).toBeDefined();
    expect(await read({ region: 'eu-west-1', roleArn })).toEqual(taken);
    expect((await read({ region: 'eu-west-1' })).accessKeyId).toBe('AKIAIOSFODNN7EXAMPLE');
  });

  const elsewhere: readonly [string, (origin: string) => object, string | undefined, string | undefined][] = [
    ['datadog', () => ({ query: 'avg:errors{*}' }), 'result < 0.5', '0.25'],
    ['newRelic', () => ({ query: 'SELECT rate' }), 'result.rate == 0.5', '{"rate":0.5}'],
    ['graphite', (address) => ({ address, query: 'target=errors' }), 'result[0] == 0.5', '[0.500000]'],
    ['influxdb', () => ({ query: 'from(bucket: "shop")' }), 'result[0] == 0.5', '[0.5]'],
    [
      'skywalking',
      (address) => ({ address, query: 'query q { apdex }', interval: '5m' }),
      'result.apdex > 9000',
      '{"apdex":9900}',
    ],
    [
      'kayenta',
      (address) => ({
        address,
        application: 'shop',
        canaryConfigName: 'errors',
        metricsAccountName: 'm',
        configurationAccountName: 'c',
        storageAccountName: 's',
        threshold: { pass: 90, marginal: 75 },
        scopes: [
          {
            name: 'default',
            controlScope: { scope: 'a', region: 'r', step: 60 },
            experimentScope: { scope: 'b', region: 'r', step: 60 },
          },
        ],
        lookback: true,
      }),
      undefined,
      '95',
    ],
  ];
  test.each(elsewhere)('%s is asked over the network', async (kind, settings, successCondition, value) => {
    const name = kind.toLowerCase();
    const metric = { name: 'm', provider: { [kind]: settings(sources.origin) } };
    await begin(name, [successCondition === undefined ? metric : { ...metric, successCondition }]);
    const status = await ended(name);
    expect(measurementOf(status)).toMatchObject({ phase: 'Successful', value });
  });

  test('no secret is in any run, event or line of the log', async () => {
    const web = {
      url: `${sources.origin}/gate`,
      headers: [{ key: 'Authorization', value: 'Bearer {{args.token}}' }],
    };
    await begin('web', [{ name: 'gate', successCondition: 'result.open', provider: { web } }], {
      args: [{ name: 'token', valueFrom: { secretKeyRef: { name: 'login', key: 'token' } } }],
    });
    expect((await ended('web')).phase).toBe('Successful');
    const runs = await cluster.list(resources.analysisRuns);
    const events = await cluster.list(resources.events);
    expect(`${JSON.stringify([runs, events])}${log.join('')}`).not.toContain('hunter2');
  });
});
