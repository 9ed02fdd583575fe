import type { CelType } from './cel-types.ts';

/** An expression with its type, and what its evaluation may cost at most. */
export interface Priced {
  readonly type: CelType;
  readonly cost: number;
  /** Most elements or characters, where they are counted and not declared. */
  readonly size?: number;
  /** Where the schema declares the value; undefined for one that is computed. */
  readonly place?: CelType | undefined;
  /** Most elements or characters of each key and each value in it. */
  readonly entry?: { readonly key: number; readonly value: number };
  /** The size of a variable that is neither counted nor declared. */
  readonly bound?: number;
}

const scalars: ReadonlySet<string> = new Set(['bool', 'int', 'uint', 'double', 'duration', 'timestamp']);

/** Most elements or characters; without end when nobody said. */
export function sizeOf({ type, size, place, bound }: Priced): number {
  const scalar = scalars.has(type.name === 'optional' ? (type.element?.name ?? '') : type.name);
  return size ?? place?.most ?? (scalar ? 1 : (bound ?? Number.POSITIVE_INFINITY));
}

/** A product in which nothing stays nothing, however often. */
export const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);
/** Part of a number, rounded up. */
export const factored = (size: number, factor: number): number => Math.ceil(times(size, factor));

const traversal = 0.1;
const regexLength = 0.25;

interface Call {
  readonly cost: number;
  readonly size?: number;
  readonly entry?: { readonly key: number; readonly value: number };
}

/** What a call costs with its arguments, but without its receiver. Source: cel-go 0.26 and k8s.io/apiserver 0.34, cost.go. */
export function callCost(name: string, owner: Priced | undefined, args: readonly Priced[]): Call {
  const ofArgs = args.reduce((sum, { cost }) => sum + cost, 0);
  const { cost, ...rest } = ownCost(name, owner, args);
  return { cost: cost + ofArgs, ...rest };
}

function ownCost(name: string, owner: Priced | undefined, args: readonly Priced[]): Call {
  const sizes = args.map(sizeOf);
  const [first = 0, second = 0] = sizes;
  const own = owner === undefined ? first : sizeOf(owner);
  switch (name) {
    case '&&':
    case '||':
      return { cost: 0 };
    case '==':
    case '!=':
      return {
        cost: ['IP', 'CIDR', 'Quantity', 'Semver'].includes(args[0]?.type.name ?? '') ? 1 : compared(sizes),
      };
    case '<':
    case '<=':
    case '>':
    case '>=':
      return { cost: args.some(({ type }) => scalars.has(type.name)) ? 1 : Math.max(1, compared(sizes)) };
    case '+':
      return added(args, sizes);
    case 'in':
      return { cost: args[1]?.type.name === 'map' ? 1 : second };
    case 'startsWith':
    case 'endsWith':
      return { cost: factored(first, traversal) };
    case 'contains':
      return { cost: times(factored(own, traversal), factored(first, traversal)) };
    case 'matches': {
      const pattern = owner === undefined ? second : first;
      return { cost: times(factored(own + 1, traversal), factored(pattern, regexLength)) };
    }
    case 'find':
    case 'findAll':
      return { cost: times(factored(own + 1, traversal), factored(first, regexLength)), size: own };
    default:
      return libraryCost(name, owner, args);
  }
}

const compared = (sizes: readonly number[]): number => factored(Math.min(...sizes), traversal);

/** Texts are copied, lists only linked. */
function added([left, right]: readonly Priced[], [first = 0, second = 0]: readonly number[]): Call {
  const known = left?.type.name === 'dyn' ? right?.type.name : left?.type.name;
  if (known !== undefined && scalars.has(known)) return { cost: 1 };
  const size = first + second;
  if (known !== 'list') return { cost: factored(size, traversal), size };
  const [a, b] = [left?.entry, right?.entry];
  const isKnown = a !== undefined && b !== undefined;
  const entry = isKnown ? { key: Math.max(a.key, b.key), value: Math.max(a.value, b.value) } : undefined;
  return { cost: 1, size, ...(entry === undefined ? {} : { entry }) };
}

function libraryCost(name: string, owner: Priced | undefined, args: readonly Priced[]): Call {
  const [first = 0, second = 0] = args.map(sizeOf);
  const own = owner === undefined ? first : sizeOf(owner);
  switch (name) {
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf':
      return { cost: owner === undefined ? 1 : lookedThrough(owner) };
    case 'url':
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
      return { cost: factored(own, traversal), size: own };
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'quantity':
    case 'isQuantity':
    case 'semver':
    case 'isSemver':
      return { cost: factored(first, traversal) };
    case 'ip':
      return { cost: owner === undefined ? factored(first, traversal) : 1 };
    case 'ip.isCanonical':
      return { cost: factored(first, 2 * traversal) };
    case 'replace':
      return { cost: factored(own, 2 * traversal), size: replacedSize(own, args) };
    case 'split':
      return { cost: factored(own, 2 * traversal), size: own };
    case 'join': {
      const items = owner === undefined ? 0 : times(own, elementSize(owner));
      const size = items + times(first, Math.max(0, own - 1));
      return { cost: factored(size, traversal), size };
    }
    case 'validate':
      return { cost: factored(factored(first, traversal), 128 * regexLength) };
    case 'containsIP':
      return { cost: 4 + (args[0]?.type.name === 'string' ? factored(first, traversal) : 0) };
    case 'containsCIDR':
      return { cost: 7 + (args[0]?.type.name === 'string' ? factored(first, traversal) : 0) };
    case 'sets.contains':
    case 'sets.intersects':
      return { cost: times(first, second) + 1 };
    case 'sets.equivalent':
      return { cost: times(times(first, second), 2) + 1 };
    case 'format':
    case 'bytes':
    case 'strings.quote':
      return { cost: factored(own, traversal) };
    case 'string':
      return { cost: args[0]?.type.name === 'bytes' ? factored(first, traversal) : 1 };
    default:
      return { cost: 1 };
  }
}

/** One for each element, and what it takes to read the texts among them. */
function lookedThrough(owner: Priced): number {
  const size = sizeOf(owner);
  const { element } = owner.type;
  if (element === undefined) return factored(size, traversal);
  const isText = element.name === 'string' || element.name === 'bytes';
  return times(size, 1 + (isText ? factored(elementSize(owner), traversal) : 0));
}

const elementSize = ({ type, place }: Priced): number =>
  sizeOf({ type: type.element ?? type, cost: 0, place: place?.element });

/** The longest that a text may become, when the longest texts take the place of the shortest. */
function replacedSize(own: number, [from, to]: readonly Priced[]): number {
  const shortest = from?.size ?? 0;
  const longest = to === undefined ? 0 : sizeOf(to);
  if (shortest === 0) return times(own + 1, longest) + own;
  return longest <= shortest ? own : times(Math.ceil(own / shortest), longest);
}
