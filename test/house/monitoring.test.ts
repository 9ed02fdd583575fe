import { alerts } from '../../scripts/monitoring/alerts.ts';
import { grafanaDashboard, rows, withoutPanel } from '../../scripts/monitoring/dashboard.ts';
import type { Expr } from '../../src/sandbox/series/promql/ast.ts';
import { parsePromql } from '../../src/sandbox/series/promql/parse.ts';
import { type MetricEntry, metricTable } from '../../src/shell/metric-table.ts';

const table = new Map<string, MetricEntry>(Object.entries(metricTable));

/** What Grafana puts in, and Prometheus adds to what it scrapes. */
const parsed = (expr: string) =>
  parsePromql(expr.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '6h')).expr;
const ofScrape = ['pod', 'instance', 'job'];

interface Use {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** Every series that an expression asks for, with the labels that it selects and groups them by. */
function usesOf(expr: Expr): Use[] {
  const found: Use[] = [];
  const visit = (value: unknown, by: readonly string[]): void => {
    if (Array.isArray(value)) for (const each of value) visit(each, by);
    if (typeof value !== 'object' || value === null) return;
    const node = value as Expr;
    if (node.kind === 'selector') {
      const labels = node.matchers.map(({ name }) => name).filter((name) => name !== '__name__');
      found.push({ metric: node.metricName ?? '', labels: [...labels, ...by] });
      return;
    }
    const mine = node.kind === 'aggregate' ? [...by, ...node.labels] : by;
    for (const member of Object.values(node)) visit(member, mine);
  };
  visit(expr, []);
  return found;
}

function problemsOf(where: string, expr: string): string[] {
  return usesOf(parsed(expr)).flatMap(({ metric, labels }) => {
    const name = table.has(metric) ? metric : metric.replace(/_(bucket|sum|count)$/, '');
    const entry = table.get(name);
    if (entry === undefined) return [`${where}: there is no metric ${metric}`];
    const known = [...entry.labels, ...ofScrape, ...(metric.endsWith('_bucket') ? ['le'] : [])];
    if (name === 'sluice_leader') known.push('namespace'); // of the pod, as it is scraped
    return labels
      .filter((label) => !known.includes(label))
      .map((label) => `${where}: ${metric} has no label ${label}`);
  });
}

/** The labels that the series of an answer can have. */
function labelsLeft(expr: Expr): string[] {
  switch (expr.kind) {
    case 'selector': {
      const name = (expr.metricName ?? '').replace(/_(bucket|sum|count)$/, '');
      const entry = table.get(expr.metricName ?? '') ?? table.get(name);
      return [...(entry?.labels ?? []), ...ofScrape, 'le'];
    }
    case 'range':
      return labelsLeft(expr.selector);
    case 'aggregate':
      if (['topk', 'bottomk'].includes(expr.op)) return labelsLeft(expr.expr);
      return expr.without
        ? labelsLeft(expr.expr).filter((label) => !expr.labels.includes(label))
        : [...expr.labels];
    case 'binary':
      return [...labelsLeft(expr.left), ...(expr.op === 'or' ? labelsLeft(expr.right) : [])];
    case 'call':
      return expr.args.flatMap(labelsLeft);
    case 'paren':
    case 'unary':
    case 'subquery':
      return labelsLeft(expr.expr);
    default:
      return [];
  }
}

const lines = rows.flatMap(({ panels }) =>
  panels.flatMap(({ title, lines: all }) => all.map(({ expr, legend }) => ({ title, expr, legend }))),
);

test('alert rules and dashboard ask only for metrics and labels that there are', () => {
  expect(lines.length).toBeGreaterThan(20);
  expect(lines.flatMap(({ title, expr }) => problemsOf(title, expr))).toEqual([]);
  expect(alerts.flatMap(({ name, expr }) => problemsOf(name, expr))).toEqual([]);
  expect(problemsOf('a typo', 'sum by (phase, nmae) (rollout_info{stategy="x"}) + rollouts_info')).toEqual([
    'a typo: there is no metric rollouts_info',
    'a typo: rollout_info has no label stategy',
    'a typo: rollout_info has no label nmae',
  ]);
});

test('legends name labels that the series of their line have', () => {
  const nameless = ({ expr, legend }: { expr: string; legend: string }) => {
    const left = labelsLeft(parsed(expr));
    return [...legend.matchAll(/{{(\w+)}}/g)]
      .map(([, name = '']) => name)
      .filter((name) => !left.includes(name));
  };
  expect(lines.flatMap((line) => nameless(line).map((label) => `${line.title}: ${label}`))).toEqual([]);
  expect(nameless({ expr: 'sum by (phase) (rollout_info)', legend: '{{phase}} of {{name}}' })).toEqual([
    'name',
  ]);
});

describe('the dashboard that Grafana imports', () => {
  const { panels = [], templating } = grafanaDashboard();
  const variables = templating?.list ?? [];

  test('fills its variables from labels that there are', () => {
    const queries = variables.filter(({ type }) => type === 'query').map(({ query }) => query as string);
    expect(queries).toHaveLength(2);
    for (const query of queries) {
      const [, expr = '', label] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? [];
      expect(problemsOf(query, `count by (${label}) (${expr})`)).toEqual([]);
    }
  });

  test('uses no variable that it does not have, and none of those of Grafana that a query cannot have', () => {
    const known = [...variables.map(({ name }) => name), '__rate_interval', '__range', '__all'];
    const used = [...JSON.stringify(grafanaDashboard()).matchAll(/\$(\w+)/g)].map(([, name]) => name);
    expect(used.filter((name) => !known.includes(name as string))).toEqual([]);
    expect([...new Set(used)].sort()).toEqual([...known].sort());
  });

  test('has a place of its own for each panel', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = panels.flatMap(({ gridPos: { x, y, w, h } = { x: 0, y: 0, w: 0, h: 0 } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken.every((place) => Number(place.split(',')[0]) < 24)).toBe(true);
  });
});

test('every metric that is not deprecated is on the dashboard', () => {
  const shown = new Set(lines.flatMap(({ expr }) => usesOf(parsed(expr))).map(({ metric }) => metric));
  const missing = [...table.keys()].filter(
    (name) =>
      !withoutPanel.some((other) => other === name) &&
      !['', '_bucket', '_sum', '_count'].some((suffix) => shown.has(name + suffix)),
  );
  expect(missing).toEqual([]);
});

test('each alert has a name of its own, says what is so and what to do', () => {
  expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
  for (const { summary, action } of alerts) {
    expect(summary).toMatch(/\.$/);
    expect(action).toMatch(/\.$/);
  }
});
