import type { ExperimentView } from '../view/experiment-view.ts';
import { humanDuration } from '../view/human-duration.ts';
import { factLines, imageFacts } from './facts.ts';
import { painted, statusCell } from './paint.ts';
import { experimentNode, type RenderOptions, treeLines } from './tree.ts';

/** The screen of `get experiment`: a header of facts, and the tree of what it has made. */
export function renderExperiment(view: ExperimentView, options: RenderOptions): string {
  const { duration, remaining } = view;
  const lines = factLines([
    ['Name:', view.name],
    ['Namespace:', view.namespace],
    ['Status:', painted(statusCell(view.status, options.colors))],
    ['Message:', view.message || undefined],
    ['Duration:', duration === undefined ? undefined : humanDuration(duration)],
    ['  Remaining:', remaining === undefined ? undefined : humanDuration(remaining)],
    ...imageFacts(view.images),
  ]);
  return `${[...lines, '', ...treeLines(experimentNode(view), options)].join('\n')}\n`;
}
