import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import { type HttpEndpoint, serveHttp } from '../../src/sandbox/http.ts';
import { createApiServer } from '../../src/sandbox/server.ts';
import { widgetDefinition } from '../conformance/widget-definition.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { type Going, kubectlGoing, kubectlWith, normalizedText, type Told } from './support/kubectl.ts';

const selector = { matchLabels: { app: 'kept' } };
const template = {
  metadata: { labels: { app: 'kept' } },
  spec: { containers: [{ name: 'c', image: 'web:1' }] },
};
const keptOf = (apiVersion: string, kind: string, spec: object) => ({
  apiVersion,
  kind,
  metadata: { name: 'kept' },
  spec,
});
const pruned = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { set: 'pruned' } },
});

const files: Readonly<Record<string, unknown>> = {
  'definition.yaml': widgetDefinition,
  'widget.yaml': widget({ size: 'small', parts: [{ name: 'a' }, { name: 'b', weight: 2 }] }),
  'widget-large.yaml': widget({ size: 'large', parts: [{ name: 'b', weight: 3 }] }),
  'widget-wrong.yaml': widget({ size: 'huge', replicas: 'many' }),
  'widget-misspelt.yaml': widget({ size: 'small', sise: 'small' }),
  'config.yaml': {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', labels: { app: 'web', tier: 'one' } },
    data: { a: '1', b: '2' },
  },
  'config-changed.yaml': {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', labels: { app: 'web' } },
    data: { a: '9', c: '3' },
  },
  'deployment.yaml': {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'web:1',
              ports: [{ containerPort: 80 }],
              resources: { limits: { cpu: '100m' } },
              readinessProbe: { httpGet: { path: '/', port: 80 } },
            },
          ],
        },
      },
    },
  },
  'service.yaml': {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
  },
  'autoscaler.yaml': {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ],
    },
  },
  'kept.yaml': {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      keptOf('apps/v1', 'StatefulSet', { serviceName: 'kept', selector, template }),
      keptOf('apps/v1', 'DaemonSet', { selector, template }),
      keptOf('v1', 'ReplicationController', { selector: { app: 'kept' }, template }),
      keptOf('v1', 'LimitRange', { limits: [{ type: 'Container', default: { cpu: '100m' } }] }),
      keptOf('networking.k8s.io/v1', 'NetworkPolicy', {
        podSelector: selector,
        ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }],
      }),
    ],
  },
  'prune-two.yaml': { apiVersion: 'v1', kind: 'List', items: [pruned('one'), pruned('two')] },
  'prune-one.yaml': pruned('one'),
  'node.yaml': { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-of-both' } },
  'kustomization/kustomization.yaml': {
    namePrefix: 'x-',
    resources: ['deployment.yaml'],
    images: [{ name: 'web', newTag: '9' }],
    configMapGenerator: [{ name: 'generated', literals: ['a=b'] }],
  },
  'kustomization/deployment.yaml': {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'kustomized' },
    spec: { selector, template },
  },
  'ingress.yaml': {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web' },
    spec: {
      rules: [
        {
          host: 'web.dev',
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
            ],
          },
        },
      ],
    },
  },
};

function widget(spec: object): object {
  return { apiVersion: 'conformance.dev/v1', kind: 'Widget', metadata: { name: 'w' }, spec };
}

const rolledOut = JSON.stringify({
  status: {
    observedGeneration: 3,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    conditions: [
      { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'there are enough' },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: 'it has arrived' },
    ],
  },
});
const merge = ['--type=merge', '-p'];

/** Commands in the order in which they are given, each on its own line as a person would type it; `'…'` holds spaces. */
const commands: readonly (string | readonly string[])[] = [
  'create namespace shop',
  'config set-context --current --namespace=shop',
  'get namespace shop',
  'get namespace shop -o yaml',
  'describe namespace shop',
  // a custom resource
  'wait crd/widgets.conformance.dev --for=condition=established --timeout=10s',
  'get crd widgets.conformance.dev',
  'api-resources --api-group=conformance.dev',
  'api-resources --api-group=conformance.dev -o wide',
  'api-resources --api-group=apps -o name',
  'explain widgets',
  'explain widgets.spec --recursive',
  'explain widgets.spec.parts',
  'explain widgets.spec.nothing',
  'explain wd.spec.size',
  'get widgets',
  'apply -f widget-wrong.yaml',
  'apply -f widget-misspelt.yaml',
  'apply -f widget-misspelt.yaml --validate=warn',
  'delete wd w',
  'create -f widget.yaml --dry-run=server',
  'create -f widget.yaml --dry-run=server -o yaml',
  'create -f widget.yaml --dry-run=client -o name',
  'diff -f widget.yaml',
  'apply -f widget.yaml',
  'apply -f widget.yaml',
  'get wd',
  'get wd -o wide',
  'get wd w -o yaml',
  'get wd w -o name',
  'get wd w --no-headers',
  ['get', 'wd', '-o', 'custom-columns=N:.metadata.name,S:.spec.size'],
  ['get', 'wd', 'w', '-o', 'jsonpath={.spec.parts[*].weight}'],
  ['get', 'wd', '-o', 'go-template={{range .items}}{{.spec.size}}{{end}}'],
  'get all',
  'describe wd w',
  'diff -f widget-large.yaml',
  'apply -f widget-large.yaml',
  'get wd w -o jsonpath={.spec}',
  'apply view-last-applied wd w',
  ['patch', 'wd', 'w', ...merge, '{"spec":{"replicas":2}}'],
  ['patch', 'wd', 'w', '--type=json', '-p', '[{"op":"replace","path":"/spec/size","value":"small"}]'],
  ['patch', 'wd', 'w', '-p', '{"spec":{"size":"large"}}'],
  ['patch', 'wd', 'w', ...merge, '{"spec":{"size":"huge"}}'],
  ['patch', 'wd', 'w', '--subresource=status', ...merge, '{"status":{"phase":"Ready","replicas":2}}'],
  'get wd w --subresource=status',
  'scale wd/w --replicas=3',
  'scale wd/w --replicas=4 --current-replicas=9',
  'scale wd/w --replicas=30',
  'get wd w --subresource=scale -o yaml',
  ['wait', 'wd/w', '--for=jsonpath={.spec.replicas}=3', '--timeout=5s'],
  ['wait', 'wd/w', '--for=jsonpath={.status.phase}=Ready', '--timeout=5s'],
  'label wd w tier=one',
  'label wd w tier=two',
  'label wd w tier=two --overwrite',
  'label wd w tier-',
  'annotate wd w note=here',
  'replace -f widget.yaml',
  'delete wd w',
  'delete wd w',
  'delete wd w --ignore-not-found',
  // server-side apply
  'apply --server-side -f config.yaml',
  'apply --server-side -f config.yaml --field-manager=other',
  'apply --server-side -f config-changed.yaml --field-manager=other',
  'apply --server-side -f config-changed.yaml --field-manager=other --force-conflicts',
  'get cm settings -o yaml --show-managed-fields',
  'apply -f config.yaml',
  'apply --server-side -f config-changed.yaml',
  'get cm settings -o yaml --show-managed-fields',
  'apply -f config.yaml',
  'diff --server-side --force-conflicts -f config-changed.yaml',
  'diff --server-side -f config-changed.yaml',
  'get cm',
  'get cm settings -o jsonpath={.data}',
  ['patch', 'cm', 'settings', '--type=strategic', '-p', '{"data":{"z":"26"}}'],
  ['patch', 'cm', 'settings', '--type=json', '-p', '[{"op":"test","path":"/data/z","value":"0"}]'],
  ['patch', 'cm', 'nothing', '-p', '{}'],
  'create cm more --from-literal=a=b',
  // of one key: kubectl prints several in a different order each time
  'describe cm more',
  'create cm more --from-literal=a=b',
  'get cm -l app=web',
  'get cm -l app!=web',
  ['get', 'cm', '-l', 'app in (web,shop),tier'],
  ['get', 'cm', '-l', 'app in (web'],
  'get cm --field-selector metadata.name=more',
  'get cm --field-selector data.a=b',
  'get cm --show-labels',
  'get cm --sort-by=.metadata.name -o name',
  'get cm -A --field-selector metadata.name=more',
  'get cm --chunk-size=1 -o name',
  'get cm,secrets -o name',
  'get nothing',
  'get cm settings more nothing',
  'get --raw /api/v1/namespaces/shop/configmaps/nothing',
  'get --raw /healthz',
  // workloads, which no controller moves here
  'apply -f deployment.yaml -f service.yaml -f ingress.yaml',
  'apply -f deployment.yaml',
  'get deploy,svc,ing',
  'get deploy -o wide',
  'get svc -o wide',
  'get deploy web -o yaml',
  'get svc web -o yaml',
  'describe deploy web',
  'describe svc web',
  'describe ing web',
  'set image deploy/web web=web:2',
  'set env deploy/web A=b',
  'set resources deploy/web --limits=cpu=200m',
  'scale deploy web --replicas=3',
  'rollout pause deploy/web',
  'rollout resume deploy/web',
  'rollout history deploy/web',
  'rollout status deploy/web --timeout=1s',
  [
    'patch',
    'deploy',
    'web',
    '-p',
    '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:1"}]}}}}',
  ],
  [
    'patch',
    'deploy',
    'web',
    '-p',
    '{"spec":{"template":{"spec":{"containers":[{"name":"side","$patch":"delete"}]}}}}',
  ],
  ['patch', 'deploy', 'web', '--type=merge', '-p', '{"spec":{"selector":{"matchLabels":{"app":"x"}}}}'],
  [
    'patch',
    'deploy',
    'web',
    '--subresource=status',
    ...merge,
    rolledOut.replace('"observedGeneration":3', '"observedGeneration":99'),
  ],
  'rollout status deploy/web --timeout=5s',
  'wait deploy/web --for=condition=available --timeout=5s',
  'get deploy',
  'apply -f autoscaler.yaml',
  'get hpa',
  'expose deploy web --name=again --port=8080',
  'create deployment other --image=other:1 --replicas=2',
  'create job once --image=once:1',
  'get job',
  'create secret generic hidden --from-literal=a=b',
  'get secret hidden -o jsonpath={.data.a}',
  'describe secret hidden',
  'create serviceaccount bot',
  'create role reader --verb=get --resource=pods',
  'create rolebinding readers --role=reader --serviceaccount=shop:bot',
  'describe role reader',
  'create ingress again --rule=again.dev/*=web:80',
  'create quota q --hard=pods=1 --dry-run=client -o name',
  'create pdb budget --selector=app=web --min-available=1',
  'get pdb',
  'run alone --image=alone:1 --port=80 --labels=app=alone',
  'get pods',
  'get pods -o wide',
  'describe pod alone',
  'get pod alone --watch-only --request-timeout=1s',
  'label pod alone extra=yes',
  'delete pod alone --grace-period=0 --force',
  'get events',
  // generators, and kinds that are kept without being acted upon
  'create service clusterip c1 --tcp=80:8080',
  'create service nodeport n1 --tcp=80:8080 --node-port=30100',
  'create service loadbalancer l1 --tcp=443',
  'create service externalname e1 --external-name=x.dev',
  'get svc e1 -o yaml',
  'describe svc l1',
  'create secret docker-registry r --docker-server=x.dev --docker-username=u --docker-password=p',
  'describe secret r',
  ['create', 'cronjob', 'nightly', '--image=j:1', '--schedule=0 1 * * *', '--', 'date'],
  'get cronjob -o wide',
  'describe cronjob nightly',
  'create job tonight --from=cronjob/nightly',
  'create quota q --hard=pods=5,cpu=2',
  'get quota q -o yaml',
  'create priorityclass kubectl-both --value=5 --description=x',
  'get priorityclass kubectl-both',
  'delete priorityclass kubectl-both',
  'apply -f kept.yaml',
  'get sts,ds,netpol,limits,rc -o wide',
  'get sts,ds,netpol,limits,rc -o yaml',
  'describe sts kept',
  'describe ds kept',
  'describe netpol kept',
  'scale sts kept --replicas=3',
  'rollout status sts/kept --timeout=1s',
  'set image ds/kept c=x:2',
  'delete -f kept.yaml',
  'create deployment sized --image=web:1',
  'autoscale deploy/sized --min=1 --max=3 --cpu-percent=50',
  'get hpa sized -o yaml',
  ['patch', 'hpa', 'sized', ...merge, '{"spec":{"behavior":{"scaleDown":{"stabilizationWindowSeconds":5}}}}'],
  'describe hpa sized',
  'apply -f prune-two.yaml',
  'apply --prune -l set=pruned -f prune-one.yaml --prune-allowlist=core/v1/ConfigMap',
  'apply -k kustomization',
  'diff -k kustomization',
  'get deploy x-kustomized -o yaml',
  'delete -k kustomization',
  'create cm edited --from-literal=text=before-edit',
  'edit cm edited',
  'get cm edited -o yaml',
  'edit cm edited',
  'rollout restart deploy/sized',
  'rollout undo deploy/sized',
  'set env deploy/sized A=b C-',
  'set env deploy/sized --list',
  'set serviceaccount deploy/sized bot',
  'set selector svc/c1 app=web',
  'set subject rolebinding readers --user=joe',
  'get rolebinding readers -o wide',
  'create -f node.yaml',
  'get nodes node-of-both -o wide',
  'cordon node-of-both',
  'uncordon node-of-both',
  'taint node node-of-both k=v:NoSchedule',
  'taint node node-of-both k=w:NoSchedule',
  'taint node node-of-both k=w:NoSchedule --overwrite',
  'taint node node-of-both k-',
  'taint node node-of-both k=v:Bogus',
  'drain node-of-both --force --ignore-daemonsets',
  'delete node node-of-both',
  'top pods',
  'get endpoints',
  'api-resources --api-group=autoscaling',
  ['patch', 'deploy', 'sized', ...merge, '{"spec":{"bogus":1}}'],
  ['get', 'deploy', '-o', 'jsonpath-as-json={.items[*].metadata.name}'],
  ['get', 'deploy', '--sort-by={.spec.nope}'],
  // mistakes
  'create cm frozen --from-literal=a=b',
  ['patch', 'cm', 'frozen', ...merge, '{"data":{"x/y":"1"}}'],
  ['patch', 'cm', 'frozen', ...merge, '{"immutable":true}'],
  ['patch', 'cm', 'frozen', ...merge, '{"data":{"a":"c"}}'],
  ['patch', 'cm', 'frozen', ...merge, '{"metadata":{"uid":"other"}}'],
  'create secret generic typed --type=kubernetes.io/basic-auth --from-literal=x=y',
  'create priorityclass too-high --value=2000000000',
  'create quota best --hard=services=1 --scopes=BestEffort',
  ['patch', 'rolebinding', 'readers', ...merge, '{"roleRef":{"name":"other"}}'],
  'create deployment judged --image=judged:1 --replicas=0 --port=80',
  'get deploy judged --subresource=scale',
  ...[
    '"strategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":0}}',
    '"progressDeadlineSeconds":0',
    '"minReadySeconds":0,"paused":false',
    '"template":{"spec":{"dnsPolicy":"Nope"}}',
    '"template":{"spec":{"tolerations":[{"key":"a","operator":"Like"}]}}',
    '"template":{"spec":{"volumes":[{"name":"v","emptyDir":{},"hostPath":{"path":"/x"}}]}}',
    '"template":{"spec":{"containers":[{"name":"judged","imagePullPolicy":"Sometimes"}]}}',
    '"template":{"spec":{"containers":[{"name":"judged","livenessProbe":{"periodSeconds":3}}]}}',
    '"template":{"spec":{"containers":[{"name":"judged","resources":{"limits":{"cpu":"1x"}}}]}}',
    '"template":{"spec":{"containers":[{"name":"judged","resources":{"limits":{"cpu":"1000m"}}}]}}',
    '"template":{"spec":{"containers":[{"name":"judged","env":[{"name":"A","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu"}}}]}]}}',
  ].map((spec) => ['patch', 'deploy', 'judged', '-p', `{"spec":{${spec}}}`]),
  'get deploy judged -o yaml',
  'describe deploy judged',
  'delete deploy judged',
  // rights
  'auth can-i get pods',
  'auth can-i delete nodes',
  'auth can-i create deployments.apps --subresource=scale',
  'auth whoami -o name',
  'auth can-i get /healthz',
  // tokens, ephemeral containers, sizes
  'create serviceaccount bot',
  'create token bot --duration=1m',
  'create token nobody',
  'run solo --image=web:1',
  'debug solo --image=busybox -c look --quiet --attach=false',
  'get pod solo -o jsonpath={.spec.ephemeralContainers[*].image}',
  [
    'patch',
    'pod',
    'solo',
    '--subresource=resize',
    '-p',
    '{"spec":{"containers":[{"name":"solo","resources":{"requests":{"cpu":"200m"}}}]}}',
  ],
  'get pod solo -o jsonpath={.spec.containers[0].resources}',
  'delete pod solo --now',
  'delete serviceaccount bot',
  // endings
  'delete deploy web --cascade=background',
  'delete deploy other --cascade=orphan --wait=false',
  'delete svc,ing -l nothing=here',
  'delete svc again',
  'delete cm -l app=web',
  'delete cm --all --dry-run=server',
  'delete -f ingress.yaml',
  'delete -f ingress.yaml --ignore-not-found',
  'delete job once --cascade=orphan --wait=false',
  'replace --force -f service.yaml',
  'delete namespace shop --wait=false',
];

/** Differences that are meant; the reason stands in docs/deviations.md. */
const meant: Readonly<Record<string, string>> = {
  'describe namespace shop': 'Status:',
  'explain widgets': 'KIND:  Widget',
};

/** What the sandbox says when a kind is written that nothing in it acts upon. */
const notActedUpon = /^Warning: the sandbox has no .*\n/gm;

interface Side {
  run(args: readonly string[]): Promise<Told>;
  go(args: readonly string[]): Going;
  stop(): Promise<void>;
}

async function realSide(folder: string): Promise<Side> {
  const plane: ControlPlane = await startControlPlane({ controllers: false });
  const config = join(folder, 'config');
  writeFileSync(config, readFileSync(plane.kubeconfig));
  return {
    run: kubectlWith(config, folder),
    go: (args) => kubectlGoing(config, folder, args),
    stop: () => plane.stop(),
  };
}

async function embeddedSide(folder: string): Promise<Side> {
  const server = createApiServer({ clock: realClock(), random: random(1) });
  const endpoint: HttpEndpoint = await serveHttp(server);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'real', cluster: { server: endpoint.url } }],
    users: [{ name: 'admin', user: {} }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'admin', namespace: 'default' } }],
    'current-context': 'real',
  };
  const path = join(folder, 'config');
  writeFileSync(path, JSON.stringify(config));
  return {
    run: kubectlWith(path, folder),
    go: (args) => kubectlGoing(path, folder, args),
    stop: () => endpoint.close(),
  };
}

describe('kubectl cannot tell the sandbox from a real API server', () => {
  const root = mkdtempSync(join(tmpdir(), 'sluice-kubectl-'));
  let real: Side;
  let embedded: Side;

  beforeAll(async () => {
    const folders = ['real', 'embedded'].map((name) => join(root, name)) as [string, string];
    for (const folder of folders) {
      mkdirSync(join(folder, 'kustomization'), { recursive: true });
      for (const [name, object] of Object.entries(files))
        writeFileSync(join(folder, name), stringify(object));
    }
    real = await realSide(folders[0]);
    embedded = await embeddedSide(folders[1]);
    for (const side of [real, embedded]) await side.run(['create', '-f', 'definition.yaml']);
  });
  afterAll(async () => {
    await real?.stop();
    await embedded?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  test.each(
    commands.map((command) => [typeof command === 'string' ? command : command.join(' '), command] as const),
  )('kubectl %s', async (text, command) => {
    const args = typeof command === 'string' ? command.split(' ') : command;
    const [theirs, ours] = await Promise.all([real.run(args), embedded.run(args)]);
    const told = { code: ours.code, text: normalizedText(ours.text).replace(notActedUpon, '') };
    if (meant[text] === undefined)
      expect(told).toEqual({ code: theirs.code, text: normalizedText(theirs.text) });
    else expect(told.text).toContain(meant[text]);
  });

  /** What a watch of widgets shows while one of them changes and goes. */
  async function watched(side: Side, ...options: string[]): Promise<string> {
    await side.run(['apply', '-n', 'default', '-f', 'widget.yaml']);
    const going = side.go(['get', 'wd', '-n', 'default', '-w', ...options]);
    try {
      await going.lines(options.includes('-o=name') ? 1 : 2);
      await side.run(['patch', '-n', 'default', 'wd', 'w', ...merge, '{"spec":{"replicas":5}}']);
      await side.run(['label', '-n', 'default', 'wd', 'w', 'app=web']);
      await side.run(['delete', '-n', 'default', 'wd', 'w']);
      return normalizedText(await going.lines(options.includes('-o=name') ? 4 : 5));
    } finally {
      going.stop();
    }
  }

  test.each([[], ['-o=wide'], ['--output-watch-events'], ['-o=name'], ['--show-labels']])(
    'kubectl get -w %s',
    async (...options) => {
      expect(await watched(embedded, ...options)).toBe(await watched(real, ...options));
    },
  );
});
