import type { Container, ContainerStatus, Pod } from '../../api/workloads.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import type { Stage } from './pod-life.ts';
import { conditionOf } from './pods.ts';

type PodCondition = NonNullable<NonNullable<Pod['status']>['conditions']>[number] & { message?: string };

export interface PodPlace {
  readonly podIP: string;
  readonly hostIP: string;
  readonly placedAt: Instant;
}

/** The status of a pod in a stage, as the kubelet writes it. Conditions of others, such as readiness gates, stay. */
export function podStatus(pod: Pod, stage: Stage, place: PodPlace, now: Instant): Record<string, unknown> {
  const containersReady = stage.kind === 'running' && stage.ready;
  const ready = containersReady && openGates(pod);
  const isOver = stage.kind === 'finished';
  const notReady = isOver
    ? 'PodCompleted'
    : ready
      ? undefined
      : containersReady
        ? 'ReadinessGatesNotReady'
        : 'ContainersNotReady';
  const started = stage.kind !== 'creating';
  const own: PodCondition[] = [
    condition('PodReadyToStartContainers', started),
    condition('Initialized', true, isOver ? 'PodCompleted' : undefined),
    condition('Ready', ready, notReady, unreadyMessage(pod, notReady)),
    condition(
      'ContainersReady',
      containersReady,
      containersReady ? undefined : isOver ? 'PodCompleted' : 'ContainersNotReady',
    ),
    condition('PodScheduled', true),
  ];
  const ownTypes = new Set(own.map(({ type }) => type));
  const others = (pod.status?.conditions ?? []).filter(({ type }) => !ownTypes.has(type));
  return {
    phase: phaseOf(stage),
    conditions: [...others, ...own.map((entry) => dated(pod, entry, now))],
    hostIP: place.hostIP,
    hostIPs: [{ ip: place.hostIP }],
    ...(started && stage.kind !== 'image-failed'
      ? { podIP: place.podIP, podIPs: [{ ip: place.podIP }] }
      : {}),
    startTime: formatInstant(place.placedAt),
    containerStatuses: (pod.spec?.containers ?? []).map((container) =>
      containerStatus(pod, container, stage),
    ),
    ...initStatuses(pod, stage, place),
    qosClass: qosClass(pod),
  };
}

function phaseOf(stage: Stage): string {
  if (stage.kind === 'creating' || stage.kind === 'image-failed') return 'Pending';
  if (stage.kind === 'finished') return stage.exitCode === 0 ? 'Succeeded' : 'Failed';
  return 'Running';
}

/** Every gate that the pod names must have been opened by somebody. */
function openGates(pod: Pod): boolean {
  const gates = (pod.spec?.['readinessGates'] ?? []) as { conditionType: string }[];
  return gates.every(({ conditionType }) => conditionOf(pod, conditionType)?.status === 'True');
}

function unreadyMessage(pod: Pod, reason: string | undefined): string | undefined {
  if (reason === 'ReadinessGatesNotReady') {
    const gates = (pod.spec?.['readinessGates'] ?? []) as { conditionType: string }[];
    const closed = gates.filter(({ conditionType }) => conditionOf(pod, conditionType)?.status !== 'True');
    return closed
      .map(
        ({ conditionType }) =>
          `corresponding condition of pod readiness gate "${conditionType}" does not exist.`,
      )
      .join(', ');
  }
  if (reason !== 'ContainersNotReady') return undefined;
  return `containers with unready status: [${(pod.spec?.containers ?? []).map(({ name }) => name).join(' ')}]`;
}

function condition(type: string, holds: boolean, reason?: string, message?: string): PodCondition {
  return {
    type,
    status: holds ? 'True' : 'False',
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  };
}

/** A condition keeps its time while its status is the same. */
function dated(pod: Pod, entry: PodCondition, now: Instant): PodCondition {
  const before = conditionOf(pod, entry.type);
  const kept = before?.status === entry.status ? before.lastTransitionTime : undefined;
  return { ...entry, lastTransitionTime: kept ?? formatInstant(now) };
}

function containerStatus(
  pod: Pod,
  { name, image = '' }: Container,
  stage: Stage,
): ContainerStatus & Record<string, unknown> {
  const isUp = stage.kind === 'running';
  const base = { name, image, imageID: '', ready: false, started: false, restartCount: 0, lastState: {} };
  const pulled = {
    ...base,
    imageID: `sandbox://${image}`,
    containerID: `sandbox://${pod.metadata.uid}/${name}`,
  };
  switch (stage.kind) {
    case 'creating':
      return { ...base, state: { waiting: { reason: 'ContainerCreating' } } };
    case 'image-failed':
      return {
        ...base,
        state: { waiting: { reason: stage.reason, message: imageMessage(image, stage.reason) } },
      };
    case 'running':
      return {
        ...pulled,
        ready: stage.ready,
        started: isUp,
        restartCount: stage.restarts,
        state: { running: { startedAt: formatInstant(stage.startedAt) } },
      };
    case 'crashed': {
      const message = `back-off restarting failed container=${name} pod=${pod.metadata.name}_${pod.metadata.namespace}`;
      const finishedAt = formatInstant(stage.endedAt);
      return {
        ...pulled,
        restartCount: stage.restarts,
        state: { waiting: { reason: 'CrashLoopBackOff', message } },
        lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt } },
      };
    }
    case 'finished':
      return {
        ...pulled,
        state: {
          terminated: {
            exitCode: stage.exitCode,
            reason: stage.exitCode === 0 ? 'Completed' : 'Error',
            startedAt: formatInstant(stage.startedAt),
            finishedAt: formatInstant(stage.endedAt),
          } as NonNullable<ContainerStatus['state']>['terminated'] & object,
        },
      };
  }
}

function imageMessage(image: string, reason: string): string {
  return reason === 'ErrImagePull'
    ? `failed to pull and unpack image "${image}": not found`
    : `Back-off pulling image "${image}"`;
}

/** Init containers have done their work when the others start. */
function initStatuses(pod: Pod, stage: Stage, { placedAt }: PodPlace): Record<string, unknown> {
  const containers = pod.spec?.initContainers ?? [];
  if (containers.length === 0) return {};
  const at = formatInstant(placedAt);
  const isDone = stage.kind !== 'creating' && stage.kind !== 'image-failed';
  return {
    initContainerStatuses: containers.map(({ name, image = '' }) => ({
      name,
      image,
      imageID: isDone ? `sandbox://${image}` : '',
      ready: isDone,
      restartCount: 0,
      state: isDone
        ? { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } }
        : { waiting: { reason: 'PodInitializing' } },
    })),
  };
}

function qosClass({ spec }: Pod): string {
  const resources = (spec?.containers ?? []).map(
    (container) => (container['resources'] ?? {}) as { requests?: object; limits?: object },
  );
  const isGuaranteed = resources.every(
    ({ requests, limits }) =>
      limits !== undefined && JSON.stringify(requests ?? limits) === JSON.stringify(limits),
  );
  if (isGuaranteed && resources.length > 0) return 'Guaranteed';
  return resources.some(({ requests, limits }) => requests !== undefined || limits !== undefined)
    ? 'Burstable'
    : 'BestEffort';
}
