import { count, integer, table } from './cells.ts';
import { ageColumn, ageOf } from './generic.ts';

/** `kubectl get --subresource=scale`. */
export const scaleTable = table([integer('Desired'), integer('Available'), ageColumn], (object, now) => [
  count(object, 'spec.replicas'),
  count(object, 'status.replicas'),
  ageOf(object, now),
]);
