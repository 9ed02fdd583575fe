import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { isOurKind } from '../../api/parse.ts';
import { textOfFile } from '../input.ts';
import type { Host } from '../verb.ts';
import { fieldOf, readingsOf } from './field-path.ts';
import type { Finding, Position } from './finding.ts';

/** One object of a file. */
export interface SourceObject {
  readonly file: string;
  readonly object: Readonly<Record<string, unknown>>;
  /** The place of a field, or of the nearest field around it that is there; and the field's path as it is in the manifest. */
  placeOf(field: string): Position & { readonly field: string };
}

export interface Sources {
  readonly files: readonly string[];
  readonly objects: readonly SourceObject[];
  /** Files that cannot be read as YAML. */
  readonly findings: readonly Finding[];
  /** A folder was given: what it refers to should be in it. */
  readonly isComplete: boolean;
}

/** Every object of the files, and of all YAML and JSON files in the folders and below. Throws NOT_FOUND for a path that is none. */
export async function readSources(
  host: Pick<Host, 'readFile' | 'listFiles'>,
  paths: readonly string[],
): Promise<Sources> {
  const files: string[] = [];
  let isComplete = false;
  for (const path of paths) {
    const inside = path === '-' ? undefined : await host.listFiles(path);
    isComplete ||= inside !== undefined;
    files.push(...(inside?.filter((file) => /\.(ya?ml|json)$/i.test(file)).toSorted() ?? [path]));
  }
  const unique = [...new Set(files)];
  const parsed: Parsed[] = [];
  for (const file of unique) parsed.push(parseFile(await textOfFile(host, file), file));
  return {
    files: unique,
    objects: parsed.flatMap(({ objects }) => objects),
    findings: parsed.flatMap(({ findings }) => findings),
    isComplete,
  };
}

interface Parsed {
  readonly objects: readonly SourceObject[];
  readonly findings: readonly Finding[];
}

function parseFile(text: string, path: string): Parsed {
  const file = path === '-' ? '(standard input)' : path;
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, merge: true, uniqueKeys: true });
  const objects: SourceObject[] = [];
  const findings: Finding[] = [];
  for (const document of documents) {
    const [problem] = document.errors;
    if (problem !== undefined) {
      findings.push(unreadable(file, problem.message, position(lines, problem.pos[0]), text));
      continue;
    }
    objects.push(...objectsOf(document, text, { file, lines, findings }));
  }
  return { objects, findings };
}

function unreadable(file: string, message: string, at: Position, text: string): Finding {
  if (helm.test(text)) return helmTemplate(file, at);
  const [sentence = ''] = message.split(/ at line \d+|\n/);
  return { ...nobody(file, at), message: `not YAML: ${sentence}`, fix: 'Correct the YAML at this line.' };
}

/** How Helm's placeholders begin; those of analysis templates begin with a name. */
const helm = /\{\{-?\s*(\.|\$|(include|if|range|with|end|template|define)\b)/;

function helmTemplate(file: string, at: Position): Finding {
  const message = 'a Helm template is no manifest yet';
  return {
    ...nobody(file, at),
    message,
    fix: 'Lint what `helm template` makes of it: pipe that into `lint -f -`.',
  };
}

/** A finding about a document that is no object. */
function nobody(file: string, at: Position) {
  return { file, ...at, severity: 'error', kind: '', name: '', field: '' } as const;
}

/** The object of a document, or those of a List. */
function objectsOf(
  document: Document,
  text: string,
  { file, lines, findings }: { file: string; lines: LineCounter; findings: Finding[] },
): readonly SourceObject[] {
  const value = toJs(document);
  if (value === null || value === undefined) return [];
  const start = position(lines, document.contents?.range?.[0] ?? 0);
  if (!isObject(value) || typeof value['kind'] !== 'string' || typeof value['apiVersion'] !== 'string') {
    const message = 'a document without apiVersion and kind is no Kubernetes object';
    const fix = 'Write apiVersion and kind, or leave this file out.';
    findings.push({ ...nobody(file, start), message, fix });
    return [];
  }
  if (isOurKind(value['kind']) && helm.test(text.slice(document.range?.[0], document.range?.[2]))) {
    findings.push(helmTemplate(file, start));
    return [];
  }
  const { kind, items } = value;
  if (kind === 'List' && Array.isArray(items)) {
    return items.filter(isObject).map((object, index) => ({
      file,
      object,
      placeOf: (field) => placeOf(document, lines, field, ['items', index]),
    }));
  }
  return [{ file, object: value, placeOf: (field) => placeOf(document, lines, field, []) }];
}

/** An alias bomb is refused by the library; it is a document without content to us. */
function toJs(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 1000 });
  } catch {
    return 'aliases without end';
  }
}

function placeOf(
  document: Document,
  lines: LineCounter,
  field: string,
  base: readonly (string | number)[],
): Position & { readonly field: string } {
  const found = readingsOf(field).map((steps) => ({
    field: fieldOf(steps),
    ...nearestNode(document.contents, [...base, ...steps]),
  }));
  const [best] = found.toSorted((one, other) => other.depth - one.depth);
  const offset = best?.offset ?? document.contents?.range?.[0] ?? 0;
  return { field: best?.field ?? field, ...position(lines, offset) };
}

/** How far a path leads, and where the key or item stands that it leads to. */
function nearestNode(
  root: Node | null,
  steps: readonly (string | number)[],
): { readonly depth: number; readonly offset: number | undefined } {
  let node: unknown = root;
  let offset = root?.range?.[0];
  for (const [depth, step] of steps.entries()) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) return { depth, offset };
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
      node = node.items[step];
      offset = (node as Node).range?.[0] ?? offset;
    } else {
      return { depth, offset };
    }
  }
  return { depth: steps.length, offset };
}

function position(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
