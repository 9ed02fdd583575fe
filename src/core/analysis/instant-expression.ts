import { type Instant, instant } from '../../kernel/instant.ts';
import { testFunctions } from './expression/condition-environment.ts';
import { evaluateExpression } from './expression/expression.ts';
import { problem } from './expression/problem.ts';
import { hasKind, valueTypeName } from './expression/values.ts';

/** The instant that an expression names: `now()`, `now() - duration("1h")`, `date("2026-08-14 00:00:00", …)`. */
export function evaluateInstant(expression: string, now: Instant): Instant {
  const { value } = evaluateExpression(expression, {
    variables: {},
    functions: testFunctions,
    nowNanoseconds: BigInt(Math.trunc(now)) * 1_000_000n,
  });
  if (hasKind(value, 'time')) return instant(Number(value.nanoseconds / 1_000_000n));
  throw problem(`expected time.Time, but got ${valueTypeName(value)}`);
}
