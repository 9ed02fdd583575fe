import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { random } from '../../src/kernel/random.ts';
import { createWorld } from '../../src/sandbox/world.ts';
import { epoch } from '../../src/sim/simulation.ts';
import { settlePromises, virtualClock } from '../../src/sim/virtual-clock.ts';
import { normalObjects } from './normal.ts';
import { type WorkloadStage, workloadStories } from './stories.ts';

/** What a real kube-controller-manager left behind; `npm run test:real -- workloads` compares, and with RECORD=1 writes it. */
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'recorded.json'), 'utf8')) as Record<
  string,
  unknown
>;

const patienceSeconds = 300;
/** Longer than any controller takes to come to rest. */
const restSeconds = 5;

function embeddedWorkloads(): WorkloadStage {
  const clock = virtualClock(epoch, { settle: settlePromises() });
  const world = createWorld({ clock, random: random(1) });
  return {
    cluster: world.cluster,
    namespace: 'default',
    async until(what, holds) {
      for (let waited = 0; !(await holds()); waited += 1) {
        if (waited >= patienceSeconds) throw new Error(`waited in vain for ${what}`);
        await clock.advanceBy(1);
      }
      await clock.advanceBy(restSeconds);
    },
  };
}

describe('workloads end in the objects that Kubernetes’ own controllers leave', () => {
  test.each(Object.entries(workloadStories))('%s', async (title, tell) => {
    expect(normalObjects(await tell(embeddedWorkloads()))).toEqual(recorded[title]);
  });

  test('every recording has its story', () => {
    expect(Object.keys(recorded).sort()).toEqual(Object.keys(workloadStories).sort());
  });
});
