import { type Environment, Optional } from '@marcbachmann/cel-js';
import { isObject } from '../json.ts';

/** The library's own types of what a macro gets are not exported; this is what is used of them. */
interface Node {
  readonly op: string;
  readonly args: unknown;
}
interface Scope {
  forkWithVariable(name: string, type: unknown): Scope;
  reuse(parent: Scope): Scope;
  setIterValue(value: unknown, evaluator: Evaluator): Scope;
}
interface Checker {
  check(node: Node, scope: Scope): unknown;
  getType(name: string): unknown;
}
interface Evaluator {
  run(node: Node, scope: Scope): unknown;
}
interface Call {
  readonly args: readonly Node[];
  readonly receiver: Node;
}

/** What a macro makes of the pairs it is given, with its arguments as functions of a pair. */
type Fold = (pairs: readonly Pair[], given: readonly ((pair: Pair) => unknown)[]) => unknown;
type Pair = readonly [key: unknown, value: unknown];

const yes = (value: unknown): boolean => value === true;

/** Iterations with two variables: index and item of a list, key and value of a map. */
const folds: Readonly<Record<string, Readonly<Record<number, Fold>>>> = {
  all: { 1: (pairs, [test = never]) => pairs.every((pair) => yes(test(pair))) },
  exists: { 1: (pairs, [test = never]) => pairs.some((pair) => yes(test(pair))) },
  existsOne: { 1: exactlyOne },
  transformList: {
    1: (pairs, [make = never]) => pairs.map(make),
    2: (pairs, [test = never, make = never]) => pairs.filter((pair) => yes(test(pair))).map(make),
  },
  transformMap: {
    1: (pairs, [make = never]) => madeOf(pairs.map((pair) => [pair[0], make(pair)])),
    2: (pairs, [test = never, make = never]) =>
      madeOf(pairs.filter((pair) => yes(test(pair))).map((pair) => [pair[0], make(pair)])),
  },
  transformMapEntry: {
    1: (pairs, [make = never]) => madeOf(pairs.flatMap((pair) => pairsOf(make(pair)))),
    2: (pairs, [test = never, make = never]) =>
      madeOf(pairs.filter((pair) => yes(test(pair))).flatMap((pair) => pairsOf(make(pair)))),
  },
};

function exactlyOne(pairs: readonly Pair[], [test = never]: readonly ((pair: Pair) => unknown)[]): boolean {
  return pairs.filter((pair) => yes(test(pair))).length === 1;
}

function never(): never {
  throw new Error('a macro without its argument');
}

/** Keys that are texts make a plain map, as values of JSON are. */
function madeOf(pairs: readonly Pair[]): unknown {
  const keys = new Set(pairs.map(([key]) => key));
  if (keys.size < pairs.length) throw new Error('insert failed: key already exists');
  return pairs.every(([key]) => typeof key === 'string')
    ? Object.fromEntries(pairs as readonly (readonly [string, unknown])[])
    : new Map(pairs);
}

function pairsOf(range: unknown): readonly Pair[] {
  if (Array.isArray(range)) return range.map((item, index) => [BigInt(index), item]);
  if (range instanceof Map) return [...range];
  return isObject(range) ? Object.entries(range) : [];
}

/** Which variables the first arguments name, and which pairs the receiver's value is. */
interface Binding {
  readonly variables: 1 | 2;
  readonly pairsOf: (range: unknown) => readonly Pair[];
}

/** A call whose last arguments are evaluated for each pair, with variables for its parts. */
function iterating({ args, receiver }: Call, { variables, pairsOf: pairs }: Binding, fold: Fold): object {
  const names = args.slice(0, variables).map(nameOf);
  const given = args.slice(variables);
  const scopes: Scope[] = [];
  return {
    typeCheck(checker: Checker, _macro: unknown, scope: Scope) {
      checker.check(receiver, scope);
      let inner = scope;
      for (const name of names) {
        inner = inner.forkWithVariable(name, checker.getType('dyn'));
        scopes.push(inner);
      }
      for (const node of given) checker.check(node, inner);
      return checker.getType('dyn');
    },
    evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope) {
      let inner = scope;
      for (const own of scopes) inner = own.reuse(inner);
      const bind = (pair: Pair) => {
        for (const [index, own] of scopes.entries())
          own.setIterValue(variables === 1 ? pair[1] : pair[index], evaluator);
      };
      return fold(
        pairs(evaluator.run(receiver, scope)),
        given.map((node) => (pair: Pair) => {
          bind(pair);
          return evaluator.run(node, inner);
        }),
      );
    },
  };
}

function nameOf(node: Node): string {
  if (node.op === 'id') return node.args as string;
  throw new Error('argument must be a simple name');
}

/** Macros that the library does not bring: those of two variables, and those of optional values. */
export function registerMacros(environment: Environment): void {
  const register = (signature: string, binding: Binding, fold: Fold) =>
    environment.registerFunction(signature, ((call: Call) =>
      iterating(call, binding, fold)) as unknown as () => unknown);
  for (const [name, byCount] of Object.entries(folds)) {
    for (const [count, fold] of Object.entries(byCount)) {
      const parameters = Array.from({ length: Number(count) + 2 }, () => 'ast').join(', ');
      for (const range of ['list', 'map'])
        register(`${range}.${name}(${parameters}): dyn`, { variables: 2, pairsOf }, fold);
    }
  }
  const present: Binding = { variables: 1, pairsOf: presentOf };
  register('optional.optMap(ast, ast): dyn', present, ([pair], [make = never]) =>
    pair === undefined ? Optional.none() : Optional.of(make(pair)),
  );
  register('optional.optFlatMap(ast, ast): dyn', present, ([pair], [make = never]) =>
    pair === undefined ? Optional.none() : make(pair),
  );
}

const presentOf = (value: unknown): readonly Pair[] =>
  value instanceof Optional && value.hasValue() ? [[0n, value.value()]] : [];
