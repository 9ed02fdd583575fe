/** Errors as Kubernetes words them: a `Status` object for the wire, thrown as a StatusError inside. */

export type FieldErrorType =
  | 'FieldValueInvalid'
  | 'FieldValueTypeInvalid'
  | 'FieldValueRequired'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueNotFound';

/** One thing that is wrong with one field. */
export interface FieldError {
  readonly reason: FieldErrorType;
  /** `spec.containers[0].name`; empty for the whole object. */
  readonly field: string;
  /** Everything after the field's path: `Invalid value: "x": must be …`. */
  readonly text: string;
}

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Record<string, never>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

/** A request that failed. Its `status` is what the client gets. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Status;
  /** What the client is warned of beside the refusal. */
  warnings: readonly string[] = [];

  /** A few failures of the real server have no reason. */
  constructor(code: number, reason: string | undefined, message: string, details?: StatusDetails) {
    super(message);
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }
}

/** What `act` gives; a refusal of it tells the warnings, too. */
export function warning<T>(warnings: readonly string[], act: () => T): T {
  if (warnings.length === 0) return act();
  try {
    return act();
  } catch (error) {
    if (error instanceof StatusError) error.warnings = [...warnings, ...error.warnings];
    throw error;
  }
}

/** What names a resource in messages: `rollouts.argoproj.io`, `pods`. */
export interface GroupPlural {
  readonly group: string;
  readonly plural: string;
}

export function qualified({ group, plural }: GroupPlural): string {
  return group === '' ? plural : `${plural}.${group}`;
}

const detailsOf = ({ group, plural }: GroupPlural, name: string): StatusDetails => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  kind: plural,
});

export function notFound(type: GroupPlural, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(type)} "${name}" not found`, detailsOf(type, name));
}

/** No such path: neither a resource nor anything else the server serves. */
export function pathNotFound(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** @param asked how the object that is there, and the one that is not, are: on its way out, to be named by the server. */
export function alreadyExists(
  type: GroupPlural,
  name: string,
  { isEnding, isGenerated }: { readonly isEnding: boolean; readonly isGenerated: boolean },
): StatusError {
  const ending = isEnding ? 'object is being deleted: ' : '';
  const generated = isGenerated ? ', the server was not able to generate a unique name for the object' : '';
  return new StatusError(
    409,
    'AlreadyExists',
    `${ending}${qualified(type)} "${name}" already exists${generated}`,
    { ...detailsOf(type, name), ...(isGenerated ? { retryAfterSeconds: 1 } : {}) },
  );
}

const modifiedMessage =
  'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(type: GroupPlural, name: string, message = modifiedMessage): StatusError {
  const text = `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${message}`;
  return new StatusError(409, 'Conflict', text, detailsOf(type, name));
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function forbidden(
  type: GroupPlural,
  name: string,
  message: string,
  causes?: StatusCause[],
): StatusError {
  const details = { ...detailsOf(type, name), ...(causes === undefined ? {} : { causes }) };
  return new StatusError(403, 'Forbidden', `${qualified(type)} "${name}" is forbidden: ${message}`, details);
}

export function methodNotSupported(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const text = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new StatusError(415, 'UnsupportedMediaType', text);
}

/** A path that belongs to no group version: not even a Status answers it. */
export class UnknownPath extends Error {}

export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

/** 422 with every field that is wrong. `type` names the kind, not the plural. */
export function invalid(
  type: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const lines = [...new Set(errors.map((error) => `${fieldName(error)}: ${error.text}`))];
  const what = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  return new StatusError(422, 'Invalid', `${kind} "${name}" is invalid: ${what}`, {
    ...(name === '' ? {} : { name }),
    ...(type.group === '' ? {} : { group: type.group }),
    ...(type.kind === '' ? {} : { kind: type.kind }),
    causes: errors.map((error) => ({ reason: error.reason, message: error.text, field: fieldName(error) })),
  });
}

const fieldName = ({ field }: FieldError): string => (field === '' ? '<nil>' : field);

export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, text: `Invalid value: ${printValue(value)}: ${detail}` };
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { ...invalidValue(field, value, detail), reason: 'FieldValueTypeInvalid' };
}

export function required(field: string, detail = ''): FieldError {
  const text = detail === '' ? 'Required value' : `Required value: ${detail}`;
  return { reason: 'FieldValueRequired', field, text };
}

export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const list = supported.map((item) => JSON.stringify(item)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    field,
    text: `Unsupported value: ${printValue(value)}: supported values: ${list}`,
  };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueDuplicate', field, text: `Duplicate value: ${printValue(value)}` };
}

export function notFoundField(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueNotFound', field, text: `Not found: ${printValue(value)}` };
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, text: `Forbidden: ${detail}` };
}

export function tooLong(field: string, maximum: number): FieldError {
  return { reason: 'FieldValueTooLong', field, text: `Too long: may not be more than ${maximum} bytes` };
}

export function tooMany(field: string, actual: number, maximum: number): FieldError {
  const items = maximum === 1 ? 'item' : 'items';
  return {
    reason: 'FieldValueTooMany',
    field,
    text: `Too many: ${actual}: must have at most ${maximum} ${items}`,
  };
}

/** What Go says of a text that should be a whole number. */
export function invalidNumber(field: string, text: string): string {
  const quoted = JSON.stringify(text);
  return `${field}: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`;
}

function printValue(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  return typeof value === 'string' ? goQuote(value) : goJson(value);
}

/** A text in quotes as Go prints it, which differs from JSON in characters that cannot be seen. */
function goQuote(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '\\u0007': '\\a', '\\u000b': '\\v' };
  return JSON.stringify(text).replace(/\\u00[01][0-9a-f]/g, (code) => escapes[code] ?? `\\x${code.slice(4)}`);
}

/** Go writes JSON so that it could stand in HTML. */
const goJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
