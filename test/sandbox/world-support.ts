import type { KubeObject } from '../../src/api/meta.ts';
import { type ResourceType, resources } from '../../src/api/resources.ts';
import type { Pod, ReplicaSet } from '../../src/api/workloads.ts';
import { random } from '../../src/kernel/random.ts';
import { workloadResources } from '../../src/sandbox/workloads/workload-api.ts';
import { createWorld, type WorldOptions } from '../../src/sandbox/world.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { noon } from './support.ts';

/** A world on virtual time, and short ways to write to it and to read it. */
export function worldStage(options: Partial<WorldOptions> = {}) {
  const clock = virtualClock(noon);
  const warnings: string[] = [];
  const log = {
    debug() {},
    info() {},
    warn: (message: string, facts: object = {}) => void warnings.push(`${message} ${JSON.stringify(facts)}`),
    error: (message: string, facts: object = {}) => void warnings.push(`${message} ${JSON.stringify(facts)}`),
  };
  const world = createWorld({ clock, random: random(1), log, ...options });
  const read = <T extends KubeObject>(type: ResourceType, name: string) =>
    world.server.store.table(storage(type)).get(type.namespaced ? 'default' : undefined, name) as
      | T
      | undefined;
  const list = <T extends KubeObject>(type: ResourceType) =>
    world.server.store.table(storage(type)).list(type.namespaced ? 'default' : undefined) as readonly T[];
  const create = async (type: ResourceType, object: Record<string, unknown>) =>
    world.cluster.create(
      {
        apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
        kind: type.kind,
        ...object,
      } as KubeObject,
      type,
    );
  const patch = (type: ResourceType, name: string, body: unknown) =>
    world.cluster.patch({ type, namespace: 'default', name }, { kind: 'merge', body });
  const seconds = (amount: number) => clock.advanceBy(amount);
  return {
    clock,
    world,
    warnings,
    read,
    list,
    create,
    patch,
    seconds,
    pods: () => list<Pod>(resources.pods),
    replicaSet: (name: string) => read<ReplicaSet>(resources.replicaSets, name) as ReplicaSet,
    query(text: string): number | undefined {
      const url = `/api/v1/query?query=${encodeURIComponent(text)}`;
      const { data, error } = world.prometheus.handle({ method: 'GET', url }).body as {
        data?: { result: { value: [number, string] }[] };
        error?: string;
      };
      if (data === undefined) throw new Error(error);
      return data.result[0] === undefined ? undefined : Number(data.result[0].value[1]);
    },
  };
}

function storage({ group, plural }: ResourceType): string {
  return group === '' ? plural : `${plural}.${group}`;
}

export const kinds = workloadResources;

export interface TemplateOptions {
  readonly annotations?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly image?: string;
  readonly spec?: Record<string, unknown>;
}

export function template({
  annotations = {},
  labels = {},
  image = 'shop:v1',
  spec = {},
}: TemplateOptions = {}) {
  return {
    metadata: {
      labels: { app: 'shop', ...labels },
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([name, value]) => [`sandbox.sluice.dev/${name}`, value]),
      ),
    },
    spec: { containers: [{ name: 'shop', image, ports: [{ name: 'http', containerPort: 8080 }] }], ...spec },
  };
}

export function replicaSetOf(
  name: string,
  replicas: number,
  options: TemplateOptions & { minReadySeconds?: number } = {},
) {
  const { minReadySeconds = 0 } = options;
  const selector = { matchLabels: { app: 'shop', ...options.labels } };
  return {
    metadata: { name, namespace: 'default' },
    spec: { replicas, minReadySeconds, selector, template: template(options) },
  };
}

export function serviceOf(
  name: string,
  selector: Record<string, string>,
  annotations: Record<string, string> = {},
) {
  return {
    metadata: { name, namespace: 'default', annotations },
    spec: { selector, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  };
}
