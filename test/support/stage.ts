import type { KubeObject } from '../../src/api/meta.ts';
import type { ObjectRef, ResourceType } from '../../src/api/resources.ts';
import type { Patch } from '../../src/ports/cluster.ts';

/**
 * Where a story is played: on the embedded cluster in virtual time, or on a real API server in real time made faster.
 * Stories know no other difference.
 */
export interface Stage {
  /** The namespace of the story's objects. */
  readonly namespace: string;
  /** The address that templates give their Prometheus provider. */
  readonly prometheusAddress: string;
  /** Creates the objects, or changes them to this, as `kubectl apply` would. */
  apply(...objects: readonly KubeObject[]): Promise<void>;
  patch(ref: ObjectRef, patch: Patch, subresource?: 'status' | 'scale'): Promise<void>;
  delete(ref: ObjectRef): Promise<void>;
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  list(type: ResourceType): Promise<readonly KubeObject[]>;
  /** PromQL for a metric that the story sets. */
  query(metric: string): string;
  /** From now on the metric has this value; undefined takes it away. */
  metric(name: string, value: number | undefined): Promise<void>;
  /** The instant that the server would stamp on an object, RFC 3339. */
  now(): Promise<string>;
  /** Lets this many seconds of the story pass. */
  advance(seconds: number): Promise<void>;
  /** Lets time pass until `holds` answers with nothing to complain of; fails with its last complaint after `seconds`. */
  until(what: string, seconds: number, holds: () => Promise<string | undefined>): Promise<void>;
  /** Called when the story is told: what was broken on the way, each as a sentence. */
  end(): Promise<readonly string[]>;
}
