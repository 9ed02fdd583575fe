import type { KubeObject } from '../api/meta.ts';
import { parseLabelSelector } from './label-selector.ts';
import type { Resource } from './resource.ts';
import { badRequest } from './status.ts';

export type Matcher = (object: KubeObject) => boolean;

/** Label and field selector of a request in one; undefined when everything matches. */
export function selectorOf(resource: Resource, query: URLSearchParams): Matcher | undefined {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', resource);
  if (labels === undefined) return fields;
  const byLabels: Matcher = ({ metadata }) => labels(metadata.labels ?? {});
  return fields === undefined ? byLabels : (object) => byLabels(object) && fields(object);
}

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
