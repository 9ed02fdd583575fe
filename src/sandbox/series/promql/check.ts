import { metricNameLabel } from '../labels.ts';
import type { AggregateExpr, BinaryExpr, CallExpr, Expr, ValueType, VectorSelector } from './ast.ts';
import { isComparison, isSetOp } from './ast.ts';
import { badQueryAt } from './errors.ts';
import { functionTable } from './functions.ts';

/**
 * The type of a query, of which every part gets what it takes; otherwise the query is refused before anything is read. Order and
 * words of the refusals are Prometheus'.
 */
export function checkTypes(query: string, expr: Expr): ValueType {
  return new TypeChecker(query).check(expr);
}

const typeNames: Readonly<Record<ValueType, string>> = {
  scalar: 'scalar',
  string: 'string',
  vector: 'instant vector',
  matrix: 'range vector',
};

class TypeChecker {
  readonly #query: string;

  constructor(query: string) {
    this.#query = query;
  }

  check(expr: Expr): ValueType {
    switch (expr.kind) {
      case 'number':
        return 'scalar';
      case 'string':
        return 'string';
      case 'paren':
        return this.check(expr.expr);
      case 'selector':
        return this.#selector(expr);
      case 'range':
        this.check(expr.selector);
        return 'matrix';
      case 'subquery': {
        const found = this.check(expr.expr);
        if (found === 'vector') return 'matrix';
        throw this.#fail(expr.from, `subquery is only allowed on instant vector, got ${found} instead`);
      }
      case 'unary': {
        const found = this.check(expr.expr);
        if (found === 'scalar' || found === 'vector') return found;
        const allowed = 'unary expression only allowed on expressions of type scalar or instant vector';
        throw this.#fail(expr.from, `${allowed}, got "${typeNames[found]}"`);
      }
      case 'binary':
        return this.#binary(expr);
      case 'aggregate':
        return this.#aggregate(expr);
      case 'call':
        return this.#call(expr);
    }
  }

  #fail(at: number, message: string): Error {
    return badQueryAt(this.#query, at, message);
  }

  #expect(expr: Expr, wanted: ValueType, where: string): void {
    const found = this.check(expr);
    if (found === wanted) return;
    throw this.#fail(expr.from, `expected type ${typeNames[wanted]} in ${where}, got ${typeNames[found]}`);
  }

  #selector({ matchers, metricName, from }: VectorSelector): ValueType {
    if (metricName !== undefined) {
      const second = matchers.slice(0, -1).find(({ name }) => name === metricNameLabel);
      if (second === undefined) return 'vector';
      const names = `${JSON.stringify(metricName)} or ${JSON.stringify(second.value)}`;
      throw this.#fail(from, `metric name must not be set twice: ${names}`);
    }
    if (matchers.some(({ matches }) => !matches(''))) return 'vector';
    throw this.#fail(from, 'vector selector must contain at least one non-empty matcher');
  }

  #binary({ op, bool, left, right, matching, from, opFrom }: BinaryExpr): ValueType {
    const [leftType, rightType] = [this.check(left), this.check(right)];
    const areScalars = leftType === 'scalar' && rightType === 'scalar';
    if (bool && !isComparison(op)) {
      throw this.#fail(opFrom, 'bool modifier can only be used on comparison operators');
    }
    if (isComparison(op) && !bool && areScalars) {
      throw this.#fail(opFrom, 'comparisons between scalars must use BOOL modifier');
    }
    const twice = matching?.on === true && matching.labels.find((label) => matching.include.includes(label));
    if (typeof twice === 'string') {
      throw this.#fail(opFrom, `label "${twice}" must not occur in ON and GROUP clause at once`);
    }
    for (const [side, type] of [
      [left, leftType],
      [right, rightType],
    ] as const) {
      if (type === 'scalar' || type === 'vector') continue;
      throw this.#fail(side.from, 'binary expression must contain only scalar and instant vector types');
    }
    const areVectors = leftType === 'vector' && rightType === 'vector';
    if (!areVectors && matching !== undefined && matching.labels.length > 0) {
      throw this.#fail(from, 'vector matching only allowed between instant vectors');
    }
    if (areVectors && isSetOp(op) && matching?.many !== undefined) {
      throw this.#fail(from, `no grouping allowed for "${op}" operation`);
    }
    if (!areVectors && isSetOp(op)) {
      throw this.#fail(from, `set operator "${op}" not allowed in binary scalar expression`);
    }
    return areScalars ? 'scalar' : 'vector';
  }

  #aggregate({ op, expr, parameter }: AggregateExpr): ValueType {
    this.#expect(expr, 'vector', 'aggregation expression');
    if (parameter !== undefined) {
      this.#expect(parameter, op === 'count_values' ? 'string' : 'scalar', 'aggregation parameter');
    }
    return 'vector';
  }

  #call({ name, args, from }: CallExpr): ValueType {
    const entry = functionTable[name];
    if (entry === undefined) throw this.#fail(from, `unknown function with name ${JSON.stringify(name)}`);
    const { optional = 0, variadic = false, returns } = entry;
    const most = entry.args.length;
    const least = most - optional;
    if (args.length < least || (!variadic && args.length > most)) {
      const isShort = args.length < least;
      const bound = !variadic && optional === 0 ? '' : isShort ? 'at least ' : 'at most ';
      const expected = `expected ${bound}${isShort ? least : most} argument(s) in call to "${name}"`;
      throw this.#fail(from, `${expected}, got ${args.length}`);
    }
    args.forEach((arg, index) => {
      const wanted = entry.args[Math.min(index, most - 1)] as ValueType;
      this.#expect(arg, wanted, `call to function "${name}"`);
    });
    return returns;
  }
}
