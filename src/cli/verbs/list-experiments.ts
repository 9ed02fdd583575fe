import { resources } from '../../api/resources.ts';
import type { Experiment } from '../../api/v1alpha1/experiment.ts';
import { type Seconds, secondsBetween } from '../../kernel/instant.ts';
import { type ExperimentSummary, summarizeExperiment } from '../../view/experiment-view.ts';
import { humanDuration } from '../../view/human-duration.ts';
import { tableLines } from '../table.ts';
import type { Session, Verb } from '../verb.ts';

export interface ListExperimentsOptions {
  readonly allNamespaces?: boolean;
}

/** `list experiments`: a line for each. */
export const listExperiments: Verb<ListExperimentsOptions> = {
  words: 'list experiments',
  aliases: ['exp', 'experiment'],
  summary: 'List experiments',
  flags: [{ flags: '-A, --all-namespaces', summary: 'of all namespaces' }],
  async run(session, _args, { allNamespaces }) {
    const { cluster, namespace } = await session.open();
    const scope = allNamespaces === true ? undefined : namespace;
    const { items } = await cluster.list(resources.experiments, { namespace: scope, signal: session.signal });
    if (items.length === 0) {
      session.err('No resources found.\n');
      return 0;
    }
    const rows = (items as Experiment[])
      .map((experiment) => summarizeExperiment(experiment, session.clock.now()))
      .sort(
        (one, other) => one.namespace.localeCompare(other.namespace) || one.name.localeCompare(other.name),
      )
      .map((summary) => rowOf(session, summary));
    const table = [head, ...rows].map(([where = '', ...rest]) =>
      allNamespaces === true ? [where, ...rest] : rest,
    );
    session.out(`${tableLines(table).join('\n')}\n`);
    return 0;
  },
};

const head = ['NAMESPACE', 'NAME', 'STATUS', 'DURATION', 'REMAINING', 'AGE'];

function rowOf({ clock }: Session, summary: ExperimentSummary): string[] {
  const { namespace, name, status, duration, remaining, createdAt } = summary;
  const age = createdAt === undefined ? undefined : secondsBetween(createdAt, clock.now());
  return [namespace, name, status.text, ...[duration, remaining, age].map(lengthText)];
}

function lengthText(length: Seconds | undefined): string {
  return length === undefined ? '-' : humanDuration(length);
}
