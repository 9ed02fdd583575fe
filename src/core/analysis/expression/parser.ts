import type { CallNode, ChainNode, MemberNode, Node } from './ast.ts';
import { bounds } from './bounds.ts';
import { plainBuiltins, predicateBuiltins } from './builtin-names.ts';
import { describeToken, type Token, tokenize } from './lexer.ts';
import { numberLiteral } from './number-literal.ts';
import { chainable, negatable, precedenceOf, rightAssociative, unaryPrecedence } from './operators.ts';
import { type Place, problem } from './problem.ts';

/** The tree of an expression. Throws what is wrong with the first token that does not fit. */
export function parse(source: string): Node {
  const parser = new Parser(tokenize(source));
  const node = parser.sequence();
  parser.end();
  return node;
}

/** Recursive descent with precedence climbing; one method for each kind of phrase. */
class Parser {
  private readonly tokens: readonly Token[];
  private position = 0;
  private nodeCount = 0;
  private depth = 0;
  /** Predicates that are open: only inside one do `#` and a leading dot mean its element. */
  private predicates = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  private get current(): Token {
    return this.tokenAt(this.position);
  }

  /** The last one of all, which stands for the end, as often as it is asked for. */
  private tokenAt(position: number): Token {
    return this.tokens[Math.min(position, this.tokens.length - 1)] as Token;
  }

  /** The one that was just accepted. */
  private get previous(): Token {
    return this.tokenAt(this.position - 1);
  }

  private is(kind: Token['kind'], value?: string): boolean {
    return this.current.kind === kind && (value === undefined || this.current.value === value);
  }

  private accept(kind: Token['kind'], value: string): boolean {
    if (!this.is(kind, value)) return false;
    this.position += 1;
    return true;
  }

  private expect(kind: Token['kind'], value?: string): Token {
    const token = this.current;
    if (!this.is(kind, value)) throw unexpected(token);
    this.position += 1;
    return token;
  }

  private made<T extends Node>(node: T, { start, end }: Place): T {
    this.nodeCount += 1;
    if (this.nodeCount > bounds.nodes) {
      throw problem('compilation failed: expression exceeds maximum allowed nodes');
    }
    node.place = { start, end };
    return node;
  }

  end(): void {
    if (!this.is('EOF')) throw unexpected(this.current);
  }

  sequence(): Node {
    const first = this.current;
    const nodes = [this.expression(0)];
    while (this.accept('Operator', ';')) {
      if (this.is('EOF')) break;
      nodes.push(this.expression(0));
    }
    return nodes.length === 1 ? (nodes[0] as Node) : this.made({ kind: 'sequence', nodes }, first);
  }

  private expression(precedence: number): Node {
    this.depth += 1;
    if (this.depth > bounds.depth) throw problem(`expression is nested deeper than ${bounds.depth} levels`);
    const node = this.expressionAt(precedence);
    this.depth -= 1;
    return node;
  }

  private expressionAt(precedence: number): Node {
    if (precedence === 0 && this.is('Operator', 'let')) return this.declaration();
    if (precedence === 0 && this.is('Operator', 'if')) return this.conditionalIf();
    const node = this.binary(this.primary(), precedence);
    return precedence === 0 ? this.ternary(node) : node;
  }

  private binary(first: Node, precedence: number): Node {
    let left = first;
    let previous = '';
    while (this.is('Operator')) {
      const negated = this.is('Operator', 'not');
      const token = negated ? this.tokenAt(this.position + 1) : this.current;
      if (negated && !negatable.has(token.value)) throw unexpected(token);
      const own = precedenceOf(token.value);
      if (own === undefined || own < precedence) break;
      if (previous === '??' && token.value !== '??' && token.value !== '|') throw mixedWithCoalescing(token);
      this.position += negated ? 2 : 1;
      left = this.binaryWith(left, token, own);
      if (negated) left = this.made({ kind: 'unary', operator: 'not', operand: left }, token);
      previous = token.value;
    }
    return left;
  }

  private binaryWith(left: Node, token: Token, precedence: number): Node {
    const { value: operator } = token;
    if (operator === '|') return this.call(this.expect('Identifier'), [left]);
    if (chainable.has(operator)) return this.comparison(left, token, precedence);
    const right = this.expression(rightAssociative.has(operator) ? precedence : precedence + 1);
    return this.made({ kind: 'binary', operator, left, right }, token);
  }

  private comparison(first: Node, firstOperator: Token, precedence: number): Node {
    let root: Node | undefined;
    let left = first;
    let operator = firstOperator;
    for (;;) {
      const right = this.expression(precedence + 1);
      const compared = this.made({ kind: 'binary', operator: operator.value, left, right }, operator);
      root =
        root === undefined
          ? compared
          : this.made({ kind: 'binary', operator: '&&', left: root, right: compared }, operator);
      left = right;
      operator = this.current;
      if (!this.is('Operator') || !chainable.has(operator.value)) return root;
      this.position += 1;
    }
  }

  private declaration(): Node {
    this.expect('Operator', 'let');
    const name = this.expect('Identifier');
    this.expect('Operator', '=');
    const value = this.expression(0);
    this.expect('Operator', ';');
    return this.made({ kind: 'let', name: name.value, value, body: this.sequence() }, name);
  }

  private conditionalIf(): Node {
    const word = this.expect('Operator', 'if');
    const condition = this.expression(0);
    const then = this.block();
    this.expect('Operator', 'else');
    this.depth += 1;
    if (this.depth > bounds.depth) throw problem(`expression is nested deeper than ${bounds.depth} levels`);
    const otherwise = this.is('Operator', 'if') ? this.conditionalIf() : this.block();
    this.depth -= 1;
    return this.made({ kind: 'conditional', condition, then, otherwise }, word);
  }

  private block(): Node {
    this.expect('Bracket', '{');
    const node = this.sequence();
    this.expect('Bracket', '}');
    return node;
  }

  private ternary(first: Node): Node {
    let node = first;
    while (this.accept('Operator', '?')) {
      const mark = this.previous;
      const short = this.accept('Operator', ':');
      const then = short ? node : this.expression(0);
      if (!short) this.expect('Operator', ':');
      const otherwise = this.expression(0);
      node = this.made({ kind: 'conditional', condition: node, then, otherwise }, mark);
    }
    return node;
  }

  private primary(): Node {
    const token = this.current;
    const { kind, value } = token;
    if (kind === 'Operator' && Object.hasOwn(unaryPrecedence, value)) {
      this.position += 1;
      const operand = this.expression(unaryPrecedence[value] as number);
      return this.postfix(this.made({ kind: 'unary', operator: value, operand }, token));
    }
    if (this.accept('Bracket', '(')) {
      const node = this.sequence();
      this.expect('Bracket', ')');
      return this.postfix(node);
    }
    if (this.predicates > 0 && kind === 'Operator' && (value === '#' || value === '.')) {
      return this.postfix(this.pointer());
    }
    if (this.accept('Operator', '::')) return this.postfix(this.call(this.expect('Identifier'), []));
    return this.secondary();
  }

  private pointer(): Node {
    const { start } = this.current;
    let name = '';
    if (this.accept('Operator', '#') && this.is('Identifier')) name = this.expect('Identifier').value;
    return this.made({ kind: 'pointer', name }, { start, end: this.previous.end });
  }

  private secondary(): Node {
    const token = this.current;
    if (token.kind === 'Bracket' && token.value === '[') return this.postfix(this.array());
    if (token.kind === 'Bracket' && token.value === '{') return this.postfix(this.map());
    this.position += 1;
    switch (token.kind) {
      case 'Number':
        return this.made(numberLiteral(token), token);
      case 'String':
        return this.postfix(this.made({ kind: 'string', value: token.value }, token));
      case 'Identifier':
        return this.named(token);
      default:
        throw unexpected(token);
    }
  }

  private named(token: Token): Node {
    const { value: name } = token;
    if (name === 'true' || name === 'false')
      return this.made({ kind: 'bool', value: name === 'true' }, token);
    if (name === 'nil') return this.made({ kind: 'nil' }, token);
    return this.postfix(
      this.is('Bracket', '(') ? this.call(token, []) : this.made({ kind: 'identifier', name }, token),
    );
  }

  /** `piped` is what stands before a `|`: the first argument. */
  private call(token: Token, piped: readonly Node[]): Node {
    const { value: name } = token;
    if (Object.hasOwn(predicateBuiltins, name)) return this.predicateCall(token, piped);
    const args = [...piped, ...this.callArguments()];
    if (plainBuiltins.has(name)) return this.made({ kind: 'builtin', name, args }, token);
    return this.made({ kind: 'call', callee: this.made({ kind: 'identifier', name }, token), args }, token);
  }

  private predicateCall(token: Token, piped: readonly Node[]): Node {
    const { value: name } = token;
    const args = [...piped];
    const expected = (predicateBuiltins[name] ?? []).slice(piped.length);
    this.expect('Bracket', '(');
    for (const [index, argument] of expected.entries()) {
      if (this.is('Bracket', ')')) {
        if (argument.endsWith('?')) break;
        throw problem(`expected at least ${expected.length} arguments`, token);
      }
      if (index > 0) this.expect('Operator', ',');
      args.push(argument.startsWith('predicate') ? this.predicate() : this.expression(0));
    }
    this.accept('Operator', ',');
    this.expect('Bracket', ')');
    return this.made({ kind: 'builtin', name, args }, token);
  }

  private predicate(): Node {
    this.predicates += 1;
    const first = this.current;
    const bracketed = this.accept('Bracket', '{');
    const body = bracketed ? this.sequence() : this.expression(0);
    if (bracketed) this.expect('Bracket', '}');
    else if (this.is('Operator', ';')) throw problem('wrap predicate with brackets { and }', this.current);
    this.predicates -= 1;
    return this.made({ kind: 'predicate', body }, first);
  }

  private callArguments(): readonly Node[] {
    this.expect('Bracket', '(');
    return this.listUntil(')');
  }

  private array(): Node {
    const bracket = this.expect('Bracket', '[');
    return this.made({ kind: 'array', elements: this.listUntil(']') }, bracket);
  }

  private listUntil(close: string): readonly Node[] {
    const nodes: Node[] = [];
    while (!this.is('Bracket', close)) {
      if (nodes.length > 0) this.expect('Operator', ',');
      if (this.is('Bracket', close)) break;
      nodes.push(this.expression(0));
    }
    this.expect('Bracket', close);
    return nodes;
  }

  private map(): Node {
    const bracket = this.expect('Bracket', '{');
    const pairs: { key: Node; value: Node }[] = [];
    while (!this.is('Bracket', '}')) {
      if (pairs.length > 0) this.expect('Operator', ',');
      if (this.is('Bracket', '}')) break;
      const key = this.mapKey();
      this.expect('Operator', ':');
      pairs.push({ key, value: this.expression(0) });
    }
    this.expect('Bracket', '}');
    return this.made({ kind: 'map', pairs }, bracket);
  }

  private mapKey(): Node {
    const token = this.current;
    if (token.kind === 'Number' || token.kind === 'String' || token.kind === 'Identifier') {
      this.position += 1;
      return this.made({ kind: 'string', value: token.value }, token);
    }
    if (this.is('Bracket', '(')) return this.expression(0);
    const kinds = 'a quoted string, a number, a identifier, or an expression enclosed in parentheses';
    throw problem(`a map key must be ${kinds} (unexpected token ${describeToken(token)})`, token);
  }

  private postfix(first: Node): Node {
    let node = first;
    for (;;) {
      if (this.accept('Operator', '.')) node = this.member(node, false);
      else if (this.accept('Operator', '?.')) {
        node = this.accept('Bracket', '[') ? this.index(node, true) : this.member(node, true);
      } else if (this.accept('Bracket', '[')) node = this.index(node, false);
      else return node;
    }
  }

  private member(before: Node, optional: boolean): Node {
    const token = this.current;
    this.position += 1;
    const isName =
      token.kind === 'Identifier' || (token.kind === 'Operator' && /^[A-Za-z]+$/.test(token.value));
    if (!isName) throw problem('expected name', token);
    const property = this.made({ kind: 'string', value: token.value }, token);
    const isChain = before.kind === 'chain';
    const base = isChain ? (before as ChainNode).node : before;
    const method = this.is('Bracket', '(');
    const member: MemberNode = this.made({ kind: 'member', base, property, optional, method }, token);
    const node: MemberNode | CallNode = method
      ? this.made({ kind: 'call', callee: member, args: this.callArguments() }, token)
      : member;
    return isChain || optional ? this.made({ kind: 'chain', node }, token) : node;
  }

  private index(base: Node, optional: boolean): Node {
    const { start } = this.previous;
    if (this.accept('Operator', ':')) return this.sliceFrom(base, undefined, start);
    const property = this.expression(0);
    if (this.accept('Operator', ':')) return this.sliceFrom(base, property, start);
    const { end } = this.expect('Bracket', ']');
    const place = { start, end };
    const member: MemberNode = this.made({ kind: 'member', base, property, optional, method: false }, place);
    return optional ? this.made({ kind: 'chain', node: member }, place) : member;
  }

  private sliceFrom(base: Node, from: Node | undefined, start: number): Node {
    const to = this.is('Bracket', ']') ? undefined : this.expression(0);
    const { end } = this.expect('Bracket', ']');
    return this.made({ kind: 'slice', base, from, to }, { start, end });
  }
}

function unexpected(token: Token): Error {
  return problem(`unexpected token ${describeToken(token)}`, token);
}

function mixedWithCoalescing(token: Token): Error {
  return problem(
    `Operator (${token.value}) and coalesce expressions (??) cannot be mixed. Wrap either by parentheses.`,
    token,
  );
}
