/** What is wrong with one field, in the form in which the Kubernetes API says it. */
export interface FieldError {
  /** `spec.strategy.steps[0].setWeight` */
  readonly path: string;
  readonly kind: 'Required value' | 'Invalid value' | 'Unsupported value' | 'Forbidden' | 'Internal error';
  /** What was found; not shown for `Required value`, `Forbidden` and `Internal error`. */
  readonly value?: unknown;
  readonly detail: string;
}

export function required(path: string, detail: string): FieldError {
  return { path, kind: 'Required value', detail };
}

export function invalid(path: string, value: unknown, detail: string): FieldError {
  return { path, kind: 'Invalid value', value, detail };
}

/** Something that Sluice does not have (yet), refused by name. */
export function unsupported(path: string, value: unknown, detail: string): FieldError {
  return { path, kind: 'Unsupported value', value, detail };
}

export function internal(path: string, detail: string): FieldError {
  return { path, kind: 'Internal error', detail };
}

/** `spec.strategy.steps[0].setWeight: Invalid value: 125: SetWeight needs to be between 0 and 100` */
export function formatFieldError({ path, kind, value, detail }: FieldError): string {
  const shown = kind === 'Invalid value' || kind === 'Unsupported value' ? `: ${valueText(value)}` : '';
  return `${path}: ${kind}${shown}${detail === '' ? '' : `: ${detail}`}`;
}

/** Values longer than this are cut: a whole template in a condition helps nobody. */
const longestValue = 200;

function valueText(value: unknown): string {
  const text = value === undefined ? 'null' : JSON.stringify(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`;
}
