import { RE2JS } from 're2js';
import { fetch, isIn, sequenceOf, slice, wholeNumber } from './access.ts';
import type {
  BinaryNode,
  BuiltinNode,
  CallNode,
  ConditionalNode,
  IdentifierNode,
  IntegerNode,
  MemberNode,
  Node,
  PointerNode,
  SliceNode,
  UnaryNode,
} from './ast.ts';
import { bounds } from './bounds.ts';
import { newBudget } from './budget.ts';
import { isBuiltin, predicateBuiltins } from './builtin-names.ts';
import { type Environment, moduleFunction } from './environment.ts';
import { isTextSet, settled } from './fold.ts';
import { callBuiltin, notOfType, textOf } from './functions.ts';
import { callMethod } from './methods.ts';
import { equal, negate, operate } from './operations.ts';
import { type Element, evaluatePredicate } from './predicates.ts';
import { atPlace, problem } from './problem.ts';
import { isList, type List, listOfAny, type Value, valueTypeName } from './values.ts';

/** The value of a checked expression. Throws what went wrong with these values, with its place. */
export function evaluate(node: Node, environment: Environment): Value {
  const evaluator = new Evaluator(environment);
  return atPlace(evaluator, () => evaluator.visit(node));
}

/** What stands before a `?.` is nil: the whole chain is nil. */
const broken = Symbol('the chain is broken');

class Evaluator {
  private readonly environment: Environment;
  private readonly budget = newBudget();
  private readonly elements: Element[] = [];
  private readonly variables: { readonly name: string; readonly value: Value }[] = [];
  /** The node that is evaluated; after a problem, the one that has it. */
  current: Node | undefined;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  visit(node: Node): Value {
    this.budget.step();
    const outer = this.current;
    this.current = node;
    const value = this.valueOf(node);
    this.current = outer;
    return value;
  }

  private valueOf(node: Node): Value {
    switch (node.kind) {
      case 'nil':
        return null;
      case 'bool':
      case 'float':
      case 'string':
        return node.value;
      case 'integer':
        return integer(node);
      case 'identifier':
        return this.identifier(node);
      case 'unary':
        return this.unary(node);
      case 'binary':
        return this.binary(node);
      case 'chain':
        return this.chain(node.node);
      case 'member':
        return this.member(node);
      case 'slice':
        return this.slice(node);
      case 'call':
        return this.call(node);
      case 'builtin':
        return this.builtin(node);
      case 'predicate':
        return this.visit(node.body);
      case 'pointer':
        return this.pointer(node);
      case 'let': {
        this.variables.push({ name: node.name, value: this.visit(node.value) });
        const value = this.visit(node.body);
        this.variables.pop();
        return value;
      }
      case 'sequence':
        return node.nodes.map((each) => this.visit(each)).at(-1) ?? null;
      case 'conditional':
        return this.conditional(node);
      case 'array':
        this.budget.grow(node.elements.length);
        return listOfAny(node.elements.map((element) => this.visit(element)));
      case 'map': {
        this.budget.grow(node.pairs.length);
        const pairs = node.pairs.map(
          ({ key, value }) => [textOf(this.visit(key)), this.visit(value)] as const,
        );
        return { kind: 'dict', name: 'map[string]interface {}', entries: new Map<Value, Value>(pairs) };
      }
    }
  }

  private identifier({ name }: IdentifierNode): Value {
    const declared = this.variables.findLast((variable) => variable.name === name);
    if (declared !== undefined) return declared.value;
    const { variables } = this.environment;
    if (Object.hasOwn(variables, name)) return variables[name]?.value ?? null;
    throw problem(`${name} is a function; call it`);
  }

  private unary(node: UnaryNode): Value {
    if (typeof node.settled === 'boolean') return node.settled;
    const value = this.visit(node.operand);
    if (node.operator === '-') return negate(value);
    return node.operator === '+' ? value : !truth(value);
  }

  private binary(node: BinaryNode): Value {
    if (typeof node.settled === 'boolean') return node.settled;
    const { operator, left, right } = node;
    switch (operator) {
      case 'and':
      case '&&':
        return this.both(left, right, true);
      case 'or':
      case '||':
        return this.both(left, right, false);
      case '??':
        return this.visit(left) ?? this.visit(right);
      case 'in': {
        const needle = this.visit(left);
        if (isTextSet(right) && needle !== null && typeof needle !== 'string') throw notAKey(needle);
        return isIn(needle, this.visit(right), (a, b) => {
          this.budget.step();
          return equal(a, b);
        });
      }
      case '..':
        return this.range(this.visit(left), this.visit(right));
      case 'matches':
      case 'contains':
      case 'startsWith':
      case 'endsWith':
        return textTest(operator, this.visit(left), this.visit(right));
      case '==':
        return equalTyped(node, this.visit(left), this.visit(right));
      case '!=':
        return !equalTyped(node, this.visit(left), this.visit(right));
      default:
        return operate(operator, this.visit(left), this.visit(right));
    }
  }

  /** `goesOn` true for and, false for or: the left side decides whether the right one is looked at. */
  private both(left: Node, right: Node, goesOn: boolean): Value {
    if (settled(left) === goesOn) return this.visit(right);
    if (settled(right) === goesOn) return this.visit(left);
    const value = this.visit(left);
    return truth(value) === goesOn ? this.visit(right) : value;
  }

  private range(from: Value, to: Value): List {
    const [first, last] = [wholeNumber(from), wholeNumber(to)];
    const size = last < first ? 0n : last - first + 1n;
    this.budget.grow(size > BigInt(bounds.memory) ? bounds.memory : Number(size));
    return {
      kind: 'list',
      name: '[]int',
      items: Array.from({ length: Number(size) }, (_, i) => first + BigInt(i)),
    };
  }

  private chain(node: Node): Value {
    const { current } = this;
    try {
      return this.visit(node);
    } catch (error) {
      if (error !== broken) throw error;
      this.current = current;
      return null;
    }
  }

  private member(node: MemberNode): Value {
    const base = this.visit(node.base);
    if (node.optional && base === null) throw broken;
    return fetch(base, this.visit(node.property));
  }

  private slice({ base, from, to }: SliceNode): Value {
    const value = this.visit(base);
    const end = to === undefined ? undefined : this.visit(to);
    return slice(value, from === undefined ? undefined : this.visit(from), end);
  }

  private call({ callee, args }: CallNode): Value {
    const called = moduleFunction(this.environment, callee);
    if (called !== undefined) return called.call(args.map((arg) => this.visit(arg)));
    if (callee.kind === 'member' && callee.property.kind === 'string') {
      const on = this.visit(callee.base);
      if (callee.optional && on === null) throw broken;
      const given = args.map((arg) => this.visit(arg));
      return callMethod(on, callee.property.value, given);
    }
    const given = args.map((arg) => this.visit(arg));
    if (callee.kind === 'identifier') {
      const { functions } = this.environment;
      const known = Object.hasOwn(functions, callee.name) ? functions[callee.name] : undefined;
      if (known !== undefined) return known.call(given);
      if (isBuiltin(callee.name)) return callBuiltin(callee.name, given, this.context());
    }
    throw problem('invalid operation: cannot call nil');
  }

  private builtin({ name, args }: BuiltinNode): Value {
    if (!Object.hasOwn(predicateBuiltins, name)) {
      return callBuiltin(
        name,
        args.map((arg) => this.visit(arg)),
        this.context(),
      );
    }
    const [first, predicate, extra] = args as [Node, Node | undefined, Node | undefined];
    const items = itemsOf(this.visit(first));
    return evaluatePredicate(name, items, {
      each: (element) => this.within(element, predicate),
      extra: extra === undefined ? undefined : this.visit(extra),
      budget: this.budget,
    });
  }

  private within(element: Element, predicate: Node | undefined): Value {
    if (predicate === undefined) return element.item;
    this.elements.push(element);
    const value = this.visit(predicate);
    this.elements.pop();
    return value;
  }

  private pointer({ name }: PointerNode): Value {
    const element = this.elements.at(-1);
    if (element === undefined) throw problem('cannot use pointer accessor outside predicate');
    if (name === 'index') return BigInt(element.index);
    return name === 'acc' ? (element.accumulator ?? null) : element.item;
  }

  private conditional({ condition, then, otherwise }: ConditionalNode): Value {
    return this.visit(truth(this.visit(condition)) ? then : otherwise);
  }

  private context() {
    return { budget: this.budget, nowNanoseconds: this.environment.nowNanoseconds };
  }
}

function integer({ value, asFloat }: IntegerNode): Value {
  return asFloat === true ? Number(value) : value;
}

/** A value that must be true or false, and is no other. */
export function truth(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw notOfType(value, 'bool');
}

/** Where both sides are known to be whole numbers, or texts, nothing else is expected; nil there is a problem. */
function equalTyped({ left, right }: BinaryNode, one: Value, other: Value): boolean {
  if (
    left.type?.kind === 'int' &&
    right.type?.kind === 'int' &&
    left.type.name === 'int' &&
    right.type.name === 'int'
  ) {
    for (const value of [other, one]) if (typeof value !== 'bigint') throw notOfType(value, 'int');
  }
  if (isPlainText(left) && isPlainText(right)) {
    for (const value of [other, one]) textOf(value);
  }
  return equal(one, other);
}

function isPlainText({ type }: Node): boolean {
  return type?.kind === 'string' && type.name === 'string';
}

function textTest(operator: string, left: Value, right: Value): boolean {
  if (left === null || right === null) return false;
  const [of, part] = [textOf(left), textOf(right)];
  switch (operator) {
    case 'contains':
      return of.includes(part);
    case 'startsWith':
      return of.startsWith(part);
    case 'endsWith':
      return of.endsWith(part);
    default:
      return matches(of, part);
  }
}

function matches(of: string, pattern: string): boolean {
  try {
    return RE2JS.compile(pattern).matcher(of).find();
  } catch (error) {
    throw problem(error instanceof Error ? error.message : String(error));
  }
}

function itemsOf(value: Value): readonly Value[] {
  const items = sequenceOf(value);
  if (items !== undefined) return items;
  throw problem(
    `reflect: call of reflect.Value.Len on ${value === null ? 'zero' : valueTypeName(value)} Value`,
  );
}

function notAKey(needle: Value): Error {
  const name = isList(needle) ? needle.name : valueTypeName(needle);
  return problem(`reflect.Value.MapIndex: value of type ${name} is not assignable to type string`);
}
