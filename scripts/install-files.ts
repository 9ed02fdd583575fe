// What an installation is made of and follows from the sources: the rights in config/ and in the chart, their page, the chart's CRDs.
import { Document, isScalar, stringify, visit } from 'yaml';
import {
  inNamespaces,
  ownPermissions,
  type Permission,
  type PermissionPart,
  type PolicyRule,
  permissions,
  rulesOf,
  selfServicePermissions,
} from '../src/operator/permissions.ts';
import { valuesSchema, valuesTable, valuesYaml } from './chart-values.ts';
import { prometheusRule } from './monitoring/alerts.ts';
import { grafanaDashboard } from './monitoring/dashboard.ts';

const generated = '# Generated from src/operator/permissions.ts by `npm run generate`.\n';
const chart = 'charts/sluice';

/**
 * @param crds the text of each CRD by its file name.
 * @param catalogue the data of config/notifications' ConfigMap.
 */
export function installFiles(
  crds: ReadonlyMap<string, string>,
  catalogue: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>([
    ['config/cluster/role.yaml', documents(clusterRole('sluice', permissions), ...aggregateRoles())],
    ['config/namespaced/role.yaml', documents(role('sluice', inNamespaces(permissions)))],
    ['config/self-service/role.yaml', documents(clusterRole('sluice-self-service', selfServicePermissions))],
    ['config/base/leader-role.yaml', documents(role('sluice-leader', ownPermissions))],
    [`${chart}/templates/_rules.tpl`, chartRules()],
    [`${chart}/values.yaml`, valuesYaml()],
    [`${chart}/values.schema.json`, valuesSchema()],
    [`${chart}/README.md`, chartPage()],
    ['docs/permissions.md', permissionsPage()],
  ]);
  const rule = stringify(prometheusRule(), { lineWidth: 120 });
  const ofMonitoring = '# Generated from scripts/monitoring by `npm run generate`.\n';
  const dashboard = `${JSON.stringify(grafanaDashboard(), undefined, 2)}\n`;
  files.set('config/monitoring/prometheus-rule.yaml', ofMonitoring + rule);
  files.set(`${chart}/files/prometheus-rule.yaml`, ofMonitoring + rule);
  files.set('config/monitoring/grafana-dashboard.json', dashboard);
  files.set(`${chart}/files/grafana-dashboard.json`, dashboard);
  files.set(
    `${chart}/files/notifications.yaml`,
    `# Generated from config/notifications/configmap.yaml by \`npm run generate\`.\n${stringify(catalogue, { lineWidth: 0 })}`,
  );
  for (const [name, text] of crds) files.set(`${chart}/files/crds/${name}`, text);
  files.set(
    `${chart}/files/crds/kustomization.yaml`,
    `# For config/crds; the chart leaves it out.\n${stringify({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [...crds.keys()],
    })}`,
  );
  return files;
}

function documents(...objects: readonly object[]): string {
  return generated + objects.map(yaml).join('---\n');
}

/** Lists of words in one line, as people write rules. */
function yaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Seq: (_, list) => {
      list.flow = list.items.every(isScalar);
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function clusterRole(name: string, granted: readonly Permission[]): object {
  return { ...role(name, granted), kind: 'ClusterRole' };
}

function role(name: string, granted: readonly Permission[]): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name },
    rules: rulesOf(granted),
  };
}

const ownKinds = ['rollouts', 'experiments', 'analysisruns', 'analysistemplates', 'clusteranalysistemplates'];
const userVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** What the cluster's own roles admin, edit and view get of our kinds: what the peer's give. */
export function userRules(role: 'admin' | 'edit' | 'view'): readonly object[] {
  const apiGroups = ['argoproj.io'];
  const resources = [...ownKinds, 'rollouts/scale', 'rollouts/status'];
  return [{ apiGroups, resources, verbs: role === 'view' ? ['get', 'list', 'watch'] : userVerbs }];
}

const userRoles = ['admin', 'edit', 'view'] as const;

function aggregateRoles(): object[] {
  return userRoles.map((name) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: {
      name: `sluice-aggregate-to-${name}`,
      labels: { [`rbac.authorization.k8s.io/aggregate-to-${name}`]: 'true' },
    },
    rules: userRules(name),
  }));
}

/** The value of the chart that a part's rights depend on; undefined for those that every installation needs. */
export function chartValueOf(part: PermissionPart): string | undefined {
  if (part === 'core') return undefined;
  if (part === 'selfService') return 'notifications.selfService';
  return part === 'jobs' || part === 'secrets' ? `rbac.${part}` : `providerRBAC.providers.${part}`;
}

/** Named templates with the rules, each part under its value. */
function chartRules(): string {
  const granted = [...permissions, ...selfServicePermissions];
  const parts = [...new Set(granted.map(({ part }) => part))];
  const blocks = parts.map((part) => {
    const ofPart = granted.filter((each) => each.part === part);
    const everywhere = rulesOf(inNamespaces(ofPart));
    const clusterOnly = rulesOf(ofPart.filter(({ type }) => !type.namespaced));
    const text =
      rulesText(everywhere) +
      (clusterOnly.length === 0
        ? ''
        : `{{- if .Values.clusterInstall }}\n${rulesText(clusterOnly)}{{- end }}\n`);
    return guarded(part, text);
  });
  const users = userRoles.map(
    (name) => `{{- define "sluice.userRules.${name}" -}}\n${yaml(userRules(name))}{{- end }}\n`,
  );
  return `{{- /* Generated from src/operator/permissions.ts by \`npm run generate\`. */ -}}
{{- define "sluice.rules" -}}
${blocks.join('')}{{- end }}
{{- define "sluice.ownRules" -}}
${rulesText(rulesOf(ownPermissions))}{{- end }}
${users.join('')}`;
}

function guarded(part: PermissionPart, text: string): string {
  const value = chartValueOf(part);
  if (value === undefined) return text;
  const isOn = value.startsWith('providerRBAC.')
    ? `and .Values.providerRBAC.enabled .Values.${value}`
    : `.Values.${value}`;
  return `{{- if ${isOn} }}\n${text}{{- end }}\n`;
}

function rulesText(rules: readonly PolicyRule[]): string {
  return rules.length === 0 ? '' : yaml(rules);
}

function permissionsPage(): string {
  const row = ({ part, type, subresource, verbs, names = [], why }: Permission) => {
    const resource = `${type.plural}${subresource === undefined ? '' : `/${subresource}`}`;
    const named = names.map((name) => ` \`${name}\``).join('');
    const group = rulesOf([{ part, type, verbs, why }])[0]?.apiGroups.map((name) =>
      name === '' ? 'core' : name,
    );
    const value = chartValueOf(part);
    return `| ${resource}${named} | ${group?.join(', ')} | ${verbs.join(', ')} | ${why} | ${value === undefined ? '' : `\`${value}\``} |`;
  };
  const head = '| resource | group | verbs | what for | chart value |\n|---|---|---|---|---|\n';
  return `# What the controller may do

Each right, and what it is for. \`config/\` and the chart in \`charts/sluice\` grant exactly these. Tests play releases on a real API
server under them, and compare them with its audit log: nothing is refused, and every right is asked for (those on finalizers by an
admission plugin). So that rare requests count too, answers are lost in these plays, and others write first. Where the last column names
a value of the chart, the right can be left out by setting it to \`false\`. Generated from \`src/operator/permissions.ts\`.

## In the namespaces that it watches

A ClusterRole for a cluster-wide installation, a Role in each namespace otherwise (then without clusteranalysistemplates).

${head}${permissions.map(row).join('\n')}

## There too, with \`--self-service-notification-enabled\`

Granted by \`notifications.selfService=true\` of the chart, or by the component \`config/self-service\`; else not.

${head}${selfServicePermissions.map(row).join('\n')}

## In its own namespace

A Role, however it is installed.

${head}${ownPermissions.map(row).join('\n')}
`;
}

function chartPage(): string {
  return `# The chart of Sluice

    helm install sluice charts/sluice --namespace sluice --create-namespace --set controller.image.repository=REGISTRY/sluice

How to install, upgrade and remove it, in one namespace, in shards, on EKS: [docs/install.md](../../docs/install.md). Values that are not
in this table are refused. Generated from \`scripts/chart-values.ts\`.

${valuesTable()}`;
}
