/** One place where two answers differ: a JSON pointer, and what stands there. */
export interface Difference {
  readonly at: string;
  readonly real: unknown;
  readonly ours: unknown;
}

export function differences(real: unknown, ours: unknown, at = ''): readonly Difference[] {
  if (!isContainer(real) || !isContainer(ours) || Array.isArray(real) !== Array.isArray(ours)) {
    return JSON.stringify(real) === JSON.stringify(ours) ? [] : [{ at, real, ours }];
  }
  const [left, right] = [real as Record<string, unknown>, ours as Record<string, unknown>];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
    differences(left[key], right[key], `${at}/${key}`),
  );
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;
