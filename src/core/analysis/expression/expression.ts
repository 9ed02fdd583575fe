import { check } from './checker.ts';
import type { Environment } from './environment.ts';
import { evaluate } from './evaluator.ts';
import { parse } from './parser.ts';
import { problem } from './problem.ts';
import { type Type, typeName } from './types.ts';
import type { Value } from './values.ts';

/**
 * Evaluates an expression of the peers' language (expr-lang 1.17.8, https://expr-lang.org): first its grammar, then its types
 * against those of the environment, then its value. Throws a SluiceError with one sentence about the first thing wrong.
 */
export function evaluateExpression(source: string, environment: Environment): Evaluated {
  try {
    const node = parse(source);
    const type = check(node, environment);
    return { value: evaluate(node, environment), type };
  } catch (error) {
    if (error instanceof RangeError) throw problem('expression is too large to be evaluated');
    throw error;
  }
}

/** The type of an expression's value, as far as it is known without a result. Throws like `evaluateExpression`. */
export function checkExpression(source: string, environment: Environment): Type {
  try {
    return check(parse(source), environment);
  } catch (error) {
    if (error instanceof RangeError) throw problem('expression is too large to be evaluated');
    throw error;
  }
}

export interface Evaluated {
  readonly value: Value;
  /** What was known of the value beforehand. */
  readonly type: Type;
}

/** The name of a type for messages about an evaluated value: the known type is more exact than the value's. */
export function knownTypeName(type: Type, otherwise: string): string {
  return type.kind === 'int' ? typeName(type) : otherwise;
}
