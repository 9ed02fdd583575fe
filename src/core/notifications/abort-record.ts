import { revisionAnnotation } from '../../api/labels.ts';
import type { AnalysisRun } from '../../api/v1alpha1/analysis.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { recordedRuns } from '../../api/v1alpha1/rollout-analyses.ts';
import type { PodTemplateSpec } from '../../api/workloads.ts';

/**
 * What a machine needs to know of an abort to open the revert: which version, what it consists of, what it was measured by.
 * Its schema is docs/abort-record.schema.json; members are only ever added.
 */
export interface AbortRecord {
  readonly version: 'v1';
  readonly rollout: { readonly namespace: string; readonly name: string; readonly uid: string };
  /** The aborted revision. */
  readonly revision: number;
  readonly podTemplateHash: string;
  readonly images: readonly ContainerImage[];
  /** What serves instead; absent when nothing was stable yet. */
  readonly stable?: { readonly podTemplateHash: string; readonly images?: readonly ContainerImage[] };
  /** RFC 3339. */
  readonly abortedAt: string;
  /** One sentence, as the condition says it. */
  readonly cause: string;
  /** The step at which it was, from 0; absent without steps. */
  readonly step?: { readonly index: number; readonly count: number };
  /** `analysis` when runs of this revision failed or broke; `other` for a person, a deadline, pods that do not come up. */
  readonly verdict: 'analysis' | 'other';
  /** The runs that did not go well, with their metrics that did not. */
  readonly evidence: readonly Evidence[];
  /** Runs that the record has no room for; absent when there are none. */
  readonly evidenceLeftOut?: number;
}

interface ContainerImage {
  readonly container: string;
  readonly image: string;
}

interface Evidence {
  readonly analysisRun: string;
  /** The Experiment that asked for the run. */
  readonly experiment?: string;
  /** `Step`, `Background`, `PrePromotion`…; absent when the Rollout does not record the run. */
  readonly purpose?: string;
  readonly phase: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly completedAt?: string;
  readonly metrics: readonly MetricEvidence[];
}

interface MetricEvidence {
  readonly name: string;
  readonly phase: string;
  readonly message?: string;
  /** The thresholds as they stand in the template, arguments filled in. */
  readonly successCondition?: string;
  readonly failureCondition?: string;
  readonly failureLimit?: string | number;
  readonly successful: number;
  readonly failed: number;
  readonly error: number;
  readonly inconclusive: number;
  /** The last ones, oldest first. */
  readonly measurements: readonly {
    readonly phase: string;
    readonly value?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  }[];
}

/** How much of a run is told. */
interface Detail {
  /** Of one metric, the last ones. */
  readonly measurements: number;
  /** Characters of a value, a message or a condition. */
  readonly text: number;
}

const metricsShown = 20;
/** The more there is to tell, the less of each. */
const details: readonly [Detail, ...Detail[]] = [
  { measurements: 5, text: 500 },
  { measurements: 1, text: 200 },
  { measurements: 0, text: 100 },
];
/** Of all evidence together, in bytes: an object's annotations have 262,144 (Kubernetes' limit), of which others need some. */
const mostEvidence = 100_000;

export interface RunsOfExperiment {
  readonly experiment: string;
  readonly runs: readonly AnalysisRun[];
}

/** The record of the abort that the status tells of; undefined when it tells of none. */
export function abortRecordOf(
  rollout: Rollout,
  runs: readonly AnalysisRun[],
  stableTemplate: PodTemplateSpec | undefined,
  ofExperiments: readonly RunsOfExperiment[] = [],
): AbortRecord | undefined {
  const { metadata, spec, status = {} } = rollout;
  const { abortedAt, stableRS } = status;
  if (status.abort !== true || abortedAt === undefined || abortedAt === null) return undefined;
  const steps = spec.strategy?.canary?.steps ?? [];
  const evidence = fitting((detail) => [
    ...evidenceOf(rollout, runs, detail),
    ...ofExperiments.flatMap((each) =>
      evidenceOf(rollout, each.runs, detail).map(({ analysisRun, ...rest }) => ({
        ...{ analysisRun, experiment: each.experiment },
        ...rest,
      })),
    ),
  ]);
  return {
    version: 'v1',
    rollout: { namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '' },
    revision: Number(metadata.annotations?.[revisionAnnotation] ?? 0),
    podTemplateHash: status.currentPodHash ?? '',
    images: imagesOf(spec.template),
    ...(stableRS && {
      stable: { podTemplateHash: stableRS, ...(stableTemplate && { images: imagesOf(stableTemplate) }) },
    }),
    abortedAt,
    cause: cut(causeOf(rollout), details[0].text),
    ...(steps.length > 0 && { step: { index: status.currentStepIndex ?? 0, count: steps.length } }),
    verdict: evidence.evidence.length > 0 ? 'analysis' : 'other',
    ...evidence,
  };
}

/** All evidence in as much detail as there is room for; when even the least is too much, the first runs of it. */
function fitting(
  gathered: (detail: Detail) => readonly Evidence[],
): Pick<AbortRecord, 'evidence' | 'evidenceLeftOut'> {
  let evidence: readonly Evidence[] = [];
  for (const detail of details) {
    evidence = gathered(detail);
    if (bytesOf(evidence) <= mostEvidence) return { evidence };
  }
  let room = mostEvidence;
  const kept = evidence.filter((each) => {
    room -= bytesOf(each);
    return room >= 0;
  });
  return { evidence: kept, evidenceLeftOut: evidence.length - kept.length };
}

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

function causeOf({ status }: Rollout): string {
  const condition = status?.conditions?.find(({ reason }) => reason === 'RolloutAborted');
  return condition?.message ?? status?.message ?? '';
}

function imagesOf(template: PodTemplateSpec | undefined): readonly ContainerImage[] {
  const { containers = [], initContainers = [] } = (template?.spec ?? {}) as {
    containers?: { name: string; image?: string }[];
    initContainers?: { name: string; image?: string }[];
  };
  return [...containers, ...initContainers].map(({ name, image = '' }) => ({ container: name, image }));
}

function evidenceOf(rollout: Rollout, runs: readonly AnalysisRun[], detail: Detail): readonly Evidence[] {
  const purposes = Object.entries(recordedRuns(rollout.status ?? {}));
  return runs.flatMap((run) => {
    const { phase, message, startedAt, completedAt } = run.status ?? {};
    if (phase !== 'Failed' && phase !== 'Error') return [];
    const purpose = purposes.find(([, recorded]) => recorded?.name === run.metadata.name)?.[0];
    return [
      {
        analysisRun: run.metadata.name,
        ...(purpose && { purpose }),
        phase,
        ...(message && { message: cut(message, detail.text) }),
        ...(startedAt && { startedAt }),
        ...(completedAt && { completedAt }),
        metrics: metricsOf(run, detail),
      },
    ];
  });
}

function metricsOf({ spec, status }: AnalysisRun, { measurements, text }: Detail): readonly MetricEvidence[] {
  const bad = (status?.metricResults ?? []).filter(
    ({ phase, dryRun }) =>
      dryRun !== true && phase !== 'Successful' && phase !== 'Running' && phase !== 'Pending',
  );
  return bad.slice(0, metricsShown).map((result) => {
    const metric = spec.metrics?.find(({ name }) => name === result.name);
    return {
      name: result.name,
      phase: result.phase,
      ...(result.message && { message: cut(result.message, text) }),
      ...(metric?.successCondition && { successCondition: cut(metric.successCondition, text) }),
      ...(metric?.failureCondition && { failureCondition: cut(metric.failureCondition, text) }),
      ...(metric?.failureLimit !== undefined && { failureLimit: metric.failureLimit }),
      successful: result.successful ?? 0,
      failed: result.failed ?? 0,
      error: result.error ?? 0,
      inconclusive: result.inconclusive ?? 0,
      measurements: (result.measurements ?? [])
        .slice(Math.max(0, (result.measurements?.length ?? 0) - measurements))
        .map(({ phase, value, message, startedAt, finishedAt }) => ({
          phase,
          ...(value && { value: cut(value, text) }),
          ...(message && { message: cut(message, text) }),
          ...(startedAt && { startedAt }),
          ...(finishedAt && { finishedAt }),
        })),
    };
  });
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
