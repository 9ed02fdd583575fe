import { RE2JS } from 're2js';
import type { AnalysisRunSpec } from '../../api/v1alpha1/analysis.ts';

/** What the dry-run and retention rules of a run say about each metric. */
export interface AppliedRules {
  /** Names of metrics that are measured but decide nothing. */
  readonly dryRun: ReadonlySet<string>;
  /** Measurements to keep, by metric; absent or not positive means the default. */
  readonly retention: ReadonlyMap<string, number>;
}

/** Measurements that are kept of a metric when no rule says otherwise. */
export const defaultRetention = 10;

/** Rules are RE2 expressions, found anywhere in the name. One that matches nothing is a mistake, and is refused. */
export function applyRules(
  spec: Pick<AnalysisRunSpec, 'dryRun' | 'measurementRetention'>,
  metricNames: readonly string[],
): AppliedRules | { readonly error: string } {
  const dryRun = new Set<string>();
  const retention = new Map<string, number>();
  for (const [index, { metricName }] of (spec.dryRun ?? []).entries()) {
    const matched = matching(metricName, metricNames);
    if (matched.length === 0) return { error: `dryRun[${index}]: Rule didn't match any metric name(s)` };
    for (const name of matched) dryRun.add(name);
  }
  for (const [index, { metricName, limit }] of (spec.measurementRetention ?? []).entries()) {
    const matched = matching(metricName, metricNames);
    if (matched.length === 0) {
      return { error: `measurementRetention[${index}]: Rule didn't match any metric name(s)` };
    }
    for (const name of matched) retention.set(name, limit); // the last rule that matches wins
  }
  return { dryRun, retention };
}

export function retentionOf({ retention }: AppliedRules, metricName: string): number {
  const limit = retention.get(metricName) ?? 0;
  return limit > 0 ? limit : defaultRetention;
}

function matching(pattern: string, names: readonly string[]): readonly string[] {
  try {
    const compiled = RE2JS.compile(pattern);
    return names.filter((name) => compiled.matcher(name).find());
  } catch {
    return []; // as the peer: an expression that cannot be read matches nothing
  }
}
