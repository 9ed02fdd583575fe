import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import { type Instant, secondsBetween } from '../kernel/instant.ts';
import { type Cluster, isApiError } from '../ports/cluster.ts';
import { humanDuration } from '../view/human-duration.ts';

/** Whether what is followed can still be read. Whoever follows goes on trying, and shows meanwhile what was read last. */
export interface Contact {
  /** Undefined: all of it is read. */
  lost(): Lost | undefined;
}

export interface Lost {
  readonly since: Instant;
  readonly reason: string;
}

/** The same cluster, whose lists say whether they can be read. `ring` is called when that changes. */
export function watchContact(
  cluster: Cluster,
  clock: Clock,
  ring: () => void,
): Contact & { readonly cluster: Cluster } {
  const lost = new Map<string, Lost>();
  const list: Cluster['list'] = async (type, options) => {
    try {
      const result = await cluster.list(type, options);
      if (lost.delete(type.plural)) ring();
      return result;
    } catch (error) {
      // a kind that is not there is an answer
      if (options?.signal?.aborted !== true && !isApiError(error, 404) && !lost.has(type.plural)) {
        lost.set(type.plural, { since: clock.now(), reason: messageOf(error) });
        ring();
      }
      throw error;
    }
  };
  return { cluster: { ...cluster, list }, lost: () => [...lost.values()][0] };
}

/** For the head of a screen whose ages go on; undefined while all is read. */
export function lostNotice(contact: Contact, now: Instant): string | undefined {
  const lost = contact.lost();
  if (lost === undefined) return undefined;
  const since = humanDuration(secondsBetween(lost.since, now));
  return `The API server cannot be read since ${since} (${lost.reason}). This is how it was then:`;
}

/** For output that goes on line by line: tells on `err` when contact is lost, and when it is there again. */
export function contactTeller(contact: Contact, err: (text: string) => void): () => void {
  let wasLost = false;
  return () => {
    const lost = contact.lost();
    if (lost !== undefined && !wasLost) {
      err(`Warning: the API server cannot be read (${lost.reason}); waiting for it.\n`);
    }
    if (lost === undefined && wasLost) err('The API server can be read again.\n');
    wasLost = lost !== undefined;
  };
}
