import { resources } from '../api/resources.ts';
import { describeShare, overlap, type Share } from '../api/share.ts';
import { messageOf } from '../kernel/errors.ts';
import type { LeaderElectionOptions } from './leader-election.ts';
import { isHeld, type Lease, type Seen, shareOf } from './lease.ts';
import { refusalHelp } from './refusal-help.ts';

/** Leaders of other shares, in the namespace of our Lease. */
export function otherLeaders(options: LeaderElectionOptions & { readonly share: Share }): {
  areInTheWay(signal: AbortSignal): Promise<boolean>;
} {
  const { cluster, clock, log, namespace, name, leaseSeconds = 15 } = options;
  const known = new Map<string, Seen>();
  let told: string | undefined;

  /** A lease that nobody renews runs out, by our own clock, from when we first saw it as it is. */
  const look = (lease: Lease): Seen => {
    const before = known.get(lease.metadata.name);
    const isSame = before?.lease.metadata.resourceVersion === lease.metadata.resourceVersion;
    const seen = isSame && before !== undefined ? before : { lease, at: clock.now() };
    known.set(lease.metadata.name, seen);
    return seen;
  };

  return {
    areInTheWay: async (signal) => {
      try {
        const { items } = await cluster.list(resources.leases, { namespace, signal });
        options.onAnswer?.();
        const found = (items as Lease[]).find((lease) => {
          const share = lease.metadata.name === name ? undefined : shareOf(lease);
          return (
            share !== undefined &&
            overlap(share, options.share) &&
            isHeld(look(lease), clock.now(), leaseSeconds)
          );
        });
        const other = found?.metadata.name;
        if (found !== undefined && told !== other) {
          log.warn('Another controller leads some of our Rollouts; waiting until it ends.', {
            lease: `${namespace}/${other}`,
            holder: found.spec?.holderIdentity,
            share: describeShare(options.share),
            itsShare: describeShare(shareOf(found) ?? {}),
          });
        }
        told = other;
        return found !== undefined;
      } catch (error) {
        const facts = { reason: messageOf(error), ...refusalHelp(error) };
        if (!signal.aborted) log.warn('The leases could not be listed.', facts);
        return true;
      }
    },
  };
}
