import { nearest } from '../../api/nearest.ts';
import { resources } from '../../api/resources.ts';
import { subdomainName } from '../../sandbox/metadata.ts';
import { type Complaint, error } from './finding.ts';

type Manifest = Readonly<Record<string, unknown>>;

const group = resources.rollouts.group;
const ours: readonly string[] = [
  resources.rollouts,
  resources.analysisTemplates,
  resources.clusterAnalysisTemplates,
  resources.analysisRuns,
  resources.experiments,
].map(({ kind }) => kind);

/** A kind that others have too, under a group that nobody has misspelt: an Experiment of Katib, a Rollout of OpenKruise. */
export function isSomebodyElses(object: Manifest): boolean {
  const found = groupOf(object);
  return found !== undefined && found !== group && nearest(found, [group]) === undefined;
}

/** Of another kind: one that the group does not have, and that reads like one of ours, would be applied by nobody. */
export function checkForeign(object: Manifest): readonly Complaint[] {
  const { kind } = object;
  if (typeof kind !== 'string' || isSomebodyElses(object) || groupOf(object) === undefined) return [];
  const meant = nearest(kind, ours);
  if (meant === undefined) return [];
  return [error('kind', `${group} has no kind ${JSON.stringify(kind)}`, `Write ${meant}.`)];
}

/** As the API server judges it. */
export function checkName({ metadata }: Manifest): readonly Complaint[] {
  const { name } = (metadata ?? {}) as { readonly name?: unknown };
  if (typeof name !== 'string' || name === '') return []; // told as a missing or wrong field
  const problem = subdomainName(name);
  if (problem === undefined) return [];
  const fix = 'Write small letters, digits and `-`, with a letter or digit at both ends.';
  return [error('metadata.name', `Invalid value: ${JSON.stringify(name)}: ${problem}`, fix)];
}

/** `argoproj.io` of `argoproj.io/v1alpha1`; undefined for the kinds of Kubernetes' own core. */
function groupOf({ apiVersion }: Manifest): string | undefined {
  if (typeof apiVersion !== 'string' || !apiVersion.includes('/')) return undefined;
  return apiVersion.slice(0, apiVersion.indexOf('/'));
}
