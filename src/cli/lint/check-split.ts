import { windowPlaceholder } from '../../api/v1alpha1/observed-split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { checkAddress, checkPromql } from './check-query.ts';
import type { Complaint } from './finding.ts';

/** The queries that count the requests of each version, over any time, and whom they are asked of. */
export function checkSplit({ spec }: Rollout): readonly Complaint[] {
  const { observedSplit } = spec.strategy?.canary ?? {};
  if (observedSplit === undefined) return [];
  const at = 'spec.strategy.canary.observedSplit';
  const queries = (['canaryRequests', 'stableRequests'] as const).flatMap((name) => {
    const query = observedSplit[name]?.replaceAll(windowPlaceholder, '60s');
    return query === undefined ? [] : checkPromql(query, `${at}.${name}`, name);
  });
  return [...checkAddress(observedSplit.prometheus?.address, `${at}.prometheus`), ...queries];
}
