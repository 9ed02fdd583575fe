import { scaleDownDeadlineAnnotation } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import type { Rollout, RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { addSeconds, earliest, type Instant, parseInstant } from '../../kernel/instant.ts';
import type { Action, Plan, PlannedEvent } from '../plan.ts';
import { scaled } from './events.ts';
import type { Revision } from './situation.ts';

/** What changes on one ReplicaSet. All changes of a decision go out in one write. */
export interface RevisionEdit {
  readonly size?: number;
  /** A null removes the annotation. */
  readonly annotations?: Readonly<Record<string, string | null>>;
  readonly minReadySeconds?: number;
  readonly template?: Readonly<Record<string, unknown>>;
  /** The change starts a clock that counts from the moment when the traffic has left. */
  readonly afterTraffic?: boolean;
}

/**
 * The order in which the events of one decision are told, as if it had been made in small steps: the revision that begins,
 * the pauses that are over, what moved, the steps that this completes, the sizes that follow, and how it stands then.
 */
const chapters = ['begun', 'passed', 'moved', 'reached', 'sized', 'ended'] as const;
type Chapter = (typeof chapters)[number];

/**
 * The plan while it is being written. Actions keep the order of invariant I6: what adds capacity, then Services and
 * routes, then runs, then what takes capacity away. Those of an abort lead back to what is available already: Services and
 * routes come first, so that no ReplicaSet which cannot be written keeps the gate open (I4).
 */
export class Draft {
  private readonly create: Action[] = [];
  private readonly edits = new Map<string, { revision: Revision; edit: RevisionEdit }>();
  private readonly traffic: Action[] = [];
  private readonly runs: Action[] = [];
  private readonly clean: Action[] = [];
  private readonly events: { readonly chapter: Chapter; readonly event: PlannedEvent }[] = [];
  private wake: Instant | undefined;
  private readonly now: Instant;

  constructor(now: Instant) {
    this.now = now;
  }

  /** First of all: objects that the rest stands on. */
  begin(action: Action): void {
    this.create.push(action);
  }

  edit(revision: Revision, edit: RevisionEdit): void {
    const before = this.edits.get(revision.name)?.edit;
    const annotations =
      before?.annotations === undefined && edit.annotations === undefined
        ? undefined
        : { ...before?.annotations, ...edit.annotations };
    const template = { ...before?.template, ...edit.template };
    this.edits.set(revision.name, {
      revision,
      edit: { ...before, ...edit, annotations, ...(Object.keys(template).length > 0 && { template }) },
    });
  }

  /** Is the revision written in any case? */
  isEdited({ name }: Revision): boolean {
    return this.edits.has(name);
  }

  /** When the pods of the revision go, once this plan is carried out. */
  drainsAt({ name, deadline }: Revision): Instant | undefined {
    const written = this.edits.get(name)?.edit.annotations?.[scaleDownDeadlineAnnotation];
    return written === undefined ? deadline : parseInstant(written ?? undefined);
  }

  direct(action: Action): void {
    this.traffic.push(action);
  }

  analyse(action: Action): void {
    this.runs.push(action);
  }

  /** Last of all: what nobody needs any more. */
  tidy(action: Action): void {
    this.clean.push(action);
  }

  /** Changed sizes need not be told: the plan knows them. */
  say(event: PlannedEvent, chapter: Chapter = 'moved'): void {
    this.events.push({ chapter, event });
  }

  /** A timer always lies in the future: what is due now is done now, and a plan that would wake itself at once is a loop. */
  wakeAt(at: Instant | undefined): void {
    if (at === undefined) return;
    this.wake = earliest(this.wake, at > this.now ? at : addSeconds(this.now, 1));
  }

  private story(): readonly PlannedEvent[] {
    const sized = [...this.edits.values()].flatMap(({ revision: { name, number, size }, edit }) =>
      edit.size === undefined || edit.size === size
        ? []
        : [{ chapter: 'sized' as const, event: scaled(name, number, size, edit.size) }],
    );
    const all = [...this.events, ...sized];
    return chapters.flatMap((each) =>
      all.filter(({ chapter }) => chapter === each).map(({ event }) => event),
    );
  }

  plan(
    rollout: Rollout,
    status: RolloutStatus,
    {
      reason,
      urgent,
      statusMayWait,
    }: Pick<Plan, 'reason' | 'urgent'> & { statusMayWait: number | undefined },
  ): Plan<RolloutStatus> {
    const namespace = rollout.metadata.namespace;
    const changes = [...this.edits.values()].map(({ revision, edit }) => ({
      isLate: edit.afterTraffic === true || (edit.size ?? revision.size) < revision.size,
      action: writeOf(revision, edit, namespace),
    }));
    const before = [...this.create, ...changes.filter(({ isLate }) => !isLate).map(({ action }) => action)];
    return {
      actions: [
        ...(urgent === true ? [...this.traffic, ...before] : [...before, ...this.traffic]),
        ...this.runs,
        ...changes.filter(({ isLate }) => isLate).map(({ action }) => action),
        ...this.clean,
      ],
      status,
      events: this.story(),
      reason,
      ...(this.wake !== undefined && { wakeAt: this.wake }),
      ...(urgent === true && { urgent }),
      ...(statusMayWait !== undefined && { statusMayWait }),
    };
  }
}

function writeOf(revision: Revision, edit: RevisionEdit, namespace: string | undefined): Action {
  const { size, annotations, minReadySeconds, template } = edit;
  if (minReadySeconds === undefined && template === undefined && size !== undefined) {
    return {
      do: 'scaleReplicaSet',
      name: revision.name,
      replicas: size,
      ...(annotations !== undefined && { annotations }),
      ...(revision.replicaSet.metadata.resourceVersion !== undefined && {
        resourceVersion: revision.replicaSet.metadata.resourceVersion,
      }),
    };
  }
  const spec = {
    ...(size !== undefined && { replicas: size }),
    ...(minReadySeconds !== undefined && { minReadySeconds }),
    ...(template !== undefined && { template }),
  };
  return {
    do: 'mergePatch',
    ref: { type: resources.replicaSets, namespace, name: revision.name },
    body: {
      ...(annotations !== undefined && { metadata: { annotations } }),
      ...(Object.keys(spec).length > 0 && { spec }),
    },
  };
}
