import type { AggregateExpr, BinaryExpr, CallExpr, Expr, ValueType } from './ast.ts';
import { isComparison, isSetOp } from './ast.ts';
import { badQuery } from './errors.ts';
import { functionTable } from './functions.ts';

/** Every part of the expression gets what it takes, or the query is refused before anything is read. */
export function checkTypes(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
      return 'vector';
    case 'range':
      return 'matrix';
    case 'subquery':
      expectType(expr.expr, ['vector'], 'subquery');
      return 'matrix';
    case 'unary':
      return expectType(expr.expr, ['scalar', 'vector'], 'unary expression');
    case 'binary':
      return checkBinary(expr);
    case 'aggregate':
      return checkAggregate(expr);
    case 'call':
      return checkCall(expr);
  }
}

const typeNames: Readonly<Record<ValueType, string>> = {
  scalar: 'scalar',
  string: 'string',
  vector: 'instant vector',
  matrix: 'range vector',
};

function expectType(expr: Expr, accepted: readonly ValueType[], where: string): ValueType {
  const found = checkTypes(expr);
  if (accepted.includes(found)) return found;
  const wanted = accepted.length === 1 ? typeNames[accepted[0] as ValueType] : 'scalar or instant vector';
  throw badQuery(`parse error: expected type ${wanted} in ${where}, got ${typeNames[found]}`);
}

function checkBinary(expr: BinaryExpr): ValueType {
  const sides = [expr.left, expr.right].map((side) => checkTypes(side));
  if (sides.some((side) => side !== 'scalar' && side !== 'vector')) {
    throw badQuery('parse error: binary expression must contain only scalar and instant vector types');
  }
  const scalars = sides.filter((side) => side === 'scalar').length;
  if (expr.bool && !isComparison(expr.op)) {
    throw badQuery('parse error: bool modifier can only be used on comparison operators');
  }
  if (isComparison(expr.op) && scalars === 2 && !expr.bool) {
    throw badQuery('parse error: comparisons between scalars must use BOOL modifier');
  }
  if (scalars > 0 && isSetOp(expr.op)) {
    throw badQuery(`parse error: set operator "${expr.op}" not allowed in binary scalar expression`);
  }
  if (scalars > 0 && expr.matching !== undefined) {
    throw badQuery('parse error: vector matching only allowed between instant vectors');
  }
  if (isSetOp(expr.op) && expr.matching?.many !== undefined) {
    throw badQuery(`parse error: no grouping allowed for "${expr.op}" operation`);
  }
  return scalars === 2 ? 'scalar' : 'vector';
}

function checkAggregate(expr: AggregateExpr): ValueType {
  expectType(expr.expr, ['vector'], 'aggregation expression');
  if (expr.parameter !== undefined) {
    expectType(expr.parameter, [expr.op === 'count_values' ? 'string' : 'scalar'], 'aggregation parameter');
  }
  return 'vector';
}

function checkCall(expr: CallExpr): ValueType {
  const entry = functionTable[expr.name];
  if (entry === undefined) {
    throw badQuery(`parse error: the sandbox's PromQL does not support the function "${expr.name}"`);
  }
  const { args, optional = 0, variadic = false, returns } = entry;
  const least = args.length - optional;
  if (expr.args.length < least || (!variadic && expr.args.length > args.length)) {
    const bound = variadic || optional > 0 ? (expr.args.length < least ? 'at least ' : 'at most ') : '';
    const count = expr.args.length < least ? least : args.length;
    throw badQuery(
      `parse error: expected ${bound}${count} argument(s) in call to "${expr.name}", got ${expr.args.length}`,
    );
  }
  expr.args.forEach((arg, index) => {
    expectType(arg, [args[Math.min(index, args.length - 1)] as ValueType], `call to function "${expr.name}"`);
  });
  return returns;
}
