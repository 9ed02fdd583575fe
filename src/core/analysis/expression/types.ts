/**
 * What the checker knows of a value before anything is evaluated. The language is typed by the answer at hand: a number is
 * a number, a list of numbers is that; what JSON holds inside is unknown until it is looked at.
 */
export type Type =
  /** `open`: declared to be of any type, so that everything may stand there; otherwise nothing is known at all. */
  | { readonly kind: 'unknown'; readonly open?: true }
  | { readonly kind: 'nil' }
  | { readonly kind: 'bool' }
  | { readonly kind: 'int'; readonly name: 'int' | 'int64' }
  | { readonly kind: 'float' }
  /** `name` differs from `string` for texts of a type of their own, which do not mix with others. */
  | { readonly kind: 'string'; readonly name: string }
  /** `name` is the type as values of it are told apart; `element` may be known better than that. */
  | { readonly kind: 'list'; readonly name: string; readonly element: Type }
  | { readonly kind: 'map'; readonly name: string; readonly key: Type; readonly element: Type }
  | { readonly kind: 'struct'; readonly name: string; readonly fields: Readonly<Record<string, Type>> }
  | { readonly kind: 'pointer'; readonly to: Type }
  | { readonly kind: 'time' }
  | { readonly kind: 'duration' }
  | { readonly kind: 'zone' }
  | { readonly kind: 'function'; readonly name: string; readonly signature?: Signature };

export interface Signature {
  readonly params: readonly Type[];
  readonly result: Type;
}

export const unknown: Type = { kind: 'unknown' };
export const anything: Type = { kind: 'unknown', open: true };
export const nil: Type = { kind: 'nil' };
export const bool: Type = { kind: 'bool' };
export const int: Type = { kind: 'int', name: 'int' };
export const int64: Type = { kind: 'int', name: 'int64' };
export const float: Type = { kind: 'float' };
export const text: Type = { kind: 'string', name: 'string' };
export const time: Type = { kind: 'time' };
export const duration: Type = { kind: 'duration' };
export const zone: Type = { kind: 'zone' };
export const anyList: Type = { kind: 'list', name: '[]interface {}', element: anything };
export const floatList: Type = { kind: 'list', name: '[]float64', element: float };
export const intList: Type = { kind: 'list', name: '[]int', element: int };
export const textList: Type = { kind: 'list', name: '[]string', element: text };
export const textMap: Type = { kind: 'map', name: 'map[string]interface {}', key: text, element: anything };
export const anyMap: Type = {
  kind: 'map',
  name: 'map[interface {}]interface {}',
  key: anything,
  element: anything,
};

/** A list whose values are of any kind, but whose elements are known to be of this one. */
export function listOf(element: Type): Type {
  return { kind: 'list', name: '[]interface {}', element };
}

/** The type as messages name it. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case 'unknown':
      return type.open === true ? 'interface {}' : 'unknown';
    case 'nil':
      return 'unknown';
    case 'float':
      return 'float64';
    case 'int':
    case 'string':
    case 'list':
    case 'map':
    case 'struct':
    case 'function':
      return type.name;
    case 'bool':
      return 'bool';
    case 'pointer':
      return `*${typeName(type.to)}`;
    case 'time':
      return 'time.Time';
    case 'duration':
      return 'time.Duration';
    case 'zone':
      return '*time.Location';
  }
}

/** The name of an argument's type: unlike others, an unknown one is the empty interface. */
export function argumentTypeName(type: Type): string {
  if (type.kind === 'unknown') return 'interface {}';
  return type.kind === 'nil' ? '<nil>' : typeName(type);
}

/** What stands behind a pointer. */
export function deref(type: Type): Type {
  return type.kind === 'pointer' ? deref(type.to) : type;
}

export function isNumber({ kind }: Type): boolean {
  return kind === 'int' || kind === 'float';
}

/** May a value of this type stand where the other is asked for? What nothing is known of fits nowhere. */
export function assignable(type: Type, to: Type): boolean {
  const open = to.kind === 'unknown' && to.open === true;
  if (type.kind === 'nil') return open || to.kind === 'map' || to.kind === 'list';
  if (type.kind === 'unknown') return type.open === true && open;
  return open || (type.kind === to.kind && typeName(type) === typeName(to));
}

/** May `==` compare the two? */
export function comparable(left: Type, right: Type): boolean {
  const loose = ({ kind }: Type) => kind === 'unknown' || kind === 'nil';
  if (loose(left) || loose(right)) return true;
  if (isNumber(left) && isNumber(right)) return true;
  if (left.kind === 'list' && right.kind === 'list') return true;
  return assignable(left, right);
}

/** Both unknown, or one unknown and the other of one of these kinds. */
export function maybe(left: Type, right: Type, ...kinds: readonly Type['kind'][]): boolean {
  if (left.kind === 'unknown') return right.kind === 'unknown' || kinds.includes(right.kind);
  return right.kind === 'unknown' && kinds.includes(left.kind);
}

/** Both of the same one of these kinds. */
export function both(left: Type, right: Type, kind: Type['kind']): boolean {
  return left.kind === kind && right.kind === kind;
}
