import { controllerOf, type KubeObject, matchesSelector, type ObjectKey, objectKey } from '../../api/meta.ts';
import type { PodTemplateSpec, ReplicaSet } from '../../api/workloads.ts';
import type { Instant } from '../../kernel/instant.ts';
import { fnv1a32 } from '../../kernel/random.ts';
import type { Controller } from './controller.ts';
import { freshSize, recreateStep, rollingStep } from './deployment-scale.ts';
import { deploymentStatus } from './deployment-status.ts';
import { type Deployment, type Limits, limitsOf, wantedOf } from './deployment-types.ts';
import { recordEvent } from './events.ts';
import { isEnding, isFinished } from './pods.ts';
import { isDifferent } from './replica-set.ts';
import { controllerReference, storageOf, type WorkloadApi, workloadResources } from './workload-api.ts';

const { deployments, replicaSets } = workloadResources;
const component = 'deployment-controller';
const hashLabel = 'pod-template-hash';
const revisionKey = 'deployment.kubernetes.io/revision';
/** The numbers that a ReplicaSet had before it was gone back to. */
const revisionHistoryKey = 'deployment.kubernetes.io/revision-history';
/** Of what the controller itself remembers: revisions and sizes. */
const controllerPrefix = 'deployment.kubernetes.io/';
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

export const deploymentController: Controller = {
  name: 'deployment',
  concerns({ resource, type, object, previous }, api) {
    const { namespace, name } = object.metadata;
    if (resource === 'pods') return type === 'DELETED' ? ownerOfOwner(api, object) : [];
    if (resource === storageOf(deployments)) return [objectKey(namespace, name)];
    if (resource !== storageOf(replicaSets)) return [];
    const owner = controllerOf(object) ?? (previous === undefined ? undefined : controllerOf(previous));
    return owner?.kind === 'Deployment' ? [objectKey(namespace, owner.name)] : [];
  },
  reconcile(namespace, name, api) {
    const deployment = api.get<Deployment>(deployments, namespace, name);
    if (deployment === undefined || isEnding(deployment)) return undefined;
    const paused = deployment.spec.paused === true;
    adoptRevisions(api, deployment);
    const known = revisionsOf(api, deployment);
    const found = known.find((replicaSet) => isSameTemplate(replicaSet, deployment));
    const old = known.filter((replicaSet) => replicaSet !== found);
    const waits = paused || (isRecreate(deployment) && isAnyLeft(api, old));
    const fresh = found ?? (waits ? undefined : createRevision(api, deployment, known));
    if (fresh !== undefined && !paused) markRevision(api, deployment, fresh, old);
    resize(api, deployment, paused, fresh, old);
    forgetRevisions(api, deployment, old);
    return report(api, deployment, fresh);
  },
};

/** `Recreate` waits for the last old pod to be gone. */
function ownerOfOwner(api: WorkloadApi, pod: KubeObject): ObjectKey[] {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'ReplicaSet') return [];
  const { namespace } = pod.metadata;
  const replicaSet = api.get<ReplicaSet>(replicaSets, namespace, owner.name);
  const deployment = replicaSet === undefined ? undefined : controllerOf(replicaSet);
  return deployment?.kind === 'Deployment' ? [objectKey(namespace, deployment.name)] : [];
}

/** ReplicaSets of nobody that the selector fits, such as an owner that was deleted alone leaves behind. */
function adoptRevisions(api: WorkloadApi, deployment: Deployment): void {
  for (const replicaSet of api.list<ReplicaSet>(replicaSets, deployment.metadata.namespace)) {
    if (controllerOf(replicaSet) !== undefined || isEnding(replicaSet)) continue;
    if (!matchesSelector(deployment.spec.selector, replicaSet.metadata.labels)) continue;
    const others = replicaSet.metadata.ownerReferences ?? [];
    const ownerReferences = [...others, controllerReference(deployments, deployment)];
    api.patch(replicaSets, replicaSet, { metadata: { ownerReferences } });
  }
}

/** `Recreate` makes its new ReplicaSet when the last pod of the old ones is gone. */
function isAnyLeft(api: WorkloadApi, old: readonly ReplicaSet[]): boolean {
  return old.some((replicaSet) => wantedOf(replicaSet) > 0) || podsOf(api, old) > 0;
}

/** Every ReplicaSet of the Deployment, oldest first. */
function revisionsOf(api: WorkloadApi, { metadata }: Deployment): ReplicaSet[] {
  return api
    .list<ReplicaSet>(replicaSets, metadata.namespace)
    .filter((replicaSet) => controllerOf(replicaSet)?.uid === metadata.uid && !isEnding(replicaSet))
    .sort((one, other) => revisionOf(one) - revisionOf(other));
}

function revisionOf({ metadata }: { metadata: { annotations?: Record<string, string> } }): number {
  return Number(metadata.annotations?.[revisionKey] ?? 0);
}

function isSameTemplate(replicaSet: ReplicaSet, { spec }: Deployment): boolean {
  return canonical(withoutHash(replicaSet.spec.template)) === canonical(withoutHash(spec.template));
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [hashLabel]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** JSON with sorted members: equal for equal values. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}

function createRevision(api: WorkloadApi, deployment: Deployment, known: readonly ReplicaSet[]): ReplicaSet {
  const { name, namespace } = deployment.metadata;
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = fnv1a32(canonical(template)).toString(36);
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  const revision = Math.max(0, ...known.map(revisionOf)) + 1;
  const limits = limitsOf(deployment);
  const replicas = freshSize(limits, 0, known);
  const created = api.create<ReplicaSet>(replicaSets, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: {
        ...ownAnnotations(deployment),
        [revisionKey]: String(revision),
        ...sizeAnnotations(limits),
      },
      ownerReferences: [controllerReference(deployments, deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  });
  if (replicas > 0) tellScaled(api, deployment, created, 0, replicas);
  return created;
}

/** What the controller remembers with each ReplicaSet that it sizes, to know later that it was the Deployment that was scaled. */
function sizeAnnotations({ desired, maxSurge }: Limits): Record<string, string> {
  return {
    'deployment.kubernetes.io/desired-replicas': String(desired),
    'deployment.kubernetes.io/max-replicas': String(desired + maxSurge),
  };
}

function ownAnnotations({ metadata }: Deployment): Record<string, string> {
  const kept = Object.entries(metadata.annotations ?? {}).filter(
    ([name]) => name !== lastApplied && !name.startsWith(controllerPrefix),
  );
  return Object.fromEntries(kept);
}

/** Its ReplicaSet follows, so that `kubectl rollout history` shows why a revision was made. What is taken away stays there. */
function changedAnnotations(deployment: Deployment, { metadata }: ReplicaSet): Record<string, string> {
  const own = Object.entries(ownAnnotations(deployment));
  return Object.fromEntries(own.filter(([name, value]) => metadata.annotations?.[name] !== value));
}

function historyOf(replicaSet: ReplicaSet): Record<string, string> {
  const before = replicaSet.metadata.annotations?.[revisionHistoryKey];
  const number = revisionOf(replicaSet);
  if (number === 0) return {};
  return { [revisionHistoryKey]: before === undefined ? String(number) : `${before},${number}` };
}

/** The newest revision has the highest number, also after going back; the Deployment shows it. */
function markRevision(
  api: WorkloadApi,
  deployment: Deployment,
  fresh: ReplicaSet,
  old: readonly ReplicaSet[],
): void {
  const revision = Math.max(revisionOf(fresh), Math.max(0, ...old.map(revisionOf)) + 1);
  const body = { metadata: { annotations: { [revisionKey]: String(revision) } } };
  const annotations = {
    ...changedAnnotations(deployment, fresh),
    ...(revisionOf(fresh) !== revision && { ...body.metadata.annotations, ...historyOf(fresh) }),
  };
  if (Object.keys(annotations).length > 0) api.patch(replicaSets, fresh, { metadata: { annotations } });
  if (revisionOf(deployment) !== revision) api.patch(deployments, deployment, body);
  const { minReadySeconds = 0 } = deployment.spec;
  if ((fresh.spec.minReadySeconds ?? 0) !== minReadySeconds)
    api.patch(replicaSets, fresh, { spec: { minReadySeconds } });
}

function resize(
  api: WorkloadApi,
  deployment: Deployment,
  paused: boolean,
  fresh: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): void {
  const limits = limitsOf(deployment);
  if (!paused && fresh === undefined) {
    for (const replicaSet of old) setSize(api, deployment, replicaSet, 0);
    return;
  }
  if (paused || fresh === undefined) {
    // Paused, it only follows `replicas`, and only while one revision runs.
    const running = [...(fresh === undefined ? [] : [fresh]), ...old].filter(
      (replicaSet) => wantedOf(replicaSet) > 0,
    );
    const [only] = running;
    if (only !== undefined && running.length === 1) setSize(api, deployment, only, limits.desired);
    return;
  }
  const sizes = isRecreate(deployment)
    ? recreateStep(limits, fresh, old, podsOf(api, old))
    : rollingStep(limits, fresh, old);
  for (const [replicaSet, size] of sizes) setSize(api, deployment, replicaSet, size);
}

function isRecreate({ spec }: Deployment): boolean {
  return spec.strategy?.type === 'Recreate';
}

function podsOf(api: WorkloadApi, owners: readonly ReplicaSet[]): number {
  return owners
    .flatMap(({ metadata }) => api.pods.ownedBy(metadata.uid ?? ''))
    .filter((pod) => !isFinished(pod)).length;
}

function setSize(api: WorkloadApi, deployment: Deployment, replicaSet: ReplicaSet, size: number): void {
  const before = wantedOf(replicaSet);
  if (before === size) return;
  const annotations = sizeAnnotations(limitsOf(deployment));
  api.patch(replicaSets, replicaSet, { metadata: { annotations }, spec: { replicas: size } });
  tellScaled(api, deployment, replicaSet, before, size);
}

function tellScaled(
  api: WorkloadApi,
  deployment: Deployment,
  replicaSet: ReplicaSet,
  before: number,
  size: number,
): void {
  const direction = size > before ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${replicaSet.metadata.name} from ${before} to ${size}`;
  recordEvent(api, deployment, { reason: 'ScalingReplicaSet', message, component });
}

/** Old revisions without pods are kept up to the limit, the latest. */
function forgetRevisions(api: WorkloadApi, { spec }: Deployment, old: readonly ReplicaSet[]): void {
  const idle = old.filter(
    (replicaSet) => wantedOf(replicaSet) === 0 && (replicaSet.status?.replicas ?? 0) === 0,
  );
  const surplus = idle.length - (spec.revisionHistoryLimit ?? 10);
  for (const replicaSet of idle.slice(0, Math.max(0, surplus))) api.remove(replicaSets, replicaSet);
}

function report(
  api: WorkloadApi,
  { metadata }: Deployment,
  fresh: ReplicaSet | undefined,
): Instant | undefined {
  const deployment = api.get<Deployment>(deployments, metadata.namespace, metadata.name);
  if (deployment === undefined) return undefined;
  const all = revisionsOf(api, deployment);
  const current = all.find((replicaSet) => replicaSet.metadata.uid === fresh?.metadata.uid);
  const old = all.filter((replicaSet) => replicaSet !== current);
  const { status, nextAt } = deploymentStatus(deployment, current, old, api.now());
  if (isDifferent(deployment, status)) api.patch(deployments, deployment, { status }, 'status');
  return nextAt;
}
