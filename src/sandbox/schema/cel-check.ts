import { callCost, type Priced, sizeOf } from './cel-costs.ts';
import { iterations } from './cel-iterations.ts';
import { matching, namespaces, overloadsOf, resultOf } from './cel-signatures.ts';
import { type CelType, dyn, fits, spelled } from './cel-types.ts';
import { escapedName, keywords } from './cel-values.ts';

/** A node of a parsed rule; the library's own type is not exported. */
export interface CelNode {
  readonly op: string;
  readonly args: unknown;
  readonly pos: number;
  readonly start: number;
  readonly end: number;
}

/** What can be said of a rule before any value is held against it. */
export interface Checked {
  readonly type: CelType;
  /** The most that one evaluation may cost, in the units of CEL. */
  readonly cost: number;
  /** What is wrong, in the words and the form of the real server. */
  readonly faults: readonly string[];
}

/** Types and prices a rule. `self` is what is declared at its place of the schema. Source: cel-go 0.26, checker. */
export function checkRule(
  text: string,
  node: CelNode,
  variables: Readonly<Record<string, CelType>>,
): Checked {
  const self = variables['self'] ?? dyn;
  const checker = new Checker(text, self);
  const scope: Scope = new Map(
    Object.entries(variables).map(([name, type]) => [name, { type, cost: 1, place: type }]),
  );
  const { type, cost } = checker.visit(node, scope);
  return { type, cost, faults: checker.faults };
}

/** The variables that an expression sees. */
export type Scope = ReadonlyMap<string, Priced>;

const failed: CelType = { name: 'dyn' };
const whole: CelType = { name: 'int' };
const bool: CelType = { name: 'bool' };

/** Names of types, which are values too. */
const typeNames: ReadonlySet<string> = new Set([
  ...['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'null_type', 'type'],
]);

export class Checker {
  readonly faults: string[] = [];
  readonly #text: string;
  readonly #root: CelType;
  /** Whether lists may hold values of several types: only as the arguments of `format`. */
  #mayMix = false;

  constructor(text: string, root: CelType) {
    this.#text = text;
    this.#root = root;
  }

  visit(node: CelNode, scope: Scope): Priced {
    const parts = node.args as readonly CelNode[];
    switch (node.op) {
      case 'value':
        return literal(node.args);
      case 'id':
        return this.#identifier(node, scope);
      case '.':
        return this.#member(node, scope, false);
      case '.?':
        return this.#member(node, scope, true);
      case '[]':
      case '[?]':
        return this.#indexed(node, scope);
      case 'list':
        return this.#list(parts, scope);
      case 'map':
        return this.#map(node.args as readonly (readonly [CelNode, CelNode])[], scope);
      case '?:':
        return this.#choice(node, scope);
      case 'call':
        return this.#call(node, scope);
      case 'rcall':
        return this.#method(node, scope);
      case '!_':
        return this.#operator(node, { name: '!', shown: '!_', operands: [node.args as CelNode] }, scope);
      case '-_':
        return this.#negative(node, scope);
      default:
        return this.#operator(node, { name: node.op, shown: shownName(node.op), operands: parts }, scope);
    }
  }

  /** Says what is wrong at a place of the rule, with the line and a mark below it. */
  fault(at: number, message: string): void {
    const before = this.#text.slice(0, at).split('\n');
    const column = [...(before.at(-1) ?? '')].length;
    const line = this.#text.split('\n')[before.length - 1] ?? '';
    const said = `ERROR: <input>:${before.length}:${column + 1}: ${message}`;
    this.faults.push(`${said}\n | ${line.replaceAll('\t', ' ')}\n | ${'.'.repeat(column)}^`);
  }

  expectBool(node: CelNode, type: CelType): void {
    if (!fits(type, bool)) this.unexpected(node, bool, type);
  }

  unexpected(node: CelNode, wanted: CelType, found: CelType): void {
    this.fault(this.at(node), `expected type '${spelled(wanted)}' but found '${spelled(found)}'`);
  }

  #identifier(node: CelNode, scope: Scope): Priced {
    const name = node.args as string;
    const variable = scope.get(name);
    if (variable !== undefined) return { ...variable, cost: 1 };
    if (typeNames.has(name)) return { type: { name: 'type', element: { name } }, cost: 1, place: this.#root };
    this.fault(node.start, `undeclared reference to '${name}' (in container '')`);
    return { type: failed, cost: 1 };
  }

  #member(node: CelNode, scope: Scope, isOptional: boolean): Priced {
    const [operand, name] = node.args as readonly [CelNode, string];
    const owner = this.visit(operand, scope);
    const at = this.#text.lastIndexOf('.', node.pos);
    const type = this.#memberType(owner.type, name, at);
    const wasOptional = owner.type.name === 'optional';
    const result = isOptional || wasOptional ? { name: 'optional', element: type } : type;
    if (isOptional) return { type: result, cost: owner.cost + 1 };
    const isPriced = ['object', 'map'].includes(owner.type.name);
    return { type: result, cost: owner.cost + (isPriced ? 1 : 0), place: this.#placeWithin(owner, name) };
  }

  #memberType(owner: CelType, name: string, at: number): CelType {
    const inner = owner.name === 'optional' ? (owner.element ?? dyn) : owner;
    if (inner.name === 'map') return inner.element ?? dyn;
    if (inner.name === 'dyn') return dyn;
    if (inner.name !== 'object') {
      this.fault(at, `type '${spelled(inner)}' does not support field selection`);
      return failed;
    }
    const member = memberOf(inner, name);
    if (member === undefined && inner.members !== undefined) this.fault(at, `undefined field '${name}'`);
    return member ?? failed;
  }

  /** Where a member is declared. Of a computed value the real server looks it up from the root again, and so it is here. */
  #placeWithin({ place }: Priced, name: string): CelType | undefined {
    return memberOf(place === undefined ? this.#root : place, name);
  }

  /** Where the items of something are declared, with the same peculiarity. */
  placeOf({ place }: Priced, part: 'element' | 'key'): CelType | undefined {
    return place === undefined ? this.#root : place[part];
  }

  #indexed(node: CelNode, scope: Scope): Priced {
    const [operand, index] = node.args as readonly [CelNode, CelNode];
    const owner = this.visit(operand, scope);
    const at = this.visit(index, scope);
    const inner = owner.type.name === 'optional' ? (owner.type.element ?? dyn) : owner.type;
    const wanted = inner.name === 'list' ? whole : (inner.key ?? dyn);
    const isIndexable = ['list', 'map', 'dyn'].includes(inner.name) && fits(at.type, wanted);
    if (!isIndexable) this.#noOverload(this.#after(operand), '_[_]', [owner.type, at.type]);
    const cost = 1 + owner.cost + at.cost;
    const element = isIndexable ? (inner.element ?? dyn) : failed;
    const isOptional = node.op === '[?]' || owner.type.name === 'optional';
    if (isOptional) return { type: { name: 'optional', element }, cost };
    const place = inner.name === 'dyn' ? undefined : this.placeOf(owner, 'element');
    return { type: element, cost, place, ...sized(owner.entry?.value) };
  }

  #list(items: readonly CelNode[], scope: Scope): Priced {
    const seen = items.map((item) => this.visit(item, scope));
    const [first] = seen;
    for (const [index, { type }] of seen.entries()) {
      const item = items[index];
      if (first === undefined || item === undefined || this.#mayMix || fits(type, first.type)) continue;
      this.unexpected(item, first.type, type);
    }
    const cost = seen.reduce((sum, item) => sum + item.cost, 10);
    const value = Math.max(0, ...seen.map(sizeOf));
    const type = { name: 'list', element: first?.type ?? dyn };
    return { type, cost, size: items.length, entry: { key: 1, value } };
  }

  #map(entries: readonly (readonly [CelNode, CelNode])[], scope: Scope): Priced {
    const seen = entries.map(([key, value]) => [this.visit(key, scope), this.visit(value, scope)] as const);
    const cost = seen.reduce((sum, [key, value]) => sum + key.cost + value.cost, 30);
    const [first] = seen;
    const type = { name: 'map', key: first?.[0].type ?? dyn, element: first?.[1].type ?? dyn };
    const entry = {
      key: Math.max(0, ...seen.map(([key]) => sizeOf(key))),
      value: Math.max(0, ...seen.map(([, value]) => sizeOf(value))),
    };
    return { type, cost, size: entries.length, entry };
  }

  #choice(node: CelNode, scope: Scope): Priced {
    const [test, yes, no] = (node.args as readonly CelNode[]).map((part) => this.visit(part, scope)) as [
      Priced,
      Priced,
      Priced,
    ];
    const isRight = fits(test.type, bool) && (fits(yes.type, no.type) || fits(no.type, yes.type));
    const condition = (node.args as readonly CelNode[])[0] as CelNode;
    if (!isRight) this.#noOverload(this.#after(condition), '_?_:_', [test.type, yes.type, no.type]);
    const type = yes.type.name === 'dyn' || yes.type.name === 'null_type' ? no.type : yes.type;
    const cost = test.cost + Math.max(yes.cost, no.cost);
    return { type: isRight ? type : failed, cost, size: Math.max(sizeOf(yes), sizeOf(no)) };
  }

  /** A number with a sign is a literal. */
  #negative(node: CelNode, scope: Scope): Priced {
    const operand = node.args as CelNode;
    if (operand.op === 'value' && ['bigint', 'number'].includes(typeof operand.args))
      return literal(operand.args);
    return this.#operator(node, { name: 'neg', shown: '-_', operands: [operand] }, scope);
  }

  #operator(
    node: CelNode,
    { name, shown, operands }: { name: string; shown: string; operands: readonly CelNode[] },
    scope: Scope,
  ): Priced {
    const seen = operands.map((operand) => this.visit(operand, scope));
    const types = seen.map(({ type }) => type);
    if (name === '&&' || name === '||') {
      for (const [index, operand] of operands.entries()) this.expectBool(operand, types[index] ?? dyn);
      return { type: bool, ...callCost(name, undefined, seen) };
    }
    const type = operatorType(name, types);
    const [first] = operands;
    const at = operands.length === 1 || first === undefined ? node.start : this.#after(first);
    if (type === undefined) this.#noOverload(at, shown, types);
    return { type: type ?? failed, ...callCost(name, undefined, seen) };
  }

  #call(node: CelNode, scope: Scope): Priced {
    const [name, operands] = node.args as readonly [string, readonly CelNode[]];
    const at = this.#text.indexOf('(', node.start + name.length);
    if (name === 'has') return this.#presence(operands, scope, at);
    const seen = operands.map((operand) => this.visit(operand, scope));
    const [first] = seen;
    if (name === 'dyn' && first !== undefined) return { ...first, type: dyn, cost: first.cost + 1 };
    const type = this.#resultOf(name, undefined, seen, at);
    return { type, ...callCost(name, undefined, seen) };
  }

  /** `has(a.b)`: whether the member is there; asking costs nothing. */
  #presence([operand]: readonly CelNode[], scope: Scope, at: number): Priced {
    if (operand?.op !== '.') return { type: bool, cost: 0 };
    const [inner, name] = operand.args as readonly [CelNode, string];
    const owner = this.visit(inner, scope);
    this.#memberType(owner.type, name, at);
    return { type: bool, cost: owner.cost };
  }

  #method(node: CelNode, scope: Scope): Priced {
    const [name, receiver, operands] = node.args as readonly [string, CelNode, readonly CelNode[]];
    const at = this.#methodAt(receiver, name);
    const space = receiver.op === 'id' ? String(receiver.args) : '';
    if (!scope.has(space) && (namespaces.has(space) || space === 'optional'))
      return this.#spaced(`${space}.${name}`, operands, scope, at);
    const iteration = iterations[name]?.[operands.length];
    const binds = operands[0]?.op === 'id' && (operands.length > 1 || name !== 'map');
    if (iteration !== undefined && binds) return iteration({ checker: this, receiver, operands, scope });
    const owner = this.visit(receiver, scope);
    const before = this.#mayMix;
    this.#mayMix ||= name === 'format';
    const seen = operands.map((operand) => this.visit(operand, scope));
    this.#mayMix = before;
    const type = this.#resultOf(name, owner, seen, at);
    const call = callCost(name, owner, seen);
    return { type, ...call, cost: owner.cost + call.cost };
  }

  /** A function in a namespace, such as `sets.contains`. */
  #spaced(name: string, operands: readonly CelNode[], scope: Scope, at: number): Priced {
    const seen = operands.map((operand) => this.visit(operand, scope));
    if (name.startsWith('optional.')) {
      const cost = seen.reduce((sum, one) => sum + one.cost, 1);
      return { type: { name: 'optional', element: seen[0]?.type ?? dyn }, cost };
    }
    const type = this.#resultOf(name, undefined, seen, at);
    return { type, ...callCost(name, undefined, seen) };
  }

  #resultOf(name: string, owner: Priced | undefined, args: readonly Priced[], at: number): CelType {
    const overloads = overloadsOf(name);
    if (overloads === undefined) {
      this.fault(at, `undeclared reference to '${name}' (in container '')`);
      return failed;
    }
    const types = args.map(({ type }) => type);
    const found = matching(overloads, owner?.type, types);
    if (found.length === 0) {
      this.#noOverload(at, name, types, owner?.type);
      return failed;
    }
    const element = owner?.type.element;
    const isOfElement = ['min', 'max', 'sum', 'orValue', 'value'].includes(name);
    return isOfElement && element !== undefined ? element : resultOf(found);
  }

  #noOverload(at: number, name: string, args: readonly CelType[], owner?: CelType): void {
    const list = `(${args.map(spelled).join(', ')})`;
    const applied = owner === undefined ? list : `${spelled(owner)}.${list}`;
    this.fault(at, `found no matching overload for '${name}' applied to '${applied}'`);
  }

  /** Where an expression is said to stand: at its operator, or at the bracket of a call. */
  at(node: CelNode): number {
    const parts = node.args as readonly [CelNode | string, CelNode];
    switch (node.op) {
      case 'value':
      case 'id':
      case 'list':
      case 'map':
      case '!_':
      case '-_':
        return node.start;
      case '.':
      case '.?':
        return this.#text.lastIndexOf('.', node.pos);
      case 'call':
        return this.#text.indexOf('(', node.start + String(parts[0]).length);
      case 'rcall':
        return this.#methodAt(parts[1], String(parts[0]));
      default:
        return this.#after(parts[0] as CelNode);
    }
  }

  /** Where an operator stands that follows this operand. */
  #after({ end }: CelNode): number {
    return end + (/^[\s)]*/.exec(this.#text.slice(end))?.[0].length ?? 0);
  }

  /** Where the arguments of a method begin. */
  #methodAt({ end }: CelNode, name: string): number {
    const found = new RegExp(`^[\\s)]*\\.\\s*${name}\\s*`).exec(this.#text.slice(end))?.[0].length ?? 0;
    return end + found;
  }
}

/** A word of the language may name a member, escaped or not. */
const memberOf = ({ members }: CelType, name: string): CelType | undefined =>
  members?.get(name) ?? (keywords.has(name) ? members?.get(escapedName(name)) : undefined);

const sized = (size: number | undefined): { size?: number } => (size === undefined ? {} : { size });

const operatorNames: Readonly<Record<string, string>> = { in: '@in' };
const shownName = (operator: string): string => operatorNames[operator] ?? `_${operator}_`;

function literal(value: unknown): Priced {
  switch (typeof value) {
    case 'string':
      return { type: { name: 'string' }, cost: 0, size: [...value].length };
    case 'bigint':
      return { type: whole, cost: 0, size: 1 };
    case 'number':
      return { type: { name: 'double' }, cost: 0, size: 1 };
    case 'boolean':
      return { type: bool, cost: 0, size: 1 };
    default:
      if (value === null) return { type: { name: 'null_type' }, cost: 0, size: 1 };
      if (value instanceof Uint8Array) return { type: { name: 'bytes' }, cost: 0, size: value.length };
      return { type: { name: 'uint' }, cost: 0, size: 1 };
  }
}

/** What an operator makes of these types; undefined when it does not take them. */
function operatorType(name: string, types: readonly CelType[]): CelType | undefined {
  const [left = dyn, right = dyn] = types;
  switch (name) {
    case '==':
    case '!=':
      return fits(left, right) || fits(right, left) ? bool : undefined;
    case 'in': {
      const members = right.name === 'map' ? right.key : right.element;
      if (!['list', 'map', 'dyn'].includes(right.name)) return undefined;
      return fits(left, members ?? dyn) ? bool : undefined;
    }
    default: {
      const found = matching(overloadsOf(name) ?? [], undefined, types);
      if (found.length === 0) return undefined;
      const isList = left.name === 'list' && right.name === 'list';
      if (isList) return fits(left, right) ? left : undefined;
      return resultOf(found);
    }
  }
}
