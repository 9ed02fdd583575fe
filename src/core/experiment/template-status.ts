import type { ExperimentStatus } from '../../api/v1alpha1/experiment.ts';
import { defaultProgressDeadlineSeconds } from '../../api/validation/experiment.ts';
import { addSeconds, formatInstant, type Instant, parseInstant } from '../../kernel/instant.ts';
import { desiredSize, isEnding } from './ending.ts';
import { wantsService } from './objects.ts';
import type { Refusal, Taken } from './observed.ts';
import {
  finishesAt,
  hashOf,
  isTemplateCompleted,
  replicaSetName,
  replicaSetOf,
  type Seen,
  serviceNameOf,
  servicesOfTemplate,
  type TemplateSpec,
  type TemplateStatus,
  templateStatusOf,
} from './situation.ts';

/** How a template is doing, after what was observed. An end is final; the counts go on. */
export function nextTemplateStatus(
  seen: Seen,
  status: ExperimentStatus,
  template: TemplateSpec,
): TemplateStatus {
  const before = templateStatusOf(status, template.name) ?? { name: template.name, ...noPods };
  const after = { ...withoutService(before), ...countsOf(seen, template), ...serviceFacts(seen, template) };
  const { lastTransitionTime: _, ...timeless } = after;
  const movedAt = hasMoved(seen, status, template, before)
    ? formatInstant(seen.now)
    : before.lastTransitionTime;
  const timed = { ...timeless, ...(movedAt !== undefined && { lastTransitionTime: movedAt }) };
  return isTemplateCompleted(before.status) ? timed : judged(seen, status, template, timed);
}

/** When a template that is not up counts as failed; undefined while there is nothing to wait for. */
export function templateDeadline({ spec }: Pick<Seen, 'spec'>, status: TemplateStatus): Instant | undefined {
  const since = parseInstant(status.lastTransitionTime);
  return since === undefined ? undefined : addSeconds(since, progressDeadlineOf(spec));
}

const noPods = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 };

function progressDeadlineOf({
  progressDeadlineSeconds = defaultProgressDeadlineSeconds,
}: Seen['spec']): number {
  return progressDeadlineSeconds;
}

function countsOf(seen: Seen, template: TemplateSpec): typeof noPods {
  const {
    replicas = 0,
    readyReplicas = 0,
    availableReplicas = 0,
  } = replicaSetOf(seen, template)?.status ?? {};
  return { replicas, updatedReplicas: replicas, readyReplicas, availableReplicas };
}

function withoutService({ serviceName: _, podTemplateHash: __, ...rest }: TemplateStatus): TemplateStatus {
  return rest;
}

/** What a Rollout routes to: known once the Service is there, forgotten when it has gone. */
function serviceFacts(seen: Seen, template: TemplateSpec) {
  const replicaSet = replicaSetOf(seen, template);
  const service = wantedService(seen, template);
  if (replicaSet === undefined || service === undefined) return {};
  return { serviceName: service.metadata.name, podTemplateHash: hashOf(replicaSet) };
}

function wantedService(seen: Seen, template: TemplateSpec) {
  const name = serviceNameOf(seen.experiment, template);
  return servicesOfTemplate(seen, template).find(({ metadata }) => metadata.name === name);
}

/** Something moves: the progress deadline counts from here. */
function hasMoved(
  seen: Seen,
  status: ExperimentStatus,
  template: TemplateSpec,
  before: TemplateStatus,
): boolean {
  const counts = countsOf(seen, template);
  const changed = (Object.keys(counts) as (keyof typeof counts)[]).some((key) => counts[key] !== before[key]);
  if (changed) return true;
  const desired = desiredSize(seen, status, template);
  if (desired === 0) return false;
  const replicaSet = replicaSetOf(seen, template);
  if (replicaSet !== undefined) return (replicaSet.spec.replicas ?? 1) !== desired;
  return before.lastTransitionTime === undefined || nameTaken(seen, template) === undefined;
}

function judged(
  seen: Seen,
  status: ExperimentStatus,
  template: TemplateSpec,
  { message: _, ...before }: TemplateStatus,
): TemplateStatus {
  const { name } = template;
  const refused = refusalOf(seen, template);
  if (refused !== undefined) return { ...before, status: 'Error', message: refused };
  if (isEnding(seen, status)) return { ...before, status: 'Successful' };
  if (isUp(seen, status, template, before)) {
    const end = finishesAt(seen.spec, status);
    return { ...before, status: end !== undefined && seen.now >= end ? 'Successful' : 'Running' };
  }
  const deadline = templateDeadline(seen, before);
  if (deadline !== undefined && seen.now >= deadline) {
    const message = `Template '${name}' exceeded its progressDeadlineSeconds (${progressDeadlineOf(seen.spec)})`;
    return { ...before, status: 'Failed', message };
  }
  const blocked = nameTaken(seen, template);
  return {
    ...before,
    status: 'Progressing',
    ...(blocked !== undefined && {
      message: `${blocked.kind} '${blocked.name}' belongs to somebody else; waiting for it to go`,
    }),
  };
}

/** All pods are available, and the Service that they are reached by is there. */
function isUp(seen: Seen, status: ExperimentStatus, template: TemplateSpec, before: TemplateStatus): boolean {
  const desired = desiredSize(seen, status, template);
  if (before.availableReplicas !== desired) return false;
  return desired === 0 || !wantsService(template) || wantedService(seen, template) !== undefined;
}

/**
 * What keeps a template from being made, and may pass. A ReplicaSet of that name does in any case, as on the peer; a
 * Service only when it is left from an earlier Experiment of this name, for others stay.
 */
export function nameTaken(seen: Seen, template: TemplateSpec): Taken | undefined {
  const { experiment, observed } = seen;
  return observed.taken.find(({ kind, name, isLeftover }) =>
    kind === 'ReplicaSet'
      ? name === replicaSetName(experiment, template)
      : isLeftover && wantsService(template) && name === serviceNameOf(experiment, template),
  );
}

/** Why a template can never be made, as the peer says it. */
function refusalOf(seen: Seen, template: TemplateSpec): string | undefined {
  const { experiment, observed, spec } = seen;
  const [replicaSet, service] = [replicaSetName(experiment, template), serviceNameOf(experiment, template)];
  const found = observed.refusals.find(({ kind, name }) =>
    kind === 'Service' ? name === service : name === replicaSet,
  );
  if (found !== undefined) return refusalText(found, template.name, template.replicas ?? 1);
  const isTaken = observed.taken.some(
    ({ kind, name, isLeftover }) => kind === 'Service' && !isLeftover && name === service,
  );
  const isNeeded = spec.terminate !== true && wantsService(template) && (template.replicas ?? 1) > 0;
  if (!isTaken || !isNeeded) return undefined;
  const problem = `service ${service} already exists and is not owned by experiment template ${template.name}`;
  return `Failed to create Service ${service} for template '${template.name}': ${problem}`;
}

function refusalText({ kind, name, message }: Refusal, template: string, size: number): string {
  switch (kind) {
    case 'Service':
      return `Failed to create Service ${name} for template '${template}': ${message}`;
    case 'ReplicaSet scale':
      return `Unable to scale ReplicaSet for template '${template}' to desired replica count '${size}': ${message}`;
    default:
      return `Failed to create ReplicaSet for template '${template}': ${message}`;
  }
}
