import type { KubeObject } from '../api/meta.ts';
import type { ObjectRef } from '../api/resources.ts';
import type { RouterCapability, RouterKind, Split } from '../api/split.ts';
import type { Rollout, RolloutStatus } from '../api/v1alpha1/rollout.ts';
import type { ObjectSource } from './object-source.ts';

/** One traffic layer. Everything it changes is a Kubernetes object, so the change itself is pure. */
export interface TrafficRouter {
  readonly kind: RouterKind;
  /** What this router can do. Validation refuses a step that needs more; nothing is ignored in silence. */
  readonly capabilities: ReadonlySet<RouterCapability>;
  /**
   * The objects to observe and to write. Order is the order of writing, unless `writeOrder` says otherwise. Some are named
   * by others, or found by labels: those are missing as long as the others are not known.
   */
  objects(rollout: Rollout, known?: ObjectSource): readonly RouteObjectRef[];
  /** Where it finds further objects by their labels: one of these that comes, goes or changes may be one of `objects`. */
  searches?(rollout: Rollout): readonly Collection[];
  /** Indices into `objects`, in the order in which this split must be written (invariant I6). Default: as they stand. */
  writeOrder?(rollout: Rollout, split: Split, count: number): readonly number[];
  /**
   * Do the observed objects fit this Rollout? One sentence of the peer's wording for each thing that does not, with the
   * path of the field in the Rollout that is at fault. A missing object is `undefined` at its place in `current`.
   */
  validate(rollout: Rollout, current: readonly (KubeObject | undefined)[]): readonly RouteProblem[];
  /**
   * The same objects as they must be for this split, in the same order; an object that need not change is returned as the
   * same reference. Keeps every field it does not own. Throws a SluiceError for a route it must not touch.
   * An object that is made by the router may be `undefined` in `current`; what stands at its place then is to be created.
   * `undefined` in its place means that it is to be deleted, or need not be there.
   */
  render(
    rollout: Rollout,
    current: readonly (KubeObject | undefined)[],
    split: Split,
  ): readonly (KubeObject | undefined)[];
  /**
   * An object of its own making, as rendered, in another apiVersion that the cluster serves; it is asked only where fields
   * differ between versions.
   */
  inApiVersion?(object: KubeObject, apiVersion: string): KubeObject;
  /**
   * What an answer of the server lacks of a rendered object, in one sentence, where the split would be another without it:
   * members that its version of the definition does not know are dropped without a word. Undefined: nothing. Asked of what is
   * there before a write, and then of a dry run, so that nothing wrong is stored.
   */
  dropped?(rendered: KubeObject, answer: KubeObject): string | undefined;
  /** The objects without anything of ours: after the Rollout is gone or no longer names them. */
  release?(rolloutName: string, current: readonly KubeObject[]): readonly KubeObject[];
  /** The event to record for a changed or created object, as rendered, in the peer's words. */
  describeChange(
    object: KubeObject,
    split: Split,
    rollout: Rollout,
  ): { readonly reason: string; readonly message: string };
  /**
   * The canary's weight as the objects say it now; undefined when they do not say. Read back after a write, and by faces.
   * @param split after a write: what was written. It tells which of ping and pong is the canary, which status may not yet.
   */
  readWeight(
    rollout: Rollout,
    current: readonly (KubeObject | undefined)[],
    split?: Split,
  ): number | undefined;
  /**
   * Who gets weight as the objects say it now, the canary and stable among them: each place once. Pods of an experiment
   * stay as long as their Service is one of these (invariant I6). Only for routers with `additionalDestinations`.
   */
  readReceivers?(rollout: Rollout, current: readonly (KubeObject | undefined)[]): readonly Receiver[];
  /**
   * Only for routers with a data plane to ask, such as the rules of an ALB: is the split that status records in effect?
   * Says at once what is known, and asks in the background; `heard` is called when there is more to say. Undefined when the
   * Rollout waits for no answer.
   */
  verify?(
    rollout: Rollout,
    current: readonly (KubeObject | undefined)[],
    heard: () => void,
  ): RouterAnswer | undefined;
}

/** What the data plane says of the recorded split. */
export interface RouterAnswer {
  /** False also as long as nobody knows; undefined: not asked for the weights, only for what they stand on. */
  readonly verified: boolean | undefined;
  /** To be told as events, each once. */
  readonly news: readonly RouterNews[];
  /** For `status.albs`; undefined: nothing new is known. */
  readonly albs?: readonly AlbStatus[];
}

export interface RouterNews {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export type AlbStatus = NonNullable<RolloutStatus['alb']>;

export interface RouteObjectRef extends ObjectRef {
  /** Made by the router itself when it is missing. Every other object is the user's, and must be there. */
  readonly isMadeByRouter?: boolean;
}

/** All objects of a type in one namespace. */
export type Collection = Pick<ObjectRef, 'type' | 'namespace'>;

/** A Service with its weight in one route. */
export interface Receiver {
  readonly service: string;
  readonly weight: number;
}

export interface RouteProblem {
  /** Path in the Rollout, e.g. `spec.strategy.canary.trafficRouting.istio.virtualService.name`. */
  readonly path: string;
  /** The value found there. */
  readonly value: string;
  readonly detail: string;
}

/** A router for each kind that is supported; asking for another is refused by name at validation. */
export type RouterRegistry = Readonly<Partial<Record<RouterKind, TrafficRouter>>>;
