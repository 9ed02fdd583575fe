import { type FunctionTable, ofTexts } from './function.ts';

/** sprig's functions that spell a text's words together (https://masterminds.github.io/sprig/strings.html). */
export const cases: FunctionTable = {
  snakecase: ofTexts(1, (of) => joinedBy('_', of)),
  kebabcase: ofTexts(1, (of) => joinedBy('-', of)),
  camelcase: ofTexts(1, pascal),
};

/**
 * A text falls into pieces of one kind each: C connectors, P punctuation, U a word with a capital or of capitals, A a word of small
 * letters, N digits, O anything else, such as Chinese. Of `HTTPServer` the last capital begins the next word.
 */
const pieces = new RegExp(
  [
    '(?<C>[-_\\s]+)',
    '(?<P>\\p{P}+)',
    '(?<U>\\p{Lu}+(?=\\p{Lu}(?!\\p{Lu})LETTER)|\\p{Lu}{2,}|\\p{Lu}(?:(?!\\p{Lu})LETTER)*)',
    '(?<A>LETTER(?:(?!\\p{Lu})LETTER)*)',
    '(?<N>\\p{N}+)',
    '(?<O>(?:(?![-_\\s\\p{P}\\p{N}])(?!LETTER).)+)',
  ]
    .join('|')
    .replaceAll('LETTER', '(?![\\u4E00-\\u9FCC\\u3400-\\u4D85\\u{20000}-\\u{2B81D}])\\p{L}'),
  'gsu',
);

/**
 * Pieces that stay together: digits with the word before them, but with what follows when that is of small letters
 * (`bld4Floor` is `bld4_floor`, `HTTP2xx` is `http_2xx`).
 */
const units = /[UAO]N(?!A)|N[AN]*|[UAOCP]/g;

function joinedBy(connector: string, text: string): string {
  const found = [...text.matchAll(pieces)].map(({ 0: piece, groups = {} }) => ({
    piece,
    kind: Object.keys(groups).find((kind) => groups[kind] !== undefined) as string,
  }));
  const said = ({ piece, kind }: (typeof found)[number]) => {
    if (kind === 'C') return connector.repeat([...piece].length);
    return kind === 'U' ? piece.toLowerCase() : piece;
  };
  let result = '';
  let before = 'C';
  for (const { 0: unit, index } of found
    .map(({ kind }) => kind)
    .join('')
    .matchAll(units)) {
    const isApart = !'CP'.includes(before) && !'CP'.includes(unit);
    result +=
      (isApart ? connector : '') +
      found
        .slice(index, index + unit.length)
        .map(said)
        .join('');
    before = unit;
  }
  return result;
}

/** `some_words` is `SomeWords`. Of several connectors between words all but the last stay, and those at the ends. */
function pascal(text: string): string {
  const [, leading = '', words = '', trailing = ''] = /^([-_\s]*)(.*?)([-_\s]*)$/s.exec(text) ?? [];
  if (words === '') return leading + leading.slice(-1); // Go's says the last one twice
  const big = words.replace(
    /([-_\s]*)([^-_\s]+)/gu,
    (_, gap: string, word: string) => gap.slice(0, -1) + capital(word),
  );
  return leading + big + trailing;
}

function capital(word: string): string {
  return word.replace(/^(\p{Lu})(\p{Lu}*)|^./su, (first: string, one?: string, more = '') =>
    one === undefined ? first.toUpperCase() : one + more.toLowerCase(),
  );
}
