import { resources } from '../../api/resources.ts';
import type { Experiment } from '../../api/v1alpha1/experiment.ts';
import type { Seconds } from '../../kernel/instant.ts';
import { type ExperimentSummary, summarizeExperiment } from '../../view/experiment-view.ts';
import { ageOf, humanDuration } from '../../view/human-duration.ts';
import { type OutputOptions, outputFlag, outputFormatOf, writeDocument } from '../output.ts';
import { tableLines } from '../table.ts';
import { fullName } from '../targets.ts';
import type { Session, Verb } from '../verb.ts';

export interface ListExperimentsOptions extends OutputOptions {
  readonly allNamespaces?: boolean;
}

const formats = ['json', 'yaml', 'name', 'wide'] as const;

/** `list experiments`: a line for each. */
export const listExperiments: Verb<ListExperimentsOptions> = {
  words: 'list experiments',
  aliases: ['exp', 'experiment'],
  summary: 'List experiments',
  flags: [{ flags: '-A, --all-namespaces', summary: 'of all namespaces' }, outputFlag(formats)],
  async run(session, _args, options) {
    const { allNamespaces } = options;
    const format = outputFormatOf(options, formats);
    const { cluster, namespace } = await session.open();
    const scope = allNamespaces === true ? undefined : namespace;
    const { items } = await cluster.list(resources.experiments, { namespace: scope, signal: session.signal });
    const found = (items as Experiment[])
      .map((experiment) => summarizeExperiment(experiment, session.serverNow()))
      .sort(
        (one, other) => one.namespace.localeCompare(other.namespace) || one.name.localeCompare(other.name),
      );
    if (format === 'name') {
      session.out(found.map(({ name }) => `${fullName(resources.experiments, name)}\n`).join(''));
      return 0;
    }
    if (format === 'json' || format === 'yaml') {
      await writeDocument(session, format, { items: found });
      return 0;
    }
    if (found.length === 0) {
      session.err('No resources found.\n');
      return 0;
    }
    const isWide = format === 'wide';
    const rows = found.map((summary) => [...rowOf(session, summary), ...(isWide ? [summary.message] : [])]);
    const table = [[...head, ...(isWide ? ['MESSAGE'] : [])], ...rows].map(([where = '', ...rest]) =>
      allNamespaces === true ? [where, ...rest] : rest,
    );
    session.out(`${tableLines(table).join('\n')}\n`);
    return 0;
  },
};

const head = ['NAMESPACE', 'NAME', 'STATUS', 'DURATION', 'REMAINING', 'AGE'];

function rowOf({ serverNow }: Session, summary: ExperimentSummary): string[] {
  const { namespace, name, status, duration, remaining, createdAt } = summary;
  const age = ageOf(createdAt, serverNow());
  return [namespace, name, status.text, ...[duration, remaining].map(lengthText), age];
}

function lengthText(length: Seconds | undefined): string {
  return length === undefined ? '-' : humanDuration(length);
}
