import { SluiceError } from '../../kernel/errors.ts';
import type { Comparison, Operand, Part, Step } from './parse.ts';

/** For each part of the template, the values that it stands for. A field that is not there is an error. */
export function findAll(parts: readonly Part[], root: unknown): readonly (readonly unknown[])[] {
  return parts.map((part) => ('text' in part ? [part.text] : walk(part.path, [root])));
}

/** Values that one path may lead to; a document of ten megabytes has fewer. */
const mostValues = 1_000_000;

function walk(path: readonly Step[], start: readonly unknown[]): readonly unknown[] {
  return path.reduce<readonly unknown[]>((values, step) => {
    const found =
      step.kind === 'field' ? field(step.name, values) : values.flatMap((value) => take(step, value));
    if (found.length > mostValues) throw notFound(`more than ${mostValues} values`);
    return found;
  }, start);
}

function take(step: Exclude<Step, { kind: 'field' }>, value: unknown): readonly unknown[] {
  switch (step.kind) {
    case 'wildcard':
      return childrenOf(value);
    case 'descend':
      return descendants(value);
    case 'index':
      return [elementAt(value, step.at)];
    case 'slice':
      return sliceOf(value, step);
    case 'union':
      return step.branches.flatMap((branch) => walk(branch, [value]));
    case 'filter':
      return childrenOf(value).filter((child) => matches(step, child));
  }
}

/** Of several values those that have the field; it is an error when none has. */
function field(name: string, values: readonly unknown[]): readonly unknown[] {
  const found = values.flatMap((value) => {
    const isMap =
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name);
    return isMap ? [(value as Readonly<Record<string, unknown>>)[name]] : [];
  });
  if (found.length === 0) throw notFound(`${name} is not found`);
  return found;
}

function childrenOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function descendants(value: unknown): readonly unknown[] {
  return [value, ...childrenOf(value).flatMap(descendants)];
}

function listAt(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw notFound('a list was expected where the path has an index');
}

function elementAt(value: unknown, at: number): unknown {
  const list = listAt(value);
  const index = at < 0 ? list.length + at : at;
  if (index >= 0 && index < list.length) return list[index];
  throw notFound(`array index out of bounds: index ${at}, length ${list.length}`);
}

function sliceOf(
  value: unknown,
  { from = 0, to, step = 1 }: Extract<Step, { kind: 'slice' }>,
): readonly unknown[] {
  const list = listAt(value);
  const end = to ?? list.length;
  const sliced = list.slice(from, end);
  if (step < 1) throw notFound('the step of a slice must be positive');
  return sliced.filter((_, index) => index % step === 0);
}

function matches(filter: Extract<Step, { kind: 'filter' }>, child: unknown): boolean {
  const left = operandOf(filter.left, child);
  if (filter.operator === 'exists') return left.length > 0;
  const right = filter.right === undefined ? [] : operandOf(filter.right, child);
  if (left.length === 0 || right.length === 0) return false;
  if (left.length > 1 || right.length > 1) throw notFound('can only compare one element at a time');
  return compare(filter.operator, left[0], right[0]);
}

function operandOf(operand: Operand, child: unknown): readonly unknown[] {
  if ('literal' in operand) return [operand.literal];
  try {
    return walk(operand.path, [child]);
  } catch {
    return []; // a child without the field does not match
  }
}

function compare(operator: Exclude<Comparison, 'exists'>, left: unknown, right: unknown): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  const numbers = typeof left === 'number' && typeof right === 'number';
  const texts = typeof left === 'string' && typeof right === 'string';
  if (!numbers && !texts) throw notFound('incompatible types for comparison');
  const [a, b] = [left as number, right as number];
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

function notFound(problem: string): SluiceError {
  return new SluiceError('METRIC_ANSWER_INVALID', `Could not find JSONPath in body: ${problem}`);
}
