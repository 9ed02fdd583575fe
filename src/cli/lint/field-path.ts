/**
 * The steps of a field's path: `spec.steps[0].setWeight`, `metadata.labels[app.kubernetes.io/name]`. A number in brackets
 * is an index, anything else in brackets a key.
 */
export function stepsOf(field: string): readonly (string | number)[] {
  const steps: (string | number)[] = [];
  for (const [, key, bracketed] of field.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    if (bracketed !== undefined) steps.push(/^\d+$/.test(bracketed) ? Number(bracketed) : bracketed);
    else if (key !== undefined) steps.push(key);
  }
  return steps;
}

/** The path that these steps make. */
export function fieldOf(steps: readonly (string | number)[]): string {
  return steps
    .map((step, index) => {
      if (typeof step === 'number' || /[.[\]]/.test(step)) return `[${step}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

/**
 * The paths that a field may mean in a manifest: itself, and where the peer's messages leave out the strategy
 * (`spec.strategy.steps` for `spec.strategy.canary.steps`), the path with it.
 */
export function readingsOf(field: string): readonly (readonly (string | number)[])[] {
  const steps = stepsOf(field);
  if (steps[0] !== 'spec' || steps[1] !== 'strategy') return [steps];
  const rest = steps.slice(2);
  return [
    steps,
    ['spec', 'strategy', 'canary', ...rest],
    ['spec', 'strategy', 'blueGreen', ...rest],
    ['spec', 'strategy', 'canary', 'trafficRouting', ...rest],
  ];
}
