import { lastAppliedAnnotation } from '../../src/api/labels.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import type { ObjectRef } from '../../src/api/resources.ts';
import { sameJson } from '../../src/kernel/same-json.ts';
import { inProcessCluster } from '../../src/sandbox/cluster.ts';
import type { Simulation } from '../../src/sim/simulation.ts';

/**
 * A GitOps tool that writes one object of its repository again and again. `clientSide` is what `kubectl apply` does with a custom
 * resource: a merge patch from what was applied last, what is wanted and what is there. `serverSide` is an apply that takes
 * every field by force, as Argo CD and Flux do; `ifNotPresent` does so only while the object is not there.
 */
export interface GitOpsTool {
  /** One synchronization. False when nothing had to be written. */
  sync(): Promise<boolean>;
  /** What stands in the repository from now on. */
  commit(manifest: KubeObject): void;
}

export interface GitOpsOptions {
  readonly how: 'clientSide' | 'serverSide' | 'ifNotPresent';
  /** The name in managedFields. */
  readonly manager: string;
  /** What the tool leaves as it is in the cluster: the wanted object, with the live values of what is ignored. */
  readonly respect?: (wanted: KubeObject, live: KubeObject) => KubeObject;
}

export function gitOpsTool(
  simulation: Simulation,
  ref: ObjectRef,
  manifest: KubeObject,
  { how, manager, respect = (wanted) => wanted }: GitOpsOptions,
): GitOpsTool {
  const cluster = inProcessCluster(simulation.world.server, { userAgent: manager });
  let committed = manifest;
  return {
    commit: (next) => {
      committed = next;
    },
    async sync() {
      const live = await cluster.get(ref);
      const wanted = live === undefined ? committed : respect(structuredClone(committed), live);
      if (how === 'ifNotPresent' && live !== undefined) return false;
      if (how !== 'clientSide') {
        const answer = await cluster.patch(ref, { kind: 'apply', body: wanted });
        return answer.metadata.resourceVersion !== live?.metadata.resourceVersion;
      }
      const applied = withLastApplied(wanted);
      if (live === undefined) {
        await cluster.create(applied, ref.type);
        return true;
      }
      const last = JSON.parse(live.metadata.annotations?.[lastAppliedAnnotation] ?? '{}') as object;
      const body = threeWay(last, applied, live);
      if (body === undefined) return false;
      const answer = await cluster.patch(ref, { kind: 'merge', body });
      return answer.metadata.resourceVersion !== live.metadata.resourceVersion; // defaults may be all that differed
    },
  };
}

function withLastApplied(object: KubeObject): KubeObject {
  const annotations = { ...object.metadata.annotations, [lastAppliedAnnotation]: JSON.stringify(object) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** What is wanted and not there, and null for what was applied and is wanted no more. Lists are one value. */
function threeWay(last: unknown, wanted: unknown, live: unknown): object | undefined {
  const patch: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(wanted as object)) {
    const there = memberOf(live, name);
    if (isMap(value) && isMap(there)) {
      const inner = threeWay(memberOf(last, name), value, there);
      if (inner !== undefined) patch[name] = inner;
    } else if (!sameJson(value, there)) patch[name] = value;
  }
  for (const name of Object.keys(isMap(last) ? last : {})) {
    if (memberOf(wanted, name) === undefined && memberOf(live, name) !== undefined) patch[name] = null;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function memberOf(value: unknown, name: string): unknown {
  return isMap(value) ? value[name] : undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
