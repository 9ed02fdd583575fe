import { type Labels, metricNameLabel } from '../../labels.ts';
import type { Expr } from '../ast.ts';

/** What is absent is named by the selector's equalities; a label that is matched twice says nothing. */
export function labelsOfAbsent(expr: Expr): Labels {
  const selector = expr.kind === 'range' ? expr.selector : expr;
  if (selector.kind !== 'selector') return {};
  const labels: Record<string, string> = {};
  for (const { name, op, value } of selector.matchers) {
    if (name === metricNameLabel) continue;
    const isOnly = selector.matchers.filter((other) => other.name === name).length === 1;
    if (op === '=' && isOnly && value !== '') labels[name] = value;
  }
  return labels;
}
