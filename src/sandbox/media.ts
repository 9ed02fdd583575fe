import { stringify } from 'yaml';
import type { ApiRequest, BodyResponse } from './request.ts';
import { badRequest, StatusError, unsupportedMediaType } from './status.ts';

/** What the client wants lists and objects to be rendered as. */
export interface Rendering {
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** Version of `meta.k8s.io` that a table or metadata is told in. */
  readonly version: 'v1' | 'v1beta1';
  readonly format: 'json' | 'yaml';
  /** What a row of a table carries beside its cells. */
  readonly includeObject: 'Metadata' | 'Object' | 'None';
}

const yaml = 'application/yaml';
const protobuf = 'application/vnd.kubernetes.protobuf';
/** Protocol buffers are read, but never written: clients that ask for them take JSON, too. */
const formats: Readonly<Record<string, Rendering['format']>> = {
  'application/json': 'json',
  [yaml]: 'yaml',
  'application/*': 'json',
  '*/*': 'json',
};
const forms: readonly Rendering['as'][] = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'];

interface Asked {
  readonly isBuiltin: boolean;
  readonly isCollection: boolean;
}

/** The first form of the Accept header that the server has. Throws a StatusError (406) when it has none of them. */
export function renderingOf(request: ApiRequest, { isBuiltin, isCollection }: Asked): Rendering {
  const accept = request.headers.accept ?? '';
  const clauses = accept
    .split(',')
    .filter((clause) => clause.trim() !== '')
    .map(parseClause);
  if (isBuiltin && clauses.length > 0 && !clauses.some(({ media }) => served.has(media))) {
    throw notAcceptable(
      `406: Not Acceptable\n\nAvailable representations: ${representations(request.method === 'GET' && isCollection)}`,
      {},
    );
  }
  if (clauses.length === 0) return { as: 'object', version: 'v1', format: 'json', includeObject: 'Metadata' };
  for (const clause of clauses) {
    const format = formats[clause.media];
    if (format === undefined || !isForm(clause)) continue;
    const as = (clause.as ?? 'object') as Rendering['as'];
    const version = clause.version === 'v1beta1' ? 'v1beta1' : 'v1';
    return { as, version, format, includeObject: as === 'Table' ? includedObject(request) : 'Metadata' };
  }
  const media = ['application/json', yaml, ...(isBuiltin ? [protobuf] : [])].join(', ');
  throw notAcceptable(`only the following media types are accepted: ${media}`);
}

/** Media types that the outer gate of a built-in kind lets pass, whatever their parameters. */
const served: ReadonlySet<string> = new Set(['application/json', yaml, protobuf, '*/*']);

function representations(isWatchable: boolean): string {
  const media = ['application/json', yaml, protobuf];
  const streams = ['application/json;stream=watch', `${protobuf};stream=watch`];
  return [...media, ...(isWatchable ? streams : [])].join(', ');
}

interface Clause {
  readonly media: string;
  readonly as: string | undefined;
  readonly version: string | undefined;
  readonly group: string | undefined;
}

function parseClause(text: string): Clause {
  const [media = '', ...parameters] = text.split(';').map((part) => part.trim());
  const valueFor = (name: string) =>
    parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
  return { media: media.toLowerCase(), as: valueFor('as'), version: valueFor('v'), group: valueFor('g') };
}

function isForm({ as, version, group }: Clause): boolean {
  if (as === undefined) return true;
  return (
    (forms as readonly string[]).includes(as) &&
    group === 'meta.k8s.io' &&
    (version === 'v1' || version === 'v1beta1')
  );
}

function includedObject({ query }: ApiRequest): Rendering['includeObject'] {
  const asked = query.get('includeObject') ?? '';
  if (asked === '') return 'Metadata';
  if (asked === 'Metadata' || asked === 'Object' || asked === 'None') return asked;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(asked)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** The answer in the format that was asked for. */
export function inFormat(response: BodyResponse, { format }: Rendering): BodyResponse {
  if (format === 'json') return response;
  const body = stringify(response.body, {
    sortMapEntries: true,
    indentSeq: false,
    aliasDuplicateObjects: false,
  });
  return { ...response, headers: { 'content-type': yaml }, body };
}

export function notAcceptable(message: string, details?: Record<string, never>): StatusError {
  return new StatusError(406, 'NotAcceptable', message, details);
}

/** Refuses (415) the body of a create or an update that comes in a form the server does not read. */
export function refuseUnknownBody({ headers, body }: ApiRequest, isBuiltin: boolean): void {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const accepted = ['application/json', yaml, ...(isBuiltin ? [protobuf] : [])];
  if (body === undefined || type === '' || accepted.includes(type)) return;
  throw unsupportedMediaType(accepted);
}
