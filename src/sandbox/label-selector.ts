import { labelValueProblem, qualifiedNameProblem } from './metadata.ts';
import { badRequest } from './status.ts';

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

/**
 * `a=b,c!=d,e in (f,g),!h,i,n>5`. Undefined when it is empty. Throws a StatusError (400) in the words of apimachinery's
 * parser, whose grammar this is.
 */
export function parseLabelSelector(text: string): Requirement | undefined {
  const tokens = new Tokens(text);
  const requirements: Requirement[] = [];
  while (tokens.peek().kind !== 'end') {
    const { kind, text: found } = tokens.peek();
    if (kind !== 'word' && kind !== '!')
      throw badRequest(`found '${found}', expected: !, identifier, or 'end of string'`);
    requirements.push(parseRequirement(tokens));
    const separator = tokens.take();
    if (separator.kind === 'end') break;
    if (separator.kind !== ',')
      throw badRequest(`found '${separator.text}', expected: ',' or 'end of string'`);
    const next = tokens.peek();
    if (next.kind !== 'word' && next.kind !== '!')
      throw badRequest(`found '${next.text}', expected: identifier after ','`);
  }
  return requirements.length === 0 ? undefined : (labels) => requirements.every((holds) => holds(labels));
}

const operators = ['==', '!=', '=', '!', '(', ')', ',', '<', '>'] as const;

interface Token {
  readonly kind: 'word' | 'end' | (typeof operators)[number];
  readonly text: string;
}

class Tokens {
  readonly #tokens: Token[];

  constructor(text: string) {
    this.#tokens = [...text.matchAll(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g)].map(([found]) => ({
      kind: operators.find((operator) => operator === found) ?? 'word',
      text: found,
    }));
  }

  peek(): Token {
    return this.#tokens[0] ?? { kind: 'end', text: '' };
  }

  take(): Token {
    return this.#tokens.shift() ?? { kind: 'end', text: '' };
  }
}

function parseRequirement(tokens: Tokens): Requirement {
  const isAbsence = tokens.peek().kind === '!';
  if (isAbsence) tokens.take();
  const { kind, text: key } = tokens.take();
  if (kind !== 'word') throw refused(`found '${key}', expected: identifier`);
  refuseName(key);
  if (isAbsence || tokens.peek().kind === 'end' || tokens.peek().kind === ',') {
    return isAbsence ? (labels) => !has(labels, key) : (labels) => has(labels, key);
  }
  return parseComparison(key, tokens);
}

function parseComparison(key: string, tokens: Tokens): Requirement {
  const operator = tokens.take();
  switch (operator.text) {
    case 'in': {
      const values = parseValues(key, tokens);
      return (labels) => has(labels, key) && values.has(labels[key] as string);
    }
    case 'notin': {
      const values = parseValues(key, tokens);
      return (labels) => !has(labels, key) || !values.has(labels[key] as string);
    }
    case '=':
    case '==': {
      const value = parseValue(key, tokens);
      return (labels) => has(labels, key) && labels[key] === value;
    }
    case '!=': {
      const value = parseValue(key, tokens);
      return (labels) => !has(labels, key) || labels[key] !== value;
    }
    case '<':
    case '>':
      return parseOrder(key, operator.text, tokens);
    default:
      throw refused(`found '${operator.text}', expected: in, notin, =, ==, !=, gt, lt`);
  }
}

const wholeNumber = /^[+-]?\d+$/;

function parseOrder(key: string, operator: '<' | '>', tokens: Tokens): Requirement {
  const value = parseValue(key, tokens);
  if (!wholeNumber.test(value)) {
    const problem = "for 'Gt', 'Lt' operators, the value must be an integer";
    throw refused(`values[0]: Invalid value: ${JSON.stringify(value)}: ${problem}`);
  }
  const limit = Number(value);
  return (labels) => {
    const actual = labels[key] ?? '';
    if (!has(labels, key) || !wholeNumber.test(actual)) return false;
    return operator === '<' ? Number(actual) < limit : Number(actual) > limit;
  };
}

/** One value; nothing before a comma or the end is the empty text. */
function parseValue(key: string, tokens: Tokens): string {
  if (tokens.peek().kind === 'end' || tokens.peek().kind === ',') return '';
  const { kind, text } = tokens.take();
  if (kind !== 'word') throw refused(`found '${text}', expected: identifier`);
  refuseValues(key, [text]);
  return text;
}

/** `(a, b)`. Where a value is missing stands the empty text. */
function parseValues(key: string, tokens: Tokens): ReadonlySet<string> {
  const start = tokens.take();
  if (start.kind !== '(') throw refused(`found '${start.text}' expected: '('`);
  const values = new Set<string>();
  let isExpected = true;
  for (;;) {
    const { kind, text } = tokens.take();
    if (kind === ')') break;
    if (kind === 'word' && isExpected) values.add(text);
    else if (kind === ',') {
      if (isExpected) values.add('');
    } else if (values.size === 0) throw refused(`found '${text}', expected: ',', ')' or identifier`);
    else throw refused(`found '${text}', expected: ${isExpected ? "',', or identifier" : "',' or ')'"}`);
    isExpected = kind === ',';
  }
  if (isExpected) values.add('');
  refuseValues(key, [...values].sort());
  return values;
}

function refuseName(key: string): void {
  const problem = qualifiedNameProblem(key);
  if (problem !== undefined) throw refused(`<nil>: Invalid value: ${JSON.stringify(key)}: ${problem}`);
}

function refuseValues(key: string, values: readonly string[]): void {
  for (const [index, value] of values.entries()) {
    const problem = labelValueProblem(value);
    if (problem !== undefined)
      throw refused(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${problem}`);
  }
}

const refused = (problem: string) => badRequest(`unable to parse requirement: ${problem}`);

const has = (labels: Labels, name: string): boolean => Object.hasOwn(labels, name);
