import { messageOf } from '../../kernel/errors.ts';
import { evaluateExpression } from '../analysis/expression/expression.ts';
import { formatValue } from '../analysis/expression/format.ts';
import type { TriggerCondition } from './config.ts';
import { type Subject, triggerEnvironment } from './variables.ts';

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
