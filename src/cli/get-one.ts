import type { ResourceType } from '../api/resources.ts';
import type { Instant } from '../kernel/instant.ts';
import { type OutputOptions, outputFlag, outputFormatOf, refuseWatched, writeDocument } from './output.ts';
import { fullName, notFound } from './targets.ts';
import type { Session, Verb } from './verb.ts';
import {
  timeoutOf,
  type Watched,
  type WatchOptions,
  watchDetails,
  watchFlags,
  watchScreen,
} from './watch-screen.ts';

/** What a `get` verb shows of one object: the facts about it, the view of these, and the view as text. */
export interface GetOne<Facts extends object, View extends object> {
  readonly type: ResourceType;
  readonly read: (session: Session, name: string) => Promise<Facts>;
  /** `snapshot` is undefined while there is no such object. */
  readonly follow: (
    session: Session,
    name: string,
    signal: AbortSignal,
  ) => Promise<Pick<Watched, 'changes' | 'lost'> & { snapshot(): Facts | undefined }>;
  readonly view: (facts: Facts & { readonly now: Instant }) => View;
  readonly render: (view: View, options: { colors: Session['colors']; now: Instant }) => string;
}

const formats = ['json', 'yaml', 'name'] as const;

/** `get KIND NAME`: once, as a document, or on a screen that follows. */
export function getOne<Facts extends object, View extends object>(
  names: Pick<Verb, 'words' | 'aliases' | 'summary'>,
  { type, read, follow, view, render }: GetOne<Facts, View>,
): Verb<WatchOptions & OutputOptions> {
  const textOf = ({ colors, serverNow }: Session, facts: Facts | undefined, name: string): string => {
    if (facts === undefined) throw notFound(type, name);
    const now = serverNow();
    return render(view({ ...facts, now }), { colors, now });
  };
  return {
    ...names,
    arguments: '<NAME>',
    completes: type,
    details: watchDetails,
    flags: [...watchFlags, outputFlag(formats)],
    async run(session, [name = ''], options) {
      const timeout = timeoutOf(options);
      const format = outputFormatOf(options, formats);
      refuseWatched(options);
      if (options.watch !== true) {
        const facts = await read(session, name);
        if (format === undefined) session.out(textOf(session, facts, name));
        else if (format === 'name') session.out(`${fullName(type, name)}\n`);
        else await writeDocument(session, format, view({ ...facts, now: session.serverNow() }));
        return 0;
      }
      return await watchScreen(session, timeout, async (signal) => {
        const { snapshot, changes, lost } = await follow(session, name, signal);
        return { changes, lost, text: () => textOf(session, snapshot(), name) };
      });
    },
  };
}
