import { formatInstant, type Instant } from '../kernel/instant.ts';
import { type Flag, type Session, UsageError } from './verb.ts';

/** `json`, `yaml` and `name` (`rollout.argoproj.io/shop`, a line each) are for scripts; `wide` is the usual table with more columns. */
export type OutputFormat = 'json' | 'yaml' | 'name' | 'wide';

export interface OutputOptions {
  readonly output?: string;
}

export function outputFlag(formats: readonly OutputFormat[]): Flag {
  return { flags: '-o, --output <FORMAT>', summary: formats.join(', '), choices: formats };
}

/** Undefined: as people read it. Throws a UsageError for any other than `formats`. */
export function outputFormatOf<F extends OutputFormat>(
  { output }: OutputOptions,
  formats: readonly F[],
): F | undefined {
  if (output === undefined) return undefined;
  const format = formats.find((one) => one === output);
  if (format !== undefined) return format;
  const isTemplate = /^(jsonpath|go-template|custom-columns)/.test(output);
  throw new UsageError(
    `--output must be one of ${formats.join(', ')}, not "${output}"${isTemplate ? '; kubectl get takes it, for the object itself' : ''}`,
  );
}

/** A watch redraws a screen or goes on with a table; a script follows a release with `status -o json`. */
export function refuseWatched({ output, watch }: OutputOptions & { readonly watch?: boolean }): void {
  if (output === undefined || watch !== true) return;
  throw new UsageError(
    '--output and --watch cannot be used together; to follow a release, use status -o json',
  );
}

/** One document: JSON, indented unless it is one `line` of many, or YAML that begins with `---`. */
export async function writeDocument(
  { out }: Pick<Session, 'out'>,
  format: 'json' | 'yaml',
  value: object,
  { line = false } = {},
): Promise<void> {
  const plain = plainOf(value);
  if (format === 'json') return out(`${JSON.stringify(plain, undefined, line ? undefined : 2)}\n`);
  const { stringify } = await import('yaml');
  out(`---\n${stringify(plain)}`);
}

/** A value of the view as plain data: instants, which are called `…At`, `since` or `until`, become RFC 3339 texts. */
export function plainOf(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, member: unknown) =>
      typeof member === 'number' && /(At|^since|^until)$/.test(key)
        ? formatInstant(member as Instant)
        : member,
    ),
  );
}
