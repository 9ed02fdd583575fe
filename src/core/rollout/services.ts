import { managedByAnnotation, podTemplateHashLabel } from '../../api/labels.ts';
import type { Draft } from './draft.ts';
import { serviceSwitched } from './events.ts';
import type { Revision, Situation } from './situation.ts';

/** The revision that the Service's selector names; undefined when it names none, or the Service does not exist. */
export function selectedBy({ observed }: Situation, service: string | undefined): string | undefined {
  return service === undefined
    ? undefined
    : observed.services[service]?.spec.selector?.[podTemplateHashLabel];
}

/**
 * May the Service turn to the revision? A Service that is ours needs one available pod there. One that we adopt selects
 * pods of every revision until now, so all of the revision's pods must be available before it narrows down. Pods that are
 * about to go, because the size is smaller already, serve nobody.
 */
export function mayTurnTo(seen: Situation, service: string, { size, available }: Revision): boolean {
  const existing = seen.observed.services[service];
  if (existing === undefined) return false;
  const isOurs = existing.metadata.annotations?.[managedByAnnotation] !== undefined;
  return isOurs ? Math.min(size, available) > 0 : size > 0 && available >= size;
}

/** Points the Service at the revision in one write (invariant I5), unless it does so already. */
export function turn(seen: Situation, draft: Draft, service: string | undefined, to: Revision): void {
  if (service === undefined || seen.observed.services[service] === undefined) return;
  const from = selectedBy(seen, service);
  if (from === to.hash) return;
  draft.direct({ do: 'switchService', name: service, podTemplateHash: to.hash });
  draft.say(serviceSwitched(service, from ?? '', to.hash));
}

/** The same, when there are pods to serve. */
export function turnIfServing(
  seen: Situation,
  draft: Draft,
  service: string | undefined,
  to: Revision | undefined,
): void {
  if (service !== undefined && to !== undefined && mayTurnTo(seen, service, to))
    turn(seen, draft, service, to);
}
