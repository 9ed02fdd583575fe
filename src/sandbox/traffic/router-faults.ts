import { keyOf } from '../../api/meta.ts';
import { parseGoDuration } from '../../kernel/duration.ts';
import type { Random } from '../../kernel/random.ts';
import { trafficAnnotations } from './annotations.ts';
import type { ObjectChange } from './objects.ts';

/** A router that carries out what it is told late, or not at all. Plain data: it can be written down in a scenario. */
export interface RouterFault {
  /** As `kubectl api-resources` writes it: `virtualservices.networking.istio.io`. Default: every route object. */
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** How much later a change takes effect; of two bounds a value between them, drawn from the world's seed for each change. */
  readonly delaySeconds: number | readonly [number, number] | 'never';
  /** Which share of the changes is hit, 0 to 1, drawn from the seed. Default 1. */
  readonly share?: number;
}

/**
 * How much later a change of a route object takes effect, in seconds; Infinity when it never does. What the object itself says in its
 * annotation goes before the faults of the world; of those the first that fits decides.
 */
export function routeDelaySeconds(
  change: ObjectChange,
  faults: readonly RouterFault[],
  random: Random,
): number {
  const own = parseApplyDelay(change.object.metadata.annotations?.[trafficAnnotations.applyDelay]);
  if (own !== undefined) return own;
  if (faults.length === 0) return 0;
  const { resource, object } = change;
  const stream = random.fork(`${resource}/${keyOf(object)}/${object.metadata.resourceVersion}`);
  const fault = faults.find(
    (one) => fits(one, change) && (one.share === undefined || stream.next() < one.share),
  );
  if (fault === undefined) return 0;
  const { delaySeconds } = fault;
  if (delaySeconds === 'never') return Number.POSITIVE_INFINITY;
  if (typeof delaySeconds === 'number') return delaySeconds;
  const [least, most] = delaySeconds;
  return least + (most - least) * stream.next();
}

/** `30s`, or `never`, which is Infinity; undefined when it is neither. */
export function parseApplyDelay(text: string | undefined): number | undefined {
  if (text === 'never') return Number.POSITIVE_INFINITY;
  const seconds = text === undefined ? undefined : parseGoDuration(text);
  return seconds === undefined || seconds < 0 ? undefined : seconds;
}

function fits(fault: RouterFault, { resource, object: { metadata } }: ObjectChange): boolean {
  return (
    (fault.resource === undefined || fault.resource === resource) &&
    (fault.namespace === undefined || fault.namespace === metadata.namespace) &&
    (fault.name === undefined || fault.name === metadata.name)
  );
}
