import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf, type ResourceType, resources } from '../../api/resources.ts';
import { SluiceError } from '../../kernel/errors.ts';
import { textOfFile } from '../input.ts';
import { fullName } from '../targets.ts';
import { type Session, UsageError, type Verb } from '../verb.ts';
import { getExperiment } from './get-experiment.ts';
import { getRolloutVerb } from './get-rollout.ts';

const creatable: readonly ResourceType[] = [
  resources.rollouts,
  resources.experiments,
  resources.analysisTemplates,
  resources.clusterAnalysisTemplates,
  resources.analysisRuns,
];

/** What `--watch` can go on with, as `get … --watch` shows it. */
const followers = [
  { type: resources.rollouts, verb: getRolloutVerb },
  { type: resources.experiments, verb: getExperiment },
];

export interface CreateOptions {
  readonly filename?: readonly string[];
  readonly watch?: boolean;
}

/** `create`: the objects of files, of our own kinds only. */
export const create: Verb<CreateOptions> = {
  words: 'create',
  summary: 'Create rollouts, experiments, analysis templates and runs from files',
  details:
    'Several documents in a file are created in their order, up to the first that fails. A misspelt field is refused.',
  flags: [
    { flags: '-f, --filename <FILE>', summary: 'a YAML or JSON file; - is standard input', repeatable: true },
    { flags: '-w, --watch', summary: 'follow the rollout or the experiment that was created' },
    { flags: '--no-color', summary: 'no colours' },
  ],
  async run(session, _args, { filename = [], watch = false }) {
    if (filename.length === 0) throw new UsageError('no file given: create -f FILE');
    const { parseManifests } = await import('../manifests.ts');
    const objects: KubeObject[] = [];
    for (const path of filename) objects.push(...parseManifests(await textOfFile(session, path), path));
    const typed = objects.map((object) => [object, typeOf(object)] as const);
    const followed = watch ? followedOf(typed.map(([, type]) => type)) : undefined;
    for (const [object, type] of typed) {
      const { metadata } = await createOne(session, object, type);
      if (type !== followed?.type) continue;
      const there = { ...session, open: async () => ({ ...(await session.open()), ...placeOf(metadata) }) };
      return followed.verb.run(there, [metadata.name], { watch: true, timeoutSeconds: '0' });
    }
    return 0;
  },
};

/** Looked up for all documents before the first is created, so that a wrong one leaves nothing behind. */
function typeOf({ apiVersion, kind }: KubeObject): ResourceType {
  const type = creatable.find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
  if (type !== undefined) return type;
  const kinds = creatable.map((one) => one.kind).join(', ');
  throw new SluiceError('NOT_SUPPORTED', `cannot create a ${kind} of ${apiVersion}; only ${kinds}`, { kind });
}

/** Before anything is created, too. */
function followedOf(types: readonly ResourceType[]): (typeof followers)[number] {
  const found = followers.find(({ type }) => types.length === 1 && type === types[0]);
  if (found !== undefined) return found;
  const kinds = types.map(({ kind }) => kind).join(', ') || 'nothing';
  throw new UsageError(`--watch follows one Rollout or one Experiment, and the files hold ${kinds}`);
}

function placeOf({ namespace }: KubeObject['metadata']): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

async function createOne(session: Session, object: KubeObject, type: ResourceType): Promise<KubeObject> {
  const { cluster, namespace } = await session.open();
  const placed = type.namespaced
    ? { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } }
    : object;
  const created = await cluster.create(placed, type, { signal: session.signal, strict: true });
  session.out(`${fullName(type, created.metadata.name)} created\n`);
  return created;
}
