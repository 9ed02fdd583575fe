import type { Colors } from 'picocolors/types.js';
import { type Instant, secondsBetween } from '../kernel/instant.ts';
import type { AnalysisRunView } from '../view/analysis-run-view.ts';
import { humanDuration } from '../view/human-duration.ts';
import type { ReplicaSetView } from '../view/replica-set-view.ts';
import { describeWaiting } from '../view/rollout-summary.ts';
import { type ExperimentView, experimentSymbol, type RolloutView } from '../view/rollout-view.ts';
import { painted, statusCell } from './paint.ts';
import { type Row, tableLines } from './table.ts';

/** A line of the tree, with what hangs below it. */
interface Node {
  readonly symbol: string;
  readonly name: string;
  readonly kind: string;
  readonly status?: RolloutView['status'];
  readonly createdAt?: Instant | undefined;
  readonly info?: string;
  readonly children: readonly Node[];
}

export interface RenderOptions {
  readonly colors: Colors;
  readonly now: Instant;
}

/** The screen of `get rollout`: a header of facts, and the tree of everything that belongs to it. */
export function renderRollout(view: RolloutView, options: RenderOptions): string {
  const lines = [...headerLines(view, options), '', ...treeLines(rolloutNode(view), options)];
  return `${lines.join('\n')}\n`;
}

function headerLines(view: RolloutView, { colors, now }: RenderOptions): string[] {
  const facts: [string, string | undefined][] = [
    ['Name:', view.name],
    ['Namespace:', view.namespace],
    ['Status:', painted(statusCell(view.status, colors))],
    ['Message:', view.message || undefined],
    ['Waiting:', view.waiting === undefined ? undefined : describeWaiting(view.waiting, now)],
    ['Strategy:', view.strategy],
    ['  Step:', view.step === undefined ? undefined : `${view.step.index}/${view.step.total}`],
    ['  SetWeight:', view.setWeight?.toString()],
    ['  ActualWeight:', view.actualWeight?.toString()],
    ...view.images.map(({ image, tags }, index): [string, string] => [
      index === 0 ? 'Images:' : '',
      tags.length === 0 ? image : `${image} (${tags.join(', ')})`,
    ]),
    ['Replicas:', ''],
    ['  Desired:', view.replicas.desired.toString()],
    ['  Current:', view.replicas.current.toString()],
    ['  Updated:', view.replicas.updated.toString()],
    ['  Ready:', view.replicas.ready.toString()],
    ['  Available:', view.replicas.available.toString()],
  ];
  return facts
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => `${label.padEnd(17)}${value}`.trimEnd());
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

function replicaSetNode(view: ReplicaSetView): Node {
  return {
    symbol: '⧉ ',
    kind: 'ReplicaSet',
    ...view,
    children: view.pods.map((pod) => ({ symbol: '□ ', kind: 'Pod', ...pod, children: [] })),
  };
}

function experimentNode(view: ExperimentView): Node {
  return {
    symbol: `${experimentSymbol} `,
    kind: 'Experiment',
    ...view,
    children: [...view.replicaSets.map(replicaSetNode), ...view.analysisRuns.map(analysisRunNode)],
  };
}

function analysisRunNode(view: AnalysisRunView): Node {
  return {
    symbol: 'α ',
    kind: 'AnalysisRun',
    ...view,
    children: view.jobs.map(({ startedAt, ...job }) => ({
      symbol: '⊞ ',
      kind: 'Job',
      createdAt: startedAt,
      ...job,
      children: [],
    })),
  };
}

function treeLines(root: Node, options: RenderOptions): string[] {
  const rows: Row[] = [['NAME', 'KIND', 'STATUS', 'AGE', 'INFO'], rowOf(root, '', options)];
  addChildren(rows, root, '', options);
  return tableLines(rows);
}

function addChildren(rows: Row[], { children }: Node, indent: string, options: RenderOptions): void {
  for (const [index, child] of children.entries()) {
    const isLast = index === children.length - 1;
    rows.push(rowOf(child, `${indent}${isLast ? '└──' : '├──'}`, options));
    addChildren(rows, child, `${indent}${isLast ? '   ' : '│  '}`, options);
  }
}

function rowOf(node: Node, prefix: string, { colors, now }: RenderOptions): Row {
  return [
    { text: `${prefix}${node.symbol}${node.name}` },
    { text: node.kind, paint: colors.dim },
    node.status === undefined ? '' : statusCell(node.status, colors),
    node.createdAt === undefined ? '' : humanDuration(secondsBetween(node.createdAt, now)),
    { text: node.info ?? '', paint: infoPaint(node.info ?? '', colors) },
  ];
}

function infoPaint(info: string, colors: Colors): ((text: string) => string) | undefined {
  if (/^(stable|active)/.test(info)) return colors.green;
  return /^(canary|preview)/.test(info) ? colors.yellow : undefined;
}
