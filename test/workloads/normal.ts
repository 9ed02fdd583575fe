import type { KubeObject } from '../../src/api/meta.ts';

type Json = Record<string, unknown>;

/**
 * What two clusters must agree on: labels, annotations, owners, the sizes that controllers set, and the whole status; without
 * times, versions, addresses, and the parts of names that are made up. Kubelets are played, so of pods only their owners and
 * phase count.
 */
export function normalObjects(objects: readonly KubeObject[]): unknown[] {
  const text = JSON.stringify(objects.map(normalObject)).replace(
    / pod [a-z0-9-]+\/[a-z0-9-]+ /g,
    ' pod <pod> ',
  );
  const hashes = objects.flatMap(({ metadata }) => metadata.labels?.['pod-template-hash'] ?? []);
  const named = [...new Set(hashes)].reduce((all, hash) => all.replaceAll(hash, '<hash>'), text);
  return (JSON.parse(named) as unknown[]).sort((one, other) =>
    JSON.stringify(one) < JSON.stringify(other) ? -1 : 1,
  );
}

function normalObject(object: KubeObject): Json {
  const { kind, metadata, status } = object as KubeObject & { status?: Json };
  const spec = (object as { spec?: Json }).spec;
  const owners = (metadata.ownerReferences ?? []).map(({ uid: _uid, ...owner }) => owner);
  const labels = Object.fromEntries(
    Object.entries(metadata.labels ?? {}).filter(([name]) => !name.endsWith('controller-uid')),
  );
  const whole = kind === 'Pod' ? { phase: status?.['phase'] } : normalStatus(object);
  return {
    kind,
    labels,
    annotations: normalAnnotations(metadata.annotations),
    owners,
    ...(spec?.['replicas'] === undefined ? {} : { replicas: spec['replicas'] }),
    ...(kind === 'EndpointSlice' ? endpointsOf(object) : { status: whole }),
  };
}

function normalAnnotations(annotations: Record<string, string> = {}): Json {
  return Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [name, name.endsWith('-time') ? '<time>' : value]),
  );
}

function endpointsOf(object: KubeObject): Json {
  const { endpoints, ports, addressType } = object as KubeObject & {
    endpoints?: Json[];
    ports?: unknown;
    addressType?: unknown;
  };
  return {
    addressType,
    ports: ports ?? [],
    endpoints: (endpoints ?? []).map(({ conditions, targetRef }) => ({
      conditions,
      target: (targetRef as Json | undefined)?.['kind'],
    })),
  };
}

/** Why a metric cannot be had is said in other words where there is no server for it. */
function withoutMetricsMessage(status: Json): Json {
  const conditions = (status['conditions'] as Json[] | undefined)?.map((condition) => {
    const { message: _, ...rest } = condition;
    return condition['type'] === 'ScalingActive' ? rest : condition;
  });
  return conditions === undefined ? status : { ...status, conditions };
}

/** How many small steps a rollout took depends on the moment; that the last one was seen does not. */
function normalStatus({ metadata, status }: KubeObject): unknown {
  const normal = withoutMetricsMessage(normalValue(status ?? {}) as Json);
  const isCurrent = normal['observedGeneration'] === metadata.generation;
  return isCurrent ? { ...normal, observedGeneration: 'current' } : normal;
}

const times = /^(last.*Time|startTime|completionTime)$/;

/** Zeroes and empties say nothing; times say only that they are there. */
function normalValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalValue).sort(byText);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([name]) => !/^last(Probe|Update|Transition)Time$/.test(name))
    .map(([name, member]) => [name, times.test(name) ? '<time>' : normalValue(member)] as const)
    .filter(([, member]) => member !== 0 && member !== null && JSON.stringify(member) !== '{}');
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

const byText = (one: unknown, other: unknown): number =>
  JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
