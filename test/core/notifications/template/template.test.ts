import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { renderTemplate } from '../../../../src/core/notifications/template/render-template.ts';
import { fromJson, type GoValue } from '../../../../src/core/notifications/template/values.ts';
import { parseGoTime } from '../../../../src/core/notifications/variables.ts';
import { instant } from '../../../../src/kernel/instant.ts';

interface Golden {
  readonly template: string;
  readonly output?: string;
  readonly fails?: true;
}

const here = (name: string) => readFileSync(new URL(name, `file://${__dirname}/`), 'utf8');
const golden = here('golden.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Golden);

function data(): GoValue {
  const values = fromJson(JSON.parse(here('data.json'))) as Map<string, GoValue>;
  return new Map([...values, ['time', new Map([['Parse', parseGoTime]])]]);
}

const context = {
  now: instant(Date.parse('2026-03-04T06:00:00Z')),
  digest: (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex'),
};

function render(template: string): string {
  return renderTemplate(template, data(), context);
}

describe('a template renders to the letter what Go’s text/template with sprig renders', () => {
  test.each(golden)('$template', ({ template, output, fails }) => {
    if (fails === true) expect(() => render(template)).toThrow();
    else expect(render(template)).toBe(output);
  });
});

describe('numbers of a Rollout are floats in the peer’s messages about events, and integers in others', () => {
  test.each([
    ['{{ eq .rollout.spec.replicas 12 }} {{ eq .rollout.spec.replicas 12.0 }}', 'true true'],
    ['{{ gt .rollout.spec.replicas 3.5 }} {{ le .rollout.spec.replicas 3.5 }}', 'true false'],
    [
      '{{ printf "%.0f %d %v" .rollout.spec.replicas .rollout.spec.replicas .rollout.spec.replicas }}',
      '12 12 12',
    ],
  ])('%s is written for either', (template, output) => {
    expect(render(template)).toBe(output);
  });
});
