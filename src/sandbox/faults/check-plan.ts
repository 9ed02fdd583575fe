import { type FieldError, invalid, notOneOf, required } from '../../api/validation/field-error.ts';
import { isObject } from '../json.ts';
import { parseMetricsFaults } from '../series/metrics-faults.ts';
import type { FaultKind, FaultPlan } from './plan.ts';

/** What is wrong with one value at a path. */
type Check = (value: unknown, path: string) => readonly FieldError[];

interface Member {
  readonly check: Check;
  readonly isRequired: boolean;
}

/** Everything that is wrong with a plan that somebody wrote; when it is nothing, the plan can be put into force. */
export function checkFaultPlan(plan: unknown): readonly FieldError[] {
  return record({ seed: optional(wholeNumber), faults: needed(list(fault)) })(plan, '');
}

/** @returns the plan; throws nothing: what is wrong is the answer. */
export function parseFaultPlan(plan: unknown): FaultPlan | readonly FieldError[] {
  const errors = checkFaultPlan(plan);
  return errors.length === 0 ? (plan as FaultPlan) : errors;
}

const optional = (check: Check): Member => ({ check, isRequired: false });
const needed = (check: Check): Member => ({ check, isRequired: true });

const number =
  (atLeast: number, atMost = Number.POSITIVE_INFINITY): Check =>
  (value, path) => {
    if (typeof value === 'number' && value >= atLeast && value <= atMost) return [];
    const range =
      atMost === Number.POSITIVE_INFINITY ? `of at least ${atLeast}` : `from ${atLeast} to ${atMost}`;
    return [invalid(path, value, `must be a number ${range}`)];
  };

const wholeNumber: Check = (value, path) =>
  Number.isSafeInteger(value) ? [] : [invalid(path, value, 'must be a whole number')];
const seconds = number(0);
const share = number(0, 1);

const text: Check = (value, path) =>
  typeof value === 'string' && value !== '' ? [] : [invalid(path, value, 'must be a text')];

const oneOf =
  (...allowed: readonly (string | number)[]): Check =>
  (value, path) =>
    allowed.includes(value as string) ? [] : [notOneOf(path, value, allowed.map(String))];

const list =
  (item: Check): Check =>
  (value, path) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => item(each, `${path}[${index}]`))
      : [invalid(path, value, 'must be a list')];

const labels: Check = (value, path) =>
  isObject(value)
    ? Object.entries(value).flatMap(([name, each]) =>
        typeof each === 'string' ? [] : [invalid(`${path}.${name}`, each, 'must be a text')],
      )
    : [invalid(path, value, 'must be labels')];

function record(members: Readonly<Record<string, Member>>): Check {
  return (value, path) => {
    const at = (name: string) => (path === '' ? name : `${path}.${name}`);
    if (!isObject(value)) return [invalid(path, value, 'must be an object')];
    const unknown = Object.keys(value).filter((name) => !Object.hasOwn(members, name));
    const known = Object.entries(members).flatMap(([name, { check, isRequired }]) => {
      if (value[name] !== undefined) return check(value[name], at(name));
      return isRequired ? [required(at(name))] : [];
    });
    return [...known, ...unknown.map((name) => notOneOf(at(name), name, Object.keys(members)))];
  };
}

const span = { fromSeconds: optional(seconds), forSeconds: optional(seconds) };
const resources = optional(list(text));
const requests = needed(
  record({
    verbs: optional(list(oneOf('get', 'list', 'watch', 'create', 'update', 'patch', 'delete'))),
    resources,
    namespaces: resources,
    clients: resources,
    chance: optional(share),
    atMost: optional(number(1)),
  }),
);
const pods = optional(record({ namespace: optional(text), labels: optional(labels) }));

const delay: Check = (value, path) => {
  if (value === 'never') return [];
  const isRange = Array.isArray(value) && value.length === 2;
  return isRange ? list(seconds)(value, path) : seconds(value, path);
};
const routerFault = record({
  resource: optional(text),
  namespace: optional(text),
  name: optional(text),
  delaySeconds: needed(delay),
  share: optional(share),
});
const metricsFaults: Check = (value, path) => {
  const found = parseMetricsFaults(JSON.stringify(value));
  return typeof found === 'string' ? [invalid(path, value, found)] : [];
};

const membersOf: Readonly<Record<FaultKind, Readonly<Record<string, Member>>>> = {
  latency: { ...span, on: requests, seconds: needed(seconds) },
  error: {
    ...span,
    on: requests,
    status: needed(oneOf(409, 429, 500, 503)),
    retryAfterSeconds: optional(seconds),
  },
  timeout: {
    ...span,
    on: requests,
    effect: needed(oneOf('before', 'after')),
    afterSeconds: optional(seconds),
  },
  watch: { atSeconds: needed(seconds), how: needed(oneOf('dropped', 'expired')), resources },
  'stale-reads': { ...span, lagSeconds: needed(seconds), resources },
  restart: { atSeconds: needed(seconds), downSeconds: needed(seconds) },
  'pods-lost': { atSeconds: needed(seconds), count: optional(number(1)), pods },
  'node-lost': { atSeconds: needed(seconds), forSeconds: optional(seconds), node: optional(text) },
  starts: {
    ...span,
    how: needed(oneOf('slow', 'crash', 'never-ready', 'image')),
    seconds: optional(seconds),
    pods,
    chance: optional(share),
  },
  router: { ...span, faults: needed(list(routerFault)) },
  metrics: { ...span, faults: needed(metricsFaults) },
};

const fault: Check = (value, path) => {
  const kind = isObject(value) ? value.kind : undefined;
  const members = Object.hasOwn(membersOf, String(kind)) ? membersOf[kind as FaultKind] : undefined;
  if (members === undefined) return [notOneOf(`${path}.kind`, kind, Object.keys(membersOf))];
  return record({ kind: needed(text), ...members })(value, path);
};
