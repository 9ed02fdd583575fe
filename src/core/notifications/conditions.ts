import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { messageOf } from '../../kernel/errors.ts';
import { instant } from '../../kernel/instant.ts';
import { checkExpression, evaluateExpression } from '../analysis/expression/expression.ts';
import { formatValue } from '../analysis/expression/format.ts';
import { type Subject, triggerEnvironment } from './variables.ts';

/** One condition of a trigger. */
export interface TriggerCondition {
  /** In the language of analyses' conditions; absent in those that an event alone sets off. */
  readonly when?: string;
  readonly oncePer?: string;
  readonly send: readonly string[];
  readonly description?: string;
}

/** What of `when` and `oncePer` cannot be judged whatever the Rollout, in sentences. */
export function checkCondition({ when = '', oncePer = '' }: TriggerCondition): readonly string[] {
  const anyRollout = { rollout: {} as Rollout, analysisRuns: [], now: instant(0) };
  return Object.entries({ when, oncePer }).flatMap(([member, source]) => {
    if (source === '') return [];
    try {
      checkExpression(source, triggerEnvironment(anyRollout));
      return [];
    } catch (error) {
      return [`${member}: ${messageOf(error)}`];
    }
  });
}

export interface ConditionAnswer {
  readonly holds: boolean;
  /** What `oncePer` amounts to; only when the condition holds. */
  readonly oncePer?: string;
  /** Why there is no answer, which counts as no. */
  readonly problem?: string;
}

/**
 * Does the condition hold for this Rollout? One that cannot be evaluated, or is no yes or no, does not, as by the peer.
 * @param withoutWhen what a condition without `when` amounts to.
 */
export function judgeCondition(
  { when = '', oncePer = '' }: TriggerCondition,
  subject: Subject,
  withoutWhen: boolean,
): ConditionAnswer {
  const environment = triggerEnvironment(subject);
  try {
    if (when !== '') {
      const { value } = evaluateExpression(when, environment);
      if (value !== true)
        return {
          holds: false,
          ...(value !== false && { problem: `"${when}" is ${formatValue(value)}, no yes or no` }),
        };
    } else if (!withoutWhen) return { holds: false };
  } catch (error) {
    return { holds: false, problem: messageOf(error) };
  }
  if (oncePer === '') return { holds: true };
  try {
    return { holds: true, oncePer: formatValue(evaluateExpression(oncePer, environment).value) };
  } catch (error) {
    return { holds: true, problem: messageOf(error) }; // as the peer: told while it holds
  }
}
