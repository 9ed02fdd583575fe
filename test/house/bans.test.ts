import { codeOnly, roomOf, type SourceFile, sourceFiles } from './source-tree.ts';

interface Ban {
  readonly name: string;
  readonly pattern: RegExp;
  /** Rooms in which the thing is at home. */
  readonly allowedIn: readonly string[];
  readonly instead: string;
}

const bans: readonly Ban[] = [
  {
    name: 'the machine’s time',
    pattern: /\bDate\.now\b|\bnew Date\(/,
    allowedIn: ['kernel', 'operator'],
    instead: 'take a Clock, and the helpers of kernel/instant.ts',
  },
  {
    name: 'timers',
    pattern: /\b(setTimeout|setInterval)\b/,
    allowedIn: ['kernel', 'operator'],
    instead: 'use Clock.schedule',
  },
  {
    name: 'unseeded chance',
    pattern: /\bMath\.random\b|\brandomUUID\b/,
    allowedIn: ['kernel', 'operator'],
    instead: 'use a named stream of kernel/random.ts',
  },
  {
    name: 'the environment',
    pattern: /\bprocess\.env\b/,
    allowedIn: ['operator', 'cli'],
    instead: 'read it once, in operator/config.ts',
  },
  {
    name: 'the console',
    pattern: /\bconsole\./,
    allowedIn: [],
    instead: 'use the Log port, or the streams a verb is given',
  },
  { name: 'any', pattern: /\bas any\b|: any\b/, allowedIn: [], instead: 'use unknown, and look' },
];

/** A waiver stands on the same line, with its reason: `// house: timers, the socket has no other clock`. */
const waiver = /\/\/ house: \S+/;

const files = sourceFiles('src');

describe('what the house bans', () => {
  test.each(bans)('$name is only where it is at home', ({ pattern, allowedIn, instead }) => {
    const wrong = files
      .filter(({ path }) => !allowedIn.includes(roomOf(path)))
      .flatMap((file) => linesMatching(file, pattern).map((line) => `${line}: ${instead}`));
    expect(wrong).toEqual([]);
  });

  test('the core is pure: nothing asynchronous, nothing of the platform, no state of its own', () => {
    const wrong = files
      .filter(({ path }) => roomOf(path) === 'core')
      .flatMap((file) => [
        ...linesMatching(file, /\basync\b|\bawait\b|\bPromise\b/),
        ...file.imports
          .filter(({ specifier }) => specifier.startsWith('node:'))
          .map(({ specifier }) => `${file.path}: ${specifier}`),
        ...linesMatching(file, /^(export )?let /),
      ]);
    expect(wrong).toEqual([]);
  });

  test('a file that holds more than 500 lines has begun to hold two things', () => {
    const wrong = files
      .filter(({ path, text }) => text.split('\n').length > 500 && !isTable(path))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });
});

/** Data written as code: long by nature. */
function isTable(path: string): boolean {
  return (
    /-(order|table|schemas?|structs)\.ts$/.test(path) ||
    path.startsWith('src/api/v1alpha1/') ||
    path.startsWith('src/sandbox/crds/')
  );
}

function linesMatching(file: SourceFile, pattern: RegExp): string[] {
  const original = file.text.split('\n');
  const code = codeOnly(
    file.text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' ')),
  ).split('\n');
  return code.flatMap((line, index) =>
    pattern.test(line) && !waiver.test(original[index] ?? '')
      ? [`${file.path}:${index + 1}: ${line.trim()}`]
      : [],
  );
}
