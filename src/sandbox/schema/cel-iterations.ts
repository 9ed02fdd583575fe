import type { CelNode, Checker, Scope } from './cel-check.ts';
import { type Priced, sizeOf, times } from './cel-costs.ts';
import { type CelType, dyn, spelled } from './cel-types.ts';

/** A macro that goes over a list or a map, or binds a value to a name. */
interface Macro {
  readonly checker: Checker;
  readonly receiver: CelNode;
  readonly operands: readonly CelNode[];
  readonly scope: Scope;
}

const bool: CelType = { name: 'bool' };

/** What one step costs beside its parts, what the frame does, and what comes out of it. */
interface Frame {
  readonly variables: 1 | 2;
  /** Of the steps' parts: a test, and what is made of an element. */
  readonly parts: readonly ('test' | 'made')[];
  step(costs: readonly number[]): number;
  readonly around: number;
  result(range: Priced, made: Priced | undefined): Omit<Priced, 'cost'>;
}

const yesOrNo = (): Omit<Priced, 'cost'> => ({ type: bool, size: 1 });
const listOf = (range: Priced, made: Priced | undefined): Omit<Priced, 'cost'> => ({
  type: { name: 'list', element: made?.type ?? dyn },
  size: sizeOf(range),
  entry: { key: 1, value: made === undefined ? 0 : sizeOf(made) },
});
const mapOf = (range: Priced, made: Priced | undefined): Omit<Priced, 'cost'> => ({
  type: { name: 'map', key: range.type.key ?? dyn, element: made?.type ?? dyn },
  size: sizeOf(range),
});

/** The loops that the macros stand for, priced as cel-go writes them out. */
const all: Omit<Frame, 'variables'> = {
  parts: ['test'],
  step: ([test = 0]) => test + 3,
  around: 1,
  result: yesOrNo,
};
const exists: Omit<Frame, 'variables'> = { ...all, step: ([test = 0]) => test + 4 };
const one: Omit<Frame, 'variables'> = { ...all, step: ([test = 0]) => test + 2, around: 2 };
const made: Omit<Frame, 'variables'> = {
  parts: ['made'],
  step: ([make = 0]) => make + 12,
  around: 11,
  result: listOf,
};
const chosen: Omit<Frame, 'variables'> = {
  ...made,
  parts: ['test', 'made'],
  step: ([test = 0, make = 0]) => test + make + 12,
};
const entries: Omit<Frame, 'variables'> = {
  ...made,
  step: ([make = 0]) => make + 3,
  around: 31,
  result: mapOf,
};
/** What is made is a map of its own, whose entries are taken over. */
const merged = (frame: Omit<Frame, 'variables'>): Omit<Frame, 'variables'> => ({
  ...frame,
  result: (range, last) => ({ type: last?.type ?? dyn, size: sizeOf(range) }),
});
const someEntries: Omit<Frame, 'variables'> = {
  ...entries,
  parts: ['test', 'made'],
  step: ([test = 0, make = 0]) => test + make + 3,
};

const over =
  (frame: Omit<Frame, 'variables'>, variables: 1 | 2) =>
  (macro: Macro): Priced =>
    iterate(macro, { ...frame, variables });

/** By name and number of arguments. */
export const iterations: Readonly<Record<string, Readonly<Record<number, (macro: Macro) => Priced>>>> = {
  all: { 2: over(all, 1), 3: over(all, 2) },
  exists: { 2: over(exists, 1), 3: over(exists, 2) },
  exists_one: { 2: over(one, 1) },
  existsOne: { 2: over(one, 1), 3: over(one, 2) },
  map: { 2: over(made, 1), 3: over(chosen, 1) },
  filter: { 2: filtered },
  transformList: { 3: over(made, 2), 4: over(chosen, 2) },
  transformMap: { 3: over(entries, 2), 4: over(someEntries, 2) },
  transformMapEntry: { 3: over(merged(entries), 2), 4: over(merged(someEntries), 2) },
  optMap: { 2: (macro) => opened(macro, (inner) => ({ name: 'optional', element: inner })) },
  optFlatMap: { 2: (macro) => opened(macro, (inner) => inner) },
};

function iterate({ checker, receiver, operands, scope }: Macro, frame: Frame): Priced {
  const range = checker.visit(receiver, scope);
  const inner = within(checker, { range, receiver, operands, scope }, frame.variables);
  const seen = operands.slice(frame.variables).map((operand) => checker.visit(operand, inner));
  for (const [index, { type }] of seen.entries()) {
    const test = operands[frame.variables + index];
    if (frame.parts[index] === 'test' && test !== undefined) checker.expectBool(test, type);
  }
  const step = frame.step(seen.map(({ cost }) => cost));
  const last = frame.parts.at(-1) === 'made' ? seen.at(-1) : undefined;
  return { ...frame.result(range, last), cost: range.cost + frame.around + times(sizeOf(range), step) };
}

/** The elements that the test lets through, as they are. */
function filtered(macro: Macro): Priced {
  const { checker, receiver, scope } = macro;
  const tested = iterate(macro, {
    ...chosen,
    parts: ['test'],
    step: ([test = 0]) => test + 13,
    variables: 1,
  });
  const { faults } = checker;
  const before = faults.length;
  const range = checker.visit(receiver, scope);
  faults.length = before; // told already
  return {
    ...tested,
    type: range.type.name === 'list' ? range.type : { name: 'list', element: range.type.key ?? dyn },
  };
}

/** The scope of the loop: a variable for the element or the key, or one for each of key and value. */
function within(
  checker: Checker,
  { range, receiver, operands, scope }: { range: Priced } & Pick<Macro, 'receiver' | 'operands' | 'scope'>,
  count: 1 | 2,
): Scope {
  const { type, entry } = range;
  if (!['list', 'map', 'dyn'].includes(type.name)) {
    const text = `expression of type '${spelled(type)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
    checker.fault(checker.at(receiver), text);
  }
  const keys: Priced = {
    type: type.name === 'list' ? { name: 'int' } : (type.key ?? dyn),
    cost: 1,
    place: type.name === 'list' ? undefined : checker.placeOf(range, 'key'),
    ...(entry === undefined ? {} : { bound: entry.key }),
  };
  const values: Priced = {
    type: type.element ?? dyn,
    cost: 1,
    place: type.name === 'dyn' ? undefined : checker.placeOf(range, 'element'),
    ...(entry === undefined ? {} : { bound: entry.value }),
  };
  const bound = count === 2 ? [keys, values] : [type.name === 'list' ? values : keys];
  return new Map([...scope, ...bound.map((value, index) => [nameOf(operands[index]), value] as const)]);
}

const nameOf = (node: CelNode | undefined): string => String(node?.args);

/** `optMap`: what is in an optional value, under a name. */
function opened({ checker, receiver, operands, scope }: Macro, wrapped: (type: CelType) => CelType): Priced {
  const owner = checker.visit(receiver, scope);
  const [variable, body] = operands as readonly [CelNode, CelNode];
  const type = owner.type.name === 'optional' ? (owner.type.element ?? dyn) : dyn;
  const result = checker.visit(body, new Map([...scope, [nameOf(variable), { type, cost: 1 }]]));
  return { type: wrapped(result.type), cost: 2 * owner.cost + result.cost + 13 };
}
