import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/api/meta.ts';
import type { PolicyRule } from '../../src/operator/permissions.ts';
import {
  codeOf,
  comparable,
  helm,
  kustomized,
  rendered,
  rightsOf,
  root,
  writeOverlay,
  yamlOf,
} from './support/chart.ts';
import { podSpecOf } from './support/container.ts';
import { monitoring } from './support/prometheus-operator.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-chart-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ofMonitoring = (objects: readonly KubeObject[]) =>
  objects.filter(
    ({ kind, metadata }) => /Monitor|PrometheusRule/.test(kind) || /dashboard/.test(metadata.name),
  );
const named = (objects: readonly KubeObject[]) =>
  Object.fromEntries(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]).sort());
const notifications = 'ConfigMap/argo-rollouts-notification-configmap';

const setFlag = /--set(-json|-string)? (?:'([^']*)'|(\S+))/g;

/** The lines of a block that set values of the chart, each with the lines that it goes on in. */
function setsOf(block: string): string[] {
  const lines = block.replaceAll(/\\\n\s*/g, '').split('\n');
  return lines
    .filter((line) => !line.includes('argo/argo-rollouts'))
    .flatMap((line) => {
      const sets = [...line.matchAll(setFlag)].map(([set]) => set).join(' ');
      return sets === '' ? [] : [sets];
    });
}

/** The whole cluster, with a component beside it, as an overlay of somebody's own has it. */
function overlaid(component: string): KubeObject[] {
  writeOverlay(folder, { resources: ['config'], components: [component] });
  return kustomized(folder);
}

describe('the chart', () => {
  test('has nothing that Helm complains of', () => {
    expect(helm('lint', '--strict', '--quiet', 'charts/sluice')).toBe('');
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['what is no value', { 'controller.replica': 3 }, "additional properties 'replica' not allowed"],
    ['nobody’s account', { 'serviceAccount.create': false }, 'serviceAccount.name is needed'],
    [
      'a ServiceMonitor of no Service',
      { ...monitoring, 'controller.metrics.enabled': false },
      'controller.metrics.serviceMonitor.enabled needs the Service',
    ],
    ['IRSA without a role', { 'aws.identity': 'irsa' }, 'aws.identity=irsa needs aws.roleArn'],
    ['a role that nobody gets', { 'aws.roleArn': 'arn' }, 'aws.roleArn needs aws.identity'],
    [
      'IRSA for an account that is another’s',
      {
        'aws.identity': 'irsa',
        'aws.roleArn': 'arn',
        'serviceAccount.create': false,
        'serviceAccount.name': 'gatekeeper',
      },
      'annotate gatekeeper with eks.amazonaws.com/role-arn where it is made',
    ],
    [
      'both identities of EKS',
      {
        'aws.identity': 'podIdentity',
        'serviceAccount.annotations': { 'eks.amazonaws.com/role-arn': 'arn' },
      },
      'exclude each other',
    ],
    [
      'notifications for a ConfigMap that is another’s',
      { 'notifications.triggers': { 'trigger.on-x': '- send: [x]' } },
      'notifications.triggers needs the ConfigMap',
    ],
    [
      'keys of a Secret that is another’s',
      { 'notifications.secret.items': { token: 't' } },
      'notifications.secret.items needs the Secret',
    ],
  ])('refuses %s, by its name', (_, values, why) => {
    expect(() => rendered(values)).toThrow(why);
  });

  const asShown = [
    'install.md',
    'migrate-from-argo-rollouts.md',
    'notifications.md',
    'gitops.md',
    'metrics.md',
  ];

  test.each(asShown.flatMap((page) => codeOf(page).flatMap(setsOf)))(
    'takes `%s`, as the docs have it',
    (sets) => {
      const args = [...sets.matchAll(setFlag)].flatMap(([, kind, quoted, plain]) => [
        `--set${kind ?? ''}`,
        quoted ?? plain ?? '',
      ]);
      expect(() =>
        helm('template', 'sluice', 'charts/sluice', '--kube-version', '1.34.0', ...args),
      ).not.toThrow();
    },
  );

  test('takes the values that docs/install.md shows', () => {
    const shown = yamlOf('install.md', 'aws', 'extraObjects', 'notifications');
    expect(shown.length).toBeGreaterThanOrEqual(3);
    for (const values of shown) {
      const file = join(folder, 'values.json');
      writeFileSync(file, JSON.stringify(values));
      const args = ['sluice', 'charts/sluice', '--kube-version', '1.34.0', '--values', file];
      expect(() => helm('template', ...args)).not.toThrow();
    }
  });

  test.each([
    ['config/cluster', { installCRDs: false }],
    ['config/namespaced', { installCRDs: false, clusterInstall: false }],
  ])('is the same as %s', (path, values) => {
    const namespace = path === 'config/cluster' ? 'sluice' : 'default';
    const ofFolder = kustomized(path).filter(({ kind }) => kind !== 'Namespace');
    expect(named(ofFolder.map(comparable))).toEqual(named(rendered(values, namespace).map(comparable)));
  });

  test('has the monitoring of config/monitoring, and none of it unless that is wanted', () => {
    expect(ofMonitoring(rendered())).toEqual([]);
    const ofChart = named(ofMonitoring(rendered(monitoring)).map(comparable));
    expect(Object.keys(ofChart)).toEqual([
      'ConfigMap/sluice-dashboard',
      'PrometheusRule/sluice',
      'ServiceMonitor/sluice',
    ]);
    expect(ofChart).toEqual(named(kustomized('config/monitoring').map(comparable)));
  });

  describe('has a NetworkPolicy', () => {
    interface Rule {
      readonly ports?: readonly { port: number }[];
      readonly to?: readonly object[];
    }
    const out = (values: Record<string, unknown>) => {
      const policy = rendered(values).find(({ kind }) => kind === 'NetworkPolicy');
      return (policy as KubeObject & { spec: { egress: Rule[] } }).spec.egress;
    };
    const ports = (rules: readonly Rule[]) => rules.map((rule) => rule.ports?.map(({ port }) => port));
    const prometheus = { ports: [{ port: 9090 }] };
    const agent = [{ ipBlock: { cidr: '169.254.170.23/32' } }, { ipBlock: { cidr: 'fd00:ec2::23/128' } }];

    test('that lets everything out, unless that is narrowed', () => {
      expect(out({})).toEqual([{}]);
      expect(out({ 'aws.identity': 'podIdentity' })).toEqual([{}]);
    });

    test('that lets out to DNS and the API server beside what is narrow', () => {
      expect(ports(out({ 'networkPolicy.egress': [prometheus] }))).toEqual([[9090], [53, 53], [443, 6443]]);
      expect(ports(out({ 'networkPolicy.egress': [] }))).toEqual([
        [53, 53],
        [443, 6443],
      ]);
      const to = [{ ipBlock: { cidr: '10.0.0.1/32' } }];
      const narrow = { 'networkPolicy.egress': [], 'networkPolicy.apiServer': { to, ports: [443] } };
      expect(out(narrow).at(-1)).toMatchObject({ ports: [{ port: 443 }], to });
    });

    test('that lets out to the agent of Pod Identity, where that is who gives the identity', () => {
      const rules = out({ 'networkPolicy.egress': [prometheus], 'aws.identity': 'podIdentity' });
      expect(rules.at(-1)).toMatchObject({ ports: [{ port: 80 }], to: agent });
      expect(rules).toHaveLength(4);
    });
  });

  test('annotates the ServiceAccount for IRSA, beside other annotations', () => {
    const values = {
      'aws.identity': 'irsa',
      'aws.roleArn': 'arn:aws:iam::1:role/sluice',
      'serviceAccount.annotations': { owner: 'web' },
    };
    expect(rendered(values).find(({ kind }) => kind === 'ServiceAccount')?.metadata.annotations).toEqual({
      'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/sluice',
      owner: 'web',
    });
  });

  test('puts monitoring where it is looked for, and the Service is found from there', () => {
    const at = 'controller.metrics.serviceMonitor';
    const objects = rendered({
      ...monitoring,
      [`${at}.namespace`]: 'monitoring',
      [`${at}.additionalLabels`]: { release: 'prometheus', 'app.kubernetes.io/name': 'mine' },
    });
    const monitor = objects.find(({ kind }) => kind === 'ServiceMonitor') as KubeObject & {
      spec: { selector: { matchLabels: Record<string, string> } };
    };
    expect(monitor).toMatchObject({
      metadata: {
        namespace: 'monitoring',
        labels: { release: 'prometheus', 'app.kubernetes.io/name': 'mine' },
      },
      spec: { namespaceSelector: { matchNames: ['sluice'] } },
    });
    const found = objects.filter(
      ({ kind, metadata }) =>
        kind === 'Service' &&
        Object.entries(monitor.spec.selector.matchLabels).every(
          ([key, value]) => metadata.labels?.[key] === value,
        ),
    );
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['sluice-metrics']);
  });

  test('has alert rules that Prometheus takes', () => {
    const rule = rendered(monitoring).find(({ kind }) => kind === 'PrometheusRule') as KubeObject & {
      spec: object;
    };
    const file = join(folder, 'rules.json');
    writeFileSync(file, JSON.stringify(rule.spec));
    expect(execFileSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })).toContain('SUCCESS');
  });

  test('has the notifications of config/notifications, and what is set goes first', () => {
    const catalogue = parse(readFileSync(join(root, 'config/notifications/configmap.yaml'), 'utf8')) as {
      data: Record<string, string>;
    };
    const create = { 'notifications.configmap.create': true, 'notifications.defaultTemplates': true };
    const mine = { 'template.rollout-aborted': 'message: stop' };
    expect(named(rendered(create))[notifications]).toMatchObject({ data: catalogue.data });
    expect(named(rendered({ ...create, 'notifications.templates': mine }))[notifications]).toMatchObject({
      data: { ...catalogue.data, ...mine },
    });
  });

  test('lets namespaces configure notifications, by the flag and rights that config/self-service has', () => {
    const parts = (objects: readonly KubeObject[]) => ({
      args: podSpecOf(objects.find(({ kind }) => kind === 'Deployment') as KubeObject).containers[0]?.args,
      rights: rightsOf(
        objects
          .filter(({ kind, metadata }) => kind === 'ClusterRole' && !metadata.name.includes('aggregate'))
          .flatMap((role) => (role as KubeObject & { rules: PolicyRule[] }).rules),
      ),
    });
    const without = parts(rendered());
    const ofChart = parts(rendered({ 'notifications.selfService': true }));
    expect(ofChart.args).toEqual([...(without.args ?? []), '--self-service-notification-enabled']);
    expect(ofChart.rights.filter((right) => !without.rights.includes(right))).toEqual([
      'list configmaps. argo-rollouts-notification-configmap',
      'list secrets. argo-rollouts-notification-secret',
      'watch configmaps. argo-rollouts-notification-configmap',
      'watch secrets. argo-rollouts-notification-secret',
    ]);
    expect(parts(overlaid('config/self-service'))).toEqual(ofChart);
  });
});
