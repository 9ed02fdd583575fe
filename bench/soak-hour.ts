// npm run bench:soak-hour [-- --minutes N --rollouts N]: a real hour of releases on the cluster of KUBECONFIG (a real control plane;
// else the embedded one). Resident memory after each round; fails when it has grown at the end.
import { parseArgs } from 'node:util';
import { startController } from './support/controller.ts';
import { machine, sleep } from './support/figures.ts';
import { createFleet, type Fleet, fleetHealthy, releaseFleet } from './support/fleet.ts';
import { openPlace } from './support/place.ts';
import { steadyGrowth } from './support/steady-growth.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, rollouts: { type: 'string', default: '20' } },
});
/** Resident memory moves with every collection; more than this from the first third of the hour to the last is a leak. */
const mostGrowthMiB = 12;
const timeoutSeconds = 600;

const place = await openPlace('sluice-soak');
const fleet: Fleet = {
  cluster: place.cluster,
  namespace: place.namespace,
  size: Number(values.rollouts),
};
const controller = startController(place.kubeconfig, [
  `--instance-id=${place.namespace}`,
  '--metricsPort=0',
  '--healthzPort=0',
]);
const memory: number[] = [];
try {
  await createFleet(fleet);
  await fleetHealthy(fleet, timeoutSeconds);
  const endsAt = performance.now() + Number(values.minutes) * 60_000;
  for (let round = 1; performance.now() < endsAt; round += 1) {
    await releaseFleet(fleet, String(round));
    const seconds = await fleetHealthy(fleet, timeoutSeconds);
    await sleep(10_000);
    const { rssMiB, cpuSeconds } = controller.usage();
    memory.push(rssMiB);
    console.log(
      `round ${round}: ${seconds.toFixed(1)} s, ${rssMiB.toFixed(1)} MiB, ${cpuSeconds.toFixed(1)} s of CPU so far`,
    );
  }
} finally {
  await controller.stop();
  await place.close();
}
const growth = steadyGrowth(memory);
console.log(`resident memory gained ${growth.toFixed(1)} MiB from the first third to the last; ${machine()}`);
if (growth > mostGrowthMiB) throw new Error(`that is more than ${mostGrowthMiB} MiB`);
process.exit(0);
