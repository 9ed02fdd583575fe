import { RE2JS } from 're2js';
import { messageOf } from '../../../../kernel/errors.ts';
import { problem } from '../problem.ts';
import type { GoValue } from '../values.ts';
import { textOf, textsOf } from './conversions.ts';
import { atLeast, bounded, exactly, type FunctionTable, ofTexts, text, whole } from './function.ts';
import { quoted } from './printf.ts';

/** sprig's functions of texts (https://masterminds.github.io/sprig/strings.html). */
export const texts: FunctionTable = {
  trim: ofTexts(1, (of) => trimmed(of)),
  upper: ofTexts(1, (of) => of.toUpperCase()),
  lower: ofTexts(1, (of) => of.toLowerCase()),
  title: ofTexts(1, (of) =>
    of.replace(/(^|[^\p{L}\p{N}_])(\p{L})/gu, (_, before, first) => before + first.toUpperCase()),
  ),
  untitle: ofTexts(1, (of) => of.replace(/(^|\s)(\S)/gu, (_, before, first) => before + first.toLowerCase())),
  nospace: ofTexts(1, (of) => of.replace(/\s/gu, '')),
  initials: ofTexts(1, (of) =>
    of
      .split(/\s+/)
      .map((word) => [...word][0] ?? '')
      .join(''),
  ),
  trimAll: ofTexts(2, trimAll),
  trimall: ofTexts(2, trimAll),
  trimPrefix: ofTexts(2, (prefix, of) => (of.startsWith(prefix) ? of.slice(prefix.length) : of)),
  trimSuffix: ofTexts(2, (suffix, of) =>
    suffix !== '' && of.endsWith(suffix) ? of.slice(0, -suffix.length) : of,
  ),
  contains: ofTexts(2, (part, of) => of.includes(part)),
  hasPrefix: ofTexts(2, (prefix, of) => of.startsWith(prefix)),
  hasSuffix: ofTexts(2, (suffix, of) => of.endsWith(suffix)),
  replace: ofTexts(3, (old, by, of) => of.replaceAll(old, () => by)),
  repeat: exactly(2, ([count, of]) => repeated(text(of), whole(count))),
  substr: exactly(3, ([from, to, of]) => substring(whole(from), whole(to), text(of))),
  trunc: exactly(2, ([count, of]) => truncated(whole(count), text(of))),
  abbrev: exactly(2, ([width, of]) => abbreviated(whole(width), text(of))),
  wrap: exactly(2, ([width, of]) => wrapped(whole(width), '\n', text(of))),
  wrapWith: exactly(3, ([width, by, of]) => wrapped(whole(width), text(by), text(of))),
  indent: exactly(2, ([spaces, of]) => indented(whole(spaces), text(of))),
  nindent: exactly(2, ([spaces, of]) => `\n${indented(whole(spaces), text(of))}`),
  plural: exactly(3, ([one, many, count]) => (whole(count) === 1 ? text(one) : text(many))),
  quote: atLeast(0, (args) =>
    present(args)
      .map((arg) => quoted(textOf(arg)))
      .join(' '),
  ),
  squote: atLeast(0, (args) =>
    present(args)
      .map((arg) => `'${textOf(arg)}'`)
      .join(' '),
  ),
  cat: atLeast(0, (args) => present(args).map(textOf).join(' ')),
  toString: exactly(1, ([of]) => textOf(of)),
  toStrings: exactly(1, ([of]) => textsOf(of)),
  join: exactly(2, ([separator, of]) => textsOf(of).join(text(separator))),
  sortAlpha: exactly(1, ([of]) => textsOf(of).sort((a, b) => (a < b ? -1 : Number(a > b)))),
  splitList: ofTexts(2, (separator, of) => of.split(separator)),
  split: ofTexts(2, (separator, of) => numbered(of.split(separator))),
  splitn: exactly(3, ([separator, count, of]) =>
    numbered(splitAtMost(text(separator), whole(count), text(of))),
  ),
  swapcase: ofTexts(1, (of) => of.replace(/\p{L}/gu, otherCase)),
  hello: exactly(0, () => 'Hello!'),
  b32enc: ofTexts(1, (of) => base32(of)),
  b32dec: ofTexts(1, (of) => unbase32(of)),
  b64enc: ofTexts(1, (of) => base64(of)),
  b64dec: ofTexts(1, (of) => unbase64(of)),
  adler32sum: ofTexts(1, (of) => adler32(of)),
  sha1sum: exactly(1, ([of], { digest }) => digest('sha1', text(of))),
  sha256sum: exactly(1, ([of], { digest }) => digest('sha256', text(of))),
  sha512sum: exactly(1, ([of], { digest }) => digest('sha512', text(of))),
  ...regular('regexMatch', 2, ([pattern, of]) => compiled(pattern).matcher(text(of)).find()),
  ...regular('regexFind', 2, ([pattern, of]) => all(pattern, text(of), 1)[0] ?? ''),
  ...regular('regexFindAll', 3, ([pattern, of, count]) => all(pattern, text(of), whole(count))),
  ...regular('regexReplaceAll', 3, ([pattern, of, by]) => replaced(compiled(pattern), text(of), text(by))),
  ...regular('regexReplaceAllLiteral', 3, ([pattern, of, by]) =>
    replaced(compiled(pattern), text(of), text(by).replaceAll('$', '$$$$')),
  ),
  ...regular('regexSplit', 3, ([pattern, of, count]) => splitBy(compiled(pattern), text(of), whole(count))),
  regexQuoteMeta: ofTexts(1, (of) => of.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
};

function present(args: readonly GoValue[]): readonly GoValue[] {
  return args.filter((arg) => arg !== null);
}

function trimmed(of: string): string {
  return of.replace(/^[\s\u0085]+|[\s\u0085]+$/gu, '');
}

function trimAll(cutset: string, of: string): string {
  const cut = new Set(cutset);
  let characters = [...of];
  const from = characters.findIndex((character) => !cut.has(character));
  if (from === -1) return '';
  characters = characters.slice(from);
  while (cut.has(characters.at(-1) as string)) characters.pop();
  return characters.join('');
}

function repeated(of: string, count: number): string {
  if (count < 0) throw problem('strings: negative Repeat count');
  bounded(of.length * count);
  return of.repeat(count);
}

function bytesOf(of: string): Uint8Array {
  return new TextEncoder().encode(of);
}

function fromBytes(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function substring(from: number, to: number, of: string): string {
  const bytes = bytesOf(of);
  if (from > bytes.length) throw problem('slice bounds out of range');
  if (from < 0) return fromBytes(bytes.slice(0, Math.max(0, to)));
  return fromBytes(to < 0 || to > bytes.length ? bytes.slice(from) : bytes.slice(from, Math.max(from, to)));
}

function truncated(count: number, of: string): string {
  const bytes = bytesOf(of);
  if (count < 0) return bytes.length + count > 0 ? fromBytes(bytes.slice(bytes.length + count)) : of;
  return bytes.length > count ? fromBytes(bytes.slice(0, count)) : of;
}

function abbreviated(width: number, of: string): string {
  if (width < 4 || of.length <= width) return of;
  return `${of.slice(0, width - 3)}...`;
}

/** Breaks at spaces, as near to the width as words allow; a word that is longer stays whole. */
function wrapped(width: number, by: string, of: string): string {
  const size = Math.max(1, width);
  const lines: string[] = [];
  let rest = of;
  while (rest.length > size) {
    if (rest.startsWith(' ')) {
      rest = rest.slice(1);
      continue;
    }
    const near = rest.lastIndexOf(' ', size);
    const at = near >= 0 ? near : rest.indexOf(' ', size);
    if (at === -1) break;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
  }
  return [...lines, rest].join(by);
}

function indented(spaces: number, of: string): string {
  const before = repeated(' ', spaces);
  return before + of.replaceAll('\n', `\n${before}`);
}

function numbered(parts: readonly string[]): GoValue {
  return new Map(parts.map((part, index) => [`_${index}`, part]));
}

function splitAtMost(separator: string, count: number, of: string): readonly string[] {
  const parts = of.split(separator);
  if (count < 0 || parts.length <= count) return parts;
  return count === 0 ? [] : [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

/** Letter by letter, as Go has it: one that has no single other form stays. */
function otherCase(letter: string): string {
  const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
  return [...other].length === 1 ? other : letter;
}

const letters32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, with padding. */
function base32(of: string): string {
  const bits = [...new TextEncoder().encode(of)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  const encoded = groups.map((group) => letters32[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
  return encoded.padEnd(Math.ceil(encoded.length / 8) * 8, '=');
}

function unbase32(of: string): string {
  const encoded = of.replace(/[\r\n]/g, '');
  if (encoded.length % 8 !== 0 || !/^[A-Z2-7]*={0,6}$/.test(encoded)) return 'illegal base32 data';
  const digits = [...encoded.replace(/=+$/, '')].map((letter) =>
    letters32.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const bytes = digits.join('').match(/.{8}/g) ?? [];
  return fromBytes(Uint8Array.from(bytes, (bits) => Number.parseInt(bits, 2)));
}

/** RFC 1950 §8.2, in decimal digits. */
function adler32(of: string): string {
  let [one, other] = [1, 0];
  for (const byte of new TextEncoder().encode(of)) {
    one = (one + byte) % 65_521;
    other = (other + one) % 65_521;
  }
  return String(other * 65_536 + one);
}

function base64(of: string): string {
  return btoa(String.fromCharCode(...bytesOf(of)));
}

function unbase64(of: string): string {
  try {
    return fromBytes(Uint8Array.from(atob(of), (character) => character.charCodeAt(0)));
  } catch {
    return 'illegal base64 data';
  }
}

/** Each regular function also has a name with `must`; ours never take a broken pattern for no match. */
function regular(name: string, count: number, call: Parameters<typeof exactly>[1]): FunctionTable {
  const made = exactly(count, call);
  return { [name]: made, [`must${name[0]?.toUpperCase()}${name.slice(1)}`]: made };
}

function compiled(pattern: GoValue): RE2JS {
  try {
    return RE2JS.compile(text(pattern));
  } catch (error) {
    throw problem(`error parsing regexp: ${messageOf(error)}`);
  }
}

function all(pattern: GoValue, of: string, count: number): string[] {
  const matcher = compiled(pattern).matcher(of);
  const found: string[] = [];
  while ((count < 0 || found.length < count) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

/** `$1`, `${1}`, `${name}` and `$name` stand for groups; a group that is not there for nothing. */
function replaced(pattern: RE2JS, of: string, by: string): string {
  const matcher = pattern.matcher(of);
  const names = pattern.namedGroups() as Readonly<Record<string, number>>;
  let result = '';
  let end = 0;
  while (matcher.find()) {
    const group = (name: string): string => {
      const index = /^\d+$/.test(name) ? Number(name) : names[name];
      return index === undefined || index > matcher.groupCount() ? '' : (matcher.group(index) ?? '');
    };
    result += of.slice(end, matcher.start());
    result += by.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, plain?: string) => {
      return whole === '$$' ? '$' : group((braced ?? plain) as string);
    });
    bounded(result.length);
    end = matcher.end();
  }
  return result + of.slice(end);
}

function splitBy(pattern: RE2JS, of: string, count: number): string[] {
  if (count === 0) return [];
  const matcher = pattern.matcher(of);
  const parts: string[] = [];
  let end = 0;
  while ((count < 0 || parts.length < count - 1) && matcher.find()) {
    if (matcher.end() === 0) continue;
    parts.push(of.slice(end, matcher.start()));
    end = matcher.end();
  }
  return [...parts, of.slice(end)];
}
