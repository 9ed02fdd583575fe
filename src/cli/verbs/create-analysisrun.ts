import { instanceIdLabel } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf, type ObjectRef, resources } from '../../api/resources.ts';
import type { AnalysisRun, AnalysisTemplate, Argument, TemplateRef } from '../../api/v1alpha1/analysis.ts';
import { mergeTemplates } from '../../core/analysis/merge.ts';
import { resolveTemplates, type TemplateLookup } from '../../core/analysis/templates.ts';
import { SluiceError } from '../../kernel/errors.ts';
import { textOfFile } from '../input.ts';
import { fullName, notFound } from '../targets.ts';
import { type Session, UsageError, type Verb } from '../verb.ts';

export interface CreateAnalysisRunOptions {
  readonly from?: string;
  readonly fromFile?: string;
  readonly global?: boolean;
  readonly name?: string;
  readonly generateName?: string;
  readonly instanceId?: string;
  readonly argument?: readonly string[];
}

/** `create analysisrun`: judge something by hand, with a template that stands in the cluster or in a file. */
export const createAnalysisRun: Verb<CreateAnalysisRunOptions> = {
  words: 'create analysisrun',
  aliases: ['ar', 'analysisruns'],
  summary: 'Start an analysis run from a template',
  details: 'Templates that the template leads to are read from the cluster. The run belongs to no rollout.',
  flags: [
    { flags: '--from <NAME>', summary: 'template in the cluster', completes: resources.analysisTemplates },
    { flags: '--from-file <FILE>', summary: 'template in a file; - is standard input' },
    { flags: '--global', summary: 'with --from: a ClusterAnalysisTemplate' },
    { flags: '--name <NAME>', summary: 'name of the run' },
    {
      flags: '--generate-name <PREFIX>',
      summary: 'begin of its name (default: name of the template and "-")',
    },
    { flags: '--instance-id <ID>', summary: 'which controller is to run it' },
    {
      flags: '-a, --argument <NAME=VALUE>',
      summary: 'value for an argument of the template',
      repeatable: true,
    },
  ],
  async run(session, _args, options) {
    const { argument = [], instanceId = '' } = options;
    const args = argument.map(parseArgument);
    const { ref, given } = await templateOf(session, options);
    const spec = specOf(ref, await lookUp(session, ref, given), args);
    const { cluster, namespace } = await session.open();
    const run: AnalysisRun = {
      apiVersion: apiVersionOf(resources.analysisRuns),
      kind: 'AnalysisRun',
      metadata: {
        ...(nameOf(options, ref) as AnalysisRun['metadata']),
        namespace,
        ...(instanceId !== '' && { labels: { [instanceIdLabel]: instanceId } }),
      },
      spec,
    };
    const created = await cluster.create(run, resources.analysisRuns, {
      signal: session.signal,
      strict: true,
    });
    session.out(`${fullName(resources.analysisRuns, created.metadata.name)} created\n`);
    return 0;
  },
};

function parseArgument(text: string): Argument {
  const end = text.indexOf('=');
  if (end > 0) return { name: text.slice(0, end), value: text.slice(end + 1) };
  throw new UsageError(`--argument must be written as NAME=VALUE, not "${text}"`);
}

/** What to start from: a reference, and the template itself where it came from a file. */
interface Origin {
  readonly ref: TemplateRef & { readonly templateName: string };
  readonly given?: AnalysisTemplate;
}

async function templateOf(
  session: Session,
  { from, fromFile, global, name, generateName }: CreateAnalysisRunOptions,
): Promise<Origin> {
  if ((from === undefined) === (fromFile === undefined)) {
    throw new UsageError('name the template with one of --from and --from-file');
  }
  if (name !== undefined && generateName !== undefined) {
    throw new UsageError('--name and --generate-name cannot be used together');
  }
  if (from !== undefined) return { ref: { templateName: from, clusterScope: global === true } };
  if (global === true)
    throw new UsageError('--global goes with --from; a file says itself of which kind it is');
  const given = await templateInFile(session, fromFile as string);
  return {
    ref: { templateName: given.metadata.name, clusterScope: given.kind === 'ClusterAnalysisTemplate' },
    given,
  };
}

const templateTypes = [resources.analysisTemplates, resources.clusterAnalysisTemplates];

async function templateInFile(session: Session, path: string): Promise<AnalysisTemplate> {
  const { parseManifests } = await import('../manifests.ts');
  const found = parseManifests(await textOfFile(session, path), path);
  const [template, ...others] = found.filter(({ apiVersion, kind }) =>
    templateTypes.some((type) => type.kind === kind && apiVersionOf(type) === apiVersion),
  );
  if (template !== undefined && others.length === 0) return template as AnalysisTemplate;
  const count = template === undefined ? 'no' : others.length + 1;
  throw new SluiceError('SPEC_INVALID', `${path} holds ${count} analysis templates, must hold one`, { path });
}

/** Every template that the first leads to, each read once. One that does not exist is missing in the answer. */
async function lookUp(
  session: Session,
  first: TemplateRef,
  given: AnalysisTemplate | undefined,
): Promise<TemplateLookup> {
  const { followTemplates } = await import('../../shell/observe-templates.ts');
  const { cluster, namespace } = await session.open();
  const keyOf = ({ type, name }: ObjectRef) => `${type.kind}/${name}`;
  const read = new Map<string, KubeObject | undefined>();
  if (given !== undefined) read.set(`${given.kind}/${given.metadata.name}`, given);
  for (;;) {
    const { found, references } = followTemplates([first], namespace, {
      get: <T extends KubeObject>(ref: ObjectRef) => read.get(keyOf(ref)) as T | undefined,
      list: () => [],
    });
    const unread = references.filter((ref) => !read.has(keyOf(ref)));
    if (unread.length === 0) return found;
    for (const ref of unread) read.set(keyOf(ref), await cluster.get(ref, session.signal));
  }
}

function specOf(ref: Origin['ref'], lookup: TemplateLookup, args: readonly Argument[]): AnalysisRun['spec'] {
  const resolved = resolveTemplates([ref], lookup);
  if ('error' in resolved) {
    if (resolved.nested) throw new SluiceError('SPEC_INVALID', resolved.error);
    const type = ref.clusterScope === true ? resources.clusterAnalysisTemplates : resources.analysisTemplates;
    throw notFound(type, ref.templateName);
  }
  const declared = resolved.templates.flatMap(({ spec }) => spec.args ?? []).map(({ name }) => name);
  const unknown = args.find(({ name }) => !declared.includes(name));
  if (unknown !== undefined) {
    const known = declared.length === 0 ? 'has none' : `has ${[...new Set(declared)].join(', ')}`;
    throw new UsageError(`the template has no argument "${unknown.name}"; it ${known}`);
  }
  const merged = mergeTemplates(resolved.templates, { args });
  if ('spec' in merged) return merged.spec;
  const open = /^args\.(.+) was not resolved$/.exec(merged.error)?.[1];
  if (open !== undefined) throw new UsageError(`the template needs a value: --argument ${open}=VALUE`);
  throw new SluiceError('SPEC_INVALID', merged.error);
}

function nameOf({ name, generateName }: CreateAnalysisRunOptions, { templateName }: Origin['ref']): object {
  return name === undefined ? { generateName: generateName ?? `${templateName}-` } : { name };
}
