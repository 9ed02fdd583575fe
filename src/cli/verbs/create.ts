import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf, type ResourceType, resources } from '../../api/resources.ts';
import { SluiceError } from '../../kernel/errors.ts';
import { textOfFile } from '../input.ts';
import { fullName } from '../targets.ts';
import { type Session, UsageError, type Verb } from '../verb.ts';

const creatable: readonly ResourceType[] = [
  resources.rollouts,
  resources.experiments,
  resources.analysisTemplates,
  resources.clusterAnalysisTemplates,
  resources.analysisRuns,
];

/** `create`: the objects of files, of our own kinds only. */
export const create: Verb<{ filename?: readonly string[] }> = {
  words: 'create',
  summary: 'Create rollouts, experiments, analysis templates and runs from files',
  details: 'Several documents in a file are created in their order, up to the first that fails.',
  flags: [
    { flags: '-f, --filename <FILE>', summary: 'a YAML or JSON file; - is standard input', repeatable: true },
    { flags: '--no-color', summary: 'no colours' },
  ],
  async run(session, _args, { filename = [] }) {
    if (filename.length === 0) throw new UsageError('no file given: create -f FILE');
    const { parseManifests } = await import('../manifests.ts');
    const objects: KubeObject[] = [];
    for (const path of filename) objects.push(...parseManifests(await textOfFile(session, path), path));
    const typed = objects.map((object) => [object, typeOf(object)] as const);
    for (const [object, type] of typed) await createOne(session, object, type);
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

async function createOne(session: Session, object: KubeObject, type: ResourceType): Promise<void> {
  const { cluster, namespace } = await session.open();
  const placed = type.namespaced
    ? { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } }
    : object;
  const created = await cluster.create(placed, type, { signal: session.signal });
  session.out(`${fullName(type, created.metadata.name)} created\n`);
}
