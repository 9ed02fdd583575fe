/** What is wrong with one field, in the form in which the Kubernetes API says it. */
export interface FieldError {
  /** `spec.strategy.steps[0].setWeight` */
  readonly path: string;
  readonly kind: FieldErrorKind;
  /** What was found; shown only by the kinds that are about a value. */
  readonly value?: unknown;
  readonly detail: string;
  /** What to do, when the detail does not say it. Shown by `lint`; the condition keeps the peer's text. */
  readonly fix?: string;
}

export type FieldErrorKind =
  | 'Required value'
  | 'Invalid value'
  | 'Unsupported value'
  | 'Duplicate value'
  | 'Not found'
  | 'Forbidden'
  | 'Internal error';

const withoutValue: ReadonlySet<FieldErrorKind> = new Set(['Required value', 'Forbidden', 'Internal error']);

export function required(path: string, detail = '', fix?: string): FieldError {
  return fieldError(path, 'Required value', undefined, detail, fix);
}

export function invalid(path: string, value: unknown, detail: string, fix?: string): FieldError {
  return fieldError(path, 'Invalid value', value, detail, fix);
}

/** Something that Sluice does not have (yet), refused by name. */
export function unsupported(path: string, value: unknown, detail: string, fix?: string): FieldError {
  return fieldError(path, 'Unsupported value', value, detail, fix);
}

/** A value outside of a closed list. */
export function notOneOf(path: string, value: unknown, allowed: readonly string[]): FieldError {
  const list = allowed.map((each) => `"${each}"`).join(', ');
  return fieldError(path, 'Unsupported value', value, `supported values: ${list}`);
}

export function duplicate(path: string, value: unknown, fix?: string): FieldError {
  return fieldError(path, 'Duplicate value', value, '', fix);
}

export function notFound(path: string, value: unknown, fix?: string): FieldError {
  return fieldError(path, 'Not found', value, '', fix);
}

export function forbidden(path: string, detail: string, fix?: string): FieldError {
  return fieldError(path, 'Forbidden', undefined, detail, fix);
}

export function internal(path: string, detail: string, fix?: string): FieldError {
  return fieldError(path, 'Internal error', undefined, detail, fix);
}

function fieldError(
  path: string,
  kind: FieldErrorKind,
  value: unknown,
  detail: string,
  fix?: string,
): FieldError {
  return {
    path,
    kind,
    ...(!withoutValue.has(kind) && { value }),
    detail,
    ...(fix !== undefined && { fix }),
  };
}

/** `spec.strategy.steps[0].setWeight: Invalid value: 125: SetWeight needs to be between 0 and 100` */
export function formatFieldError({ path, kind, value, detail }: FieldError): string {
  const shown = withoutValue.has(kind) ? '' : `: ${valueText(value)}`;
  return `${path}: ${kind}${shown}${detail === '' ? '' : `: ${detail}`}`;
}

/** Values longer than this are cut: a whole template in a condition helps nobody. */
const longestValue = 200;

function valueText(value: unknown): string {
  const text = value === undefined ? 'null' : JSON.stringify(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`;
}
