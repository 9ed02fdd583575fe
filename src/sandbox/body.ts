import { parse as parseYaml } from 'yaml';
import { messageOf } from '../kernel/errors.ts';
import { decodeProtobuf } from './protobuf.ts';
import { jsonType } from './schema/decode.ts';

/** A request's body, as far as it could be read. */
export interface Body {
  /** Parsed JSON, YAML or protocol buffers; undefined when there is none or it could not be read. */
  readonly body?: unknown;
  /** Why it could not be read, in the words of Go's decoder. */
  readonly unreadable?: string;
  /** Members that stand twice in one object: `spec.replicas`. The last of them counts. */
  readonly duplicates?: readonly string[];
}

export function parseBody(bytes: Uint8Array, contentType: string): Body {
  if (bytes.length === 0) return {};
  if (contentType.includes('protobuf')) return { body: decodeProtobuf(bytes) };
  const text = new TextDecoder().decode(bytes);
  if (contentType.includes('yaml') && !/^\s*[{[]/.test(text)) return parseYamlBody(text);
  try {
    const body: unknown = JSON.parse(text);
    const duplicates = duplicateMembers(text);
    return duplicates.length === 0 ? { body } : { body, duplicates };
  } catch {
    return { unreadable: `${jsonProblem(text)} (${text})` };
  }
}

function parseYamlBody(text: string): Body {
  try {
    return { body: parseYaml(text, { merge: true }) };
  } catch (error) {
    return { unreadable: messageOf(error) };
  }
}

/** A body that ends too soon is the usual fault; for any other, the first character that cannot stand where it does. */
export function jsonProblem(text: string): string {
  const literal = literalProblem(text.trimStart());
  if (literal !== undefined) return literal;
  const problem = parseProblem(text);
  const found = /token '?(.)'?|character '(.)'/u.exec(problem);
  const at = /position (\d+)/.exec(problem);
  const position = at === null ? text.length : Number(at[1]);
  if (position >= text.trimEnd().length || /Unexpected end|Unterminated/.test(problem))
    return 'unexpected end of JSON input';
  const character = text[position] ?? found?.[1] ?? '';
  return `invalid character '${character}' looking for beginning of value`;
}

/** A text that begins like `null`, `true` or `false` and goes on otherwise. */
function literalProblem(text: string): string | undefined {
  const literal = ['null', 'true', 'false'].find((word) => word[0] === text[0]);
  const at = literal === undefined ? -1 : [...literal].findIndex((letter, index) => text[index] !== letter);
  if (literal === undefined || at === -1 || text.length <= at) return undefined;
  return `invalid character '${text[at]}' in literal ${literal} (expecting '${literal[at]}')`;
}

function parseProblem(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return messageOf(error);
  }
}

/** What Go says of a body that is no object. */
export function notAnObject(body: unknown): string {
  const struct = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;
  return `json: cannot unmarshal ${jsonType(body)} into Go value of type ${struct}`;
}

/** Walks JSON that is known to be well-formed, since its parser keeps only the last of several members of one name. */
function duplicateMembers(text: string): readonly string[] {
  const duplicates: string[] = [];
  const open: Container[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const top = open.at(-1);
    switch (match[0]) {
      case '{':
        open.push({ members: new Set(), step: undefined, isKeyNext: true });
        break;
      case '[':
        open.push({ members: undefined, step: 0, isKeyNext: false });
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        if (typeof top?.step === 'number') top.step += 1;
        else if (top !== undefined) top.isKeyNext = true;
        break;
      case ':':
        break;
      default:
        if (top?.isKeyNext !== true) break;
        top.step = JSON.parse(match[0]) as string;
        top.isKeyNext = false;
        if (top.members?.has(top.step) === true) duplicates.push(pathOf(open));
        top.members?.add(top.step);
    }
  }
  return [...new Set(duplicates)];
}

/** An object or list that the walk is inside of. */
interface Container {
  readonly members: Set<string> | undefined;
  /** The member or index that the walk is at. */
  step: string | number | undefined;
  isKeyNext: boolean;
}

function pathOf(open: readonly Container[]): string {
  return open
    .map(({ step }) => (typeof step === 'number' ? `[${step}]` : `.${step ?? ''}`))
    .join('')
    .replace(/^\./, '');
}
