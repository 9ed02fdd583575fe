import { exactly, type FunctionTable, ofTexts, text, whole } from './function.ts';

/** sprig's functions of paths (https://masterminds.github.io/sprig/paths.html). The controller's own system is a Unix: `os…` is the same. */
const ofPaths: FunctionTable = {
  base: ofTexts(1, (of) => baseOf(of)),
  dir: ofTexts(1, (of) => cleaned(of.slice(0, of.lastIndexOf('/') + 1))),
  clean: ofTexts(1, (of) => cleaned(of)),
  ext: ofTexts(1, (of) => /\.[^./]*$/s.exec(of)?.[0] ?? ''),
  isAbs: ofTexts(1, (of) => of.startsWith('/')),
};

const ofSystem = Object.entries(ofPaths).map(
  ([name, entry]) => [`os${name[0]?.toUpperCase()}${name.slice(1)}`, entry] as const,
);

export const paths: FunctionTable = {
  ...ofPaths,
  ...Object.fromEntries(ofSystem),
  abbrevboth: exactly(3, ([left, right, of]) => abbreviatedBoth(whole(left), whole(right), text(of))),
};

function baseOf(path: string): string {
  if (path === '') return '.';
  const stripped = path.replace(/\/+$/, '');
  return stripped === '' ? '/' : stripped.slice(stripped.lastIndexOf('/') + 1);
}

/** The shortest path that means the same, as Go's `path.Clean` has it. */
function cleaned(path: string): string {
  const isRooted = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!isRooted) kept.push(part);
  }
  const whole = `${isRooted ? '/' : ''}${kept.join('/')}`;
  return whole === '' ? '.' : whole;
}

const dots = '...';

/** `width` characters of the text from about the offset on, with dots where something is left out. */
function abbreviatedBoth(offset: number, width: number, of: string): string {
  if (width < 4 || (offset > 0 && width < 7) || of.length <= width) return of;
  const room = width - dots.length;
  const start = Math.min(offset, of.length - room);
  if (start <= 4) return of.slice(0, room) + dots;
  if (start + room >= of.length) return dots + of.slice(of.length - room);
  const rest = of.slice(start);
  return dots + (rest.length <= room ? rest : rest.slice(0, room - dots.length) + dots);
}
