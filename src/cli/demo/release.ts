import { podTemplateHashLabel } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import { resources } from '../../api/resources.ts';
import type { AnalysisTemplate } from '../../api/v1alpha1/analysis.ts';
import type { CanaryStep, Rollout, RolloutPhase } from '../../api/v1alpha1/rollout.ts';
import type { ReplicaSet } from '../../api/workloads.ts';
import { secondsBetween } from '../../kernel/instant.ts';
import { createSimulation, type Simulation } from '../../sim/simulation.ts';
import type { Frame, Gauge } from './screen.ts';

/** One release of the demo, played on the embedded cluster. */
export interface Release {
  readonly title: string;
  /** Lets this much of the release happen, and looks. */
  advance(seconds: number): Promise<Frame>;
  readonly phase: () => RolloutPhase | undefined;
  /** Every sentence of the release's story, with its time. */
  readonly story: readonly { readonly atSeconds: number; readonly text: string }[];
  /** Invariants that were broken on the way; empty is as it must be. */
  readonly broken: readonly string[];
  stop(): Promise<void>;
}

export interface ReleasePlan {
  readonly title: string;
  readonly manifests: readonly KubeObject[];
  readonly crds: readonly KubeObject[];
  readonly image: string;
  /** How the new version behaves: annotations of its pods, see `docs/sandbox.md`. */
  readonly behaviour: Readonly<Record<string, string>>;
}

const namespace = 'default';

/** Applies the manifests, waits until the first version is at rest, and sets the new image. */
export async function startRelease(plan: ReleasePlan): Promise<Release> {
  const simulation = await createSimulation({ crds: plan.crds });
  await simulation.apply(...plan.manifests);
  const name = plan.manifests.find(({ kind }) => kind === 'Rollout')?.metadata.name ?? '';
  const ref = { type: resources.rollouts, namespace, name };
  const rollout = () => simulation.get(ref) as Rollout;
  for (let waited = 0; waited < 120 && rollout().status?.phase !== 'Healthy'; waited += 1)
    await simulation.advance(1);
  await simulation.advance(60); // some traffic on the stable version first
  const startedAt = simulation.clock.now();
  const known = new Set(eventsOf(simulation, name).map(eventKey));
  await simulation.user.patch(ref, {
    kind: 'merge',
    body: { spec: { template: newTemplate(rollout(), plan) } },
  });

  const gauges = gaugesOf(plan.manifests, simulation);
  const story: { atSeconds: number; text: string }[] = [];
  const elapsed = () => secondsBetween(startedAt, simulation.clock.now());
  return {
    title: plan.title,
    story,
    phase: () => rollout().status?.phase,
    get broken() {
      return simulation.violations.map(({ invariant, detail }) => `${invariant}: ${detail}`);
    },
    async advance(seconds) {
      await simulation.advance(seconds);
      for (const event of eventsOf(simulation, name)) {
        if (known.has(eventKey(event))) continue;
        known.add(eventKey(event));
        story.push({ atSeconds: elapsed(), text: (event as { message?: string }).message ?? '' });
      }
      return frameOf(
        plan.title,
        simulation,
        rollout(),
        elapsed(),
        gauges(),
        story.map(({ text }) => text),
      );
    },
    stop: () => simulation.stop(),
  };
}

function newTemplate({ spec }: Rollout, { image, behaviour }: ReleasePlan): object {
  const containers = (spec.template?.spec?.containers ?? []).map((container) => ({ ...container, image }));
  return { metadata: { annotations: behaviour }, spec: { containers } };
}

type EventObject = KubeObject & {
  count?: number;
  reason?: string;
  involvedObject?: { name?: string; kind?: string };
};

function eventsOf(simulation: Simulation, name: string): readonly EventObject[] {
  const events = simulation.list(resources.events, namespace) as readonly EventObject[];
  return events
    .filter(({ involvedObject }) => involvedObject?.kind === 'Rollout' && involvedObject.name === name)
    .toSorted((one, other) => versionOf(one) - versionOf(other));
}

/** In the embedded cluster versions are numbers that grow with every write, so they tell the order. */
function versionOf({ metadata }: EventObject): number {
  return Number(metadata.resourceVersion ?? 0);
}

function eventKey({ metadata, count }: EventObject): string {
  return `${metadata.name}/${count ?? 1}`;
}

function frameOf(
  title: string,
  simulation: Simulation,
  { spec, status, metadata }: Rollout,
  elapsedSeconds: number,
  gauges: readonly Gauge[],
  story: readonly string[],
): Frame {
  const steps = spec.strategy?.canary?.steps ?? [];
  const revisions = simulation.list(resources.replicaSets, namespace) as readonly ReplicaSet[];
  const revision = (hash: string | undefined) =>
    revisions.find(({ metadata }) => hash !== undefined && metadata.labels?.[podTemplateHashLabel] === hash);
  const stable = revision(status?.stableRS);
  const canary = status?.currentPodHash === status?.stableRS ? undefined : revision(status?.currentPodHash);
  const shares = simulation.world.traffic.effectiveSplit({ namespace, host: metadata.name });
  const canaryShare =
    shares.find(
      ({ podTemplateHash }: { podTemplateHash: string }) =>
        canary !== undefined && podTemplateHash === status?.currentPodHash,
    )?.share ?? 0;
  return {
    title,
    elapsedSeconds,
    phase: status?.phase ?? 'Progressing',
    message: status?.message ?? '',
    steps: steps.map(stepText),
    stepIndex: status?.abort === true ? -1 : (status?.currentStepIndex ?? 0),
    canaryWeight: Math.round(canaryShare * 100),
    stableImage: imageOf(stable),
    canaryImage: canary && imageOf(canary),
    pods: { stable: stable?.status?.availableReplicas ?? 0, canary: canary?.status?.availableReplicas ?? 0 },
    gauges,
    story,
  };
}

function stepText({ setWeight, pause, analysis }: CanaryStep): string {
  if (setWeight !== undefined) return `${setWeight} %`;
  if (pause !== undefined) return pause.duration === undefined ? 'wait' : `wait ${pause.duration}`;
  return analysis === undefined ? 'step' : 'check';
}

function imageOf(replicaSet: ReplicaSet | undefined): string {
  const image = replicaSet?.spec.template.spec?.containers[0]?.image ?? '';
  return image.slice(image.lastIndexOf('/') + 1);
}

/** One gauge for each template: its own query and its own limit, asked as the analysis asks. */
function gaugesOf(manifests: readonly KubeObject[], simulation: Simulation): () => Gauge[] {
  const templates = manifests.filter(({ kind }) => kind === 'AnalysisTemplate') as AnalysisTemplate[];
  const rollout = manifests.find(({ kind }) => kind === 'Rollout') as Rollout;
  const tracked = templates.map(({ spec, metadata }) => {
    const values = new Map((spec.args ?? []).map(({ name, value }) => [name, value ?? '']));
    for (const { name, value } of argumentsFor(rollout, metadata.name)) values.set(name, value ?? namespace);
    const fill = (text = '') =>
      text.replace(/\{\{\s*args\.([\w-]+)\s*\}\}/g, (_, name: string) => values.get(name) ?? '');
    const metric = spec.metrics?.[0];
    return {
      name: metric?.name ?? metadata.name,
      query: fill(metric?.provider.prometheus?.query),
      limit: Number(/<=\s*([\d.]+)/.exec(fill(metric?.successCondition))?.[1] ?? 1),
      history: [] as (number | undefined)[],
    };
  });
  return () =>
    tracked.map(({ name, query, limit, history }) => {
      history.push(ask(simulation, query));
      return { name, limit, history: [...history], format: limit < 1 ? asPercent : asMilliseconds };
    });
}

function argumentsFor({ spec }: Rollout, templateName: string) {
  const canary = spec.strategy?.canary;
  const uses = [canary?.analysis, ...(canary?.steps ?? []).map(({ analysis }) => analysis)];
  return (
    uses.find((use) => use?.templates?.some((template) => template.templateName === templateName))?.args ?? []
  );
}

function ask(simulation: Simulation, query: string): number | undefined {
  const { body } = simulation.world.prometheus.handle({
    method: 'GET',
    url: `/api/v1/query?query=${encodeURIComponent(query)}`,
  });
  const { data } = body as { data?: { result?: { value: [number, string] }[] } };
  const value = Number(data?.result?.[0]?.value[1] ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

const asPercent = (value: number) => `${(value * 100).toFixed(1)} %`;
const asMilliseconds = (value: number) => `${Math.round(value)} ms`;
