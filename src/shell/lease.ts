import { createHash } from 'node:crypto';
import type { KubeObject } from '../api/meta.ts';
import type { Share } from '../api/share.ts';
import { addSeconds, type Instant } from '../kernel/instant.ts';

export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** What we saw last, and when by our own clock: the times inside a lease come from other machines' clocks. */
export interface Seen {
  readonly lease: Lease;
  readonly at: Instant;
}

/** When it is anybody's, if nobody writes it until then. */
export function runsOutAt({ lease, at }: Seen, leaseSeconds: number): Instant {
  return addSeconds(at, lease.spec?.leaseDurationSeconds ?? leaseSeconds);
}

/** Does somebody hold it, as far as we can tell by our own clock? */
export function isHeld(seen: Seen, now: Instant, leaseSeconds: number): boolean {
  return (seen.lease.spec?.holderIdentity ?? '') !== '' && now < runsOutAt(seen, leaseSeconds);
}

/** What a Lease is for, as JSON of a `Share`. */
export const shareAnnotation = 'sluice.dev/share';
/** The Lease's name is the peer's: two controllers of different make never work on the same objects at the same time. */
const leaseName = 'argo-rollouts-controller-lock';

/** Whole clusters have the peer's names; a part of one has a name of its own, the same for all who would lead just that. */
export function leaseNameOf(share: Share): string {
  const { instanceId, namespaces, excludedNamespaces = [] } = share;
  const name = instanceId === undefined ? leaseName : `${leaseName}-${instanceId}`;
  if (namespaces === undefined && excludedNamespaces.length === 0) return name;
  const parts = [...(namespaces ?? []), ...excludedNamespaces.map((each) => `!${each}`)].sort();
  return `${name}-${createHash('sha256').update(parts.join()).digest('hex').slice(0, 10)}`;
}

/** Undefined for a Lease of something else. One without our annotation is the peer's. */
export function shareOf({ metadata }: Lease): Share | undefined {
  const { name, annotations = {} } = metadata;
  if (name !== leaseName && !name.startsWith(`${leaseName}-`)) return undefined;
  const told = annotations[shareAnnotation];
  if (told !== undefined) return JSON.parse(told) as Share;
  return name === leaseName ? {} : { instanceId: name.slice(leaseName.length + 1) };
}
