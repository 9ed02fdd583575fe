import type { ChartPoint, MetricChart } from '../metric-chart.ts';

/** A chart ready to draw, in the units of its picture. */
export interface DrawnChart {
  readonly points: readonly (ChartPoint & { readonly x: number; readonly y: number })[];
  readonly lines: readonly { readonly y: number; readonly label: string; readonly of: 'good' | 'bad' }[];
  /** What is at the upper and the lower end. */
  readonly top: string;
  readonly bottom: string;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Left free on all sides. */
  readonly margin: number;
}

/** Undefined when nothing was measured that a chart could show. */
export function drawn({ points, thresholds }: MetricChart, frame: Frame): DrawnChart | undefined {
  const charted = points.flatMap((point) =>
    point.value === undefined ? [] : [{ ...point, value: point.value }],
  );
  const [first, last] = [charted[0], charted.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const values = [...charted.map(({ value }) => value), ...thresholds.map(({ value }) => value)];
  const [low, high] = room(Math.min(...values), Math.max(...values));
  const inner = { width: frame.width - 2 * frame.margin, height: frame.height - 2 * frame.margin };
  const xOf = (at: number) =>
    frame.margin +
    (last.at === first.at ? inner.width / 2 : ((at - first.at) / (last.at - first.at)) * inner.width);
  const yOf = (value: number) => frame.margin + ((high - value) / (high - low)) * inner.height;
  return {
    points: charted.map((point) => ({ ...point, x: round(xOf(point.at)), y: round(yOf(point.value)) })),
    lines: thresholds.map(({ value, operator, of }) => ({
      y: round(yOf(value)),
      label: `${of === 'good' ? 'good' : 'bad'} ${operator} ${short(value)}`,
      of,
    })),
    top: short(high),
    bottom: short(low),
  };
}

/** A little more than there is; a single value stands in the middle. A scale that nearly reaches 0 begins there. */
function room(low: number, high: number): [number, number] {
  if (low === high) return low === 0 ? [0, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2];
  const spare = (high - low) / 10;
  return [low >= 0 && low - spare <= high / 4 ? 0 : low - spare, high + spare];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** As few digits as tell it apart. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
