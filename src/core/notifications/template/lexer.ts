import { problem } from './problem.ts';

export interface Token {
  readonly kind:
    | 'text'
    | 'word'
    | 'field'
    | 'variable'
    | 'number'
    | 'string'
    | 'char'
    | 'sign'
    | 'dot'
    | 'open'
    | 'close';
  readonly text: string;
  readonly line: number;
  /** Does a space stand before it? It parts two operands. */
  readonly spaced: boolean;
}

/** What may stand between `{{` and `}}`, in the order in which it is tried. */
const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['string', /"(?:[^"\\\n]|\\.)*"/y],
  ['string', /`[^`]*`/y],
  ['char', /'(?:[^'\\\n]|\\.[0-9A-Fa-f]*)'/y],
  [
    'number',
    /[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w])/y,
  ],
  ['field', /\.[\p{L}_][\p{L}\p{N}_]*/uy],
  ['variable', /\$[\p{L}\p{N}_]*/uy],
  ['word', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['sign', /:=|[=|(),]/y],
  ['dot', /\./y],
];

/** Text and actions, with what `{{-` and `-}}` trim away and without comments. */
export function tokens(source: string): readonly Token[] {
  const found: Token[] = [];
  let at = 0;
  let line = 1;
  let trimsNext = false;
  const moveTo = (end: number) => {
    line += source.slice(at, end).split('\n').length - 1;
    at = end;
  };
  while (at < source.length) {
    const opens = source.indexOf('{{', at);
    const end = opens === -1 ? source.length : opens;
    const trimsBefore = opens !== -1 && /^-\s/.test(source.slice(opens + 2, opens + 4));
    let text = source.slice(at, end);
    if (trimsNext) text = text.replace(/^[ \t\r\n]+/, '');
    if (trimsBefore) text = text.replace(/[ \t\r\n]+$/, '');
    if (text !== '') found.push({ kind: 'text', text, line, spaced: false });
    moveTo(end);
    if (opens === -1) break;
    const openedAt = line;
    moveTo(opens + (trimsBefore ? 3 : 2));
    const comment = /^\s*\/\*[\s\S]*?\*\/(\s-|\s*)\}\}/.exec(source.slice(at));
    if (comment !== null) {
      trimsNext = /\s-\}\}$/.test(comment[0]);
      moveTo(at + comment[0].length);
      continue;
    }
    found.push({ kind: 'open', text: '{{', line, spaced: false });
    for (;;) {
      const space = /^\s*/.exec(source.slice(at))?.[0] ?? '';
      const closing = /^\s+-\}\}|^\s*\}\}/.exec(source.slice(at))?.[0];
      if (closing !== undefined) {
        trimsNext = closing.endsWith('-}}');
        moveTo(at + closing.length);
        found.push({ kind: 'close', text: '}}', line, spaced: space !== '' });
        break;
      }
      moveTo(at + space.length);
      if (at >= source.length) throw problem(`line ${openedAt}: the action that begins here has no end`);
      const token = tokenAt(source, at, line, space !== '');
      found.push(token);
      moveTo(at + token.text.length);
    }
  }
  return found;
}

function tokenAt(source: string, at: number, line: number, spaced: boolean): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text !== undefined) return { kind, text, line, spaced };
  }
  const character = String.fromCodePoint(source.codePointAt(at) as number);
  if (character === '"' || character === '`') throw problem(`line ${line}: a text has no end`);
  throw problem(`line ${line}: unexpected ${JSON.stringify(character)} in an action`);
}
