import type { Colors } from 'picocolors/types.js';
import { type Instant, secondsBetween } from '../kernel/instant.ts';
import type { AnalysisRunView } from '../view/analysis-run-view.ts';
import type { ExperimentView } from '../view/experiment-view.ts';
import { humanDuration } from '../view/human-duration.ts';
import { experimentSymbol } from '../view/image-view.ts';
import type { MarkedStatus } from '../view/marks.ts';
import type { ReplicaSetView } from '../view/replica-set-view.ts';
import { statusCell } from './paint.ts';
import { type Row, tableLines } from './table.ts';

/** A line of the tree, with what hangs below it. */
export interface Node {
  readonly symbol: string;
  readonly name: string;
  readonly kind: string;
  readonly status?: MarkedStatus;
  readonly createdAt?: Instant | undefined;
  readonly info?: string;
  readonly children: readonly Node[];
}

export interface RenderOptions {
  readonly colors: Colors;
  readonly now: Instant;
}

export function replicaSetNode(view: ReplicaSetView): Node {
  return {
    symbol: '⧉ ',
    kind: 'ReplicaSet',
    ...view,
    children: view.pods.map((pod) => ({ symbol: '□ ', kind: 'Pod', ...pod, children: [] })),
  };
}

export function experimentNode(view: ExperimentView): Node {
  return {
    symbol: `${experimentSymbol} `,
    kind: 'Experiment',
    ...view,
    children: [...view.replicaSets.map(replicaSetNode), ...view.analysisRuns.map(analysisRunNode)],
  };
}

export function analysisRunNode(view: AnalysisRunView): Node {
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

/** The tree below one object, as the lower part of a `get` screen. */
export function treeLines(root: Node, options: RenderOptions): string[] {
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
