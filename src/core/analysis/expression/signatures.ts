import { problem } from './problem.ts';
import {
  anyList,
  anyMap,
  anything,
  argumentTypeName,
  assignable,
  deref,
  duration,
  float,
  floatList,
  int,
  intList,
  isNumber,
  type Signature,
  type Type,
  text,
  textList,
  time,
  typeName,
  zone,
} from './types.ts';

/** The type of a call, or a thrown problem. */
type Validate = (args: readonly Type[]) => Type;

/** Checks the arguments of a built-in that takes values only. */
export function typeOfBuiltin(name: string, args: readonly Type[]): Type {
  const validate = Object.hasOwn(validated, name) ? validated[name] : undefined;
  if (validate !== undefined) return validate(args);
  const overloads = Object.hasOwn(overloaded, name) ? (overloaded[name] ?? []) : [];
  let last: unknown = problem(`no matching overload for ${name}`);
  for (const signature of overloads) {
    try {
      return checkArguments(name, signature, args);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** Do the arguments fit? A whole number fits where a float is asked for, and nil where anything is. */
export function checkArguments(name: string, { params, result }: Signature, args: readonly Type[]): Type {
  if (args.length > params.length) throw problem(`too many arguments to call ${name}`);
  if (args.length < params.length) throw problem(`not enough arguments to call ${name}`);
  for (const [index, arg] of args.entries()) {
    const param = params[index] as Type;
    if (param.kind === 'float' && arg.kind === 'int') continue;
    if (param.kind === 'int' && arg.kind === 'int') continue;
    if (arg.kind === 'nil') {
      if (param.kind === 'unknown' || param.kind === 'pointer') continue;
      throw problem(`cannot use nil as argument (type ${typeName(param)}) to call ${name}`);
    }
    if (arg.kind === 'unknown' || assignable(arg, param) || assignable(deref(arg), param)) continue;
    throw problem(`cannot use ${typeName(arg)} as argument (type ${typeName(param)}) to call ${name} `);
  }
  return result;
}

function count(args: readonly Type[], expected: number): void {
  if (args.length === expected) return;
  throw problem(`invalid number of arguments (expected ${expected}, got ${args.length})`);
}

/** One argument of one of these kinds; anything else is refused with `refusal` and the type's name. */
function one(
  refusal: (type: string) => string,
  result: (arg: Type) => Type,
  ...kinds: readonly Type['kind'][]
): Validate {
  return (args) => {
    count(args, 1);
    const arg = args[0] as Type;
    const { kind } = deref(arg);
    if (kind !== 'unknown' && !kinds.includes(kind)) throw problem(refusal(argumentTypeName(arg)));
    return result(arg);
  };
}

const invalidFor = (name: string) => (type: string) => `invalid argument for ${name} (type ${type})`;

function aggregate(name: string): Validate {
  return (args) => {
    if (args.length === 0) throw problem(`not enough arguments to call ${name}`);
    for (const arg of args) {
      const { kind } = deref(arg);
      if (kind === 'unknown' || kind === 'list') return anything;
      if (!isNumber(deref(arg))) throw problem(invalidFor(name)(argumentTypeName(arg)));
    }
    return args[0] as Type;
  };
}

/** The static type of an element is forgotten when a list is of mixed values by its type. */
function elementOf(arg: Type): Type {
  if (arg.kind !== 'list') return anything;
  return arg.name === '[]interface {}' ? anything : arg.element;
}

const validated: Readonly<Record<string, Validate>> = {
  len: one(invalidFor('len'), () => int, 'list', 'map', 'string'),
  abs: one(invalidFor('abs'), (arg) => arg, 'int', 'float', 'duration'),
  ceil: one(invalidFor('ceil'), () => float, 'int', 'float', 'duration'),
  floor: one(invalidFor('floor'), () => float, 'int', 'float', 'duration'),
  round: one(invalidFor('round'), () => float, 'int', 'float', 'duration'),
  int: one(invalidFor('int'), () => int, 'int', 'float', 'string', 'duration'),
  float: one(invalidFor('float'), () => float, 'int', 'float', 'string', 'duration'),
  max: aggregate('max'),
  min: aggregate('min'),
  mean: aggregate('mean'),
  median: aggregate('median'),
  first: one((type) => `cannot get first element from ${type}`, elementOf, 'list'),
  last: one((type) => `cannot get last element from ${type}`, elementOf, 'list'),
  keys: one(
    (type) => `cannot get keys from ${type}`,
    () => anyList,
    'map',
  ),
  values: one(
    (type) => `cannot get values from ${type}`,
    () => anyList,
    'map',
  ),
  toPairs: one(
    (type) => `cannot transform ${type} to pairs`,
    () => anyList,
    'map',
  ),
  fromPairs: one(
    (type) => `cannot transform ${type} from pairs`,
    () => anyMap,
    'list',
  ),
  reverse: one(
    (type) => `cannot reverse ${type}`,
    () => anyList,
    'list',
  ),
  uniq: one(
    (type) => `cannot uniq ${type}`,
    () => anyList,
    'list',
  ),
  flatten: one(
    (type) => `cannot flatten ${type}`,
    () => anyList,
    'list',
  ),
  concat(args) {
    if (args.length === 0) throw problem('invalid number of arguments (expected at least 1, got 0)');
    const wrong = args.find((arg) => !['unknown', 'list'].includes(deref(arg).kind));
    if (wrong !== undefined) throw problem(`cannot concat ${argumentTypeName(wrong)}`);
    return anyList;
  },
  take(args) {
    count(args, 2);
    const [list, amount] = args as [Type, Type];
    if (!['unknown', 'list'].includes(deref(list).kind)) {
      throw problem(`cannot take from ${argumentTypeName(list)}`);
    }
    if (!['unknown', 'int'].includes(deref(amount).kind)) {
      throw problem(`cannot take ${argumentTypeName(amount)} elements`);
    }
    return list.kind === 'list' ? { ...list, element: elementOf(list) } : list;
  },
  now(args) {
    if (args.length === 1 && args[0]?.kind === 'zone') return time;
    if (args.length > 0) throw problem(`invalid number of arguments (expected 0, got ${args.length})`);
    return time;
  },
  date(args) {
    if (args.length < 1) throw problem('invalid number of arguments (expected at least 1, got 0)');
    const given = args.length - (args[0]?.kind === 'zone' ? 1 : 0);
    if (given > 3) throw problem(`invalid number of arguments (expected at most 3, got ${given})`);
    return time;
  },
};

const of = (params: readonly Type[], result: Type): Signature => ({ params, result });
const bits = [of([int, int], int)];

const overloaded: Readonly<Record<string, readonly Signature[]>> = {
  type: [of([anything], text)],
  string: [of([anything], text)],
  trim: [of([text], text), of([text, text], text)],
  trimPrefix: [of([text, text], text), of([text], text)],
  trimSuffix: [of([text, text], text), of([text], text)],
  upper: [of([text], text)],
  lower: [of([text], text)],
  split: [of([text, text], textList), of([text, text, int], textList)],
  splitAfter: [of([text, text], textList), of([text, text, int], textList)],
  replace: [of([text, text, text, int], text), of([text, text, text], text)],
  repeat: [of([text, int], text)],
  join: [of([textList, text], text), of([anyList, text], text), of([anyList], text), of([textList], text)],
  indexOf: [of([text, text], int)],
  lastIndexOf: [of([text, text], int)],
  hasPrefix: [of([text, text], { kind: 'bool' })],
  hasSuffix: [of([text, text], { kind: 'bool' })],
  toJSON: [of([anything], text)],
  fromJSON: [of([text], anything)],
  toBase64: [of([text], text)],
  fromBase64: [of([text], text)],
  duration: [of([text], duration)],
  timezone: [of([text], zone)],
  sort: [anyList, intList, floatList, textList].flatMap((list) => [
    of([list, text], anyList),
    of([list], anyList),
  ]),
  bitand: bits,
  bitor: bits,
  bitxor: bits,
  bitnand: bits,
  bitshl: bits,
  bitshr: bits,
  bitushr: bits,
  bitnot: [of([int], int)],
};
