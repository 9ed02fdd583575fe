import { goStructs } from '../../api/pod-struct-table.ts';
import { canonicalQuantity } from '../../api/quantity.ts';
import { formatInstant, parseInstant } from '../../kernel/instant.ts';

/**
 * JSON as Go prints a typed Kubernetes object: members in the order of the struct, empty ones left out by the rule of each,
 * map keys sorted, quantities canonical, unknown members dropped. Two objects that mean the same print the same.
 * Text is built, not an object to be printed: an object of JavaScript puts keys such as `10` first.
 * @param type Go type, such as `PodTemplateSpec` or `[]CanaryStep`.
 */
export function goJson(value: unknown, type: string, dialect: Dialect = kubernetes): string {
  return dialect.printerOf(type)(value);
}

/** The types that can be printed. */
export interface Dialect {
  printerOf(type: string): Print;
}

type Print = (value: unknown) => string;

/**
 * Reads the tables of structs once: every decision prints a pod template.
 * @param structs the structs that types are made of.
 * @param quantity how a resource quantity is printed.
 */
export function goDialect(
  structs: Readonly<Record<string, readonly string[]>>,
  quantity: (value: string | number) => string,
): Dialect {
  const printers = new Map<string, Print>();
  const printerOf = (type: string): Print => {
    const known = printers.get(type);
    if (known !== undefined) return known;
    const made = makePrinter(type);
    printers.set(type, made);
    return made;
  };

  const makePrinter = (type: string): Print => {
    if (type.startsWith('*')) {
      const target = printerOf(type.slice(1));
      return (value) => (isNil(value) ? 'null' : target(value));
    }
    if (type.startsWith('[]') && type !== '[]byte') {
      const item = printerOf(type.slice(2));
      return (value) => (Array.isArray(value) ? list(value.map(item)) : 'null');
    }
    if (type.startsWith('map[')) return mapPrinter(printerOf(type.slice(type.indexOf(']') + 1)));
    if (type === 'ResourceList') return mapPrinter(printerOf('resource.Quantity'));
    const lines = structs[type];
    return lines === undefined ? scalarPrinter(type, quantity) : structPrinter(lines);
  };

  const structPrinter = (lines: readonly string[]): Print => {
    let members: readonly Member[] | undefined; // read when first printed: structs may contain themselves
    return (value) => {
      members ??= membersOf(lines);
      const record = asRecord(value);
      let text = '';
      for (const { name, key, print, isLeftOut } of members) {
        const found = Object.hasOwn(record, name) ? record[name] : undefined;
        if (isLeftOut(found)) continue;
        text += `${text === '' ? '' : ','}${key}${print(found)}`;
      }
      return `{${text}}`;
    };
  };

  const membersOf = (lines: readonly string[]): Member[] =>
    lines.flatMap((line) => {
      const [name = '', rule, type = ''] = line.split('|');
      if (rule === 'inline') return membersOf(structs[type.replace('*', '')] ?? []);
      const isLeftOut =
        rule === 'omit' ? emptinessOf(type, structs) : rule === 'omitzero' ? isNil : () => false;
      return [{ name, key: `${goText(name)}:`, print: printerOf(type), isLeftOut }];
    });

  return { printerOf };
}

interface Member {
  readonly name: string;
  /** The name as it is printed, with its colon. */
  readonly key: string;
  readonly print: Print;
  readonly isLeftOut: (value: unknown) => boolean;
}

export const kubernetes: Dialect = goDialect(goStructs, canonicalQuantity);

/** Any JSON value as Go prints it: compact, with map keys sorted and what means something to HTML escaped. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return list(value.map(goText));
  if (typeof value === 'object' && value !== null) {
    return `{${sortedKeys(value)
      .map((key) => `${goText(key)}:${goText((value as Record<string, unknown>)[key])}`)
      .join(',')}}`;
  }
  const wellFormed = typeof value === 'string' ? value.toWellFormed() : value;
  return JSON.stringify(wellFormed ?? null).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function list(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}

function scalarPrinter(type: string, quantity: (value: string | number) => string): Print {
  if (type === 'resource.Quantity') return (value) => goText(quantity((value ?? '0') as string | number));
  if (type === 'Time') return (value) => goText(typeof value === 'string' ? inUtc(value) : null);
  const zero = goText(zeroOf(type));
  return (value) => (isNil(value) ? zero : goText(value));
}

/** As Go's `omitempty` sees it: a struct is never empty, a pointer only when it is nil. */
function emptinessOf(
  type: string,
  structs: Readonly<Record<string, readonly string[]>>,
): (value: unknown) => boolean {
  if (type in structs || type === 'resource.Quantity' || type === 'intstr.IntOrString') return () => false;
  return type.startsWith('*') ? isNil : isEmpty;
}

/** Does Go leave a member of this type out, with this value? */
export function isEmptyInGo(value: unknown, type: string): boolean {
  return emptinessOf(type, goStructs)(value);
}

function isEmpty(value: unknown): boolean {
  if (isNil(value)) return true;
  if (typeof value === 'object') return Object.keys(value as object).length === 0;
  return value === '' || value === 0 || value === false;
}

function zeroOf(type: string): unknown {
  if (/^u?int(32|64)?$|^intstr\./.test(type)) return 0;
  return type === 'bool' ? false : '';
}

function mapPrinter(print: Print): Print {
  return (value) => {
    if (isNil(value)) return 'null';
    const record = asRecord(value);
    return `{${sortedKeys(record)
      .map((key) => `${goText(key)}:${print(record[key])}`)
      .join(',')}}`;
  };
}

function sortedKeys(value: object): string[] {
  return Object.keys(value).sort();
}

function inUtc(text: string): string {
  const at = parseInstant(text);
  return at === undefined ? text : formatInstant(at);
}

export function isNil(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
