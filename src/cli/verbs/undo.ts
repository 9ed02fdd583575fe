import { ephemeralMetadataAnnotation, podTemplateHashLabel, revisionAnnotation } from '../../api/labels.ts';
import { controllerOf, matchesSelector } from '../../api/meta.ts';
import { type ResourceType, resources } from '../../api/resources.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { PodTemplateSpec, ReplicaSet } from '../../api/workloads.ts';
import { SluiceError } from '../../kernel/errors.ts';
import { getRollout, refOf } from '../targets.ts';
import { type Reach, UsageError, type Verb } from '../verb.ts';

/** `undo`: go back to the pod template of an earlier revision. It is released like any other. */
export const undo: Verb<{ toRevision: string }> = {
  words: 'undo',
  arguments: '<NAME>',
  completes: resources.rollouts,
  summary: 'Release an earlier revision again',
  flags: [
    { flags: '--to-revision <N>', summary: 'which one; 0 is the one before the current', fallback: '0' },
  ],
  async run(session, [name = ''], { toRevision }) {
    if (!/^\d+$/.test(toRevision)) {
      throw new UsageError(`--to-revision must be a whole number of 0 or more, not "${toRevision}"`);
    }
    const revision = Number(toRevision);
    const { chosen, isThereAlready } = await undoRollout(session, name, revision);
    session.out(
      isThereAlready
        ? `skipped rollback (current template already matches revision ${chosen})\n`
        : `rollout '${name}' undo\n`,
    );
    return 0;
  },
};

/** @param revision 0: the one before the current. Nothing is written when its template is there already. */
export async function undoRollout(
  session: Reach,
  name: string,
  revision: number,
): Promise<{ readonly chosen: number; readonly isThereAlready: boolean }> {
  const rollout = await getRollout(session, name);
  const replicaSet = chooseRevision(rollout, await ownedReplicaSets(session, rollout), revision);
  const template = restoredTemplate(replicaSet);
  const isThereAlready = await hasTemplate(rollout, template);
  if (!isThereAlready) await replaceTemplate(session, rollout, template);
  return { chosen: revisionOf(replicaSet), isThereAlready };
}

/** Not asked with workloadRef: the template is not in the Rollout then. */
async function hasTemplate({ spec }: Rollout, template: PodTemplateSpec): Promise<boolean> {
  if (spec.workloadRef !== undefined || spec.template === undefined) return false;
  const { equalTemplates } = await import('../../core/rollout/pod-template-hash.ts');
  return equalTemplates(template, spec.template);
}

async function ownedReplicaSets(session: Reach, rollout: Rollout): Promise<ReplicaSet[]> {
  const { cluster, namespace } = await session.open();
  const { items } = await cluster.list(resources.replicaSets, {
    namespace,
    labelSelector: podTemplateHashLabel,
    signal: session.signal,
  });
  const { selector } = rollout.spec;
  return (items as ReplicaSet[]).filter(
    (replicaSet) =>
      controllerOf(replicaSet)?.uid === rollout.metadata.uid &&
      (selector === undefined || matchesSelector(selector, replicaSet.metadata.labels)),
  );
}

function chooseRevision(
  { metadata }: Rollout,
  candidates: readonly ReplicaSet[],
  revision: number,
): ReplicaSet {
  if (revision !== 0) {
    const chosen = candidates.find((replicaSet) => revisionOf(replicaSet) === revision);
    if (chosen !== undefined) return chosen;
    const known = candidates.map(revisionOf).sort((left, right) => left - right);
    const hint = known.length === 0 ? '' : `; there are ${known.join(', ')}`;
    throw new SluiceError('NOT_FOUND', `unable to find specified revision ${revision} in history${hint}`, {
      revision,
    });
  }
  const previous = [...candidates].sort((left, right) => revisionOf(right) - revisionOf(left))[1];
  if (previous !== undefined) return previous;
  throw new SluiceError('NOT_FOUND', `no revision found for rollout "${metadata.name}"`, {
    rollout: metadata.name,
  });
}

function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.[revisionAnnotation] ?? 0);
}

/**
 * The template as its author wrote it: without the hash label, and without the labels and annotations that the
 * controller gave its pods for their role of then, which would otherwise stay for ever.
 */
function restoredTemplate({ metadata, spec }: ReplicaSet): PodTemplateSpec {
  const ephemeral = parseEphemeral(metadata.annotations?.[ephemeralMetadataAnnotation]);
  const {
    creationTimestamp: _,
    labels: allLabels,
    annotations: allAnnotations,
    ...rest
  } = (spec.template.metadata ?? {}) as Metadata;
  const labels = without(allLabels, [podTemplateHashLabel, ...Object.keys(ephemeral.labels ?? {})]);
  const annotations = without(allAnnotations, Object.keys(ephemeral.annotations ?? {}));
  return {
    ...spec.template,
    metadata: { ...rest, ...(labels && { labels }), ...(annotations && { annotations }) },
  };
}

/** The server writes `creationTimestamp: null` into a template: the member that Go never omits. */
type Metadata = NonNullable<PodTemplateSpec['metadata']> & { creationTimestamp?: null };

/** Undefined when nothing is left, as it was when there was nothing at first. */
function without(
  entries: Record<string, string> | undefined,
  keys: readonly string[],
): Record<string, string> | undefined {
  const kept = Object.entries(entries ?? {}).filter(([key]) => !keys.includes(key));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function parseEphemeral(text: string | undefined): NonNullable<PodTemplateSpec['metadata']> {
  try {
    return JSON.parse(text ?? '{}') ?? {};
  } catch {
    return {};
  }
}

const workloads: Readonly<Record<string, { readonly type: ResourceType; readonly path: string }>> = {
  Deployment: { type: resources.deployments, path: '/spec/template' },
  ReplicaSet: { type: resources.replicaSets, path: '/spec/template' },
  PodTemplate: {
    type: { group: '', version: 'v1', kind: 'PodTemplate', plural: 'podtemplates', namespaced: true },
    path: '/template',
  },
};

async function replaceTemplate(session: Reach, rollout: Rollout, template: PodTemplateSpec): Promise<void> {
  const open = await session.open();
  const { workloadRef } = rollout.spec;
  const target =
    workloadRef === undefined
      ? { type: resources.rollouts, path: '/spec/template' }
      : workloads[workloadRef.kind ?? ''];
  if (target === undefined) {
    throw new SluiceError(
      'NOT_SUPPORTED',
      `a workload of kind "${workloadRef?.kind}" has no pod template to restore`,
    );
  }
  const name = workloadRef?.name ?? rollout.metadata.name;
  const body = [{ op: 'replace', path: target.path, value: template }];
  await open.cluster.patch(
    refOf(target.type, open, name),
    { kind: 'json', body },
    { signal: session.signal },
  );
}
