import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import { inProcessCluster } from '../../src/sandbox/cluster.ts';
import { createSimulation } from '../../src/sim/simulation.ts';
import { crds } from '../support/settings.ts';

const namespace = 'default';
const ref = { type: resources.configMaps, namespace, name: 'colour' };

test('two writers that never agree at one instant fail the run, which names the object and both', async () => {
  const simulation = await createSimulation({ crds: crds() });
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'colour', namespace },
    data: { is: 'red' },
  };
  await simulation.apply(object as KubeObject);
  const lasting = new AbortController();
  const paints = async (who: string, colour: string) => {
    const cluster = inProcessCluster(simulation.world.server, { userAgent: who });
    const events = cluster.watch(ref.type, { namespace, resourceVersion: '0' }, lasting.signal);
    for await (const event of events) {
      if (event.type === 'BOOKMARK' || (event.object as { data?: { is?: string } }).data?.is === colour)
        continue;
      await cluster
        .patch(ref, { kind: 'merge', body: { data: { is: colour } } })
        .catch(() => lasting.abort());
    }
  };
  const painters = [paints('first-painter', 'red'), paints('second-painter', 'blue')];
  await expect(simulation.advance(1)).rejects.toThrow(
    /A write fight: configmaps default\/colour .* by first-painter and second-painter, and no time passes/,
  );
  lasting.abort();
  await Promise.all(painters);
  await simulation.stop();
});
