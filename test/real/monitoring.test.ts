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
const template = (url: string): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'errors', namespace: 'default' },
  spec: {
    metrics: [
      {
        name: 'errors',
        count: 3,
        interval: '1s',
        successCondition: 'result < 5',
        provider: { web: { url, jsonPath: '{$.value}' } },
      },
    ],
  },
});

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

  test('no panel is empty after a release', async () => {
    const [metricsPort = 0, healthzPort = 0] = await freePorts(2);
    const source = createServer((_, response) => response.end('{"value": 1}'));
    await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve));
    const prometheus = await startPrometheus([`127.0.0.1:${metricsPort}`]);
    const ending = new AbortController();
    const running = runController(
      ['--kubeconfig', kubeconfig, `--metricsPort=${metricsPort}`, `--healthzPort=${healthzPort}`],
      { environment: {}, version: 'test', out: () => {}, err: () => {}, ending: ending.signal },
    );
    try {
      const create = (object: KubeObject, type: ResourceType) =>
        eventually(`${type.kind} ${object.metadata.name} to be created`, () => cluster.create(object, type));
      const url = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
      await create(service('shop'), resources.services);
      await create(service('shop-canary'), resources.services);
      await create(ingress, resources.ingresses);
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

      for (const { title, expr } of panelLines()) {
        await eventually(`"${title}" to show something: ${expr}`, async () => {
          const { length } = await ask(prometheus.url, expr);
          return length > 0;
        });
      }
      const firing = await Promise.all(
        rules().groups.flatMap((group) =>
          (group.rules as readonly { alert: string; expr: string }[]).map(async ({ alert, expr }) => ({
            alert,
            series: await ask(prometheus.url, expr),
          })),
        ),
      );
      const spoke = firing.filter(({ series }) => series.length > 0).map(({ alert }) => alert);
      // the old pods are there still, and no alert of ours speaks in an ordinary release
      expect(spoke.filter((alert) => alert !== 'RolloutReplicasUnavailable')).toEqual([]);
    } finally {
      ending.abort();
      await running;
      await prometheus.stop();
      await new Promise((resolve) => source.close(resolve));
    }
  });
});

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

async function ask(url: string, expr: string): Promise<unknown[]> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
  const body = (await response.json()) as { error?: string; data?: { result: unknown[] } };
  if (body.data === undefined) throw new Error(`${expr}: ${body.error}`);
  return body.data.result;
}
