import { resources } from '../../api/resources.ts';
import { parseGoDuration } from '../../kernel/duration.ts';
import { addSeconds, formatInstant, type Instant } from '../../kernel/instant.ts';
import { getRollout, mergeInto } from '../targets.ts';
import { type Reach, UsageError, type Verb } from '../verb.ts';

/** `restart`: replace every pod that is older than now, or than a later time. */
export const restart: Verb<{ in: string }> = {
  words: 'restart',
  arguments: '<NAME>',
  completes: resources.rollouts,
  summary: 'Replace all pods of a rollout, as fast as its availability allows',
  flags: [{ flags: '-i, --in <DURATION>', summary: 'wait this long before: 10s, 5m, 1h', fallback: '0s' }],
  async run(session, [name = ''], { in: text }) {
    const delaySeconds = parseGoDuration(text);
    if (delaySeconds === undefined || delaySeconds < 0) {
      throw new UsageError(`--in must be a duration such as 10s, 5m or 1h30m, not "${text}"`);
    }
    await getRollout(session, name); // the server's answer says what time it is there
    await restartRollout(session, name, addSeconds(session.serverNow(), delaySeconds));
    session.out(`rollout '${name}' restarts in ${text}\n`);
    return 0;
  },
};

export function restartRollout(session: Reach, name: string, at: Instant): Promise<void> {
  return mergeInto(session, resources.rollouts, name, { spec: { restartAt: formatInstant(at) } });
}
