import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxKubeconfig } from '../../src/cli/sandbox/kubeconfig.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import { type HttpEndpoint, serveHttp } from '../../src/sandbox/http.ts';
import { workloadResources } from '../../src/sandbox/workloads/workload-api.ts';
import { createWorld } from '../../src/sandbox/world.ts';
import { type Connection, connect } from '../../src/shell/kube-client/connect.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { kubectlWith, normalizedText, type Told } from './support/kubectl.ts';
import { startKubelet } from './support/kubelet.ts';

/** A line a person types; what a rollout prints on its way depends on the moment, so of those only the last line counts. */
const commands: readonly (string | readonly string[])[] = [
  'create deployment web --image=web:v1 --replicas=3 --port=80',
  'rollout status deployment/web --timeout=60s',
  'wait deployment/web --for=condition=Available --timeout=20s',
  ['wait', 'deployment/web', '--for=jsonpath={.status.readyReplicas}=3', '--timeout=20s'],
  ['wait', 'deployment/web', '--for=jsonpath={.spec.template.spec.containers[0].image}', '--timeout=20s'],
  'wait pod -l app=web --for=condition=Ready --timeout=20s',
  ['wait', 'deployment/web', '--for=jsonpath={.status.readyReplicas}=9', '--timeout=1s'],
  'wait deployment/nothing --for=condition=Available --timeout=1s',
  'wait deployment/web --for=create --timeout=5s',
  'get deployment web --no-headers -o wide',
  'get rs -l app=web --no-headers',
  'annotate deployment/web kubernetes.io/change-cause=first',
  'set image deployment/web web=web:v2',
  'rollout status deployment/web --timeout=60s',
  'rollout history deployment/web',
  'rollout history deployment/web --revision=2',
  'rollout history deployment/web --revision=7',
  'rollout undo deployment/web --dry-run=server',
  'rollout undo deployment/web',
  'rollout status deployment/web --timeout=60s',
  'get deployment web -o jsonpath={.spec.template.spec.containers[0].image}',
  'rollout history deployment/web',
  'rollout undo deployment/web --to-revision=2',
  'rollout undo deployment/web --to-revision=9',
  'rollout status deployment/web --timeout=60s',
  'rollout pause deployment/web',
  'rollout pause deployment/web',
  'set resources deployment/web --limits=cpu=200m,memory=64Mi --requests=cpu=100m',
  'rollout status deployment/web --timeout=1s',
  'rollout undo deployment/web',
  'rollout restart deployment/web',
  'rollout resume deployment/web',
  'rollout status deployment/web --timeout=60s',
  'set env deployment/web COLOUR=blue',
  'set env deployment/web --list',
  'rollout restart deployment/web',
  'rollout status deployment/web --timeout=60s',
  'scale deployment/web --replicas=1',
  ['wait', 'deployment/web', '--for=jsonpath={.status.replicas}=1', '--timeout=30s'],
  'expose deployment/web --port=80 --target-port=8080',
  'expose deployment/web --port=80',
  'autoscale deployment/web --min=2 --max=4 --cpu-percent=80',
  'autoscale deployment/web --max=4',
  ['wait', 'deployment/web', '--for=jsonpath={.status.availableReplicas}=2', '--timeout=90s'],
  'get hpa web -o jsonpath={.spec.scaleTargetRef.name}{.spec.metrics[0].resource.name}',
  'delete hpa web',
  ['create', 'cronjob', 'nightly', '--image=task:v1', '--schedule=0 1 * * *', '--restart=Never'],
  [
    ...['patch', 'cronjob', 'nightly', '--type=merge', '-p'],
    '{"spec":{"jobTemplate":{"spec":{"template":{"metadata":{"annotations":{"sandbox.sluice.dev/exit-code":"0"}}}}}}}',
  ],
  'create job tonight --from=cronjob/nightly',
  'wait job/tonight --for=condition=Complete --timeout=30s',
  'get job tonight --no-headers',
  'delete job tonight',
  'wait job/tonight --for=delete --timeout=20s',
  'label deployment/web tier=one',
  'label deployment/web tier=two',
  'label deployment/web tier=two --overwrite',
  'label pods -l app=web seen=yes --overwrite',
  'annotate deployment/web note=a',
  'annotate deployment/web note=b',
  'annotate deployment/web note=b --overwrite',
  'events --for=deployment/nothing',
  'get events --field-selector involvedObject.name=nothing',
  'top pods',
  'top nodes',
  'delete deployment web --cascade=foreground --timeout=60s',
  'get rs,pods -l app=web',
  // our own kinds
  'wait crd --all --for=condition=Established --timeout=20s',
  'api-resources --api-group=argoproj.io -o wide',
  ...['rollouts', 'analysisruns', 'analysistemplates', 'clusteranalysistemplates', 'experiments'].map(
    (kind) => `explain ${kind} --recursive`,
  ),
  'explain rollout.spec.strategy.canary.steps',
  'explain ro.spec.nothing',
  'get ro,ar,at,cat,exp',
];

const isRollout = (text: string) => text.startsWith('rollout status');

/** Hashes of templates, and what makes names of pods different, depend on who made them; so do kinds that nothing acts upon. */
function told({ code, text }: Told, command: string) {
  const same = normalizedText(text)
    .replace(/^Warning: the sandbox has no .*\n/gm, '')
    .replace(/pod-template-hash=[a-z0-9]+/g, 'pod-template-hash=<hash>')
    .replace(/\bweb-[a-z0-9]{6,10}(-[a-z0-9]{5})?\b/g, 'web-<hash>')
    .trimEnd()
    .split('\n');
  const lines = isRollout(command) && code === 0 ? same.slice(-1) : [...new Set(same)];
  return { code, lines };
}

interface Side {
  run(args: readonly string[]): Promise<Told>;
  stop(): Promise<void>;
}

async function realSide(folder: string): Promise<Side> {
  const plane: ControlPlane = await startControlPlane();
  const limits = { perSecond: 1000, burst: 1000 };
  const connection: Connection = await connect(
    { file: plane.kubeconfig },
    { clock: realClock(), random: random(1), limits },
  );
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'sandbox-1' } };
  await connection.cluster.create(node, workloadResources.nodes);
  const kubelet = startKubelet(connection.cluster, () => new Date().toISOString());
  return {
    run: kubectlWith(plane.kubeconfig, folder),
    async stop() {
      await kubelet.stop();
      await connection.close();
      await plane.stop();
    },
  };
}

async function embeddedSide(folder: string): Promise<Side> {
  const world = createWorld({ clock: realClock(5), random: random(1) });
  const endpoint: HttpEndpoint = await serveHttp(world.server);
  const config = join(folder, 'config');
  writeFileSync(config, sandboxKubeconfig(endpoint.url));
  return {
    run: kubectlWith(config, folder),
    async stop() {
      world.stop();
      await endpoint.close();
    },
  };
}

describe('a session with kubectl on workloads reads the same here and under kube-controller-manager', () => {
  const root = mkdtempSync(join(tmpdir(), 'sluice-kubectl-'));
  const sides: Side[] = [];

  beforeAll(async () => {
    const folders = ['real', 'embedded'].map((name) => join(root, name)) as [string, string];
    for (const folder of folders) mkdirSync(folder);
    sides.push(await realSide(folders[0]), await embeddedSide(folders[1]));
    for (const side of sides) await side.run(['create', '-f', join(import.meta.dirname, '../../crds')]);
  }, 120_000);
  afterAll(async () => {
    for (const side of sides) await side.stop();
    rmSync(root, { recursive: true, force: true });
  });

  test.each(
    commands.map((command) => [typeof command === 'string' ? command : command.join(' '), command] as const),
  )(
    'kubectl %s',
    async (text, command) => {
      const args = typeof command === 'string' ? command.split(' ') : command;
      const [theirs, ours] = (await Promise.all(sides.map((side) => side.run(args)))) as [Told, Told];
      expect(told(ours, text)).toEqual(told(theirs, text));
    },
    120_000,
  );
});
