/** What can be wrong with a metrics server, and what it looks like from outside. */
export const metricsFaultKinds = {
  gone: 'nobody answers',
  slow: 'the answer comes `seconds` later (default 60)',
  status: 'the answer is `status` (default 503), with Retry-After when `retryAfterSeconds` is there',
  cut: 'half of the answer comes',
  page: 'an HTML page comes instead of JSON',
  huge: 'the answer is larger than anybody reads',
  empty: 'queries find no series',
  nan: 'every value is NaN',
  wrong: 'every value is multiplied by `factor` (default 10)',
} as const;
export type MetricsFaultKind = keyof typeof metricsFaultKinds;

/** One way for the metrics server to fail, and when. Plain data: it can be written down in a scenario. */
export interface MetricsFault {
  readonly kind: MetricsFaultKind;
  /** Only queries that contain this text. Default: every request. */
  readonly query?: string;
  /** Which share of those is hit, 0 to 1, drawn from the world's seed. Default 1. */
  readonly share?: number;
  /** Seconds since the world began. Default: at once, and for good. */
  readonly fromSeconds?: number;
  readonly untilSeconds?: number;
  readonly seconds?: number;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  readonly factor?: number;
}

const numbers: readonly string[] = [
  'share',
  'fromSeconds',
  'untilSeconds',
  'seconds',
  'status',
  'retryAfterSeconds',
  'factor',
];

/** A JSON list of faults, or what is wrong with it. */
export function parseMetricsFaults(text: string): readonly MetricsFault[] | string {
  const list = parsedJson(text);
  if (!Array.isArray(list)) return 'faults: a JSON list is wanted, such as [{"kind":"gone"}]; [] for none';
  const wrong = list
    .map((entry, index) => faultOf(entry, `faults[${index}]`))
    .find((fault) => fault !== undefined);
  return wrong ?? (list as MetricsFault[]);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function faultOf(entry: unknown, path: string): string | undefined {
  if (typeof entry !== 'object' || entry === null) return `${path}: an object is wanted`;
  for (const [name, value] of Object.entries(entry)) {
    const found = `${path}.${name}: ${JSON.stringify(value)}`;
    if (name === 'kind' || name === 'query') {
      if (typeof value !== 'string') return `${found} is no text`;
    } else if (!numbers.includes(name)) {
      return `${path}.${name}: there is no such field; there are kind, query, ${numbers.join(', ')}`;
    } else if (typeof value !== 'number' || (value < 0 && name !== 'factor')) {
      return `${found} is no number of at least 0`;
    }
  }
  const { kind } = entry as { kind?: string };
  if (kind !== undefined && Object.hasOwn(metricsFaultKinds, kind)) return undefined;
  return `${path}.kind: ${JSON.stringify(kind)} is none of ${Object.keys(metricsFaultKinds).join(', ')}`;
}
