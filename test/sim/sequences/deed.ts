import type { AnalysisPhase } from '../../../src/api/v1alpha1/analysis.ts';
import type { CanaryStep } from '../../../src/api/v1alpha1/rollout.ts';

/** What people and the world do to one Rollout. Plain data: a sequence is drawn, shrunk, kept in a file and played again. */
export type Deed =
  | { readonly do: 'image' | 'break' | 'heal'; readonly image: string }
  | {
      readonly do:
        | 'abort'
        | 'retry'
        | 'promote'
        | 'promoteFull'
        | 'skip'
        | 'pause'
        | 'unpause'
        | 'undo'
        | 'experimentStarts'
        | 'nothing';
    }
  | { readonly do: 'scale'; readonly replicas: number }
  | { readonly do: 'steps'; readonly steps: readonly CanaryStep[] }
  /** Of the ReplicaSets, in the order of their creation, the one at `which` modulo their number. */
  | { readonly do: 'losePods'; readonly which: number; readonly left: number }
  | { readonly do: 'deleteReplicaSet'; readonly which: number }
  | {
      readonly do: 'editService';
      readonly which: number;
      readonly how: 'points nowhere' | 'points to another revision' | 'is deleted' | 'is back';
    }
  /** Of the analysis runs that go on. */
  | { readonly do: 'judge'; readonly which: number; readonly phase: AnalysisPhase }
  /** From now on: what the metrics count, and whether AWS knows the pods. */
  | {
      readonly do: 'requests';
      readonly are: 'as weighted' | 'all to stable' | 'too few' | 'not to be counted';
    }
  | { readonly do: 'targets'; readonly areKnown: boolean }
  /** The operator's next plan ends after so many writes: its process died, or the API server refused the next write. */
  | { readonly do: 'cutOff'; readonly afterWrites: number }
  /** Somebody does this while the operator is in the middle of its next plan. */
  | { readonly do: 'meanwhile'; readonly afterWrites: number; readonly deed: PlainDeed };

/** A deed that is done at one moment. */
export type PlainDeed = Exclude<Deed, { readonly do: 'meanwhile' | 'cutOff' }>;

/** What happens before the next deed: nothing, one decision, all there is to do at this instant, or seconds pass. */
export type Next = 'nothing' | 'one decision' | 'rest' | number;

export interface Turn {
  readonly deed: Deed;
  readonly next: Next;
}

/** A deed as a person would tell it. */
export function inWords({ deed, next }: Turn): string {
  return `${deedInWords(deed)}${nextInWords(next)}`;
}

function nextInWords(next: Next): string {
  if (next === 'nothing') return '; at the same moment';
  if (next === 'one decision') return '; the operator decides once';
  return next === 'rest' ? '; all comes to rest' : `; ${next} s pass`;
}

function deedInWords(deed: Deed): string {
  switch (deed.do) {
    case 'image':
      return `somebody sets the image ${deed.image}`;
    case 'break':
      return `pods of ${deed.image} do not become ready any more`;
    case 'heal':
      return `pods of ${deed.image} become ready again`;
    case 'scale':
      return `somebody scales to ${deed.replicas}`;
    case 'steps':
      return `somebody writes other steps: ${JSON.stringify(deed.steps)}`;
    case 'losePods':
      return `of ReplicaSet ${deed.which} at most ${deed.left} pods are left`;
    case 'deleteReplicaSet':
      return `somebody deletes ReplicaSet ${deed.which}`;
    case 'editService':
      return `Service ${deed.which} ${deed.how}, by somebody else's hand`;
    case 'judge':
      return `analysis run ${deed.which} ends as ${deed.phase}`;
    case 'requests':
      return `requests are ${deed.are}`;
    case 'targets':
      return `AWS knows ${deed.areKnown ? 'all' : 'no'} pods`;
    case 'cutOff':
      return `the operator's next plan is cut off after ${deed.afterWrites} writes`;
    case 'meanwhile':
      return `after ${deed.afterWrites} writes of the operator's next plan ${deedInWords(deed.deed)}`;
    default:
      return plainWords[deed.do];
  }
}

const plainWords = {
  abort: 'somebody aborts',
  retry: 'somebody retries',
  promote: 'somebody promotes',
  promoteFull: 'somebody promotes in full',
  skip: 'somebody skips the step',
  pause: 'somebody sets spec.paused',
  unpause: 'somebody takes spec.paused back',
  undo: 'somebody goes back to the image before this one',
  nothing: 'nothing happens',
  experimentStarts: 'the experiment starts its pods',
} as const;
