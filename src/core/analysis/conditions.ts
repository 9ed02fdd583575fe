import type { MetricResult } from '../../api/measurement.ts';
import type { AnalysisPhase, Metric } from '../../api/v1alpha1/analysis.ts';
import { messageOf } from '../../kernel/errors.ts';
import { type Instant, instant } from '../../kernel/instant.ts';
import { conditionEnvironment, expectedEnvironment } from './expression/condition-environment.ts';
import type { Environment } from './expression/environment.ts';
import { checkExpression, evaluateExpression, knownTypeName } from './expression/expression.ts';
import { type Place, placeOf, problem, whereIs } from './expression/problem.ts';
import { typeName } from './expression/types.ts';
import { valueTypeName } from './expression/values.ts';

/** The conditions of a metric; an empty one counts as absent. */
export type Conditions = Pick<Metric, 'successCondition' | 'failureCondition'>;

export interface Verdict {
  readonly phase: Extract<AnalysisPhase, 'Successful' | 'Failed' | 'Inconclusive' | 'Error'>;
  /** Why there is no verdict, with the condition, what is wrong with it, and where: `(line:column)`. */
  readonly message?: string;
  readonly fault?: ConditionFault;
}

/** A condition that could not be evaluated. */
export interface ConditionFault {
  readonly field: keyof Conditions;
  readonly condition: string;
  /** The part of the condition at fault; absent when it is the result, or all of the condition. */
  readonly place?: Place;
}

/**
 * What one answer of a metric source means. Without conditions every answer is good. With both, a failure outranks a success,
 * and an answer that is neither is inconclusive. A condition that cannot be evaluated is an error, never a verdict.
 */
export function judgeMeasurement(
  { successCondition = '', failureCondition = '' }: Conditions,
  result: MetricResult,
  now: Instant = instant(0),
): Verdict {
  const environment = conditionEnvironment(result, now);
  const succeeds = holds('successCondition', successCondition, result, environment);
  const fails = holds('failureCondition', failureCondition, result, environment);
  const unanswered = succeeds?.fault === undefined ? fails : succeeds;
  if (unanswered?.fault !== undefined) {
    return { phase: 'Error', message: unanswered.message ?? '', fault: unanswered.fault };
  }
  if (fails?.holds === true) return { phase: 'Failed' };
  if (succeeds?.holds === true) return { phase: 'Successful' };
  if (succeeds !== undefined && fails !== undefined) return { phase: 'Inconclusive' };
  return { phase: succeeds === undefined ? 'Successful' : 'Failed' };
}

interface Answer {
  readonly holds?: boolean;
  readonly message?: string;
  readonly fault?: ConditionFault;
}

function holds(
  field: 'successCondition' | 'failureCondition',
  condition: string,
  result: MetricResult,
  environment: Environment,
): Answer | undefined {
  if (condition === '') return undefined;
  try {
    return { holds: evaluateCondition(condition, environment) };
  } catch (error) {
    const place = hasNoData(result) ? undefined : placeOf(error);
    const reason = hasNoData(result)
      ? 'metric result is nil or empty: no data returned from the metric provider'
      : messageOf(error);
    const where = place === undefined ? '' : ` ${whereIs(place, condition)}`;
    return {
      message: `could not evaluate ${field} "${condition}": ${reason}${where}`,
      fault: { field, condition, ...(place !== undefined && { place }) },
    };
  }
}

/** Does the condition hold? Throws a SluiceError when it has no answer. */
export function evaluateCondition(condition: string, environment: Environment): boolean {
  const { value, type } = evaluateExpression(condition, environment);
  if (typeof value === 'boolean') return value;
  throw problem(`expected bool, but got ${knownTypeName(type, valueTypeName(value))}`);
}

/** What is wrong with a condition whatever the source answers, if it answers with this kind; undefined when nothing is. */
export function conditionProblem(
  condition: string,
  kind: MetricResult['kind'],
): { readonly message: string; readonly place?: Place } | undefined {
  try {
    const type = checkExpression(condition, expectedEnvironment(kind));
    if (type.kind === 'bool' || type.kind === 'unknown') return undefined;
    return { message: `expected bool, but got ${typeName(type)}` };
  } catch (error) {
    const place = placeOf(error);
    return { message: messageOf(error), ...(place !== undefined && { place }) };
  }
}

function hasNoData(result: MetricResult): boolean {
  const { value } = result;
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
