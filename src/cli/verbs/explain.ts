import { resources } from '../../api/resources.ts';
import { type Instant, secondsBetween } from '../../kernel/instant.ts';
import { explainRollout, type Happening } from '../../view/explain-rollout.ts';
import { humanDuration } from '../../view/human-duration.ts';
import { placeWords } from '../connection-flags.ts';
import { readEvents, readRollout } from '../observe.ts';
import { tableLines } from '../table.ts';
import type { Verb } from '../verb.ts';

/** `explain`: what a rollout did, why it is where it is, and what a person can do. */
export const explain: Verb = {
  words: 'explain',
  arguments: '<NAME>',
  completes: resources.rollouts,
  summary: 'Tell in sentences why a rollout is where it is',
  details:
    'From its status, its analysis runs, its pods and its events, which the API server keeps for an hour.',
  async run(session, [name = '']) {
    const [seen, events] = await Promise.all([readRollout(session, name), readEvents(session, name)]);
    const now = session.serverNow();
    const { state, history, moves } = explainRollout({ ...seen, events, now });
    const place = placeWords(session.globals); // what is pasted must not go to another namespace or cluster
    const commands = moves.map(({ command, effect }) => [
      `  ${session.programName} ${command}${place}`,
      effect,
    ]);
    const lines = [
      ...state,
      '',
      ...historyLines(history, now),
      ...(moves.length === 0 ? [] : ['', 'What you can do:', ...tableLines(commands)]),
    ];
    session.out(`${lines.join('\n')}\n`);
    return 0;
  },
};

function historyLines(history: readonly Happening[] | undefined, now: Instant): string[] {
  if (history === undefined) return ['What it did is not known: its events cannot be read.'];
  if (history.length === 0) return ['No events are left of what it did.'];
  const rows = history.map(({ at, text }) => [
    `  ${at === undefined ? '?' : `${humanDuration(secondsBetween(at, now))} ago`}`,
    text,
  ]);
  return ['What it did:', ...tableLines(rows)];
}
