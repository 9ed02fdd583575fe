import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { ResourceType } from '../../../src/api/resources.ts';
import { realClock } from '../../../src/kernel/clock.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import { random } from '../../../src/kernel/random.ts';
import type { Cluster } from '../../../src/ports/cluster.ts';
import { routers } from '../../../src/routers/registry.ts';
import { startControllers } from '../../../src/shell/controllers.ts';
import type { ControlPlane } from './control-plane.ts';
import { installCrds } from './crds.ts';
import { kubectlWith, type Told } from './kubectl.ts';
import { eventually } from './processes.ts';
import { startRealCluster } from './real-cluster.ts';
import { asController, grant } from './rights.ts';
import { roughWay } from './rough-way.ts';

/** The peer's examples and the vendors' CRDs, where the machine has them; never part of the project. */
export const data = resolve(__dirname, '../../../../shared/data');

/** A control plane with the vendors' definitions, where the controller runs with the rights that it is installed with. */
export interface RoutePlane {
  readonly plane: ControlPlane;
  readonly cluster: Cluster;
  readonly kubectl: (args: readonly string[]) => Promise<Told>;
  /** Errors that the controller has logged. */
  readonly complaints: readonly string[];
  /** `kubectl apply`; throws what kubectl has to say against it. */
  apply(namespace: string, ...objects: readonly KubeObject[]): Promise<void>;
  stop(): Promise<void>;
}

export interface RoutePlaneOptions {
  /** Files of definitions that vendors ship. */
  readonly vendors: readonly string[];
  readonly definitions: readonly KubeObject[];
  /** What must be served before the controller starts. */
  readonly types: readonly ResourceType[];
}

export async function startRoutePlane({
  vendors,
  definitions,
  types,
}: RoutePlaneOptions): Promise<RoutePlane> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-routers-'));
  const real = await startRealCluster({ audit: true, definitions: [] });
  const { cluster, plane } = real;
  const kubectl = kubectlWith(plane.kubeconfig, folder);
  const apply = async (args: readonly string[]) => {
    const told = await kubectl(args);
    if (told.code !== 0) throw new Error(told.text);
  };
  for (const name of vendors) {
    // some are YAML only to kubectl, which is no stickler for indentation
    await apply(['create', '--filename', join(data, 'crds', `${name}.yaml`)]);
  }
  await installCrds(cluster, definitions);
  await eventually('the vendors’ types to be served', async () => {
    for (const type of types) await cluster.list(type);
    return true;
  });
  const complaints: string[] = [];
  const complain = (message: string, fields?: object) =>
    void complaints.push(`${message} ${JSON.stringify(fields)}`);
  await grant(cluster, 'config/cluster');
  const own = await asController(plane);
  const controllers = startControllers({
    cluster: roughWay(own.cluster, cluster),
    routers,
    providers: {},
    clock: realClock(),
    random: random(2),
    log: { ...silentLog, error: complain },
  });
  await controllers.started;
  return {
    plane,
    cluster,
    kubectl,
    complaints,
    apply: async (namespace, ...items) => {
      const file = join(folder, `${namespace}.json`);
      writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      await apply(['apply', '--namespace', namespace, '--filename', file]);
    },
    stop: async () => {
      await controllers.stop();
      await own.close();
      await real.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
