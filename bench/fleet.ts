// npm run bench:fleet [-- --rollouts N]: N Rollouts over Istio made at once, left alone for a while, then released at once, at the
// default limits. Prints the API requests of a release by verb, CPU, memory and the makespan. On the cluster of KUBECONFIG, else
// on the embedded one.
import { parseArgs } from 'node:util';
import { startController } from './support/controller.ts';
import { machine, sleep } from './support/figures.ts';
import { createFleet, type Fleet, fleetHealthy, releaseFleet } from './support/fleet.ts';
import { openPlace } from './support/place.ts';
import { countsSince, eventsTold, requestCounts } from './support/request-counts.ts';

const { values } = parseArgs({
  options: { rollouts: { type: 'string', default: '50' }, 'idle-seconds': { type: 'string', default: '20' } },
});
const size = Number(values.rollouts);
const idleSeconds = Number(values['idle-seconds']);
const timeoutSeconds = 900;
const metricsPort = 18_190;

const place = await openPlace('sluice-bench-fleet');
const fleet: Fleet = { cluster: place.cluster, namespace: place.namespace, size };
const controller = startController(place.kubeconfig, [
  `--instance-id=${place.namespace}`,
  `--metricsPort=${metricsPort}`,
  '--healthzPort=0',
]);
try {
  await createFleet(fleet);
  const made = await fleetHealthy(fleet, timeoutSeconds);
  await eventsTold(metricsPort);
  const before = controller.usage();
  await sleep(idleSeconds * 1000);
  const idle = controller.usage();
  const counted = await requestCounts(metricsPort);
  const startedAt = performance.now();
  await releaseFleet(fleet, '2');
  await fleetHealthy(fleet, timeoutSeconds);
  const makespan = (performance.now() - startedAt) / 1000;
  const end = controller.usage();
  const spent = countsSince(counted, await requestCounts(metricsPort));
  const besides = spent
    .filter(([key]) => !key.endsWith(' events'))
    .reduce((sum, [, count]) => sum + count, 0);
  for (const [key, count] of spent) console.log(`${(count / size).toFixed(2).padStart(7)}  ${key}`);
  console.log(`${(besides / size).toFixed(2).padStart(7)}  requests a release, besides events`);
  console.log(
    `${size} Rollouts made and Healthy after ${made.toFixed(1)} s more, released in ${makespan.toFixed(1)} s`,
  );
  console.log(
    `CPU for the releases ${(end.cpuSeconds - idle.cpuSeconds).toFixed(1)} s; idle ${(((idle.cpuSeconds - before.cpuSeconds) / idleSeconds) * 100).toFixed(1)} % of a core`,
  );
  console.log(
    `resident memory with ${size} Rollouts ${idle.rssMiB.toFixed(0)} MiB, at its peak ${end.peakMiB.toFixed(0)} MiB`,
  );
} finally {
  await controller.stop();
  await place.close();
}
console.log(`measured on ${place.name}; ${machine()}`);
process.exit(0);
