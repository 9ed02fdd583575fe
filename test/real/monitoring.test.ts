import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { rows } from '../../scripts/monitoring/dashboard.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { type ResourceType, resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { runController } from '../../src/operator/main.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { metricTable } from '../../src/shell/metric-table.ts';
import { eventually, freePorts, pathFolders, program } from './support/processes.ts';
import { startPrometheus } from './support/prometheus.ts';
import { type RealCluster, startRealCluster } from './support/real-cluster.ts';

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; annotations?: object }[] }[];
}

const ruleFile = join(__dirname, '../../config/monitoring/prometheus-rule.yaml');
const rules = () => (parse(readFileSync(ruleFile, 'utf8')) as { spec: RuleFile }).spec;

describe('the alert rules, by promtool', () => {
  const promtool = (args: readonly string[], cwd: string) =>
    execFileSync(program('promtool', "install Debian's package `prometheus`", pathFolders()), args, {
      cwd,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'sluice-rules-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test('are rules', () => {
    writeFileSync(join(dir, 'all.yaml'), stringify(rules()));
    expect(promtool(['check', 'rules', 'all.yaml'], dir)).toContain('SUCCESS');
  });

  test('are silent and speak when they should, each of them', () => {
    const bare = rules().groups.map((group) => ({
      ...group,
      rules: group.rules.map(({ annotations: _, ...rule }) => rule), // the tests are about when, not about words
    }));
    writeFileSync(join(dir, 'rules.yaml'), stringify({ groups: bare }));
    copyFileSync(join(__dirname, 'fixtures/alerts.yaml'), join(dir, 'alerts.yaml'));
    expect(promtool(['test', 'rules', 'alerts.yaml'], dir)).toContain('SUCCESS');
    const stories = readFileSync(join(dir, 'alerts.yaml'), 'utf8');
    const spoken = (name: string) => new RegExp(`alertname: ${name}\\n\\s+exp_alerts:\\n\\s+- exp_labels`);
    const untested = bare.flatMap((group) => group.rules).filter(({ alert }) => !spoken(alert).test(stories));
    expect(untested.map(({ alert }) => alert)).toEqual([]);
  });
});

const labels = { app: 'shop' };
const rollout = (image: string): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'shop', namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
    strategy: {
      canary: {
        canaryService: 'shop-canary',
        stableService: 'shop',
        trafficRouting: { nginx: { stableIngress: 'shop' } },
        steps: [{ setWeight: 50 }, { analysis: { templates: [{ templateName: 'errors' }] } }],
      },
    },
  },
});
const service = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { selector: labels, ports: [{ port: 80 }] },
});
const ingress: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'shop', namespace: 'default' },
  spec: {
    ingressClassName: 'nginx',
    rules: [
      {
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'shop', port: { number: 80 } } } },
          ],
        },
      },
    ],
  },
};
/** What nobody must read: a secret of a metric, the kubeconfig's token, and one that the server refuses. */
const planted = { metric: 'p1anted-of-metric', kubeconfig: 'admin-token', refused: 'p1anted-and-refused' };
const secret: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'metrics', namespace: 'default' },
  data: { token: Buffer.from(planted.metric).toString('base64') },
} as KubeObject;
const template = (url: string): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'errors', namespace: 'default' },
  spec: {
    args: [{ name: 'token', valueFrom: { secretKeyRef: { name: 'metrics', key: 'token' } } }],
    metrics: [
      {
        name: 'errors',
        count: 3,
        interval: '1s',
        successCondition: 'result < 5',
        provider: { web: { url: `${url}/{{args.token}}`, jsonPath: '{$.value}' } },
      },
    ],
  },
});

/** Of the metrics that rules are about: those that an ordinary release and an abort do not touch, and why. */
const untouched: Readonly<Record<string, string>> = {
  rollout_reconcile_error: 'nothing failed',
  analysis_run_reconcile_error: 'nothing failed',
  experiment_reconcile_error: 'nothing failed',
  notification_send_error: 'nobody is told',
  sluice_rollout_weight_verified: 'no load balancer is asked',
  sluice_rollout_split_differs: 'no requests are counted',
  sluice_series_folded_total: 'there are few objects',
  sluice_watch_restarts_total: 'no watch has ended',
};

describe('the dashboard, over a Prometheus that scrapes the controller', () => {
  let real: RealCluster;
  let cluster: Cluster;
  let kubeconfig: string;
  beforeAll(async () => {
    real = await startRealCluster();
    cluster = real.cluster;
    kubeconfig = real.plane.kubeconfig;
  });
  afterAll(() => real?.stop());

  test('a token that is refused shows neither in the log nor on a page', async () => {
    const [metricsPort = 0, healthzPort = 0] = await freePorts(2);
    const file = join(mkdtempSync(join(tmpdir(), 'sluice-refused-')), 'kubeconfig');
    writeFileSync(file, readFileSync(kubeconfig, 'utf8').replace(planted.kubeconfig, planted.refused));
    const { ending, lines, running } = startController(file, metricsPort, healthzPort);
    await eventually('it to be told so', async () => lines.some((line) => line.includes('Unauthorized')));
    const pages = [
      await pageOf(metricsPort, '/metrics'),
      await pageOf(healthzPort, '/readyz'),
      await pageOf(healthzPort, '/healthz'),
    ];
    ending.abort();
    await running;
    expect(pages[0]).toContain('status_code="401"');
    expect(tellingSecrets([...pages, ...lines])).toEqual([]);
  });

  test('no panel is empty after a release and an abort, each rule is about what is there, and no secret shows', async () => {
    const [metricsPort = 0, healthzPort = 0] = await freePorts(2);
    const source = createServer((_, response) => response.end('{"value": 1}'));
    await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve));
    const prometheus = await startPrometheus([`127.0.0.1:${metricsPort}`]);
    const { ending, lines, running } = startController(kubeconfig, metricsPort, healthzPort);
    try {
      const create = (object: KubeObject, type: ResourceType) =>
        eventually(`${type.kind} ${object.metadata.name} to be created`, () => cluster.create(object, type));
      const url = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
      await create(service('shop'), resources.services);
      await create(service('shop-canary'), resources.services);
      await create(ingress, resources.ingresses);
      await create(secret, resources.secrets);
      await create(template(url), resources.analysisTemplates);
      await create(rollout('shop:v1'), resources.rollouts);
      const ref = { type: resources.rollouts, namespace: 'default', name: 'shop' };
      const status = async () => ((await cluster.get(ref)) as Rollout | undefined)?.status;
      await eventually('the first revision to be healthy', async () => (await status())?.phase === 'Healthy');
      const first = (await status())?.stableRS;
      await prometheus.shows('rollout_info{phase="Completed"}', 1); // so that what grows has a value to grow from
      await cluster.patch(ref, { kind: 'merge', body: { spec: rollout('shop:v2').spec } });
      await eventually('the release to end', async () => {
        const { phase, stableRS } = (await status()) ?? {};
        return phase === 'Healthy' && stableRS !== first;
      });

      const firing = async () => {
        const found = await Promise.all(
          ruleList().map(async ({ alert, expr }) => ({ alert, series: await ask(prometheus.url, expr) })),
        );
        return found.filter(({ series }) => series.length > 0).map(({ alert }) => alert);
      };
      // the old pods are there still, and no alert of ours speaks in an ordinary release
      const usual = new Set(['RolloutReplicasUnavailable']);
      expect((await firing()).filter((alert) => !usual.has(alert))).toEqual([]);

      await cluster.patch(ref, { kind: 'merge', body: { spec: rollout('shop:v3').spec } });
      await eventually('its analysis to run', async () => {
        return (await status())?.canary?.currentStepAnalysisRunStatus?.status === 'Running';
      });
      await cluster.patch(
        ref,
        { kind: 'merge', body: { status: { abort: true } } },
        { subresource: 'status' },
      );
      await eventually('the abort to be done', async () => (await status())?.phase === 'Degraded');
      await prometheus.shows('rollout_info{phase="Abort"}', 1);
      expect((await firing()).filter((alert) => !usual.has(alert))).toEqual(['RolloutAborted']);

      for (const { title, expr } of panelLines()) {
        await eventually(`"${title}" to show something: ${expr}`, async () => {
          const { length } = await ask(prometheus.url, expr);
          return length > 0;
        });
      }
      const about = new Set(ruleList().flatMap(({ expr }) => metricsIn(expr)));
      const absent: string[] = [];
      for (const name of about) {
        const series = await ask(prometheus.url, `{__name__=~"${name}(_bucket)?"}`);
        if (series.length === 0) absent.push(name);
      }
      expect(absent.filter((name) => untouched[name] === undefined)).toEqual([]);

      expect(readFileSync(kubeconfig, 'utf8')).toContain(planted.kubeconfig);
      expect(tellingSecrets([await pageOf(metricsPort, '/metrics'), ...lines])).toEqual([]);
    } finally {
      ending.abort();
      await running;
      await prometheus.stop();
      await new Promise((resolve) => source.close(resolve));
    }
  });
});

/** Our controller in this process, with everything that it logs; `running` resolves once `ending` has ended it. */
function startController(file: string, metricsPort: number, healthzPort: number) {
  const ending = new AbortController();
  const lines: string[] = [];
  const running = runController(
    [
      ...['--kubeconfig', file, '--loglevel=debug'],
      ...[`--metricsPort=${metricsPort}`, `--healthzPort=${healthzPort}`],
    ],
    {
      environment: {},
      version: 'test',
      out: () => {},
      err: (text) => lines.push(text),
      ending: ending.signal,
    },
  );
  return { ending, lines, running };
}

async function pageOf(port: number, path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).text();
}

function tellingSecrets(texts: readonly string[]): string[] {
  const words = Object.values(planted).flatMap((word) => [word, Buffer.from(word).toString('base64')]);
  return texts.filter((text) => words.some((word) => text.includes(word)));
}

/** Every query of every panel, with what Grafana would put in. */
function panelLines(): { title: string; expr: string }[] {
  const filled = (expr: string) =>
    expr
      .replaceAll('$__rate_interval', '1m')
      .replaceAll('$__range', '1h')
      .replaceAll(/\$(namespace|name)\b/g, '.*');
  return rows.flatMap(({ panels }) =>
    panels.flatMap(({ title, lines }) => lines.map(({ expr }) => ({ title, expr: filled(expr) }))),
  );
}

const ruleList = () =>
  rules().groups.flatMap((group) => group.rules as readonly { alert: string; expr: string }[]);

function metricsIn(expr: string): string[] {
  const words = expr.match(/[a-z_]+/g) ?? [];
  return words.map((word) => word.replace(/_bucket$/, '')).filter((word) => Object.hasOwn(metricTable, word));
}

async function ask(url: string, expr: string): Promise<unknown[]> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
  const body = (await response.json()) as { error?: string; data?: { result: unknown[] } };
  if (body.data === undefined) throw new Error(`${expr}: ${body.error}`);
  return body.data.result;
}
