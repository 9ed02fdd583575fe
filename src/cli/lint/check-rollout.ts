import { providerKinds } from '../../api/measurement.ts';
import { resources } from '../../api/resources.ts';
import type { AnalysisTemplate } from '../../api/v1alpha1/analysis.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { type FieldError, formatFieldError } from '../../api/validation/field-error.ts';
import { stepKinds } from '../../api/validation/steps.ts';
import { validateRollout } from '../../api/validation/validate-rollout.ts';
import type { PodTemplateSpec, Service } from '../../api/workloads.ts';
import { routers } from '../../routers/registry.ts';
import { serviceNamesOf } from '../../shell/observe-rollout.ts';
import { observeRouters } from '../../shell/observe-routers.ts';
import { observeTemplates } from '../../shell/observe-templates.ts';
import { workloadOf } from '../../shell/observe-workload.ts';
import { checkExperimentSteps } from './check-experiment.ts';
import { checkSplit } from './check-split.ts';
import { missingFix } from './check-template.ts';
import { checkUses } from './check-uses.ts';
import { type Complaint, error, warning } from './finding.ts';
import type { World } from './world.ts';

/** A Rollout as the controller would judge it, against the objects of the files, and what the controller lets pass. */
export function checkRollout(rollout: Rollout, world: World): readonly Complaint[] {
  const workload = followWorkload(rollout, world);
  const services = serviceNamesOf(rollout).map((name) => [name, serviceOf(rollout, name, world)] as const);
  const problems = validateRollout(rollout, {
    ...(workload.template !== undefined && { template: workload.template }),
    services: Object.fromEntries(services),
    routers: observeRouters(rollout, routers, world),
    templates: observeTemplates(rollout, world).found as Record<string, AnalysisTemplate | undefined>,
    supported: { routers: Object.keys(routers), providers: providerKinds, steps: stepKinds },
    templateProblems: [],
  });
  return [
    ...workload.complaints,
    ...problems.map((problem) => complaintOf(problem, world)),
    ...checkUses(rollout, world),
    ...checkExperimentSteps(rollout, world),
    ...checkSteps(rollout),
    ...checkSplit(rollout),
  ];
}

interface FollowedWorkload {
  readonly template?: PodTemplateSpec;
  readonly complaints: readonly Complaint[];
}

function followWorkload(rollout: Rollout, world: World): FollowedWorkload {
  const ref = workloadOf(rollout);
  if (ref === undefined) return { complaints: [] };
  const workload = world.get(ref.ref) as
    | { spec?: { template?: PodTemplateSpec }; template?: PodTemplateSpec }
    | undefined;
  if (workload === undefined) {
    const { kind = '', name = '' } = rollout.spec.workloadRef ?? {};
    const message = `${kind} ${JSON.stringify(name)} not found in these files`;
    const field = 'spec.workloadRef.name';
    return { complaints: [{ severity: world.missing, field, message, fix: missingFix }] };
  }
  const template = workload.spec?.template ?? workload.template;
  return { ...(template && { template }), complaints: [] };
}

function serviceOf(rollout: Rollout, name: string, world: World): Service | undefined {
  return world.get<Service>({ type: resources.services, namespace: rollout.metadata.namespace, name });
}

/** An object that is in none of the files is only as bad as the world says: it may be in the cluster. */
export function complaintOf(problem: FieldError, world: World): Complaint {
  const isMissing = /^(service|[a-z]+\.[a-z.\d-]+) ".*" not found$/.test(problem.detail);
  if (!isMissing) return error(problem.path, withoutPath(problem), fixOf(problem));
  const message = `${problem.detail} in these files`;
  return { severity: world.missing, field: problem.path, message, fix: missingFix };
}

function withoutPath(problem: FieldError): string {
  return formatFieldError(problem).slice(problem.path.length + 2);
}

/** What to do about a problem whose sentence does not say it. */
export function fixOf({ kind, path, detail, fix }: FieldError): string {
  if (fix !== undefined) return fix;
  const member = path.split('.').at(-1) ?? path;
  switch (kind) {
    case 'Required value':
      return `Add ${member}.`;
    case 'Duplicate value':
      return `Give ${member} a value that no other has.`;
    case 'Forbidden':
      return `Remove ${member}.`;
    case 'Unsupported value':
      return detail.startsWith('supported values') ? 'Use one of the supported values.' : `Remove ${member}.`;
    default:
      return `Change ${member} so that the sentence no longer holds.`;
  }
}

/** Steps that are legal and surely not meant. */
function checkSteps({ spec }: Rollout): readonly Complaint[] {
  const { steps = [], trafficRouting, maxSurge, analysis, bake } = spec.strategy?.canary ?? {};
  const found: Complaint[] = [];
  const { startingStep = 0 } = analysis ?? {};
  if (startingStep > 0 && startingStep >= steps.length && bake === undefined) {
    const what = `there is no step ${startingStep}: the last of ${steps.length} is ${steps.length - 1}, so that the analysis never runs`;
    found.push(
      warning(
        'spec.strategy.canary.analysis.startingStep',
        what,
        'Name a step that there is; the first is 0.',
      ),
    );
  }
  let weight = 0;
  for (const [index, { setWeight }] of steps.entries()) {
    if (setWeight === undefined) continue;
    if (setWeight < weight) {
      const field = `spec.strategy.canary.steps[${index}].setWeight`;
      const what = `the weight goes down from ${weight} to ${setWeight} during the release`;
      found.push(warning(field, what, 'Put the steps in rising order, unless this is meant.'));
    }
    weight = setWeight;
  }
  const replicas = spec.replicas ?? 1;
  const coarse = steps.findIndex(
    ({ setWeight = 0 }) => setWeight > 0 && setWeight < 100 && trafficRouting === undefined && replicas === 1,
  );
  if (coarse !== -1 && maxSurge === undefined) {
    const field = `spec.strategy.canary.steps[${coarse}].setWeight`;
    const what = 'without a traffic router the weight is a share of the pods, and there is only 1';
    found.push(warning(field, what, 'Configure a traffic router, or run more replicas.'));
  }
  return found;
}
