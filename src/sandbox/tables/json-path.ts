import { isObject, jsonEqual } from '../json.ts';

type Step = (values: readonly unknown[]) => readonly unknown[];

/**
 * The part of Kubernetes' JSONPath that printer columns use: `.a.b`, `['a']`, `[0]`, `[-1]`, `[0,2]`, `[*]`, `[]` (the same), `.*`, `..a`,
 * `[?(@.a=="b")]`. A path that is none finds nothing.
 */
export function compileJsonPath(path: string): (root: unknown) => readonly unknown[] {
  const steps = parse(
    path
      .trim()
      .replace(/^\{|\}$/g, '')
      .replace(/^\$/, ''),
  );
  return (root) => steps.reduce<readonly unknown[]>((values, step) => step(values), [root]);
}

const tokens: readonly (readonly [RegExp, (match: RegExpExecArray) => Step])[] = [
  [
    /^\.\.([\w-]+)/,
    ([, name]) =>
      (values) =>
        values.flatMap((value) => descend(value, name as string)),
  ],
  [/^\.\*|^\[\*?\]/, () => (values) => values.flatMap(membersOf)],
  [/^\.((?:[\w/-]|\\\.)+)/, ([, name]) => member((name as string).replaceAll('\\.', '.'))],
  [/^\[['"]([^'"]+)['"]\]/, ([, name]) => member((name as string).replaceAll('\\.', '.'))],
  [
    /^\[(-?\d+)\]/,
    ([, index]) =>
      (values) =>
        values.flatMap((value) => itemAt(value, Number(index))),
  ],
  [
    /^\[(-?\d+(?:,-?\d+)+)\]/,
    ([, indexes = '']) =>
      (values) =>
        indexes.split(',').flatMap((index) => values.flatMap((value) => itemAt(value, Number(index)))),
  ],
  [
    /^\[(-?\d*):(-?\d*)\]/,
    ([, from, to]) =>
      (values) =>
        values.flatMap((value) => slice(value, from, to)),
  ],
  [
    /^\[\?\(\s*@((?:\.[\w-]+|\[['"][^'"]+['"]\])*)\s*(?:(==|!=|>=|<=|>|<)\s*('[^']*'|"[^"]*"|[\w.+-]+)\s*)?\)\]/,
    ([, inner = '', operator, literal]) => filter(inner, operator, literal),
  ],
  [/^\.$/, () => (values) => values],
];

function parse(path: string): readonly Step[] {
  const steps: Step[] = [];
  let rest = path;
  while (rest !== '') {
    const found = tokens
      .map(([pattern, make]) => ({ match: pattern.exec(rest), make }))
      .find(({ match }) => match !== null);
    if (found?.match === undefined || found.match === null) return [() => []];
    steps.push(found.make(found.match));
    rest = rest.slice(found.match[0].length);
  }
  return steps;
}

function member(name: string): Step {
  return (values) =>
    values.flatMap((value) => (isObject(value) && value[name] !== undefined ? [value[name]] : []));
}

function membersOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

function descend(value: unknown, name: string): readonly unknown[] {
  const own = isObject(value) && value[name] !== undefined ? [value[name]] : [];
  return [...own, ...membersOf(value).flatMap((child) => descend(child, name))];
}

function itemAt(value: unknown, index: number): readonly unknown[] {
  const item = Array.isArray(value) ? value.at(index) : undefined;
  return item === undefined ? [] : [item];
}

function slice(value: unknown, from = '', to = ''): readonly unknown[] {
  if (!Array.isArray(value)) return [];
  return value.slice(from === '' ? 0 : Number(from), to === '' ? undefined : Number(to));
}

function filter(inner: string, operator: string | undefined, literal: string | undefined): Step {
  const steps = parse(inner);
  const expected = literalOf(literal);
  return (values) =>
    values.flatMap(membersOf).filter((candidate) => {
      const [actual] = steps.reduce<readonly unknown[]>((found, step) => step(found), [candidate]);
      if (operator === undefined) return actual !== undefined;
      return compareValues(actual, operator, expected);
    });
}

function literalOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (/^['"]/.test(text)) return text.slice(1, -1);
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

function compareValues(actual: unknown, operator: string, expected: unknown): boolean {
  if (operator === '==') return jsonEqual(actual, expected);
  if (operator === '!=') return !jsonEqual(actual, expected);
  if (typeof actual !== typeof expected || actual === undefined) return false;
  const [left, right] = [actual as number | string, expected as number | string];
  if (operator === '>') return left > right;
  if (operator === '<') return left < right;
  return operator === '>=' ? left >= right : left <= right;
}
