import { deviations } from '../deviations.ts';
import { type Difference, differences } from '../differences.ts';
import type { Answer, Scenario } from '../scenario.ts';

/** Where two servers differ, and in answer to what. */
export interface Found extends Difference {
  readonly index: number;
  readonly does: string;
}

/** What differs between the answers to a random sequence, but for what is known. */
export function compared(
  scenario: Scenario,
  real: readonly Answer[],
  ours: readonly Answer[],
): readonly Found[] {
  return scenario.steps.flatMap(({ does }, index) =>
    differences(comparable(real[index]), comparable(ours[index]))
      .filter(({ at }) => !deviations.some(({ at: pattern, step }) => step === undefined && pattern.test(at)))
      .map((difference) => ({ index, does, ...difference })),
  );
}

/** The parts that docs/deviations.md speaks of, and what differs from run to run. */
function comparable(answer: Answer | undefined): unknown {
  if (answer === undefined) return undefined;
  const warnings = answer.warnings.filter((text) => !text.includes('nothing acts upon it'));
  return JSON.parse(JSON.stringify({ ...answer, warnings }).replace(uid, '<uid>'), (key, value: unknown) => {
    if (key === 'causes' && Array.isArray(value)) return once(value);
    if (key === 'message' && typeof value === 'string') return withoutQuotes(value);
    return value;
  });
}

const uid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** How often the real server says the same depends on how many of its layers look. */
const once = (causes: readonly unknown[]): readonly unknown[] =>
  [...new Set(causes.map((cause) => JSON.stringify(cause)))].map((cause) => JSON.parse(cause) as unknown);

/** Whole objects are quoted in the order of their members, the changes of a pod not at all. */
const withoutQuotes = (message: string): string =>
  message
    .replace(
      /((?:^|patch: )Invalid value: ).*(: (?:json|strict|error|quantities|cannot|unrecognized|no kind|illegal))/s,
      '$1…$2',
    )
    .replace(/(pod updates may not change fields other than).*/s, '$1…')
    .replace(/(Invalid value: )[{[].*([}\]]: )/s, '$1…$2')
    .replace(/is invalid: \[…\]$|is invalid: .*$/s, 'is invalid: …');
