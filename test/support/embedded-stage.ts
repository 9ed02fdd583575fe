import { keyOf } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import { formatInstant } from '../../src/kernel/instant.ts';
import { createSimulation, type Simulation, type SimulationOptions } from '../../src/sim/simulation.ts';
import { type Recorder, recorderOf } from './recorder.ts';
import { crds } from './settings.ts';
import type { Stage } from './stage.ts';

export interface EmbeddedStage extends Stage {
  readonly simulation: Simulation;
  readonly record: Recorder;
}

const namespace = 'default';
/** How finely a `then` looks while time passes, in the story's seconds. */
const lookEverySeconds = 1;

/** The embedded cluster on virtual time, with every invariant watched. */
export async function embeddedStage(options: Omit<SimulationOptions, 'crds'> = {}): Promise<EmbeddedStage> {
  const simulation = await createSimulation({ ...options, crds: crds() });
  const { user, world } = simulation;
  const record = recorderOf(simulation);
  return {
    simulation,
    record,
    namespace,
    prometheusAddress: 'http://prometheus.test:9090',
    query: (metric) => metric.replaceAll('-', '_'),
    apply: (...objects) => record.whileUser(() => simulation.apply(...objects)),
    async patch(ref, patch, subresource) {
      await record.whileUser(() => user.patch(ref, patch, subresource === undefined ? {} : { subresource }));
    },
    delete: (ref) => record.whileUser(() => user.delete(ref)),
    get: async (ref) => simulation.get(ref),
    list: async (type) => simulation.list(type, type.namespaced ? namespace : undefined),
    async metric(name, value) {
      const series = name.replaceAll('-', '_');
      if (value === undefined) world.series.removeGauge(series, {});
      else world.series.setGauge(series, {}, value);
    },
    now: async () => formatInstant(simulation.clock.now()),
    advance: simulation.advance,
    async until(_, seconds, holds) {
      await simulation.advance(0);
      for (let waited = 0; ; waited += lookEverySeconds) {
        const complaint = await holds();
        if (complaint === undefined) return;
        if (waited >= seconds) throw new Error(`after ${seconds} s: ${complaint}`);
        await simulation.advance(lookEverySeconds);
      }
    },
    async end() {
      await simulation.advance(3600);
      const unfinished = simulation
        .list(resources.rollouts)
        .filter(({ status }) => (status as { phase?: string } | undefined)?.phase === 'Progressing')
        .map((rollout) => `I8 live: ${keyOf(rollout)} is still Progressing after an hour`);
      await simulation.stop();
      return [
        ...simulation.violations.map(({ invariant, detail, after }) => `${invariant}: ${detail} (${after})`),
        ...unfinished,
      ];
    },
  };
}
