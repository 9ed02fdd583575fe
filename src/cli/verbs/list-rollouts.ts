import { resources } from '../../api/resources.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { addSeconds, formatInstant } from '../../kernel/instant.ts';
import { ageOf } from '../../view/human-duration.ts';
import { type RolloutSummary, summarizeRollout } from '../../view/rollout-summary.ts';
import { contactTeller } from '../contact.ts';
import { followRollouts } from '../observe.ts';
import { type OutputOptions, outputFlag, outputFormatOf, refuseWatched, writeDocument } from '../output.ts';
import { tableLines, widthsOf } from '../table.ts';
import { fullName } from '../targets.ts';
import type { Exit, Session, Verb } from '../verb.ts';

export interface ListRolloutsOptions extends OutputOptions {
  readonly name?: string;
  readonly allNamespaces?: boolean;
  readonly watch?: boolean;
  readonly timestamps?: boolean;
}

const formats = ['json', 'yaml', 'name', 'wide'] as const;

/** `list rollouts`: a line for each. */
export const listRollouts: Verb<ListRolloutsOptions> = {
  words: 'list rollouts',
  aliases: ['ro', 'rollout'],
  summary: 'List rollouts',
  flags: [
    { flags: '--name <NAME>', summary: 'only the one of this name', completes: resources.rollouts },
    { flags: '-A, --all-namespaces', summary: 'of all namespaces' },
    { flags: '-w, --watch', summary: 'print a line whenever one changes' },
    { flags: '--timestamps', summary: 'begin each line with the time' },
    outputFlag(formats),
  ],
  async run(session, _args, options) {
    const format = outputFormatOf(options, formats);
    refuseWatched(options);
    const { cluster, namespace } = await session.open();
    const scope = options.allNamespaces === true ? undefined : namespace;
    if (options.watch === true) return watchList(session, scope, options);
    const { items } = await cluster.list(resources.rollouts, { namespace: scope, signal: session.signal });
    const found = select(items as Rollout[], options);
    if (format === 'name') {
      session.out(found.map(({ name }) => `${fullName(resources.rollouts, name)}\n`).join(''));
      return 0;
    }
    if (format === 'json' || format === 'yaml') {
      await writeDocument(session, format, { items: found });
      return 0;
    }
    const rows = found.map((summary) => rowOf(session, summary, options));
    if (rows.length === 0) {
      session.err('No resources found.\n');
      return 0;
    }
    session.out(`${tableLines([headOf(options), ...rows]).join('\n')}\n`);
    return 0;
  },
};

async function watchList(
  session: Session,
  scope: string | undefined,
  options: ListRolloutsOptions,
): Promise<Exit> {
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, stop.signal]);
  const printed = new Map<string, string>();
  let widths: number[] | undefined;
  try {
    const { list, changes, lost } = await followRollouts(session, scope, signal);
    const tellContact = contactTeller({ lost }, session.err);
    while (!signal.aborted) {
      tellContact();
      const rows = select(list(), options).map((summary) => rowOf(session, summary, options));
      widths ??= widthsOf([headOf(options), ...rows.flatMap((row) => [row, grown(row, options)])]);
      if (printed.size === 0) session.out(`${tableLines([headOf(options)], widths).join('\n')}\n`);
      printed.set('', '');
      for (const row of rows) {
        const columns = options.timestamps === true ? row.slice(1) : row;
        const key = columns.slice(0, options.allNamespaces === true ? 2 : 1).join('/');
        if (printed.get(key) !== columns.join()) session.out(`${tableLines([row], widths).join('\n')}\n`);
        printed.set(key, columns.join());
      }
      await changes.wait(addSeconds(session.clock.now(), 60), signal);
    }
    return 0;
  } finally {
    stop.abort();
  }
}

/** A line as wide as it may become: columns that were printed cannot be widened later. */
function grown(row: readonly string[], options: ListRolloutsOptions): string[] {
  return row.map((text, column) => (headOf(options)[column] === 'STATUS' ? 'Progressing' : text));
}

function select(rollouts: readonly Rollout[], { name }: ListRolloutsOptions): RolloutSummary[] {
  return rollouts
    .filter(({ metadata }) => name === undefined || metadata.name === name)
    .map(summarizeRollout)
    .sort(
      (left, right) => left.namespace.localeCompare(right.namespace) || left.name.localeCompare(right.name),
    );
}

function headOf({ timestamps, allNamespaces, output }: ListRolloutsOptions): string[] {
  return [
    ...(timestamps === true ? ['TIMESTAMP'] : []),
    ...(allNamespaces === true ? ['NAMESPACE'] : []),
    ...['NAME', 'STRATEGY', 'STATUS', 'STEP', 'SET-WEIGHT', 'READY', 'DESIRED', 'UP-TO-DATE', 'AVAILABLE'],
    ...(output === 'wide' ? ['AGE', 'MESSAGE'] : []),
  ];
}

function rowOf(
  { serverNow }: Session,
  { name, namespace, strategy, phase, step, setWeight, replicas, createdAt, message }: RolloutSummary,
  { timestamps, allNamespaces, output }: ListRolloutsOptions,
): string[] {
  return [
    ...(timestamps === true ? [formatInstant(serverNow())] : []),
    ...(allNamespaces === true ? [namespace] : []),
    name,
    strategy,
    phase,
    step === undefined ? '-' : `${step.index}/${step.total}`,
    setWeight === undefined ? '-' : `${setWeight}`,
    `${replicas.ready}/${replicas.current}`,
    `${replicas.desired}`,
    `${replicas.updated}`,
    `${replicas.available}`,
    ...(output === 'wide' ? [ageOf(createdAt, serverNow()), message] : []),
  ];
}
