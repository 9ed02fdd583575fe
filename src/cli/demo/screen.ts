import { createColors } from 'picocolors';

/** What one picture of the demo shows. */
export interface Frame {
  readonly title: string;
  /** Simulated seconds since the story began. */
  readonly elapsedSeconds: number;
  readonly phase: string;
  readonly message: string;
  /** Each step's text, in order, and the index of the current one; past the end when all are done. */
  readonly steps: readonly string[];
  readonly stepIndex: number;
  /** The canary's share of the traffic as the data plane gives it out, 0 to 100. */
  readonly canaryWeight: number;
  readonly stableImage: string;
  readonly canaryImage: string | undefined;
  readonly pods: { readonly stable: number; readonly canary: number };
  readonly gauges: readonly Gauge[];
  /** The latest events, oldest first. */
  readonly story: readonly string[];
}

/** One metric with the limit it is judged by. */
export interface Gauge {
  readonly name: string;
  /** Newest last; undefined where there was no traffic to measure. */
  readonly history: readonly (number | undefined)[];
  readonly limit: number;
  readonly format: (value: number) => string;
}

export interface ScreenOptions {
  readonly width: number;
  readonly colour: boolean;
}

/** The picture as lines of text, the same number of lines for the same story. */
export function drawFrame(frame: Frame, { width, colour }: ScreenOptions): string[] {
  const paint = createColors(colour);
  const phasePaint =
    { Healthy: paint.green, Degraded: paint.red, Paused: paint.yellow }[frame.phase] ?? paint.cyan;
  const mark = { Healthy: '✔', Degraded: '✖', Paused: '॥' }[frame.phase] ?? '◌';
  const heading = `${paint.bold(frame.title)}  ${paint.dim(clockText(frame.elapsedSeconds))}`;
  return [
    heading,
    '',
    `  ${phasePaint(`${mark} ${frame.phase}`)}${frame.message === '' ? '' : paint.dim(`  ${cut(frame.message, width - 20)}`)}`,
    `  ${stepLine(frame, paint)}`,
    '',
    `  traffic  ${trafficBar(frame.canaryWeight, barWidth(width), paint)}`,
    `           ${paint.green(`stable ${100 - frame.canaryWeight} %`)} ${paint.dim(`${frame.stableImage}, ${pods(frame.pods.stable)}`)}` +
      (frame.canaryImage === undefined
        ? ''
        : `   ${paint.yellow(`canary ${frame.canaryWeight} %`)} ${paint.dim(`${frame.canaryImage}, ${pods(frame.pods.canary)}`)}`),
    '',
    ...frame.gauges.map((gauge) => `  ${gaugeLine(gauge, barWidth(width), paint)}`),
    '',
    ...Array.from({ length: storyLines }, (_, index) => {
      const line =
        frame.story[frame.story.length - storyLines + index] ??
        frame.story[index - (storyLines - frame.story.length)];
      return line === undefined ? '' : paint.dim(`  ${cut(line, width - 4)}`);
    }),
  ];
}

const storyLines = 5;
type Paint = ReturnType<typeof createColors>;

function barWidth(width: number): number {
  return Math.max(20, Math.min(60, width - 40));
}

export function clockText(elapsedSeconds: number): string {
  const minutes = Math.floor(elapsedSeconds / 60);
  return `${String(minutes).padStart(2, '0')}:${String(Math.floor(elapsedSeconds % 60)).padStart(2, '0')}`;
}

function stepLine({ steps, stepIndex }: Frame, paint: Paint): string {
  return steps
    .map((text, index) => {
      if (index < stepIndex) return paint.green(text);
      return index === stepIndex ? paint.bold(paint.inverse(` ${text} `)) : paint.dim(text);
    })
    .join(paint.dim(' → '));
}

function trafficBar(canaryWeight: number, width: number, paint: Paint): string {
  const canaryCells = canaryWeight === 0 ? 0 : Math.max(1, Math.round((canaryWeight / 100) * width));
  return paint.green('█'.repeat(width - canaryCells)) + paint.yellow('▒'.repeat(canaryCells));
}

const levels = ' ▁▂▃▄▅▆▇█';

/** Heights are drawn against twice the limit, so that the limit is in the middle. */
function gaugeLine({ name, history, limit, format }: Gauge, width: number, paint: Paint): string {
  const shown = history.slice(-width);
  const line = shown
    .map((value) => {
      if (value === undefined) return ' ';
      const level = Math.max(1, Math.min(8, Math.round((value / (2 * limit)) * 8)));
      return value > limit ? paint.red(levels[level] as string) : paint.green(levels[level] as string);
    })
    .join('');
  const latest = shown.at(-1);
  const reading = latest === undefined ? 'no data' : format(latest);
  const verdict = latest !== undefined && latest > limit ? paint.red(reading.padEnd(8)) : reading.padEnd(8);
  return `${name.padEnd(12)} ${verdict} ${paint.dim(`limit ${format(limit)}`.padEnd(14))} ${line}`;
}

function pods(count: number): string {
  return count === 1 ? '1 pod' : `${count} pods`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}
