import type { ContainerStatus, Pod } from '../../api/workloads.ts';
import { indexOf, parseIndexes } from './job-indexes.ts';

/** What a Job says about failures and successes of single pods: `podFailurePolicy`, `successPolicy`. */
export interface JobRules {
  readonly podFailurePolicy?: { readonly rules: readonly FailureRule[] };
  readonly successPolicy?: { readonly rules: readonly SuccessRule[] };
  readonly backoffLimitPerIndex?: number;
  readonly maxFailedIndexes?: number;
}

/** `Count` is what happens without a rule. */
export type FailureAction = 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';

interface FailureRule {
  readonly action: FailureAction;
  readonly onExitCodes?: {
    readonly containerName?: string;
    readonly operator: 'In' | 'NotIn';
    readonly values: readonly number[];
  };
  readonly onPodConditions?: readonly { readonly type: string; readonly status?: string }[];
}

interface SuccessRule {
  readonly succeededIndexes?: string;
  readonly succeededCount?: number;
}

/** What the first rule that a failed pod meets makes of it, and how the real controller says so. */
export function judgeFailure(pod: Pod, rules: JobRules): { action: FailureAction; message: string } {
  const { namespace, name } = pod.metadata;
  for (const [index, rule] of (rules.podFailurePolicy?.rules ?? []).entries()) {
    const end = `matching ${rule.action} rule at index ${index}`;
    const exited = rule.onExitCodes === undefined ? undefined : exitThatMeets(pod, rule.onExitCodes);
    if (exited !== undefined) {
      const message = `Container ${exited.name} for pod ${namespace}/${name} failed with exit code ${exited.code} ${end}`;
      return { action: rule.action, message };
    }
    const condition = rule.onPodConditions?.find(({ type, status = 'True' }) =>
      pod.status?.conditions?.some((one) => one.type === type && one.status === status),
    );
    if (condition !== undefined) {
      const message = `Pod ${namespace}/${name} has condition ${condition.type} ${end}`;
      return { action: rule.action, message };
    }
  }
  return { action: 'Count', message: '' };
}

/** A container that ended well meets no rule, whatever the rule asks for. */
function exitThatMeets(
  { status }: Pod,
  { containerName, operator, values }: NonNullable<FailureRule['onExitCodes']>,
): { name: string; code: number } | undefined {
  const all: readonly ContainerStatus[] = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
  ];
  for (const { name, state } of all) {
    const code = state?.terminated?.exitCode;
    if (code === undefined || code === 0) continue;
    if (containerName !== undefined && containerName !== name) continue;
    if (values.includes(code) === (operator === 'In')) return { name, code };
  }
  return undefined;
}

/** Failed pods that count: towards limits, and in `status.failed`. */
export function countedFailures(pods: readonly Pod[], rules: JobRules): Pod[] {
  return pods.filter((pod) => pod.status?.phase === 'Failed' && judgeFailure(pod, rules).action !== 'Ignore');
}

/** How often each index has failed, of those that have. */
export function failuresByIndex(pods: readonly Pod[], rules: JobRules): Map<number, Pod[]> {
  const found = new Map<number, Pod[]>();
  for (const pod of countedFailures(pods, rules)) {
    const index = indexOf(pod);
    if (index !== undefined) found.set(index, [...(found.get(index) ?? []), pod]);
  }
  return found;
}

/** The indexes that are given up; none without `backoffLimitPerIndex`. `known` is what the status remembers. */
export function failedIndexes(pods: readonly Pod[], rules: JobRules, known: string | undefined): number[] {
  const { backoffLimitPerIndex: limit } = rules;
  if (limit === undefined) return [];
  const given = [...failuresByIndex(pods, rules)].filter(
    ([, failed]) =>
      failed.length > limit || failed.some((pod) => judgeFailure(pod, rules).action === 'FailIndex'),
  );
  return [...new Set([...parseIndexes(known), ...given.map(([index]) => index)])].sort(
    (one, other) => one - other,
  );
}

/** The number of the first rule of `successPolicy` that these indexes meet. */
export function successRuleMet(
  completed: readonly number[],
  { successPolicy }: JobRules,
): number | undefined {
  const index = (successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    const wanted = succeededIndexes === undefined ? completed : parseIndexes(succeededIndexes);
    const reached = wanted.filter((one) => completed.includes(one)).length;
    return reached >= (succeededCount ?? wanted.length) && (succeededIndexes ?? succeededCount) !== undefined;
  });
  return index === -1 ? undefined : index;
}
