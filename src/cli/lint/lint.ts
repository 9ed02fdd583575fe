import { homesOf } from '../../api/field-homes.ts';
import type { KubeObject } from '../../api/meta.ts';
import { isOurKind, type OurKind, parseObject, type UnknownField } from '../../api/parse.ts';
import type { AnalysisRun, AnalysisTemplate } from '../../api/v1alpha1/analysis.ts';
import type { Experiment } from '../../api/v1alpha1/experiment.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { formatFieldError } from '../../api/validation/field-error.ts';
import { checkExperiment } from './check-experiment.ts';
import { checkForeign, checkName, isSomebodyElses } from './check-header.ts';
import { checkRollout, fixOf } from './check-rollout.ts';
import { checkRun } from './check-run.ts';
import { checkTemplate } from './check-template.ts';
import { type Complaint, error, type Finding, type Severity, warning } from './finding.ts';
import type { SourceObject, Sources } from './sources.ts';
import { type World, worldOf } from './world.ts';

/**
 * Everything that is wrong with the objects of these files, in the order of files and lines. `missing`: how bad a reference
 * to an object is that is in none of the files.
 */
export function lint(sources: Sources, missing: Severity): readonly Finding[] {
  const world = worldOf(sources.objects, missing);
  const found = sources.objects.flatMap((source) =>
    [...checkObject(source, world), ...checkTwice(source, sources.objects)].map((complaint) =>
      findingOf(source, complaint),
    ),
  );
  const order = new Map(sources.files.map((file, index) => [file, index]));
  return [...sources.findings, ...found].toSorted(
    (one, other) =>
      (order.get(one.file) ?? 0) - (order.get(other.file) ?? 0) ||
      one.line - other.line ||
      one.column - other.column,
  );
}

/** Is there anything to judge, or are all objects of other kinds? */
export function hasSubjects({ objects }: Sources): boolean {
  return objects.some(({ object }) => isOurKind(object['kind']) && !isSomebodyElses(object));
}

function checkObject({ object }: SourceObject, world: World): readonly Complaint[] {
  const { kind } = object;
  if (!isOurKind(kind)) return checkForeign(object);
  if (isSomebodyElses(object)) return [];
  const parsed = parseObject(kind, object);
  const unknown = parsed.unknownFields.map((field) =>
    error(field.path, 'unknown field', fixOfUnknown(kind, field)),
  );
  const wrong = parsed.problems.map((problem) =>
    error(problem.path, formatFieldError(problem).slice(problem.path.length + 2), fixOf(problem)),
  );
  return [
    ...unknown,
    ...wrong,
    ...checkName(object),
    ...(parsed.object === undefined ? [] : checkKind(kind, parsed.object, world)),
  ];
}

/** Where it belongs, when it belongs anywhere else; more places than that help nobody. */
function fixOfUnknown(kind: OurKind, { path, meant }: UnknownField): string {
  if (meant !== undefined) return `Write ${meant} instead, or remove it.`;
  const homes = homesOf(kind, path.split('.').at(-1) ?? path);
  return homes.length === 0 || homes.length > 3
    ? 'Remove it.'
    : `Move it to ${homes.join(' or ')}, where it belongs, or remove it.`;
}

function checkKind(kind: OurKind, object: KubeObject, world: World): readonly Complaint[] {
  switch (kind) {
    case 'Rollout':
      return checkRollout(object as Rollout, world);
    case 'AnalysisTemplate':
    case 'ClusterAnalysisTemplate':
      return checkTemplate(object as AnalysisTemplate, world);
    case 'AnalysisRun':
      return checkRun(object as AnalysisRun);
    case 'Experiment':
      return checkExperiment(object as Experiment, world);
  }
}

/** The same object in two places: which of them counts depends on the order in which they are applied. */
function checkTwice(source: SourceObject, all: readonly SourceObject[]): readonly Complaint[] {
  if (!isOurKind(source.object['kind'])) return [];
  const identity = identityOf(source);
  const first = all.find((other) => identityOf(other) === identity);
  if (identity === undefined || first === source || first === undefined) return [];
  const what = `the same object is in ${first.file}:${first.placeOf('kind').line} too: the last one that is applied counts`;
  return [warning('metadata.name', what, 'Remove or rename one of them.')];
}

function identityOf({ object }: SourceObject): string | undefined {
  const { kind, metadata } = object as unknown as Partial<KubeObject>;
  return metadata?.name === undefined ? undefined : `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

function findingOf(source: SourceObject, complaint: Complaint): Finding {
  const { kind, metadata } = source.object as unknown as Partial<KubeObject>;
  return {
    file: source.file,
    kind: kind ?? '',
    name: metadata?.name ?? metadata?.generateName ?? '',
    ...complaint,
    ...source.placeOf(complaint.field),
  };
}
