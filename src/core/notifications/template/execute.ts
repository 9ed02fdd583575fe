import { messageOf, SluiceError } from '../../../kernel/errors.ts';
import type { Block, Operand, Pipe, Statement, Template } from './ast.ts';
import { type FunctionTable, longestText, type TemplateContext } from './functions/function.ts';
import { problem } from './problem.ts';
import { timeMethod } from './time-methods.ts';
import { formatValue, type GoValue, isKind, isList, isMap, sorted, truth, typeName } from './values.ts';

/** Steps of one run; a loop in a loop of everything a Rollout holds stays far below. */
const mostSteps = 200_000;
/** Templates within templates, as Go bounds them, only tighter. */
const deepestCall = 100;

/** The text that a template makes of this data. Throws a SluiceError with the line of what went wrong. */
export function executeTemplate(
  template: Template,
  data: GoValue,
  functions: FunctionTable,
  context: TemplateContext,
): string {
  return new Executor(template, functions, context).run(data);
}

type Flow = 'break' | 'continue' | undefined;

class Executor {
  private readonly template: Template;
  private readonly functions: FunctionTable;
  private readonly context: TemplateContext;
  private readonly out: string[] = [];
  private length = 0;
  private steps = 0;
  private depth = 0;
  private line = 1;
  private variables: { readonly name: string; value: GoValue }[] = [];

  constructor(template: Template, functions: FunctionTable, context: TemplateContext) {
    this.template = template;
    this.functions = functions;
    this.context = context;
  }

  run(data: GoValue): string {
    try {
      this.variables = [{ name: '$', value: data }];
      this.block(this.template.main, data);
      return this.out.join('');
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      throw problem(`line ${this.line}: ${messageOf(error)}`);
    }
  }

  private write(text: string): void {
    this.length += text.length;
    if (this.length > longestText) throw problem(`the text is longer than ${longestText} characters`);
    this.out.push(text);
  }

  private block(block: Block, dot: GoValue): Flow {
    for (const statement of block) {
      const flow = this.statement(statement, dot);
      if (flow !== undefined) return flow;
    }
    return undefined;
  }

  private step(): void {
    this.steps += 1;
    if (this.steps > mostSteps) throw problem(`more than ${mostSteps} steps`);
  }

  private statement(statement: Statement, dot: GoValue): Flow {
    this.step();
    if (statement.kind === 'text') {
      this.write(statement.text);
      return undefined;
    }
    this.line = statement.line;
    switch (statement.kind) {
      case 'action': {
        const value = this.pipe(statement.pipe, dot);
        if (statement.pipe.names.length === 0) this.write(value === null ? '<no value>' : formatValue(value));
        return undefined;
      }
      case 'template':
        this.call(statement.name, statement.pipe === undefined ? null : this.pipe(statement.pipe, dot));
        return undefined;
      case 'break':
      case 'continue':
        return statement.kind;
      default: {
        const mark = this.variables.length;
        const flow = this.control(statement, dot);
        this.variables.length = mark;
        return flow;
      }
    }
  }

  private control(
    { kind, pipe, body, otherwise = [] }: Extract<Statement, { kind: 'if' | 'with' | 'range' }>,
    dot: GoValue,
  ): Flow {
    if (kind === 'range') return this.range(pipe, body, otherwise, dot);
    const value = this.pipe(pipe, dot);
    if (truth(value)) return this.block(body, kind === 'with' ? value : dot);
    return this.block(otherwise, dot);
  }

  private range(pipe: Pipe, body: Block, otherwise: Block, dot: GoValue): Flow {
    const over = this.pipe({ ...pipe, names: [], assigns: false }, dot);
    const pairs = pairsOf(over);
    const mark = this.variables.length;
    for (const [key, item] of pairs) {
      this.step();
      this.variables.length = mark;
      const values = pipe.names.length === 1 ? [typeof over === 'bigint' ? key : item] : [key, item];
      pipe.names.forEach((name, index) => this.set(name, values[index] as GoValue, pipe.assigns));
      if (this.block(body, item) === 'break') break;
    }
    this.variables.length = mark;
    return pairs.length === 0 ? this.block(otherwise, dot) : undefined;
  }

  private call(name: string, dot: GoValue): void {
    const block = this.template.named.get(name);
    if (block === undefined) throw problem(`template ${JSON.stringify(name)} not defined`);
    this.depth += 1;
    if (this.depth > deepestCall) throw problem(`templates call each other more than ${deepestCall} deep`);
    const outer = this.variables;
    this.variables = [{ name: '$', value: dot }];
    this.block(block, dot);
    this.variables = outer;
    this.depth -= 1;
  }

  private set(name: string, value: GoValue, assigns: boolean): void {
    const known = assigns ? this.variables.findLast((variable) => variable.name === name) : undefined;
    if (known === undefined) this.variables.push({ name, value });
    else known.value = value;
  }

  private pipe({ names, assigns, commands }: Pipe, dot: GoValue): GoValue {
    let value: GoValue | undefined;
    for (const command of commands) value = this.command(command, dot, value);
    for (const name of names) this.set(name, value ?? null, assigns);
    return value ?? null;
  }

  /** @param piped what the command before has made; undefined for the first one. */
  private command(operands: readonly Operand[], dot: GoValue, piped: GoValue | undefined): GoValue {
    this.step();
    const [first, ...rest] = operands as [Operand, ...Operand[]];
    const last = piped === undefined ? [] : [piped];
    if (first.kind === 'function') {
      if (first.name === 'and' || first.name === 'or') return this.shortest(first.name, rest, dot, last);
      return this.apply(first.name, [...rest.map((operand) => this.operand(operand, dot)), ...last]);
    }
    const path = 'path' in first ? first.path : [];
    const args = () => [...rest.map((operand) => this.operand(operand, dot)), ...last];
    if (path.length > 0) return this.fields(this.base(first, dot), path, args);
    if (rest.length > 0 || last.length > 0) throw problem("can't give argument to what is no function");
    return this.operand(first, dot);
  }

  private shortest(
    name: 'and' | 'or',
    rest: readonly Operand[],
    dot: GoValue,
    last: readonly GoValue[],
  ): GoValue {
    if (rest.length + last.length === 0)
      throw problem(`wrong number of args for ${name}: want at least 1 got 0`);
    let value: GoValue = null;
    for (const operand of rest) {
      value = this.operand(operand, dot);
      if (truth(value) === (name === 'or')) return value;
    }
    return last.length > 0 ? (last[0] as GoValue) : value;
  }

  private apply(name: string, args: readonly GoValue[]): GoValue {
    const known = Object.hasOwn(this.functions, name) ? this.functions[name] : undefined;
    if (known === undefined) throw problem(`function "${name}" not defined`);
    const { least, most } = known;
    if (args.length < least || args.length > most) {
      const wanted = least === most ? String(least) : `at least ${least}`;
      throw problem(`wrong number of args for ${name}: want ${wanted} got ${args.length}`);
    }
    try {
      return known.call(args, this.context);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      throw problem(`error calling ${name}: ${messageOf(error)}`);
    }
  }

  private operand(operand: Operand, dot: GoValue): GoValue {
    if (operand.kind === 'function') {
      return operand.name === 'and' || operand.name === 'or'
        ? this.shortest(operand.name, [], dot, [])
        : this.apply(operand.name, []);
    }
    const path = 'path' in operand ? operand.path : [];
    const base = this.base(operand, dot);
    return path.length === 0 ? base : this.fields(base, path, () => []);
  }

  private base(operand: Operand, dot: GoValue): GoValue {
    switch (operand.kind) {
      case 'dot':
      case 'field':
        return dot;
      case 'constant':
        return operand.value;
      case 'variable':
        return this.variables.findLast(({ name }) => name === operand.name)?.value ?? null;
      case 'pipe':
        return this.pipe(operand.pipe, dot);
      default:
        return null;
    }
  }

  /** Walks members; what is missing has only missing members. The last one may be a method, which takes the arguments. */
  private fields(base: GoValue, path: readonly string[], args: () => readonly GoValue[]): GoValue {
    let value = base;
    for (const [index, name] of path.entries()) {
      const isLast = index === path.length - 1;
      if (value === null) {
        if (isLast && args().length > 0) throw problem(`nil data; no entry for key "${name}"`);
        continue;
      }
      if (isKind(value, 'time') || isKind(value, 'duration')) {
        value = timeMethod(value, name, isLast ? args() : []);
        continue;
      }
      if (!isMap(value)) throw problem(`can't evaluate field ${name} in type ${typeName(value)}`);
      if (isLast && args().length > 0) throw problem(`${name} is not a method but has arguments`);
      value = value.get(name) ?? null;
    }
    return value;
  }
}

function pairsOf(over: GoValue): readonly (readonly [GoValue, GoValue])[] {
  if (over === null) return [];
  if (isList(over)) return over.map((item, index) => [BigInt(index), item]);
  if (isMap(over)) return sorted(over);
  if (typeof over === 'bigint') {
    if (over > BigInt(mostSteps)) throw problem(`range over more than ${mostSteps} numbers`);
    return Array.from({ length: Math.max(0, Number(over)) }, (_, index) => [BigInt(index), BigInt(index)]);
  }
  throw problem(`range can't iterate over ${formatValue(over)}`);
}
