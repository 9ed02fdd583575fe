import type { BlueGreenStrategy, RolloutSpec } from '../v1alpha1/rollout.ts';
import { validateAntiAffinity } from './anti-affinity.ts';
import { type FieldError, invalid } from './field-error.ts';
import { notNegative } from './top-level.ts';

const defaultHistoryLimit = 10;

export function validateBlueGreen(
  spec: RolloutSpec,
  strategy: BlueGreenStrategy,
  path: string,
): FieldError[] {
  const { activeService, previewService, scaleDownDelayRevisionLimit } = strategy;
  const history = spec.revisionHistoryLimit ?? defaultHistoryLimit;
  return [
    ...(activeService === previewService
      ? [
          invalid(
            `${path}.activeService`,
            activeService,
            'This rollout uses the same service for the active and preview services, but two different services are required.',
          ),
        ]
      : []),
    ...(scaleDownDelayRevisionLimit !== undefined && scaleDownDelayRevisionLimit > history
      ? [
          invalid(
            `${path}.scaleDownDelayRevisionLimit`,
            scaleDownDelayRevisionLimit,
            "This rollout's revision history limit can not be smaller than the rollout's scale down limit",
          ),
        ]
      : []),
    ...notNegative(`${path}.previewReplicaCount`, strategy.previewReplicaCount),
    ...notNegative(`${path}.autoPromotionSeconds`, strategy.autoPromotionSeconds),
    ...validateAntiAffinity(strategy.antiAffinity, path),
  ];
}
