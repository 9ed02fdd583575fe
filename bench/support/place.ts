import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resources } from '../../src/api/resources.ts';
import { packagedCrds } from '../../src/cli/package-files.ts';
import { sandboxKubeconfig } from '../../src/cli/sandbox/kubeconfig.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import { type Cluster, isApiError } from '../../src/ports/cluster.ts';
import { serveHttp } from '../../src/sandbox/http.ts';
import { createWorld } from '../../src/sandbox/world.ts';
import { connect } from '../../src/shell/kube-client/connect.ts';
import { startKubelet } from '../../test/real/support/kubelet.ts';

/** A cluster that a controller in another process is measured on, from outside. */
export interface Place {
  /** What the figures were measured on, in words. */
  readonly name: string;
  readonly cluster: Cluster;
  /** File for the controller. */
  readonly kubeconfig: string;
  /** Namespace of the measurement's objects; deleted at the end. */
  readonly namespace: string;
  close(): Promise<void>;
}

const clock = realClock();
const chance = random(process.pid);
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * The cluster of `KUBECONFIG`, with a namespace of its own; without it the embedded cluster, served on loopback. A cluster
 * without nodes gets a stand-in that makes its pods ready. It must have the CRDs, Istio's VirtualService among them, and the
 * controllers of Kubernetes, which make the pods of ReplicaSets.
 */
export async function openPlace(namespace: string): Promise<Place> {
  const file = process.env['KUBECONFIG'];
  return file === undefined || file === '' ? embedded(namespace) : real(namespace, file);
}

async function real(namespace: string, file: string): Promise<Place> {
  const limits = { perSecond: 1000, burst: 1000 }; // what measures must not be what is slow
  const connection = await connect({ file }, { clock, random: chance, limits });
  const { cluster } = connection;
  await requireTypes(cluster);
  const ref = { type: resources.namespaces, namespace: undefined, name: namespace };
  if ((await cluster.get(ref)) === undefined) {
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await cluster.create(object, resources.namespaces);
  }
  const nodes = await cluster.list({
    group: '',
    version: 'v1',
    kind: 'Node',
    plural: 'nodes',
    namespaced: false,
  });
  const kubelet =
    nodes.items.length === 0 ? startKubelet(cluster, () => new Date().toISOString()) : undefined;
  return {
    name: `the API server of ${file}${kubelet === undefined ? '' : ', which has no nodes: pods become ready at once'}`,
    cluster,
    kubeconfig: file,
    namespace,
    async close() {
      await cluster.delete(ref);
      await kubelet?.stop();
      await connection.close();
    },
  };
}

/** Says what is missing before anything is made, instead of waiting for Rollouts that never become Healthy. */
async function requireTypes(cluster: Cluster): Promise<void> {
  for (const type of [resources.rollouts, resources.virtualServices]) {
    try {
      await cluster.list(type, { limit: 1 });
    } catch (error) {
      if (!isApiError(error, 404)) throw error;
      const remedy =
        type === resources.rollouts ? 'kubectl apply --server-side -f crds' : 'install the CRDs of Istio';
      throw new Error(`the cluster does not know ${type.plural}.${type.group}: ${remedy}`, { cause: error });
    }
  }
}

async function embedded(namespace: string): Promise<Place> {
  const world = createWorld({ clock, random: chance.fork('world'), log: quiet });
  for (const crd of packagedCrds()) world.server.installCrd(crd);
  const api = await serveHttp(world.server, { port: 0 });
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, sandboxKubeconfig(api.url), { mode: 0o600 });
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await world.cluster.create(object, resources.namespaces);
  return {
    name: 'the embedded cluster, over HTTP',
    cluster: world.cluster,
    kubeconfig,
    namespace,
    async close() {
      await api.close();
      world.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
