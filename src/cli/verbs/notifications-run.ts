import {
  type NotificationOptions,
  namedIn,
  notificationConfig,
  notificationFlags,
  notificationSubject,
  resourceNote,
} from '../notification-config.ts';
import { tableLines } from '../table.ts';
import type { Verb } from '../verb.ts';

/** `notifications trigger run`: would it fire for this Rollout as it is? Nothing is sent. */
export const runNotificationTrigger: Verb<NotificationOptions> = {
  words: 'notifications trigger run',
  arguments: '<NAME> <RESOURCE>',
  summary: 'Tell whether a trigger would fire',
  details: `${resourceNote} Nothing is sent. Exits 1 when a condition cannot be judged, which counts as false.`,
  flags: notificationFlags,
  async run(session, [name = '', resource = ''], options) {
    const { triggers } = await notificationConfig(session, options);
    const conditions = namedIn(triggers, 'trigger', name);
    const { judgeCondition } = await import('../../core/notifications/conditions.ts');
    const { isEventTrigger } = await import('../../core/notifications/occurrences.ts');
    const subject = await notificationSubject(session, resource);
    let isJudged = true;
    const rows = conditions.map((condition) => {
      const { holds, problem } = judgeCondition(condition, subject, isEventTrigger(name));
      if (problem !== undefined) {
        isJudged = false;
        session.err(`Error: ${problem}\n`);
      }
      return [condition.when ?? '', String(holds)];
    });
    session.out(`${tableLines([['CONDITION', 'RESULT'], ...rows]).join('\n')}\n`);
    return isJudged ? 0 : 1;
  },
};
