import { type Labels, metricNameLabel } from '../../labels.ts';
import type { Expr } from '../ast.ts';

/** What is absent is named by the selector's equalities; a label that is matched once more after its equality says nothing. */
export function labelsOfAbsent(expr: Expr): Labels {
  const selector = expr.kind === 'range' ? expr.selector : expr;
  if (selector.kind !== 'selector') return {};
  const labels = new Map<string, string>();
  const named = new Set<string>();
  for (const { name, op, value } of selector.matchers) {
    if (name === metricNameLabel) continue;
    if (op === '=' && !named.has(name)) {
      labels.set(name, value);
      named.add(name);
    } else labels.delete(name);
  }
  return Object.fromEntries([...labels].filter(([, value]) => value !== ''));
}
