import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { analysesOf } from '../../api/v1alpha1/rollout-analyses.ts';
import { formatFieldError } from '../../api/validation/field-error.ts';
import { validateRollout } from '../../api/validation/validate-rollout.ts';
import type { PodTemplateSpec } from '../../api/workloads.ts';
import { addSeconds, earliest, type Instant } from '../../kernel/instant.ts';
import { onceWhileSame } from '../../kernel/once-for-each.ts';
import { type TemplateProblem, validateAnalysisUse } from '../analysis/validate-templates.ts';
import type { Plan } from '../plan.ts';
import { withCondition } from './conditions.ts';
import type { PodSource } from './identity.ts';
import type { Observed } from './observed.ts';

/** How long until an invalid Rollout is looked at again though nothing of it changed: what it names may appear. Seconds. */
const lookAgainSeconds = 20;

/** What is wrong with the Rollout or with what it names, as one sentence; undefined when nothing is. Only the first is said. */
export function problemOf(observed: Observed, { template }: PodSource): string | undefined {
  return knownProblem({ observed, template });
}

interface Judged {
  readonly observed: Observed;
  readonly template: PodTemplateSpec;
}

/** Most decisions come after a change of a status, which says nothing new about the spec. */
const knownProblem = onceWhileSame<Judged, string | undefined>(
  firstProblem,
  ({ observed: { rollout, services, routers, templates, supported }, template }) => [
    rollout.metadata.name,
    rollout.metadata.namespace,
    rollout.metadata.uid,
    rollout.metadata.labels,
    rollout.metadata.annotations,
    analysesOf(rollout).length > 0 ? rollout.status : undefined, // arguments may refer to it
    template,
    supported,
    ...Object.values(services),
    ...Object.values(templates),
    ...routers.flatMap((router) => [
      router.kind,
      router.supported,
      router.capabilities,
      router.problems.length > 0 ? router : undefined,
    ]),
  ],
  ({ observed }) => observed.rollout.spec,
);

function firstProblem({ observed, template }: Judged): string | undefined {
  const { rollout, services, routers, templates, supported } = observed;
  const [first] = validateRollout(rollout, {
    ...(rollout.spec.workloadRef !== undefined && { template }),
    services,
    routers,
    templates,
    templateProblems: templateProblems(observed),
    ...(supported !== undefined && { supported }),
  });
  return first === undefined ? undefined : formatFieldError(first);
}

function templateProblems({ rollout, templates }: Observed): TemplateProblem[] {
  return analysesOf(rollout).flatMap(({ purpose, ...use }) => {
    const problem = validateAnalysisUse({ ...use, rollout, templates, background: purpose === 'Background' });
    return problem === undefined ? [] : [problem];
  });
}

/**
 * Says what is wrong, and touches nothing else: what serves goes on serving.
 * @param wayBack of a release that is called off all the same: it is gone, and what is wrong is said on top of it.
 */
export function invalidSpecPlan(
  { rollout }: Observed,
  problem: string,
  { now, wayBack }: { readonly now: Instant; readonly wayBack?: Plan<RolloutStatus> | undefined },
): Plan<RolloutStatus> {
  const message = `The Rollout "${rollout.metadata.name}" is invalid: ${problem}`;
  const said = (rollout.status?.conditions ?? []).filter(({ type }) => type === 'InvalidSpec');
  const isNews = !said.some((condition) => condition.message === message);
  const verdict = { type: 'InvalidSpec', status: 'True', reason: 'InvalidSpec', message } as const;
  const before =
    wayBack === undefined
      ? (rollout.status?.conditions ?? [])
      : [...(wayBack.status?.conditions ?? []), ...said];
  const lookAgainAt = addSeconds(now, lookAgainSeconds);
  return {
    actions: [],
    events: [],
    ...wayBack,
    status: {
      canary: {},
      blueGreen: {},
      ...(wayBack?.status ?? rollout.status),
      conditions: withCondition(before, verdict, now, isNews),
      observedGeneration: String(rollout.metadata.generation ?? 0),
      phase: 'Degraded',
      message: `InvalidSpec: ${message}`,
    },
    wakeAt: earliest(lookAgainAt, wayBack?.wakeAt) ?? lookAgainAt,
    reason:
      wayBack === undefined ? 'the spec is invalid' : 'the spec is invalid, and the release is called off',
  };
}
