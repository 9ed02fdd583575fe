import type { MetricResult } from '../../api/measurement.ts';
import type { Verdict } from '../../core/analysis/conditions.ts';
import { metricResultOf, resultKinds } from '../../core/analysis/metric-result.ts';
import { messageOf, SluiceError } from '../../kernel/errors.ts';
import { underline } from '../../view/caret.ts';
import { textOfFile } from '../input.ts';
import { type Session, UsageError, type Verb } from '../verb.ts';

interface Options {
  readonly success?: string;
  readonly failure?: string;
  readonly kind?: string;
  readonly result?: string;
  readonly batch?: string;
}

const kinds = Object.entries(resultKinds)
  .map(([kind, { shape, from }]) => `  ${kind.padEnd(15)}${shape} (${from})`)
  .join('\n');

/** `evaluate`: what conditions make of a result, offline. */
export const evaluate: Verb<Options> = {
  words: 'evaluate',
  summary: 'Show what the conditions of a metric make of a result',
  details: [
    'Nothing is asked of a cluster. The result is JSON, and is typed as a provider types it:',
    kinds,
    '',
    'With --batch, each line of a file is a JSON object with kind, result, successCondition and failureCondition; it is',
    'printed again with phase and, on an error, message added, in the same order.',
    '',
    'Exits with 0 when there is a verdict, whichever it is; with 1 when a condition could not be evaluated (not with',
    '--batch), or when the input cannot be read.',
  ].join('\n'),
  flags: [
    { flags: '--success <EXPR>', summary: 'successCondition' },
    { flags: '--failure <EXPR>', summary: 'failureCondition' },
    { flags: '--kind <KIND>', summary: 'how the result is typed', fallback: 'json' },
    { flags: '--result <JSON>', summary: 'the result; @FILE reads it from a file, - is standard input' },
    { flags: '--batch <FILE>', summary: 'evaluate each line of a file; - is standard input' },
    { flags: '--no-color', summary: 'no colours' },
  ],
  async run(session, _args, options) {
    return options.batch === undefined
      ? evaluateOne(session, options)
      : evaluateBatch(session, options.batch);
  },
};

async function evaluateOne(session: Session, options: Options): Promise<number> {
  const { success, failure, kind = 'json', result } = options;
  if (result === undefined) throw new UsageError('no result given: evaluate --result JSON, or --batch FILE');
  const text = await resultText(session, result);
  const { judgeMeasurement } = await import('../../core/analysis/conditions.ts');
  const verdict = judgeMeasurement(
    { successCondition: success, failureCondition: failure },
    metricResultOf(kind, parseJson(text, '--result'), '--result'),
    session.clock.now(),
  );
  session.out(`${render(verdict, session)}\n`);
  return verdict.phase === 'Error' ? 1 : 0;
}

async function resultText(session: Session, result: string): Promise<string> {
  if (result === '-') return textOfFile(session, '-');
  return result.startsWith('@') ? textOfFile(session, result.slice(1)) : result;
}

function render({ phase, message, fault }: Verdict, { colors }: Session): string {
  const paint = phase === 'Successful' ? colors.green : phase === 'Inconclusive' ? colors.yellow : colors.red;
  const lines = [paint(phase)];
  if (message !== undefined) lines.push(message);
  if (fault?.place !== undefined) {
    const [line, carets] = underline(fault.condition, fault.place);
    lines.push(`  ${line}`, `  ${colors.red(carets)}`);
  }
  return lines.join('\n');
}

async function evaluateBatch(session: Session, path: string): Promise<number> {
  const lines = (await textOfFile(session, path)).split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const place = `${path === '-' ? 'standard input' : path}:${index + 1}`;
    session.out(`${JSON.stringify(await evaluateLine(session, line, place))}\n`);
  }
  return 0;
}

/** One line with its verdict. A line that cannot be read is told with its number; the lines before it are printed. */
async function evaluateLine(session: Session, line: string, place: string): Promise<Record<string, unknown>> {
  const given = parseJson(line, place);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new SluiceError('SPEC_INVALID', `${place}: must be a JSON object with kind and result`);
  }
  const { kind, result, successCondition, failureCondition } = given as Record<string, unknown>;
  for (const [field, value] of Object.entries({ kind: kind ?? null, successCondition, failureCondition })) {
    if (value === undefined || typeof value === 'string') continue;
    throw new SluiceError(
      'SPEC_INVALID',
      `${place}: ${field}: found ${JSON.stringify(value)}, must be a text`,
    );
  }
  const conditions = { successCondition, failureCondition } as Record<string, string | undefined>;
  const { judgeMeasurement } = await import('../../core/analysis/conditions.ts');
  const { phase, message } = judgeMeasurement(
    conditions,
    typed(kind as string, result, place),
    session.clock.now(),
  );
  return { ...given, phase, ...(message !== undefined && { message }) };
}

function typed(kind: string, result: unknown, place: string): MetricResult {
  try {
    return metricResultOf(kind, result);
  } catch (error) {
    throw new SluiceError('SPEC_INVALID', `${place}: ${messageOf(error)}`);
  }
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SluiceError('SPEC_INVALID', `${place}: not JSON: ${messageOf(error)}`);
  }
}
