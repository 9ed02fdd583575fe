import type { LabelSelector } from '../../api/meta.ts';

/** A selector as one text, as the scale subresource and `kubectl -l` take it. Keys are sorted. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In':
        return { key, text: `${key} in (${[...values].sort().join(',')})` };
      case 'NotIn':
        return { key, text: `${key} notin (${[...values].sort().join(',')})` };
      case 'Exists':
        return { key, text: key };
      case 'DoesNotExist':
        return { key, text: `!${key}` };
    }
  });
  const sorted = [...labels, ...expressions].sort((a, b) => (a.key < b.key ? -1 : 1));
  return sorted.map(({ text }) => text).join(',');
}
