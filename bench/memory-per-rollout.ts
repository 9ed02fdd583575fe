// npm run bench:memory-per-rollout [-- --rollouts 100,300,500] [--releases 1] [--snapshots FOLDER]: what the operator keeps of each
// Rollout over Istio at rest, with its VirtualService, two Services and ReplicaSets. It runs in a process of its own, so that the API
// server's memory does not count. The cluster of KUBECONFIG, else the embedded one.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startController } from './support/controller.ts';
import { machine, sleep } from './support/figures.ts';
import { createFleet, fleetHealthy, releaseFleet } from './support/fleet.ts';
import { inspectHeap } from './support/heap.ts';
import { openPlace } from './support/place.ts';
import { eventsTold } from './support/request-counts.ts';

const { values } = parseArgs({
  options: {
    rollouts: { type: 'string', default: '100,300,500' },
    releases: { type: 'string', default: '0' },
    snapshots: { type: 'string' },
  },
});
const sizes = values.rollouts.split(',').map(Number);
const releases = Number(values.releases);
const timeoutSeconds = 900;
/** After a release the old pods drain for 30 s; after that nothing is written any more. */
const settleSeconds = releases > 0 ? 45 : 10;
const metricsPort = 18_191;
const inspectPort = 18_192;
/** Fails above: KiB of heap for each Rollout beyond those of the first sample. The budget is 33 KB of resident memory. */
const mostKiB = 28;

interface Sample {
  readonly size: number;
  readonly heapMiB: number;
  readonly residentMiB: number;
}

const place = await openPlace('sluice-bench-memory');
const controller = startController(
  place.kubeconfig,
  [
    `--instance-id=${place.namespace}`,
    `--metricsPort=${metricsPort}`,
    '--healthzPort=0',
    '--leader-elect=false', // it stands still while a snapshot is taken, for longer than a Lease lasts
  ],
  [`--inspect=127.0.0.1:${inspectPort}`, '--inspect-publish-uid=http'],
);
const samples: Sample[] = [];
try {
  let made = 0;
  for (const size of sizes) {
    const fleet = { cluster: place.cluster, namespace: place.namespace, size };
    await createFleet(fleet, made);
    await fleetHealthy(fleet, timeoutSeconds);
    for (let release = 0; release < releases; release += 1) {
      await releaseFleet(fleet, `${size}-${release}`);
      await fleetHealthy(fleet, timeoutSeconds);
    }
    await eventsTold(metricsPort);
    await sleep(settleSeconds * 1000);
    samples.push(await sampleOf(size));
    made = size;
  }
} finally {
  await controller.stop();
  await place.close();
}
for (const sample of samples) console.log(line(sample));
console.log(`measured on ${place.name}; ${machine()}`);
const [first, last] = [samples[0], samples.at(-1)];
const each = first === undefined || last === undefined ? 0 : kibOfEach(first.heapMiB, last.heapMiB, last);
if (each > mostKiB) throw new Error(`more than ${mostKiB} KiB of heap for each Rollout: something is kept`);
process.exit(0);

/** Resident memory first: to collect by force would give back what otherwise stays. */
async function sampleOf(size: number): Promise<Sample> {
  const residentMiB = controller.usage().rssMiB;
  const heap = await inspectHeap(inspectPort);
  const heapMiB = await heap.keptMiB();
  if (values.snapshots !== undefined) await heap.snapshot(join(values.snapshots, `${size}.heapsnapshot`));
  heap.close();
  return { size, heapMiB, residentMiB };
}

function line(sample: Sample): string {
  const { size, heapMiB, residentMiB } = sample;
  const sums = `${String(size).padStart(5)} Rollouts: heap ${heapMiB.toFixed(1)} MiB, resident ${residentMiB.toFixed(0)} MiB`;
  const [first] = samples;
  if (first === undefined || first === sample) return sums;
  const [heap, resident] = [
    kibOfEach(first.heapMiB, heapMiB, sample),
    kibOfEach(first.residentMiB, residentMiB, sample),
  ];
  return `${sums}; each of the last ${size - first.size}: heap ${heap.toFixed(1)} KiB, resident ${resident.toFixed(1)} KiB`;
}

function kibOfEach(before: number, after: number, { size }: Sample): number {
  return ((after - before) * 1024) / Math.max(1, size - (samples[0]?.size ?? 0));
}
