import {
  instanceIdLabel,
  podTemplateHashLabel,
  revisionAnnotation,
  rolloutTypeLabel,
  stepIndexLabel,
} from '../../api/labels.ts';
import { controlledBy } from '../../api/owner.ts';
import { apiVersionOf, resources } from '../../api/resources.ts';
import {
  type AnalysisRun,
  type AnalysisRunSpec,
  isCompleted,
  type RolloutAnalysis,
} from '../../api/v1alpha1/analysis.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { AnalysisPurpose } from '../../api/v1alpha1/rollout-analyses.ts';
import { withFreeName } from '../numbered-name.ts';
import { resolveRolloutArguments } from './arguments.ts';
import { mergeTemplates } from './merge.ts';
import { resolveTemplates, type TemplateLookup } from './templates.ts';

export interface RunRequest {
  readonly rollout: Rollout;
  readonly purpose: AnalysisPurpose;
  /** Needed for `Step`. */
  readonly stepIndex?: number;
  /** How the Rollout asks: `steps[i].analysis`, `canary.analysis`, `blueGreen.prePromotionAnalysis`… */
  readonly analysis: RolloutAnalysis;
  /** Pod template hash of the ReplicaSet that the spec asks for. */
  readonly latestHash: string;
  /** Pod template hash of the stable ReplicaSet; empty when there is none. */
  readonly stableHash: string;
  readonly templates: TemplateLookup;
  /** Runs that exist; a name that is taken is avoided, or its run taken over when it is the same and not completed. */
  readonly existing: readonly AnalysisRun[];
}

export type BuiltRun =
  | {
      readonly run: AnalysisRun;
      /** The run exists already and is the same: nothing to create. */
      readonly reused: boolean;
    }
  | { readonly error: string };

/** The run that answers for one purpose of one revision, as it must be created. */
export function buildAnalysisRun(request: RunRequest): BuiltRun {
  const { rollout, analysis, latestHash, stableHash } = request;
  const resolved = resolveTemplates(analysis.templates ?? [], request.templates);
  if ('error' in resolved) return { error: resolved.error };
  const args = resolveRolloutArguments(analysis.args ?? [], rollout, {
    stable: stableHash,
    latest: latestHash,
  });
  if ('error' in args) return args;
  const merged = mergeTemplates(resolved.templates, {
    args: args.args,
    dryRun: analysis.dryRun,
    measurementRetention: analysis.measurementRetention,
  });
  if ('error' in merged) return merged;
  return withFreeRunName(newRun(request, merged.spec), request.existing);
}

/** `shop-6d4b9c-3-0`: the Rollout, the revision's hash and number, and what tells the purposes apart. */
export function runName({
  rollout,
  purpose,
  stepIndex,
  latestHash,
}: Omit<RunRequest, 'analysis' | 'templates' | 'existing' | 'stableHash'>): string {
  const base = `${rollout.metadata.name}-${latestHash}-${revisionOf(rollout)}`;
  switch (purpose) {
    case 'Background':
      return base;
    case 'Step':
      return `${base}-${stepIndex ?? 0}`;
    case 'Initial':
      return `${base}-initial`;
    case 'Bake':
      return `${base}-bake`;
    case 'PrePromotion':
      return `${base}-pre`;
    case 'PostPromotion':
      return `${base}-post`;
  }
}

function newRun(request: RunRequest, spec: AnalysisRunSpec): AnalysisRun {
  const { rollout, analysis } = request;
  const { namespace } = rollout.metadata;
  return {
    apiVersion: apiVersionOf(resources.analysisRuns),
    kind: 'AnalysisRun',
    metadata: {
      name: runName(request),
      namespace,
      labels: labelsOf(request),
      annotations: {
        [revisionAnnotation]: revisionOf(rollout),
        ...analysis.analysisRunMetadata?.annotations,
      },
      ownerReferences: [controlledBy(rollout)],
    },
    spec,
  };
}

function labelsOf({ rollout, purpose, stepIndex, latestHash, analysis }: RunRequest): Record<string, string> {
  const instanceId = rollout.metadata.labels?.[instanceIdLabel];
  return {
    [podTemplateHashLabel]: latestHash,
    [rolloutTypeLabel]: purpose,
    ...(purpose === 'Step' && { [stepIndexLabel]: String(stepIndex ?? 0) }),
    ...(instanceId !== undefined && { [instanceIdLabel]: instanceId }),
    ...analysis.analysisRunMetadata?.labels,
    ...rollout.spec.selector?.matchLabels,
  };
}

function revisionOf(rollout: Rollout): string {
  return rollout.metadata.annotations?.[revisionAnnotation] ?? '';
}

/** The run under a free name: `name`, `name.1`, `name.2`…, or the one of these that is this very run and still going. */
export function withFreeRunName(
  run: AnalysisRun,
  existing: readonly AnalysisRun[],
): Exclude<BuiltRun, { error: string }> {
  const isSame = (other: AnalysisRun) => isSameRun(run, other);
  const { object, reused } = withFreeName(run, existing, { separator: '.', isSame });
  return { run: object, reused };
}

function isSameRun(run: AnalysisRun, other: AnalysisRun): boolean {
  const owner = run.metadata.ownerReferences?.[0]?.uid;
  const fingerprint = ({ spec }: AnalysisRun) =>
    canonical([spec.metrics, spec.dryRun ?? [], spec.measurementRetention ?? [], spec.args ?? []]);
  return (
    !isCompleted(other.status?.phase) &&
    other.metadata.ownerReferences?.some(({ uid, controller }) => controller === true && uid === owner) ===
      true &&
    fingerprint(run) === fingerprint(other)
  );
}

/** JSON with sorted keys, so that equal values have equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}
