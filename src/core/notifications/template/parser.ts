import type { Block, Operand, Pipe, Statement, Template } from './ast.ts';
import { type Token, tokens } from './lexer.ts';
import { charLiteral, numberLiteral, stringLiteral } from './literals.ts';
import { problem } from './problem.ts';

/**
 * Reads a template in the language of Go's text/template (https://pkg.go.dev/text/template). Throws a SluiceError with one
 * sentence about the first thing wrong.
 * @param refuse says what is wrong with the name of a function; undefined when it is there.
 */
export function parseTemplate(
  source: string,
  refuse: (functionName: string) => string | undefined,
): Template {
  return new Parser(tokens(source), refuse).template();
}

const deepest = 100;

class Parser {
  private readonly tokens: readonly Token[];
  private readonly refuse: (functionName: string) => string | undefined;
  private readonly named = new Map<string, Block>();
  private at = 0;
  /** Variables in scope; the innermost last. */
  private scope: string[] = ['$'];
  private loops = 0;
  private depth = 0;

  constructor(all: readonly Token[], refuse: (functionName: string) => string | undefined) {
    this.tokens = all;
    this.refuse = refuse;
  }

  template(): Template {
    const [main, end] = this.block();
    if (end !== undefined) throw this.wrong(`unexpected {{${end}}}`);
    return { main, named: this.named };
  }

  /** Up to the end of the source, or to `end` or `else`, which is taken and returned. */
  private block(): [Block, 'end' | 'else' | undefined] {
    const statements: Statement[] = [];
    this.depth += 1;
    if (this.depth > deepest) throw this.wrong('blocks are nested too deeply');
    for (;;) {
      const token = this.tokens[this.at];
      if (token === undefined) {
        this.depth -= 1;
        return [statements, undefined];
      }
      this.at += 1;
      if (token.kind === 'text') {
        statements.push({ kind: 'text', text: token.text });
        continue;
      }
      const word = this.peek()?.kind === 'word' ? (this.peek()?.text as string) : '';
      if (word === 'end' || word === 'else') {
        this.at += 1;
        if (word === 'end') this.close();
        this.depth -= 1;
        return [statements, word];
      }
      const statement = this.statement(word, token.line);
      if (statement !== undefined) statements.push(statement);
    }
  }

  private statement(word: string, line: number): Statement | undefined {
    switch (word) {
      case 'if':
      case 'with':
      case 'range':
        this.at += 1;
        return this.control(word, line);
      case 'template':
        this.at += 1;
        return this.call(line);
      case 'block': {
        this.at += 1;
        const call = this.call(line);
        this.define(call.name);
        return call;
      }
      case 'define': {
        this.at += 1;
        const name = stringLiteral(this.take('string', 'the name of a template').text);
        this.close();
        this.define(name);
        return undefined;
      }
      case 'break':
      case 'continue':
        this.at += 1;
        if (this.loops === 0) throw this.wrong(`{{${word}}} outside of {{range}}`);
        this.close();
        return { kind: word, line };
      default: {
        const pipe = this.pipe('}}');
        return { kind: 'action', pipe, line };
      }
    }
  }

  private control(kind: 'if' | 'with' | 'range', line: number): Statement {
    const outer = this.scope.length;
    const pipe = this.pipe('}}', kind === 'range');
    if (kind === 'range') this.loops += 1;
    const [body, end] = this.block();
    if (kind === 'range') this.loops -= 1;
    const otherwise = this.otherwise(kind, end, line);
    this.scope.length = outer;
    return { kind, pipe, body, otherwise, line };
  }

  private otherwise(kind: string, end: 'end' | 'else' | undefined, line: number): Block | undefined {
    if (end === undefined) throw problem(`line ${line}: {{${kind}}} has no {{end}}`);
    if (end === 'end') return undefined;
    const word = this.peek()?.kind === 'word' ? this.peek()?.text : undefined;
    if (word === kind && kind !== 'range') {
      this.at += 1;
      return [this.control(kind as 'if' | 'with', line)];
    }
    this.close();
    const [block, last] = this.block();
    if (last !== 'end') throw problem(`line ${line}: {{${kind}}} has no {{end}}`);
    return block;
  }

  private call(line: number): Extract<Statement, { kind: 'template' }> {
    const name = stringLiteral(this.take('string', 'the name of a template').text);
    if (this.peek()?.kind === 'close') {
      this.close();
      return { kind: 'template', name, pipe: undefined, line };
    }
    return { kind: 'template', name, pipe: this.pipe('}}'), line };
  }

  private define(name: string): void {
    const outer = this.scope;
    const loops = this.loops;
    this.scope = ['$'];
    this.loops = 0;
    const [body, end] = this.block();
    if (end !== 'end') throw this.wrong(`template ${JSON.stringify(name)} has no {{end}}`);
    this.scope = outer;
    this.loops = loops;
    this.named.set(name, body);
  }

  private pipe(closing: '}}' | ')', isRange = false): Pipe {
    const [names, assigns] = this.declaration(isRange);
    const commands: Operand[][] = [];
    for (;;) {
      commands.push(this.command(commands.length > 0));
      const token = this.next();
      if (token?.text === '|' && token.kind === 'sign') continue;
      if (token?.text === closing && token.kind !== 'string') break;
      throw this.wrong(`unexpected ${token === undefined ? 'end' : token.text}`);
    }
    if (!assigns) this.scope.push(...names);
    return { names, assigns, commands };
  }

  private declaration(isRange: boolean): [readonly string[], boolean] {
    const names: string[] = [];
    let ahead = this.at;
    for (;;) {
      const token = this.tokens[ahead];
      if (token?.kind !== 'variable') return [[], false];
      names.push(token.text);
      const sign = this.tokens[ahead + 1]?.text;
      ahead += 2;
      if (sign === ',' && isRange && names.length < 2) continue;
      if (sign !== ':=' && sign !== '=') return [[], false];
      const unknown = names.find((name) => !this.scope.includes(name));
      if (sign === '=' && unknown !== undefined) throw this.wrong(`undefined variable "${unknown}"`);
      this.at = ahead;
      return [names, sign === '='];
    }
  }

  private command(isPiped: boolean): Operand[] {
    const operands: Operand[] = [];
    for (;;) {
      const token = this.peek();
      if (token === undefined || token.kind === 'close' || ['|', ')'].includes(signOf(token))) break;
      if (operands.length > 0 && !token.spaced) throw this.wrong(`unexpected ${token.text} in operand`);
      operands.push(this.operand());
    }
    const [first] = operands;
    if (first === undefined) throw this.wrong('missing value for command');
    if (isPiped && (first.kind === 'constant' || first.kind === 'nil' || first.kind === 'dot')) {
      throw this.wrong('a value that is no function cannot take what is piped into it');
    }
    if (first.kind === 'nil') throw this.wrong('nil is not a command');
    return operands;
  }

  private operand(): Operand {
    const token = this.next() as Token;
    switch (token.kind) {
      case 'dot':
        return { kind: 'dot' };
      case 'field':
        return { kind: 'field', path: [token.text.slice(1), ...this.path()] };
      case 'variable':
        if (!this.scope.includes(token.text)) throw this.wrong(`undefined variable "${token.text}"`);
        return { kind: 'variable', name: token.text, path: this.path() };
      case 'number':
        return { kind: 'constant', value: numberLiteral(token.text) };
      case 'char':
        return { kind: 'constant', value: charLiteral(token.text) };
      case 'string':
        return { kind: 'constant', value: stringLiteral(token.text) };
      case 'word':
        return this.word(token.text);
      default: {
        if (token.text !== '(') throw this.wrong(`unexpected ${token.text} in operand`);
        this.depth += 1;
        if (this.depth > deepest) throw this.wrong('parentheses are nested too deeply');
        const outer = this.scope.length;
        const pipe = this.pipe(')');
        this.scope.length = outer;
        this.depth -= 1;
        return { kind: 'pipe', pipe, path: this.path() };
      }
    }
  }

  private word(name: string): Operand {
    if (name === 'true' || name === 'false') return { kind: 'constant', value: name === 'true' };
    if (name === 'nil') return { kind: 'nil' };
    const refusal = this.refuse(name);
    if (refusal !== undefined) throw this.wrong(refusal);
    return { kind: 'function', name };
  }

  /** The fields that follow without a space. */
  private path(): string[] {
    const path: string[] = [];
    for (let token = this.peek(); token?.kind === 'field' && !token.spaced; token = this.peek()) {
      path.push(token.text.slice(1));
      this.at += 1;
    }
    return path;
  }

  private peek(): Token | undefined {
    return this.tokens[this.at];
  }

  private next(): Token | undefined {
    this.at += 1;
    return this.tokens[this.at - 1];
  }

  private take(kind: Token['kind'], what: string): Token {
    const token = this.next();
    if (token?.kind !== kind) throw this.wrong(`unexpected ${token?.text ?? 'end'}, expected ${what}`);
    return token;
  }

  private close(): void {
    this.take('close', '}}');
  }

  private wrong(message: string): Error {
    const line = (this.tokens[Math.max(0, this.at - 1)] ?? this.tokens.at(-1))?.line ?? 1;
    return problem(`line ${line}: ${message}`);
  }
}

function signOf(token: Token): string {
  return token.kind === 'sign' ? token.text : '';
}
