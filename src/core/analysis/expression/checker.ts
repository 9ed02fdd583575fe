import { RE2JS } from 're2js';
import type {
  BinaryNode,
  BuiltinNode,
  CallNode,
  ConditionalNode,
  IdentifierNode,
  LetNode,
  MemberNode,
  Node,
  PointerNode,
  PredicateNode,
  SliceNode,
  UnaryNode,
} from './ast.ts';
import { bounds } from './bounds.ts';
import { isBuiltin, predicateBuiltins } from './builtin-names.ts';
import { type Environment, moduleFunction } from './environment.ts';
import { settle } from './fold.ts';
import { methodType } from './methods.ts';
import { atPlace, problem } from './problem.ts';
import { checkArguments, typeOfBuiltin } from './signatures.ts';
import {
  anyList,
  anything,
  assignable,
  bool,
  both,
  comparable,
  deref,
  duration,
  float,
  int,
  isNumber,
  listOf,
  maybe,
  nil,
  type Type,
  text,
  textMap,
  time,
  typeName,
  unknown,
} from './types.ts';

/**
 * Finds the type of every node and writes it there. Throws the first thing that cannot be, whatever the values are, with
 * its place.
 */
export function check(node: Node, environment: Environment): Type {
  const checker = new Checker(environment);
  return atPlace(checker, () => checker.visit(node));
}

interface Scope {
  readonly collection: Type;
  readonly pointers: Readonly<Record<string, Type>>;
}

class Checker {
  private readonly environment: Environment;
  private readonly scopes: Scope[] = [];
  private readonly variables: { readonly name: string; readonly type: Type }[] = [];
  private depth = 0;
  /** The node that is looked at; after a problem, the one that has it. */
  current: Node | undefined;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  visit(node: Node): Type {
    this.depth += 1;
    if (this.depth > bounds.depth * 2)
      throw problem(`expression is nested deeper than ${bounds.depth * 2} levels`);
    const outer = this.current;
    this.current = node;
    const type = this.typeOf(node);
    this.current = outer;
    this.depth -= 1;
    node.type = type;
    if (node.kind === 'unary' || node.kind === 'binary') node.settled = settle(node);
    return type;
  }

  private typeOf(node: Node): Type {
    switch (node.kind) {
      case 'nil':
        return nil;
      case 'bool':
        return bool;
      case 'integer':
        return int;
      case 'float':
        return float;
      case 'string':
        return text;
      case 'identifier':
        return this.identifier(node);
      case 'unary':
        return this.unary(node);
      case 'binary':
        return this.binary(node);
      case 'chain':
        return this.visit(node.node);
      case 'member':
        return this.member(node);
      case 'slice':
        return this.slice(node);
      case 'call':
        return this.call(node);
      case 'builtin':
        return Object.hasOwn(predicateBuiltins, node.name) ? this.predicateBuiltin(node) : this.builtin(node);
      case 'predicate':
        return this.visit(node.body);
      case 'pointer':
        return this.pointer(node);
      case 'let':
        return this.declaration(node);
      case 'sequence':
        return node.nodes.map((each) => this.visit(each)).at(-1) ?? nil;
      case 'conditional':
        return this.conditional(node);
      case 'array':
        return this.array(node.elements);
      case 'map':
        for (const { key, value } of node.pairs) {
          this.visit(key);
          this.visit(value);
        }
        return textMap;
    }
  }

  private identifier({ name }: IdentifierNode): Type {
    const declared = this.variables.findLast((variable) => variable.name === name);
    if (declared !== undefined) return declared.type;
    const { variables, functions } = this.environment;
    if (Object.hasOwn(variables, name)) return variables[name]?.type ?? unknown;
    if (Object.hasOwn(functions, name)) return { kind: 'function', name, signature: functions[name] };
    if (isBuiltin(name)) return { kind: 'function', name };
    throw problem(`unknown name ${name}`);
  }

  private unary({ operator, operand }: UnaryNode): Type {
    const type = deref(this.visit(operand));
    const logical = operator === '!' || operator === 'not';
    if (logical && (type.kind === 'bool' || type.kind === 'unknown')) return bool;
    if (!logical && (isNumber(type) || type.kind === 'unknown')) return type;
    throw problem(`invalid operation: ${operator} (mismatched type ${typeName(type)})`);
  }

  private binary(node: BinaryNode): Type {
    const left = deref(this.visit(node.left));
    const right = deref(this.visit(node.right));
    if (node.operator === 'matches') checkPattern(node.right);
    const type = node.operator === 'in' ? membership(left, right) : binaryType(node.operator, left, right);
    if (type !== undefined) return type;
    throw problem(
      `invalid operation: ${node.operator} (mismatched types ${typeName(left)} and ${typeName(right)})`,
    );
  }

  private member(node: MemberNode): Type {
    const before = this.visit(node.base);
    const property = this.visit(node.property);
    if (before.kind === 'unknown') return unknown;
    const name = node.property.kind === 'string' ? node.property.value : undefined;
    if (before.kind === 'nil' && name !== undefined) throw problem(`type nil has no field ${name}`);
    const base = deref(before);
    const method = name === undefined ? undefined : methodType(base, name);
    if (method !== undefined) return method;
    switch (base.kind) {
      case 'map':
        return elementOfMap(base, property);
      case 'list':
        return elementOfList(base, deref(property));
      case 'struct':
        if (name !== undefined && Object.hasOwn(base.fields, name)) return base.fields[name] ?? unknown;
        break;
      default:
    }
    if (name !== undefined) {
      throw problem(`type ${typeName(base)} has no ${node.method ? 'method' : 'field'} ${name}`);
    }
    throw problem(`type ${typeName(base)}[${typeName(property)}] is undefined`);
  }

  private slice({ base, from, to }: SliceNode): Type {
    const type = this.visit(base);
    if (type.kind !== 'unknown' && type.kind !== 'string' && type.kind !== 'list') {
      throw problem(`cannot slice ${typeName(type)}`);
    }
    for (const bound of [from, to]) {
      const boundType = bound === undefined ? int : deref(this.visit(bound));
      if (type.kind !== 'unknown' && boundType.kind !== 'int' && boundType.kind !== 'unknown') {
        throw problem(`non-integer slice index ${typeName(boundType)}`);
      }
    }
    return type;
  }

  private call({ callee, args }: CallNode): Type {
    const called = moduleFunction(this.environment, callee);
    const type: Type =
      called === undefined ? this.visit(callee) : { kind: 'function', name: called.name, signature: called };
    if (type.kind === 'nil') throw problem('cannot call nil as function');
    if (type.kind !== 'function' && type.kind !== 'unknown')
      throw problem(`${typeName(type)} is not callable`);
    const argTypes = args.map((arg) => this.visit(arg));
    if (type.kind === 'unknown') return unknown;
    if (type.signature === undefined) return typeOfBuiltin(type.name, argTypes);
    const result = checkArguments(type.name, type.signature, argTypes);
    for (const [index, param] of type.signature.params.entries()) {
      if (param.kind === 'float' && argTypes[index]?.kind === 'int') makeFloat(args[index] as Node);
    }
    return result;
  }

  private builtin({ name, args }: BuiltinNode): Type {
    if (name === 'get') return this.get(args);
    return typeOfBuiltin(
      name,
      args.map((arg) => this.visit(arg)),
    );
  }

  private get(args: readonly Node[]): Type {
    if (args.length !== 2) throw problem(`invalid number of arguments (expected 2, got ${args.length})`);
    const [base, property] = args.map((arg) => this.visit(arg)) as [Type, Type];
    if (base.kind === 'unknown') return unknown;
    if (base.kind === 'map') return elementOfMap(base, deref(property));
    if (base.kind !== 'list') throw problem(`type ${typeName(base)} does not support indexing`);
    if (!['int', 'unknown'].includes(deref(property).kind)) {
      throw problem(`non-integer slice index ${typeName(deref(property))}`);
    }
    return base.element;
  }

  private predicateBuiltin({ name, args }: BuiltinNode): Type {
    const [first, predicate, extra] = args as [Node, PredicateNode | undefined, Node | undefined];
    const collection = deref(this.visit(first));
    if (collection.kind !== 'list' && collection.kind !== 'unknown') {
      throw problem(`builtin ${name} takes only array (got ${typeName(collection)})`);
    }
    const element = collection.kind === 'list' ? collection.element : unknown;
    if (predicate === undefined) return name === 'count' ? int : element;
    this.scopes.push({ collection, pointers: pointersOf(name) });
    const body = this.visit(predicate);
    this.scopes.pop();
    if (body.kind === 'nil') throw problem('predicate should has one input and one output param');
    const extraType = extra === undefined ? text : this.visit(extra);
    switch (name) {
      case 'map':
        return listOf(body);
      case 'sum':
        return body.kind === 'unknown' ? anything : body;
      case 'reduce':
        return body;
      case 'groupBy':
        return {
          kind: 'map',
          name: 'map[interface {}][]interface {}',
          key: anything,
          element: listOf(element),
        };
      case 'sortBy':
        if (extraType.kind === 'string' || extraType.kind === 'unknown') return collection;
        throw problem(`sortBy order argument must be a string (got ${typeName(extraType)})`);
      default:
        return this.test(name, body, collection);
    }
  }

  /** The built-ins whose predicate says yes or no. */
  private test(name: string, body: Type, collection: Type): Type {
    if (body.kind !== 'bool' && body.kind !== 'unknown') {
      throw problem(`predicate should return boolean (got ${typeName(body)})`);
    }
    const element = collection.kind === 'list' ? collection.element : unknown;
    switch (name) {
      case 'filter':
        return collection.kind === 'unknown' ? anyList : listOf(element);
      case 'find':
      case 'findLast':
        return element;
      case 'count':
      case 'findIndex':
      case 'findLastIndex':
        return int;
      default:
        return bool;
    }
  }

  private pointer({ name }: PointerNode): Type {
    const scope = this.scopes.at(-1);
    if (scope === undefined) throw problem('cannot use pointer accessor outside predicate');
    if (name === '') return scope.collection.kind === 'list' ? scope.collection.element : unknown;
    const type = Object.hasOwn(scope.pointers, name) ? scope.pointers[name] : undefined;
    if (type === undefined) throw problem(`unknown pointer #${name}`);
    return type;
  }

  private declaration({ name, value, body }: LetNode): Type {
    const { variables, functions } = this.environment;
    if (Object.hasOwn(variables, name) || Object.hasOwn(functions, name))
      throw problem(`cannot redeclare ${name}`);
    if (isBuiltin(name)) throw problem(`cannot redeclare builtin ${name}`);
    if (this.variables.some((variable) => variable.name === name)) {
      throw problem(`cannot redeclare variable ${name}`);
    }
    this.variables.push({ name, type: this.visit(value) });
    const type = this.visit(body);
    this.variables.pop();
    return type;
  }

  private conditional({ condition, then, otherwise }: ConditionalNode): Type {
    const tested = deref(this.visit(condition));
    if (tested.kind !== 'bool' && tested.kind !== 'unknown') {
      throw problem(`non-bool expression (type ${typeName(tested)}) used as condition`);
    }
    const one = this.visit(then);
    const other = this.visit(otherwise);
    if (one.kind === 'nil') return other;
    if (other.kind === 'nil') return one;
    if (!assignable(one, other)) return unknown;
    if (one.kind !== 'list' || other.kind !== 'list') return one;
    return assignable(one.element, other.element) && assignable(other.element, one.element) ? one : anyList;
  }

  private array(elements: readonly Node[]): Type {
    const types = elements.map((element) => this.visit(element));
    const first = types[0];
    if (first === undefined) return listOf(unknown);
    return types.every(({ kind }) => kind === first.kind) ? listOf(types.at(-1) ?? unknown) : anyList;
  }
}

function pointersOf(name: string): Readonly<Record<string, Type>> {
  if (name === 'map') return { index: int };
  return name === 'reduce' ? { index: int, acc: unknown } : {};
}

/** A whole number written where a float is asked for is that float. */
function makeFloat(node: Node): void {
  if (node.kind === 'integer') node.asFloat = true;
  if (node.kind === 'unary') makeFloat(node.operand);
  if (node.kind === 'binary' && ['+', '-', '*'].includes(node.operator)) {
    makeFloat(node.left);
    makeFloat(node.right);
  }
}

function checkPattern(node: Node): void {
  if (node.kind !== 'string') return;
  try {
    RE2JS.compile(node.value);
  } catch (error) {
    throw problem(error instanceof Error ? error.message : String(error));
  }
}

function elementOfMap(map: Extract<Type, { kind: 'map' }>, property: Type): Type {
  const fits =
    assignable(property, map.key) || assignable(deref(property), map.key) || property.kind === 'unknown';
  if (!fits) throw problem(`cannot use ${typeName(property)} to get an element from ${typeName(map)}`);
  return map.element;
}

function elementOfList(list: Extract<Type, { kind: 'list' }>, property: Type): Type {
  if (property.kind === 'int' || property.kind === 'unknown') return list.element;
  throw problem(`array elements can only be selected using an integer (got ${typeName(property)})`);
}

function membership(left: Type, right: Type): Type | undefined {
  if (right.kind === 'struct' && (left.kind === 'string' || left.kind === 'unknown')) return bool;
  if (right.kind === 'map') {
    if (left.kind === 'unknown' || assignable(left, right.key)) return bool;
    throw problem(`cannot use ${typeName(left)} as type ${argumentTypeName(right.key)} in map key`);
  }
  if (right.kind === 'list') {
    if (comparable(left, right.element)) return bool;
    throw problem(`cannot use ${typeName(left)} as type ${typeName(right.element)} in array`);
  }
  if (left.kind === 'unknown' && right.kind === 'string') return bool;
  return right.kind === 'unknown' ? bool : undefined;
}

function argumentTypeName(type: Type): string {
  return type.kind === 'unknown' ? 'interface {}' : typeName(type);
}

/** The type of `left operator right`; undefined when there is no such operation. */
function binaryType(operator: string, left: Type, right: Type): Type | undefined {
  const numbers = isNumber(left) && isNumber(right);
  const number = left.kind === 'float' || right.kind === 'float' ? float : int;
  switch (operator) {
    case '==':
    case '!=':
      return comparable(left, right) ? bool : undefined;
    case 'or':
    case '||':
    case 'and':
    case '&&':
      return both(left, right, 'bool') || maybe(left, right, 'bool') ? bool : undefined;
    case '<':
    case '>':
    case '>=':
    case '<=': {
      const same = (['string', 'time', 'duration'] as const).some((kind) => both(left, right, kind));
      return numbers || same || maybe(left, right, 'int', 'float', 'string', 'time', 'duration')
        ? bool
        : undefined;
    }
    case '+':
      if (numbers) return number;
      return sumType(left, right);
    case '-':
      if (numbers) return number;
      return differenceType(left, right);
    case '*':
      if (numbers) return number;
      return productType(left, right);
    case '/':
    case '**':
    case '^':
      return numbers || maybe(left, right, 'int', 'float') ? float : undefined;
    case '%':
      return both(left, right, 'int') || maybe(left, right, 'int') ? int : undefined;
    case 'matches':
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      return both(left, right, 'string') || maybe(left, right, 'string') ? bool : undefined;
    case '..':
      return both(left, right, 'int') || maybe(left, right, 'int') ? listOf(int) : undefined;
    case '??':
      if (left.kind === 'nil') return right;
      return right.kind === 'nil' || assignable(right, left) ? left : unknown;
    default:
      throw problem(`unknown operator (${operator})`);
  }
}

function sumType(left: Type, right: Type): Type | undefined {
  if (both(left, right, 'string')) return text;
  if (both(left, right, 'duration')) return duration;
  const moment = left.kind === 'time' && right.kind === 'duration';
  if (moment || (left.kind === 'duration' && right.kind === 'time')) return time;
  return maybe(left, right, 'int', 'float', 'string', 'time', 'duration') ? unknown : undefined;
}

function differenceType(left: Type, right: Type): Type | undefined {
  if (both(left, right, 'time') || both(left, right, 'duration')) return duration;
  if (left.kind === 'time' && right.kind === 'duration') return time;
  return maybe(left, right, 'int', 'float', 'time', 'duration') ? unknown : undefined;
}

function productType(left: Type, right: Type): Type | undefined {
  if (both(left, right, 'duration')) return duration;
  if (isNumber(left) && right.kind === 'duration') return duration;
  if (left.kind === 'duration' && isNumber(right)) return duration;
  return maybe(left, right, 'int', 'float', 'duration') ? unknown : undefined;
}
