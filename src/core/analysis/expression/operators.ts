/** How tightly a binary operator binds; more is tighter. All are left-associative but the powers. */
export const binaryPrecedence: Readonly<Record<string, number>> = {
  '|': 0,
  or: 10,
  '||': 10,
  and: 15,
  '&&': 15,
  '==': 20,
  '!=': 20,
  '<': 20,
  '>': 20,
  '>=': 20,
  '<=': 20,
  in: 20,
  matches: 20,
  contains: 20,
  startsWith: 20,
  endsWith: 20,
  '..': 25,
  '+': 30,
  '-': 30,
  '*': 60,
  '/': 60,
  '%': 60,
  '**': 100,
  '^': 100,
  '??': 500,
};

export const unaryPrecedence: Readonly<Record<string, number>> = { not: 50, '!': 50, '-': 90, '+': 90 };

export const rightAssociative: ReadonlySet<string> = new Set(['**', '^']);

/** `a < b < c` means `a < b && b < c`. */
export const chainable: ReadonlySet<string> = new Set(['<', '>', '>=', '<=']);

/** Operators that `not` may stand before: `a not in b`. */
export const negatable: ReadonlySet<string> = new Set([
  'contains',
  'matches',
  'startsWith',
  'endsWith',
  'in',
]);

/** The precedence of a binary operator, undefined when it is none. */
export function precedenceOf(operator: string): number | undefined {
  return Object.hasOwn(binaryPrecedence, operator) ? binaryPrecedence[operator] : undefined;
}
