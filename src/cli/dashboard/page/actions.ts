import type { RolloutInfo } from '../info-types.ts';

/** Something that a person can ask for, with what is told before it is done. */
export interface ActionChoice {
  readonly key: string;
  readonly label: string;
  /** Below `/api/v1/rollouts/NAMESPACE/NAME/`. */
  readonly path: string;
  readonly body?: object;
  readonly question: string;
  /** What comes of it. */
  readonly effect: string;
  /** It takes something away that comes back only by a new release. */
  readonly isDangerous: boolean;
  readonly isPossible: boolean;
}

/** The buttons of a Rollout, in their order. One that means nothing now is there and does nothing, so that none jumps. */
export function actionsOf({ objectMeta: { name }, sluice, strategy }: RolloutInfo): ActionChoice[] {
  const { actions } = sluice;
  const isBlueGreen = strategy === 'BlueGreen';
  return [
    {
      key: 'promote',
      label: 'Promote',
      path: 'promote',
      body: { full: false },
      question: `Promote ${name}?`,
      effect: isBlueGreen
        ? 'Ends the pause: users go to the new version when it is ready.'
        : 'Ends the pause, or goes on to the next step.',
      isDangerous: false,
      isPossible: actions.promote,
    },
    {
      key: 'promoteFull',
      label: 'Promote full',
      path: 'promote',
      body: { full: true },
      question: `Skip the remaining steps, pauses and analyses of ${name}?`,
      effect:
        'All users get the new version without further proof. This cannot be taken back, only aborted while it lasts.',
      isDangerous: true,
      isPossible: actions.promoteFull,
    },
    {
      key: 'abort',
      label: 'Abort',
      path: 'abort',
      question: `Abort the release of ${name}?`,
      effect: 'All users go back to the stable version at once.',
      isDangerous: true,
      isPossible: actions.abort,
    },
    {
      key: 'retry',
      label: 'Retry',
      path: 'retry',
      question: `Try the release of ${name} again?`,
      effect: 'The same version is released again from the first step.',
      isDangerous: false,
      isPossible: actions.retry,
    },
    {
      key: 'restart',
      label: 'Restart',
      path: 'restart',
      question: `Restart all pods of ${name}?`,
      effect: 'Every pod is replaced, as fast as availability allows.',
      isDangerous: false,
      isPossible: true,
    },
  ];
}

export function undoTo(name: string, revision: number): ActionChoice {
  return {
    key: `undo-${revision}`,
    label: `Release revision ${revision} again`,
    path: `undo/${revision}`,
    question: `Release revision ${revision} of ${name} again?`,
    effect: 'Its pod template is put into the spec, and released like any other version.',
    isDangerous: true,
    isPossible: true,
  };
}

/** Undefined when it is no image that could be set. */
export function imageChange(name: string, container: string, image: string): ActionChoice | undefined {
  const parts =
    /^(?<repository>[^\s@]+?)(?:@(?<digest>sha256:[0-9a-f]{64})|:(?<tag>[\w][\w.-]{0,127}))$/.exec(
      image,
    )?.groups;
  if (parts?.repository === undefined) return undefined;
  const encoded = [container, parts.repository, parts.digest ?? parts.tag ?? ''].map(encodeURIComponent);
  return {
    key: `image-${container}`,
    label: 'Set image',
    path: `set/${encoded.join('/')}`,
    question: `Release ${image} as container ${container} of ${name}?`,
    effect: 'A new release begins.',
    isDangerous: true,
    isPossible: true,
  };
}
