/**
 * Behaviour of Argo Rollouts that looks like a mistake and is copied on purpose, because manifests, tools or people
 * rely on it. `docs/deviations.md` is the other ledger: what is not copied.
 */
export interface Quirk {
  readonly what: string;
  /** Who would break without it. */
  readonly why: string;
  /** The file that holds it, and the test that pins it. */
  readonly code: string;
  readonly test: string;
  /** The peer's thread about it, where there is one. */
  readonly link?: string;
}

const issues = 'https://github.com/argoproj/argo-rollouts/issues';

export const quirks: readonly Quirk[] = [
  {
    what: 'The first deployment is stable and its steps are skipped before a pod exists.',
    why: 'Tools read stableRS and the Completed condition right after creation.',
    code: 'src/core/rollout/promote.ts',
    test: 'test/core/rollout/canary-routed.test.ts',
    link: `${issues}/1774`,
  },
  {
    what: 'status.observedGeneration is a text.',
    why: 'The type is part of the API; clients compare it as a text.',
    code: 'src/core/rollout/status.ts',
    test: 'test/core/rollout/canary-basic.test.ts',
  },
  {
    what: 'A resume is controllerPause being true with no pause condition left.',
    why: 'The command line, Argo CD and dashboards resume by removing pauseConditions alone.',
    code: 'src/core/rollout/memory.ts',
    test: 'test/core/rollout/canary-routed.test.ts',
  },
  {
    what: 'Changed steps start a release anew and clear an abort, as a changed pod template does.',
    why: 'An index into the old steps would mean nothing in the new ones.',
    code: 'src/core/rollout/memory.ts',
    test: 'test/core/rollout/canary-routed.test.ts',
  },
  {
    what: 'A maxSurge of "25", a text without a percent sign, is 25 %.',
    why: 'Manifests in use would change their meaning.',
    code: 'src/core/rollout/replicas.ts',
    test: 'test/core/rollout/replicas.test.ts',
  },
  {
    what: 'A weight that changes only its hash is told as `Traffic weight updated ` with nothing after it.',
    why: 'Events are matched by their text.',
    code: 'src/core/rollout/events.ts',
    test: 'test/core/rollout/canary-routed.test.ts',
  },
  {
    what: 'The preview Service turns to a new version before its pods are there.',
    why: 'Pipelines wait for previewSelector and then for the pods; it carries no production traffic.',
    code: 'src/core/rollout/blue-green.ts',
    test: 'test/core/rollout/blue-green.test.ts',
  },
  {
    what: 'The pod count of a canary for an autoscaler includes the stable pods.',
    why: 'Existing autoscalers are tuned to it.',
    code: 'src/core/rollout/status.ts',
    test: 'test/core/rollout/canary-basic.test.ts',
    link: `${issues}/2857`,
  },
  {
    what: 'An abort of a timed out update records two RolloutAborted events.',
    why: 'Notification triggers match the bare time-out text.',
    code: 'src/core/rollout/finish.ts',
    test: 'test/core/rollout/canary-routed.test.ts',
  },
];
