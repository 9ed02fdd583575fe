import {
  type NotificationOptions,
  namedIn,
  notificationConfig,
  notificationFlags,
} from '../notification-config.ts';
import { tableLines } from '../table.ts';
import { type Session, UsageError, type Verb } from '../verb.ts';

interface Options extends NotificationOptions {
  readonly output: string;
}

const formats = ['wide', 'name', 'json', 'yaml'];

const flags: Verb['flags'] = [
  ...notificationFlags,
  { flags: '-o, --output <FORMAT>', summary: formats.join(', '), choices: formats, fallback: 'wide' },
];

/** `notifications template get`: what messages can say. */
export const getNotificationTemplates: Verb<Options> = {
  words: 'notifications template get',
  arguments: '[NAME]',
  summary: 'Show the templates of notifications',
  flags,
  async run(session, [name], options) {
    const { templates } = await notificationConfig(session, options);
    const chosen = chosenOf(templates, 'template', name);
    const rows = chosen.map(([each, template]) => [each, preview(template)]);
    return print(session, options, chosen, [['NAME', 'PREVIEW'], ...rows]);
  },
};

/** `notifications trigger get`: when they are sent. */
export const getNotificationTriggers: Verb<Options> = {
  words: 'notifications trigger get',
  arguments: '[NAME]',
  summary: 'Show the triggers of notifications',
  flags,
  async run(session, [name], options) {
    const { triggers } = await notificationConfig(session, options);
    const chosen = chosenOf(triggers, 'trigger', name);
    const rows = chosen.flatMap(([each, conditions]) =>
      conditions.map(({ send, when = '' }, index) => [index === 0 ? each : '', send.join(', '), when]),
    );
    return print(session, options, chosen, [['NAME', 'TEMPLATE', 'CONDITION'], ...rows]);
  },
};

/** By name: the one that is asked for, or all. */
function chosenOf<T>(
  all: ReadonlyMap<string, T>,
  noun: 'template' | 'trigger',
  name: string | undefined,
): readonly (readonly [string, T])[] {
  if (name !== undefined) return [[name, namedIn(all, noun, name)]];
  return [...all].sort(([one], [other]) => (one < other ? -1 : 1));
}

async function print(
  session: Session,
  { output }: Options,
  chosen: readonly (readonly [string, object])[],
  rows: readonly string[][],
): Promise<number> {
  if (!formats.includes(output)) {
    throw new UsageError(`--output must be one of ${formats.join(', ')}, not "${output}"`);
  }
  if (output === 'wide') session.out(`${tableLines(rows).join('\n')}\n`);
  else if (output === 'name') session.out(chosen.map(([name]) => `${name}\n`).join(''));
  else if (output === 'json') session.out(`${JSON.stringify(Object.fromEntries(chosen), undefined, 2)}\n`);
  else session.out((await import('yaml')).stringify(Object.fromEntries(chosen)));
  return 0;
}

function preview(template: Readonly<Record<string, unknown>>): string {
  const text =
    typeof template['message'] === 'string' && template['message'] !== ''
      ? template['message']
      : JSON.stringify(template);
  const line = text.split('\n')[0] as string;
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
