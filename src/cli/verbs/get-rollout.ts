import { resources } from '../../api/resources.ts';
import { until } from '../../kernel/clock.ts';
import { addSeconds } from '../../kernel/instant.ts';
import { viewRollout } from '../../view/rollout-view.ts';
import { followRollout, readRollout, type Snapshot } from '../observe.ts';
import { renderRollout } from '../render-rollout.ts';
import { screen } from '../screen.ts';
import { notFound } from '../targets.ts';
import { type Exit, type Session, UsageError, type Verb } from '../verb.ts';

export interface GetRolloutOptions {
  readonly watch?: boolean;
  readonly timeoutSeconds: string;
}

/** No faster than the eye; and ages go on while nothing changes. */
const shortestRedrawSeconds = 0.2;
const longestRedrawSeconds = 1;

/** `get rollout`: everything about one rollout on one screen. */
export const getRolloutVerb: Verb<GetRolloutOptions> = {
  words: 'get rollout',
  aliases: ['ro', 'rollouts'],
  arguments: '<NAME>',
  summary: 'Show a rollout with its revisions, pods and analysis runs',
  flags: [
    { flags: '-w, --watch', summary: 'redraw on every change' },
    { flags: '--no-color', summary: 'no colours' },
    { flags: '--timeout-seconds <N>', summary: 'end a watch after this time; 0 never', fallback: '0' },
  ],
  async run(session, [name = ''], { watch, timeoutSeconds }) {
    if (!/^\d+$/.test(timeoutSeconds)) {
      throw new UsageError(`--timeout-seconds must be a whole number of 0 or more, not "${timeoutSeconds}"`);
    }
    if (watch === true) return watchRollout(session, name, Number(timeoutSeconds));
    session.out(render(session, await readRollout(session, name)));
    return 0;
  },
};

function render({ colors, clock }: Session, snapshot: Snapshot): string {
  const now = clock.now();
  return renderRollout(viewRollout({ ...snapshot, now }), { colors, now });
}

async function watchRollout(session: Session, name: string, timeoutSeconds: number): Promise<Exit> {
  const { clock } = session;
  const deadline = timeoutSeconds === 0 ? undefined : addSeconds(clock.now(), timeoutSeconds);
  const end = new AbortController();
  const cancel = deadline === undefined ? undefined : clock.schedule(deadline, () => end.abort());
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, end.signal, stop.signal]);
  const drawing = screen(session);
  try {
    const { snapshot, changes } = await followRollout(session, name, signal);
    while (!signal.aborted) {
      const seen = snapshot();
      if (seen === undefined) throw notFound(resources.rollouts, name);
      drawing.draw(render(session, seen));
      const drawnAt = clock.now();
      await changes.wait(addSeconds(drawnAt, longestRedrawSeconds), signal);
      await until(clock, addSeconds(drawnAt, shortestRedrawSeconds), signal);
    }
    return 0;
  } finally {
    stop.abort();
    cancel?.();
    drawing.close();
  }
}
