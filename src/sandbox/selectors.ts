import type { KubeObject } from '../api/meta.ts';
import type { Resource } from './resource.ts';
import { badRequest } from './status.ts';

export type Matcher = (object: KubeObject) => boolean;

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

/** Label and field selector of a request in one; undefined when everything matches. */
export function selectorOf(resource: Resource, query: URLSearchParams): Matcher | undefined {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', resource);
  if (labels === undefined) return fields;
  const byLabels: Matcher = ({ metadata }) => labels(metadata.labels ?? {});
  return fields === undefined ? byLabels : (object) => byLabels(object) && fields(object);
}

/** `a=b,c!=d,e in (f,g),!h,i`. Undefined when it is empty. */
export function parseLabelSelector(text: string): Requirement | undefined {
  const parts = splitOutsideParentheses(text);
  if (parts.length === 0) return undefined;
  const requirements = parts.map((part) => parseRequirement(part, text));
  return (labels) => requirements.every((holds) => holds(labels));
}

function splitOutsideParentheses(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const key = '[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?';
const setPattern = new RegExp(`^(${key})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const equalityPattern = new RegExp(`^(${key})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const comparisonPattern = new RegExp(`^(${key})\\s*(<|>)\\s*(-?\\d+)$`);
const existsPattern = new RegExp(`^(!?)\\s*(${key})$`);

function parseRequirement(part: string, whole: string): Requirement {
  const set = setPattern.exec(part);
  if (set !== null) {
    const [, name = '', , operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    if (operator === 'in') return (labels) => has(labels, name) && values.has(labels[name] as string);
    return (labels) => !has(labels, name) || !values.has(labels[name] as string);
  }
  const equality = equalityPattern.exec(part);
  if (equality !== null) {
    const [, name = '', , operator, value] = equality;
    if (operator === '!=') return (labels) => !has(labels, name) || labels[name] !== value;
    return (labels) => has(labels, name) && labels[name] === value;
  }
  const comparison = comparisonPattern.exec(part);
  if (comparison !== null) {
    const [, name = '', , operator, value] = comparison;
    return (labels) => {
      const actual = Number(has(labels, name) ? labels[name] : Number.NaN);
      return operator === '<' ? actual < Number(value) : actual > Number(value);
    };
  }
  const exists = existsPattern.exec(part);
  if (exists === null) throw badRequest(`unable to parse requirement: found '${part}' in "${whole}"`);
  const [, not, name = ''] = exists;
  return not === '!' ? (labels) => !has(labels, name) : (labels) => has(labels, name);
}

const has = (labels: Labels, name: string): boolean => Object.hasOwn(labels, name);

/** `metadata.name=x,status.phase!=Running`, over the fields that the resource lets one select by. */
export function parseFieldSelector(text: string, resource: Resource): Matcher | undefined {
  const parts = text.split(/(?<!\\),/).filter((part) => part !== '');
  if (parts.length === 0) return undefined;
  const terms = parts.map((part) => parseFieldTerm(part, resource, text));
  return (object) => terms.every((holds) => holds(object));
}

function parseFieldTerm(part: string, resource: Resource, whole: string): Matcher {
  const match = /^([^=!]+)(==|!=|=)(.*)$/s.exec(part);
  if (match === null) throw badRequest(`invalid selector: '${whole}'; can't understand '${part}'`);
  const [, field = '', operator, escaped = ''] = match;
  const value = escaped.replace(/\\([\\,=])/g, '$1');
  const read = fieldReader(field, resource);
  return operator === '!=' ? (object) => read(object) !== value : (object) => read(object) === value;
}

function fieldReader(field: string, resource: Resource): (object: KubeObject) => string {
  if (field === 'metadata.name') return ({ metadata }) => metadata.name;
  if (field === 'metadata.namespace') return ({ metadata }) => metadata.namespace ?? '';
  const read = resource.selectableFields[field];
  if (read === undefined) throw unknownField(field, resource);
  return read;
}

function unknownField(field: string, { builtin, selectableFields }: Resource): Error {
  if (!builtin || Object.keys(selectableFields).length > 0)
    return badRequest(`field label not supported: ${field}`);
  const known = 'only "metadata.name", "metadata.namespace"';
  return badRequest(`${JSON.stringify(field)} is not a known field selector: ${known}`);
}
