import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { resources } from '../../src/api/resources.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import { workloadResources } from '../../src/sandbox/workloads/workload-api.ts';
import { type Connection, connect } from '../../src/shell/kube-client/connect.ts';
import { normalObjects } from '../workloads/normal.ts';
import { type WorkloadStage, workloadStories } from '../workloads/stories.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { startKubelet } from './support/kubelet.ts';
import { eventually } from './support/processes.ts';

const file = join(import.meta.dirname, '../workloads/recorded.json');
const isRecording = process.env['RECORD'] === '1';
/** Until the status of the last change is written. */
const restMs = 2000;

describe('workloads under kube-controller-manager', () => {
  let plane: ControlPlane;
  let connection: Connection;
  let kubelet: { stop(): Promise<void> };
  const found: Record<string, unknown> = {};

  beforeAll(async () => {
    plane = await startControlPlane();
    const limits = { perSecond: 1000, burst: 1000 };
    connection = await connect({ file: plane.kubeconfig }, { clock: realClock(), random: random(1), limits });
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'sandbox-1' } };
    await connection.cluster.create(node, workloadResources.nodes);
    kubelet = startKubelet(connection.cluster, () => new Date().toISOString());
  }, 120_000);
  afterAll(async () => {
    await kubelet?.stop();
    await connection?.close();
    await plane?.stop();
    if (isRecording) writeFileSync(file, `${JSON.stringify({ ...recorded(), ...found }, undefined, 2)}\n`);
  });

  test.each(Object.entries(workloadStories).map(([title, tell], index) => [title, tell, index] as const))(
    '%s',
    async (title, tell, index) => {
      const stage = await realWorkloads(connection, `workloads-${index}`);
      found[title] = normalObjects(await tell(stage));
      if (!isRecording) expect(found[title]).toEqual(recorded()[title]);
    },
    120_000,
  );
});

function recorded(): Record<string, unknown> {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : {};
}

async function realWorkloads({ cluster }: Connection, namespace: string): Promise<WorkloadStage> {
  const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await cluster.create(home, resources.namespaces);
  return {
    cluster,
    namespace,
    async until(what, holds) {
      await eventually(what, holds, { timeoutMs: 60_000 });
      await sleep(restMs);
    },
  };
}
