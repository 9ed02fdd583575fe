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

export async function startRealCluster(
  options: Parameters<typeof startControlPlane>[0] = {},
): Promise<RealCluster> {
  const plane = await startControlPlane(options);
  const ends: (() => Promise<void>)[] = [() => plane.stop()];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { plane, cluster: await connected(plane, ends), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function connected(plane: ControlPlane, ends: (() => Promise<void>)[]): Promise<Cluster> {
  const limits = { perSecond: 1000, burst: 1000 };
  const connection = await connect(
    { file: plane.kubeconfig },
    { clock: realClock(), random: random(1), limits },
  );
  ends.push(() => connection.close());
  await installCrds(connection.cluster);
  const kubelet = startKubelet(connection.cluster, () => new Date().toISOString());
  ends.push(() => kubelet.stop());
  return connection.cluster;
}
