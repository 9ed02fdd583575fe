import type { KubeObject } from '../api/meta.ts';
import { resources } from '../api/resources.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { PlannedEvent } from '../core/plan.ts';
import type { Instant } from '../kernel/instant.ts';
import type { WriteOptions } from '../ports/cluster.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import type { Caches } from './caches.ts';

export interface ApplyOptions {
  readonly caches: Caches;
  readonly routers: RouterRegistry;
  /** Where events about the Rollout go. */
  readonly record: (about: KubeObject, event: PlannedEvent) => void;
  /** When the plan was made. */
  readonly now: Instant;
  readonly signal: AbortSignal;
  /** Aborted when something urgent about this object has happened: what still waits to be written must not keep it waiting. */
  readonly hurry?: AbortSignal;
}

/** Where the actions of one plan write, whatever kind it is about. */
export interface WriteContext {
  readonly caches: Caches;
  readonly signal: AbortSignal;
  readonly priority: 'urgent' | 'routine';
  readonly hurry?: AbortSignal;
  /** Of everything that the plan is about. */
  readonly namespace: string | undefined;
}

/** The hands of one Rollout's plan, and what it has written of the Rollout itself so far. */
export interface ApplyContext extends ApplyOptions, WriteContext {
  /** The Rollout as observed, or as our last write of it was answered. */
  rollout: Rollout;
}

export function writeOptionsOf({ signal, priority, hurry }: WriteContext): WriteOptions {
  return { signal, priority, ...(hurry !== undefined && { hurry }) };
}

/** Every write of the Rollout itself: fails with a conflict when somebody else wrote since it was observed. */
export async function patchRollout(
  body: Readonly<Record<string, unknown>>,
  context: ApplyContext,
  subresource?: 'status',
): Promise<void> {
  const { namespace, name, resourceVersion } = context.rollout.metadata;
  const metadata = { ...(body.metadata as object | undefined), resourceVersion };
  const answer = await context.caches.cluster.patch(
    { type: resources.rollouts, namespace, name },
    { kind: 'merge', body: { ...body, metadata } },
    { ...writeOptionsOf(context), ...(subresource && { subresource }) },
  );
  context.rollout = answer as Rollout;
}
