import { describeWaiting } from '../view/rollout-summary.ts';
import type { RolloutView } from '../view/rollout-view.ts';
import { type Fact, factLines, imageFacts } from './facts.ts';
import { painted, statusCell } from './paint.ts';
import {
  analysisRunNode,
  experimentNode,
  type Node,
  type RenderOptions,
  replicaSetNode,
  treeLines,
} from './tree.ts';

/** The screen of `get rollout`: a header of facts, and the tree of everything that belongs to it. */
export function renderRollout(view: RolloutView, options: RenderOptions): string {
  const lines = [...headerLines(view, options), '', ...treeLines(rolloutNode(view), options)];
  return `${lines.join('\n')}\n`;
}

function headerLines(view: RolloutView, { colors, now }: RenderOptions): string[] {
  const facts: Fact[] = [
    ['Name:', view.name],
    ['Namespace:', view.namespace],
    ['Status:', painted(statusCell(view.status, colors))],
    ['Message:', view.message || undefined],
    ['Waiting:', view.waiting === undefined ? undefined : describeWaiting(view.waiting, now)],
    ['Strategy:', view.strategy],
    ['  Step:', view.step === undefined ? undefined : `${view.step.index}/${view.step.total}`],
    ['  SetWeight:', view.setWeight?.toString()],
    ['  ActualWeight:', view.actualWeight?.toString()],
    ['  ObservedSplit:', view.observedSplit],
    ...imageFacts(view.images),
    ['Replicas:', ''],
    ['  Desired:', view.replicas.desired.toString()],
    ['  Current:', view.replicas.current.toString()],
    ['  Updated:', view.replicas.updated.toString()],
    ['  Ready:', view.replicas.ready.toString()],
    ['  Available:', view.replicas.available.toString()],
  ];
  return factLines(facts);
}

function rolloutNode(view: RolloutView): Node {
  return {
    symbol: '⟳ ',
    name: view.name,
    kind: 'Rollout',
    status: view.status,
    createdAt: view.createdAt,
    children: view.revisions.map(({ revision, replicaSets, experiments, analysisRuns }) => ({
      symbol: '# ',
      name: `revision:${revision}`,
      kind: '',
      children: [
        ...replicaSets.map(replicaSetNode),
        ...experiments.map(experimentNode),
        ...analysisRuns.map(analysisRunNode),
      ],
    })),
  };
}
