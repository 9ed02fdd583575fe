import type { KubeObject } from '../../../src/api/meta.ts';
import { realClock } from '../../../src/kernel/clock.ts';
import { random } from '../../../src/kernel/random.ts';
import type { Cluster } from '../../../src/ports/cluster.ts';
import { connect } from '../../../src/shell/kube-client/connect.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { installCrds } from './crds.ts';
import { startKubelet } from './kubelet.ts';
import type { Running } from './processes.ts';

/** A control plane with our definitions, and pods that become ready. */
export interface RealCluster extends Running {
  readonly plane: ControlPlane;
  /** As its administrator, who is never kept waiting. */
  readonly cluster: Cluster;
}

/** With the definitions that are named; default: ours, and those of routes as far as we need them. */
export async function startRealCluster({
  definitions,
  ...options
}: Parameters<typeof startControlPlane>[0] & {
  definitions?: readonly KubeObject[];
} = {}): Promise<RealCluster> {
  const plane = await startControlPlane(options);
  const ends: (() => Promise<void>)[] = [() => plane.stop()];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { plane, cluster: await connected(plane, ends, definitions), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function connected(
  plane: ControlPlane,
  ends: (() => Promise<void>)[],
  definitions: readonly KubeObject[] | undefined,
): Promise<Cluster> {
  const limits = { perSecond: 1000, burst: 1000 };
  const connection = await connect(
    { file: plane.kubeconfig },
    { clock: realClock(), random: random(1), limits },
  );
  ends.push(() => connection.close());
  await installCrds(connection.cluster, definitions);
  const kubelet = startKubelet(connection.cluster, () => new Date().toISOString());
  ends.push(() => kubelet.stop());
  return connection.cluster;
}
