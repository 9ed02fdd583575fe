import { parseGoDuration } from '../kernel/duration.ts';
import type { Seconds } from '../kernel/instant.ts';
import { misconfigured } from './answer.ts';

/** How far a metric looks back. Throws METRIC_CONFIG_INVALID in Go's words when the text is no duration. */
export function lookBack(interval: string): Seconds {
  const parsed = parseGoDuration(interval);
  if (parsed === undefined) throw misconfigured(`time: invalid duration ${JSON.stringify(interval)}`);
  return parsed;
}
