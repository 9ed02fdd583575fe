import type { KubeObject } from '../../../src/api/meta.ts';
import { apiVersionOf, type ResourceType, resources } from '../../../src/api/resources.ts';
import type { Clock } from '../../../src/kernel/clock.ts';
import type { Cluster } from '../../../src/ports/cluster.ts';
import type { Stage } from '../../support/stage.ts';
import { eventually } from './processes.ts';
import type { RealPrometheus } from './prometheus.ts';

export interface RealParts {
  readonly cluster: Cluster;
  readonly prometheus: RealPrometheus;
  readonly clock: Clock;
  /** Seconds of the story in one real second. */
  readonly speed: number;
}

/** A namespace of its own on the real API server: stories can be played side by side. */
export async function realStage(parts: RealParts, namespace: string): Promise<Stage> {
  const { cluster, prometheus, speed } = parts;
  await cluster.create(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    resources.namespaces,
  );
  return {
    namespace,
    prometheusAddress: prometheus.url,
    query: (metric) => `${metric.replaceAll('-', '_')}{story="${namespace}"}`,
    async apply(...objects) {
      for (const object of objects) {
        const type = typeOf(object);
        const ref = { type, namespace: type.namespaced ? namespace : undefined, name: object.metadata.name };
        await cluster.patch(ref, { kind: 'apply', body: object }, {});
      }
    },
    async patch(ref, patch, subresource) {
      await cluster.patch(ref, patch, subresource === undefined ? {} : { subresource });
    },
    delete: (ref) => cluster.delete(ref),
    get: (ref) => cluster.get(ref),
    list: async (type) => (await cluster.list(type, { namespace })).items,
    async metric(name, value) {
      const series = `${name.replaceAll('-', '_')}{story="${namespace}"}`;
      prometheus.set(series, value);
      await prometheus.shows(series, value);
    },
    now: async () => new Date().toISOString(),
    advance: (seconds) => new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / speed)),
    async until(what, seconds, holds) {
      let complaint: string | undefined;
      const ask = async () => {
        complaint = await holds();
        return complaint === undefined;
      };
      // A real server is slower than virtual time; the story's patience is stretched, never its expectations.
      const timeoutMs = Math.max(20_000, (seconds * 1000) / speed);
      await eventually(what, ask, { timeoutMs }).catch((error) => {
        throw new Error(complaint ?? String(error));
      });
    },
    end: async () => [],
  };
}

function typeOf(object: KubeObject): ResourceType {
  const found = Object.values(resources).find(
    (type) => type.kind === object.kind && apiVersionOf(type) === object.apiVersion,
  );
  if (found === undefined) throw new Error(`no resource type for ${object.apiVersion} ${object.kind}`);
  return found;
}
