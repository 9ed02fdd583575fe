// biome-ignore-all lint/suspicious/noTemplateCurlyInString: in PromQL ${first} is a group of a pattern
import { type Random, random } from '../../../src/kernel/random.ts';
import type { ValueType } from '../../../src/sandbox/series/promql/ast.ts';
import { functionTable } from '../../../src/sandbox/series/promql/functions.ts';
import type { PromqlCase } from './promql-cases.ts';
import { originMs } from './promql-samples.ts';

/** A query drawn at random over the recorded samples, the same for the same seed. Some are wrong, in type or in grammar. */
export function randomQuery(seed: number): PromqlCase {
  const draw = random(seed).fork('promql');
  const query = spoiled(draw, expression(draw, pick(draw, ['vector', 'vector', 'vector', 'scalar']), 3));
  const at = pick(draw, [0, 15, 300, 601.5, 607, 900, 1190, 1260, 1500]);
  if (draw.below(3) > 0) return { query, at };
  const step = pick(draw, [7, 15, 40, 60, 300]);
  return { query, at: Math.floor(at), until: Math.floor(at) + step * (1 + draw.below(8)), step };
}

function pick<T>(draw: Random, from: readonly T[]): T {
  return from[draw.below(from.length)] as T;
}

const selectors = [
  'requests_total',
  'temperature',
  'limit',
  'room_info',
  'extreme',
  'signed',
  'words',
  'sparse',
  'twin',
  'latency_seconds_bucket',
  'odd_bucket',
  'nothing',
];
const labels = ['job', 'instance', 'code', 'room', 'kind', 'le', 'owner', 'nothing'];
const matchers = [
  'job="shop"',
  'job!="shop"',
  'code=~"5..|200"',
  'code!~"5.*"',
  'room=~"h.*|kitchen"',
  'kind=""',
  'kind!=""',
  'room=~"(?i)HALL"',
  'instance=~".+"',
  'instance=~".*"',
  'le!="+Inf"',
  'job=~"[a-c].*"',
  'job=~"("',
];
const durations = ['10s', '15s', '1m', '90s', '2m30s', '5m', '20m', '1h', '1ms', '1d'];
const numbers = ['0', '1', '2', '0.5', '-1', '1e3', '.5', '0x1F', 'NaN', 'Inf', '-Inf', '1e-9', '100'];

/** An expression of a type. With `depth` 0 the plainest that there is. */
function expression(draw: Random, type: ValueType, depth: number): string {
  // a wrong type now and then, since refusals are compared, too
  const wanted = draw.below(60) === 0 ? pick(draw, ['scalar', 'vector', 'matrix', 'string'] as const) : type;
  switch (wanted) {
    case 'string':
      return pick(draw, ['"a"', '""', "'room'", '`le`', '"$1-x"']);
    case 'matrix':
      return range(draw, depth);
    case 'scalar':
      return scalar(draw, depth);
    default:
      return vector(draw, depth);
  }
}

function scalar(draw: Random, depth: number): string {
  if (depth === 0 || draw.below(3) === 0) return pick(draw, numbers);
  switch (draw.below(6)) {
    case 0:
      return `(${scalar(draw, depth - 1)})`;
    case 1:
      return `-${scalar(draw, depth - 1)}`;
    case 2:
      return `scalar(${expression(draw, 'vector', depth - 1)})`;
    case 3:
      return pick(draw, ['time()', 'pi()']);
    case 4:
      return `${scalar(draw, depth - 1)} ${pick(draw, arithmetic)} ${scalar(draw, depth - 1)}`;
    default:
      return `${scalar(draw, depth - 1)} ${pick(draw, comparisons)} bool ${scalar(draw, depth - 1)}`;
  }
}

const arithmetic = ['+', '-', '*', '/', '%', '^', 'atan2'];
const comparisons = ['==', '!=', '<', '<=', '>', '>='];
const sets = ['and', 'or', 'unless'];

function vector(draw: Random, depth: number): string {
  if (depth === 0) return selector(draw) + modifiers(draw);
  switch (draw.below(10)) {
    case 0:
      return selector(draw) + modifiers(draw);
    case 1:
      return `${pick(draw, ['-', '+', ''])}(${vector(draw, depth - 1)})`;
    case 2:
    case 3:
      return aggregation(draw, depth);
    case 4:
    case 5:
      return binary(draw, depth);
    default:
      return call(draw, depth);
  }
}

function selector(draw: Random): string {
  const chosen = Array.from({ length: draw.below(3) }, () => pick(draw, matchers));
  if (draw.below(12) === 0)
    return `{${[`__name__=~"${pick(draw, ['t.*', '.+_total|limit', 's.*'])}"`, ...chosen].join(',')}}`;
  const name = pick(draw, selectors);
  return chosen.length === 0 ? name : `${name}{${chosen.join(', ')}}`;
}

function modifiers(draw: Random): string {
  const offset = pick(draw, [
    '',
    '',
    '',
    '',
    ` offset ${pick(draw, durations)}`,
    ` offset -${pick(draw, durations)}`,
  ]);
  const seconds = String(originMs / 1000 + 450);
  const at = pick(draw, ['', '', '', '', ' @ start()', ' @ end()', ` @ ${seconds}`]);
  return draw.below(2) === 0 ? offset + at : at + offset;
}

function range(draw: Random, depth: number): string {
  if (depth === 0 || draw.below(3) > 0)
    return `${selector(draw)}[${pick(draw, durations)}]${modifiers(draw)}`;
  const step = pick(draw, ['', '15s', '1m', '7s']);
  return `(${vector(draw, depth - 1)})[${pick(draw, ['1m', '5m', '90s', '10m'])}:${step}]${modifiers(draw)}`;
}

function grouping(draw: Random): string {
  const word = pick(draw, ['', 'by', 'without']);
  return word === '' ? '' : ` ${word} (${some(draw, labels)})`;
}

const some = (draw: Random, from: readonly string[]): string =>
  [...new Set(Array.from({ length: draw.below(3) }, () => pick(draw, from)))].join(', ');

const aggregations = ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'];

function aggregation(draw: Random, depth: number): string {
  const roll = draw.below(6);
  // digits that differ in the last place would be other labels, and which of equal values are the top is a matter of luck
  const inner = roll === 0 || roll === 2 ? selector(draw) : expression(draw, 'vector', depth - 1);
  const plain = pick(draw, aggregations);
  const [name, args] =
    roll === 0
      ? [pick(draw, ['topk', 'bottomk']), `${pick(draw, ['0', '1', '2', '3', '-1', 'NaN'])}, ${inner}`]
      : roll === 1
        ? ['quantile', `${pick(draw, ['0', '0.3', '0.5', '1', '1.5', '-1', 'NaN'])}, ${inner}`]
        : roll === 2
          ? ['count_values', `${pick(draw, ['"value"', '"job"', '"bad-name"'])}, ${inner}`]
          : [plain, inner];
  return draw.below(2) === 0 ? `${name}${grouping(draw)} (${args})` : `${name}(${args})${grouping(draw)}`;
}

function binary(draw: Random, depth: number): string {
  const kind = draw.below(4);
  const left = expression(draw, kind === 0 ? 'scalar' : 'vector', depth - 1);
  const right = expression(draw, kind === 1 ? 'scalar' : 'vector', depth - 1);
  const areVectors = kind > 1;
  const operator = areVectors
    ? pick(draw, [...arithmetic, ...comparisons, ...sets, ...sets])
    : pick(draw, [...arithmetic, ...comparisons]);
  const bool = comparisons.includes(operator) && draw.below(3) === 0 ? ' bool' : '';
  return `(${left} ${operator}${bool}${areVectors ? matching(draw, operator) : ''} ${right})`;
}

function matching(draw: Random, operator: string): string {
  if (draw.below(2) === 0) return '';
  const on = ` ${pick(draw, ['on', 'ignoring'])} (${some(draw, labels)})`;
  if (sets.includes(operator) || draw.below(2) === 0) return on;
  return `${on} ${pick(draw, ['group_left', 'group_right'])}${pick(draw, ['', ' ()', ` (${some(draw, labels)})`])}`;
}

/** Of a great number, the last digit decides what they give: they are called with samples alone. */
const steep = new Set(['sin', 'cos', 'tan', 'sinh', 'cosh', 'exp']);
const callable = Object.keys(functionTable).sort();

function call(draw: Random, depth: number): string {
  if (draw.below(8) === 0) return rearranged(draw, depth);
  const name = pick(draw, callable);
  const entry = functionTable[name];
  if (entry === undefined || entry.args.includes('string')) return rearranged(draw, depth);
  const count = entry.args.length - (entry.optional === undefined ? 0 : draw.below(entry.optional + 1));
  // among many equal values, sort has no order
  if (name.startsWith('sort')) return `${name}(temperature${modifiers(draw)})`;
  // a real Prometheus 2.42 forgets the last step of a range that stands still
  if (name === 'predict_linear')
    return `${name}(${selector(draw)}[${pick(draw, durations)}], ${pick(draw, numbers)})`;
  const args = entry.args
    .slice(0, count)
    .map((type) => expression(draw, type, steep.has(name) ? 0 : depth - 1));
  if (draw.below(50) === 0) args.push('1');
  return `${name}(${args.join(', ')})`;
}

function rearranged(draw: Random, depth: number): string {
  const inner = expression(draw, 'vector', depth - 1);
  const [target, source] = [pick(draw, [...labels, 'bad-name']), pick(draw, labels)];
  if (draw.below(2) === 0)
    return `label_join(${inner}, "${target}", "${pick(draw, ['-', '', ','])}", "${source}", "${pick(draw, labels)}")`;
  const pattern = pick(draw, ['(.*)', '(.).*', '(?P<first>a|k).*', '', 'x+', '(']);
  return `label_replace(${inner}, "${target}", "${pick(draw, ['$1', 'x-$1', '${first}', '', '$2'])}", "${source}", "${pattern}")`;
}

const spoilers: readonly ((draw: Random, query: string) => string)[] = [
  (draw, query) => query.slice(0, draw.below(query.length)),
  (draw, query) => query.replace(/[()[\]{},"]/, pick(draw, ['', ')', '(', ',', '"'])),
  (_draw, query) => `${query})`,
  (_draw, query) => query.replace(/ (by|on|without|ignoring) /, ' near '),
  (_draw, query) => query.replace('[', '[:'),
  (_draw, query) => query.replace(/\d+[smh]/, '5parsec'),
  (_draw, query) => query.replace(/([a-z_]+)\(/, 'unheard_of('),
  (_draw, query) => `${query} offset 5m`,
  (_draw, query) => `${query} @ start()`,
  (_draw, query) => `# said\n${query}\n`,
];

/** Every tenth query with something wrong in its text. */
const spoiled = (draw: Random, query: string): string =>
  draw.below(10) === 0 ? pick(draw, spoilers)(draw, query) : query;
