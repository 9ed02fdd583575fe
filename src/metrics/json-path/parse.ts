import { SluiceError } from '../../kernel/errors.ts';

/** A template in kubectl's dialect: texts, and paths between braces. */
export type Part = { readonly text: string } | { readonly path: readonly Step[] };

export type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'wildcard' }
  /** `..`: everything below, at any depth. */
  | { readonly kind: 'descend' }
  | { readonly kind: 'slice'; readonly from?: number; readonly to?: number; readonly step?: number }
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'union'; readonly branches: readonly (readonly Step[])[] }
  | {
      readonly kind: 'filter';
      readonly left: Operand;
      readonly operator: Comparison;
      readonly right?: Operand;
    };

export type Comparison = 'exists' | '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Operand = { readonly path: readonly Step[] } | { readonly literal: string | number | boolean };

/** Reads a template, or says what is wrong with it. */
export function parseTemplate(template: string): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < template.length) {
    const open = template.indexOf('{', at);
    if (open > at || open === -1) parts.push({ text: template.slice(at, open === -1 ? undefined : open) });
    if (open === -1) break;
    const close = closingBrace(template, open);
    const inside = template.slice(open + 1, close).trim();
    parts.push(isQuoted(inside) ? { text: unquoted(inside) } : { path: parsePath(inside) });
    at = close + 1;
  }
  return parts;
}

/** Where the action that begins at `open` ends; braces in quotes do not count. */
function closingBrace(template: string, open: number): number {
  let quote = '';
  for (let at = open + 1; at < template.length; at++) {
    const character = template[at] as string;
    if (character === '\\') at += 1;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '}') return at;
  }
  throw invalid('unclosed action');
}

const plainName = /(?:\\.|[^\s.,[\](){}|&!@$*?'"=<>\\])+/y;

function parsePath(source: string): readonly Step[] {
  const steps: Step[] = [];
  let at = /^[$@]/.test(source) ? 1 : 0;
  while (at < source.length) {
    if (source[at] === '[') {
      const end = closingBracket(source, at);
      steps.push(parseBracket(source.slice(at + 1, end).trim()));
      at = end + 1;
      continue;
    }
    if (source.startsWith('..', at)) {
      steps.push({ kind: 'descend' });
      at += 2;
      if (source[at] === '[') continue;
    } else if (source[at] === '.') {
      at += 1;
      if (at === source.length || source[at] === '[') continue;
    } else if (steps.length > 0 || at > 0) {
      throw invalid(`unrecognized character in action: ${source.slice(at)}`);
    }
    if (source[at] === '*') {
      steps.push({ kind: 'wildcard' });
      at += 1;
      continue;
    }
    plainName.lastIndex = at;
    const name = plainName.exec(source)?.[0];
    if (name === undefined) throw invalid(`unrecognized character in action: ${source.slice(at)}`);
    if (['range', 'end'].includes(name)) throw invalid(`'${name}' is not supported here`);
    steps.push({ kind: 'field', name: name.replace(/\\(.)/g, '$1') });
    at += name.length;
  }
  return steps;
}

function closingBracket(source: string, open: number): number {
  let depth = 0;
  let quote = '';
  for (let at = open; at < source.length; at++) {
    const character = source[at] as string;
    if (character === '\\') at += 1;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '[') depth += 1;
    else if (character === ']') depth -= 1;
    if (depth === 0) return at;
  }
  throw invalid('unterminated array');
}

function parseBracket(inside: string): Step {
  const filter = /^\?\((.*)\)$/s.exec(inside);
  if (filter !== null) return parseFilter((filter[1] as string).trim());
  const members = splitOutsideQuotes(inside, ',');
  if (members.length > 1)
    return { kind: 'union', branches: members.map((member) => [parseBracket(member.trim())]) };
  if (inside === '*') return { kind: 'wildcard' };
  if (isQuoted(inside)) return { kind: 'field', name: unquoted(inside) };
  if (/^-?\d+$/.test(inside)) return { kind: 'index', at: Number(inside) };
  const bounds = /^(-?\d*):(-?\d*)(?::(-?\d*))?$/.exec(inside);
  if (bounds === null) throw invalid(`invalid array index ${inside}`);
  const [from, to, step] = bounds
    .slice(1)
    .map((text) => (text === undefined || text === '' ? undefined : Number(text)));
  return { kind: 'slice', from, to, step };
}

function parseFilter(inside: string): Step {
  for (const operator of ['==', '!=', '<=', '>=', '<', '>'] as const) {
    const sides = splitOutsideQuotes(inside, operator);
    if (sides.length !== 2) continue;
    const [left = '', right = ''] = sides;
    return { kind: 'filter', left: parseOperand(left.trim()), operator, right: parseOperand(right.trim()) };
  }
  return { kind: 'filter', left: parseOperand(inside), operator: 'exists' };
}

function parseOperand(source: string): Operand {
  if (isQuoted(source)) return { literal: unquoted(source) };
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(source)) return { literal: Number(source) };
  if (source === 'true' || source === 'false') return { literal: source === 'true' };
  return { path: parsePath(source) };
}

function splitOutsideQuotes(source: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let quote = '';
  for (let at = 0; at < source.length; at++) {
    const character = source[at] as string;
    if (character === '\\') at += 1;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (source.startsWith(separator, at)) {
      parts.push(source.slice(from, at));
      from = at + separator.length;
      at = from - 1;
    }
  }
  return [...parts, source.slice(from)];
}

function isQuoted(text: string): boolean {
  return /^'([^'\\]|\\.)*'$|^"([^"\\]|\\.)*"$/s.test(text);
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}

function invalid(problem: string): SluiceError {
  return new SluiceError('METRIC_CONFIG_INVALID', `jsonPath: ${problem}`);
}
